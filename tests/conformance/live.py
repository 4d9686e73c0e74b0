#!/usr/bin/python3
"""Runs the conformance cases against a live NVGRE device, over two network interfaces (or more).

  live.py --device DEVICE.json [--access IFACE --underlay IFACE] [--port NAME=IFACE]... [--case GLOB]...
          [--json FILE] [--junit FILE] [--score FILE] [--again FILE] [--list]

DEVICE.json describes the device: README.md tells how. Without --access and --underlay the device's adapter makes its own wires.
Exit code: 0 where every case that applies passed, 1 where one failed, 2 where nothing could be run.
"""
import argparse
import fnmatch
import importlib
import json
import pathlib
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from live import Unsupported, case as cases, compare, play, score, wires  # noqa: E402


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", required=True)
    parser.add_argument("--access", help="the runner's interface to the VLAN side of the device (access0)")
    parser.add_argument("--underlay", help="the runner's interface to its NVGRE side (underlay0)")
    parser.add_argument("--port", action="append", default=[], metavar="NAME=IFACE", help="a further port of the cases: access1, access2, underlay1, punt0")
    parser.add_argument("--case", action="append", metavar="GLOB")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--junit", metavar="FILE")
    parser.add_argument("--score", metavar="FILE")
    parser.add_argument("--again", metavar="FILE", help="keep what did not fail in this result of --json, and run the rest")
    parser.add_argument("--list", action="store_true", help="say which cases apply and run none")
    return parser.parse_args()


def describe(path):
    """The device's description, checked."""
    description = json.loads(pathlib.Path(path).read_text())
    unknown = set(description) - {"name", "setup", "adapter", "options", "ignore", "background", "lacks", "settle", "patience", "quiet", "zeroFlowId"}
    unknown |= set(description.get("ignore", [])) - set(compare.IGNORABLE)
    unknown |= set(description.get("background", [])) - set(compare.BACKGROUND)
    if unknown:
        raise SystemExit("%s: what is %s?" % (path, ", ".join(sorted(unknown))))
    return description


def lacks(description, case):
    return next((l["because"] for l in description.get("lacks", []) if any(fnmatch.fnmatch(case.name, p) for p in l["cases"])), None)


def one(case, device, player, last):
    """(verdict, detail) of a case that is not ruled out before. What fails is asked once more: time is no judge on a busy machine."""
    for attempt in (1, 2):
        try:
            device.reset(case.configuration) if last == case.configuration else device.apply(case.configuration)
        except Unsupported as reason:
            return "n/a", str(reason)
        except RuntimeError as error:
            return "FAIL", "it does not take the configuration\n%s" % error
        last = case.configuration
        wrong, passed = player.play(case)
        if not wrong:
            return "pass", ", ".join(["%d x %s" % (n, what) for what, n in sorted(passed.items())] + ["at the second attempt"] * (attempt - 1))
    lines = ["%s: %s %s%s" % (port, what, frame[:100].hex(), "..." if len(frame) > 100 else "") for port, what, frame in wrong[:6]]
    return "FAIL", "\n".join(["%d missing, %d unexpected" % tuple(sum(1 for x in wrong if x[1] == k) for k in ("missing", "unexpected"))] + lines)


def main():
    options = parse()
    description = describe(options.device)
    chosen = cases.load(options.case or ["*"])
    given = dict(p.split("=", 1) for p in options.port)
    given.update({k: v for k, v in (("access0", options.access), ("underlay0", options.underlay)) if v})
    results = []
    if options.again:
        before = [score.Result(**r) for r in json.loads(pathlib.Path(options.again).read_text())["cases"]]
        now = {c.name: c for c in chosen}
        results = [r for r in before if r.verdict != "FAIL" and r.name in now and r.rows == now[r.name].rows]
        chosen = [c for c in chosen if c.name not in {r.name for r in results}]
    with tempfile.TemporaryDirectory(prefix="nvgre-live-") as folder:
        device = importlib.import_module("live." + description["adapter"]).Device(description.get("options", {}), folder)
        opened = {}
        try:
            opened = {port: wires.Wire(interface) for port, interface in (device.start() | given).items()}
            player = play.Player(opened, description.get("ignore", ()), description.get("background", ()), zero_flow_id=description.get("zeroFlowId", False),
                                 **{k: description[k] for k in ("settle", "patience", "quiet") if k in description})
            last = None
            for case in chosen:
                began = time.monotonic()
                reason = case.unfit(opened) or lacks(description, case)
                verdict, detail = ("n/a", reason) if reason else ("", "") if options.list else one(case, device, player, last)
                if verdict in ("pass", "FAIL"):
                    last = case.configuration
                results.append(score.Result(case.name, case.rows, verdict, detail, time.monotonic() - began))
                print("%-5s %s%s" % (verdict, case.name, "  " + detail.replace("\n", "\n        ") if detail else ""), flush=True)
        finally:
            for wire in opened.values():
                wire.close()
            device.stop()
    ran = [r for r in results if r.verdict != "n/a"]
    for path, text in ((options.json, score.as_json), (options.junit, score.as_junit), (options.score, score.as_text)):
        if path:
            pathlib.Path(path).write_text(text(description, results))
    print("%d passed, %d failed, %d do not apply" % tuple(sum(r.verdict == v for r in results) for v in ("pass", "FAIL", "n/a")))
    return 2 if not ran else any(r.verdict == "FAIL" for r in ran)


if __name__ == "__main__":
    sys.exit(main())

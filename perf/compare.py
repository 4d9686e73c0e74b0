#!/usr/bin/python3
"""compare.py --out FOLDER [--cells MODE:SIZE:FLOWS:MACS ...] [--rounds N] [--minutes M] [--systems gateway cfull cbound before ovs]

Measures the systems in turn, each in a fresh process, round after round over all cells, every second round in reverse order, and
appends what they print to FOLDER/CELL.txt.  One round at a time holds the lock of this folder's scripts.  table.py makes the
tables.  "before" is the gateway of another checkout: BEFORE=PROGRAM in the environment.  It stops after N rounds or M minutes, whichever comes first, after a whole round.
"""
import argparse, fcntl, os, subprocess, sys, time
from gateway import HERE, LAB

COMMANDS = {
    "gateway": lambda c, w, s: ["./run_gateway.py", *c, w, s],
    "cfull": lambda c, w, s: ["./run_cfull.sh", *c, w, s],
    "cbound": lambda c, w, s: ["./run_cbound.sh", *c, w, s],
    "before": lambda c, w, s: ["env", "GATEWAY=" + os.environ["BEFORE"], "./run_gateway.py", *c, w, s],
    "ovs": lambda c, w, s: ["./run_ovs.sh", "full", *c, w, s],
}
CELLS = ["%s:64:%d:%d" % (d, n, n) for n in (1, 1024, 65536) for d in ("encap", "decap")]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", required=True)
    ap.add_argument("--cells", nargs="+", default=CELLS)
    ap.add_argument("--rounds", type=int, default=7)
    ap.add_argument("--minutes", type=float, default=12)
    ap.add_argument("--windows", default="3")
    ap.add_argument("--secs", default="0.5")
    ap.add_argument("--systems", nargs="+", default=["gateway", "cfull", "cbound"], choices=COMMANDS)
    a = ap.parse_args()
    os.makedirs(a.out, exist_ok=True)
    environment = {**os.environ, "BENCH_LOCK": LAB + "/compare.lock"}     # the scripts' own lock is held here
    start = time.monotonic()
    failed = 0
    for r in range(a.rounds):
        began = time.monotonic()
        for cell in a.cells:
            with open(os.environ.get("BENCH_LOCK", LAB + "/lock"), "w") as lock, open("%s/%s.txt" % (a.out, cell.replace(":", ",")), "a") as out:
                fcntl.flock(lock, fcntl.LOCK_EX)
                for system in a.systems[::-1 if r % 2 else 1]:
                    done = subprocess.run(COMMANDS[system](cell.split(":"), a.windows, a.secs), cwd=HERE, env=environment,
                                          capture_output=True, text=True)
                    if done.returncode:
                        failed += 1
                        print("round %d %s %s failed: %s" % (r, cell, system, done.stderr[-2000:] or done.stdout[-2000:]), flush=True)
                    for line in done.stdout.splitlines():
                        out.write("round %d %s %s\n" % (r, system, line))
                    out.flush()
        took = time.monotonic() - began
        print("round %d of %d, %.0f s" % (r + 1, a.rounds, took), flush=True)
        if time.monotonic() - start + took > a.minutes * 60:
            break
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

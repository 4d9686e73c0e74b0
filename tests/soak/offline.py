"""Damaged frames through `replay`: numbers close, and neither bursts, workers nor what devices do change what comes out."""
import collections
import json
import subprocess

import configs
from frames import CONFORMANCE, offload, read_pcap

ROOT = CONFORMANCE.parent.parent
GATEWAY = str(ROOT / "nvgre-gateway")
SETS = [("all", []), ("csum", []), ("all,pseudolength", ["--pseudo-length"]), ("tcp4,tcp6,udp4,udp6,tso4,tso6,outer4,outer6,flat,ownip4", ["--own-ip4"]),
        ("tcp4,tcp6,udp4,udp6,tso4,tso6,outer4,outer6,flat,ownip4,pseudolength", ["--own-ip4", "--pseudo-length"])]


class Wrong(Exception):
    pass


def run(*arguments, seconds=400, expect=(0,)):
    try:
        done = subprocess.run(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Wrong("still running after %d s: %s" % (seconds, " ".join(arguments)))
    if done.returncode not in expect or b"   at " in done.stderr or b"Unhandled" in done.stderr:
        raise Wrong("exit code %d: %s\n%s" % (done.returncode, " ".join(arguments), (done.stdout + done.stderr)[-3000:].decode(errors="replace")))
    return done


def replay(folder, ports, name, *more):
    out = folder / name
    done = run(GATEWAY, "replay", "--config", str(folder / "config.json"), *(a for p in ports for a in ("--in", "%s=%s" % (p, folder / ("in-%s.pcapng" % p)))),
               "--out", str(out), "--json", *more)
    result = json.loads(done.stdout)
    ended = result["transmitted"] + result["consumed"] + result.get("held", 0) + sum(result["drops"].values())
    if result["received"] != ended:
        raise Wrong("received %d, ended %d: %s" % (result["received"], ended, done.stdout.decode()))
    return result, out


def wires(out, ports):
    """Per port the frames in order."""
    return {p: [f for _, f, _ in read_pcap((out / (p + ".pcap")).read_bytes())] if (out / (p + ".pcap")).exists() else [] for p in ports}


def lumped(counters):
    """GRE's protocol types together: each worker tells a few apart."""
    made = collections.Counter()
    for name, n in counters.items() if isinstance(counters, dict) else [("", counters)]:
        made["gre.proto" if name.startswith("gre.proto.") else name] += n
    return made


def differ(what, one, two, ports_one, ports_two, joins=False):
    for key in ("received", "transmitted", "consumed", "copies", "drops", "counters"):
        if lumped(one[key]) != lumped(two[key]):
            raise Wrong("%s: %s differ: %s and %s" % (what, key, one[key], two[key]))
    for port in ports_one:
        a, b = ports_one[port], ports_two[port]
        if a != b and not (joins and collections.Counter(a) == collections.Counter(b)):
            first = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
            raise Wrong("%s: %s differs from frame %d on (%d and %d frames)\n%s\n%s" % (
                what, port, first, len(a), len(b), a[first].hex() if first < len(a) else "-", b[first].hex() if first < len(b) else "-"))


def one_round(r, source, folder, tally):
    """A configuration, some hundred frames, and several ways to replay them."""
    configuration = configs.make(r)
    (folder / "config.json").write_text(json.dumps(configuration, indent=1))
    valid = run(GATEWAY, "validate", "--config", str(folder / "config.json"), expect=(0, 2))
    if valid.returncode:
        tally["configurations refused"] += 1
        tally["refused: " + valid.stderr.decode().strip().splitlines()[-1][-120:]] += 1
        return
    ports, now = [p["name"] for p in configuration["ports"]], 1_700_000_000 * 10 ** 9
    inputs = {p: [] for p in ports}
    for _ in range(r.choice([10, 100, 300])):
        now += r.choice([0, 1, 1000, 10 ** 6, 10 ** 8, 10 ** 9, 3 * 10 ** 9, r.choice([0, 400 * 10 ** 9])])
        for port in r.sample(ports, r.randint(1, len(ports))):
            for _ in range(r.choice([1, 2, 8, 33, 70])):
                inputs[port].append((now, *source.frame("underlay" if port.startswith("underlay") else "access")))
    for port in ports:
        (folder / ("in-%s.pcapng" % port)).write_bytes(offload.pcapng(inputs[port]))
    tally["frames"] += sum(map(len, inputs.values()))
    first, out = replay(folder, ports, "one")
    plain = wires(out, ports)
    tally["transmitted"] += first["transmitted"]
    for reason in first["drops"]:
        tally["drop reasons seen", reason] += 1
    way = ("--burst", str(r.choice([1, 7, 32])), "--workers", str(r.choice([1, 2, 3, 4])))
    second, out = replay(folder, ports, "two", *way)
    differ(" ".join(way), first, second, plain, wires(out, ports))
    names, ways = r.choice(SETS)
    third, out = replay(folder, ports, "three", *way, "--offload", names)
    run("/usr/bin/python3", str(CONFORMANCE / "nic.py"), *ways, str(out))
    differ("offload " + names, first, third, plain, wires(out, ports), joins=any(p.get("coalesce") for p in configuration["ports"]))
    tally["rounds"] += 1

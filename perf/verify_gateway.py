#!/usr/bin/python3
"""verify_gateway.py [NAME ...]      NAME: an input, e.g. 64_f1024_m1024 (default: the three that run.sh measures)

Every frame that the gateway emits for the benchmark inputs, both directions, against the reference (reference.py), byte for byte.
Frames the gateway makes itself (ARP, neighbour discovery) are told apart and counted.
"""
import collections, os, subprocess, sys, time
from gateway import HERE, LAB, Gateway, macs_file
import reference


def run(name):
    subprocess.run(["bash", "-c", '. "%s/lib.sh"; hugepages; inputs %s' % (HERE, name)], check=True)
    out = [LAB + "/o0.pcap", LAB + "/o1.pcap"]
    for f in out:
        if os.path.exists(f):
            os.remove(f)
    source = "net_pcap%d,rx_pcap=%s/%s_%s.pcap,tx_pcap=%s"
    frames = {d: reference.rd("%s/%s_%s.pcap" % (LAB, d, name)) for d in ("encap", "decap")}
    with Gateway(macs_file(name), source % (0, LAB, "encap", name, out[0]), source % (1, LAB, "decap", name, out[1])) as g:
        g.wait_ready()
        last, end = -1, time.monotonic() + 60
        while time.monotonic() < end:
            d = g.ask("/drops")
            if d["received"] >= sum(map(len, frames.values())) and d["received"] == last:
                break
            last = d["received"]
            time.sleep(0.3)
        dropped = {k: v for k, v in d["drops"].items() if v}
    expected = reference.Gateway(macs_file(name), macs_file(name).replace("macs6_", "macs_").replace("macs_", "vmacs_"), 1)
    bad = 0
    for direction, path, ours in (("encap", out[1], lambda p: p[12:14] == b"\x08\0" and p[23] == 47 or p[12:14] == b"\x86\xdd" and p[20] == 47),
                                  ("decap", out[0], lambda p: p[12:14] == b"\x81\0")):
        want = [getattr(expected, direction)(p) for p in frames[direction]]
        got = reference.rd(path)
        mine = [p for p in got if not ours(p)]
        got = [p for p in got if ours(p)]
        wrong = sum(x != y for x, y in zip(want, got))
        print("%s %s: %d in, %d expected, %d got, %d wrong, %d of its own" % (name, direction, len(frames[direction]), len(want), len(got), wrong, len(mine)))
        if wrong:
            x, y = next((x, y) for x, y in zip(want, got) if x != y)
            extra = sum((collections.Counter(got) - collections.Counter(want)).values())
            print(" exp", x.hex(), "\n got", y.hex(), "\n in any order: %d wrong" % extra)
        bad += wrong + (len(want) != len(got))
    if dropped:
        print(" drops:", dropped)
    return bad


if __name__ == "__main__":
    reference.known_answers()
    sys.exit(1 if sum([run(n) for n in sys.argv[1:] or ["64_f1_m1", "64_f1024_m1024", "64_f65536_m65536"]]) else 0)

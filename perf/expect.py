#!/usr/bin/python3
"""expect.py encap|decap NAME OUT.pcap [--fid0 | --anyfid] [--any-order] [--may-miss]

NAME is e.g. 64_f1024_m1.  What ENCAP must emit is decap_NAME.pcap with outer addresses and
inner MACs swapped (FlowID 0 with --fid0); what DECAP must emit is encap_NAME.pcap, MACs swapped.
Compares bytes, in order unless --any-order; then has scapy dissect one packet.
"""
import argparse, collections, os, sys
from scapy.all import Ether
from scapy.utils import RawPcapReader
LAB = os.environ.get("NVGRE_PERF_DIR") or os.path.join(os.environ.get("TMPDIR", "/var/tmp"), "nvgre-perf")
ap = argparse.ArgumentParser()
ap.add_argument("what"); ap.add_argument("name"); ap.add_argument("out")
ap.add_argument("--fid0", action="store_true")
ap.add_argument("--anyfid", action="store_true", help="ignore the FlowID byte")
ap.add_argument("--any-order", action="store_true")
ap.add_argument("--may-miss", action="store_true", help="frames that are missing are told, not a failure")
a = ap.parse_args()
rd = lambda f: [p for p, _ in RawPcapReader(f)]
if a.what == "encap":
    exp = []
    for p in rd("%s/decap_%s.pcap" % (LAB, a.name)):
        b = bytearray(p)
        b[0:6], b[6:12] = p[6:12], p[0:6]
        b[26:30], b[30:34] = p[30:34], p[26:30]
        b[42:48], b[48:54] = p[48:54], p[42:48]
        if a.fid0 or a.anyfid:
            b[41] = 0
        exp.append(bytes(b))
else:
    exp = [p[6:12] + p[:6] + p[12:] for p in rd("%s/encap_%s.pcap" % (LAB, a.name))]
got = rd(a.out)
if a.what == "encap":                 # the switch's own IPv6 ND / ARP frames are not ours
    other = [p for p in got if not (p[12:14] == b"\x08\0" and p[23] == 47)]
    got = [p for p in got if p[12:14] == b"\x08\0" and p[23] == 47]
    for p in other:
        print("not NVGRE, set aside:", Ether(p).summary())
fids = collections.Counter(p[41] for p in got) if a.what == "encap" else {}
if a.anyfid and a.what == "encap":
    got = [p[:41] + b"\0" + p[42:] for p in got]
if a.any_order:
    bad = sum((collections.Counter(got) - collections.Counter(exp)).values())
    miss = sum((collections.Counter(exp) - collections.Counter(got)).values())
else:
    bad = sum(x != y for x, y in zip(exp, got))
    miss = len(exp) - len(got)
print("%s %s: expected %d got %d wrong %d missing %d distinct FlowIDs %d" %
      (a.what, a.name, len(exp), len(got), bad, miss, len(fids)))
if got:
    print(Ether(got[0]).summary())
    if bad:
        for x, y in zip(exp, got):
            if x != y:
                print("exp", x[:80].hex()); print("got", y[:80].hex()); break
sys.exit(bool(bad or not got or miss and not a.may_miss))

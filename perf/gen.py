#!/usr/bin/python3
"""Deterministic inputs for the benchmarks (scapy templates, seeded).

Writes <out>/encap_<kind>_f<flows>_m<macs>.pcap  (802.1Q in, VLAN side)
       <out>/decap_<kind>_f<flows>_m<macs>.pcap  (NVGRE in, underlay side)
       <out>/macs_<macs>.txt                     remote MACs: "mac pa next-hop-mac", one a line
       <out>/macs6_<macs>.txt                    the same with IPv6 PAs
       <out>/vmacs_<macs>.txt                    VLAN-side MACs, as many

<kind> is SIZE or "imix", then "i6" (inner IPv6), then "o6" (outer IPv6 in the decap file).
SIZE is the tenant frame on the wire without FCS, VLAN tag included (64 = a 60-byte untagged
frame + 4 bytes of tag; inner IPv6 + UDP needs 66).  "imix" is 7:4:1 of 64, 594 and 1518.

Every MAC lives in exactly one place: VLAN-side MACs and remote MACs are disjoint, remote MAC i
is behind PA i mod 16 (one PA when there is one MAC).  An encap frame goes from a VLAN-side MAC to
a remote MAC; the decap frame of the same number is the same inner packet from that remote MAC
(outer source = its PA) to that VLAN-side MAC.  Both files are in the same (seeded) order.
Every packet is first built once by scapy as a template; the per-flow fields are then patched in
bytes, and a seeded sample of each file is rebuilt whole by scapy and compared.
The FlowID of the decap file is cbound's own (receivers never depend on it).
"""
import argparse, multiprocessing, os, random, re, socket, struct
from scapy.all import Ether, Dot1Q, IP, IPv6, UDP, GRE, Raw, conf
from scapy.utils import PcapWriter
from constants import LOCAL_PA, LOCAL_PA6, UNDERLAY_LOCAL_MAC, VID, VSID
conf.verb = 0

LAB = os.environ.get("NVGRE_PERF_DIR") or os.path.join(os.environ.get("TMPDIR", "/var/tmp"), "nvgre-perf")

NPA = 16                      # remote gateways when there is more than one MAC
SEED = 20261121
IMIX = [64] * 7 + [594] * 4 + [1518]

pa_ip = lambda i: "172.31.0.%d" % (16 + i)
pa_ip6 = lambda i: "fd00:31::%x" % (16 + i)
pa_mac = lambda i: "02:00:00:00:bb:%02x" % i
b4 = lambda s: socket.inet_aton(s)
b6 = lambda s: socket.inet_pton(socket.AF_INET6, s)
bm = lambda s: bytes.fromhex(s.replace(":", ""))
_mac = lambda t, i: "06:%02x:%02x:%02x:%02x:%02x" % (t, (i >> 24) & 255, (i >> 16) & 255, (i >> 8) & 255, i & 255)
mac_of = lambda i: _mac(0x10, i)          # remote MAC number i
vmac_of = lambda i: _mac(0x20, i)         # VLAN-side MAC number i


def csum16(b):
    if len(b) & 1:
        b += b"\0"
    s = sum(struct.unpack("!%dH" % (len(b) // 2), b))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


_T = []
for _i in range(256):
    _c = _i
    for _ in range(8):
        _c = (_c >> 1) ^ (0x82F63B78 if _c & 1 else 0)
    _T.append(_c)


def crc32c(data, crc=0):      # what x86's crc32 instruction computes (no inversion)
    for b in data:
        crc = (crc >> 8) ^ _T[(crc ^ b) & 255]
    return crc


def flow(i):
    """inner 5-tuple number i: distinct for distinct i."""
    rnd = random.Random(SEED * 1000003 + i)
    hi, lo = i >> 12, i & 4095
    return ("10.%d.%d.%d" % (1 + (hi & 127), rnd.randrange(256), 1 + rnd.randrange(254)),
            "10.200.%d.%d" % (hi & 255, 1 + (lo >> 6)),
            1024 + lo * 8 + rnd.randrange(8), 53 + (i % 40000))


ip6 = lambda s: "2001:db8:ca::%x:%x" % struct.unpack("!HH", b4(s))    # inner IPv6 address of an IPv4 one


def flow_id(src, dst, sp, dp):            # cbound's
    c = crc32c(b4(src) + b4(dst) + struct.pack("!HH", sp, dp) + struct.pack("<I", 17))
    return (c ^ (c >> 8) ^ (c >> 16) ^ (c >> 24)) & 255


def inner(size, dmac, smac, f, tag, v6=False):
    src, dst, sp, dp = f
    pay = Raw(bytes((7 * k) & 255 for k in range(size - 4 - 14 - (40 if v6 else 20) - 8)))
    p = Ether(dst=dmac, src=smac)
    if tag:
        p = p / Dot1Q(vlan=VID)
    if v6:
        return bytes(p / IPv6(src=ip6(src), dst=ip6(dst)) / UDP(sport=sp, dport=dp) / pay)
    return bytes(p / IP(src=src, dst=dst, ttl=64, id=0) / UDP(sport=sp, dport=dp, chksum=0) / pay)


def outer_in(inn, pa, fid, o6=False):     # what arrives: remote PA -> local PA
    ip = IPv6(src=pa_ip6(pa), dst=LOCAL_PA6, hlim=64, nh=47) if o6 else \
        IP(dst=LOCAL_PA, src=pa_ip(pa), id=0, flags="DF", ttl=64, proto=47)
    return bytes(Ether(src=pa_mac(pa), dst=UNDERLAY_LOCAL_MAC) / ip
                 / GRE(key_present=1, proto=0x6558, key=(VSID << 8) | fid) / Raw(inn))


def patch_inner(b, off, dmac, smac, f, v6):
    """b: template, off: offset of the inner IP header; puts this flow's fields in."""
    src, dst, sp, dp = f
    eth = off - (18 if b[off - 6:off - 4] == b"\x81\x00" else 14)
    b[eth:eth + 12] = bm(dmac) + bm(smac)
    if v6:
        b[off + 8:off + 40] = b6(ip6(src)) + b6(ip6(dst))
        b[off + 40:off + 44] = struct.pack("!HH", sp, dp)
        b[off + 46:off + 48] = b"\0\0"
        u = bytes(b[off + 40:])
        c = csum16(bytes(b[off + 8:off + 40]) + struct.pack("!II", len(u), 17) + u)
        b[off + 46:off + 48] = struct.pack("!H", c or 0xffff)
    else:
        b[off + 12:off + 24] = b4(src) + b4(dst) + struct.pack("!HH", sp, dp)
        b[off + 10:off + 12] = b"\0\0"
        b[off + 10:off + 12] = struct.pack("!H", csum16(bytes(b[off:off + 20])))


def make(job):
    out, kind, nflows, nmacs = job
    size, i6, o6 = re.fullmatch(r"(\d+|imix)(i6)?(o6)?", kind).groups()
    n = max(nflows, nmacs, 1024)
    order = list(range(n))
    random.Random(SEED + n).shuffle(order)
    sizes = IMIX if size == "imix" else [int(size)]
    rnd = random.Random(SEED * 7 + n)
    seq = [rnd.randrange(len(sizes)) for _ in range(n)]
    npa = 1 if nmacs == 1 else NPA
    oh = 62 if o6 else 42                 # length of Ethernet + IP + GRE
    tmpl = {}
    for s in set(sizes):
        raw = inner(s, mac_of(0), vmac_of(0), flow(0), False, i6)
        tmpl[s] = inner(s, mac_of(0), vmac_of(0), flow(0), True, i6), outer_in(raw, 0, 0, o6)
    name = "%s_f%d_m%d" % (kind, nflows, nmacs)
    we = PcapWriter("%s/encap_%s.pcap" % (out, name), linktype=1, sync=False)
    wd = PcapWriter("%s/decap_%s.pcap" % (out, name), linktype=1, sync=False)
    check = set(random.Random(SEED).sample(range(n), 20))
    for k, i in enumerate(order):
        s, f = sizes[seq[k]], flow(i % nflows)
        m, v = i % nmacs, (i * 40503 + 7) % nmacs      # remote and VLAN-side MAC (both bijections)
        pa, fid = m % npa, flow_id(*f)
        e, d = bytearray(tmpl[s][0]), bytearray(tmpl[s][1])
        patch_inner(e, 18, mac_of(m), vmac_of(v), f, i6)
        patch_inner(d, oh + 14, vmac_of(v), mac_of(m), f, i6)
        d[6:12] = bm(pa_mac(pa))
        d[oh - 4:oh] = struct.pack("!I", (VSID << 8) | fid)
        if o6:
            d[22:38] = b6(pa_ip6(pa))
        else:
            d[26:30] = b4(pa_ip(pa))
            d[24:26] = b"\0\0"
            d[24:26] = struct.pack("!H", csum16(bytes(d[14:34])))
        e, d = bytes(e), bytes(d)
        if k in check:
            assert e == inner(s, mac_of(m), vmac_of(v), f, True, i6), (kind, k)
            assert d == outer_in(inner(s, vmac_of(v), mac_of(m), f, False, i6), pa, fid, o6), (kind, k)
        we.write(e)
        wd.write(d)
    we.close()
    wd.close()
    return "%s: %d packets" % (name, n)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", default=LAB)
    ap.add_argument("--kinds", default="64")
    ap.add_argument("--mix", default="1:1,1024:1024,65536:65536", help="flows:macs pairs")
    ap.add_argument("--more", default="", help="further kinds, for the last two mixes")
    a = ap.parse_args()
    os.makedirs(a.out, exist_ok=True)
    jobs = []
    mixes = [tuple(map(int, x.split(":"))) for x in a.mix.split(",")]
    for nf, nm in mixes:
        npa = 1 if nm == 1 else NPA
        for name, ip in (("macs", pa_ip), ("macs6", pa_ip6)):
            with open("%s/%s_%d.txt" % (a.out, name, nm), "w") as fh:
                fh.writelines("%s %s %s\n" % (mac_of(i), ip(i % npa), pa_mac(i % npa)) for i in range(nm))
        with open("%s/vmacs_%d.txt" % (a.out, nm), "w") as fh:
            fh.writelines("%s\n" % vmac_of(i) for i in range(nm))
    jobs = [(a.out, k, nf, nm) for nf, nm in mixes for k in a.kinds.split(",")]
    jobs += [(a.out, k, nf, nm) for nf, nm in mixes[-2:] for k in a.more.split(",") if k]
    with multiprocessing.Pool(min(4, os.cpu_count())) as pool:
        for line in pool.imap_unordered(make, jobs, 1):
            print(line, flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Reference in Python, written from the wire format, and the comparison with what cfull emitted.

  reference.py make                        mixed inputs (every frame kind and every drop) -> *_mixed.pcap, *macs_mixed.txt
  reference.py check MODE NAME SEGS MACS VMACS OUT0 OUT1 LOG
      MODE encap|decap|bidir; inputs encap_NAME.pcap / decap_NAME.pcap; OUT0/OUT1 the frames that left
      port 0 / 1, compared byte for byte and in order; LOG cfull's output, whose counters are all compared.
A sample of the expected frames is rebuilt with scapy.
"""
import collections, os, random, re, struct, sys
from gen import (b4, b6, bm, crc32c, csum16, flow, ip6, mac_of, vmac_of, pa_mac, pa_ip, pa_ip6, inner, outer_in,
                 LOCAL_PA, LOCAL_PA6, UNDERLAY_LOCAL_MAC, SEED)
from scapy.all import (Ether, Dot1Q, IP, IPv6, TCP, UDP, ICMP, GRE, Raw, ARP, SCTP, LLC, Dot3, ICMPv6EchoRequest,
                       IPv6ExtHdrHopByHop, IPv6ExtHdrFragment, IPv6ExtHdrDestOpt, PadN)
LAB = os.environ.get("NVGRE_PERF_DIR") or os.path.join(os.environ.get("TMPDIR", "/var/tmp"), "nvgre-perf")
MTU = 1600
ME, PA, PA6 = bm(UNDERLAY_LOCAL_MAC), b4(LOCAL_PA), b6(LOCAL_PA6)
TAGS = (0x8100, 0x88A8, 0x9100)
u16 = lambda b, o: b[o] << 8 | b[o + 1]


# ---- WIRE-FORMAT 1.5 ----
def key_crc(f):
    """CRC32C of the flow key of an untagged inner frame"""
    et, e = u16(f, 12), f[14:]
    if et == 0x800 and len(e) >= 20 and e[0] >> 4 == 4:
        hl, proto, frag = (e[0] & 15) * 4, e[9], u16(e, 6) & 0x3fff
        ports = e[hl:hl + 4] if proto in (6, 17, 33, 132, 136) and not frag and len(e) >= hl + 4 else b"\0" * 4
        k = e[12:20] + bytes([proto]) + ports
    elif et == 0x86dd and len(e) >= 40 and e[0] >> 4 == 6:
        nh, o, frag = e[6], 40, False
        while nh in (0, 43, 60, 135, 51) and o + 8 <= len(e):
            nh, o = e[o], o + ((e[o + 1] + 2) * 4 if nh == 51 else (e[o + 1] + 1) * 8)
        if nh == 44 and o + 8 <= len(e):
            nh, frag = e[o], True
        ports = e[o:o + 4] if nh in (6, 17, 33, 132, 136) and not frag and o + 4 <= len(e) else b"\0" * 4
        k = e[8:40] + bytes([nh]) + ports
    else:
        k = f[:14]
    return crc32c(k, 0xffffffff) ^ 0xffffffff


flow_id = lambda c: (c * 0x9E3779B1 & 0xffffffff) >> 24


def known_answers():
    e = Ether(dst="00:15:5d:00:00:0b", src="02:00:00:00:0a:01")
    c, d, six = "10.1.1.200", "10.1.1.11", IPv6(src="2001:db8:ca::200", dst="2001:db8:ca::b")
    for p, want in ((e / IP(src=c, dst=d) / ICMP(), 0x24), (e / IP(src=d, dst=c) / ICMP(), 0xDB),
                    (e / IP(src=c, dst=d) / TCP(sport=49152, dport=443), 0x1E),
                    (e / IP(src=c, dst=d) / UDP(sport=5004, dport=5004), 0xE7), (e / six / ICMPv6EchoRequest(), 0x1B),
                    (Ether(dst="ff:ff:ff:ff:ff:ff", src="00:15:5d:00:00:0b") / ARP(), 0x49),
                    (e / IP(src=c, dst=d, flags="MF") / UDP(sport=6000, dport=6001), 0xCB)):
        assert flow_id(key_crc(bytes(p))) == want, (p, hex(want))
    assert crc32c(b"123456789", 0xffffffff) ^ 0xffffffff == 0xE3069283
    assert key_crc(bytes(e / IP(src=c, dst=d) / UDP(sport=5004, dport=5004))) & 0xfffff == 0x5AA35


# ---- the gateway, one frame at a time ----
class Gateway:
    def __init__(self, macs, vmacs, segs):
        self.fdb, self.peers, self.member, self.cnt, self.segs = {}, {}, set(), collections.Counter(), segs
        for i, l in enumerate(open(macs)):
            m, pa, nh = l.split()
            pa = b6(pa) if ":" in pa else b4(pa)
            self.peers.setdefault(pa, (len(self.peers), bm(nh)))
            self.fdb[i % segs + 1, bm(m)] = pa
            self.member.add((i % segs + 1, pa))
        for i, l in enumerate(open(vmacs)):
            self.fdb[i % segs + 1, bm(l.strip())] = 0

    def add(self, name, size):
        self.cnt[name, "packets"] += 1
        self.cnt[name, "bytes"] += size

    def source(self, seg, mac, loc):
        at = self.fdb.get((seg, mac))
        if at != loc:
            self.cnt["fdb.unknown_source" if at is None else "fdb.moved"] += 1

    @staticmethod
    def tos(f):
        """(family, TOS or class) of an untagged inner frame"""
        et, e = u16(f, 12), f[14:]
        if et == 0x800 and len(e) >= 20 and e[0] >> 4 == 4: return 4, e[1]
        if et == 0x86dd and len(e) >= 40 and e[0] >> 4 == 6: return 6, u16(e, 0) >> 4 & 255
        return 0, 0

    def encap(self, p):
        self.add("port.rx[0]", len(p))
        if u16(p, 12) != 0x8100: return "vlan.untagged"
        tci = u16(p, 14)
        seg = (tci & 4095) - 99
        if not 1 <= seg <= self.segs: return "vlan.unknown"
        f = p[:12] + p[16:]
        dst, src = f[:6], f[6:12]
        if u16(f, 12) in TAGS: return "vlan.double"
        at = self.fdb.get((seg, dst))
        if at is None: return "fdb.no_receiver" if dst[0] & 1 else "fdb.unknown_unicast"
        if at == 0: return "fdb.same_port"
        v6 = len(at) == 16
        if len(f) - 14 + (62 if v6 else 42) > MTU: return "mtu"
        if src[0] & 1 or not any(src): return "inner.src_mac"
        self.source(seg, src, 0)
        fam, tos = self.tos(f)
        if not fam: tos = (tci >> 13) << 5
        c, (n, nh) = key_crc(f), self.peers[at]
        gre = struct.pack("!HHI", 0x2000, 0x6558, (5000 + seg) << 8 | flow_id(c)) + f
        if v6:
            out = nh + ME + b"\x86\xdd" + struct.pack("!IHBB", 6 << 28 | tos << 20 | c & 0xfffff, len(gre), 47, 64) + PA6 + at + gre
        else:
            h = struct.pack("!BBHHHBBH4s4s", 0x45, tos, 20 + len(gre), 0, 0x4000, 64, 47, 0, PA, at)
            out = nh + ME + b"\x08\0" + h[:10] + struct.pack("!H", csum16(h)) + h[12:] + gre
        self.add("segment.encap[%d]" % seg, len(p))
        self.add("peer.encap[%d]" % n, len(out))
        self.add("port.tx[1]", len(out))
        return out

    ECN = {0: (0, "0a", "0a", "d"), 1: (1, 1, "1a", 3), 2: (2, 1, 2, 3), 3: (3, "3a", 3, 3)}   # [inner][outer]

    def decap(self, p):
        self.add("port.rx[1]", len(p))
        if p[:6] != ME: return "l2.not_for_us"
        et = u16(p, 12)
        if et == 0x800:
            if p[14] >> 4 != 4: return "ip.version"
            if p[14] != 0x45: return "ip.options"
            if csum16(p[14:34]): return "ip.cksum"
            if p[30:34] != PA: return "ip.not_local"
            if u16(p, 20) & 0x3fff: return "ip.fragment"
            if p[23] != 47: return "ip.proto"
            end, src, otos, g = 14 + u16(p, 16), p[26:30], p[15], 34
        elif et == 0x86dd:
            if p[14] >> 4 != 6: return "ip.version"
            if p[38:54] != PA6: return "ip.not_local"
            if p[20] != 47: return "ip.fragment" if p[20] == 44 else "ip.proto"
            end, src, otos, g = 54 + u16(p, 18), p[22:38], u16(p, 14) >> 4 & 255, 54
        else:
            return "l2.ethertype"
        w, proto = u16(p, g), u16(p, g + 2)
        if w & 7: return "gre.version"
        if w & 0x4c00: return "gre.reserved"
        if proto != 0x6558: return "gre.proto"
        if w & 0x8000: return "gre.csum_present"
        if w & 0x1000: return "gre.seq_present"
        if not w & 0x2000: return "gre.no_key"
        if end > len(p) or end < g + 8: return "ip.len"
        vsid = u16(p, g + 4) << 8 | p[g + 6]
        seg = vsid - 5000
        if not 1 <= seg <= self.segs:
            return "vsid.reserved" if vsid < 0x1000 else "vsid.vendor" if vsid == 0xffffff else "vsid.unknown"
        if (seg, src) not in self.member: return "peer.unknown"
        f = p[g + 8:end]
        if len(f) < 14: return "inner.short"
        if u16(f, 12) in TAGS: return "inner.tagged"
        at = self.fdb.get((seg, f[:6]))
        if at is None: return "fdb.no_receiver" if f[0] & 1 else "fdb.unknown_unicast"
        if at: return "fdb.split_horizon"
        if len(f) + 4 > 1622: return "mtu.egress"
        fam, tos = self.tos(f)
        if not fam:
            self.cnt["ecn.nonip_ce"] += otos & 3 == 3
        else:
            e = str(self.ECN[tos & 3][otos & 3])
            if e == "d": return "ecn.notect_ce"
            self.cnt["ecn.anomaly"] += e[-1] == "a"
            new = tos & 0xfc | int(e[0])
            if new != tos and fam == 6:
                f = f[:14] + struct.pack("!I", struct.unpack("!I", f[14:18])[0] & 0xf00fffff | new << 20) + f[18:]
            elif new != tos:                      # RFC 1624: a wrong checksum stays wrong
                hc, m = u16(f, 24), u16(f, 14)
                s = (~hc & 0xffff) + (~m & 0xffff) + (f[14] << 8 | new)
                s = (s & 0xffff) + (s >> 16)
                s = (s & 0xffff) + (s >> 16)
                f = f[:15] + bytes([new]) + f[16:24] + struct.pack("!H", ~s & 0xffff) + f[26:]
        if f[6] & 1 or not any(f[6:12]): return "inner.src_mac"
        self.source(seg, f[6:12], src)
        out = (f[:12] + struct.pack("!HH", 0x8100, (tos >> 5) << 13 | 99 + seg) + f[12:]).ljust(60, b"\0")
        self.add("segment.decap[%d]" % seg, len(out))
        self.add("peer.decap[%d]" % self.peers[src][0], len(p))
        self.add("port.tx[0]", len(out))
        return out


def scapy_encap(p, out, gw):
    """the expected NVGRE frame once more, by scapy"""
    t = Ether(p)
    seg = t[Dot1Q].vlan - 99
    f = p[:12] + p[16:]
    at, c = gw.fdb[seg, f[:6]], key_crc(f)
    i = Ether(f)
    tos = i[IP].tos if IP in i else i[IPv6].tc if IPv6 in i else t[Dot1Q].prio << 5
    n = gw.peers[at][1].hex(":")
    g = GRE(key_present=1, proto=0x6558, key=(5000 + seg) << 8 | flow_id(c)) / Raw(f)
    import socket
    ip = IPv6(tc=tos, fl=c & 0xfffff, nh=47, hlim=64, src=LOCAL_PA6, dst=socket.inet_ntop(10, at)) if len(at) == 16 else \
        IP(tos=tos, id=0, flags="DF", ttl=64, proto=47, src=LOCAL_PA, dst=socket.inet_ntop(2, at))
    assert bytes(Ether(dst=n, src=UNDERLAY_LOCAL_MAC) / ip / g) == out, (p.hex(), out.hex())


# ---- pcap ----
def wr(path, frames):
    with open(path, "wb") as fh:
        fh.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for f in frames:
            fh.write(struct.pack("<IIII", 0, 0, len(f), len(f)) + f)


def rd(path):
    b, o, out = open(path, "rb").read(), 24, []
    while o < len(b):
        n = struct.unpack_from("<I", b, o + 8)[0]
        out.append(b[o + 16:o + 16 + n])
        o += 16 + n
    return out


# ---- mixed inputs ----
NM, SEGS = 65536, 4


def mixed():
    r = random.Random(SEED)
    pas = [pa_ip(i) for i in range(16)] + [pa_ip6(i) for i in range(16)]
    with open(LAB + "/macs_mixed.txt", "w") as fh:
        fh.writelines("%s %s %s\n" % (mac_of(i), pas[i % 32], pa_mac(i % 32)) for i in range(NM))
    with open(LAB + "/vmacs_mixed.txt", "w") as fh:
        fh.writelines("%s\n" % vmac_of(i) for i in range(NM))

    def body(i, kind):
        s, d, sp, dp = flow(i)
        tos, pay = r.randrange(256), Raw(r.randbytes(r.choice((0, 1, 7, 18, 19, 100, 101, 1000))))
        v4, v6 = IP(src=s, dst=d, tos=tos, id=r.randrange(65536)), IPv6(src=ip6(s), dst=ip6(d), tc=tos, fl=r.randrange(1 << 20))
        hop = IPv6ExtHdrHopByHop(options=[PadN(optdata=b"\0" * 4)])
        k = kind % 20
        if k == 0: return v4 / TCP(sport=sp, dport=dp, flags="A") / pay
        if k == 1: return v4 / SCTP(sport=sp, dport=dp) / pay
        if k == 2: return v4 / ICMP() / pay
        if k == 3: v4.proto = r.choice((33, 136, 50, 89, 4)); return v4 / Raw(struct.pack("!HH", sp, dp)) / pay
        if k == 4: v4.options = b"\1\1\1\0"; return v4 / UDP(sport=sp, dport=dp) / pay
        if k == 5: v4.flags = "MF"; return v4 / UDP(sport=sp, dport=dp) / pay
        if k == 6: v4.frag = 185; v4.proto = 17; return v4 / Raw(r.randbytes(40))
        if k == 7: v4.flags = "DF"; return v4 / UDP(sport=sp, dport=dp) / pay
        if k == 8: return v6 / TCP(sport=sp, dport=dp) / pay
        if k == 9: return v6 / UDP(sport=sp, dport=dp) / pay
        if k == 10: return v6 / ICMPv6EchoRequest() / pay
        if k == 11: return v6 / hop / UDP(sport=sp, dport=dp) / pay
        if k == 12: return v6 / hop / IPv6ExtHdrDestOpt() / TCP(sport=sp, dport=dp) / pay
        if k == 13: return v6 / IPv6ExtHdrFragment(nh=17, m=1, id=i) / Raw(r.randbytes(48))
        if k == 14: return v6 / hop / IPv6ExtHdrFragment(nh=6, offset=100, id=i) / Raw(r.randbytes(48))
        if k == 15: return ARP(psrc=s, pdst=d)
        if k == 16: v4.chksum = r.randrange(65536); return v4 / UDP(sport=sp, dport=dp) / pay     # wrong stays wrong
        return v4 / UDP(sport=sp, dport=dp) / pay

    def make(decap, i, fault):
        """one frame; fault: a key of FAULTS or None"""
        m = r.randrange(NM)
        seg, pa = m % SEGS, m % 32
        v = r.randrange(NM // SEGS) * SEGS + seg
        dst, src, vid = (vmac_of(v), mac_of(m), None) if decap else (mac_of(m), vmac_of(v), 100 + seg)
        other = lambda k: (k + 1) % NM
        if fault == "dst_unknown": dst = "06:55:00:00:00:01"
        if fault == "dst_group": dst = r.choice(("ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:05"))
        if fault == "dst_side": dst = mac_of((m + 4) % NM) if decap else vmac_of((v + 4) % NM)
        if fault == "dst_seg": dst = vmac_of(other(v)) if decap else mac_of(other(m))          # the MAC of another segment
        if fault == "src_group": src = r.choice(("03:00:00:00:00:01", "00:00:00:00:00:00"))
        if fault == "src_unknown": src = "06:66:00:00:00:%02x" % r.randrange(256)
        if fault == "src_moved": src = r.choice((vmac_of((v + 4) % NM), mac_of((m + 4) % NM))) if decap else mac_of((m + 4) % NM)
        l3 = body(i, r.randrange(40) if fault != "long" else 7)
        if fault == "long": l3 = IP(src="10.9.9.9", dst="10.8.8.8", tos=r.randrange(256)) / UDP() / Raw(r.randbytes(r.choice((1510, 1511, 1530, 1531, 1560, 1600))))
        pcp = r.randrange(8)
        e = Ether(dst=dst, src=src)
        if not decap:
            if fault == "untagged": return bytes(e / l3)
            if fault == "vlan_unknown": vid = r.choice((0, 99, 104, 4095))
            p = e / Dot1Q(vlan=vid, prio=pcp)
            if fault == "double": p = p / Dot1Q(vlan=7, type=0x800)
            if fault == "llc": return bytes(p)[:16] + struct.pack("!H", 46) + r.randbytes(46)
            return bytes(p / l3).ljust(60, b"\0")
        f = bytes(e / l3)
        if fault == "tagged": f = f[:12] + struct.pack("!HH", r.choice(TAGS), 7) + f[12:]
        if fault == "llc": f = f[:12] + struct.pack("!H", 3) + r.randbytes(r.choice((3, 30, 46)))
        if fault == "short": f = f[:r.choice((0, 5, 13))]
        if fault == "peer_seg": pa = (pa & 16) | ((pa + 1) & 15)
        six, vs = pa >= 16, 5001 + seg
        if fault == "vsid": vs = r.choice((0, 1, 0xfff, 0x1000, 5000, 5005, 0xfffffe, 0xffffff))
        tos, ttl = r.randrange(256), r.randrange(1, 256)
        w0 = 0x2000 | r.choice((0, 0, 0x3f8, 8, 0x100))
        if fault == "gre": w0 = r.choice((0x2001, 0x3001, 0x2400, 0x2800, 0x6000, 0, 0xa000, 0x3000, 0x2007))
        g = struct.pack("!HHI", w0, r.choice((0x800, 0x86dd, 0x880b)) if fault == "gre_proto" else 0x6558, vs << 8 | r.randrange(256)) + f
        psrc = pa_ip6(pa - 16) if six else pa_ip(pa)
        if fault == "peer": psrc = "fd00:31::99" if six else "172.31.9.9"
        if six:
            ip = IPv6(src=psrc, dst="fd00:31::2" if fault == "not_local" else LOCAL_PA6, tc=tos, hlim=ttl, nh=47, fl=r.randrange(1 << 20))
            if fault == "frag": ip.nh = 44
            if fault == "proto": ip.nh = 17
            if fault == "ipver": ip.version = 5
            if fault == "iplen": ip.plen = r.choice((len(g) + 1, 7))
        else:
            ip = IP(src=psrc, dst="172.31.0.2" if fault == "not_local" else LOCAL_PA, tos=tos, ttl=ttl, id=r.randrange(65536),
                    flags=r.choice(("DF", 0)), proto=47)
            if fault == "frag": ip.flags = "MF"
            if fault == "proto": ip.proto = 17
            if fault == "ipver": ip.version = 5
            if fault == "options": ip.options = b"\1\1\1\0"
            if fault == "iplen": ip.len = r.choice((20 + len(g) + 1, 27))
        p = bytes(Ether(dst="02:00:00:00:aa:02" if fault == "not_us" else UNDERLAY_LOCAL_MAC, src=pa_mac(pa),
                        type=0x806 if fault == "ethertype" else 0x86dd if six else 0x800) / ip / Raw(g))
        if fault == "cksum" and not six:
            p = p[:24] + struct.pack("!H", u16(p, 24) ^ (1 << r.randrange(16))) + p[26:]
        if fault == "pad": p += b"\xee" * r.randrange(1, 9)
        return p.ljust(60, b"\0")

    both = ["dst_unknown", "dst_group", "dst_side", "dst_seg", "src_group", "src_unknown", "src_moved", "long", "llc"]
    only = {"encap": ["untagged", "vlan_unknown", "double"],
            "decap": ["tagged", "short", "vsid", "gre", "gre_proto", "peer", "peer_seg", "not_local", "frag", "proto", "ipver",
                      "options", "iplen", "not_us", "ethertype", "cksum", "pad"]}
    for d in ("encap", "decap"):
        frames = [make(d == "decap", i, None) for i in range(66000)]
        for f in both + only[d]:
            frames += [make(d == "decap", i, f) for i in range(300)]
        r.shuffle(frames)
        wr("%s/%s_mixed.pcap" % (LAB, d), frames)
        print("mixed %s: %d frames" % (d, len(frames)))


def check(mode, name, segs, macs, vmacs, out0, out1, log):
    known_answers()
    gw = Gateway(macs, vmacs, int(segs))
    bad = 0
    for d, out in (("encap", out1), ("decap", out0)):
        if mode not in (d, "bidir"): continue
        frames, exp, flows = rd("%s/%s_%s.pcap" % (LAB, d, name)), [], set()
        pick = set(random.Random(1).sample(range(len(frames)), min(1500, len(frames))))
        for i, p in enumerate(frames):
            o = getattr(gw, d)(p)
            if isinstance(o, str):
                gw.cnt["drop." + o] += 1
                continue
            exp.append(o)
            flows.add(key_crc(p[:12] + p[16:] if d == "encap" else o[:12] + o[16:]))
            if d == "encap" and i in pick: scapy_encap(p, o, gw)
        got = rd(out)
        wrong = [i for i, (x, y) in enumerate(zip(exp, got)) if x != y]
        print("%s %s: %d frames in, %d expected, %d got, %d wrong, %d distinct flow hashes" %
              (name, d, len(frames), len(exp), len(got), len(wrong), len(flows)))
        if wrong: print(" exp", exp[wrong[0]].hex(), "\n got", got[wrong[0]].hex())
        bad += len(wrong) + (len(exp) != len(got))
    have = collections.Counter()
    for l in open(log):
        m = re.match(r"(\S+\]) (\d+) packets (\d+) bytes", l)
        if m: have[m[1], "packets"], have[m[1], "bytes"] = int(m[2]), int(m[3])
        m = re.match(r"(drop\.\S+|fdb\.\S+|ecn\.\S+) (\d+)$", l)
        if m: have[m[1]] = int(m[2])
        m = re.match(r"punt\.drained (\d+)$", l)
        if m: drained = int(m[1]); assert drained == gw.cnt["fdb.unknown_source"] + gw.cnt["fdb.moved"], drained
    diff = {k: (gw.cnt[k], have[k]) for k in set(gw.cnt) | set(have) if gw.cnt[k] != have[k]}
    print("  counters compared: %d, different: %s" % (len(have), diff or "none"))
    if name == "mixed": print("  reasons seen:", " ".join("%s=%d" % (k[5:], v) for k, v in sorted(x for x in gw.cnt.items() if x[0][:5] == "drop.")))
    sys.exit(bool(bad or diff))


if __name__ == "__main__":
    if sys.argv[1] == "make": mixed()
    else: check(*sys.argv[2:])

"""ECN and DSCP inward, priority maps, trust, TTL, ID, and the GRE receiver's switches (B.1 to B.5, E.4)."""
import struct

import wire as w
from suite import Case, access, config, known, segment, underlay, AT_HOST, AT_VM
from cases_tunnel import back4, back6, udp4, udp6

UP, DOWN = w.IN01, w.IN03
NOT_IP = w.eth(w.VM, w.HOST, 0x88B5, b"n" * 50)
ASK_UP = w.eth(w.VM, w.HOST, 0x0806, w.arp(1, w.HOST, "10.1.1.200", "00:00:00:00:00:00", "10.1.1.11"))
BACK_NOT_IP = w.eth(w.HOST, w.VM, 0x88B5, b"n" * 50)
BACK_ARP = w.eth(w.HOST, w.VM, 0x0806, w.arp(2, w.VM, "10.1.1.11", w.HOST, "10.1.1.200"))


def with_class(inner, value):
    """The inner frame with another TOS or traffic class, the IPv4 checksum wrong by as much as it was (RFC 1624)."""
    if inner[12:14] == b"\x86\xdd":
        word = int.from_bytes(inner[14:18], "big") & 0xF00FFFFF | value << 20
        return inner[:14] + struct.pack(">I", word) + inner[18:]
    before, after = int.from_bytes(inner[14:16], "big"), inner[14] << 8 | value
    total = (~int.from_bytes(inner[24:26], "big") & 0xFFFF) + (~before & 0xFFFF) + after
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return inner[:15] + bytes([value]) + inner[16:24] + w.be16(~total & 0xFFFF) + inner[26:]


def elsewhere(inner):
    """The frame of another tenant, who is in no record: behind the IPv6 peer."""
    return inner[:6] + w.mac("00:15:5d:00:00:0c") + inner[12:]


def bridged(inner, vid=100, pcp=0):
    return w.pad(w.tag(inner, vid, pcp))


# Wire format, section 3: inner row, outer column (00, 10, 01, 11); None is the drop, a star counts an anomaly.
TABLE = {0b00: ("00", "00*", "00*", None), 0b10: ("10", "10", "01", "11"), 0b01: ("01", "01*", "01", "11"), 0b11: ("11", "11", "11*", "11")}


def combinations(c, uniform, frames):
    """Each combination of inner and outer ECN, inner DSCP 10, outer 46; frames: makers by the inner TOS or class."""
    for inner_ecn, row in TABLE.items():
        for outer_ecn, becomes in zip((0b00, 0b10, 0b01, 0b11), row):
            for src in (w.PEER4, w.PEER6):
                for make in frames:
                    inner = make(10 << 2 | inner_ecn)
                    inner = inner if src == w.PEER4 else elsewhere(inner)
                    framed = w.tunnelled(inner, src=src, tos=46 << 2 | outer_ecn)
                    if becomes is None:
                        c.rx("underlay0", framed, drop="drop.ecn.notect_ce")
                        continue
                    if becomes.endswith("*"):
                        c.counter("ecn.anomaly")
                    dscp = 46 if uniform else 10
                    c.rx("underlay0", framed, ("access0", bridged(with_class(inner, dscp << 2 | int(becomes[:2], 2)), pcp=dscp // 8)))


def wrong(value):
    """IPv4 with a wrong header checksum."""
    right = back4(tos=value)
    return right[:24] + w.be16(int.from_bytes(right[24:26], "big") ^ 0x0140) + right[26:]


UNIFORM = [{"address": p, "dscp": {"decapsulate": "uniform"}} for p in (w.PEER4, w.PEER6)]
RIGHT = (lambda v: back4(tos=v), lambda v: back6(tclass=v))
c = Case("ecn-decapsulation", ["B-023", "B-024", "B-025", "B-027"],
         "All 16 combinations of inner and outer ECN, inner IPv4 and IPv6 in either outer family, the inner DSCP kept; the inner checksum follows.", config(known(peers=[w.PEER4, w.PEER6])))
combinations(c, False, RIGHT)
c = Case("ecn-decapsulation-uniform", ["B-023", "B-024", "B-025", "B-027", "B-031"], "The same while the outer DSCP is taken.", config(known(peers=UNIFORM)))
combinations(c, True, RIGHT)
for name, peers in (("ecn-wrong-checksums-stay", [w.PEER4, w.PEER6]), ("ecn-wrong-checksums-stay-uniform", UNIFORM)):
    c = Case(name, ["B-027"], "A wrong inner IPv4 checksum stays wrong by the same amount.", config(known(peers=peers)))
    combinations(c, peers is UNIFORM, (wrong,))

c = Case("ecn-w20", ["B-023", "B-027"], "W-20: outer CE, inner ECT(0): leaves as W-20v.", config(known()))
w20 = bytes.fromhex("02000000020102000000 02fe08004503004e000540003e2f503ac633640ac000"
                    "0201200065580013892202000000 0a0100155d00000b080045020024000a4000"
                    "8001e3f80a01010b0a0101c808003c920001000265636e2d74657374".replace(" ", ""))
w20v = bytes.fromhex("020000000a0100155d00000b81000064080045030024000a40008001e3f70a01010b0a0101c808003c92000100026563"
                     "6e2d74657374000000000000")
c.rx("underlay0", w20, ("access0", w20v)).good()

c = Case("ecn-non-ip", ["B-026"], "What is not IP, or whose IP header does not parse: outer CE is counted and the frame forwarded unchanged, other marks pass without a count; on transmit the outer ECN is 00.",
         config(known(peers=[{"address": w.PEER4, "ecn": "normal"}])))
broken = w.eth(w.HOST, w.VM, 0x0800, b"\x55\x03" + b"b" * 48)
for inner in (BACK_NOT_IP, BACK_ARP, broken):
    for ecn in range(4):
        c.down(inner, tos=46 << 2 | ecn)
        if ecn == 3:
            c.counter("ecn.nonip_ce")
c.up(NOT_IP, ecn=True).up(ASK_UP, ecn=True).up(w.eth(w.VM, w.HOST, 0x0800, b"\x55\x03" + b"b" * 48), ecn=True)

c = Case("dscp-pipe-and-uniform", ["B-031"], "Inner DSCP 10, outer 46: pipe keeps 10, uniform takes 46 with the inner checksum updated; a static choice of each peer in each VSID.",
         config(known(peers=[w.PEER4, {"address": w.PEER6, "dscp": {"decapsulate": "uniform"}}]),
                segment("green", 5002, (("access0", 200),), peers=[{"address": w.PEER4, "dscp": {"decapsulate": "uniform"}}], records=[AT_VM, {**AT_HOST, "vlan": 200}])))
for make, field in ((back4, "tos"), (back6, "tclass")):
    for inner_dscp, outer_dscp in ((10, 46), (46, 10), (0, 63), (63, 0), (7, 7)):
        inner = make(**{field: inner_dscp << 2})
        taken = with_class(inner, outer_dscp << 2)
        c.rx("underlay0", w.tunnelled(inner, tos=outer_dscp << 2), ("access0", bridged(inner, pcp=inner_dscp // 8)))
        c.rx("underlay0", w.tunnelled(elsewhere(inner), src=w.PEER6, tos=outer_dscp << 2), ("access0", bridged(elsewhere(taken), pcp=outer_dscp // 8)))
        c.rx("underlay0", w.tunnelled(inner, vsid=5002, tos=outer_dscp << 2), ("access0", bridged(taken, 200, outer_dscp // 8)))
c.down(BACK_NOT_IP, tos=46 << 2)

EF = [8 * n for n in range(8)]
EF[5] = 46
c = Case("pcp-to-dscp", ["A-047", "E-040", "B-033"], "PCP 5 becomes DSCP 46 by a segment's map, 8n by default: W-01 leaves with TOS 0xB8 where the peer takes it from the PCP; what is not IP takes it from the map without being told to.",
         config(known(peers=[{"address": w.PEER4, "dscp": {"encapsulate": "pcp"}}], pcpToDscp=EF),
                segment("green", 5002, (("access0", 200),), records=[AT_VM, {**AT_HOST, "vlan": 200}])))
c.rx("access0", w.W01, ("underlay0", w.encapsulated(UP, dscp=46)))
for pcp in range(8):
    c.up(udp4(tos=0x28), pcp=pcp, dscp=EF[pcp]).up(NOT_IP, pcp=pcp, dscp=EF[pcp])
    c.up(udp4(tos=0x28), pcp=pcp, vid=200, vsid=5002).up(NOT_IP, pcp=pcp, vid=200, vsid=5002, dscp=8 * pcp)
    c.up(ASK_UP, pcp=pcp, dscp=EF[pcp])

c = Case("dscp-to-pcp", ["E-040", "E-043", "A-047"], "Frames to the VLAN take their PCP from the inner DSCP: d/8 by default, 46 becomes 5; by a segment's map; 0 when not IP, DEI always 0.",
         config(known(), segment("green", 5002, (("access0", 200),), dscpToPcp=[7 - d // 8 for d in range(64)], records=[AT_VM, {**AT_HOST, "vlan": 200}])))
for dscp in range(64):
    c.rx("underlay0", w.tunnelled(back4(tos=dscp << 2)), ("access0", bridged(back4(tos=dscp << 2), pcp=dscp // 8)))
    c.rx("underlay0", w.tunnelled(back6(tclass=dscp << 2), vsid=5002), ("access0", bridged(back6(tclass=dscp << 2), 200, 7 - dscp // 8)))
c.down(BACK_NOT_IP).down(BACK_ARP, vsid=5002, to=[("access0", 200)])

c = Case("pcp-of-an-outer-tag", ["E-042", "A-052"], "An outer tag takes its PCP from the outer DSCP by the segment's map: inner DSCP 46 gives 5.",
         config(known(), segment("green", 5002, (("access0", 200),), dscpToPcp=[7 - d // 8 for d in range(64)], records=[AT_VM, {**AT_HOST, "vlan": 200}]),
                ports=[access(), underlay(vlan=103)]))
for dscp in (0, 7, 8, 10, 46, 48, 63):
    for vid, vsid, pcp in ((100, w.VSID, dscp // 8), (200, 5002, 7 - dscp // 8)):
        sent = w.encapsulated(udp4(tos=dscp << 2), vsid=vsid, vlan=103)
        c.rx("access0", w.tag(udp4(tos=dscp << 2), vid), ("underlay0", sent[:14] + w.be16(pcp << 13 | 103) + sent[16:]))

SIDES = [access(), access("access1", "02:00:00:00:01:02", trust="pcp"), access("access2", "02:00:00:00:01:03", trust="none"), underlay()]


def side(i, name, vsid, **more):
    return segment(name, vsid, (("access%d" % i, 100),), records=[AT_VM, {**AT_HOST, "port": "access%d" % i}], **more)


c = Case("trust", ["B-038", "B-033"], "A port's trust: the inner DSCP, the PCP map for IP too, or nothing: from an untrusted port the outer DSCP is 0, also when not IP; the inner one is never touched, and a fixed value is sent all the same.",
         config(side(0, "blue", 5001), side(1, "green", 5002), side(2, "red", 5003), segment("fixed", 5004, (("access2", 200),), peers=[{"address": w.PEER4, "dscp": {"encapsulate": 20}}],
                records=[AT_VM, {**AT_HOST, "port": "access2", "vlan": 200}]), segment("mapped", 5005, (("access2", 300),), peers=[{"address": w.PEER4, "dscp": {"encapsulate": "pcp"}}],
                records=[AT_VM, {**AT_HOST, "port": "access2", "vlan": 300}]), ports=SIDES))
for pcp in (0, 3, 7):
    for inner in (udp4(tos=46 << 2), udp6(tclass=46 << 2), NOT_IP, ASK_UP):
        ip = w.traffic_class(inner) is not None
        c.up(inner, pcp=pcp, port="access0", dscp=46 if ip else 8 * pcp)
        c.up(inner, pcp=pcp, port="access1", vsid=5002, dscp=8 * pcp)
        c.up(inner, pcp=pcp, port="access2", vsid=5003, dscp=0)
        c.up(inner, pcp=pcp, port="access2", vid=200, vsid=5004, dscp=20)
        c.up(inner, pcp=pcp, port="access2", vid=300, vsid=5005, dscp=0)

c = Case("inner-dscp-is-left", ["E-044"], "The inner DSCP is not rewritten from the PCP unless the segment says so.", config(known()))
for pcp in range(8):
    c.up(udp4(tos=0x28), pcp=pcp).up(udp6(tclass=0x28), pcp=pcp)
c = Case("inner-dscp-from-pcp", ["E-044"], "rewriteInnerDscp: the map sets the inner DSCP, ECN stays, the IPv4 checksum follows; a copied outer DSCP is the new one. Not from an untrusted port; what is not IP stays; from NVGRE nothing is rewritten.",
         config(side(0, "blue", 5001, rewriteInnerDscp=True, pcpToDscp=EF), side(1, "green", 5002, rewriteInnerDscp=True), side(2, "red", 5003, rewriteInnerDscp=True), ports=SIDES))
for pcp in range(8):
    for inner, tos in ((udp4(tos=0x2B), 0x2B), (udp6(tclass=0x2A), 0x2A), (udp4(tos=pcp << 5), pcp << 5)):
        new = with_class(inner, EF[pcp] << 2 | tos & 3)
        c.rx("access0", w.tag(inner, 100, pcp), ("underlay0", w.encapsulated(new)))
        new = with_class(inner, pcp << 5 | tos & 3)
        c.rx("access1", w.tag(inner, 100, pcp), ("underlay0", w.encapsulated(new, vsid=5002)))
        c.rx("access2", w.tag(inner, 100, pcp), ("underlay0", w.encapsulated(inner, vsid=5003, dscp=0)))
    c.up(NOT_IP, pcp=pcp, dscp=EF[pcp])
c.rx("underlay0", w.tunnelled(back4(tos=0x28)), ("access0", bridged(back4(tos=0x28), pcp=1)))

c = Case("dscp-and-the-path", ["B-037"], "DSCP changes neither the FlowID nor the flow label of a flow.", config(known(peers=[w.PEER4, w.PEER6])))
c.config["segments"][0]["records"].append({"mac": "00:15:5d:00:00:0c", "ca": "10.1.1.12", "pa": w.PEER6})
for dscp in range(0, 64, 3):
    c.up(udp4(tos=dscp << 2))
    c.up(udp6(tclass=dscp << 2, dst_mac="00:15:5d:00:00:0c"), peers=[w.PEER6])

c = Case("ttl-of-a-port", ["B-050"], "The outer TTL or hop limit is that of the port, 64 by default, whatever the inner is.",
         config(known(peers=[w.PEER4, w.PEER6]), ports=[access(), underlay(ttl=17)]))
c.config["segments"][0]["records"].append({"mac": "00:15:5d:00:00:0c", "ca": "10.1.1.12", "pa": w.PEER6})
for ttl in (1, 2, 64, 255):
    c.up(udp4(ttl=ttl), ttl=17).up(udp6(hop=ttl, dst_mac="00:15:5d:00:00:0c"), peers=[w.PEER6], ttl=17)
c = Case("ttl-by-default", ["B-050"], "Inner TTL 1, outer 64.", config(known()))
c.up(udp4(ttl=1)).up(udp4(ttl=200)).up(udp6(hop=1))

c = Case("identification", ["B-040", "B-042"], "Sent packets are atomic with ID 0; on receipt the ID is ignored: the same on all packets, and any.", config(known()))
for n in range(4):
    c.up(udp4(ident=n)).down(DOWN, ident=0x7777).down(DOWN, ident=0).down(DOWN, ident=0xFFFF - n)

c = Case("least-ttl", ["B-055"], "A peer's minTtl: 62 with a minimum of 63 is refused, 63 passes; over IPv6 likewise; the same PA in another segment has no minimum.",
         config(known(peers=[{"address": w.PEER4, "minTtl": 63}, {"address": w.PEER6, "minTtl": 255}]),
                segment("green", 5002, (("access0", 200),), records=[AT_VM, {**AT_HOST, "vlan": 200}])))
for ttl in (63, 62, 64, 1, 255, 0):
    for src, least, kind in ((w.PEER4, 63, back4), (w.PEER6, 255, lambda: elsewhere(back4()))):
        if ttl >= least:
            c.down(kind(), src=src, ttl=ttl)
        else:
            c.down(kind(), src=src, ttl=ttl, drop="drop.ip.ttl_min")
    c.down(back4(), vsid=5002, ttl=ttl, to=[("access0", 200)])

# ---- GRE receiver ---------------------------------------------------------------------------------------------------


def received(payload, src=w.PEER4):
    return w.outer(payload, src, w.LOCAL4 if src == w.PEER4 else w.LOCAL6, w.ROUTER, w.GATEWAY_UNDERLAY, ttl=62)


def gre_of(inner, word, reserved1=None, sequence=None, vsid=w.VSID, flip=None, keyed=True):
    """A GRE packet with the fields that the word asks for; reserved1 not None: with a checksum."""
    middle = b"" if reserved1 is None else b"\0\0" + w.be16(reserved1)
    packet = struct.pack(">I", word) + middle + (vsid.to_bytes(3, "big") + b"\x10" if keyed else b"") + (b"" if sequence is None else struct.pack(">I", sequence)) + inner
    if reserved1 is not None:
        packet = packet[:4] + w.be16(w.internet_checksum(packet)) + packet[6:]
    if flip is not None:
        packet = packet[:flip // 8] + bytes([packet[flip // 8] ^ 1 << flip % 8]) + packet[flip // 8 + 1:]
    return packet


PLAIN17 = w.W17[46:]
LENIENT = {"checksum": True, "sequence": True}
c = Case("lenient-checksum", ["B-005", "B-006"], "lenient.checksum: W-17 is decapsulated, with any Reserved1; one bit flipped anywhere behind the flags is drop.gre.csum_bad; S is refused still, and K is asked for.",
         config(known(peers=[w.PEER4, w.PEER6]), lenient={"checksum": True}))
c.rx("underlay0", w.W17, ("access0", w.bridged(PLAIN17, 100)))
for reserved1 in (0, 1, 0xFFFF):
    for src in (w.PEER4, w.PEER6):
        for inner in (PLAIN17, DOWN, back4(b"odd"), back4(b"even")):
            inner = inner if src == w.PEER4 else elsewhere(inner)
            c.rx("underlay0", received(gre_of(inner, 0xA0006558, reserved1), src), ("access0", w.bridged(inner, 100)))
            for flip in (32, 47, 48, 63, 64, 95, 96, 300, 8 * (12 + len(inner)) - 1):
                c.rx("underlay0", received(gre_of(inner, 0xA0006558, reserved1, flip=flip), src), drop="drop.gre.csum_bad")
c.rx("underlay0", received(gre_of(DOWN, 0xB0006558, 0, 7)), drop="drop.gre.seq_present")
c.rx("underlay0", received(gre_of(DOWN, 0x30006558, sequence=7)), drop="drop.gre.seq_present")
c.rx("underlay0", received(gre_of(DOWN, 0x80006558, 0, keyed=False)), drop="drop.gre.no_key")
c.rx("underlay0", received(gre_of(DOWN, 0xA0016558, 0)), drop="drop.gre.version").rx("underlay0", received(gre_of(DOWN, 0xA0000800, 0)), drop="drop.gre.proto").counter("gre.proto.0800")
c.rx("underlay0", received(gre_of(DOWN, 0xA0006558, 0, vsid=5999)), drop="drop.vsid.unknown")
for n in (8, 11):
    c.rx("underlay0", received(gre_of(b"", 0xA0006558, 0)[:n]), drop="drop.gre.truncated")
c.rx("underlay0", received(gre_of(DOWN[:13], 0xA0006558, 0)), drop="drop.inner.short").good()

c = Case("lenient-sequence", ["B-010"], "lenient.sequence: the number is skipped, whatever it is and in whatever order; C is refused still.", config(known(), lenient={"sequence": True}))
for number in (0, 1, 1, 7, 3, 0xFFFFFFFF):
    c.rx("underlay0", received(gre_of(DOWN, 0x30006558, sequence=number)), ("access0", w.bridged(DOWN, 100)))
c.rx("underlay0", w.W17, drop="drop.gre.csum_present").rx("underlay0", received(gre_of(DOWN, 0xB0006558, 0, 7)), drop="drop.gre.csum_present")
c.rx("underlay0", received(gre_of(b"", 0x30006558, sequence=7)[:11]), drop="drop.gre.truncated")
c.rx("underlay0", received(gre_of(DOWN, 0x10006558, sequence=7, keyed=False)), drop="drop.gre.no_key").good()

c = Case("lenient-both", ["B-005", "B-006", "B-010"], "Both switches: the key follows the checksum and precedes the sequence number.", config(known(), lenient=LENIENT))
for number in (0, 9, 2):
    c.rx("underlay0", received(gre_of(DOWN, 0xB0006558, 0x1234, number)), ("access0", w.bridged(DOWN, 100)))
    c.rx("underlay0", received(gre_of(DOWN, 0xB0006558, 0, number, flip=8 * 14 + 3)), drop="drop.gre.csum_bad")
for n in (8, 12, 15):
    c.rx("underlay0", received(gre_of(b"", 0xB0006558, 0, 1)[:n]), drop="drop.gre.truncated")
c.good()

c = Case("accepted-inner-tag", ["A-045"], "acceptInnerTag of one peer in one VSID: its tagged frames pass with their tag, which makes them not IP; the same PA elsewhere and another peer of the VSID may not.",
         config(known(peers=[{"address": w.PEER4, "acceptInnerTag": True}, w.PEER6]), segment("green", 5002, (("access0", 200),), records=[AT_VM, {**AT_HOST, "vlan": 200}])))
for tpid in w.TPIDS:
    inner = w.tag(DOWN, 7, 3, tpid=tpid)
    c.down(inner).down(inner, src=w.PEER6, drop="drop.inner.tagged").down(inner, vsid=5002, drop="drop.inner.tagged")
c.rx("underlay0", w.W19, ("access0", w.bridged(w.W19[42:], 100)))

"""Outer Ethernet, outer IP, GRE, VSID, FlowID, inner frame as they come from and go to peers (A.1 to A.6, A.13, B.1 to B.5)."""
import ipaddress

import wire as w
from suite import Case, access, config, known, segment, underlay, AT_HOST, AT_VM

H, M = "10.1.1.200", "10.1.1.11"
H6, M6 = "2001:db8:ca::200", "2001:db8:ca::b"
UP, DOWN = w.IN01, w.IN03
BOTH = ["192.0.2.1/24", "2001:db8:a::1/64"]


def udp4(payload=b"conformance", sport=5004, dport=5004, src=H, dst=M, dst_mac=w.VM, src_mac=w.HOST, **ip):
    return w.eth(dst_mac, src_mac, 0x0800, w.ipv4(src, dst, 17, w.udp(src, dst, sport, dport, payload), **ip))


def udp6(payload=b"conformance", sport=5004, dport=5004, src=H6, dst=M6, dst_mac=w.VM, src_mac=w.HOST, **ip):
    return w.eth(dst_mac, src_mac, 0x86DD, w.ipv6(src, dst, 17, w.udp(src, dst, sport, dport, payload), **ip))


def back4(payload=b"back", **more):
    return udp4(payload, src=M, dst=H, dst_mac=w.HOST, src_mac=w.VM, **more)


def back6(payload=b"back", **more):
    return udp6(payload, src=M6, dst=H6, dst_mac=w.HOST, src_mac=w.VM, **more)


# ---- worked packets -------------------------------------------------------------------------------------------------

Case("w01-vlan-to-nvgre", ["A-001", "A-003", "A-005", "A-009", "A-040", "A-050", "A-051", "A-060", "A-063", "A-064", "E-020", "B-032", "B-022"],
     "W-01 from VLAN 100 leaves as W-02.", config(segment())).rx("access0", w.W01, ("underlay0", w.W02), unknown=True)

Case("w03-nvgre-to-vlan", ["A-060", "B-053", "E-020"], "W-03 from the peer leaves as W-04, TTL and checksum untouched.",
     config(segment())).rx("underlay0", w.W03, ("access0", w.W04), unknown=True)

Case("w01-w03-conversation", ["A-067", "E-030", "A-101"],
     "W-01 is flooded (one peer), W-03 answers: both ends are known now and nothing is flooded any more. PA MTU 1500, unicast only.",
     config(segment())).rx("access0", w.W01, ("underlay0", w.W02), unknown=True).at(1).rx("underlay0", w.W03, ("access0", w.W04)) \
    .at(2).rx("access0", w.W01, ("underlay0", w.W02)).at(3).rx("underlay0", w.W03, ("access0", w.W04))

SIX = {"address": w.PEER6, "ecn": "normal"}
RECORD6 = {"mac": w.VM, "ca": M, "pa": w.PEER6}
Case("w07-four-in-six", ["A-001", "A-060", "A-063", "A-065", "B-020", "B-030"], "W-07: inner IPv4 UDP in outer IPv6, ECN normal, DSCP copied.",
     config(segment(peers=[SIX], records=[RECORD6, AT_HOST]))).rx("access0", w.tag(w.W07[62:], 100), ("underlay0", w.W07)) \
    .at(1).down(back4(), src=w.PEER6)

Case("w08-six-in-four", ["A-060", "A-063"], "W-08: inner ICMPv6 in outer IPv4.", config(known())) \
    .rx("access0", w.tag(w.W08[42:], 100), ("underlay0", w.W08)).at(1).down(back6())

Case("six-in-six", ["A-063", "A-065"], "IPv6 in IPv6, both ways, with flow label and payload length.",
     config(segment(peers=[w.PEER6], records=[RECORD6, AT_HOST]))).up(udp6(), peers=[w.PEER6]).at(1).down(back6(), src=w.PEER6)

Case("w09-arp-is-padded", ["A-013", "A-010"], "W-09 (42-byte inner ARP) leaves as W-10, padded with zeros to 60.", config(segment())) \
    .rx("underlay0", w.W09, ("access0", w.W10), bum=True)

LLC = w.W11[42:59]
c = Case("w11-outer-padding", ["A-012", "A-010"],
         "W-11: the outer total length says 17 inner bytes; the byte of Ethernet padding behind them never reaches the VLAN, be it 0 or 0xFF.",
         config(segment()))
c.rx("underlay0", w.W11, ("access0", w.bridged(LLC, 100)), bum=True)
c.rx("underlay0", w.W11[:59] + b"\xff", ("access0", w.bridged(LLC, 100)), bum=True)
c.at(1).rx("underlay0", w.W03 + b"\xff" * 7, ("access0", w.W04), unknown=True)

FIRST, SECOND = w.fragments15()
Case("w15-inner-fragments", ["A-033"], "W-15: both fragments of an inner datagram carry the 3-tuple's FlowID; nothing is fragmented outside.",
     config(known())).up(FIRST).up(SECOND)

Case("w17-checksum-present", ["A-006"], "W-17 is not NVGRE by default.", config(known())).good() \
    .rx("underlay0", w.W17, drop="drop.gre.csum_present").good()

for tpid in w.TPIDS:
    Case("w19-inner-tag-%04x" % tpid, ["A-042", "A-043", "A-045"] if tpid == 0x8100 else ["A-043"], "W-19 with TPID 0x%04X." % tpid, config(known())) \
        .good().rx("underlay0", w.W19[:54] + w.be16(tpid) + w.W19[56:], drop="drop.inner.tagged").good()

Case("inner-priority-tag", ["A-044"], "A priority tag inside is a tag: 81 00 A0 00.", config(known())) \
    .good().down(w.tag(DOWN, 0, pcp=5), drop="drop.inner.tagged").good()

TAGGER = {"address": w.PEER4, "acceptInnerTag": True}
Case("inner-tag-accepted", ["A-045"], "The exception: from a peer with acceptInnerTag a tagged inner frame is bridged as it is.",
     config(segment(peers=[TAGGER], records=[AT_VM, AT_HOST]))).down(w.tag(DOWN, 7)).at(1).down(DOWN)

# ---- GRE header -----------------------------------------------------------------------------------------------------

ACCEPTED = [0x2000] + [0x2000 | 1 << bit for bit in range(3, 10)] + [0x23F8]
c = Case("gre-ignored-bits", ["B-002"], "Bits 6 to 12 of the first word are ignored on receipt: each alone and all together.", config(known()))
for word in ACCEPTED:
    c.down(DOWN, word=word << 16 | 0x6558)


def word_case(name, rows, reason, words, **counters):
    made = Case(name, rows, "First words " + ", ".join("%08X" % x for x in words) + ": " + reason + ".", config(known()))
    for x in words:
        made.good().rx("underlay0", w.W03[:34] + x.to_bytes(4, "big") + w.W03[38:], drop=reason)
    made.good()
    for counter, n in counters.items():
        made.counter(counter, n)
    return made


word_case("gre-no-key", ["A-008"], "drop.gre.no_key", [0x00006558])
word_case("gre-checksum", ["A-006"], "drop.gre.csum_present", [0xA0006558])
word_case("gre-sequence", ["A-007"], "drop.gre.seq_present", [0x30006558])
word_case("gre-version", ["B-004"], "drop.gre.version", [0x20006558 | v << 16 for v in range(1, 8)] + [0x3001880B])
word_case("gre-reserved-bits", ["B-001"], "drop.gre.reserved", [0x24006558, 0x28006558, 0x60006558])
word_case("gre-protocol-types", ["B-007", "B-013"], "drop.gre.proto", [0x20000800, 0x200086DD, 0x200088BE, 0x2000880B],
          **{"gre.proto.0800": 1, "gre.proto.86dd": 1, "gre.proto.88be": 1, "gre.proto.880b": 1})

for name, peer in (("four", w.PEER4), ("six", w.PEER6)):
    c = Case("gre-cut-by-outer-length-" + name, ["B-008"] if name == "four" else [], "Outer payloads of 0 to 7 bytes hold no GRE header with a key.",
             config(known(peers=[w.PEER4, w.PEER6])))
    for n in range(8):
        c.good().rx("underlay0", w.outer(w.gre(b"")[:n], peer, w.LOCAL4 if name == "four" else w.LOCAL6, w.ROUTER, w.GATEWAY_UNDERLAY, ttl=62),
                    drop="drop.gre.truncated")
    c.good()

c = Case("gre-cut-by-outer-length-in-a-long-frame", ["B-008"], "The outer length cuts the GRE header although the Ethernet frame goes on.", config(known()))
for n in (4, 7):
    short = w.ipv4(w.PEER4, w.LOCAL4, 47, w.gre(DOWN), total=20 + n)
    c.good().rx("underlay0", w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x0800, short), drop="drop.gre.truncated")

c = Case("inner-short", ["A-014"], "Inner frames of 0 to 13 bytes are too short; one of 14 is not.", config(known()))
for n in range(14):
    c.good().down(w.eth(w.HOST, w.VM, 0x88B5)[:n], drop="drop.inner.short")
c.at(1).down(w.eth(w.HOST, w.VM, 0x88B5))

# ---- what is carried ------------------------------------------------------------------------------------------------

c = Case("any-ethertype", ["A-010", "A-011"], "Every EtherType is carried with its bytes as they are: local experimental, PPPoE, MPLS, LLC, SNAP, ARP, unknown; both ways.",
         config(known()))
for kind, body in ((0x88B5, bytes(range(64))), (0x8864, b"\x11\x00\x00\x07\x00\x04\xc0\x21\x01\x02" + b"\0" * 36), (0x8847, b"\x00\x01\x01\x40" + bytes(range(50))),
                   (3, b"\xaa\xaa\x03" + b"\0" * 43), (8, b"\xaa\xaa\x03\0\0\x0c\x20\x04" + b"\0" * 38), (0x0806, w.arp(2, w.HOST, H, w.VM, M) + b"\0" * 18),
                   (0xFFFF, b"\xff" * 100), (0x05DD, b"\x55" * 77)):
    c.up(w.eth(w.VM, w.HOST, kind, body))
    c.down(w.eth(w.HOST, w.VM, kind, body))

c = Case("short-frames-are-kept-and-padded", ["A-009", "A-011", "A-013"],
         "Every length of a non-IP frame from 14 bytes up: nothing is stripped from or appended to the inner tail, what falls below 60 on the wire is padded with zeros.",
         config(known()))
for n in range(14, 70):
    body = bytes((n + i) % 255 + 1 for i in range(n - 14))
    c.up(w.eth(w.VM, w.HOST, 0x88B5, body))
    c.down(w.eth(w.HOST, w.VM, 0x88B5, body))

c = Case("vsid-and-flow-in-the-key", ["A-004"], "VSID 0x123456 and FlowID 0xAB make key 12 34 56 AB, and back.",
     config(segment(vsid=0x123456, records=[AT_VM, AT_HOST])))
FLOW_AB = next(f for f in (udp4(sport=p) for p in range(1024, 65536)) if w.flow_id(f) == 0xAB)
assert w.encapsulated(FLOW_AB, vsid=0x123456)[38:42] == bytes.fromhex("123456AB")
c.up(FLOW_AB, vsid=0x123456).at(1).down(DOWN, vsid=0x123456, flow=0xAB)

for edge in (4096, 16777214):
    c = Case("vsid-%d" % edge, ["A-021"], "The first and the last VSID pass traffic.", config(segment(vsid=edge, records=[AT_VM, AT_HOST])))
    c.up(UP, vsid=edge).at(1).down(DOWN, vsid=edge)


def key_case(name, rows, reason, vsids):
    made = Case(name, rows, "Keys with VSID %s from an authorised PA: %s, silently." % (", ".join("0x%06X" % v for v in vsids), reason),
                config(segment(peers=[w.PEER4, "198.51.100.11"])))
    for i, v in enumerate(vsids):
        made.down(w.eth(w.HOST, w.VM, 0x88B5, b"must not be learned" + b"." * 40), vsid=v, flow=i * 37 & 255, drop=reason)
    # the source was not learned: a frame to it still goes to every peer
    made.at(10).up(UP, peers=[w.PEER4, "198.51.100.11"], unknown=True)
    return made


key_case("vsid-reserved", ["A-022"], "drop.vsid.reserved", [0x000FFF, 0, 1, 0x800])
key_case("vsid-vendor", ["A-023"], "drop.vsid.vendor", [0xFFFFFF])
key_case("vsid-unknown", ["A-025", "B-009"], "drop.vsid.unknown", [0x002000, 0x001000, w.VSID + 1, w.VSID - 1, 0xFFFFFE])

# ---- FlowID ---------------------------------------------------------------------------------------------------------

c = Case("flow-id-known-answers", ["A-034"], "The known answers of the wire format, section 1.5, as the gateway sends them.", config(known()))
for inner, flow in ((UP, 0x24), (w.W07[62:], 0xE7), (w.W08[42:], 0x1B), (FIRST, 0xCB), (SECOND, 0xCB),
                    (w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 6, w.tcp(H, M, 49152, 443))), 0x1E)):
    assert w.flow_id(inner) == flow
    c.up(inner)

c = Case("flow-id-of-broadcasts", ["A-034"], "W-09's inner frame sent by the gateway carries FlowID 0x49 (the MACs and 0x0806 as key).",
         config(segment()))
c.up(w.W09[42:], bum=True)
assert w.encapsulated(w.W09[42:])[41] == 0x49
c.at(1).up(w.W16[42:], bum=True)

for name, conf in (("everywhere", config(known(peers=[w.PEER4, w.PEER6]), flowId="zero")),
                   ("one-peer", config(known(peers=[{"address": w.PEER4, "flowId": "zero"}, w.PEER6])))):
    c = Case("flow-id-off-" + name, ["A-031", "A-065"] if name == "everywhere" else ["A-031"],
             "flowId zero: the last key byte is 00 on every frame, the flow label of IPv6 stays.", conf)
    for i in range(20):
        c.up(udp4(sport=2000 + i), hashed=False)
    broadcast = w.eth(w.BROADCAST, w.HOST, 0x0806, w.arp(1, w.HOST, H, "00:00:00:00:00:00", M) + b"\0" * 18)
    c.at(1).rx("access0", w.tag(broadcast, 100), ("underlay0", w.encapsulated(broadcast, hashed=False)),
               ("underlay0", w.encapsulated(broadcast, w.PEER6, hashed=name == "one-peer")), bum=True)

c = Case("flow-id-is-ignored-on-receipt", ["A-036"], "W-03 with all 256 FlowIDs in one burst: 256 identical outputs.", config(known()))
for flow in range(256):
    c.rx("underlay0", w.W03[:41] + bytes([flow]) + w.W03[42:], ("access0", w.W04))

c = Case("flow-id-depends-on-the-flow-alone", ["A-038"], "DSCP, ECN, TTL, IP ID, flags, payload, TCP sequence and flags vary within a flow: one FlowID.", config(known()))
one = set()
for change in ({"tos": 0xB8}, {"tos": 1}, {"tos": 0x2A}, {"ttl": 1}, {"ttl": 255}, {"ident": 0x4242}, {"flags": 0}, {"payload": b"other"}, {"payload": b""}):
    c.up(udp4(**change))
    one.add(w.flow_id(udp4(**change)))
for change in ({"tclass": 0xB8}, {"hop": 3}, {"label": 0x12345}, {"payload": b"x" * 300}):
    c.up(udp6(**change))
    one.add(w.flow_id(udp6(**change)))
assert len(one) == 2

c = Case("flow-id-key-classes", ["A-034"], "Which bytes make the key: SCTP, DCCP, UDP-Lite, IHL above 5, ports cut by the total length, IPv6 headers walked, AH and no-next-header, fragments, headers that do not parse.",
         config(known()))
ports = b"\x12\x34\x56\x78" + b"\0" * 16
for proto in (33, 132, 136, 6, 17, 1, 2, 50, 51, 89, 255):
    c.up(w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, proto, ports)))
    c.up(w.eth(w.VM, w.HOST, 0x86DD, w.ipv6(H6, M6, proto if proto not in (51,) else 58, ports)))
c.at(1).up(w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 17, ports, options=b"\1\1\1\1\1\1\1\0")))
for total in (20, 21, 22, 23, 24, 40):
    c.up(w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 17, ports, total=total)))
for length in (0, 1, 2, 3, 4):
    c.up(w.eth(w.VM, w.HOST, 0x86DD, w.ipv6(H6, M6, 17, ports, length=length)))
c.at(2)
HOP, DEST, ROUTE, MOBILITY = (bytes([0, 0]) + b"\1\4\0\0\0\0" for _ in range(4))


def chain(*kinds, last=17, body=ports):
    """An IPv6 packet with extension headers of 8 bytes each."""
    out = b""
    for i, kind in enumerate(kinds):
        following = kinds[i + 1] if i + 1 < len(kinds) else last
        if kind == 44:
            out += bytes([following, 0, 0, 1, 0, 0, 0, 9])
        elif kind == "late":
            out += bytes([following, 0, 0x10, 0, 0, 0, 0, 9])
        elif kind == 51:
            out += bytes([following, 1]) + b"\0" * 10
        else:
            out += bytes([following, 0]) + b"\1\4\0\0\0\0"
    first = kinds[0] if kinds[0] != "late" else 44
    return w.eth(w.VM, w.HOST, 0x86DD, w.ipv6(H6, M6, first, out + body))


for kinds in ((0,), (43,), (60,), (135,), (0, 60, 43), (44,), (0, 44, 60), ("late",), (51,), (59,)):
    c.up(chain(*kinds))
c.at(3)
for broken in (w.ipv4(H, M, 17, ports, version=5), w.ipv4(H, M, 17, ports, ihl=4), w.ipv4(H, M, 17, ports)[:19], w.ipv4(H, M, 17, b"", ihl=15),
               b"", b"\x45"):
    c.up(w.eth(w.VM, w.HOST, 0x0800, broken))
for broken in (w.ipv6(H6, M6, 17, ports, version=4), w.ipv6(H6, M6, 17, b"")[:39], b"\x60"):
    c.up(w.eth(w.VM, w.HOST, 0x86DD, broken))

# ---- ECN, DSCP, TTL -------------------------------------------------------------------------------------------------

c = Case("ecn-normal", ["B-020", "B-022"], "Normal mode copies the inner ECN field: 4 vectors over IPv4 and IPv6; a peer without the setting gets 00.",
         config(segment(peers=[{"address": w.PEER4, "ecn": "normal"}, {"address": w.PEER6, "ecn": "normal"}, "198.51.100.11"], records=[
             AT_VM, AT_HOST, {"mac": "00:15:5d:00:00:0c", "ca": "10.1.1.12", "pa": w.PEER6}, {"mac": "00:15:5d:00:00:0d", "ca": "10.1.1.13", "pa": "198.51.100.11"}])))
for ecn in range(4):
    for make in (udp4, udp6):
        field = {"tos": ecn} if make is udp4 else {"tclass": ecn}
        c.up(make(**field), ecn=True)
        c.up(make(dst_mac="00:15:5d:00:00:0c", **field), peers=[w.PEER6], ecn=True)
        c.up(make(dst_mac="00:15:5d:00:00:0d", **field), peers=["198.51.100.11"])

c = Case("ecn-compatibility", ["B-021", "B-022"], "Compatibility mode, the default for a new peer: the outer ECN field is 00 for each of the four.",
         config(known(peers=[w.PEER4, {"address": w.PEER6, "ecn": "compatibility"}], ), ))
for ecn in range(4):
    c.up(udp4(tos=ecn | 0x28)).up(udp6(tclass=ecn | 0x28))

c = Case("dscp-copy", ["B-030", "B-032"], "By default all 64 DSCP values are copied outward, over both families.",
         config(segment(peers=[w.PEER4, w.PEER6], records=[AT_VM, AT_HOST, {"mac": "00:15:5d:00:00:0c", "ca": "10.1.1.12", "pa": w.PEER6}])))
for dscp in range(64):
    c.up(udp4(tos=dscp << 2))
    c.up(udp6(tclass=dscp << 2, dst_mac="00:15:5d:00:00:0c"), peers=[w.PEER6])

c = Case("dscp-fixed", ["B-030"], "A fixed DSCP for one peer and VSID; the inner one is not touched.",
         config(known(peers=[{"address": w.PEER4, "dscp": {"encapsulate": 46}}])))
for dscp in (0, 10, 63):
    c.up(udp4(tos=dscp << 2), dscp=46).up(udp6(tclass=dscp << 2), dscp=46)

c = Case("dscp-from-pcp", ["B-030"], "DSCP from the priority of the removed tag: class selector n for PCP n.",
         config(known(peers=[{"address": w.PEER4, "dscp": {"encapsulate": "pcp"}}])))
for pcp in range(8):
    c.up(udp4(tos=0x28), pcp=pcp, dscp=8 * pcp)

c = Case("dscp-kept-inside", ["B-032"], "On decapsulation the inner DSCP is kept, whatever the outer says.", config(known()))
for outer_dscp in (0, 10, 46, 63):
    c.down(back4(tos=4 << 2), tos=outer_dscp << 2)
    c.down(back6(tclass=4 << 2), tos=outer_dscp << 2)

c = Case("inner-ttl-is-left", ["B-051", "B-053"], "Inner TTL 0, 1, 2, 64 and 255 pass unchanged both ways, the outer TTL is 64 whatever the inner is.", config(known()))
for ttl in (0, 1, 2, 64, 255):
    c.up(udp4(ttl=ttl)).up(udp6(hop=ttl)).down(back4(ttl=ttl)).down(back6(hop=ttl))

c = Case("wrong-inner-checksums-stay", ["B-083"], "Wrong inner IP, TCP, UDP and ICMP checksums leave equally wrong, both ways.", config(known()))
for inner in (w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 6, w.tcp(H, M, 1, 2, data=b"x", wrong=7))),
              w.eth(w.VM, w.HOST, 0x86DD, w.ipv6(H6, M6, 6, w.tcp(H6, M6, 1, 2, data=b"x", wrong=1))),
              w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 17, w.udp(H, M, 1, 2, b"x", checksum=0xDEAD))),
              w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 17, w.udp(H, M, 1, 2, b"x"), checksum=lambda right: right ^ 1)),
              w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 1, b"\x08\0\0\0\0\0\0\0"))):
    c.up(inner)
    c.down(w.mac(w.HOST) + w.mac(w.VM) + inner[12:])

# ---- outer Ethernet -------------------------------------------------------------------------------------------------

c = Case("next-hop-on-and-off-link", ["A-051"], "The router's MAC toward a peer off the link, the peer's own toward one on it.",
         config(segment(peers=[w.PEER4, "192.0.2.2", "2001:db8:a::2"], records=[AT_VM, {"mac": "00:15:5d:00:00:0c", "ca": "10.1.1.12", "pa": "192.0.2.2"},
                {"mac": "00:15:5d:00:00:0d", "ca": "10.1.1.13", "pa": "2001:db8:a::2"}]),
                ports=[access(), underlay(neighbors=[{"address": "192.0.2.254", "mac": w.ROUTER}, {"address": "2001:db8:a::fe", "mac": w.ROUTER},
                                                     {"address": "192.0.2.2", "mac": "02:00:00:00:aa:02"}, {"address": "2001:db8:a::2", "mac": "02:00:00:00:aa:06"}])]))
c.up(udp4())
c.up(udp4(dst_mac="00:15:5d:00:00:0c"), peers=["192.0.2.2"], dst_mac="02:00:00:00:aa:02")
c.up(udp4(dst_mac="00:15:5d:00:00:0d"), peers=["2001:db8:a::2"], dst_mac="02:00:00:00:aa:06")

OUTER = [access(), underlay(vlan=103)]
c = Case("outer-tag", ["A-052", "A-046"], "PA VLAN 103: 81 00 00 67 at byte 12 of what is sent, whatever tag the tenant's frame bore; frames of another PA VLAN are dropped.",
         config(known(), ports=OUTER))
c.rx("access0", w.W01, ("underlay0", w.tag(w.W02, 103)))
c.rx("underlay0", w.tag(w.W03, 103), ("access0", w.W04))
c.rx("underlay0", w.tag(w.W03, 104), drop="drop.l2.outer_vlan")
c.rx("underlay0", w.tag(w.W03, 103, pcp=6), ("access0", w.W04))
c.rx("underlay0", w.tag(w.W03, 4094), drop="drop.l2.outer_vlan")
assert w.encapsulated(UP, vlan=103) == w.tag(w.W02, 103)

c = Case("outer-tag-not-configured", ["A-052"], "Without an outer VLAN a tag with a VID is refused, a priority tag is accepted.", config(known()))
for vid, pcp in ((0, 0), (1, 0), (0, 7), (100, 0), (4095, 0)):
    frame = w.tag(w.W03, vid, pcp)
    if vid:
        c.good().rx("underlay0", frame, drop="drop.l2.outer_vlan")
    else:
        c.good().rx("underlay0", frame, ("access0", w.W04))

c = Case("outer-other-mac", ["A-056"], "Frames for another unicast MAC or an unjoined group are not looked at; broadcast frames carry ARP only.", config(known()))
for other in ("02:00:00:00:02:02", w.ROUTER, "00:00:00:00:00:00", "01:00:5e:01:13:89", "33:33:ff:00:00:77", w.BROADCAST):
    c.good().rx("underlay0", w.mac(other) + w.W03[6:], drop="drop.l2.not_for_us")

Case("outer-joined-group-mac", ["A-056"], "NVGRE to a local PA is taken from a group MAC that the port has joined (the solicited-node group of its IPv6 address) too.",
     config(known(peers=[w.PEER4, w.PEER6]))).down(DOWN, dst_mac="33:33:ff:00:00:01")

c = Case("outer-runts", ["A-056"], "Shorter than 14 bytes, or than 14 and the tag: a runt; a cut second tag is EtherType 0x8100.", config(known()))
for n in (1, 6, 10, 12, 13):
    c.good().rx("underlay0", w.W03[:n], drop="drop.l2.runt")
for n in range(14, 18):
    c.rx("underlay0", w.tag(w.W03, 0)[:n], drop="drop.l2.runt")
for n in (18, 20, 22):
    c.rx("underlay0", w.tag(w.tag(w.W03, 0), 0)[:n], drop="drop.l2.ethertype")

c = Case("outer-ethertypes", [], "EtherTypes that the underlay side does not serve.", config(known()))
for kind in (0x88B5, 0x8847, 0x0026, 0x86DE, 0xFFFF, 0x88CC):
    c.good().rx("underlay0", w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, kind, b"\0" * 60), drop="drop.l2.ethertype")

# ---- outer IP -------------------------------------------------------------------------------------------------------

TWO = underlay(addresses=BOTH + ["203.0.113.1/24", "2001:db8:c::1/64"])
c = Case("source-address-by-policy", ["A-061"], "Two local PAs of each family; each segment sends from the ones it names.",
         config(segment(peers=[w.PEER4, w.PEER6], sourceAddresses=["203.0.113.1", "2001:db8:c::1"], records=[AT_VM]),
                segment("green", 5002, (("access0", 200),), peers=[w.PEER4], records=[AT_VM]),
                segment("red", 5003, (("access0", 300),), peers=[w.PEER4], sourceAddresses=["192.0.2.1"], records=[AT_VM]),
                segment("gray", 5004, (("access0", 400),), peers=[w.PEER6], sourceAddresses=["2001:db8:c::1"], records=[{**AT_VM, "pa": w.PEER6}]),
                ports=[access(), TWO]))
c.up(UP, src="203.0.113.1").up(UP, vid=200, vsid=5002).up(UP, vid=300, vsid=5003).up(UP, vid=400, vsid=5004, peers=[w.PEER6], src="2001:db8:c::1")

c = Case("any-local-address-receives", ["A-062"], "NVGRE to each local PA is accepted, whichever the segment sends from.",
         config(known(peers=[w.PEER4, w.PEER6], sourceAddresses=["192.0.2.1", "2001:db8:a::1"]), ports=[access(), TWO]))
for local in ("192.0.2.1", "203.0.113.1"):
    c.down(DOWN, dst=local)
Case("any-local-address-receives-six", ["A-062"], "The same over IPv6.",
     config(segment(peers=[w.PEER6], records=[{**AT_VM, "pa": w.PEER6}, AT_HOST], sourceAddresses=["2001:db8:a::1"]), ports=[access(), TWO])) \
    .down(DOWN, src=w.PEER6, dst="2001:db8:a::1").down(DOWN, src=w.PEER6, dst="2001:db8:c::1")


def ip4_case(name, rows, description, *vectors, **more):
    made = Case(name, rows, description, config(known(peers=[w.PEER4, w.PEER6]), **more))
    for vector, verdict in vectors:
        frame = w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x86DD if vector[:1] and vector[0] >> 4 == 6 and verdict != "drop.ip.version" else 0x0800, vector)
        made.good().rx("underlay0", frame, *([] if verdict else [("access0", w.W04)]), drop=verdict)
    return made.good()


BODY = w.gre(DOWN)


def from4(**fields):
    fields.setdefault("payload", BODY)
    return w.ipv4(fields.pop("src", w.PEER4), fields.pop("dst", w.LOCAL4), fields.pop("protocol", 47), fields.pop("payload"), **fields)


def from6(**fields):
    fields.setdefault("payload", BODY)
    return w.ipv6(fields.pop("src", w.PEER6), fields.pop("dst", w.LOCAL6), fields.pop("protocol", 47), fields.pop("payload"), **fields)


def one_bit_off(address, bit):
    return str(ipaddress.IPv6Address(int(ipaddress.IPv6Address(address)) ^ 1 << bit))


BITS = (0, 7, 8, 30, 47, 63, 64, 80, 96, 104, 111)
ip4_case("outer-ip-version", ["A-068"], "A version that does not match the EtherType.", (from4(version=5), "drop.ip.version"), (from4(version=0), "drop.ip.version"),
         (from6(), "drop.ip.version"))
c = Case("outer-ip-version-six", ["A-068"], "The same behind EtherType 0x86DD.", config(known(peers=[w.PEER4, w.PEER6])))
for vector in (from4() + b"\0" * 40, from6(version=5), from6(version=15)):
    c.good().rx("underlay0", w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x86DD, vector), drop="drop.ip.version")

ip4_case("outer-ip-header", ["A-068"], "Fewer than 20 (40) bytes, IHL below 5 or beyond the frame: drop.ip.hdr.",
         (from4(ihl=4), "drop.ip.hdr"), (from4(ihl=0), "drop.ip.hdr"), (from4()[:19], "drop.ip.hdr"), (from4(payload=b"", ihl=6), "drop.ip.hdr"),
         (from4(payload=b"\1" * 20, ihl=15), "drop.ip.hdr"), (from6()[:39], "drop.ip.hdr"), (from6()[:1], "drop.ip.hdr"), (from6(payload=b"")[:20], "drop.ip.hdr"))
ip4_case("outer-ip-length", ["A-068"], "Total or payload length below the header or beyond the frame: drop.ip.len.",
         (from4(total=19), "drop.ip.len"), (from4(total=0), "drop.ip.len"), (from4(total=21 + len(BODY)), "drop.ip.len"), (from4(total=65535), "drop.ip.len"),
         (from4(options=b"\1\1\1\1", total=20), "drop.ip.len"), (from6(length=len(BODY) + 1), "drop.ip.len"), (from6(length=65535), "drop.ip.len"),
         (from4(payload=BODY[:-1], total=20 + len(BODY)), "drop.ip.len"))
ip4_case("outer-ip-checksum", ["A-144"], "The outer IPv4 checksum one up, one down, zero, all ones: drop.ip.cksum.",
         (from4(checksum=lambda right: right + 1), "drop.ip.cksum"), (from4(checksum=lambda right: right - 1), "drop.ip.cksum"),
         (from4(checksum=lambda right: 0), "drop.ip.cksum"), (from4(checksum=lambda right: 0xFFFF), "drop.ip.cksum"),
         (from4(checksum=lambda right: right ^ 0x8000), "drop.ip.cksum"))
ip4_case("outer-ip-transit", ["B-018", "A-035"], "GRE to an address that is not a local PA is neither consumed nor sent on.",
         (from4(dst="192.0.2.3"), "drop.ip.not_local"), (from4(dst="198.51.100.77"), "drop.ip.not_local"), (from4(dst="239.1.19.137"), "drop.ip.not_local"),
         (from4(dst="255.255.255.255"), "drop.ip.not_local"), (from6(dst="2001:db8:a::2"), "drop.ip.not_local"))
ip4_case("outer-ip-one-bit-off", ["B-017"], "A destination PA with one bit off, in each byte, is not ours; a source PA one bit off is no peer.",
         *[(from6(dst=one_bit_off(w.LOCAL6, bit)), "drop.ip.not_local") for bit in BITS],
         *[(from6(src=one_bit_off(w.PEER6, bit)), "drop.peer.unknown") for bit in BITS])
ip4_case("outer-ip-options", ["B-019"], "NOPs, a timestamp, router alert: skipped. Source routes: drop.ip.options. A list that does not parse: drop.ip.hdr.",
         (from4(options=b"\1\1\1\1"), None), (from4(options=b"\1\1\1\0"), None), (from4(options=b"\x94\4\0\0"), None), (from4(options=b"\x44\x08\5\0\0\0\0\0"), None),
         (from4(options=b"\0\xff\xff\xff"), None), (from4(options=b"\1" * 40), None),
         (from4(options=b"\x83\7\4\xc0\0\2\1\0"), "drop.ip.options"), (from4(options=b"\x89\7\4\xc0\0\2\1\0"), "drop.ip.options"),
         (from4(options=b"\1\x83\3\4"), "drop.ip.options"),
         (from4(options=b"\x44\0\0\0"), "drop.ip.hdr"), (from4(options=b"\x44\1\0\0"), "drop.ip.hdr"), (from4(options=b"\x44\5\0\0"), "drop.ip.hdr"),
         (from4(options=b"\1\1\1\x44"), "drop.ip.hdr"))
ip4_case("outer-ip-fragments", ["A-072"], "Outer fragments: MF, an offset, an IPv6 Fragment header, atomic too.",
         (from4(flags=0x2000), "drop.ip.fragment"), (from4(flags=1), "drop.ip.fragment"), (from4(flags=0x1FFF), "drop.ip.fragment"), (from4(flags=0), None),
         (from6(protocol=44, payload=b"\x2f\0\0\1\0\0\0\1" + BODY), "drop.ip.fragment"), (from6(protocol=44, payload=b"\x2f\0\0\0\0\0\0\1" + BODY), "drop.ip.fragment"),
         (from6(protocol=44, payload=b"\x2f\0\0\x10\0\0\0\1" + BODY), "drop.ip.fragment"))
ip4_case("outer-ip-martians", ["A-069"], "Sources that cannot be a peer: group, broadcast, loopback, unspecified, a local PA.",
         *[(from4(src=s), "drop.ip.martian") for s in ("224.0.0.5", "239.1.19.137", "255.255.255.255", "127.0.0.1", "127.255.0.1", "0.0.0.0", "192.0.2.1")],
         *[(from6(src=s), "drop.ip.martian") for s in ("ff02::1", "ff05::1", "::1", "::", "2001:db8:a::1")])
ip4_case("outer-ip-protocols", ["B-080"], "IP protocols that a local PA does not serve; VXLAN and GRE-in-UDP are told apart.",
         (from4(protocol=6, payload=w.tcp(w.PEER4, w.LOCAL4, 1, 80)), "drop.ip.proto"), (from4(protocol=50), "drop.ip.proto"), (from4(protocol=255), "drop.ip.proto"),
         (from4(protocol=17, payload=w.udp(w.PEER4, w.LOCAL4, 40000, 53, b"?")), "drop.ip.proto"),
         (from4(protocol=17, payload=w.udp(w.PEER4, w.LOCAL4, 40000, 4789, b"\x08\0\0\0" + b"\0" * 40)), "drop.ip.proto"),
         (from4(protocol=17, payload=w.udp(w.PEER4, w.LOCAL4, 50000, 4754, BODY)), "drop.ip.proto"),
         (from6(protocol=51), "drop.ip.proto"), (from6(protocol=59), "drop.ip.proto"), (from6(protocol=6), "drop.ip.proto")) \
    .counter("rx.vxlan_ignored").counter("rx.gre_in_udp_ignored")


def option_header(next_header, length8=0, kind="pad"):
    size = 8 + 8 * length8
    return bytes([next_header, length8]) + (b"\1" + bytes([size - 4]) + b"\0" * (size - 4) if size - 4 < 256 else b"\0" * (size - 2))


def route_header(next_header, left):
    return bytes([next_header, 2, 2, left]) + b"\0" * 4 + w.ip("2001:db8::9")


def sized(total):
    """Destination options that fill total bytes and end in GRE."""
    first = total // 2 // 8 * 8
    rest = total - first
    return option_header(60, first // 8 - 1) + option_header(47, rest // 8 - 1)


C6 = config(segment(peers=[w.PEER6], records=[{**AT_VM, "pa": w.PEER6}, AT_HOST]))


def ip6_case(name, rows, description, *vectors):
    made = Case(name, rows, description, C6)
    for (protocol, payload), verdict in vectors:
        frame = w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x86DD, w.ipv6(w.PEER6, w.LOCAL6, protocol, payload))
        made.down(DOWN, src=w.PEER6).rx("underlay0", frame, *([] if verdict else [("access0", w.W04)]), drop=verdict)
    return made.down(DOWN, src=w.PEER6)


ip6_case("outer-extension-headers", ["B-015"], "Hop-by-hop, destination options, routing with nothing left: walked. Over 256 bytes, segments left, cut: drop.ip.hdr.",
         ((60, option_header(47) + BODY), None), ((0, option_header(47) + BODY), None), ((43, route_header(47, 0) + BODY), None),
         ((0, option_header(60) + option_header(43) + route_header(60, 0) + option_header(47, 3) + BODY), None),
         ((135, option_header(47) + BODY), None), ((139, option_header(47) + BODY), None), ((140, option_header(47) + BODY), None),
         ((60, sized(256) + BODY), None), ((60, sized(264) + BODY), "drop.ip.hdr"), ((60, sized(304) + BODY), "drop.ip.hdr"),
         ((43, route_header(47, 1) + BODY), "drop.ip.hdr"), ((0, option_header(43) + route_header(47, 255) + BODY), "drop.ip.hdr"),
         ((60, option_header(44) + b"\x2f\0\0\0\0\0\0\1" + BODY), "drop.ip.fragment"),
         ((60, b"\x2f\x09" + b"\1\4\0\0\0\0"), "drop.ip.hdr"), ((60, b"\x2f"), "drop.ip.hdr"), ((60, b""), "drop.ip.hdr"),
         ((60, option_header(51) + b"\x2f\0" + b"\0" * 6 + BODY), "drop.ip.proto"), ((60, option_header(59)), "drop.ip.proto"))

# ---- peers ----------------------------------------------------------------------------------------------------------

c = Case("peer-unknown", ["A-140", "B-014", "F-040"], "The right key from a PA that is not the segment's peer, though it is another's: drop.peer.unknown, and nothing is learned.",
         config(segment(peers=[w.PEER4, "198.51.100.11"]), segment("green", 5002, (("access0", 200),), peers=["198.51.100.12"])))
c.down(DOWN, src="198.51.100.99", drop="drop.peer.unknown").down(DOWN, src="198.51.100.12", drop="drop.peer.unknown")
c.down(DOWN, src="2001:db8:b::99", drop="drop.peer.unknown").down(DOWN, src=w.PEER4, vsid=5002, drop="drop.peer.unknown")
c.at(10).up(UP, peers=[w.PEER4, "198.51.100.11"], unknown=True)

c = Case("peer-down", ["A-093"], "A peer that is administratively down: nothing is sent to it or taken from it, and nothing is flooded in its stead.",
         config(segment(peers=[{"address": w.PEER4, "adminState": "down"}, "198.51.100.11"], records=[AT_VM, AT_HOST])))
c.up(UP, drop="drop.peer.down").down(DOWN, drop="drop.peer.down").at(1).up(UP, drop="drop.peer.down").down(DOWN, src="198.51.100.11").counter("fdb.conflict")

# ---- loops and nesting ----------------------------------------------------------------------------------------------


def tenant_gre(src, dst, protocol=47):
    body = w.gre(udp4(), vsid=5001)
    family = w.ipv4 if "." in src else w.ipv6
    return w.eth(w.VM, w.HOST, 0x0800 if "." in src else 0x86DD, family(src, dst, protocol, body))


c = Case("tenant-gre-is-a-loop", ["B-011", "F-043"], "Tenant IP packets of protocol 47 from or to a local PA, or from a peer of the segment, both ways: drop.loop.",
         config(known(peers=[w.PEER4, w.PEER6])))
for src, dst in ((w.LOCAL4, "198.51.100.77"), ("10.9.9.9", w.LOCAL4), (w.PEER4, "10.9.9.9"), (w.LOCAL6, "2001:db8:ca::b"), ("2001:db8:ca::b", w.LOCAL6),
                 (w.PEER6, "2001:db8:ca::b")):
    c.good().up(tenant_gre(src, dst), drop="drop.loop")
    c.down(w.mac(w.HOST) + w.mac(w.VM) + tenant_gre(src, dst)[12:], drop="drop.loop")
c.at(1).up(tenant_gre("10.9.9.9", w.PEER4)).up(tenant_gre(w.LOCAL4, w.PEER4, protocol=17)).up(tenant_gre(w.PEER4, w.LOCAL4, protocol=4))

c = Case("nvgre-in-nvgre", ["B-012"], "At most one level is decapsulated: an NVGRE packet inside is ordinary payload, both ways.", config(known()))
nested = w.eth(w.HOST, w.VM, 0x0800, w.ipv4("10.5.0.1", "10.5.0.2", 47, w.gre(DOWN)))
c.down(nested).at(1).up(w.mac(w.VM) + w.mac(w.HOST) + nested[12:])

c = Case("lossless-ethernet", ["A-146"], "FCoE and FIP are not suited to NVGRE, in either direction.", config(known()))
for kind in (0x8906, 0x8914):
    c.good().up(w.eth(w.VM, w.HOST, kind, b"\0" * 60), drop="drop.inner.lossless").down(w.eth(w.HOST, w.VM, kind, b"\0" * 60), drop="drop.inner.lossless")

RESERVED = ["01:80:c2:00:00:%02x" % n for n in range(1, 16)]
c = Case("reserved-group-macs", ["E-070"], "01-80-C2-00-00-01 to -0F are not forwarded, in either direction: LACP, pause, 802.1X, LLDP.", config(known()))
for group in RESERVED:
    kind = {1: 0x8808, 2: 0x8809, 3: 0x888E, 14: 0x88CC}.get(int(group[-2:], 16), 0x88B5)
    c.good().up(w.eth(group, w.HOST, kind, b"\0" * 50), drop="drop.l2.reserved_mac").down(w.eth(group, w.VM, kind, b"\0" * 50), drop="drop.l2.reserved_mac")
    c.rx("access0", w.eth(group, w.HOST, kind, b"\0" * 50), drop="drop.l2.reserved_mac")
c.at(1).down(w.eth("01:80:c2:00:00:10", w.VM, 0x88B5, b"\0" * 50), bum=True).up(w.eth("01:80:c2:00:00:10", w.HOST, 0x88B5, b"\0" * 50), bum=True)
c.down(w.eth("01:80:c2:00:00:00", w.VM, 3, b"BPDU" + b"\0" * 42), bum=True)

c = Case("switch-control-groups", ["E-072", "E-074"], "Spanning tree and Cisco control groups are not carried toward NVGRE by default; from NVGRE they pass (W-11).", config(known()))
for group in ("01:80:c2:00:00:00", "01:00:0c:cc:cc:cc", "01:00:0c:cc:cc:cd"):
    c.good().up(w.eth(group, w.HOST, 3, b"\x42\x42\x03" + b"\0" * 43), drop="drop.l2.control")
    c.down(w.eth(group, w.VM, 3, b"\x42\x42\x03" + b"\0" * 43), bum=True)

c = Case("source-macs", ["A-103"], "Group, all-zero and the gateway's own source MACs are refused on both sides; a tenant frame to the gateway's own MAC is not flooded.",
         config(known()))
for source in ("01:00:5e:00:00:01", w.BROADCAST, "00:00:00:00:00:00", "03:00:00:00:00:01"):
    c.good().up(w.mac(w.VM) + w.mac(source) + UP[12:], drop="drop.inner.src_mac").down(w.mac(w.HOST) + w.mac(source) + DOWN[12:], drop="drop.inner.src_mac")
c.good().up(w.mac(w.VM) + w.mac(w.GATEWAY_ACCESS) + UP[12:], drop="drop.inner.self_mac").down(w.mac(w.HOST) + w.mac(w.GATEWAY_ACCESS) + DOWN[12:], drop="drop.inner.self_mac")
c.good().up(w.mac(w.GATEWAY_ACCESS) + w.mac(w.HOST) + UP[12:], drop="drop.inner.self_mac").down(w.mac(w.GATEWAY_ACCESS) + w.mac(w.VM) + DOWN[12:], drop="drop.inner.self_mac")

c = Case("source-macs-of-the-underlay", ["A-103"], "The MAC of an underlay port is the gateway's own too.", config(known()))
c.good().up(w.mac(w.VM) + w.mac(w.GATEWAY_UNDERLAY) + UP[12:], drop="drop.inner.self_mac").down(w.mac(w.HOST) + w.mac(w.GATEWAY_UNDERLAY) + DOWN[12:], drop="drop.inner.self_mac")

# ---- address acquisition --------------------------------------------------------------------------------------------


def _acquisition():
    from scapy.layers.dhcp import BOOTP, DHCP
    from scapy.layers.inet6 import ICMPv6ND_RA, ICMPv6ND_RS, ICMPv6NDOptPrefixInfo, ICMPv6NDOptSrcLLAddr, IPv6
    discover = bytes(BOOTP(op=1, chaddr=w.mac(w.HOST), xid=0x1234, flags=0x8000) / DHCP(options=[("message-type", "discover"), "end"]))
    offer = bytes(BOOTP(op=2, chaddr=w.mac(w.HOST), xid=0x1234, flags=0x8000, yiaddr=H, siaddr=M) /
                  DHCP(options=[("message-type", "offer"), ("server_id", M), ("lease_time", 3600), "end"]))
    rs = bytes(IPv6(src="fe80::a01", dst="ff02::2", hlim=255) / ICMPv6ND_RS() / ICMPv6NDOptSrcLLAddr(lladdr=w.HOST))
    ra = bytes(IPv6(src="fe80::b", dst="ff02::1", hlim=255) / ICMPv6ND_RA(routerlifetime=1800) / ICMPv6NDOptPrefixInfo(prefix="2001:db8:ca::", prefixlen=64))
    ask, tell = lambda b: w.ipv4("0.0.0.0", "255.255.255.255", 17, w.udp("0.0.0.0", "255.255.255.255", 68, 67, b)), \
        lambda b: w.ipv4(M, "255.255.255.255", 17, w.udp(M, "255.255.255.255", 67, 68, b))
    yield w.eth(w.BROADCAST, w.HOST, 0x0800, ask(discover)), w.eth(w.BROADCAST, w.VM, 0x0800, tell(offer))
    yield w.eth(w.BROADCAST, w.HOST, 0x0800, tell(offer)), w.eth(w.BROADCAST, w.VM, 0x0800, ask(discover))
    yield w.eth("33:33:00:00:00:02", w.HOST, 0x86DD, rs), w.eth("33:33:00:00:00:01", w.VM, 0x86DD, ra)
    yield w.eth("33:33:00:00:00:01", w.HOST, 0x86DD, ra), w.eth("33:33:00:00:00:02", w.VM, 0x86DD, rs)


c = Case("address-acquisition", ["A-104"], "DHCP DISCOVER and OFFER, router solicitation and advertisement pass both ways, byte for byte.", config(known()))
for i, (there, here) in enumerate(_acquisition()):
    c.at(i * 2).up(there, bum=True).at(i * 2 + 1).down(here, bum=True)

# ---- size -----------------------------------------------------------------------------------------------------------

c = Case("too-big-for-the-path", ["A-074", "B-060", "B-068"], "PA MTU 1500 over IPv4: a tenant IP packet of 1458 bytes fits, one of 1459 is a named drop by its kind.", config(known()))
c.up(udp4(b"x" * 1430)).up(udp6(b"x" * 1410)).up(w.eth(w.VM, w.HOST, 0x88B5, b"x" * 1458))
for frame, reason in ((udp4(b"x" * 1431), "drop.mtu.df"), (udp6(b"x" * 1411), "drop.mtu.v6"), (udp4(b"x" * 1472), "drop.mtu.df")):
    c.up(frame, drop=reason).own("access0", w.tag(w.too_big(frame, 1458), 100))
c.up(w.eth(w.VM, w.HOST, 0x88B5, b"x" * 1459), drop="drop.mtu.nonip")
c = Case("too-big-for-the-path-six", ["A-074", "B-060"], "PA MTU 1500 over IPv6: 1438.", C6)
c.up(udp4(b"x" * 1410), peers=[w.PEER6])
for frame, reason in ((udp4(b"x" * 1411), "drop.mtu.df"), (udp6(b"x" * 1391), "drop.mtu.v6")):
    c.up(frame, drop=reason).own("access0", w.tag(w.too_big(frame, 1438), 100))

c = Case("oversize", ["E-076"], "Frames over MTU + 14 + 4 on either side: drop.l2.oversize.", config(known()))
c.up(w.eth(w.VM, w.HOST, 0x0800, b"x" * 1501), drop="drop.l2.oversize").rx("underlay0", w.W03 + b"x" * (1519 - len(w.W03)), drop="drop.l2.oversize")
c.rx("underlay0", w.W03 + b"x" * (1518 - len(w.W03)), ("access0", w.W04))

# ---- two faults: the first stage wins -------------------------------------------------------------------------------

BASE = dict(dst_mac=w.GATEWAY_UNDERLAY, src_mac=w.ROUTER, vid=None, ethertype=0x0800, version=4, ihl=None, total=None, checksum=None, dst=w.LOCAL4, options=b"",
            flags=0x4000, src=w.PEER4, protocol=47, word=0x2000, proto=0x6558, vsid=w.VSID, cut_gre=None, inner_tag=None, inner_src=w.VM, inner_dst=w.HOST,
            inner_type=0x0800, inner_ip=(M, H, 17), cut_inner=None)


def build(f):
    src, dst, protocol = f["inner_ip"]
    inner = w.eth(f["inner_dst"], f["inner_src"], f["inner_type"], w.ipv4(src, dst, protocol, w.udp(src, dst, 1, 2, b"two faults")))
    if f["inner_tag"] is not None:
        inner = w.tag(inner, f["inner_tag"])
    if f["cut_inner"] is not None:
        inner = inner[:f["cut_inner"]]
    payload = w.gre(inner, f["vsid"], 0, f["word"] << 16 | f["proto"])
    if f["cut_gre"] is not None:
        payload = payload[:f["cut_gre"]]
    total = None if f["total"] is None else f["total"]
    packet = w.ipv4(f["src"], f["dst"], f["protocol"], payload, flags=f["flags"], options=f["options"], version=f["version"], ihl=f["ihl"], total=total, checksum=f["checksum"])
    frame = w.eth(f["dst_mac"], f["src_mac"], f["ethertype"], packet)
    return frame if f["vid"] is None else w.tag(frame, f["vid"])


FAULTS = [
    ("drop.l2.not_for_us", dict(dst_mac="02:00:00:00:02:02")), ("drop.l2.outer_vlan", dict(vid=5)), ("drop.l2.ethertype", dict(ethertype=0x88B5)),
    ("drop.ip.version", dict(version=5)), ("drop.ip.hdr", dict(ihl=4)), ("drop.ip.len", dict(total=2000)), ("drop.ip.cksum", dict(checksum=lambda right: right ^ 0x55)),
    ("drop.ip.not_local", dict(dst="192.0.2.3")), ("drop.ip.options", dict(options=b"\x83\7\4\xc0\0\2\1\0")), ("drop.ip.fragment", dict(flags=0x2000)),
    ("drop.ip.martian", dict(src="127.0.0.1")), ("drop.ip.proto", dict(protocol=50)),
    ("drop.gre.truncated", dict(cut_gre=4)), ("drop.gre.version", dict(word=1)), ("drop.gre.reserved", dict(word=0x0400)), ("drop.gre.proto", dict(proto=0x0800)),
    ("drop.gre.csum_present", dict(word=0x8000)), ("drop.gre.seq_present", dict(word=0x1000)), ("drop.gre.no_key", dict(word="no key")),
    ("drop.vsid.reserved", dict(vsid=0xFFF)), ("drop.vsid.vendor", dict(vsid=0xFFFFFF)), ("drop.vsid.unknown", dict(vsid=0x2000)), ("drop.segment.down", dict(vsid=5009)),
    ("drop.peer.unknown", dict(src="198.51.100.99")), ("drop.peer.down", dict(src="198.51.100.12")),
    ("drop.inner.short", dict(cut_inner=13)), ("drop.inner.tagged", dict(inner_tag=7)), ("drop.loop", dict(inner_ip=(w.LOCAL4, H, 47))),
    ("drop.inner.src_mac", dict(inner_src="01:00:5e:00:00:01")), ("drop.inner.self_mac", dict(inner_dst=w.GATEWAY_ACCESS)),
    ("drop.inner.lossless", dict(inner_type=0x8906)), ("drop.l2.reserved_mac", dict(inner_dst="01:80:c2:00:00:0e")),
    ("drop.fdb.split_horizon", dict(inner_dst="00:15:5d:00:00:0c")),
]
FAULTY = config(known(peers=[w.PEER4, {"address": "198.51.100.12", "adminState": "down"}, "198.51.100.11"]),
                segment("down", 5009, (("access0", 900),), peers=[w.PEER4], adminState="down"))
FAULTY["segments"][0]["records"] = [AT_VM, AT_HOST, {"mac": "00:15:5d:00:00:0c", "ca": "10.1.1.12", "pa": "198.51.100.11"}]


def combine(a, b, base=BASE):
    """Both faults in one frame; None where they want the same field in two ways."""
    fields = dict(base)
    for fault in (a, b):
        for field, value in fault.items():
            if field == "word":
                continue
            if fields[field] != base[field]:
                return None
            fields[field] = value
    words = [x["word"] for x in (a, b) if "word" in x]
    if words:
        fields["word"] = 0x2000
        for value in words:
            fields["word"] = fields["word"] & ~0x2000 if value == "no key" else fields["word"] | value
    # the walls: behind these nothing of the other fault can be seen, or the two contradict each other
    if a.get("inner_type") == 0x8906 and "inner_ip" in b or b.get("inner_type") == 0x8906 and "inner_ip" in a:
        return None
    if "inner_tag" in {**a, **b} and "inner_ip" in {**a, **b}:
        return None
    return fields


assert build(combine({}, {}))[14:16] == b"\x45\0"
c = Case("one-fault-each", ["F-022"], "Each fault of the PA side alone moves its own counter.", FAULTY)
for reason, fault in FAULTS:
    c.rx("underlay0", build(combine(fault, {})), drop=reason)
    if reason == "drop.gre.proto":
        c.counter("gre.proto.0800")
c.down(back4())
c = Case("two-faults", [], "Every pair of faults of the PA side that one frame can have: the reason is that of the first stage (section 7; wire format 1.2).", FAULTY)
for i, (reason, fault) in enumerate(FAULTS):
    for later_reason, later in FAULTS[i + 1:]:
        frame = combine(fault, later)
        # a fault that stands in front of the header it spoils is seen first only where the other is readable at all
        if frame is None or reason == "drop.ip.hdr" and "options" in later:
            continue
        c.rx("underlay0", build(frame), drop=reason)
        if reason == "drop.gre.proto":
            c.counter("gre.proto.0800")
c.down(back4())

BASE6 = dict(dst_mac=w.GATEWAY_UNDERLAY, vid=None, ethertype=0x86DD, version=6, length=None, dst=w.LOCAL6, chain="none", src=w.PEER6, protocol=47, word=0x2000, proto=0x6558, vsid=w.VSID,
             cut_gre=None, inner_tag=None, inner_src=w.VM, inner_dst=w.HOST, inner_type=0x0800, inner_ip=(M, H, 17), cut_inner=None)
CHAINS = {"none": lambda last: (last, b""), "left": lambda last: (43, route_header(last, 1)), "long": lambda last: (60, sized(304)),
          "fragment": lambda last: (44, bytes([last, 0, 0, 1, 0, 0, 0, 1])), "options": lambda last: (60, option_header(last))}


def build6(f):
    src, dst, protocol = f["inner_ip"]
    inner = w.eth(f["inner_dst"], f["inner_src"], f["inner_type"], w.ipv4(src, dst, protocol, w.udp(src, dst, 1, 2, b"two faults")))
    inner = inner if f["inner_tag"] is None else w.tag(inner, f["inner_tag"])
    payload = w.gre(inner[:f["cut_inner"]], f["vsid"], 0, f["word"] << 16 | f["proto"])[:f["cut_gre"]]
    first, headers = CHAINS[f["chain"]](f["protocol"])
    frame = w.eth(f["dst_mac"], w.ROUTER, f["ethertype"], w.ipv6(f["src"], f["dst"], first, headers + payload, version=f["version"], length=f["length"]))
    return frame if f["vid"] is None else w.tag(frame, f["vid"])


FAULTS6 = [
    ("drop.l2.not_for_us", dict(dst_mac="02:00:00:00:02:02")), ("drop.l2.outer_vlan", dict(vid=5)), ("drop.l2.ethertype", dict(ethertype=0x88B5)), ("drop.ip.version", dict(version=5)),
    ("drop.ip.hdr", dict(chain="left")), ("drop.ip.hdr", dict(chain="long")), ("drop.ip.len", dict(length=2000)), ("drop.ip.not_local", dict(dst="2001:db8:a::3")),
    ("drop.ip.fragment", dict(chain="fragment")), ("drop.ip.martian", dict(src="::1")), ("drop.ip.proto", dict(protocol=50))] + [
    (reason, {k: (w.PEER6 if v == w.PEER4 else "2001:db8:b::99" if v == "198.51.100.99" else "2001:db8:b::12" if v == "198.51.100.12" else v) for k, v in fault.items()})
    for reason, fault in FAULTS[12:]]
FAULTY6 = config(segment(peers=[w.PEER6, {"address": "2001:db8:b::12", "adminState": "down"}, w.PEER4], records=[{**AT_VM, "pa": w.PEER6}, AT_HOST, {"mac": "00:15:5d:00:00:0c", "ca": "10.1.1.12", "pa": w.PEER4}]),
                 segment("down", 5009, (("access0", 900),), peers=[w.PEER6], adminState="down"))
c = Case("two-faults-six", ["F-022"], "The same over IPv6: each fault alone, then every pair.", FAULTY6)
for i, (reason, fault) in enumerate(FAULTS6):
    for later_reason, later in [(None, {})] + FAULTS6[i + 1:]:
        frame = combine(fault, later, BASE6)
        if frame is None:
            continue
        c.rx("underlay0", build6(frame), drop=reason)
        if reason == "drop.gre.proto":
            c.counter("gre.proto.0800")
c.down(back4(), src=w.PEER6)

# ---- truncation at every byte ---------------------------------------------------------------------------------------

c = Case("cut-at-every-byte-four", ["A-068"], "W-03 cut short at every byte: a runt, then no header, then a length beyond the frame.", config(known()))
for n in range(1, len(w.W03)):
    c.rx("underlay0", w.W03[:n], drop="drop.l2.runt" if n < 14 else "drop.ip.hdr" if n < 34 else "drop.ip.len")
c.good()
c = Case("cut-at-every-byte-six", ["A-068"], "The same over IPv6.", C6)
full = w.tunnelled(DOWN, src=w.PEER6)
for n in range(1, len(full)):
    c.rx("underlay0", full[:n], drop="drop.l2.runt" if n < 14 else "drop.ip.hdr" if n < 54 else "drop.ip.len")
c.down(DOWN, src=w.PEER6)
c = Case("inner-cut-at-every-byte", [], "Every inner length with a right outer header: below 14 bytes too short, from there on bridged as it is.", config(known()))
for n in range(len(DOWN)):
    c.down(DOWN[:n], **({"drop": "drop.inner.short"} if n < 14 else {}))
c = Case("tenant-cut-at-every-byte", ["A-056"], "A tenant frame cut short at every byte: a runt below 18 bytes, from there on it is a frame.", config(known()))
whole = w.tag(UP, 100)
for n in range(1, len(whole)):
    c.rx("access0", whole[:n], *([] if n < 18 else [("underlay0", w.encapsulated(whole[:12] + whole[16:n]))]), drop="drop.l2.runt" if n < 18 else None)

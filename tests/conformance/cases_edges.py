"""Edges: what is easily overlooked in learning, neighbours, sizes and loops."""
import cases_underlay as below
import wire as w
from cases_bridge import BOTH, FIVE, PORTS2, TWO, WANDERER, hello, numbered, to
from cases_tunnel import C6, M, H, H6, M6, back4, back6, chain, from4, from6, tenant_gre, udp4, udp6
from cases_underlay import ANSWER, ASKED, ADVERTISED, OTHER_VM, SILENT, SILENT6, SILENT6_MAC, SILENT_MAC, SOLICITED, frame, on_link, on_link6
from suite import Case, access, config, known, segment, underlay, AT_HOST, AT_VM

UP, DOWN = w.IN01, w.IN03

# ---- learning -------------------------------------------------------------------------------------------------------

c = Case("dropped-later-but-learned", ["A-101"], "The source of a frame that is dropped at the FDB, Size or Neighbour stage is learned all the same (rule 0.2.2).",
         config(segment(peers=TWO + [SILENT], records=[AT_HOST, AT_VM, {"mac": OTHER_VM, "ca": "10.1.1.77", "pa": SILENT}, {**AT_HOST, "mac": numbered(9)}])))
c.up(w.eth(numbered(9), numbered(1), 0x88B5, b"." * 50), drop="drop.fdb.same_port")
c.up(w.eth(w.VM, numbered(2), 0x88B5, b"." * 1480), drop="drop.mtu.nonip")
c.up(w.eth(OTHER_VM, numbered(3), 0x88B5, b"." * 50), drop="drop.neigh.unresolved").own("underlay0", ASKED).own("underlay0", ASKED, at=1000).own("underlay0", ASKED, at=2000)
for n in (1, 2, 3):
    c.at(n).down(to(numbered(n), w.VM))

c = Case("refreshed-by-dropped-frames", ["E-031"], "A frame that is dropped at the FDB stage refreshes the entry of its source.",
         config(segment(peers=TWO, records=[{**AT_HOST, "mac": numbered(9)}]), fdb={"ageingSeconds": 10}))
c.up(hello(w.HOST), peers=TWO, bum=True)
for s in range(3, 40, 3):
    c.at(s * 1000).up(w.eth(numbered(9), w.HOST, 0x88B5, b"." * 50), drop="drop.fdb.same_port")
c.at(40_000).down(to(w.HOST, w.VM))

c = Case("limit-frees-with-age", ["E-034", "E-031"], "An entry that aged out makes room under a limit.", config(segment(peers=TWO, limits={"macs": 2}), fdb={"ageingSeconds": 10}))
c.up(hello(numbered(0)), peers=TWO, bum=True).at(1).up(hello(numbered(1)), peers=TWO, bum=True).at(2).up(hello(numbered(2)), peers=TWO, bum=True).counter("fdb.limit")
c.at(20_000).up(hello(numbered(3)), peers=TWO, bum=True).at(20_001).down(to(numbered(3), numbered(90)))

c = Case("one-attachment-tagged-or-not", ["E-030", "E-004"], "A station of the native VLAN that tags now and then stays at its one attachment.",
         config(segment(peers=TWO, attachments=BOTH), ports=[access(nativeVlan=100), access("access1", "02:00:00:00:01:02"), underlay()]))
for i, vid in enumerate((None, 100, 0, None)):
    c.at(i).rx("access0", hello(w.HOST) if vid is None else w.tag(hello(w.HOST), vid), ("access1", w.bridged(hello(w.HOST), 300)), *[("underlay0", w.encapsulated(hello(w.HOST), p)) for p in TWO], bum=True)
c.at(9).rx("access1", w.tag(to(w.HOST, numbered(1)), 300), ("access0", w.pad(to(w.HOST, numbered(1)))))

c = Case("many-stations-in-one-burst", ["E-030"], "Two hundred new sources at one time stamp, from both sides: all are learned for the next.", config(segment(peers=TWO)))
for n in range(100):
    c.up(hello(numbered(n)), peers=TWO, bum=True).down(hello(numbered(1000 + n)), src=TWO[n % 2], bum=True)
c.at(1)
for n in range(100):
    c.up(to(numbered(1000 + n), numbered(n)), peers=[TWO[n % 2]]).down(to(numbered(n), numbered(1000 + n)), src=TWO[n % 2])

c = Case("silence-of-decades", ["E-031"], "A capture whose clock jumps by thirty years: what was learned is gone, records are there, nothing stalls.", config(segment(peers=TWO, records=[AT_VM])))
c.up(hello(w.HOST), peers=TWO, bum=True).at(1).down(to(w.HOST, w.VM)).at(30 * 365 * 86_400_000).down(to(w.HOST, w.VM), unknown=True).up(UP, peers=TWO[:1])

c = Case("frames-of-any-length", ["E-076", "A-056"], "No bytes at all, and far more than any port takes.", config(known()))
for size in (0, 1519, 2048, 9217, 20000):
    c.good().rx("access0", (w.tag(hello(w.HOST), 100) + b"x" * size)[:size], drop="drop.l2.oversize" if size else "drop.l2.runt")
    c.rx("underlay0", (w.W03 + b"x" * size)[:size], drop="drop.l2.oversize" if size else "drop.l2.runt")

# ---- loops ----------------------------------------------------------------------------------------------------------

c = Case("tenant-gre-in-disguise", ["B-011", "F-043"], "Protocol 47 behind IPv4 options, in fragments, behind IPv6 extension headers: a loop still. Where the header does not parse it is no IP packet.",
         config(known(peers=[w.PEER4, w.PEER6])))
body = w.gre(udp4())
for inner in (w.ipv4(w.LOCAL4, "10.9.9.9", 47, body, options=b"\1\1\1\1"), w.ipv4(w.LOCAL4, "10.9.9.9", 47, body, flags=0x2000), w.ipv4("10.9.9.9", w.LOCAL4, 47, body, flags=100),
              w.ipv4(w.PEER4, "10.9.9.9", 47, body, checksum=lambda right: 0), w.ipv4(w.PEER4, "10.9.9.9", 47, b"")):
    c.up(w.eth(w.VM, w.HOST, 0x0800, inner), drop="drop.loop").down(w.eth(w.HOST, w.VM, 0x0800, inner), drop="drop.loop")
for inner in (w.ipv6(w.LOCAL6, M6, 60, b"\x2f\0\1\4\0\0\0\0" + body), w.ipv6(M6, w.LOCAL6, 44, b"\x2f\0\0\1\0\0\0\1" + body), w.ipv6(w.PEER6, M6, 0, b"\x3c\0\1\4\0\0\0\0\x2f\0\1\4\0\0\0\0" + body)):
    c.up(w.eth(w.VM, w.HOST, 0x86DD, inner), drop="drop.loop").down(w.eth(w.HOST, w.VM, 0x86DD, inner), drop="drop.loop")
c.up(w.eth(w.VM, w.HOST, 0x0800, w.ipv4(w.LOCAL4, "10.9.9.9", 47, body, version=5))).up(w.eth(w.VM, w.HOST, 0x0800, w.ipv4(w.LOCAL4, "10.9.9.9", 47, body)[:19]))

# ---- tags -----------------------------------------------------------------------------------------------------------

c = Case("foreign-tpids-on-the-native-vlan", ["A-041", "A-043"], "A tag of another TPID is no tag of the port; on the native VLAN nothing tagged may remain inside.",
         config(known(), ports=[access(nativeVlan=100), underlay()]))
for tpid in w.TPIDS[1:]:
    c.up(UP, vid=None).rx("access0", w.tag(UP, 100, tpid=tpid), drop="drop.vlan.double").rx("access0", w.tag(w.tag(UP, 100, tpid=tpid), 0), drop="drop.vlan.double")

# ---- outer header settings ------------------------------------------------------------------------------------------

c = Case("outer-ttl", ["B-050"], "The outer TTL and hop limit are the port's, whatever the inner is.", config(known(peers=[w.PEER4, w.PEER6]), ports=[access(), underlay(ttl=17)]))
c.up(udp4(ttl=1), ttl=17).at(1).rx("access0", w.tag(hello(w.HOST), 100), *[("underlay0", w.encapsulated(hello(w.HOST), p, ttl=17)) for p in (w.PEER4, w.PEER6)], bum=True)
c = Case("outer-ttl-default", ["B-050", "A-071", "B-040"], "Inner TTL 1: outer 64. DF is 1, the identification 0.", config(known()))
c.up(udp4(ttl=1))
assert w.encapsulated(udp4(ttl=1))[18:23] == b"\0\0\x40\0\x40"

c = Case("flow-id-of-one-peer-on", ["A-031"], "flowId zero for all but one peer.", config(known(peers=[w.PEER6, {"address": w.PEER4, "flowId": "hash"}]), flowId="zero"))
c.up(udp4()).at(1).rx("access0", w.tag(hello(w.HOST), 100), ("underlay0", w.encapsulated(hello(w.HOST), w.PEER6, hashed=False)), ("underlay0", w.encapsulated(hello(w.HOST))), bum=True)

c = Case("fixed-dscp-of-what-is-not-ip", ["B-030"], "A fixed DSCP holds for ARP too.", config(known(peers=[{"address": w.PEER4, "dscp": {"encapsulate": 10}}])))
c.up(hello(w.HOST), dscp=10, bum=True)

c = Case("same-identification-everywhere", ["B-042"], "The ID of atomic packets is ignored on receipt.", config(known()))
for i in range(10):
    c.down(back4(b"%d" % i), ident=0x1234)

# ---- ECN on receipt -------------------------------------------------------------------------------------------------

# (inner, outer) -> outgoing; None: dropped. Wire format, section 3.
TABLE = {(0, 0): 0, (0, 2): 0, (0, 1): 0, (0, 3): None, (2, 0): 2, (2, 2): 2, (2, 1): 1, (2, 3): 3, (1, 0): 1, (1, 2): 1, (1, 1): 1, (1, 3): 3, (3, 0): 3, (3, 2): 3, (3, 1): 3, (3, 3): 3}
ANOMALY = {(0, 2), (0, 1), (1, 2), (3, 1)}
c = Case("ecn-on-receipt", ["B-023", "B-024", "B-027"], "The sixteen vectors of RFC 6040 in IPv4 and IPv6; a checksum that was wrong stays wrong by as much.", config(known()))
for (inside, outside), result in TABLE.items():
    for make, field in ((back4, "tos"), (back6, "tclass")):
        seen = make(**{field: inside})
        if result is None:
            c.down(seen, tos=outside, drop="drop.ecn.notect_ce")
            continue
        c.rx("underlay0", w.tunnelled(seen, tos=outside), ("access0", w.bridged(make(**{field: result}), 100)))
        if (inside, outside) in ANOMALY:
            c.counter("ecn.anomaly")
W20 = bytes.fromhex("0200000002010200000002fe08004503004e000540003e2f503ac633640ac00002012000655800138922020000000a0100155d00000b08004502002400"
                    "0a40008001e3f80a01010b0a0101c808003c920001000265636e2d74657374")
W20V = bytes.fromhex("020000000a0100155d00000b8100006408004503002400" "0a40008001e3f70a01010b0a0101c808003c920001000265636e2d74657374000000000000")
assert (len(W20), len(W20V)) == (92, 60)
c.rx("underlay0", W20, ("access0", W20V))
wrong = lambda ecn: back4(tos=ecn, checksum=lambda right: right - 1)  # noqa: E731
c.rx("underlay0", w.tunnelled(wrong(2), tos=3), ("access0", w.bridged(wrong(3), 100)))
c = Case("ecn-of-what-is-not-ip", ["B-026"], "Non-IP inner frames: an outer CE is counted and the frame forwarded; toward the tunnel ECN is 00.",
         config(known(peers=[{"address": w.PEER4, "ecn": "normal"}])))
c.rx("underlay0", w.tunnelled(w.W09[42:], tos=3), ("access0", w.W10), bum=True).counter("ecn.nonip_ce")
c.rx("underlay0", w.tunnelled(w.W09[42:], tos=2), ("access0", w.W10), bum=True)
c.down(w.eth(w.HOST, w.VM, 0x0800, w.ipv4(M, H, 17, b"", version=5)), tos=3).counter("ecn.nonip_ce")
c.up(w.W16[42:], bum=True)

# ---- priority -------------------------------------------------------------------------------------------------------

c = Case("priority-from-the-inner-dscp", ["E-043"], "Toward the VLAN the tag's priority is that of the inner DSCP (d/8); frames that are not IP get 0.", config(known()))
for dscp in range(64):
    for inner in (back4(tos=dscp << 2), back6(tclass=dscp << 2)):
        c.rx("underlay0", w.tunnelled(inner), ("access0", w.pad(w.tag(inner, 100, pcp=dscp // 8))))
c.down(w.eth(w.HOST, w.VM, 0x88B5, b"\x45\xff" + b"." * 50))

c = Case("dscp-of-what-is-not-ip", ["B-033"], "Toward the tunnel a frame that is not IP gets the class selector of its tag's priority.", config(known()))
for pcp in range(8):
    c.up(w.eth(w.VM, w.HOST, 0x88B5, b"." * 50), pcp=pcp, dscp=8 * pcp)

c = Case("local-switching-keeps-priority", ["E-008"], "Between attachments PCP and DEI of the tag stay.", config(segment(attachments=BOTH, records=[AT_HOST, {"mac": numbered(1), "port": "access1", "vlan": 300}]), ports=PORTS2))
for pcp in range(8):
    for dei in (0, 1):
        c.rx("access0", w.tag(to(numbered(1)), 100, pcp, dei), ("access1", w.pad(w.tag(to(numbered(1)), 300, pcp, dei))))

# ---- outer IP edges -------------------------------------------------------------------------------------------------

c = Case("outer-payload-of-nothing", ["B-008"], "An IPv6 payload length of 0 or 7, an IPv4 total length of the header alone: no GRE header.", config(known(peers=[w.PEER4, w.PEER6])))
for packet in (from6(length=0), from6(length=7), from6(length=4)):
    c.good().rx("underlay0", w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x86DD, packet), drop="drop.gre.truncated")
for packet in (from4(total=20), from4(total=24), from4(options=b"\1\1\1\1", total=24)):
    c.good().rx("underlay0", w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x0800, packet), drop="drop.gre.truncated")
c.rx("underlay0", w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x0800, from4(dst="192.0.2.255")), drop="drop.ip.not_local")

# ---- sizes ----------------------------------------------------------------------------------------------------------

WIDE = [access(), access("access1", "02:00:00:00:01:02", mtu=1400), underlay(mtu=1600)]
c = Case("too-big-for-the-vlan", [], "From the tunnel and between attachments: what exceeds the VLAN's MTU is a named drop by its kind; what fits exactly passes.",
         config(segment(attachments=BOTH, records=[AT_VM, AT_HOST, {"mac": numbered(1), "port": "access1", "vlan": 300}]), ports=WIDE))
c.down(back4(b"x" * 1472)).down(back4(b"x" * 1473), drop="drop.mtu.df").own("underlay0", w.encapsulated(w.too_big(back4(b"x" * 1473), 1500)))
c.down(back6(b"x" * 1453), drop="drop.mtu.v6").own("underlay0", w.encapsulated(w.too_big(back6(b"x" * 1453), 1500)))
c.down(w.eth(w.HOST, w.VM, 0x88B5, b"." * 1501), drop="drop.mtu.nonip").down(w.eth(w.HOST, w.VM, 0x88B5, b"." * 1500))
c.rx("access0", w.tag(to(numbered(1))[:14] + b"." * 1401, 100), drop="drop.mtu.nonip").rx("access0", w.tag(to(numbered(1))[:14] + b"." * 1400, 100), ("access1", w.bridged(to(numbered(1))[:14] + b"." * 1400, 300)))
big = hello(w.VM, text=b"." * 1430)
c.rx("underlay0", w.tunnelled(big), ("access0", w.bridged(big, 100)), bum=True).counter("tx.bum.failed")
bigger = hello(w.VM, text=b"." * 1500)
c.down(bigger, drop="drop.mtu.nonip")

c = Case("too-big-for-some-peers", [], "A broadcast that fits the path of one peer only: one copy leaves, the other counts as failed; what fits none is dropped.",
         config(segment(peers=[w.PEER4, w.PEER6], records=[AT_HOST])))
some = w.eth(w.BROADCAST, w.HOST, 0x0800, w.ipv4(H, "255.255.255.255", 17, w.udp(H, "255.255.255.255", 1, 2, b"x" * 1420)))
none = w.eth(w.BROADCAST, w.HOST, 0x0800, w.ipv4(H, "255.255.255.255", 17, w.udp(H, "255.255.255.255", 1, 2, b"x" * 1440)))
c.up(some, bum=True).counter("tx.bum.failed").at(1).up(none, drop="drop.mtu.df")

# ---- neighbours -----------------------------------------------------------------------------------------------------

TAGGED = [access(), underlay(vlan=103)]
c = Case("neighbours-on-an-outer-vlan", ["A-052", "E-063", "E-064"], "On a PA VLAN everything bears the tag: ARP both ways, what waited for it, NS, NA, echo.",
         config(*on_link()["segments"], ports=TAGGED))
c.up(frame(0), peers=[SILENT], dst_mac=SILENT_MAC, vlan=103, held=20).own("underlay0", w.pad(w.tag(below.ASK, 103)))
c.at(20).rx("underlay0", w.tag(ANSWER, 103), consumed=True)
c.at(21).up(frame(1), peers=[SILENT], dst_mac=SILENT_MAC, vlan=103)
c.at(30).rx("underlay0", w.tag(w.arp_request(SILENT_MAC, SILENT, w.LOCAL4), 103), consumed=True).own("underlay0", w.pad(w.tag(w.arp_reply(w.GATEWAY_UNDERLAY, w.LOCAL4, SILENT_MAC, SILENT), 103)))
c.at(40).rx("underlay0", w.tag(w.arp_request(SILENT_MAC, SILENT, w.LOCAL4), 104), drop="drop.l2.outer_vlan")
c.at(50).rx("underlay0", w.tag(w.neighbor_solicitation(SILENT6_MAC, SILENT6, w.LOCAL6), 103), consumed=True)
c.own("underlay0", w.tag(w.neighbor_advertisement(w.GATEWAY_UNDERLAY, w.LOCAL6, SILENT6_MAC, SILENT6, w.LOCAL6, 0xE0), 103))
c.at(60).rx("underlay0", w.tag(below.ping(SILENT, w.LOCAL4, SILENT_MAC), 103), consumed=True).own("underlay0", w.tag(below.pong(w.LOCAL4, SILENT, SILENT_MAC), 103))

c = Case("false-answers", ["A-055", "E-063"], "Answers that must not be believed: a group or zero MAC, one for another address; frames go on waiting for the true one. "
         "(What is malformed counts as drop.arp.invalid: the catalogue has no other name for it on the PA side.)",
         on_link())
c.up(frame(0), peers=[SILENT], dst_mac=SILENT_MAC, held=60).own("underlay0", ASKED)
c.at(10).rx("underlay0", w.eth(w.GATEWAY_UNDERLAY, SILENT_MAC, 0x0806, w.arp(2, w.BROADCAST, SILENT, w.GATEWAY_UNDERLAY, w.LOCAL4)), drop="drop.arp.invalid")
c.at(20).rx("underlay0", w.eth(w.GATEWAY_UNDERLAY, SILENT_MAC, 0x0806, w.arp(2, "01:00:5e:00:00:01", SILENT, w.GATEWAY_UNDERLAY, w.LOCAL4)), drop="drop.arp.invalid")
c.at(30).rx("underlay0", w.eth(w.GATEWAY_UNDERLAY, SILENT_MAC, 0x0806, w.arp(2, "00:00:00:00:00:00", SILENT, w.GATEWAY_UNDERLAY, w.LOCAL4)), drop="drop.arp.invalid")
c.at(40).rx("underlay0", w.arp_reply("02:00:00:00:aa:99", "192.0.2.99", w.GATEWAY_UNDERLAY, w.LOCAL4), consumed=True)
c.at(50).up(frame(1), peers=[SILENT], dst_mac=SILENT_MAC, held=60).at(60).rx("underlay0", ANSWER, consumed=True)


def advertised(hop=255, mac=SILENT6_MAC, broken=False, code=0, option=True):
    body = bytes([0x88, code, 0, 0, 0x60, 0, 0, 0]) + w.ip(SILENT6) + (b"\2\1" + w.mac(mac) if option else b"")
    body = w.icmpv6(SILENT6, w.LOCAL6, body)
    if broken:
        body = body[:2] + bytes([body[2] ^ 1]) + body[3:]
    return w.eth(w.GATEWAY_UNDERLAY, SILENT6_MAC, 0x86DD, w.ipv6(SILENT6, w.LOCAL6, 58, body, hop=hop))


c = Case("false-advertisements", ["A-055", "E-063"], "The same over IPv6: a hop limit that shows a router in between, a wrong checksum, a group MAC, a code that is not 0.", on_link6())
c.up(frame(0), peers=[SILENT6], dst_mac=SILENT6_MAC, held=60).own("underlay0", SOLICITED)
for i, (false, drop) in enumerate(((advertised(hop=254), "drop.arp.invalid"), (advertised(broken=True), None), (advertised(mac="33:33:00:00:00:01"), "drop.arp.invalid"), (advertised(code=1), "drop.arp.invalid"))):
    c.at(10 + 10 * i).rx("underlay0", false, drop=drop, consumed=not drop)
c.at(50).up(frame(1), peers=[SILENT6], dst_mac=SILENT6_MAC, held=60).at(60).rx("underlay0", ADVERTISED, consumed=True)

c = Case("static-neighbours-stay", ["E-063"], "A neighbour of the configuration is not moved by ARP or NA.", config(known(peers=[w.PEER4, w.PEER6])))
c.rx("underlay0", w.arp_reply("02:00:00:00:aa:99", "192.0.2.254", w.GATEWAY_UNDERLAY, w.LOCAL4), consumed=True)
c.rx("underlay0", w.neighbor_advertisement("02:00:00:00:aa:99", "2001:db8:a::fe", w.GATEWAY_UNDERLAY, w.LOCAL6, "2001:db8:a::fe", 0xE0), consumed=True)
c.at(10).up(UP).rx("access0", w.tag(hello(w.HOST), 100), *[("underlay0", w.encapsulated(hello(w.HOST), p)) for p in (w.PEER4, w.PEER6)], bum=True)

c = Case("a-neighbour-changes-its-mac", ["E-063", "A-051"], "A later answer, gratuitous too, moves a neighbour that was resolved.", on_link())
c.up(frame(0), peers=[SILENT], dst_mac=SILENT_MAC, held=10).own("underlay0", ASKED).at(10).rx("underlay0", ANSWER, consumed=True)
c.at(20).rx("underlay0", w.arp_reply("02:00:00:00:aa:99", SILENT, w.GATEWAY_UNDERLAY, w.LOCAL4), consumed=True).at(30).up(frame(1), peers=[SILENT], dst_mac="02:00:00:00:aa:99")
c.at(40).rx("underlay0", w.eth(w.BROADCAST, SILENT_MAC, 0x0806, w.arp(1, SILENT_MAC, SILENT, "00:00:00:00:00:00", SILENT)), consumed=True).at(50).up(frame(2), peers=[SILENT], dst_mac=SILENT_MAC)

c = Case("not-answered", ["E-063", "E-064"], "Silence: ARP for addresses that are not ours or of another hardware, solicitations with a wrong checksum or hop limit or for others, "
         "echo requests with a wrong checksum, echo replies, other ICMP.", config(known(), ports=[access(), below.NEAR]))
A = below.ASKER
solicitation = w.neighbor_solicitation(A, "2001:db8:a::55", w.LOCAL6)
strange = w.arp_request(A, "192.0.2.55", w.LOCAL4)
for i, bad in enumerate((
        w.arp_request(A, "192.0.2.55", "192.0.2.99"), strange[:14] + b"\0\2" + strange[16:], strange[:16] + b"\x08\1" + strange[18:], strange[:18] + b"\7" + strange[19:], strange[:20] + b"\0\3" + strange[22:],
        solicitation[:21] + b"\xfe" + solicitation[22:], solicitation[:56] + bytes([solicitation[56] ^ 1]) + solicitation[57:],
        below.ping("192.0.2.55", w.LOCAL4, A, broken=True), w.eth(w.GATEWAY_UNDERLAY, A, 0x0800, w.ipv4("192.0.2.55", w.LOCAL4, 1, w.icmp_echo(0, 1, 1, b"reply"))),
        w.eth(w.GATEWAY_UNDERLAY, A, 0x0800, w.ipv4("192.0.2.55", w.LOCAL4, 1, w.icmp_echo(13, 1, 1, b"\0" * 12))), w.eth(w.GATEWAY_UNDERLAY, A, 0x0800, w.ipv4("192.0.2.55", w.LOCAL4, 1, b"\x08\0\0")),
        below.ping6("2001:db8:a::55", w.LOCAL6, A, kind=0x81))):
    malformed = 1 <= i <= 5
    c.at(10 * i).good().rx("underlay0", bad, drop="drop.arp.invalid" if malformed else None, consumed=not malformed)

c = Case("arp-and-tunnel-in-one-burst", ["E-063", "A-054"], "The answer arrives in the middle of a burst: frames of that time stamp still wait, all leave in order after it.", on_link())
c.up(frame(0), peers=[SILENT], dst_mac=SILENT_MAC, held=10).own("underlay0", ASKED)
c.at(10)
for n in range(1, 30):
    c.up(frame(n), peers=[SILENT], dst_mac=SILENT_MAC, held=10).rx("underlay0", w.W03, ("access0", w.W04))
c.rx("underlay0", ANSWER, consumed=True)
for n in range(30, 40):
    c.up(frame(n), peers=[SILENT], dst_mac=SILENT_MAC, held=10)
c.at(11).up(frame(40), peers=[SILENT], dst_mac=SILENT_MAC)

# ---- two underlay ports ---------------------------------------------------------------------------------------------

SECOND = {"name": "underlay1", "role": "underlay", "device": "net_null_underlay1", "mtu": 1500, "mac": "02:00:00:00:02:02", "addresses": ["203.0.113.1/24"],
          "routes": [{"prefix": "198.51.100.128/25", "via": "203.0.113.254"}], "neighbors": [{"address": "203.0.113.254", "mac": "02:00:00:00:02:fd"}]}
c = Case("two-underlay-ports", ["A-051", "A-050", "A-062", "A-132"], "Peers in three PA subnets over two ports: the longest prefix decides, each frame bears the MACs of its own port; a broadcast reaches all.",
         config(segment(peers=[w.PEER4, "198.51.100.200", "203.0.113.7"], records=[AT_HOST, AT_VM, {"mac": numbered(1), "ca": "10.1.1.2", "pa": "198.51.100.200"}]), ports=[access(), underlay(), {**SECOND}]))
c.config["ports"][2]["neighbors"].append({"address": "203.0.113.7", "mac": "02:00:00:00:aa:07"})
PORT1 = dict(src_mac="02:00:00:00:02:02", src=w.LOCAL4)
c.up(UP).rx("access0", w.tag(to(numbered(1)), 100), ("underlay1", w.encapsulated(to(numbered(1)), "198.51.100.200", dst_mac="02:00:00:00:02:fd", **PORT1)))
c.rx("access0", w.tag(hello(w.HOST), 100), ("underlay0", w.encapsulated(hello(w.HOST))), ("underlay1", w.encapsulated(hello(w.HOST), "198.51.100.200", dst_mac="02:00:00:00:02:fd", **PORT1)),
     ("underlay1", w.encapsulated(hello(w.HOST), "203.0.113.7", dst_mac="02:00:00:00:aa:07", **PORT1)), bum=True)
c.rx("underlay1", w.tunnelled(to(w.HOST, numbered(1)), src="198.51.100.200", dst="203.0.113.1", dst_mac="02:00:00:00:02:02"), ("access0", w.bridged(to(w.HOST, numbered(1)), 100)))
c.rx("underlay1", w.tunnelled(to(w.HOST, numbered(1)), src="198.51.100.200", dst="203.0.113.1"), drop="drop.l2.not_for_us")

# ---- settings that change what is sent ------------------------------------------------------------------------------

c = Case("control-frames-forwarded", ["E-072", "E-074"], "controlFrames forward: spanning tree and Cisco groups are carried; 01-80-C2-00-00-01 to -0F are not, whatever it says.",
         config(known(), ports=[access(controlFrames="forward"), underlay()]))
for group in ("01:80:c2:00:00:00", "01:00:0c:cc:cc:cc", "01:00:0c:cc:cc:cd"):
    c.up(w.eth(group, w.HOST, 3, b"\x42\x42\x03" + b"\0" * 43), bum=True).down(w.eth(group, w.VM, 3, b"\x42\x42\x03" + b"\0" * 43), bum=True)
c.up(w.eth("01:80:c2:00:00:02", w.HOST, 0x8809, b"\1" * 50), drop="drop.l2.reserved_mac")

c = Case("untrusted-port", ["B-038"], "trust none: the outer DSCP is 0, whatever the inner DSCP and the tag's priority; the inner one stays.", config(known(), ports=[access(trust="none"), underlay()]))
c.up(udp4(tos=0xB8), dscp=0).up(udp6(tclass=0xB8), dscp=0).up(udp4(tos=0xB8), pcp=6, dscp=0).up(w.eth(w.VM, w.HOST, 0x88B5, b"." * 50), pcp=6, dscp=0)
c = Case("port-that-trusts-priority", ["B-038"], "trust pcp: the outer DSCP comes from the map of the tag's priority for IP too.", config(known(), ports=[access(trust="pcp"), underlay()]))
c.up(udp4(tos=0xB8), pcp=3, dscp=24).up(udp6(tclass=0xB8), pcp=1, dscp=8).up(udp4(), pcp=0, dscp=0).up(w.eth(w.VM, w.HOST, 0x88B5, b"." * 50), pcp=6, dscp=48)

MAPPED = segment(peers=[{"address": w.PEER4, "dscp": {"encapsulate": "pcp"}}], records=[AT_VM, AT_HOST], pcpToDscp=[0, 1, 2, 3, 4, 46, 6, 63], dscpToPcp=[7 - d // 8 for d in range(64)])
c = Case("priority-maps", ["A-047", "E-040"], "The maps of a segment: W-01's priority 5 becomes EF outside (TOS 0xB8); toward the VLAN the other map holds.", config(MAPPED))
for pcp, dscp in enumerate((0, 1, 2, 3, 4, 46, 6, 63)):
    c.up(UP, pcp=pcp, dscp=dscp)
for dscp in range(64):
    c.rx("underlay0", w.tunnelled(back4(tos=dscp << 2)), ("access0", w.pad(w.tag(back4(tos=dscp << 2), 100, pcp=7 - dscp // 8))))
assert w.encapsulated(UP, dscp=46)[15] == 0xB8

c = Case("uniform-dscp", ["B-031"], "decapsulate uniform: the outer DSCP becomes the inner one, the inner checksum follows; a wrong one stays wrong by as much.",
         config(known(peers=[{"address": w.PEER4, "dscp": {"decapsulate": "uniform"}}])))
for outside in (0, 10, 46, 63):
    for made, field in ((back4, "tos"), (back6, "tclass")):
        c.rx("underlay0", w.tunnelled(made(**{field: 10 << 2}), tos=outside << 2), ("access0", w.pad(w.tag(made(**{field: outside << 2}), 100, pcp=outside // 8))))
wrong10, wrong46 = (back4(tos=d << 2, checksum=lambda right: right - 1) for d in (10, 46))
c.rx("underlay0", w.tunnelled(wrong10, tos=46 << 2), ("access0", w.pad(w.tag(wrong46, 100, pcp=5))))
c.down(w.eth(w.HOST, w.VM, 0x88B5, b"\x45\xff" + b"." * 50), tos=46 << 2)

c = Case("lossless-forwarded", ["A-146"], "lossless forward: FCoE and FIP pass both ways.", config(known(lossless="forward")))
for kind in (0x8906, 0x8914):
    c.up(w.eth(w.VM, w.HOST, kind, b"\0" * 60)).down(w.eth(w.HOST, w.VM, kind, b"\0" * 60))

c = Case("extra-overhead", ["A-141"], "extraOverhead 38 lowers the tenant MTU to 1420.", config(known(), ports=[access(), underlay(extraOverhead=38)]))
c.up(udp4(b"x" * 1392)).up(udp4(b"x" * 1393), drop="drop.mtu.df").own("access0", w.tag(w.too_big(udp4(b"x" * 1393), 1420), 100))

c = Case("move-limit-configured", ["E-032"], "fdb.moves: 2 moves in 10 s; the third is refused, thawed after 10 quiet seconds.", config(segment(peers=TWO), fdb={"moves": {"limit": 2, "windowSeconds": 10}}))
c.down(hello(WANDERER), src=TWO[0], bum=True).at(1000).down(hello(WANDERER), src=TWO[1], bum=True).at(2000).down(hello(WANDERER), src=TWO[0], bum=True)
c.at(3000).down(hello(WANDERER), src=TWO[1], bum=True).counter("fdb.duplicate").at(3500).up(to(WANDERER), peers=TWO[:1])
c.at(15_000).down(hello(WANDERER), src=TWO[1], bum=True).at(15_500).up(to(WANDERER), peers=TWO[1:])

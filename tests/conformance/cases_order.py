"""Which of two reasons wins where both apply, for the stages behind the parsers (section 7): inner, ECN, FDB, size, rate, neighbour.

cases_tunnel.py and cases_vlan.py have the pairs of the stages before."""
import wire as w
from cases_bridge import ASK, BOTH, PORTS2, TWO, hello, numbered, to
from cases_marks import gre_of, received
from cases_tunnel import H, M, H6, M6, back4
from cases_underlay import ASKED, SILENT
from suite import Case, access, config, known, segment, underlay, AT_HOST, AT_VM

UP = w.IN01
ELSEWHERE = {"mac": numbered(7), "port": "access1", "vlan": 300, "sticky": True}  # what it sends from access0 is blocked
CE = 3


def between(dst, src=w.VM):
    return w.mac(dst) + w.mac(src) + back4()[12:]


def asking(target, sender=w.HOST, address=H):
    return w.eth(w.BROADCAST, sender, 0x0806, w.arp(1, sender, address, "00:00:00:00:00:00", target))


# ---- inner ----------------------------------------------------------------------------------------------------------

LYING = w.eth(w.BROADCAST, numbered(1), 0x0806, w.arp(1, numbered(2), "10.1.1.7", "00:00:00:00:00:00", M))
FAR_NS = w.neighbor_solicitation(numbered(1), H6, M6)
FAR_NS = FAR_NS[:21] + b"\xfe" + FAR_NS[22:]  # a hop limit that shows a router in between

c = Case("invalid-neighbours-teach-nothing", ["E-059"], "What strictArp drops is dropped as a fault of the tenant frame: nothing is learned from it, on either side, and its reason wins over those of ECN and FDB.",
         config(segment(peers=TWO, attachments=BOTH, arp="proxy", strictArp=True, records=[AT_VM, AT_HOST, ELSEWHERE]), ports=PORTS2))
for bad in (LYING, FAR_NS):
    c.rx("access0", w.tag(bad, 100), drop="drop.arp.invalid").rx("underlay0", w.tunnelled(bad, src=TWO[1]), drop="drop.arp.invalid")
c.rx("underlay0", w.tunnelled(FAR_NS, src=TWO[1], tos=CE), drop="drop.arp.invalid").rx("underlay0", w.tunnelled(LYING, src=TWO[1], tos=CE), drop="drop.arp.invalid")
for bad in (w.mac(w.BROADCAST) + w.mac(numbered(7)) + LYING[12:], w.mac(w.VM) + w.mac(numbered(7)) + LYING[12:]):
    c.rx("access0", w.tag(bad, 100), drop="drop.arp.invalid")
# its source is nobody still: a frame to it is flooded
c.at(1).rx("access0", w.tag(to(numbered(1)), 100), ("access1", w.bridged(to(numbered(1)), 300)), *[("underlay0", w.encapsulated(to(numbered(1)), p)) for p in TWO], unknown=True)

c = Case("link-local-groups-before-congestion", ["E-070"], "01-80-C2-00-00-0E from NVGRE with outer CE and inner Not-ECT: the inner stage comes before that of ECN.", config(known()))
for group in ("01:80:c2:00:00:01", "01:80:c2:00:00:0e"):
    c.good().down(between(group), tos=CE, drop="drop.l2.reserved_mac")
c.down(back4(), tos=CE, drop="drop.ecn.notect_ce")

c = Case("order-of-tags-and-groups", ["E-002", "E-072"], "Control groups before the VLAN stage; on an access port any VID before what is behind it; a source that is a group, or the gateway, before malformed ARP.",
         config(known(arp="suppress", strictArp=True), segment("green", 5002, (("access1", 9),), peers=()), ports=[access(), access("access1", "02:00:00:00:01:02", mode="access", nativeVlan=9), underlay()]))
stp = w.eth("01:80:c2:00:00:00", w.HOST, 3, b"\x42\x42\x03" + b"\0" * 43)
for frame in (w.tag(stp, 999), stp, w.tag(w.tag(stp, 7), 100), w.tag(stp, 4095)):
    c.good().rx("access0", frame, drop="drop.l2.control")
for vid in (9, 4095, 100):
    c.rx("access1", w.tag(w.tag(UP, 7), vid), drop="drop.vlan.tagged_on_access")
short_arp = w.eth(w.BROADCAST, w.HOST, 0x0806, b"\0\1")
for source, reason in (("01:00:5e:00:00:01", "drop.inner.src_mac"), (w.GATEWAY_ACCESS, "drop.inner.self_mac"), (w.HOST, "drop.arp.invalid")):
    c.good().up(short_arp[:6] + w.mac(source) + short_arp[12:], drop=reason).down(short_arp[:6] + w.mac(source) + short_arp[12:], drop="drop.inner.src_mac" if source[1] == "1" else reason)

c = Case("order-of-lenient-checks", ["B-005", "B-055"], "A bad GRE checksum comes before a sequence number, a missing key and an unknown VSID; a TTL that is too low before a peer that is down and a frame that is too short.",
         config(known(peers=[w.PEER4, {"address": TWO[1], "minTtl": 63, "adminState": "down"}, {"address": "198.51.100.12", "minTtl": 63}]), lenient={"checksum": True}))
good_gre = dict(inner=w.IN03, reserved1=0)
for word, more in ((0xB0006558, dict(sequence=7)), (0x80006558, dict(keyed=False)), (0xA0006558, dict(vsid=0x2000)), (0xA0006558, dict(vsid=1))):
    c.good().rx("underlay0", received(gre_of(word=word, flip=8 * 20, **good_gre, **more)), drop="drop.gre.csum_bad")
c.down(w.IN03, src=TWO[1], ttl=62, drop="drop.ip.ttl_min").down(w.IN03, src=TWO[1], ttl=63, drop="drop.peer.down").down(w.IN03[:13], src=TWO[1], ttl=63, drop="drop.peer.down")
c.down(w.IN03[:13], src="198.51.100.12", ttl=62, drop="drop.ip.ttl_min").down(w.IN03[:13], src="198.51.100.12", ttl=63, drop="drop.inner.short")

# ---- ECN before FDB -------------------------------------------------------------------------------------------------

c = Case("congestion-before-lookup", ["B-024"], "Outer CE, inner Not-ECT, and a destination that is unknown, at another peer, or a source that is blocked: the ECN stage comes first, and teaches nothing.",
         config(segment(peers=TWO, unknownUnicast="drop", records=[AT_VM, {**AT_HOST, "sticky": True}])))
for frame in (between(numbered(9)), between(w.VM, numbered(1)), between(numbered(9), w.HOST)):
    c.down(frame, src=TWO[1], tos=CE, drop="drop.ecn.notect_ce")
c.at(1).up(to(numbered(1)), drop="drop.fdb.unknown_unicast").counter("fdb.unknown")

# ---- within the FDB stage -------------------------------------------------------------------------------------------

DOWN_PEER = {"address": TWO[1], "adminState": "down"}
BEHIND_DOWN = {"mac": numbered(5), "pa": TWO[1]}
NEXT_DOOR = {"mac": numbered(3), "port": "access0", "vlan": 100}
OPPOSITE = {"mac": numbered(4), "port": "access1", "vlan": 300}


def blocked(dst, kind=0x88B5, body=b"." * 50):
    return w.eth(dst, numbered(7), kind, body)


c = Case("order-of-lookup-blocked", ["E-033"], "A source that is blocked, and another reason of the FDB stage: arp.unknown, unknown_unicast, no_receiver, same_port, isolated and split_horizon come before move_blocked, peer.down behind it.",
         config(segment(peers=[DOWN_PEER], attachments=BOTH, arp="proxy", unknownUnicast="drop", localSwitching=False, records=[ELSEWHERE, NEXT_DOOR, OPPOSITE, BEHIND_DOWN]), ports=PORTS2))
c.rx("access0", w.tag(asking("10.1.1.99", numbered(7), "10.1.1.7"), 100), drop="drop.arp.unknown")
c.rx("access0", w.tag(blocked(numbered(99)), 100), drop="drop.fdb.unknown_unicast").counter("fdb.unknown")
c.rx("access0", w.tag(blocked(w.BROADCAST), 100), drop="drop.fdb.no_receiver").rx("access0", w.tag(blocked(numbered(3)), 100), drop="drop.fdb.same_port")
c.rx("access0", w.tag(blocked(numbered(4)), 100), drop="drop.fdb.isolated").rx("access0", w.tag(blocked(numbered(5)), 100), drop="drop.fdb.move_blocked")
c.counter("fdb.conflict", 6)

c = Case("order-of-lookup-relay", ["E-033", "A-092"], "From one peer to another: split_horizon before move_blocked, move_blocked before peer.down.",
         config(segment(peers=TWO + [{"address": "198.51.100.12", "adminState": "down"}], records=[{"mac": numbered(7), "pa": TWO[1], "sticky": True}, {"mac": numbered(5), "pa": TWO[1]}]),
                segment("green", 5002, (("access0", 200),), peers=TWO + [{"address": "198.51.100.12", "adminState": "down"}], relay=True,
                        records=[{"mac": numbered(7), "pa": TWO[1], "sticky": True}, {"mac": numbered(5), "pa": "198.51.100.12"}])))
c.rx("underlay0", w.tunnelled(blocked(numbered(5)), src=TWO[0]), drop="drop.fdb.split_horizon")
c.rx("underlay0", w.tunnelled(blocked(numbered(5)), src=TWO[0], vsid=5002), drop="drop.fdb.move_blocked").counter("fdb.conflict", 2)

c = Case("order-of-lookup-limit", ["E-034"], "A source over a limit that drops: unknown_unicast, same_port and no_receiver come first, peer.down behind it.",
         config(segment(peers=[DOWN_PEER], limits={"macs": 1, "action": "drop"}, unknownUnicast="drop", records=[NEXT_DOOR, BEHIND_DOWN])))
c.up(to(numbered(3), numbered(20)), drop="drop.fdb.same_port").at(1)
for dst, reason in ((numbered(99), "drop.fdb.unknown_unicast"), (numbered(3), "drop.fdb.same_port"), (w.BROADCAST, "drop.fdb.no_receiver"), (numbered(5), "drop.fdb.limit")):
    c.up(w.eth(dst, numbered(21), 0x88B5, b"." * 50), drop=reason)
c.counter("fdb.limit", 4).counter("fdb.unknown")

c = Case("order-of-lookup-duplicate", ["E-032"], "The source is frozen and its frames are dropped: same_port comes before duplicate, peer.down behind it.",
         config(segment(peers=[TWO[0], DOWN_PEER], attachments=BOTH, records=[NEXT_DOOR, BEHIND_DOWN]), ports=PORTS2, fdb={"moves": {"limit": 1, "action": "drop"}}))
wander = numbered(30)
for i, (port, vid, other, far) in enumerate((("access0", 100, "access1", 300), ("access1", 300, "access0", 100))):
    c.at(i).rx(port, w.tag(hello(wander), vid), (other, w.bridged(hello(wander), far)), ("underlay0", w.encapsulated(hello(wander))), bum=True)
c.at(2).rx("access0", w.tag(to(numbered(5), wander), 100), drop="drop.peer.down").counter("fdb.duplicate")  # the second move: refused at the end of this time stamp
c.at(3).rx("access0", w.tag(to(numbered(5), wander), 100), drop="drop.fdb.duplicate").rx("access0", w.tag(to(numbered(3), wander), 100), drop="drop.fdb.same_port")

# ---- FDB, size, rate, neighbour -------------------------------------------------------------------------------------

LONG = b"." * 1480
c = Case("lookup-before-size", ["B-068"], "A frame that is too long, and a reason of the FDB stage: that one.",
         config(segment(peers=[TWO[0], DOWN_PEER], attachments=BOTH, unknownUnicast="drop", limits={"macs": 1, "action": "drop"}, records=[AT_VM, ELSEWHERE, NEXT_DOOR, BEHIND_DOWN]), ports=PORTS2))
c.up(w.eth(numbered(3), w.HOST, 0x88B5, LONG), drop="drop.fdb.same_port").at(1)
c.up(w.eth(numbered(99), w.HOST, 0x88B5, LONG), drop="drop.fdb.unknown_unicast").counter("fdb.unknown").up(w.eth(numbered(5), w.HOST, 0x88B5, LONG), drop="drop.peer.down")
c.up(blocked(w.VM, body=LONG), drop="drop.fdb.move_blocked").counter("fdb.conflict").up(w.eth(w.VM, numbered(21), 0x88B5, LONG), drop="drop.fdb.limit").counter("fdb.limit")
c.up(w.eth(w.VM, w.HOST, 0x88B5, LONG), drop="drop.mtu.nonip")

STORM = {"broadcast": 10, "unknown": 10}  # a bucket of one frame
c = Case("size-before-rate", ["B-068", "F-045"], "What is too long for every receiver is dropped for that, and takes nothing from the bucket of its kind; what fits one receiver counts.",
         config(segment(peers=[w.PEER4, w.PEER6], records=[AT_HOST], storm=STORM)))
whole = w.eth(w.BROADCAST, w.HOST, 0x88B5, LONG)
one = w.eth(w.BROADCAST, w.HOST, 0x88B5, b"." * 1450)
for _ in range(3):
    c.up(whole, drop="drop.mtu.nonip").up(w.eth(numbered(99), w.HOST, 0x88B5, LONG), drop="drop.mtu.nonip").counter("fdb.unknown")
c.up(one, bum=True).counter("tx.bum.failed").up(one, drop="drop.storm.broadcast").up(whole, drop="drop.mtu.nonip").up(ASK, drop="drop.storm.broadcast")
c.up(to(numbered(99)), peers=[w.PEER4, w.PEER6], unknown=True).up(to(numbered(99)), drop="drop.storm.unknown").counter("fdb.unknown")
c.up(w.eth(numbered(99), w.HOST, 0x88B5, LONG), drop="drop.mtu.nonip").counter("fdb.unknown")
c.at(101).up(ASK, peers=[w.PEER4, w.PEER6], bum=True)

c = Case("lookup-before-rate", ["F-045"], "A bucket that is empty, and a reason of the FDB stage: that one.",
         config(segment(peers=[w.PEER4], attachments=BOTH, arp="proxy", records=[ELSEWHERE], storm={"broadcast": 10}),
                segment("lonely", 5002, (("access0", 200),), peers=(), storm={"broadcast": 10}), ports=PORTS2))
c.rx("access0", w.tag(hello(w.HOST), 100), ("access1", w.bridged(hello(w.HOST), 300)), ("underlay0", w.encapsulated(hello(w.HOST))), bum=True)
c.rx("access0", w.tag(hello(w.HOST), 100), drop="drop.storm.broadcast").rx("access0", w.tag(asking("10.1.1.99"), 100), drop="drop.arp.unknown")
c.rx("access0", w.tag(blocked(w.BROADCAST), 100), drop="drop.fdb.move_blocked").counter("fdb.conflict")
for _ in range(3):
    c.rx("access0", w.tag(hello(w.HOST), 200), drop="drop.fdb.no_receiver")

c = Case("size-and-rate-before-neighbours", ["A-055", "B-068"], "A next hop that does not answer, and a frame that is too long for it or over its limit: those reasons.",
         config(segment(peers=[SILENT], records=[AT_HOST, {**AT_VM, "pa": SILENT}], storm={"broadcast": 10})))
c.up(UP, drop="drop.neigh.unresolved").own("underlay0", ASKED).own("underlay0", ASKED, at=1000).own("underlay0", ASKED, at=2000)
c.at(3500).up(UP, drop="drop.neigh.unresolved").up(w.eth(w.VM, w.HOST, 0x88B5, LONG), drop="drop.mtu.nonip")
c.up(hello(w.HOST), drop="drop.neigh.unresolved").up(hello(w.HOST), drop="drop.storm.broadcast")

# ---- what is easily forgotten ---------------------------------------------------------------------------------------

c = Case("dropped-at-rate-but-learned", ["A-101", "F-045"], "The source of a frame that the FDB's proxy or a storm limit drops is learned all the same (rule 0.2.2).",
         config(segment(peers=TWO, arp="proxy", records=[AT_VM], storm={"broadcast": 10})))
c.up(hello(numbered(1)), peers=TWO, bum=True).up(hello(numbered(2)), drop="drop.storm.broadcast").up(asking("10.1.1.99", numbered(3), "10.1.1.7"), drop="drop.arp.unknown")
for n in (1, 2, 3):
    c.at(n).down(to(numbered(n), w.VM))

NORMAL = {"address": TWO[1], "ecn": "normal"}
c = Case("relayed-marks", ["A-092", "B-020", "B-023", "B-024"], "What is relayed has its ECN as on the way to a VLAN: the mark of the first tunnel goes inside, and outside again toward a peer that takes it; DSCP is copied from inside.",
         config(segment(peers=[TWO[0], NORMAL, w.PEER6], relay=True, records=[AT_HOST, {"mac": w.VM, "pa": TWO[0]}, {"mac": numbered(5), "pa": TWO[1]}, {"mac": numbered(6), "pa": w.PEER6}])))


def marked(dst, tos):
    return w.eth(dst, w.VM, 0x0800, w.ipv4(M, "10.1.1.55", 17, w.udp(M, "10.1.1.55", 7, 8, b"marked" * 9), tos=tos))


for inside, outside, result in ((0x2A, 0, 0x2A), (0x2A, CE, 0x2B), (0x29, CE, 0x2B), (0x2A, 1, 0x29), (0x2B, 0, 0x2B), (0x28, 0, 0x28)):
    c.rx("underlay0", w.tunnelled(marked(numbered(5), inside), src=TWO[0], tos=outside), ("underlay0", w.encapsulated(marked(numbered(5), result), TWO[1], ecn=True)))
    c.rx("underlay0", w.tunnelled(marked(numbered(6), inside), src=TWO[0], tos=outside), ("underlay0", w.encapsulated(marked(numbered(6), result), w.PEER6)))
c.rx("underlay0", w.tunnelled(marked(numbered(5), 0x28), src=TWO[0], tos=CE), drop="drop.ecn.notect_ce")

c = Case("own-frames-are-encapsulated-like-tenants", ["A-031", "B-071", "E-042", "E-050"], "ICMP errors and proxy answers through the tunnel bear what the peer's and port's settings ask for: FlowID 0, TTL, outer tag with the priority of the outer DSCP, "
         "DSCP of the inner packet, or of PCP 0 where it is not IP (rule 0.2.7).",
         config(segment(peers=[w.PEER4, w.PEER6], arp="suppress", records=[AT_VM, {**AT_HOST, "ca": H}, {"mac": numbered(6), "ca": "10.1.1.66", "pa": w.PEER6}], pcpToDscp=[9, 1, 2, 3, 4, 5, 6, 7]),
                ports=[access(), underlay(mtu=9200, vlan=103, ttl=17)], flowId="zero"))


def priority(frame, pcp):
    return frame[:14] + w.be16(pcp << 13 | 103) + frame[16:]


for n, (peer, mac, address) in enumerate(((w.PEER4, w.VM, M), (w.PEER6, numbered(6), "10.1.1.66"))):
    ask = asking(H, mac, address)
    c.at(10 * n).rx("underlay0", w.tag(w.tunnelled(ask, src=peer), 103), consumed=True)
    c.own("underlay0", priority(w.encapsulated(w.arp_reply(w.HOST, H, mac, address), peer, hashed=False, ttl=17, vlan=103, dscp=9), 1))
    big = w.eth(w.HOST, mac, 0x0800, w.ipv4(address, H, 17, w.udp(address, H, 1, 2, b"v" * 1473)))
    c.at(10 * n + 5).rx("underlay0", w.tag(w.tunnelled(big, src=peer), 103), drop="drop.mtu.df")
    c.own("underlay0", priority(w.encapsulated(w.too_big(big, 1500), peer, hashed=False, ttl=17, vlan=103), 6))

"""Multicast provider addresses: flooding to a PA group, tenant groups, reception, IGMP and MLD (A-053, A-080 to A-086, B-054)."""
import wire as w
from suite import AT_HOST, AT_VM, T0, Case, access, config, known, segment, underlay

IS_IN, IS_EX, TO_IN, TO_EX = 1, 2, 3, 4
PA4, PA6 = "239.1.19.137", "ff08::1:1389"
MAPPED4, MAPPED6 = "239.7.7.7", "ff05::77"
PEER5, PEER6 = "198.51.100.11", "2001:db8:b::10"
VIDEO, OTHER = "224.1.1.1", "224.1.1.2"
VIDEO6 = "ff05::101"


def group(**more):
    """The worked segment with a group."""
    more.setdefault("multicastPa", PA4)
    return segment(records=[AT_VM, AT_HOST], **more)


def reports(kind, *groups, vlan=None):
    """One report for each family, its records in the order of the addresses."""
    four = sorted((w.ip(g), g) for g in groups if ":" not in g)
    six = sorted((w.ip(g), g) for g in groups if ":" in g)
    made = [w.igmp_report(w.GATEWAY_UNDERLAY, w.LOCAL4, *[(kind, g) for _, g in four])] if four else []
    made += [w.mld_report(w.GATEWAY_UNDERLAY, *[(kind, g) for _, g in six])] if six else []
    return [w.pad(m if vlan is None else w.tag(m, vlan)) for m in made]


def joined(c, *groups, vlan=None):
    """The gateway joins its groups at the start, before anything else, and says so once more a second later (the latest time allowed:
    README.md)."""
    for frame in reports(TO_EX, *groups, vlan=vlan):
        c.outputs.append(((T0, -1, 0, 0, len(c.outputs)), "underlay0", frame))
        c.own("underlay0", frame, at=1000)
    return c


def arp(n=200):
    return w.eth(w.BROADCAST, w.HOST, 0x0806, w.arp(1, w.HOST, "10.1.1.200", "00:00:00:00:00:00", "10.1.1.%d" % n))


def multicast(to, port=5001, size=20, src=w.HOST):
    """A tenant's UDP packet to a group."""
    if ":" in to:
        source = "fd00::200"
        packet = w.ipv6(source, to, 17, w.udp(source, to, 5000, port, b"v" * size), hop=16)
        return w.eth(w.group_mac(to), src, 0x86DD, packet)
    return w.eth(w.group_mac(to), src, 0x0800, w.ipv4("10.1.1.200", to, 17, w.udp("10.1.1.200", to, 5000, port, b"v" * size), ttl=16))


def flooded(c, inner, *to, vid=100, **options):
    """A frame from the VLAN that must leave once to each of the groups and peers."""
    out = [("underlay0", (w.to_group if w.ip(t)[0] in range(224, 240) and len(w.ip(t)) == 4 or w.ip(t)[0] == 0xFF else w.encapsulated)(inner, t, **options)) for t in to]
    return c.rx("access0", w.tag(inner, vid), *out, bum=True)


def heard(inner, to, src=w.PEER4, vsid=w.VSID, ttl=32, dst_mac=None, **options):
    """What a peer sends to a group."""
    return w.tunnelled(inner, src=src, dst=to, vsid=vsid, dst_mac=dst_mac or w.group_mac(to), ttl=ttl, **options)


IN16 = w.W16[42:]
FROM_VM = w.eth(w.BROADCAST, w.VM, 0x0806, w.arp(1, w.VM, "10.1.1.11", "00:00:00:00:00:00", "10.1.1.200"))

FROM_SIX = w.eth(w.BROADCAST, "00:15:5d:00:00:66", 0x0806, w.arp(1, "00:15:5d:00:00:66", "10.1.1.66", "00:00:00:00:00:00", "10.1.1.200"))

# ---- sending ----------------------------------------------------------------------------------------------------------

c = Case("broadcast-to-a-group", ["A-053", "A-080", "B-054"], "W-16, literally: one frame to the group of the segment, however many peers it has; unicast goes to its peer as ever.",
         config(group(peers=[w.PEER4, PEER5])))
joined(c, PA4)
c.rx("access0", w.tag(IN16, 100), ("underlay0", w.W16), bum=True).up(w.IN01)
flooded(c, multicast(OTHER), PA4)
unknown = w.eth("00:15:5d:00:00:99", w.HOST, 0x88B5, b"u" * 46)
c.rx("access0", w.tag(unknown, 100), ("underlay0", w.to_group(unknown, PA4)), unknown=True)

c = Case("groups-are-mapped-to-macs", ["A-053"], "The low 23 bits of an IPv4 group, the low 32 of an IPv6 one.",
         config(*[segment(name="s%d" % n, vsid=6000 + n, attachments=(("access0", 200 + n),), multicastPa=g) for n, g in enumerate(
             ("239.128.0.1", "239.255.255.255", "239.0.0.0", "ff08::8000:1", "ff05:1234:5678::ffff:ffff"))]))
joined(c, "239.128.0.1", "239.255.255.255", "239.0.0.0", "ff08::8000:1", "ff05:1234:5678::ffff:ffff")
for n, g in enumerate(("239.128.0.1", "239.255.255.255", "239.0.0.0", "ff08::8000:1", "ff05:1234:5678::ffff:ffff")):
    flooded(c, arp(n), g, vid=200 + n, vsid=6000 + n)

c = Case("broadcast-to-an-ipv6-group", ["A-053", "A-080", "B-054"], "The same over IPv6: 33:33, hop limit of its own, flow label of the inner flow.", config(group(multicastPa=PA6, peers=[w.PEER4])))
joined(c, PA6)
flooded(c, IN16, PA6)
flooded(c, multicast(VIDEO6), PA6)

c = Case("one-group-of-each-family", ["A-080"], "A group of each family: a copy to each.", config(group(multicastPa=[PA6, PA4], peers=[w.PEER4, PEER6])))
joined(c, PA4, PA6)
flooded(c, IN16, PA6, PA4)

c = Case("two-segments-two-modes", ["A-082", "A-080", "A-081"], "The same broadcast on two segments: one frame to the group, and one to each of three peers.",
         config(group(peers=[w.PEER4, PEER5]), segment(name="red", vsid=5002, attachments=(("access0", 200),), peers=[w.PEER4, PEER5, PEER6])))
joined(c, PA4)
flooded(c, IN16, PA4)
flooded(c, IN16, w.PEER4, PEER5, PEER6, vid=200, vsid=5002)

c = Case("ttl-of-groups", ["B-054"], "multicastTtl: 5 for groups, ttl: 99 for peers.", config(group(), ports=[access(), underlay(ttl=99, multicastTtl=5)]))
joined(c, PA4)
flooded(c, IN16, PA4, ttl=5)
c.up(w.IN01, ttl=99)

c = Case("group-on-a-tagged-underlay", ["A-053", "A-052"], "An outer tag stands behind the group's MAC.", config(group(), ports=[access(), underlay(vlan=103)]))
joined(c, PA4, vlan=103)
flooded(c, IN16, PA4, vlan=103)

c = Case("group-with-zero-flow-ids", ["A-080", "A-031"], "A peer that takes only FlowID zero: so does the group.", config(group(peers=[w.PEER4, {"address": PEER5, "flowId": "zero"}])))
joined(c, PA4)
flooded(c, IN16, PA4, hashed=False)

c = Case("group-besides-attachments", ["A-080", "E-021"], "A copy for the other attachment and one for the group.",
         config(group(attachments=(("access0", 100), ("access0", 200)))))
joined(c, PA4)
c.rx("access0", w.tag(IN16, 100), ("access0", w.bridged(IN16, 200)), ("underlay0", w.W16), bum=True)

# ---- tenant groups ------------------------------------------------------------------------------------------------------

c = Case("tenant-groups", ["A-083"], "224.1.1.1 and ff05::101 have groups of their own; 224.1.1.2, 225.1.1.1 (the same MAC) and broadcast go to that of the segment.",
         config(group(groups={VIDEO: MAPPED4, VIDEO6: [MAPPED4, MAPPED6]})))
joined(c, PA4, MAPPED4, MAPPED6)
flooded(c, multicast(VIDEO), MAPPED4)
flooded(c, multicast(OTHER), PA4)
flooded(c, multicast("225.1.1.1"), PA4)
flooded(c, multicast(VIDEO6), MAPPED4, MAPPED6)
flooded(c, multicast("ff05::102"), PA4)
flooded(c, IN16, PA4)

c = Case("tenant-groups-without-a-default", ["A-083", "A-081"], "Without multicastPa what is not mapped goes to each peer.",
         config(group(multicastPa=PA4, groups={VIDEO: MAPPED4}, peers=[w.PEER4, PEER5])))
del c.config["segments"][0]["multicastPa"]
joined(c, MAPPED4)
flooded(c, multicast(VIDEO), MAPPED4)
flooded(c, multicast(OTHER), w.PEER4, PEER5)

# ---- receiving ----------------------------------------------------------------------------------------------------------

c = Case("heard-on-a-group", ["A-080", "A-084", "A-140"], "What peers of the segment send to the group reaches the VLAN; from others it does not, whatever group they use.",
         config(group(multicastPa=[PA4, PA6], peers=[w.PEER4, PEER6])))
joined(c, PA4, PA6)
out = ("access0", w.bridged(FROM_VM, 100))
c.rx("underlay0", heard(FROM_VM, PA4), out, bum=True)
c.rx("underlay0", heard(FROM_SIX, PA6, src=PEER6), ("access0", w.bridged(FROM_SIX, 100)), bum=True)
c.rx("underlay0", heard(FROM_VM, PA4, src="198.51.100.99"), drop="drop.peer.unknown")
c.rx("underlay0", heard(FROM_VM, PA6, src="2001:db8:b::99"), drop="drop.peer.unknown")
c.rx("underlay0", heard(w.IN03, PA4), ("access0", w.bridged(w.IN03, 100)))
c.rx("underlay0", heard(FROM_VM, PA4, dst_mac=w.GATEWAY_UNDERLAY), out, bum=True)
c.good()

c = Case("shared-group", ["A-084", "A-020", "A-025"], "Two segments share a group: the VSID separates them; a third VSID there is unknown.",
         config(group(), segment(name="red", vsid=5002, attachments=(("access0", 200),), multicastPa=PA4)))
joined(c, PA4)
flooded(c, IN16, PA4)
flooded(c, IN16, PA4, vid=200, vsid=5002)
c.rx("underlay0", heard(FROM_VM, PA4), ("access0", w.bridged(FROM_VM, 100)), bum=True)
c.rx("underlay0", heard(FROM_VM, PA4, vsid=5002), ("access0", w.bridged(FROM_VM, 200)), bum=True)
c.rx("underlay0", heard(FROM_VM, PA4, vsid=5003), drop="drop.vsid.unknown")
c.rx("underlay0", heard(FROM_VM, PA4, vsid=0x2000), drop="drop.vsid.unknown")

c = Case("own-multicast-comes-back", ["A-086", "A-069"], "W-16 reflected, and the same over IPv6.", config(group(multicastPa=[PA4, PA6])))
joined(c, PA4, PA6)
c.rx("underlay0", w.W16, drop="drop.ip.martian")
c.rx("underlay0", w.to_group(IN16, PA6), drop="drop.ip.martian")
c.good()

c = Case("groups-that-nobody-joined", ["A-056"], "Other groups: their MAC is not for us; behind a MAC that is shared, or our own, the address is not local. Only NVGRE, IGMP and MLD are taken on a group.",
         config(group(multicastPa=[PA4, PA6])))
joined(c, PA4, PA6)
c.rx("underlay0", heard(FROM_VM, "239.1.19.138"), drop="drop.l2.not_for_us")
c.rx("underlay0", heard(FROM_VM, "ff08::1:138a", src=PEER6), drop="drop.l2.not_for_us")
c.rx("underlay0", heard(FROM_VM, "239.129.19.137"), drop="drop.ip.not_local")
c.rx("underlay0", heard(FROM_VM, "ff05::1:1389", src=PEER6), drop="drop.ip.not_local")
c.rx("underlay0", heard(FROM_VM, "239.9.9.9", dst_mac=w.GATEWAY_UNDERLAY), drop="drop.ip.not_local")
c.rx("underlay0", heard(FROM_VM, "224.0.0.1"), drop="drop.ip.not_local")
echo = w.icmp_echo(8, 1, 1, b"x" * 32)
c.rx("underlay0", w.eth(w.group_mac(PA4), w.ROUTER, 0x0800, w.ipv4(w.PEER4, PA4, 1, echo)), drop="drop.ip.proto")
c.rx("underlay0", w.eth(w.group_mac(PA4), w.ROUTER, 0x0800, w.ipv4(w.PEER4, PA4, 17, w.udp(w.PEER4, PA4, 1, 4789, b"x" * 32))), drop="drop.ip.proto")
c.counter("rx.vxlan_ignored")

c = Case("no-group-no-multicast", ["A-082", "A-056"], "A segment without a group listens to none.", config(known()))
c.rx("underlay0", w.W16, drop="drop.l2.not_for_us")
c.rx("underlay0", heard(FROM_VM, PA4), drop="drop.l2.not_for_us").good()

# ---- IGMP and MLD -------------------------------------------------------------------------------------------------------

Q4, Q6 = "192.0.2.254", w.link_local(w.ROUTER)


def query(**options):
    return w.igmp_query(w.ROUTER, Q4, **options)


def query6(**options):
    return w.mld_query(w.ROUTER, **options)


def at_mac(mac, frame):
    return w.mac(mac) + frame[6:]


def answers(c, at, *frames):
    for frame in frames:
        c.own("underlay0", w.pad(frame), at=at)
    return c


BOTH = config(group(multicastPa=[PA4, PA6], groups={VIDEO: MAPPED4}))
ALL = (PA4, PA6, MAPPED4)

c = Case("groups-are-joined", ["A-085"], "Reports at the start, repeated within a second: IGMPv3 for the segment's group and that of a tenant group, MLDv2 from the link-local address.", BOTH)
joined(c, *ALL).good()

c = Case("general-queries", ["A-085"], "A general query is answered for all groups, within its time (in replay: at its end); one that comes while an earlier answer waits adds nothing.", BOTH)
joined(c, *ALL).good()
c.at(2000).rx("underlay0", query(code=20), consumed=True)
c.at(2100).rx("underlay0", query(code=100), consumed=True).good()
answers(c, 4000, *reports(IS_EX, PA4, MAPPED4))
c.at(4500).rx("underlay0", query6(code=1500), consumed=True)
answers(c, 6000, *reports(IS_EX, PA6))
c.at(7000).rx("underlay0", at_mac(w.GATEWAY_UNDERLAY, query(code=0x80, dst=w.LOCAL4)), consumed=True)
answers(c, 7000 + 12800, *reports(IS_EX, PA4, MAPPED4))
c.at(25000).good()

c = Case("general-query-without-delay", ["A-085"], "A query whose time is zero is answered at once; so is one from 0.0.0.0, as switches without an address send it.", BOTH)
joined(c, *ALL).good()
c.at(2000).rx("underlay0", query(code=0), consumed=True)
answers(c, 2000, *reports(IS_EX, PA4, MAPPED4))
c.at(3000).rx("underlay0", w.igmp_query(w.ROUTER, "0.0.0.0", code=0), consumed=True)
answers(c, 3000, *reports(IS_EX, PA4, MAPPED4))

c = Case("group-queries", ["A-085"], "Queries for one group are answered for that one, those for others' groups not at all; for one group and some sources: that these are wanted.", BOTH)
joined(c, *ALL).good()
c.at(2000).rx("underlay0", query(group=PA4, code=10), consumed=True)
answers(c, 3000, *reports(IS_EX, PA4))
c.at(3500).rx("underlay0", at_mac(w.group_mac(PA4), query(group=MAPPED4, code=5)), consumed=True)
answers(c, 4000, *reports(IS_EX, MAPPED4))
c.rx("underlay0", query(group="239.99.99.99", dst=PA4), consumed=True)
c.at(5000).rx("underlay0", query(group=PA4, code=10, sources=["192.0.2.9", w.PEER4]), consumed=True)
answers(c, 6000, w.igmp_report(w.GATEWAY_UNDERLAY, w.LOCAL4, (IS_IN, PA4, "192.0.2.9", w.PEER4)))
c.at(7000).rx("underlay0", query6(group=PA6, code=100), consumed=True)
answers(c, 7100, *reports(IS_EX, PA6))
c.at(8000).rx("underlay0", query6(group=PA6, code=100, sources=[PEER6]), consumed=True)
answers(c, 8100, w.mld_report(w.GATEWAY_UNDERLAY, (IS_IN, PA6, PEER6)))

c = Case("older-queriers", ["A-085"], "An IGMPv2 querier gets IGMPv2 reports, one for each group, an MLDv1 querier MLDv1 ones, and an IGMPv1 querier IGMPv1 ones.", BOTH)
joined(c, *ALL).good()
c.at(2000).rx("underlay0", query(code=10, version=2), consumed=True)
answers(c, 3000, *[w.igmp_old(0x16, w.GATEWAY_UNDERLAY, w.LOCAL4, g) for g in (PA4, MAPPED4)])
c.at(4000).rx("underlay0", query(group=PA4, code=10, version=2), consumed=True)
answers(c, 5000, w.igmp_old(0x16, w.GATEWAY_UNDERLAY, w.LOCAL4, PA4))
c.at(6000).rx("underlay0", query6(code=500, version=1), consumed=True)
answers(c, 6500, w.mld_old(131, w.GATEWAY_UNDERLAY, PA6))
c.at(8000).rx("underlay0", query(code=10), consumed=True)  # the old querier is still there
answers(c, 9000, *[w.igmp_old(0x16, w.GATEWAY_UNDERLAY, w.LOCAL4, g) for g in (PA4, MAPPED4)])
c.at(10000).rx("underlay0", query(code=0, version=1), consumed=True)
answers(c, 20000, *[w.igmp_old(0x12, w.GATEWAY_UNDERLAY, w.LOCAL4, g) for g in (PA4, MAPPED4)])
c.at(300_000).rx("underlay0", query(code=10), consumed=True)  # forgotten after 2 * 125 s and its response time
answers(c, 301_000, *reports(IS_EX, PA4, MAPPED4))

c = Case("queries-at-fault", ["A-085", "F-047"], "Cut short, with a wrong checksum, over budgets.igmp; MLD that is not from the link, or without Router Alert, is not heeded; nor is what is no query.",
         {**BOTH, "budgets": {"igmp": 9}})
joined(c, *ALL).good()
c.at(2000)
ok = query(code=10)
def ip_of(body, **options):
    return w.eth("01:00:5e:00:00:01", w.ROUTER, 0x0800, w.ipv4(Q4, "224.0.0.1", 2, body, ttl=1, **options))
c.rx("underlay0", ip_of(b"\x11\x0a\x00"), drop="drop.ip.len")
c.rx("underlay0", ip_of(bytes.fromhex("110a0000000000000200007d")), drop="drop.ip.cksum")
c.rx("underlay0", ip_of(bytes.fromhex("1164ee9b0000000000")), consumed=True)  # nine bytes: of no version
c.rx("underlay0", w.igmp_old(0x16, w.ROUTER, Q4, PA4), consumed=True)
far = w.eth("33:33:00:00:00:01", w.ROUTER, 0x86DD, w.ipv6(w.PEER6, "ff02::1", 0, bytes.fromhex("3a00050200000100") + w.icmpv6(w.PEER6, "ff02::1", query6()[62:64] + bytes(2) + query6()[66:]), hop=1))
c.rx("underlay0", far, consumed=True)
plain = w.eth("33:33:00:00:00:01", w.ROUTER, 0x86DD, w.ipv6(Q6, "ff02::1", 58, w.icmpv6(Q6, "ff02::1", query6()[62:64] + bytes(2) + query6()[66:]), hop=1))
c.rx("underlay0", plain, consumed=True)
hops = query6()
c.rx("underlay0", hops[:21] + b"\x02" + hops[22:], consumed=True)
c.rx("underlay0", hops[:-1] + b"\x7e", drop="drop.ip.cksum")
c.rx("underlay0", ok, consumed=True)
c.rx("underlay0", ok, drop="drop.cpp.igmp").good()
answers(c, 3000, *reports(IS_EX, PA4, MAPPED4))

"""Tenant multicast where IGMP and MLD say who gets it (A-091, RFC 4541)."""
import struct

import wire as w
from suite import Case, access, config, segment, underlay

PEER2 = "198.51.100.11"
PEERS = (w.PEER4, PEER2)
A, B, C = ("access0", 100), ("access0", 200), ("access0", 300)
GROUP, OTHER = "239.1.1.1", "239.1.1.2"
GROUP6, OTHER6 = "ff05::101", "ff05::102"
HOST2, HOST3, VM2 = "02:00:00:00:0a:02", "02:00:00:00:0a:03", "02:00:00:00:0b:02"
ROUTER_ALERT4 = bytes([0x94, 4, 0, 0])
SECONDS = 1000


def snooping(**more):
    return segment(snooping=True, **{"peers": PEERS, **more})


def group_mac(group):
    raw = w.ip(group)
    return "01:00:5e:%02x:%02x:%02x" % (raw[1] & 0x7F, raw[2], raw[3]) if len(raw) == 4 else "33:33:" + ":".join("%02x" % b for b in raw[12:])


# RFC 2236 and RFC 3376: the message behind an IPv4 header with TTL 1 and the Router Alert option.

def igmp(src_mac, dst, body, src="10.1.1.10", wrong=0):
    body = body[:2] + w.be16(w.internet_checksum(body[:2] + b"\0\0" + body[4:]) ^ wrong) + body[4:]
    return w.eth(group_mac(dst), src_mac, 0x0800, w.ipv4(src, dst, 2, body, ttl=1, options=ROUTER_ALERT4))


def report(src_mac, group=GROUP, kind=0x16, **more):
    return igmp(src_mac, group, bytes([kind, 0, 0, 0]) + w.ip(group), **more)


def leave(src_mac, group=GROUP):
    return igmp(src_mac, "224.0.0.2", bytes([0x17, 0, 0, 0]) + w.ip(group))


def query(src_mac, group="0.0.0.0", src="10.1.1.1"):
    return igmp(src_mac, "224.0.0.1" if group == "0.0.0.0" else group, bytes([0x11, 100, 0, 0]) + w.ip(group), src=src)


def record(kind, group, *sources, auxiliary=b"", number=None):
    return bytes([kind, len(auxiliary) // 4]) + w.be16(len(sources) if number is None else number) + w.ip(group) + b"".join(map(w.ip, sources)) + auxiliary


def report3(src_mac, *records, number=None, **more):
    return igmp(src_mac, "224.0.0.22", bytes([0x22, 0, 0, 0, 0, 0]) + w.be16(len(records) if number is None else number) + b"".join(records), **more)


# RFC 2710 and RFC 3810: behind a hop-by-hop header with Router Alert and a hop limit of 1.

def mld(src_mac, dst, kind, rest, src="fe80::10", hop=1, alert=True):
    message = w.icmpv6(src, dst, bytes([kind, 0, 0, 0]) + rest)
    options = bytes([58, 0]) + (bytes([5, 2, 0, 0, 1, 0]) if alert else bytes([1, 4, 0, 0, 0, 0]))
    return w.eth(group_mac(dst), src_mac, 0x86DD, w.ipv6(src, dst, 0, options + message, hop=hop))


def report6(src_mac, group=GROUP6, **more):
    return mld(src_mac, group, 131, bytes(4) + w.ip(group), **more)


def done6(src_mac, group=GROUP6):
    return mld(src_mac, "ff02::2", 132, bytes(4) + w.ip(group))


def query6(src_mac):
    return mld(src_mac, "ff02::1", 130, bytes([0x27, 0x10, 0, 0]) + bytes(16), src="fe80::1")


def report6v2(src_mac, *records, **more):
    return mld(src_mac, "ff02::16", 143, struct.pack(">HH", 0, len(records)) + b"".join(records), **more)


def data(src_mac=w.HOST, group=GROUP, source="10.1.1.10"):
    return w.eth(group_mac(group), src_mac, 0x0800, w.ipv4(source, group, 17, w.udp(source, group, 5004, 5004, b"stream" * 5)))


def data6(src_mac=w.HOST, group=GROUP6, source="2001:db8:ca::10"):
    return w.eth(group_mac(group), src_mac, 0x86DD, w.ipv6(source, group, 17, w.udp(source, group, 5004, 5004, b"stream" * 5)))


def from_vlan(c, frame, *to, place=A, **fate):
    """From a VLAN to VLANs (port, vid) and peers (addresses), in the order of the segment."""
    out = [(t[0], w.bridged(frame, t[1])) if isinstance(t, tuple) else ("underlay0", w.encapsulated(frame, t)) for t in to]
    return c.rx(place[0], w.tag(frame, place[1]), *out, bum=bool(out), **fate)


def from_peer(c, frame, *to, peer=w.PEER4, **fate):
    return c.rx("underlay0", w.tunnelled(frame, src=peer), *[(p, w.bridged(frame, v)) for p, v in to], bum=bool(to), **fate)


NOBODY = {"drop": "drop.fdb.no_receiver"}

c = Case("snoop-off", ["A-091"], "The default: all groups are flooded, reports too.", config(segment(peers=PEERS)))
from_vlan(c, report(w.HOST), *PEERS)
from_vlan(c.at(1), data(), *PEERS)
from_peer(c.at(2), data(VM2, OTHER), A)

c = Case("snoop-member-behind-a-peer", ["A-091"], "A member behind the second peer only: one copy; link-local groups, broadcast and what is not IP to all; a group without members to nobody.",
         config(snooping(attachments=(A, B))))
from_peer(c, report(VM2), peer=PEER2, consumed=True)
c.at(1)
from_vlan(c, data(), PEER2)
from_vlan(c, data(group="224.0.0.5"), B, *PEERS)
from_vlan(c, data(group="224.0.1.5"), **NOBODY)
from_vlan(c, data(group=OTHER), **NOBODY)
from_vlan(c, w.arp_request(w.HOST, "10.1.1.10", "10.1.1.99"), B, *PEERS)
from_vlan(c, w.eth("01:00:5e:01:01:02", w.HOST, 0x88B5, b"not IP" * 9), B, *PEERS)
from_vlan(c, w.eth("03:00:00:00:00:01", w.HOST, 0x0800, w.ipv4("10.1.1.10", "10.1.1.200", 17, w.udp("10.1.1.10", "10.1.1.200", 1, 2, b"group of Ethernet alone"))), B, *PEERS)
from_peer(c, data(w.VM), **NOBODY)

c = Case("snoop-member-on-a-vlan", ["A-091"], "A member on one of three VLANs, of two groups of the same MAC one: its frames from VLAN and tunnel go there.",
         config(snooping(attachments=(A, B, C))))
from_vlan(c, report(HOST2), *PEERS, place=B)
c.at(1)
from_vlan(c, data(), B)
from_peer(c, data(w.VM), B)
from_vlan(c, data(HOST2), place=B, **NOBODY)  # the only member is where it came from
from_peer(c, data(w.VM, "238.129.1.1"), **NOBODY)

c = Case("snoop-querier", ["A-091"], "Reports go to the querier and to peers; what is sent to groups goes to the querier too, one behind a peer as well. A query goes to all.",
         config(snooping(attachments=(A, B, C))))
from_vlan(c, query(HOST2), A, C, *PEERS, place=B)
c.at(1)
from_vlan(c, report(w.HOST), B, *PEERS)
from_peer(c, report(w.VM), B)
c.at(2)
from_vlan(c, data(HOST3), A, B, w.PEER4, place=C)
from_vlan(c, data(HOST3, OTHER), B, place=C)
from_peer(c, data(VM2, OTHER), B, peer=PEER2)
c.at(3)
from_peer(c, query(VM2), A, B, C, peer=PEER2)
c.at(4)
from_vlan(c, data(HOST3, OTHER), B, PEER2, place=C)
from_vlan(c, query(HOST3, GROUP, src="10.1.1.1"), A, B, *PEERS, place=C)  # of one group, before it leaves

c = Case("snoop-query-without-address", ["A-091"], "A query from 0.0.0.0 is that of a switch: it goes to all and makes no querier (RFC 4541 section 2.1.1).", config(snooping(attachments=(A, B))))
from_vlan(c, query(HOST2, src="0.0.0.0"), A, *PEERS, place=B)
from_vlan(c.at(1), report(w.HOST), *PEERS)
from_vlan(c.at(2), data(group=OTHER), **NOBODY)

c = Case("snoop-pim", ["A-091"], "A PIM hello makes its sender's VLAN one that leads to a router.", config(snooping(attachments=(A, B))))
hello = bytes([0x20, 0, 0, 0, 0, 1, 0, 2, 0, 105])
hello = hello[:2] + w.be16(w.internet_checksum(hello)) + hello[4:]
from_vlan(c, w.eth(group_mac("224.0.0.13"), HOST2, 0x0800, w.ipv4("10.1.1.1", "224.0.0.13", 103, hello, ttl=1)), A, *PEERS, place=B)
from_vlan(c.at(1), data(group=OTHER), B)

c = Case("snoop-leave", ["A-091"], "After a leave two seconds are left for others to report; one that does stays.", config(snooping()))
from_vlan(c, report(w.HOST), *PEERS)
from_vlan(c, report(w.HOST, OTHER), *PEERS)
c.at(1)
from_peer(c, data(w.VM), A)
c.at(1 * SECONDS)
from_vlan(c, leave(w.HOST), *PEERS)
from_vlan(c, leave(w.HOST, OTHER), *PEERS)
c.at(2 * SECONDS)
from_vlan(c, report(HOST2, OTHER), *PEERS)
c.at(2999)
from_peer(c, data(w.VM), A)
c.at(3001)
from_peer(c, data(w.VM), **NOBODY)
from_peer(c, data(w.VM, OTHER), A)

c = Case("snoop-ages", ["A-091"], "A membership ends 260 s after the last report, a querier 260 s after its last query.", config(snooping(attachments=(A, B))))
from_vlan(c, query(HOST2), A, *PEERS, place=B)
from_vlan(c.at(10 * SECONDS), report(w.HOST), B, *PEERS)
from_vlan(c.at(20 * SECONDS), query(HOST2), A, *PEERS, place=B)
from_peer(c.at(269.999 * SECONDS), data(w.VM), A, B)
from_peer(c.at(270.001 * SECONDS), data(w.VM), B)
from_peer(c.at(279.999 * SECONDS), data(w.VM), B)
from_peer(c.at(280.001 * SECONDS), data(w.VM), **NOBODY)

c = Case("snoop-igmpv3", ["A-091"], "IGMPv1 and v3: members by group, whatever the sources; several records, auxiliary data; a change to include nothing is a leave, a block is not.",
         config(snooping()))
JOINED = ["239.2.0.%d" % i for i in range(1, 8)]
from_vlan(c, report3(w.HOST, record(4, JOINED[0]), record(2, JOINED[1], "10.1.1.7"), record(1, JOINED[2], "10.1.1.7", "10.1.1.8", auxiliary=b"auxiliar"),
                     record(3, JOINED[3], "10.1.1.7"), record(5, JOINED[4], "10.1.1.7"), record(6, JOINED[5], "10.1.1.7"), record(99, JOINED[6])), *PEERS)
from_vlan(c, report(HOST2, kind=0x12), *PEERS)
c.at(1)
for group in JOINED[:5] + [GROUP]:
    from_peer(c, data(w.VM, group), A)
for group in JOINED[5:]:
    from_peer(c, data(w.VM, group), **NOBODY)
from_vlan(c.at(2), report3(w.HOST, record(3, JOINED[0]), record(6, JOINED[1], "10.1.1.9")), *PEERS)
c.at(3 * SECONDS)
from_peer(c, data(w.VM, JOINED[0]), **NOBODY)
from_peer(c, data(w.VM, JOINED[1]), A)

c = Case("snoop-mld", ["A-091"], "MLDv1 and v2: report, done, query; ff02::/16 to all; a member behind a peer.", config(snooping(attachments=(A, B))))
from_vlan(c, query6(HOST2), A, *PEERS, place=B)
from_vlan(c.at(1), report6(w.HOST), B, *PEERS)
from_peer(c, report6v2(VM2, record(4, OTHER6), src="::"), B, peer=PEER2)
c.at(2)
from_peer(c, data6(w.VM), A, B)
from_vlan(c, data6(group=OTHER6), B, PEER2)
from_vlan(c, data6(group="ff02::fb"), B, *PEERS)
from_vlan(c, w.neighbor_solicitation(w.HOST, "2001:db8:ca::10", "2001:db8:ca::99"), B, *PEERS)
from_vlan(c, data6(group="ff05::103"), B)
from_vlan(c, data(), **NOBODY)  # a querier of MLD hears no IPv4
from_vlan(c.at(3), done6(w.HOST), B, *PEERS)
from_peer(c.at(3 * SECONDS), data6(w.VM), B)

c = Case("snoop-malformed", ["A-091"], "Messages that are broken, are cut short, or are not of this link go where theirs go, and nothing is learned from them.", config(snooping()))
BROKEN = [report(w.HOST, wrong=1), report3(w.HOST, record(4, GROUP), wrong=0x100), report3(w.HOST, record(4, GROUP), record(4, OTHER, number=3)),
          report3(w.HOST, record(4, GROUP), number=2), report3(w.HOST, record(4, GROUP)[:6], number=1)]
BROKEN6 = [report6(w.HOST, hop=64), report6(w.HOST, alert=False), report6(w.HOST, src="2001:db8:ca::10"), report6v2(w.HOST, record(4, GROUP6), record(4, OTHER6, number=9)),
           mld(w.HOST, GROUP6, 131, bytes(4) + w.ip(GROUP6)[:12])]
good_sum = report6(w.HOST)
BROKEN6.append(good_sum[:-1] + bytes([good_sum[-1] ^ 1]))
for frame in BROKEN + BROKEN6:
    from_vlan(c, frame, *PEERS)
# Too short to be IGMP at all: what is sent to its group.
from_vlan(c, w.eth(group_mac(GROUP), w.HOST, 0x0800, w.ipv4("10.1.1.10", GROUP, 2, b"\x16\0\0\0", ttl=1)), **NOBODY)
# Link-local groups, and what is none, have no members.
from_vlan(c, report3(w.HOST, record(4, "224.0.0.9"), record(4, "10.1.1.5"), record(4, "0.0.0.0")), *PEERS)
c.at(1)
from_peer(c, data(w.VM), **NOBODY)
from_peer(c, data6(w.VM), **NOBODY)

c = Case("snoop-budget", ["A-091"], "budgets.igmp: what is beyond it and for nobody else is drop.cpp.igmp; what others get passes, and is not learned.",
         config(snooping(), budgets={"igmp": 2}))
for i in range(4):
    from_peer(c, report(w.VM, "239.3.0.%d" % i), **({"consumed": True} if i < 2 else {"drop": "drop.cpp.igmp"}))
from_vlan(c.at(1), report(w.HOST), *PEERS)
c.at(2)
from_vlan(c, data(group="239.3.0.1"), w.PEER4)
from_vlan(c, data(group="239.3.0.2"), **NOBODY)
from_peer(c, data(w.VM), **NOBODY)

c = Case("snoop-in-a-burst", ["A-091"], "Groups with and without members, reports, broadcast and known unicast among each other.", config(snooping(
    records=[{"mac": w.VM, "ca": "10.1.1.11", "pa": w.PEER4}, {"mac": w.HOST, "port": "access0", "vlan": 100}])))
from_peer(c, report(VM2), peer=PEER2, consumed=True)
c.at(1)
for i in range(12):
    c.good()
    from_vlan(c, data(), PEER2)
    from_vlan(c, data(group=OTHER), **NOBODY)
    from_vlan(c, report(w.HOST, "239.4.0.%d" % i), *PEERS)
c.at(2)
for i in range(12):
    from_peer(c, data(w.VM, "239.4.0.%d" % i), A)

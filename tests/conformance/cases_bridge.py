"""Flooding, learning, moves, ageing, limits (A.8, A.9, E.3)."""
import wire as w
from suite import Case, SECOND, access, config, known, segment, underlay, AT_HOST, AT_VM

UP, DOWN = w.IN01, w.IN03
FIVE = ["198.51.100.%d" % n for n in range(10, 15)]
TWO = FIVE[:2]
PORTS2 = [access(), access("access1", "02:00:00:00:01:02"), underlay()]
BOTH = (("access0", 100), ("access1", 300))
ASK = w.eth(w.BROADCAST, w.HOST, 0x0806, w.arp(1, w.HOST, "10.1.1.200", "00:00:00:00:00:00", "10.1.1.11") + b"\0" * 18)
TOLD = w.W09[42:]


def numbered(n):
    return "02:00:00:01:%02x:%02x" % (n >> 8, n & 255)


def hello(mac, dst=w.BROADCAST, text=b"here I am"):
    """A frame of a station; its own MAC is in the payload, too, so that no two are equal."""
    return w.eth(dst, mac, 0x88B5, w.mac(mac) + text + b"." * 40)


def to(mac, src=w.HOST):
    return w.eth(mac, src, 0x88B5, b"to " + w.mac(mac) + b"." * 40)


# ---- flooding -------------------------------------------------------------------------------------------------------

Case("broadcast-to-five-peers", ["A-081"], "One ARP broadcast, five peers: five NVGRE frames with distinct destinations and identical inner bytes.",
     config(segment(peers=FIVE))).up(ASK, peers=FIVE, bum=True)

Case("broadcast-over-both-families", ["A-081"], "Peers of both families get one copy each.", config(segment(peers=[w.PEER4, w.PEER6, FIVE[1]]))) \
    .up(ASK, peers=[w.PEER4, w.PEER6, FIVE[1]], bum=True)

c = Case("broadcast-with-a-peer-down", ["A-089"], "Peer 3 of 5 is down: four copies, of broadcast, multicast and unknown unicast.",
         config(segment(peers=FIVE[:2] + [{"address": FIVE[2], "adminState": "down"}] + FIVE[3:])))
LIVE = FIVE[:2] + FIVE[3:]
c.up(ASK, peers=LIVE, bum=True).at(1).up(hello(w.HOST, "01:00:5e:00:00:05"), peers=LIVE, bum=True).at(2).up(UP, peers=LIVE, unknown=True)

c = Case("split-horizon-of-floods", ["A-088"], "Broadcast, multicast and unknown unicast from one peer never go to another: the VLAN copy only.", config(segment(peers=FIVE)))
for i, dst in enumerate((w.BROADCAST, "01:00:5e:00:00:05", "33:33:00:00:00:01")):
    c.at(i).down(hello(w.VM, dst), src=FIVE[i], bum=True)
c.at(5).down(to("00:15:5d:ff:ff:01", w.VM), unknown=True)

c = Case("split-horizon-of-unicast", ["A-092"], "Known unicast from one peer to another is not relayed.",
         config(segment(peers=TWO, records=[{**AT_VM, "pa": TWO[1]}, AT_HOST])))
for _ in range(2):
    c.down(to(w.VM, "00:15:5d:00:00:0c"), src=TWO[0], drop="drop.fdb.split_horizon").up(UP, peers=TWO[1:])
c.at(5).down(to(w.VM, "00:15:5d:00:00:0d"), src=TWO[1], drop="drop.fdb.split_horizon")

c = Case("relay", ["A-092"], "A segment that relays: known unicast from one peer leaves toward the other as if it had come from the VLAN, never back; what is flooded does not.",
         config(segment(peers=TWO + [w.PEER6], relay=True, records=[{"mac": w.VM, "pa": TWO[1]}, {"mac": "00:15:5d:00:00:0c", "pa": TWO[0]}, {"mac": "00:15:5d:00:00:0d", "pa": w.PEER6}, AT_HOST])))
MARKED = w.eth("00:15:5d:00:00:0d", w.VM, 0x0800, w.ipv4("10.1.1.11", "10.1.1.13", 17, w.udp("10.1.1.11", "10.1.1.13", 4000, 4001, b"relayed " * 20), tos=0xBA))
for frame, src, dst in ((to(w.VM, "00:15:5d:00:00:0c"), TWO[0], TWO[1]), (to("00:15:5d:00:00:0c", w.VM), TWO[1], TWO[0]), (MARKED, TWO[1], w.PEER6),
                        (to(w.VM, "00:15:5d:00:00:0d"), w.PEER6, TWO[1])):
    c.rx("underlay0", w.tunnelled(frame, src=src), ("underlay0", w.encapsulated(frame, dst)))
    c.up(UP, peers=TWO[1:])
c.down(to(w.VM, "00:15:5d:00:00:0e"), src=TWO[1], drop="drop.fdb.split_horizon")
c.at(5).down(hello(w.VM), src=TWO[1], bum=True).down(to("00:15:5d:00:00:99", w.VM), src=TWO[1], unknown=True)

c = Case("unknown-unicast-flood", ["A-087"], "Unknown unicast under the policy flood, the default with learning: a copy for each peer and each other attachment.",
         config(segment(peers=TWO, attachments=BOTH), ports=PORTS2))
c.rx("access0", w.W01, ("access1", w.tag(UP, 300, pcp=5)), *[("underlay0", w.encapsulated(UP, p)) for p in TWO], unknown=True)
c.at(1).rx("underlay0", w.tunnelled(to("02:00:00:00:0a:09", "00:15:5d:00:00:0c")), *[(p, w.bridged(to("02:00:00:00:0a:09", "00:15:5d:00:00:0c"), v)) for p, v in BOTH], unknown=True)

for name, how in (("by-policy", dict(unknownUnicast="drop")), ("without-learning", dict(learning=False))):
    c = Case("unknown-unicast-drop-" + name, ["A-087"], "Unknown unicast under the policy drop, the default without learning; broadcast is flooded all the same.",
             config(segment(peers=TWO, **how)))
    c.up(UP, drop="drop.fdb.unknown_unicast").down(DOWN, drop="drop.fdb.unknown_unicast").up(ASK, peers=TWO, bum=True).counter("fdb.unknown", 2)

c = Case("flood-without-learning", ["A-087"], "Learning off with flood asked for: nothing is ever learned, everything is flooded.",
         config(segment(peers=TWO, learning=False, unknownUnicast="flood")))
for i in range(3):
    c.at(i).up(UP, peers=TWO, unknown=True).down(DOWN, unknown=True)

c = Case("nobody-to-flood-to", ["A-087"], "A frame to be replicated and nobody to get it: no peer and one attachment.", config(segment(peers=())))
c.up(ASK, drop="drop.fdb.no_receiver").up(hello(w.HOST, "01:00:5e:00:00:05"), drop="drop.fdb.no_receiver").up(UP, drop="drop.fdb.no_receiver").counter("fdb.unknown")
c = Case("nobody-to-flood-to-while-down", ["A-087"], "All peers down, one attachment: nobody gets it either.", config(segment(peers=[{"address": w.PEER4, "adminState": "down"}])))
c.up(ASK, drop="drop.fdb.no_receiver")

# ---- learning -------------------------------------------------------------------------------------------------------

c = Case("learning-from-both-sides", ["A-101", "E-030"], "A source is learned where its frame came from; from then on unicast to it goes there alone.",
         config(segment(peers=FIVE, attachments=BOTH), ports=PORTS2))
c.down(DOWN, src=FIVE[1], to=BOTH, unknown=True)
c.at(1).up(UP, peers=FIVE[1:2])
c.at(2).down(DOWN, src=FIVE[1])
c.at(3).rx("access1", w.tag(to(w.HOST, "02:00:00:00:0a:07"), 300), ("access0", w.bridged(to(w.HOST, "02:00:00:00:0a:07"), 100)))
c.at(4).rx("access0", w.tag(to("02:00:00:00:0a:07"), 100), ("access1", w.bridged(to("02:00:00:00:0a:07"), 300)))
c.at(5).down(to("02:00:00:00:0a:07", w.VM), src=FIVE[1], to=[("access1", 300)])

c = Case("learning-waits-for-the-next-time-stamp", [], "Frames of one time stamp see the same tables: what the first teaches the next do not know yet.", config(segment(peers=TWO)))
for _ in range(40):
    c.down(DOWN, unknown=True).up(UP, peers=TWO, unknown=True)
c.at(1)
for _ in range(40):
    c.down(DOWN).up(UP, peers=TWO[:1])

c = Case("dropped-frames-teach-nothing", ["A-101"], "A frame dropped at or before the ECN stage teaches nothing; one dropped at the FDB stage does (rule 0.2.2).",
         config(segment(peers=TWO, records=[{"mac": "00:15:5d:00:00:0c", "ca": "10.1.1.12", "pa": TWO[1]}])))
c.down(w.eth(w.HOST, w.VM, 0x8906, b"." * 50), drop="drop.inner.lossless").down(w.tag(DOWN, 7), drop="drop.inner.tagged").down(DOWN, src="198.51.100.99", drop="drop.peer.unknown")
c.rx("underlay0", w.tunnelled(w.eth(w.HOST, w.VM, 0x0800, w.ipv4(w.LOCAL4, "10.1.1.1", 47, b"." * 40))), drop="drop.loop")
c.at(1).up(UP, peers=TWO, unknown=True)
c.at(2).down(to("00:15:5d:00:00:0c", w.VM), drop="drop.fdb.split_horizon")
c.at(3).up(UP, peers=TWO[:1])

c = Case("records-and-learning", ["A-100"], "A record and a learned entry in one segment, both used; on both sides.",
         config(segment(peers=TWO, attachments=BOTH, records=[AT_VM, {"mac": "02:00:00:00:0a:02", "port": "access1", "vlan": 300}]), ports=PORTS2))
c.down(to("02:00:00:00:0a:02", "00:15:5d:00:00:0c"), src=TWO[1], to=[("access1", 300)])
c.at(1).up(UP, peers=TWO[:1]).up(to("00:15:5d:00:00:0c"), peers=TWO[1:])
c.at(2).down(to(w.HOST, "00:15:5d:00:00:0c"), src=TWO[1]).down(to("02:00:00:00:0a:02", w.VM), to=[("access1", 300)])

c = Case("records-win", ["A-102", "E-033"], "The source of a record seen elsewhere: forwarded, counted, the entry stays.", config(segment(peers=TWO, records=[AT_VM, AT_HOST])))
for i in range(3):
    c.at(2 * i).down(DOWN, src=TWO[1]).counter("fdb.conflict").at(2 * i + 1).up(UP, peers=TWO[:1])
c.at(10).rx("access0", w.tag(w.eth(w.BROADCAST, w.VM, 0x88B5, b"a VM on the VLAN" + b"." * 40), 100),
            *[("underlay0", w.encapsulated(w.eth(w.BROADCAST, w.VM, 0x88B5, b"a VM on the VLAN" + b"." * 40), p)) for p in TWO], bum=True).counter("fdb.conflict")
c.at(11).up(UP, peers=TWO[:1])

c = Case("sticky-records", ["E-033"], "The source of a sticky record from another place is dropped; from its own it passes.",
         config(segment(peers=TWO, records=[{**AT_VM, "sticky": True}, {**AT_HOST, "sticky": True}])))
c.down(DOWN, src=TWO[1], drop="drop.fdb.move_blocked").down(DOWN).down(to(w.BROADCAST, w.HOST), src=TWO[0], drop="drop.fdb.move_blocked")
c.at(1).down(DOWN, src=TWO[1], drop="drop.fdb.move_blocked").up(UP, peers=TWO[:1])
c.counter("fdb.conflict", 3)

# ---- moves ----------------------------------------------------------------------------------------------------------

c = Case("moves", ["E-032"], "A MAC moves between attachments and peers: each move takes effect at once.",
         config(segment(peers=TWO, attachments=BOTH), ports=PORTS2))
WANDERER = "02:00:00:00:0d:0d"
c.rx("access0", w.tag(hello(WANDERER), 100), ("access1", w.bridged(hello(WANDERER), 300)), *[("underlay0", w.encapsulated(hello(WANDERER), p)) for p in TWO], bum=True)
asking = to(WANDERER, "02:00:00:00:0a:07")
c.at(1).rx("access1", w.tag(asking, 300), ("access0", w.bridged(asking, 100)))
c.at(2).rx("access1", w.tag(hello(WANDERER), 300), ("access0", w.bridged(hello(WANDERER), 100)), *[("underlay0", w.encapsulated(hello(WANDERER), p)) for p in TWO], bum=True)
c.at(3).rx("access1", w.tag(asking, 300), drop="drop.fdb.same_port")
c.at(4).down(hello(WANDERER), src=TWO[0], to=BOTH, bum=True)
c.at(5).rx("access1", w.tag(asking, 300), ("underlay0", w.encapsulated(asking, TWO[0])))
c.at(6).down(hello(WANDERER), src=TWO[1], to=BOTH, bum=True)
c.at(7).rx("access1", w.tag(asking, 300), ("underlay0", w.encapsulated(asking, TWO[1])))

c = Case("moves-at-one-time-stamp", ["E-032"], "A MAC seen here, there and here again within one time stamp: the last place counts, in the order of the inputs, whichever worker saw which frame.",
         config(segment(peers=TWO, records=[AT_HOST])))
for place in (TWO[0], TWO[1], TWO[0]):
    for i in range(40):
        c.down(to(w.HOST, numbered(i) if i else WANDERER), src=place if not i else TWO[1])
c.at(1).up(to(WANDERER), peers=TWO[:1]).up(to(numbered(5)), peers=TWO[1:])

for action in ("freeze", "drop"):
    c = Case("ping-pong-" + action, ["E-032"],
             "The sixth move within 180 s is refused and the entry stays where the fifth put it; it is frozen until no move was tried for 180 s. Action %s." % action,
             config(segment(peers=TWO), **({} if action == "freeze" else {"fdb": {"moves": {"action": "drop"}}})))
    c.down(hello(WANDERER), src=TWO[0], bum=True)
    for i in range(1, 6):
        c.at(i * 1000).down(hello(WANDERER), src=TWO[i % 2], bum=True)
        c.at(i * 1000 + 500).up(to(WANDERER), peers=[TWO[i % 2]])
    # five moves: it is at TWO[1]
    c.at(6000).down(hello(WANDERER), src=TWO[0], bum=True).counter("fdb.duplicate")
    c.at(6500).up(to(WANDERER), peers=[TWO[1]])
    for i in (7, 100, 185):
        if action == "freeze":
            c.at(i * 1000).down(hello(WANDERER), src=TWO[0], bum=True)
        else:
            c.at(i * 1000).down(hello(WANDERER), src=TWO[0], drop="drop.fdb.duplicate")
        c.at(i * 1000 + 500).up(to(WANDERER), peers=[TWO[1]])
        c.at(i * 1000 + 600).down(hello(WANDERER), src=TWO[1], bum=True)
    # the last try was at 185 s: thawed at 365 s
    c.at(370_000).down(hello(WANDERER), src=TWO[0], bum=True).at(370_500).up(to(WANDERER), peers=[TWO[0]])

c = Case("slow-moves", ["E-032"], "Moves that are more than 36 s apart never come to six in 180 s: none is refused.", config(segment(peers=TWO)))
for i in range(9):
    c.at(i * 40_000).down(hello(WANDERER), src=TWO[i % 2], bum=True).at(i * 40_000 + 1000).up(to(WANDERER), peers=[TWO[i % 2]])

# ---- ageing ---------------------------------------------------------------------------------------------------------

for name, fdb, age in (("default", None, 300), ("configured", {"ageingSeconds": 10}, 10)):
    c = Case("ageing-" + name, ["E-031"], "An entry is there until %d s after the last frame of its source, and gone 10%% later; one that is refreshed stays." % age,
             config(segment(peers=TWO), **({"fdb": fdb} if fdb else {})))
    second = "00:15:5d:00:00:0c"
    c.down(hello(w.VM), src=TWO[0], bum=True).down(hello(second), src=TWO[1], bum=True)
    for part in (0.3, 0.6, 0.9):
        c.at(1000 * age * part).down(hello(second), src=TWO[1], bum=True)
        c.at(1000 * age * part + 1).up(to(w.VM), peers=TWO[:1]).up(to(second), peers=TWO[1:])
    c.at(1000 * age - 100).up(to(w.VM), peers=TWO[:1])
    c.at(1100 * age + 1000).up(to(w.VM), peers=TWO, unknown=True).up(to(second), peers=TWO[1:])
    c.at(2300 * age).up(to(second), peers=TWO, unknown=True)

Case("records-do-not-age", ["E-031"], "A record is there for good.", config(known(peers=TWO), fdb={"ageingSeconds": 10})).up(UP).at(130_000).up(UP).down(DOWN)

# ---- limits and capacity --------------------------------------------------------------------------------------------

c = Case("mac-limit-of-a-segment", ["E-034"], "Limit 100: the 101st source is forwarded and not learned; records do not count; fdb.limit counts frames.",
         config(segment(peers=TWO, records=[AT_VM], limits={"macs": 100})))
for n in range(100):
    c.at(n).up(hello(numbered(n)), peers=TWO, bum=True)
c.at(200).up(hello(numbered(100)), peers=TWO, bum=True).counter("fdb.limit")
for n in (0, 50, 99):
    c.at(300 + n).down(to(numbered(n), w.VM))
c.at(500).down(to(numbered(100), w.VM), unknown=True)
c.at(600).up(hello(numbered(100)), peers=TWO, bum=True).counter("fdb.limit")
c.at(700).up(hello(numbered(3)), peers=TWO, bum=True)

c = Case("mac-limit-that-drops", ["E-034"], "With the action drop frames of sources over the limit are dropped; known ones and records pass.",
         config(segment(peers=TWO, records=[AT_VM], limits={"macs": 3, "action": "drop"})))
for n in range(3):
    c.at(n).up(hello(numbered(n)), peers=TWO, bum=True)
c.at(10).up(hello(numbered(7)), drop="drop.fdb.limit").down(hello("00:15:5d:00:00:0c"), drop="drop.fdb.limit").down(to(numbered(1), w.VM)).up(hello(numbered(2)), peers=TWO, bum=True)
c.counter("fdb.limit", 2)

c = Case("mac-limit-of-a-port", ["E-034"], "A limit of a port.", config(segment(peers=TWO, attachments=BOTH), ports=[access(limits={"macs": 2}), access("access1", "02:00:00:00:01:02"), underlay()]))
for n in range(2):
    c.at(n).rx("access0", w.tag(hello(numbered(n)), 100), ("access1", w.bridged(hello(numbered(n)), 300)), *[("underlay0", w.encapsulated(hello(numbered(n)), p)) for p in TWO], bum=True)
c.at(5).rx("access0", w.tag(hello(numbered(2)), 100), ("access1", w.bridged(hello(numbered(2)), 300)), *[("underlay0", w.encapsulated(hello(numbered(2)), p)) for p in TWO], bum=True)
c.counter("fdb.limit")
c.at(6).rx("access1", w.tag(to(numbered(1), numbered(9)), 300), ("access0", w.bridged(to(numbered(1), numbered(9)), 100)))
c.at(7).rx("access1", w.tag(to(numbered(2), numbered(9)), 300), ("access0", w.bridged(to(numbered(2), numbered(9)), 100)),
           *[("underlay0", w.encapsulated(to(numbered(2), numbered(9)), p)) for p in TWO], unknown=True)
c.at(8).rx("access0", w.tag(to(numbered(9), numbered(0)), 100), ("access1", w.bridged(to(numbered(9), numbered(0)), 300)))

c = Case("mac-limit-of-a-peer", ["E-034"], "A limit of a peer; another peer has its own.", config(segment(peers=[{"address": TWO[0], "limits": {"macs": 1}}, TWO[1]])))
c.down(hello(numbered(0)), src=TWO[0], bum=True).at(1).down(hello(numbered(1)), src=TWO[0], bum=True).counter("fdb.limit").at(2).down(hello(numbered(2)), src=TWO[1], bum=True)
c.at(3).up(to(numbered(0)), peers=TWO[:1]).up(to(numbered(1)), peers=TWO, unknown=True).up(to(numbered(2)), peers=TWO[1:])

c = Case("table-full", ["E-037"], "Far more sources than the table holds: every frame is forwarded, and the records stay.",
         config(segment(peers=TWO, records=[AT_VM, AT_HOST]), fdb={"capacity": 64}))
for n in range(200):
    c.at(n // 20).up(hello(numbered(n)), peers=TWO, bum=True)
for i in range(3):
    c.at(1000 + i).up(UP, peers=TWO[:1]).down(DOWN)

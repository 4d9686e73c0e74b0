"""The gateway as a host on the underlay: neighbours, ARP, ND, echo (A-054, A-055, E-063, E-064)."""
import wire as w
from suite import Case, access, config, known, segment, underlay, AT_HOST, AT_VM

UP, DOWN = w.IN01, w.IN03
SILENT, SILENT_MAC = "192.0.2.77", "02:00:00:00:aa:77"
SILENT6, SILENT6_MAC = "2001:db8:a::77", "02:00:00:00:aa:78"
OTHER_VM = "00:15:5d:00:00:77"
ASK = w.arp_request(w.GATEWAY_UNDERLAY, w.LOCAL4, SILENT)
ASKED = w.pad(ASK)
SOLICITED = w.neighbor_solicitation(w.GATEWAY_UNDERLAY, w.LOCAL6, SILENT6)
ANSWER = w.arp_reply(SILENT_MAC, SILENT, w.GATEWAY_UNDERLAY, w.LOCAL4)
ADVERTISED = w.neighbor_advertisement(SILENT6_MAC, SILENT6, w.GATEWAY_UNDERLAY, w.LOCAL6, SILENT6, 0x60)
EVERYBODY = "33:33:00:00:00:01"


def on_link(**top):
    """A second VM behind a peer on the link that no neighbour entry names; the first behind the known router."""
    return config(segment(peers=[w.PEER4, SILENT], records=[AT_VM, AT_HOST, {"mac": OTHER_VM, "ca": "10.1.1.77", "pa": SILENT}]), **top)


def on_link6(**top):
    return config(segment(peers=[w.PEER4, SILENT6], records=[AT_VM, AT_HOST, {"mac": OTHER_VM, "ca": "10.1.1.77", "pa": SILENT6}]), **top)


def frame(n):
    return w.eth(OTHER_VM, w.HOST, 0x88B5, b"frame %03d" % n + b"." * 40)


# ---- resolving ------------------------------------------------------------------------------------------------------

c = Case("two-frames-one-request", ["E-063", "A-051"], "Two frames to an unresolved peer: one ARP request, both are sent after the reply; later ones at once.", on_link())
c.up(frame(0), peers=[SILENT], dst_mac=SILENT_MAC, held=20).own("underlay0", ASKED)
c.at(10).up(frame(1), peers=[SILENT], dst_mac=SILENT_MAC, held=20).up(UP)
c.at(20).rx("underlay0", ANSWER, consumed=True)
c.at(21).up(frame(2), peers=[SILENT], dst_mac=SILENT_MAC)

c = Case("two-frames-one-solicitation", ["E-063", "A-051"], "The same over IPv6: a solicitation to the solicited-node group with the source's link-layer address, both frames after the advertisement.", on_link6())
c.up(frame(0), peers=[SILENT6], dst_mac=SILENT6_MAC, held=20).own("underlay0", SOLICITED)
c.at(10).up(frame(1), peers=[SILENT6], dst_mac=SILENT6_MAC, held=20).up(UP)
c.at(20).rx("underlay0", ADVERTISED, consumed=True)
c.at(21).up(frame(2), peers=[SILENT6], dst_mac=SILENT6_MAC)

GATED = [access(), underlay(neighbors=[])]
c = Case("router-is-resolved", ["A-051", "E-063"], "Peers off the link: the router is asked for, once for all of them.",
         config(segment(peers=[w.PEER4, "198.51.100.11"], records=[AT_VM, AT_HOST, {"mac": OTHER_VM, "ca": "10.1.1.77", "pa": "198.51.100.11"}]), ports=GATED))
c.up(UP, held=7).up(frame(0), peers=["198.51.100.11"], held=7).own("underlay0", w.pad(w.arp_request(w.GATEWAY_UNDERLAY, w.LOCAL4, "192.0.2.254")))
c.at(7).rx("underlay0", w.arp_reply(w.ROUTER, "192.0.2.254", w.GATEWAY_UNDERLAY, w.LOCAL4), consumed=True)
c.at(8).up(UP).up(frame(1), peers=["198.51.100.11"])

c = Case("solicited-from-the-right-address", ["E-063"], "A next hop is asked for from the PA on its subnet, whatever the segment sends from.",
         config(segment(peers=["203.0.113.9"], sourceAddresses=["192.0.2.1"], records=[{**AT_VM, "pa": "203.0.113.9"}]),
                ports=[access(), underlay(addresses=["192.0.2.1/24", "203.0.113.1/24"])]))
c.config["ports"][1]["routes"] = [{"prefix": "0.0.0.0/0", "via": "192.0.2.254"}]
c.config["ports"][1]["neighbors"] = [{"address": "192.0.2.254", "mac": w.ROUTER}]
c.up(UP, peers=["203.0.113.9"], dst_mac=SILENT_MAC, src="192.0.2.1", held=5).own("underlay0", w.pad(w.arp_request(w.GATEWAY_UNDERLAY, "203.0.113.1", "203.0.113.9")))
c.at(5).rx("underlay0", w.arp_reply(SILENT_MAC, "203.0.113.9", w.GATEWAY_UNDERLAY, "203.0.113.1"), consumed=True)

for name, conf, peer, peer_mac, ask, answer in (("four", on_link(), SILENT, SILENT_MAC, ASKED, ANSWER), ("six", on_link6(), SILENT6, SILENT6_MAC, SOLICITED, ADVERTISED)):
    c = Case("hundred-frames-to-a-silent-hop-" + name, ["A-054", "E-063"],
             "100 frames at one time stamp to a next hop that has not answered yet: the first 64 are sent after the reply, in order, the newest 36 are dropped.", conf)
    for n in range(100):
        c.up(frame(n), **({"peers": [peer], "dst_mac": peer_mac, "held": 50} if n < 64 else {"drop": "drop.neigh.pending"})).up(UP)
    c.own("underlay0", ask).at(50).rx("underlay0", answer, consumed=True)
    c.at(51).up(frame(200), peers=[peer], dst_mac=peer_mac)

c = Case("hundred-frames-one-by-one", ["A-054"], "The same over a hundred time stamps.", on_link())
c.own("underlay0", ASKED)
for n in range(100):
    c.at(n).up(frame(n), **({"peers": [SILENT], "dst_mac": SILENT_MAC, "held": 500} if n < 64 else {"drop": "drop.neigh.pending"}))
c.at(500).rx("underlay0", ANSWER, consumed=True)

c = Case("hold-of-ten", ["A-054"], "neighbors.hold: 10; each next hop has its own.",
         config(segment(peers=[SILENT, SILENT6], records=[AT_HOST, {"mac": OTHER_VM, "ca": "10.1.1.77", "pa": SILENT}, {"mac": w.VM, "ca": "10.1.1.78", "pa": SILENT6}]), neighbors={"hold": 10}))
for n in range(15):
    c.up(frame(n), **({"peers": [SILENT], "dst_mac": SILENT_MAC, "held": 50} if n < 10 else {"drop": "drop.neigh.pending"}))
    c.up(UP, **({"peers": [SILENT6], "dst_mac": SILENT6_MAC, "held": 60} if n < 10 else {"drop": "drop.neigh.pending"}))
c.own("underlay0", ASKED).own("underlay0", SOLICITED).at(50).rx("underlay0", ANSWER, consumed=True).at(60).rx("underlay0", ADVERTISED, consumed=True)

c = Case("nobody-answers", ["A-055", "A-054"],
         "Asked three times a second apart, given up after 3 s: what waits is drop.neigh.unresolved, and so is each frame for 3 s more; then a new attempt, whose answer is taken. "
         "Nothing is ever sent to a broadcast MAC but ARP. The peer is only reported down: no drop.peer.down.", on_link())
c.up(frame(0), drop="drop.neigh.unresolved").own("underlay0", ASKED)
c.at(500).up(frame(1), drop="drop.neigh.unresolved").up(UP)
c.own("underlay0", ASKED, at=1000).own("underlay0", ASKED, at=2000)
c.at(2900).up(frame(2), drop="drop.neigh.unresolved")
for ms in (3100, 4000, 5000, 5900):
    c.at(ms).up(frame(3), drop="drop.neigh.unresolved").up(UP)
c.at(6500).up(frame(4), peers=[SILENT], dst_mac=SILENT_MAC, held=6600).own("underlay0", ASKED)
c.at(6600).rx("underlay0", ANSWER, consumed=True).at(6601).up(frame(5), peers=[SILENT], dst_mac=SILENT_MAC)

c = Case("late-answer", ["A-055"], "An answer is always taken, also while frames are refused.", on_link())
c.up(frame(0), drop="drop.neigh.unresolved").own("underlay0", ASKED).own("underlay0", ASKED, at=1000).own("underlay0", ASKED, at=2000)
c.at(3500).up(frame(1), drop="drop.neigh.unresolved")
c.at(4000).rx("underlay0", ANSWER, consumed=True)
c.at(4001).up(frame(2), peers=[SILENT], dst_mac=SILENT_MAC)

c = Case("waits-at-the-end", ["A-054"], "What waits when the captures end and the clock has run on is drop.neigh.unresolved.", on_link(neighbors={"giveUpSeconds": 60}))
c.up(frame(0), drop="drop.neigh.unresolved").own("underlay0", ASKED)
for s in range(1, 6):
    c.own("underlay0", ASKED, at=1000 * s)

c = Case("copies-that-wait", [], "A broadcast to two peers of which one is not resolved yet: one copy leaves at once, the other after the answer; a copy whose answer never comes is tx.bum.failed.",
         config(segment(peers=[w.PEER4, SILENT, SILENT6], records=[AT_HOST])))
told = w.eth(w.BROADCAST, w.HOST, 0x88B5, b"to all" + b"." * 40)
c.rx("access0", w.tag(told, 100), ("underlay0", w.encapsulated(told)), bum=True)
c.own("underlay0", ASKED).own("underlay0", SOLICITED)
c.at(5).rx("underlay0", ANSWER, consumed=True).own("underlay0", w.encapsulated(told, SILENT, dst_mac=SILENT_MAC)).counter("tx.bum.copies").counter("tx.bum.failed")
c.own("underlay0", SOLICITED, at=1000).own("underlay0", SOLICITED, at=2000)

# ---- being asked ----------------------------------------------------------------------------------------------------

ASKER = "02:00:00:00:aa:55"
c = Case("arp-for-a-local-address", ["E-063"], "ARP requests for each PA of the port are answered with the port's MAC, broadcast or unicast; for others nothing is said.",
         config(known(), ports=[access(), underlay(addresses=["192.0.2.1/24", "203.0.113.1/24"], routes=[], neighbors=[])]))
c.config["segments"][0]["peers"] = ["192.0.2.2"]
c.config["segments"][0]["records"] = [{**AT_VM, "pa": "192.0.2.2"}]
for i, (local, asker) in enumerate((("192.0.2.1", "192.0.2.55"), ("203.0.113.1", "203.0.113.55"))):
    c.at(10 * i).rx("underlay0", w.arp_request(ASKER, asker, local), consumed=True)
    c.own("underlay0", w.pad(w.arp_reply(w.GATEWAY_UNDERLAY, local, ASKER, asker)))
c.at(30).rx("underlay0", w.mac(w.GATEWAY_UNDERLAY) + w.pad(w.arp_request(ASKER, "192.0.2.55", "192.0.2.1"))[6:], consumed=True)
c.own("underlay0", w.pad(w.arp_reply(w.GATEWAY_UNDERLAY, "192.0.2.1", ASKER, "192.0.2.55")))
c.at(40).rx("underlay0", w.arp_request(ASKER, "0.0.0.0", "192.0.2.1"), consumed=True)
c.own("underlay0", w.pad(w.arp_reply(w.GATEWAY_UNDERLAY, "192.0.2.1", ASKER, "0.0.0.0")))
c.at(50).rx("underlay0", w.arp_request(ASKER, "192.0.2.55", "192.0.2.99"), consumed=True)

c = Case("solicitation-for-a-local-address", ["E-063"], "Neighbour solicitations for each PA are answered: R, S and O set, the port's MAC; one from the unspecified address is answered to all nodes, S clear.",
         config(known(peers=[w.PEER4]), ports=[access(), underlay()]))
c.rx("underlay0", w.neighbor_solicitation(ASKER, "2001:db8:a::55", w.LOCAL6), consumed=True)
c.own("underlay0", w.neighbor_advertisement(w.GATEWAY_UNDERLAY, w.LOCAL6, ASKER, "2001:db8:a::55", w.LOCAL6, 0xE0))
c.at(10).rx("underlay0", w.neighbor_solicitation(ASKER, "2001:db8:a::55", w.LOCAL6, dst=w.LOCAL6, dst_mac=w.GATEWAY_UNDERLAY), consumed=True)
c.own("underlay0", w.neighbor_advertisement(w.GATEWAY_UNDERLAY, w.LOCAL6, ASKER, "2001:db8:a::55", w.LOCAL6, 0xE0))
c.at(20).rx("underlay0", w.neighbor_solicitation(ASKER, "fe80::55", w.LOCAL6), consumed=True)
c.own("underlay0", w.neighbor_advertisement(w.GATEWAY_UNDERLAY, w.LOCAL6, ASKER, "fe80::55", w.LOCAL6, 0xE0))
c.at(30).rx("underlay0", w.neighbor_solicitation(ASKER, "::", w.LOCAL6, option=False), consumed=True)
c.own("underlay0", w.neighbor_advertisement(w.GATEWAY_UNDERLAY, w.LOCAL6, EVERYBODY, "ff02::1", w.LOCAL6, 0xA0))

# ---- echo -----------------------------------------------------------------------------------------------------------

DATA = bytes(range(56))
NEAR = underlay(neighbors=[{"address": "192.0.2.254", "mac": w.ROUTER}, {"address": "2001:db8:a::fe", "mac": w.ROUTER},
                           {"address": "192.0.2.55", "mac": ASKER}, {"address": "2001:db8:a::55", "mac": ASKER}])


def ping(src, dst, src_mac, tos=0, seq=1, data=DATA, ttl=64, broken=False):
    body = w.icmp_echo(8, 0x4321, seq, data)
    if broken:
        body = body[:-1] + bytes([body[-1] ^ 1])
    return w.eth(w.GATEWAY_UNDERLAY, src_mac, 0x0800, w.ipv4(src, dst, 1, body, tos=tos, ttl=ttl, ident=0x77))


def pong(src, dst, dst_mac, tos=0, seq=1, data=DATA):
    return w.pad(w.eth(dst_mac, w.GATEWAY_UNDERLAY, 0x0800, w.ipv4(src, dst, 1, w.icmp_echo(0, 0x4321, seq, data), tos=tos)))


def ping6(src, dst, src_mac, kind=0x80, dst_mac=w.GATEWAY_UNDERLAY, tclass=0, hop=64, data=DATA):
    body = bytes([kind, 0, 0, 0]) + b"\x43\x21\x00\x01" + data
    return w.eth(dst_mac, src_mac, 0x86DD, w.ipv6(src, dst, 58, w.icmpv6(src, dst, body), tclass=tclass, hop=hop))


c = Case("echo", ["E-064"], "Echo requests of 56 bytes to a local PA: identifier, sequence and data come back equal, TTL 64, TOS copied, DF set. On the link and from beyond the router.",
         config(known(), ports=[access(), NEAR]))
for i, (asker, mac, tos, data) in enumerate((("192.0.2.55", ASKER, 0, DATA), ("192.0.2.55", ASKER, 0xB8, DATA), ("203.0.113.9", w.ROUTER, 0, DATA), ("192.0.2.55", ASKER, 0, b""),
                                             ("192.0.2.55", ASKER, 0, b"q" * 1472), ("192.0.2.55", ASKER, 0, b"odd"))):
    c.at(10 * i).rx("underlay0", ping(asker, w.LOCAL4, mac, tos=tos, seq=i, data=data, ttl=3), consumed=True).own("underlay0", pong(w.LOCAL4, asker, mac, tos, i, data))

c = Case("echo-six", ["E-064"], "The same in ICMPv6.", config(known(), ports=[access(), NEAR]))
for i, (asker, mac, tclass) in enumerate((("2001:db8:a::55", ASKER, 0), ("2001:db8:a::55", ASKER, 0xB8), ("2001:db8:f::9", w.ROUTER, 0))):
    c.at(10 * i).rx("underlay0", ping6(asker, w.LOCAL6, mac, tclass=tclass, hop=9), consumed=True)
    c.own("underlay0", ping6(w.LOCAL6, asker, w.GATEWAY_UNDERLAY, 0x81, mac, tclass=tclass))

c = Case("echo-within-traffic", ["E-064"], "Echo requests among tunnel packets of one time stamp: both are served.", config(known(), ports=[access(), NEAR]))
for i in range(20):
    c.good().rx("underlay0", ping("192.0.2.55", w.LOCAL4, ASKER, seq=i), consumed=True).own("underlay0", pong(w.LOCAL4, "192.0.2.55", ASKER, seq=i))

c = Case("echo-budget", ["F-047"], "budgets.icmpEcho 3: three requests of a second are answered, the others are drops of control; the tunnel does not notice.",
         config(known(), ports=[access(), NEAR], budgets={"icmpEcho": 3}))
for i in range(6):
    c.good().rx("underlay0", ping("192.0.2.55", w.LOCAL4, ASKER, seq=i), drop=None if i < 3 else "drop.cpp.icmp", consumed=i < 3)
    if i < 3:
        c.own("underlay0", pong(w.LOCAL4, "192.0.2.55", ASKER, seq=i))

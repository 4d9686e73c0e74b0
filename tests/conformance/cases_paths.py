"""Several source addresses and several next hops.

Which of them a flow takes, the specification leaves open but for what it hashes (A-120). This is the gateway's choice, written anew from
src/NvgreGateway.Packets/README.md: of each choice the CRC32C of its address (a next hop: and of its port's name) is exclusive-ored with the
CRC32C of the flow key, the finaliser of MurmurHash3 mixes that, and the highest number wins.
"""
import wire as w
from cases_bridge import hello
from cases_mtu import fragments, ptb4, told
from cases_tunnel import back4, udp4, udp6
from suite import Case, access, config, known, segment, underlay, AT_HOST, AT_VM


def weight(inner, address, scope=""):
    h = w.crc32c(w.flow_key(inner)) ^ w.crc32c(w.ip(address) + scope.encode())
    h = (h ^ h >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    h = (h ^ h >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return h ^ h >> 16


def source(inner, addresses):
    return max(addresses, key=lambda a: weight(inner, a))


def hop(inner, hops):
    """hops: (address, port name, MAC)"""
    return max(hops, key=lambda h: weight(inner, h[0], h[1]))


A = ("192.0.2.253", "underlay0", "02:00:00:00:02:fd")
B = ("192.0.2.254", "underlay0", w.ROUTER)
A6 = ("2001:db8:a::fd", "underlay0", "02:00:00:00:02:fd")
B6 = ("2001:db8:a::fe", "underlay0", w.ROUTER)
SOURCES4, SOURCES6 = ("192.0.2.1", "203.0.113.1"), ("2001:db8:a::1", "2001:db8:c::1")
ADDRESSES = ["192.0.2.1/24", "2001:db8:a::1/64", "203.0.113.1/24", "2001:db8:c::1/64"]
OTHER_VM, THIRD_VM = "00:15:5d:00:00:0c", "00:15:5d:00:00:0d"
OTHER4 = "198.51.100.11"
ODD = [w.eth(w.VM, w.HOST, 0x88B5, b"." * 50), w.eth(w.VM, w.HOST, 0x0800, w.ipv4("10.1.1.200", "10.1.1.11", 1, w.icmp_echo(8, 1, 1, b"ping")))]


def flows(n, dst_mac=w.VM):
    return [(udp4 if i % 3 else udp6)(sport=40000 + i, dst_mac=dst_mac) for i in range(n)]


def both(frames, choose):
    """Vectors in which one choice never wins would prove nothing."""
    if len({choose(f) for f in frames}) < 2:
        raise ValueError("one choice only")
    return frames


def routed(hops, prefix="0.0.0.0/0", known_macs=True):
    return {"routes": [{"prefix": prefix, "via": h[0]} for h in hops], "neighbors": [{"address": h[0], "mac": h[2]} for h in hops] if known_macs else []}


# ---- source addresses -----------------------------------------------------------------------------------------------

c = Case("flows-over-two-sources", ["A-066", "A-062", "A-032"], "Two PAs at each end, spread: flow: each flow leaves from one of the two source addresses, the same each time, both are used; what arrives "
         "from either PA for either is accepted; a broadcast is a flow as others are.",
         config(segment(peers=[w.PEER4, OTHER4], spread="flow", records=[AT_HOST, AT_VM, {"mac": OTHER_VM, "ca": "10.1.1.12", "pa": OTHER4}]), ports=[access(), underlay(addresses=ADDRESSES)]))
for f in both(flows(12) + ODD, lambda f: source(f, SOURCES4)) * 2:
    c.up(f, src=source(f, SOURCES4))
for f in both(flows(12, OTHER_VM), lambda f: source(f, SOURCES4)):
    c.up(f, peers=[OTHER4], src=source(f, SOURCES4))
c.up(hello(w.HOST), peers=[w.PEER4, OTHER4], src=source(hello(w.HOST), SOURCES4), bum=True)
for local in SOURCES4:
    c.down(back4(), dst=local).down(w.eth(w.HOST, OTHER_VM, 0x88B5, b"." * 50), src=OTHER4, dst=local)

c = Case("flows-over-two-sources-six", ["A-066", "A-065"], "The same over IPv6; the flow label stays that of the inner flow.",
         config(segment(peers=[w.PEER6], spread="flow", records=[AT_HOST, {**AT_VM, "pa": w.PEER6}]), ports=[access(), underlay(addresses=ADDRESSES)]))
for f in both(flows(12) + ODD, lambda f: source(f, SOURCES6)) * 2:
    c.up(f, peers=[w.PEER6], src=source(f, SOURCES6))

c = Case("spread-over-named-sources", ["A-061", "A-066"], "spread: flow over the addresses that the segment names; first: the first one alone; another segment has its own.",
         config(segment(peers=[w.PEER4], spread="flow", sourceAddresses=["203.0.113.1", "192.0.2.9", "2001:db8:c::1"], records=[AT_VM, AT_HOST]),
                segment("green", 5002, (("access0", 200),), peers=[w.PEER4], spread="first", sourceAddresses=["203.0.113.1", "192.0.2.9"], records=[AT_VM]),
                ports=[access(), underlay(addresses=ADDRESSES + ["192.0.2.9/24"])]))
for f in both(flows(8), lambda f: source(f, ["203.0.113.1", "192.0.2.9"])):
    c.up(f, src=source(f, ["203.0.113.1", "192.0.2.9"])).up(f, vid=200, vsid=5002, src="203.0.113.1")

c = Case("flow-id-zero-over-two-sources", ["A-031", "A-066"], "Without FlowIDs flows are spread all the same: that is what the addresses are for.",
         config(segment(peers=[{"address": w.PEER4, "flowId": "zero"}], spread="flow", records=[AT_VM, AT_HOST]), ports=[access(), underlay(addresses=ADDRESSES)]))
for f in both(flows(8), lambda f: source(f, SOURCES4)):
    c.up(f, src=source(f, SOURCES4), hashed=False)

c = Case("path-mtu-from-any-source", ["B-061", "A-066"], "A router's error that quotes a packet from the second source lowers the path MTU of the peer, whatever source its flows have.",
         config(known(spread="flow"), ports=[access(), underlay(addresses=ADDRESSES)]))
c.rx("underlay0", ptb4(1450, src="203.0.113.1"), consumed=True)
for i, n in enumerate(next(n for n in range(40000, 41000) if source(udp4(sport=n), SOURCES4) == s) for s in SOURCES4):
    f = udp4(b"p" * 1380, sport=n)
    c.at(10 + i).up(f, src=SOURCES4[i])
    told(c, udp4(b"p" * 1381, sport=n), "drop.mtu.df", 1408)

# ---- next hops ------------------------------------------------------------------------------------------------------

c = Case("flows-over-two-next-hops", ["A-120", "A-121", "A-051", "A-131"], "Two routes of one prefix: each flow has one next hop, the same each time, both are used; only MACs of the PA side outside.",
         config(known(), ports=[access(), underlay(**routed([A, B]))]))
for f in both(flows(16) + ODD, lambda f: hop(f, [A, B])) * 2:
    c.up(f, dst_mac=hop(f, [A, B])[2])

c = Case("next-hops-in-another-order", ["A-037", "A-121"], "The same flows, the routes written the other way round: the choice is the same.", config(known(), ports=[access(), underlay(**routed([B, A]))]))
for f in flows(16) + ODD:
    c.up(f, dst_mac=hop(f, [A, B])[2])

c = Case("flows-over-two-next-hops-six", ["A-120", "A-065"], "The same toward a peer over IPv6.",
         config(segment(peers=[w.PEER6], records=[AT_HOST, {**AT_VM, "pa": w.PEER6}]), ports=[access(), underlay(**routed([A6, B6], "::/0"))]))
for f in both(flows(16) + ODD, lambda f: hop(f, [A6, B6])) * 2:
    c.up(f, peers=[w.PEER6], dst_mac=hop(f, [A6, B6])[2])

EIGHT = [("192.0.2.%d" % (100 + i), "underlay0", "02:00:00:00:aa:%02x" % i) for i in range(8)]
c = Case("eight-next-hops-two-sources", ["A-120", "A-121", "A-066"], "Eight next hops and two source addresses: every pair is used.",
         config(known(spread="flow"), ports=[access(), underlay(addresses=ADDRESSES, **routed(EIGHT))]))
PAIR = lambda f: (hop(f, EIGHT), source(f, SOURCES4))  # noqa: E731
if len({PAIR(f) for f in flows(100)}) != 16:
    raise ValueError("not every pair")
for f in flows(100):
    c.up(f, dst_mac=PAIR(f)[0][2], src=PAIR(f)[1])

FAR = {"name": "underlay1", "role": "underlay", "device": "net_null_underlay1", "mtu": 1496, "mac": "02:00:00:00:02:02", "vlan": 103, "ttl": 32, "addresses": ["203.0.113.1/24"],
       "routes": [{"prefix": "0.0.0.0/0", "via": "203.0.113.254"}], "neighbors": [{"address": "203.0.113.254", "mac": "02:00:00:00:02:fd"}]}
OVER = ("203.0.113.254", "underlay1", "02:00:00:00:02:fd")
c = Case("next-hops-on-two-ports", ["A-120", "A-121", "A-050", "A-052", "A-074"], "Two routes of one prefix on two ports: MACs, outer tag and TTL are those of the port that a flow leaves by; the tenant MTU is that of the "
         "narrower one.", config(known(), ports=[access(), underlay(**routed([B])), FAR]))
VIA = lambda f: hop(f, [B, OVER])  # noqa: E731
for f in both(flows(16) + ODD, VIA):
    c.rx("access0", w.tag(f, 100), (VIA(f)[1], w.encapsulated(f, **(dict(dst_mac=OVER[2], src_mac=FAR["mac"], vlan=103, ttl=32) if VIA(f) == OVER else {}))))
for n in range(40000, 40002):
    told(c, udp4(b"p" * 1427, sport=n), "drop.mtu.df", 1454)


c = Case("fragments-over-two-next-hops", ["A-120", "A-033", "B-067"], "All fragments of an inner packet have one way, that of the flow of fragments; a SYN and an ARP request have theirs.",
         config(known(), ports=[access(), underlay(**routed([A, B]))]))
WHOLE = [udp4(b"f" * 1450, dst="10.1.2.%d" % n, flags=0) for n in range(1, 9)]
for f in both(WHOLE, lambda f: hop(fragments(f, 1458)[0], [A, B])):
    pieces = fragments(f, 1458)
    if len({hop(p, [A, B]) for p in pieces}) != 1 or len(pieces) < 2:
        raise ValueError("fragments with several ways")
    c.rx("access0", w.tag(f, 100), *[("underlay0", w.encapsulated(p, dst_mac=hop(p, [A, B])[2])) for p in pieces])
c.up(hello(w.HOST), dst_mac=hop(hello(w.HOST), [A, B])[2], bum=True)

c = Case("relayed-over-two-next-hops", ["A-120", "A-092"], "What is relayed from one peer to another has the way of its inner flow, as what comes from the VLAN.",
         config(segment(peers=[w.PEER4, OTHER4], relay=True, spread="flow", records=[AT_HOST, AT_VM, {"mac": OTHER_VM, "ca": "10.1.1.12", "pa": OTHER4}]),
                ports=[access(), underlay(addresses=ADDRESSES, **routed([A, B]))]))
for f in both([udp4(sport=40000 + n, src_mac=OTHER_VM) for n in range(12)], lambda f: (hop(f, [A, B]), source(f, SOURCES4))):
    c.rx("underlay0", w.tunnelled(f, src=OTHER4), ("underlay0", w.encapsulated(f, dst_mac=hop(f, [A, B])[2], src=source(f, SOURCES4))))

# ---- next hops that come and go ---------------------------------------------------------------------------------------

def ask(h, unicast=False):
    frame = w.arp_request(w.GATEWAY_UNDERLAY, w.LOCAL4, h[0])
    return w.pad((w.mac(h[2]) if unicast else frame[:6]) + frame[6:])


def answer(h):
    return w.arp_reply(h[2], h[0], w.GATEWAY_UNDERLAY, w.LOCAL4)


TO_A, TO_B = ([f for f in (udp4(sport=n) for n in range(40000, 40020)) if hop(f, [A, B]) == h][:3] for h in (A, B))
SILENT = [access(), underlay(**routed([A, B], known_macs=False))]
c = Case("all-next-hops-are-resolved", ["A-120", "E-063"], "The first packet has every next hop of the set asked for, so that the others are known before they are needed.", config(known(), ports=SILENT))
c.up(TO_A[0], dst_mac=A[2], held=5).own("underlay0", ask(A)).own("underlay0", ask(B))
c.at(5).rx("underlay0", answer(A), consumed=True).rx("underlay0", answer(B), consumed=True)
c.at(6).up(TO_B[0], dst_mac=B[2]).up(TO_A[1], dst_mac=A[2])

SOLICIT = lambda h: w.neighbor_solicitation(w.GATEWAY_UNDERLAY, w.LOCAL6, h[0])  # noqa: E731
ADVERTISE = lambda h: w.neighbor_advertisement(h[2], h[0], w.GATEWAY_UNDERLAY, w.LOCAL6, h[0], 0x60)  # noqa: E731
TO_A6, TO_B6 = (next(f for f in flows(20) if hop(f, [A6, B6]) == h) for h in (A6, B6))
c = Case("all-next-hops-are-resolved-six", ["A-120", "E-063", "A-121"], "The same by neighbour discovery; the one that does not answer loses its flow after three seconds.",
         config(segment(peers=[w.PEER6], records=[AT_HOST, {**AT_VM, "pa": w.PEER6}]), ports=[access(), underlay(**routed([A6, B6], "::/0", known_macs=False))]))
c.up(TO_A6, drop="drop.neigh.unresolved").own("underlay0", SOLICIT(A6)).own("underlay0", SOLICIT(B6))
c.at(5).rx("underlay0", ADVERTISE(B6), consumed=True)
c.at(6).up(TO_B6, peers=[w.PEER6], dst_mac=B6[2])
c.own("underlay0", SOLICIT(A6), at=1000).own("underlay0", SOLICIT(A6), at=2000)
c.at(3001).up(TO_A6, peers=[w.PEER6], dst_mac=B6[2])
c.own("underlay0", SOLICIT(A6), at=6000).own("underlay0", SOLICIT(A6), at=7000).own("underlay0", SOLICIT(A6), at=8000)

c = Case("a-next-hop-that-never-answers", ["A-121", "A-055", "A-054"], "Its flows wait for it until it is given up, then they take the other next hop; the other flows stay where they are. When it answers, its flows "
         "return.", config(known(), ports=SILENT))
c.up(TO_A[0], dst_mac=A[2], held=5).up(TO_B[0], drop="drop.neigh.unresolved").own("underlay0", ask(A)).own("underlay0", ask(B))
c.at(5).rx("underlay0", answer(A), consumed=True)
c.own("underlay0", ask(B), at=1000).own("underlay0", ask(B), at=2000)
for ms in (3001, 5999, 6200):
    for f in TO_B + TO_A:
        c.at(ms).up(f, dst_mac=A[2])
c.own("underlay0", ask(B), at=6000)
c.at(6500).rx("underlay0", answer(B), consumed=True)
for f, h in [(f, A) for f in TO_A] + [(f, B) for f in TO_B]:
    c.at(6501).up(f, dst_mac=h[2])

c = Case("a-next-hop-that-falls-silent", ["A-121", "A-055"], "A next hop that no longer answers probes loses its flows, and only those move.",
         config(known(), ports=SILENT, neighbors={"reachableSeconds": 2, "giveUpSeconds": 2}))
c.up(TO_A[0], dst_mac=A[2], held=5).own("underlay0", ask(A)).own("underlay0", ask(B))
c.at(5).rx("underlay0", answer(A), consumed=True).at(6).rx("underlay0", answer(B), consumed=True).at(7).up(TO_B[0], dst_mac=B[2])
c.own("underlay0", ask(A, True), at=2005).own("underlay0", ask(B, True), at=2006)
c.at(2010).rx("underlay0", answer(A), consumed=True)
c.own("underlay0", ask(B, True), at=3006)
c.at(4000).up(TO_A[1], dst_mac=A[2]).up(TO_B[1], dst_mac=B[2])
c.own("underlay0", ask(B), at=4006)
c.own("underlay0", ask(A, True), at=4010).at(4015).rx("underlay0", answer(A), consumed=True)
for f in TO_A + TO_B:
    c.at(4020).up(f, dst_mac=A[2])
c.own("underlay0", ask(B), at=5006)
c.own("underlay0", ask(A, True), at=6015).own("underlay0", ask(A, True), at=7015).own("underlay0", ask(A), at=8015)
c.own("underlay0", ask(B), at=9006).own("underlay0", ask(A), at=9015)

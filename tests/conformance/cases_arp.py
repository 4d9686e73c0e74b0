"""ARP and ND of tenants: suppression, proxy, learning, ageing, duplicates (E.5, A-105, D-034)."""
import wire as w
from suite import Case, access, config, segment, underlay, AT_VM
from cases_tunnel import H, M, H6, M6, udp4

HOST_RECORD = {"mac": w.HOST, "ca": H, "port": "access0", "vlan": 100}
VM6 = {**AT_VM, "mac": "00:15:5d:00:00:0e", "ca": M6}
THIRD, FOURTH = "02:00:00:00:0a:03", "02:00:00:00:0a:04"
EVERYBODY6 = "33:33:00:00:00:01"


def answering(mode, *records, **more):
    return segment(arp=mode, records=list(records or (AT_VM, HOST_RECORD)), **more)


def answered(c, question, reply, vid=100, port="access0"):
    """A question from the VLAN, and the answer into that VLAN."""
    return c.rx(port, w.tag(question, vid), consumed=True).own(port, w.bridged(reply, vid))


def answered_below(c, question, reply, peer=w.PEER4):
    """A question through the tunnel, and the answer through it."""
    return c.rx("underlay0", w.tunnelled(question, src=peer), consumed=True).own("underlay0", w.encapsulated(reply, peer))


def gratuitous(mac, address):
    return w.eth(w.BROADCAST, mac, 0x0806, w.arp(1, mac, address, "00:00:00:00:00:00", address))


def unsolicited(mac, address, flags=0x20):
    return w.neighbor_advertisement(mac, address, EVERYBODY6, "ff02::1", address, flags)


ASK_VM, VM_IS = w.arp_request(w.HOST, H, M), w.arp_reply(w.VM, M, w.HOST, H)
ASK_HOST, HOST_IS = w.arp_request(w.VM, M, H), w.arp_reply(w.HOST, H, w.VM, M)
ASK_NOBODY = w.arp_request(w.HOST, H, "10.1.1.99")

c = Case("arp-forward", ["E-050"], "The default: a request for an address of a record is flooded like any other broadcast.", config(segment(records=[AT_VM, HOST_RECORD])))
c.up(ASK_VM, bum=True).down(ASK_HOST, bum=True).up(w.neighbor_solicitation(w.HOST, H6, M6), bum=True)

c = Case("arp-suppress", ["E-050", "E-051", "A-105", "D-034"], "Requests for addresses of records are answered with the owner's MAC, into the VLAN and through the tunnel; others are flooded.",
         config(answering("suppress")))
answered(c, ASK_VM, VM_IS)
c.at(1)
answered_below(c, ASK_HOST, HOST_IS)
c.at(2).good().up(ASK_NOBODY, bum=True).down(w.arp_request(w.VM, M, "10.1.1.99"), bum=True).good()

c = Case("arp-proxy", ["E-050", "E-051", "A-105", "D-034"], "What cannot be answered is dropped, from either side; other broadcast passes.", config(answering("proxy")))
answered(c, ASK_VM, VM_IS)
c.at(1)
answered_below(c, ASK_HOST, HOST_IS)
c.at(2).good().rx("access0", w.tag(ASK_NOBODY, 100), drop="drop.arp.unknown").rx("underlay0", w.tunnelled(w.arp_request(w.VM, M, "10.1.1.99")), drop="drop.arp.unknown").good()
c.up(w.eth(w.BROADCAST, w.HOST, 0x88B5, b"." * 50), bum=True)

BOTH = (("access0", 100), ("access0", 200))
c = Case("arp-same-side", ["E-052"], "No answer toward the place where the owner is: its neighbours on the VLAN hear it themselves, and so do those behind another tunnel end.",
         config(answering("proxy", AT_VM, HOST_RECORD, {"mac": THIRD, "ca": "10.1.1.3", "port": "access0", "vlan": 200}, {"mac": FOURTH, "ca": "10.1.1.4", "pa": "198.51.100.11"},
                          attachments=BOTH, peers=[w.PEER4, "198.51.100.11"])))
same = w.arp_request("02:00:00:00:0a:05", "10.1.1.5", H)
c.rx("access0", w.tag(same, 100), ("access0", w.bridged(same, 200)), ("underlay0", w.encapsulated(same)), ("underlay0", w.encapsulated(same, "198.51.100.11")), bum=True)
c.at(1)
answered(c, w.arp_request(w.HOST, H, "10.1.1.3"), w.arp_reply(THIRD, "10.1.1.3", w.HOST, H))
other = w.arp_request(w.VM, M, "10.1.1.4")
c.at(2).rx("underlay0", w.tunnelled(other), ("access0", w.bridged(other, 100)), ("access0", w.bridged(other, 200)), bum=True)

c = Case("arp-isolated", ["E-024", "E-052"], "localSwitching false: nobody is answered for toward another attachment.",
         config(answering("suppress", AT_VM, HOST_RECORD, {"mac": THIRD, "ca": "10.1.1.3", "port": "access0", "vlan": 200}, attachments=BOTH, localSwitching=False)))
c.up(w.arp_request(w.HOST, H, "10.1.1.3"), bum=True)

c = Case("arp-probes", ["E-053"], "A probe (sender 0.0.0.0) is answered for another's address, not for one's own; a request to one host is forwarded.", config(answering("suppress")))
probe = w.arp_request(w.HOST, "0.0.0.0", M)
answered(c, probe, w.arp_reply(w.VM, M, w.HOST, "0.0.0.0"))
own_probe = w.arp_request(w.VM, "0.0.0.0", M)
c.at(1).up(own_probe, bum=True)  # the owner itself, on its way here
unicast = w.eth(w.VM, w.HOST, 0x0806, w.arp(1, w.HOST, H, "00:00:00:00:00:00", M))
c.at(2).counter("fdb.conflict").up(unicast).down(w.eth(w.HOST, w.VM, 0x0806, w.arp(1, w.VM, M, "00:00:00:00:00:00", H)))

c = Case("nd-suppress", ["E-050", "E-053", "E-054", "A-105"], "Solicitations for an address of a record: answered as solicited with R, O and S; one of duplicate address detection to all nodes without S; "
         "one to the owner alone and one with an unknown option go to it.", config(answering("suppress", VM6, HOST_RECORD)))
VM6_MAC = VM6["mac"]
answered(c, w.neighbor_solicitation(w.HOST, H6, M6), w.neighbor_advertisement(VM6_MAC, M6, w.HOST, H6, M6, 0xE0))
c.at(1)
dad = w.neighbor_solicitation(w.HOST, "::", M6, option=False)
answered(c, dad, w.neighbor_advertisement(VM6_MAC, M6, EVERYBODY6, "ff02::1", M6, 0xA0))
c.at(2).up(w.neighbor_solicitation(w.HOST, H6, M6, dst=M6, dst_mac=VM6_MAC))
body = bytes([135, 0, 0, 0, 0, 0, 0, 0]) + w.ip(M6) + b"\1\1" + w.mac(w.HOST) + b"\x0e\1nonce!"
group, group_mac = w.solicited_node(M6)
strange = w.eth(group_mac, w.HOST, 0x86DD, w.ipv6(H6, group, 58, w.icmpv6(H6, group, body), hop=255))
c.at(3).up(strange, bum=True).up(w.neighbor_solicitation(w.HOST, H6, "2001:db8:ca::99"), bum=True)

c = Case("nd-proxy", ["E-050"], "A solicitation for nobody known is dropped.", config(answering("proxy", VM6, HOST_RECORD)))
answered(c, w.neighbor_solicitation(w.HOST, H6, M6), w.neighbor_advertisement(VM6_MAC, M6, w.HOST, H6, M6, 0xE0))
c.at(1).rx("access0", w.tag(w.neighbor_solicitation(w.HOST, H6, "2001:db8:ca::99"), 100), drop="drop.arp.unknown")

c = Case("nd-learned", ["E-054"], "Learned from advertisements, R as it was there (0, then 1), and not from solicitations.", config(answering("suppress", AT_VM)))
asks = w.neighbor_solicitation(VM6_MAC, M6, H6)
c.up(w.neighbor_solicitation(w.HOST, H6, "2001:db8:ca::99"), bum=True).at(1).down(asks, bum=True)
c.at(2).up(unsolicited(w.HOST, H6), bum=True).at(3)
answered_below(c, asks, w.neighbor_advertisement(w.HOST, H6, VM6_MAC, M6, H6, 0x60))
c.at(4).up(w.neighbor_advertisement(w.HOST, H6, VM6_MAC, M6, H6, 0xE0)).at(5)
answered_below(c, asks, w.neighbor_advertisement(w.HOST, H6, VM6_MAC, M6, H6, 0xE0))

c = Case("arp-learned", ["E-055", "A-105"], "Learned from requests, replies and gratuitous ARP; a probe tells nothing, nor does a sender without a MAC.", config(answering("suppress", AT_VM)))
c.up(w.arp_request(w.HOST, "0.0.0.0", H), bum=True).at(1).down(ASK_HOST, bum=True)
nobody = w.eth(w.BROADCAST, w.HOST, 0x0806, w.arp(1, "00:00:00:00:00:00", H, "00:00:00:00:00:00", "10.1.1.99"))
c.at(1.2).up(nobody, bum=True).at(1.4).down(ASK_HOST, bum=True)
c.at(2).up(w.arp_request(w.HOST, H, "10.1.1.99"), bum=True).at(3)
answered_below(c, ASK_HOST, HOST_IS)
c.at(4).up(w.eth(w.VM, THIRD, 0x0806, w.arp(2, THIRD, "10.1.1.3", w.VM, M))).at(5)
answered_below(c, w.arp_request(w.VM, M, "10.1.1.3"), w.arp_reply(THIRD, "10.1.1.3", w.VM, M))
c.at(6).up(gratuitous(FOURTH, "10.1.1.4"), bum=True).at(7)
answered_below(c, w.arp_request(w.VM, M, "10.1.1.4"), w.arp_reply(FOURTH, "10.1.1.4", w.VM, M))

c = Case("arp-ages", ["E-056"], "A learned address ages without evidence although its MAC is in the FDB, is kept by evidence, and a record is not overridden.",
         config(answering("suppress", AT_VM), fdb={"ageingSeconds": 10}))
c.up(gratuitous(w.HOST, H), bum=True).at(5_000).up(gratuitous(w.HOST, H), bum=True).at(13_000)
answered_below(c, ASK_HOST, HOST_IS)
c.at(13_500).up(udp4()).at(18_000).down(ASK_HOST, bum=True)
c.at(19_000).up(gratuitous(w.HOST, M), bum=True).at(20_000)
answered(c, w.arp_request(THIRD, "10.1.1.3", M), w.arp_reply(w.VM, M, THIRD, "10.1.1.3"))

c = Case("arp-duplicates", ["E-057"], "An address that moves between MACs five times in 180 s is not answered for any more, until it was quiet.", config(answering("suppress", AT_VM)))
for n in range(5):
    c.at(1000 * n).up(gratuitous((w.HOST, THIRD)[n % 2], H), bum=True)
c.at(4500)
answered_below(c, ASK_HOST, HOST_IS)
c.at(5000).up(gratuitous(THIRD, H), bum=True).at(5500).down(ASK_HOST, bum=True)
c.at(100_000).up(gratuitous(THIRD, H), bum=True).at(170_000).down(ASK_HOST, bum=True)
c.at(190_000).up(gratuitous(THIRD, H), bum=True).at(200_000)
answered_below(c, ASK_HOST, w.arp_reply(THIRD, H, w.VM, M))

c = Case("arp-announcements-pass", ["E-058"], "Gratuitous ARP, request and reply, and unsolicited advertisements reach every peer and VLAN point, in proxy mode too; what they say is answered at once.",
         config(answering("proxy", AT_VM, attachments=BOTH, peers=[w.PEER4, w.PEER6])))
reply = w.eth(w.BROADCAST, w.HOST, 0x0806, w.arp(2, w.HOST, H, w.HOST, H))
for n, telling in enumerate((gratuitous(w.HOST, H), reply, unsolicited(w.HOST, H6))):
    c.at(n).rx("access0", w.tag(telling, 100), ("access0", w.bridged(telling, 200)), *[("underlay0", w.encapsulated(telling, p)) for p in (w.PEER4, w.PEER6)], bum=True)
c.at(5)
answered_below(c, ASK_HOST, HOST_IS)
moved = gratuitous(THIRD, H)
c.at(6).rx("access0", w.tag(moved, 200), ("access0", w.bridged(moved, 100)), *[("underlay0", w.encapsulated(moved, p)) for p in (w.PEER4, w.PEER6)], bum=True)
c.at(7)
answered_below(c, ASK_HOST, w.arp_reply(THIRD, H, w.VM, M))
below = gratuitous(w.VM, M)
c.at(8).down(below, to=BOTH, bum=True)

BAD = [ASK_VM[:14] + b"\0\2" + ASK_VM[16:], ASK_VM[:16] + b"\x08\1" + ASK_VM[18:], ASK_VM[:18] + b"\7" + ASK_VM[19:], ASK_VM[:19] + b"\5" + ASK_VM[20:], ASK_VM[:20] + b"\0\7" + ASK_VM[22:], ASK_VM[:40],
       w.eth(w.BROADCAST, w.HOST, 0x0806, w.arp(1, "01:00:5e:00:00:01", H, "00:00:00:00:00:00", M))]
OTHERS = w.eth(w.BROADCAST, w.HOST, 0x0806, w.arp(1, THIRD, H, "00:00:00:00:00:00", M))
c = Case("arp-strict", ["E-059"], "strictArp: ARP of another hardware or protocol, with wrong lengths, cut short, or with a sender that did not send the frame is dropped.", config(answering("suppress", strictArp=True)))
for bad in BAD + [OTHERS]:
    c.good().rx("access0", w.tag(bad, 100), drop="drop.arp.invalid")
c.rx("underlay0", w.tunnelled(w.eth(w.BROADCAST, w.VM, 0x0806, w.arp(1, THIRD, M, "00:00:00:00:00:00", H))), drop="drop.arp.invalid")
solicitation = w.neighbor_solicitation(w.HOST, H6, M6)
c.rx("access0", w.tag(solicitation[:21] + b"\xfe" + solicitation[22:], 100), drop="drop.arp.invalid").at(1)
answered(c, ASK_VM, VM_IS)

c = Case("arp-not-strict", ["E-059"], "Without it they are forwarded and teach nothing; another's sender MAC is taken as hosts take it.", config(answering("suppress")))
for bad in BAD:
    c.good().up(bad, bum=True)
c.up(solicitation[:21] + b"\xfe" + solicitation[22:], bum=True).at(1)
c.rx("access0", w.tag(OTHERS, 100), consumed=True).own("access0", w.bridged(w.arp_reply(w.VM, M, THIRD, H), 100))

c = Case("arp-budget", ["F-047"], "More questions than the budget allows are drops of control; the tunnel does not notice.", config(answering("suppress", AT_VM, VM6, HOST_RECORD), budgets={"arp": 3, "nd": 2}))
for n in range(5):
    c.good()
    if n < 3:
        answered(c, ASK_VM, VM_IS)
    else:
        c.rx("access0", w.tag(ASK_VM, 100), drop="drop.cpp.arp")
    if n < 2:
        answered(c, w.neighbor_solicitation(w.HOST, H6, M6), w.neighbor_advertisement(VM6_MAC, M6, w.HOST, H6, M6, 0xE0))
    else:
        c.rx("access0", w.tag(w.neighbor_solicitation(w.HOST, H6, M6), 100), drop="drop.cpp.nd")

c = Case("two-tenants-with-the-same-addresses", ["A-026", "E-050", "D-022"], "The same addresses and MACs of askers in two segments, with owners of their own, records and learned: each is answered from its own segment; what one learns the other does not know.",
         config(answering("suppress", AT_VM), answering("suppress", {**AT_VM, "mac": FOURTH}, name="green", vsid=5002, attachments=(("access0", 200),)),
                segment("red", 5003, (("access0", 300),))))
for n, (vid, owner) in enumerate(((100, w.VM), (200, FOURTH))):
    answered(c.at(n), ASK_VM, w.arp_reply(owner, M, w.HOST, H), vid=vid)
c.at(5).rx("access0", w.tag(ASK_VM, 300), ("underlay0", w.encapsulated(ASK_VM, vsid=5003)), bum=True)
c.at(10).up(gratuitous(THIRD, "10.1.1.3"), bum=True)
wanted = w.arp_request(w.VM, M, "10.1.1.3")
c.at(11).rx("underlay0", w.tunnelled(wanted, vsid=5002), ("access0", w.bridged(wanted, 200)), bum=True).rx("underlay0", w.tunnelled(wanted, vsid=5003), ("access0", w.bridged(wanted, 300)), bum=True)
answered_below(c.at(12), wanted, w.arp_reply(THIRD, "10.1.1.3", w.VM, M))
c.at(20).rx("access0", w.tag(unsolicited(w.HOST, H6), 200), ("underlay0", w.encapsulated(unsolicited(w.HOST, H6), vsid=5002)), bum=True)
asked = w.neighbor_solicitation(w.VM, M6, H6)
c.at(21).down(asked, bum=True)
c.at(22).rx("underlay0", w.tunnelled(asked, vsid=5002), consumed=True).own("underlay0", w.encapsulated(w.neighbor_advertisement(w.HOST, H6, w.VM, M6, H6, 0x60), vsid=5002))

c = Case("arp-in-a-burst", ["E-050", "A-105"], "Questions among the worked packets: each has its answer, in order, behind the packets of that time.", config(answering("suppress")))
for n in range(40):
    c.good()
    mac, address = "02:00:00:00:0b:%02x" % n, "10.1.2.%d" % (n + 1)
    answered(c, w.arp_request(mac, address, M), w.arp_reply(w.VM, M, mac, address))

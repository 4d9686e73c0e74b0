"""Tags, ports and attachments (A.4, E.1, E.2)."""
import wire as w
from suite import Case, access, config, known, segment, underlay, AT_HOST, AT_VM

UP, DOWN = w.IN01, w.IN03
NATIVE = [access(mode="access", nativeVlan=100), underlay()]

c = Case("access-port", ["E-001", "E-002", "A-044"], "Access mode: untagged and priority-tagged frames belong to the one VLAN, output is untagged.", config(known(), ports=NATIVE))
for _ in range(2):
    c.up(UP, vid=None).up(UP, vid=0, pcp=5).down(DOWN, to=[("access0", None)])
c = Case("access-port-refuses-tags", ["E-002"], "VID 100 on an access port is refused, though it is its own VLAN; so is any other VID above 0.", config(known(), ports=NATIVE))
for vid in (100, 101, 1, 4094, 4095):
    c.up(UP, vid=None).up(UP, vid=vid, drop="drop.vlan.tagged_on_access")
c = Case("access-port-double", ["A-041"], "Behind a priority tag nothing tagged may remain.", config(known(), ports=NATIVE))
for tpid in w.TPIDS:
    c.up(UP, vid=None).rx("access0", w.tag(w.tag(UP, 7, tpid=tpid), 0), drop="drop.vlan.double")

c = Case("trunk-port", ["E-001", "E-003"], "A trunk takes the frames of its VLANs and refuses others.",
         config(known(), segment("green", 5002, (("access0", 200), ("access0", 4094), ("access0", 1)), records=[AT_VM])))
c.up(UP).up(UP, vid=200, vsid=5002)
for vid in (999, 101, 99, 2, 4093):
    c.up(UP, vid=vid, drop="drop.vlan.unknown")
c.up(UP, vid=4094, vsid=5002).up(UP, vid=1, vsid=5002)

c = Case("trunk-without-native", ["E-004", "E-005"], "No native VLAN: untagged frames are refused, and priority-tagged ones count as untagged.", config(known()))
for pcp in range(3):
    c.up(UP).up(UP, vid=None, drop="drop.vlan.untagged").up(UP, vid=0, pcp=pcp, drop="drop.vlan.untagged")
c = Case("trunk-with-native", ["E-004", "E-005"],
         "The native VLAN: untagged and priority-tagged frames belong to it and leave untagged; a frame tagged with the native VID is accepted; other VLANs stay tagged.",
         config(known(), segment("green", 5002, (("access0", 200),), records=[AT_VM, {**AT_HOST, "vlan": 200}]), ports=[access(nativeVlan=100), underlay()]))
c.up(UP, vid=None).up(UP, vid=0, pcp=7).up(UP, vid=100).up(UP, vid=200, vsid=5002)
c.down(DOWN, to=[("access0", None)]).down(DOWN, vsid=5002, to=[("access0", 200)])
short = w.eth(w.HOST, w.VM, 0x88B5, b"short")
c.down(short, to=[("access0", None)]).down(short, vsid=5002, to=[("access0", 200)])

c = Case("reserved-vid", ["E-005"], "VID 4095 is reserved, whatever its priority.", config(known()))
for pcp in (0, 7):
    c.up(UP).up(UP, vid=4095, pcp=pcp, drop="drop.vlan.reserved_vid")

c = Case("double-tags", ["A-041"], "100/7 into a single-tag segment is refused, whichever TPID and VID the inner tag has.", config(known()))
for tpid in w.TPIDS:
    for vid in (7, 0, 100, 4095):
        c.up(UP).up(w.tag(UP, vid, tpid=tpid), drop="drop.vlan.double")
c = Case("double-tag-cut", ["A-056", "A-041"], "A second tag that is cut short is EtherType 0x8100 still, and no runt.", config(known()))
for n in range(18, 23):
    c.up(UP).rx("access0", w.tag(w.tag(UP, 7), 100)[:n], drop="drop.vlan.double")
c = Case("triple-tags", ["E-011"], "Three tags, the outer one configured.", config(known()))
for a in w.TPIDS:
    for b in w.TPIDS:
        c.up(UP).up(w.tag(w.tag(UP, 8, tpid=b), 7, tpid=a), drop="drop.vlan.double")

c = Case("tag-bits", ["A-040"], "PCP and DEI of the removed tag do not come through, whatever they are.", config(known()))
for pcp in range(8):
    for dei in (0, 1):
        c.rx("access0", w.tag(UP, 100, pcp, dei), ("underlay0", w.W02))

MANY = [access(), access("access1", "02:00:00:00:01:02"), underlay()]
POINTS = (("access0", 100), ("access1", 300), ("access0", 101))
ASK = w.eth(w.BROADCAST, w.HOST, 0x0806, w.arp(1, w.HOST, "10.1.1.200", "00:00:00:00:00:00", "10.1.1.11"))
TOLD = w.W09[42:]
c = Case("many-attachments", ["E-021", "E-025"], "VLAN 100 on one port, 300 on another and 101 on the first are one segment: a broadcast reaches every other point once, never the one it came from.",
         config(segment(attachments=POINTS), ports=MANY))
c.rx("access0", w.tag(ASK, 100), ("access1", w.bridged(ASK, 300)), ("access0", w.bridged(ASK, 101)), ("underlay0", w.encapsulated(ASK)), bum=True)
other = w.mac(w.BROADCAST) + w.mac("02:00:00:00:0a:02") + ASK[12:]
c.at(1).rx("access1", w.tag(other, 300), ("access0", w.bridged(other, 100)), ("access0", w.bridged(other, 101)), ("underlay0", w.encapsulated(other)), bum=True)
c.at(2).rx("underlay0", w.W09, *[(p, w.bridged(TOLD, v)) for p, v in POINTS], bum=True)
# learned by now: HOST at access0/100, 0a:02 at access1/300, VM at the peer
here = w.mac("02:00:00:00:0a:02") + w.mac(w.HOST) + UP[12:]
c.at(3).rx("access0", w.tag(here, 100), ("access1", w.bridged(here, 300)))
there = w.mac(w.HOST) + w.mac("02:00:00:00:0a:02") + DOWN[12:]
c.at(4).rx("access1", w.tag(there, 300), ("access0", w.bridged(there, 100)))
c.at(5).up(UP).down(DOWN)

c = Case("same-attachment", ["E-025"], "Unicast to a MAC behind the attachment it came from is dropped.",
         config(segment(records=[AT_HOST, {**AT_HOST, "mac": "02:00:00:00:0a:02"}, AT_VM])))
for _ in range(2):
    c.up(UP).up(w.mac("02:00:00:00:0a:02") + w.mac(w.HOST) + UP[12:], drop="drop.fdb.same_port")

SEALED = dict(attachments=(("access0", 100), ("access1", 300)), localSwitching=False)
c = Case("local-switching-off", ["E-024"], "Without local switching known unicast between attachments is dropped, broadcasts go to peers alone; from a peer every attachment is reached.",
         config(segment(**SEALED, records=[AT_HOST, AT_VM, {"mac": "02:00:00:00:0a:02", "port": "access1", "vlan": 300}]), ports=MANY))
c.rx("access0", w.tag(here, 100), drop="drop.fdb.isolated").rx("access1", w.tag(there, 300), drop="drop.fdb.isolated")
c.up(UP).rx("access0", w.tag(ASK, 100), ("underlay0", w.encapsulated(ASK)), bum=True)
c.rx("underlay0", w.W09, ("access0", w.bridged(TOLD, 100)), ("access1", w.bridged(TOLD, 300)), bum=True).down(there, to=[("access0", 100)])
c.counter("fdb.conflict")

c = Case("segment-down", ["E-026"], "A segment that is administratively down takes nothing from either side and floods nothing elsewhere; its neighbour goes on.",
         config(known(adminState="down"), segment("green", 5002, (("access0", 200),), records=[AT_VM, {**AT_HOST, "vlan": 200}])))
for _ in range(2):
    c.up(UP, drop="drop.segment.down").down(DOWN, drop="drop.segment.down").up(ASK, drop="drop.segment.down")
    c.up(UP, vid=200, vsid=5002).down(DOWN, vsid=5002, to=[("access0", 200)])

SAME = [AT_VM]
c = Case("two-tenants-with-the-same-macs", ["A-020", "A-026", "D-022", "D-024"],
         "Two segments with the same MACs, addresses and PA pair: nothing crosses in either direction, learned or not.",
         config(segment(attachments=(("access0", 100), ("access1", 100))), segment("green", 6001, (("access0", 200), ("access1", 200))), ports=MANY))
c.rx("access0", w.tag(UP, 100), ("access1", w.bridged(UP, 100)), ("underlay0", w.encapsulated(UP)), unknown=True)
c.at(1).rx("access0", w.tag(UP, 200), ("access1", w.bridged(UP, 200)), ("underlay0", w.encapsulated(UP, vsid=6001)), unknown=True)
c.at(2).down(DOWN)  # VLAN 100, learned there
c.at(3).down(DOWN, vsid=6001, to=[("access0", 200)])
c.at(4).up(UP).up(UP, vid=200, vsid=6001)
# the VM of one tenant moves behind access1; the other's stays where it was
c.at(5).rx("access1", w.tag(w.mac(w.HOST) + w.mac(w.VM) + DOWN[12:], 100), ("access0", w.W04))
c.at(6).rx("access0", w.tag(UP, 100), ("access1", w.bridged(UP, 100))).up(UP, vid=200, vsid=6001)
c.at(7).rx("underlay0", w.tunnelled(TOLD, vsid=6001), ("access0", w.bridged(TOLD, 200)), ("access1", w.bridged(TOLD, 200)), bum=True)

c = Case("two-faults-of-a-tenant", [], "Two faults in a tenant frame: the reason of the first stage (section 7).",
         config(known(peers=[w.PEER4, {"address": "198.51.100.12", "adminState": "down"}]), segment("down", 5009, (("access0", 900),), adminState="down")))
c.config["segments"][0]["records"] += [{"mac": "00:15:5d:00:00:0c", "ca": "10.1.1.12", "pa": "198.51.100.12"}, {**AT_HOST, "mac": "02:00:00:00:0a:02"}]
lldp, group_source = "01:80:c2:00:00:0e", "01:00:5e:00:00:01"


def tenant(dst=w.VM, src=w.HOST, kind=0x88B5, body=b"." * 50):
    return w.eth(dst, src, kind, body)


LOOP = w.ipv4(w.LOCAL4, "10.1.1.11", 47, w.gre(DOWN))
for frame, reason in (
        (w.tag(tenant(lldp), 999), "drop.l2.reserved_mac"), (w.tag(tenant(lldp, group_source), 100), "drop.l2.reserved_mac"), (tenant(lldp), "drop.l2.reserved_mac"),
        (w.tag(tenant(lldp)[:14], 100)[:17], "drop.l2.runt"), (w.tag(tenant(lldp, body=b"." * 1600), 100), "drop.l2.oversize"),
        (tenant(src=group_source), "drop.vlan.untagged"), (w.tag(w.tag(tenant(), 7), 4095), "drop.vlan.reserved_vid"),
        (w.tag(w.tag(tenant(), 7), 999), "drop.vlan.unknown"), (w.tag(w.tag(tenant(), 7), 900), "drop.vlan.double"), (w.tag(w.tag(tenant(src=group_source), 7), 100), "drop.vlan.double"),
        (w.tag(tenant(src=group_source), 900), "drop.segment.down"), (w.tag(tenant(kind=0x8906), 900), "drop.segment.down"),
        (w.tag(tenant(src=group_source, kind=0x0800, body=LOOP), 100), "drop.loop"), (w.tag(tenant(w.GATEWAY_ACCESS, kind=0x0800, body=LOOP), 100), "drop.loop"),
        (w.tag(tenant(w.GATEWAY_ACCESS, group_source), 100), "drop.inner.src_mac"), (w.tag(tenant(src=group_source, kind=0x8906), 100), "drop.inner.src_mac"),
        (w.tag(tenant(w.GATEWAY_ACCESS, kind=0x8906), 100), "drop.inner.self_mac"), (w.tag(tenant(src=w.GATEWAY_ACCESS, kind=0x8914), 100), "drop.inner.self_mac"),
        (w.tag(tenant("00:15:5d:00:00:0c", kind=0x8906), 100), "drop.inner.lossless"), (w.tag(tenant("02:00:00:00:0a:02", kind=0x8906), 100), "drop.inner.lossless"),
        (w.tag(tenant("00:15:5d:00:00:0c", body=b"." * 1490), 100), "drop.peer.down"), (w.tag(tenant("02:00:00:00:0a:02", body=b"." * 1490), 100), "drop.fdb.same_port")):
    c.rx("access0", frame, drop=reason).up(UP)

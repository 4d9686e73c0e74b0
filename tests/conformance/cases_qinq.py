"""QinQ attachments, TPIDs, ranges of VLANs and reserved groups (E.1, E.2, E.8)."""
import wire as w
from suite import Case, access, config, known, segment, underlay, AT_HOST, AT_VM

UP, DOWN = w.IN01, w.IN03
S, C = 200, 7


def stacked(inner, outer_vid=S, inner_vid=C, pcp=0, dei=0, inner_pcp=0, inner_dei=0, tpid=0x88A8):
    """S-tag, then C-tag, in front of the EtherType; not padded."""
    return w.tag(w.tag(inner, inner_vid, inner_pcp, inner_dei), outer_vid, pcp, dei, tpid)


def at(port, vlan, inner=None):
    return {"port": port, "vlan": vlan, **({} if inner is None else {"innerVlan": inner})}


def bound(name, vsid, *attachments, **more):
    made = segment(name, vsid, (), **more)
    made["attachments"] = list(attachments)
    return made


def host(vlan, inner=None, port="access0", mac=w.HOST):
    return {"mac": mac, **at(port, vlan, inner)}


PORTS = [access(mode="qinq"), underlay()]
PAIR = bound("blue", w.VSID, at("access0", S, C), records=[AT_VM, host(S, C)])
ALONE = bound("green", 5002, at("access0", 300), records=[AT_VM, host(300)])

c = Case("qinq-pair", ["E-001", "E-006", "E-007", "E-008"], "S 88A8/200 and C 8100/7 are one attachment: both tags go on the way into NVGRE, both are pushed on the way out, with DEI 0 and the PCP of the inner DSCP.",
         config(PAIR, ALONE, ports=PORTS))
for pcp in (0, 5, 7):
    for dei in (0, 1):
        c.rx("access0", stacked(UP, pcp=pcp, dei=dei, inner_pcp=7 - pcp, inner_dei=1 - dei), ("underlay0", w.W02))
c.rx("underlay0", w.W03, ("access0", stacked(DOWN)))
c.rx("underlay0", w.W09, ("access0", w.pad(stacked(w.W09[42:]))), bum=True)
voice = w.eth(w.HOST, w.VM, 0x0800, w.ipv4("10.1.1.11", "10.1.1.200", 17, w.udp("10.1.1.11", "10.1.1.200", 50004, 50005, b"voice"), tos=0xB8))
c.rx("underlay0", w.tunnelled(voice), ("access0", w.pad(stacked(voice, pcp=5, inner_pcp=5))))

c = Case("qinq-s-tag-alone", ["E-001", "E-006", "E-007"], "An S-tag that is mapped alone: what is behind it must be untagged, whichever tag it is.", config(PAIR, ALONE, ports=PORTS))
c.rx("access0", w.tag(UP, 300, 3, 1, 0x88A8), ("underlay0", w.encapsulated(UP, vsid=5002)))
c.rx("underlay0", w.tunnelled(DOWN, vsid=5002), ("access0", w.tag(DOWN, 300, tpid=0x88A8)))
for tpid in w.TPIDS:
    for vid in (0, 7, 300, 4095):
        c.rx("access0", w.tag(UP, 300, 0, 0, 0x88A8), ("underlay0", w.encapsulated(UP, vsid=5002)))
        c.rx("access0", w.tag(w.tag(UP, vid, tpid=tpid), 300, tpid=0x88A8), drop="drop.vlan.double")

c = Case("qinq-both-kinds-of-one-s-tag", ["E-007"], "One S-VID alone and in pairs: each pair and the S-tag alone have their own segment.",
         config(bound("alone", 5001, at("access0", S), records=[AT_VM, host(S)]), bound("seven", 5002, at("access0", S, 7), records=[AT_VM, host(S, 7)]),
                bound("eight", 5003, at("access0", S, 8), at("access0", 201, 7), records=[AT_VM, host(S, 8)]), ports=PORTS))
for _ in range(2):
    c.rx("access0", w.tag(UP, S, tpid=0x88A8), ("underlay0", w.encapsulated(UP, vsid=5001)))
    c.rx("access0", stacked(UP, S, 7), ("underlay0", w.encapsulated(UP, vsid=5002)))
    c.rx("access0", stacked(UP, S, 8), ("underlay0", w.encapsulated(UP, vsid=5003)))
    c.rx("access0", stacked(UP, S, 9), drop="drop.vlan.double")
    c.rx("access0", stacked(UP, 201, 8), drop="drop.vlan.unknown")
    c.rx("underlay0", w.tunnelled(DOWN, vsid=5001), ("access0", w.tag(DOWN, S, tpid=0x88A8)))
    c.rx("underlay0", w.tunnelled(DOWN, vsid=5002), ("access0", stacked(DOWN, S, 7)))
    c.rx("underlay0", w.tunnelled(DOWN, vsid=5003), ("access0", stacked(DOWN, S, 8)))

c = Case("qinq-refused", ["E-007", "E-011", "A-041", "E-005"], "What no attachment takes: other S-VIDs, other C-VIDs, one tag of a pair, a tag of another TPID, three tags, reserved VIDs, no tag, a cut C-tag.",
         config(PAIR, ALONE, ports=PORTS))
for frame, reason in (
        (stacked(UP, 201), "drop.vlan.unknown"), (stacked(UP, S, 8), "drop.vlan.unknown"), (w.tag(UP, S, tpid=0x88A8), "drop.vlan.unknown"),
        (stacked(UP, S, 0), "drop.vlan.unknown"), (stacked(UP, S, 4095), "drop.vlan.reserved_vid"), (stacked(UP, 4095), "drop.vlan.reserved_vid"),
        (w.tag(UP, S), "drop.vlan.double"), (w.tag(w.tag(UP, C), S), "drop.vlan.double"), (w.tag(w.tag(UP, C), S, tpid=0x9100), "drop.vlan.double"),
        (w.tag(stacked(UP, C, 9), S, tpid=0x88A8), "drop.vlan.unknown"), (w.tag(w.tag(UP, C, tpid=0x88A8), S, tpid=0x88A8), "drop.vlan.unknown"),
        (stacked(w.tag(UP, 9)), "drop.vlan.double"), (stacked(w.tag(UP, 9, tpid=0x88A8)), "drop.vlan.double"),
        (UP, "drop.vlan.untagged"), (w.tag(UP, 0, 5, 0, 0x88A8), "drop.vlan.untagged"), (stacked(UP, 0), "drop.vlan.untagged"),
        (stacked(UP, 300)[:21], "drop.vlan.double"), (stacked(UP)[:21], "drop.vlan.unknown"), (stacked(UP)[:17], "drop.l2.runt")):
    c.rx("access0", frame, drop=reason).rx("access0", stacked(UP), ("underlay0", w.W02))

c = Case("tpid-of-a-port", ["E-006"], "A port's TPID is one of four: its own is taken and sent, a tag with any other is not interpreted.",
         config(*[bound(n, 5001 + i, at(n, 100), records=[AT_VM, host(100, port=n)]) for i, n in enumerate(("a8100", "a88a8", "a9100", "a9200"))],
                ports=[access("a%04x" % t, "02:00:00:00:01:%02x" % (i + 1), tpid="0x%04X" % t) for i, t in enumerate(w.TPIDS)] + [underlay()]))
for i, own in enumerate(w.TPIDS):
    port = "a%04x" % own
    for other in w.TPIDS:
        frame = w.tag(UP, 100, 2, 0, other)
        if other == own:
            c.rx(port, frame, ("underlay0", w.encapsulated(UP, vsid=5001 + i)))
        else:
            c.rx(port, frame, drop="drop.vlan.double")
    c.rx("underlay0", w.tunnelled(DOWN, vsid=5001 + i), (port, w.tag(DOWN, 100, tpid=own)))
    c.rx(port, w.tag(w.tag(UP, 7), 100, tpid=own), drop="drop.vlan.double").rx(port, w.tag(UP, 101, tpid=own), drop="drop.vlan.unknown")

c = Case("qinq-with-another-outer-tpid", ["E-006"], "A QinQ port whose S-tags have TPID 0x9100.",
         config(PAIR, ports=[access(mode="qinq", tpid="0x9100"), underlay()]))
for _ in range(2):
    c.rx("access0", stacked(UP, tpid=0x9100), ("underlay0", w.W02)).rx("access0", stacked(UP), drop="drop.vlan.double")
    c.rx("underlay0", w.W03, ("access0", stacked(DOWN, tpid=0x9100)))

there, here = w.mac("02:00:00:00:0b:01"), w.mac(w.HOST)
FIRST, BACK = there + here + UP[12:], here + there + UP[12:]
c = Case("qinq-local-switching", ["E-008", "E-021"], "From a pair to a single tag and back, and to another pair: PCP and DEI stay; a tag that comes new has those of the S-tag; a short frame is padded to 60.",
         config(bound("blue", w.VSID, at("access0", S, C), at("access1", 100), at("access0", 300, 8),
                      records=[host(S, C), host(100, port="access1", mac="02:00:00:00:0b:01"), host(300, 8, mac="02:00:00:00:0c:01")]),
                ports=[access(mode="qinq"), access("access1", "02:00:00:00:01:02"), underlay()]))
for pcp in range(8):
    dei = pcp & 1
    c.rx("access0", stacked(FIRST, pcp=pcp, dei=dei, inner_pcp=3), ("access1", w.tag(FIRST, 100, pcp, dei)))
    c.rx("access1", w.tag(BACK, 100, pcp, dei), ("access0", stacked(BACK, pcp=pcp, dei=dei, inner_pcp=pcp, inner_dei=dei)))
    third = w.mac("02:00:00:00:0c:01") + here + UP[12:]
    c.rx("access0", stacked(third, pcp=pcp, dei=dei, inner_pcp=7 - pcp, inner_dei=1 - dei), ("access0", stacked(third, 300, 8, pcp, dei, 7 - pcp, 1 - dei)))
small = there + here + w.be16(0x88B5) + b"s"
c.rx("access0", stacked(small), ("access1", w.pad(w.tag(small, 100))))
small = here + there + w.be16(0x88B5) + b"s"
c.rx("access1", w.tag(small, 100), ("access0", w.pad(stacked(small))))
flood = w.mac(w.BROADCAST) + here + UP[12:]
c.rx("access0", stacked(flood, pcp=6, dei=1, inner_pcp=2), ("access1", w.tag(flood, 100, 6, 1)), ("access0", stacked(flood, 300, 8, 6, 1, 2, 0)),
     ("underlay0", w.encapsulated(flood)), bum=True)

c = Case("qinq-native", ["E-004", "E-005"], "A native VLAN on a QinQ port: untagged and priority-tagged frames belong to the S-VID that is mapped alone, and leave untagged.",
         config(ALONE, PAIR, ports=[access(mode="qinq", nativeVlan=300), underlay()]))
c.rx("access0", UP, ("underlay0", w.encapsulated(UP, vsid=5002))).rx("access0", w.tag(UP, 0, 6, 0, 0x88A8), ("underlay0", w.encapsulated(UP, vsid=5002)))
c.rx("access0", stacked(UP, 0), drop="drop.vlan.double").rx("access0", stacked(UP), ("underlay0", w.W02))
c.rx("underlay0", w.tunnelled(DOWN, vsid=5002), ("access0", DOWN))


def sized(total, dst=w.VM, src=w.HOST):
    """An inner frame whose IP packet has so many bytes; DF set."""
    a, b = ("10.1.1.200", "10.1.1.11") if dst == w.VM else ("10.1.1.11", "10.1.1.200")
    return w.eth(dst, src, 0x0800, w.ipv4(a, b, 17, w.udp(a, b, 7000, 7001, bytes(i & 0xFF for i in range(total - 28)))))


c = Case("tags-are-outside-the-mtu", ["E-010", "B-076", "E-076"], "1500 bytes of IP pass a QinQ port, a trunk and an access port of MTU 1500, and an underlay of 1542, whatever tags they carry there; a frame above the port's maximum (1522, 1518) is named.",
         config(bound("blue", w.VSID, at("access0", S, C), records=[AT_VM, host(S, C)]), bound("green", 5002, at("access1", 100), records=[AT_VM, host(100, port="access1")]),
                bound("red", 5003, at("access2", 9), records=[AT_VM, host(9, port="access2")]),
                ports=[access(mode="qinq"), access("access1", "02:00:00:00:01:02"), access("access2", "02:00:00:00:01:03", mode="access", nativeVlan=9), underlay(mtu=1542, vlan=103)]))
up, down = sized(1500), sized(1500, w.HOST, w.VM)
for port, vsid, framed in (("access0", w.VSID, stacked), ("access1", 5002, lambda f: w.tag(f, 100)), ("access2", 5003, lambda f: f)):
    c.rx(port, framed(up), ("underlay0", w.encapsulated(up, vsid=vsid, vlan=103)))
    tunnel = w.tunnelled(down, vsid=vsid)
    c.rx("underlay0", w.tag(tunnel, 103), (port, framed(down)))
c.rx("access2", w.tag(up, 0, 3), ("underlay0", w.encapsulated(up, vsid=5003, vlan=103)))
c.rx("access0", stacked(sized(1501)), drop="drop.l2.oversize").rx("access1", w.tag(sized(1501), 100), drop="drop.l2.oversize")
c.rx("access2", w.tag(sized(1501), 0), drop="drop.l2.oversize").rx("underlay0", w.tag(w.tunnelled(sized(1501, w.HOST, w.VM), vsid=w.VSID), 103), drop="drop.l2.oversize")

c = Case("jumbo-frames", ["E-075", "E-076"], "9000 bytes of IP both ways between ports of MTU 9000 and an underlay of 9042; 9216 is the largest MTU, and a longer frame is named.",
         config(known(), segment("green", 5002, (("access1", 100),), records=[AT_VM, {**AT_HOST, "port": "access1"}]),
                ports=[access(mtu=9000), access("access1", "02:00:00:00:01:02", mtu=9216), underlay(mtu=9042)]))
for total in (1501, 2000, 4096, 8192, 8999, 9000):
    c.up(sized(total)).down(sized(total, w.HOST, w.VM))
c.up(sized(9001), drop="drop.l2.oversize").up(sized(9000), port="access1", vsid=5002)
c.rx("access1", w.tag(sized(9216), 100)[:9234] + b"x", drop="drop.l2.oversize")
c.rx("underlay0", w.tunnelled(sized(9015, w.HOST, w.VM)), drop="drop.l2.oversize").down(sized(9000, w.HOST, w.VM), vsid=5002, to=[("access1", 100)])

c = Case("jumbo-frames-of-the-largest-mtu", ["E-075"], "MTU 9216 on both sides: 9174 bytes of IP pass both ways over IPv4 and 9154 over IPv6, one more is told of.",
         config(segment(peers=[w.PEER4, w.PEER6], records=[AT_VM, AT_HOST, {"mac": "00:15:5d:00:00:0e", "pa": w.PEER6}]), ports=[access(mtu=9216), underlay(mtu=9216)]))
for step, (vm, peer, most) in enumerate(((w.VM, w.PEER4, 9174), ("00:15:5d:00:00:0e", w.PEER6, 9154))):
    there = lambda n: w.mac(vm) + sized(n)[6:]  # noqa: B023, E731
    c.at(10 * step).up(there(most), peers=[peer]).rx("underlay0", w.tunnelled(w.mac(w.HOST) + w.mac(vm) + sized(most, w.HOST, w.VM)[12:], src=peer), ("access0", w.bridged(w.mac(w.HOST) + w.mac(vm) + sized(most, w.HOST, w.VM)[12:], 100)))
    c.at(10 * step + 1).up(there(most + 1), drop="drop.mtu.df").own("access0", w.pad(w.tag(w.too_big(there(most + 1), most), 100)))

# ---- ranges ---------------------------------------------------------------------------------------------------------

RANGE = {"name": "tenants", "vsid": 100000, "attachments": [{"port": "access0", "vlans": "1000-1999"}, {"port": "access1", "vlans": "1500-1501"}], "peers": [w.PEER4]}
c = Case("vlan-ranges", ["E-022"], "1000 VLANs and their VSIDs (base + VID) in one line; VLANs 1500 and 1501 are on a second port too. What lies outside belongs to nobody.",
         config(RANGE, known(), ports=[access(), access("access1", "02:00:00:00:01:02"), underlay()]))
for step, vid in enumerate((1000, 1001, 1499, 1502, 1998, 1999)):
    c.at(2 * step).rx("access0", w.tag(UP, vid), ("underlay0", w.encapsulated(UP, vsid=100000 + vid)), unknown=True)
    c.at(2 * step + 1).rx("underlay0", w.tunnelled(DOWN, vsid=100000 + vid), ("access0", w.bridged(DOWN, vid)))
c.at(20).rx("access0", w.tag(UP, 1500), ("access1", w.bridged(UP, 1500)), ("underlay0", w.encapsulated(UP, vsid=101500)), unknown=True)
c.at(21).rx("access1", w.tag(w.mac(w.VM) + w.mac("02:00:00:00:0a:02") + UP[12:], 1501), ("access0", w.bridged(w.mac(w.VM) + w.mac("02:00:00:00:0a:02") + UP[12:], 1501)),
            ("underlay0", w.encapsulated(w.mac(w.VM) + w.mac("02:00:00:00:0a:02") + UP[12:], vsid=101501)), unknown=True)
for vid in (999, 2000):
    c.rx("access0", w.tag(UP, vid), drop="drop.vlan.unknown").rx("underlay0", w.tunnelled(DOWN, vsid=100000 + vid), drop="drop.vsid.unknown")
c.rx("access1", w.tag(UP, 1499), drop="drop.vlan.unknown").rx("underlay0", w.tunnelled(DOWN, vsid=100000), drop="drop.vsid.unknown").good()

# ---- reserved groups ------------------------------------------------------------------------------------------------

CONTROL = ("01:80:c2:00:00:00", "01:00:0c:cc:cc:cc", "01:00:0c:cc:cc:cd")


def spoken(dst, src=w.HOST):
    return w.mac(dst) + w.mac(src) + w.be16(38) + b"\x42\x42\x03" + bytes(35)


for name, ports, passes in (("bridge-groups-dropped", [access(), underlay()], False), ("bridge-groups-forwarded", [access(controlFrames="forward"), underlay()], True)):
    c = Case(name, ["E-070", "E-072", "E-074"],
             "STP, per-VLAN STP and CDP toward NVGRE %s; link-local groups never pass, in either direction; from NVGRE STP and CDP do, whatever the port says."
             % ("pass with controlFrames forward" if passes else "are dropped by default"), config(known(), ports=ports))
    for dst in CONTROL:
        frame = spoken(dst)
        if passes:
            c.up(frame, bum=True)
        else:
            c.up(frame, drop="drop.l2.control")
        c.down(spoken(dst, w.VM), to=[("access0", 100)], bum=True)
    for last in range(1, 16):
        dst = "01:80:c2:00:00:%02x" % last
        c.up(spoken(dst), drop="drop.l2.reserved_mac").down(spoken(dst, w.VM), drop="drop.l2.reserved_mac")
    c.good()


def bpdu(kind, flags=None, snap=False, src="02:00:00:00:0e:01"):
    """A TCN (0x80), configuration (0) or rapid (2) BPDU: to all bridges, or in Cisco's SNAP form to the per-VLAN group."""
    body = b"\0\0" + bytes([2 if kind == 2 else 0, kind]) + (b"" if flags is None else bytes([flags]) + bytes(30))
    body = (b"\xaa\xaa\x03\0\0\x0c\x01\x0b" if snap else b"\x42\x42\x03") + body
    return w.mac("01:00:0c:cc:cc:cd" if snap else "01:80:c2:00:00:00") + w.mac(src) + w.be16(len(body)) + body


def learnt(c, ms, vids, known_vids):
    """Frames from a peer to the host of each VLAN: flooded where it is not known."""
    c.at(ms)
    for vid in vids:
        c.rx("underlay0", w.tunnelled(DOWN, vsid=5000 + vid), ("access0", w.bridged(DOWN, vid)), **({} if vid in known_vids else {"unknown": True}))
    c.at(ms + 1)
    for vid in vids:
        c.rx("access0", w.tag(UP, vid), ("underlay0", w.encapsulated(UP, vsid=5000 + vid)))
    return c


for option in (True, False):
    c = Case("topology-change-flushes" if option else "topology-change-by-default", ["E-072"],
             "flushOnTopologyChange: a BPDU that tells of a topology change makes the gateway forget what it learned, on the VLAN of its tag or, untagged, on the whole port; other BPDUs do not, and every one of them is dropped toward NVGRE."
             if option else "Without the option a topology change changes nothing.",
             config(*[segment("s%d" % v, 5000 + v, (("access0", v),), records=[AT_VM]) for v in (100, 200)], ports=[access(flushOnTopologyChange=option), underlay()]))
    both = (100, 200)
    c.at(0)
    for vid in both:
        c.rx("access0", w.tag(UP, vid), ("underlay0", w.encapsulated(UP, vsid=5000 + vid)))
    learnt(c, 10, both, both)
    steps = ((bpdu(0x80), ()), (bpdu(0, 1), ()), (bpdu(2, 1), ()), (bpdu(2, 0x3C), both), (bpdu(0, 0x80), both), (w.tag(bpdu(0, 1, snap=True), 100), (200,)),
             (w.tag(bpdu(0x80, snap=True), 200), (100,)), (w.tag(bpdu(2, 0, snap=True), 200), both), (w.tag(bpdu(0x80), 300), both), (bpdu(0x80)[:17], both),
             (w.tag(w.tag(bpdu(0x80), 7), 100), both))
    for i, (frame, stays) in enumerate(steps):
        c.at(2000 * (i + 1)).rx("access0", frame, drop="drop.l2.control")
        learnt(c, 2000 * (i + 1) + 10, both, stays if option else both)

"""Large frames and begun checksums of guests, and what devices say of received frames (C.1, C.2, C.3, C.5)."""
import wire as w
from cases_mtu import AT_VM6, JUMBO_PORTS, WIDE, fragments, syn
from cases_tunnel import ACCEPTED, BODY, DOWN, from4, from6, option_header, udp4, udp6
from flows import ACK, CWR, ECE, FIN, H, H6, M, M6, PSH, RST, SYN, URG, Tcp, Udp, begun, pattern
from offload import BAD, GOOD, PARTIAL, TCP4, TCP6, UFO, UNKNOWN, USO, said
from suite import Case, access, config, known, segment, underlay, AT_HOST, AT_VM

VM6 = "00:15:5d:00:00:0e"  # behind the peer with an IPv6 address
AT_VM_OVER6 = {"mac": VM6, "ca": M6, "pa": w.PEER6}
BOTH = config(segment(peers=[w.PEER4, w.PEER6], records=[AT_VM, AT_HOST, AT_VM_OVER6]))
NORMAL = {"address": w.PEER4, "ecn": "normal"}
# (inner IPv6, MAC of the guest at the other end, its peer, the largest segment of option-less TCP: WIRE-FORMAT 1.3)
FAMILIES = [(False, w.VM, w.PEER4, 1418), (True, w.VM, w.PEER4, 1398), (False, VM6, w.PEER6, 1398), (True, VM6, w.PEER6, 1378)]


def large(flow, size, l4=PARTIAL, **more):
    kind = (TCP6 if flow.six else TCP4) if flow.protocol == 6 else USO
    return said(kind, l4, size=size, **more)


def toward(frames, peer=w.PEER4, **options):
    """Segments of one frame on their way to a peer: each outer IPv4 id is one higher (C-003), beginning with 0."""
    return [("underlay0", w.encapsulated(f, peer, ident=i & 0xFFFF, **options)) for i, f in enumerate(frames)]


def send(c, flow, size, used=None, peer=w.PEER4, vid=100, **options):
    """A large frame from the VLAN, which must leave as segments of the size used."""
    return c.rx("access0", w.tag(flow.whole(), vid), *toward(flow.cut(used or size), peer, **options), said=large(flow, size))


def partial(c, flow, peer=w.PEER4, **more):
    """A frame whose checksum is only begun."""
    return c.rx("access0", w.tag(flow.whole(), 100), ("underlay0", w.encapsulated(flow.complete(), peer)), said=said(l4=PARTIAL, **more))


# ---- large sends ----------------------------------------------------------------------------------------------------

c = Case("w14-large-send", ["C-001", "C-002", "C-004", "C-005", "C-006", "C-008", "C-009", "C-010", "C-013", "C-014"],
         "W-14: 3000 bytes at MSS 1418 leave as three complete frames. The outer ids begin at 0, as this gateway's do.", config(known(peers=[NORMAL])))
W14 = Tcp(pattern(3000), flags=CWR | ECE | ACK | PSH | FIN, tos=2, ident=0x7FFE, dport=443)
assert W14.whole(length=False)[50:52] == b"\x16\xdb"
assert [(len(f) + 42, f[18:20], f[24:26], f[38:42], f[47:48], f[50:52]) for f in W14.cut(1418)] == [
    (1514, b"\x7f\xfe", b"\x9e\x71", b"\x20\0\0\0", b"\xd0", b"\x04\x24"),
    (1514, b"\x7f\xff", b"\x9e\x70", b"\x20\0\x05\x8a", b"\x50", b"\xa0\xbb"),
    (260, b"\x80\0", b"\xa3\x55", b"\x20\0\x0b\x14", b"\x59", b"\xe2\x77")]  # the columns of W-14
for length in (False, True):
    c.rx("access0", w.tag(W14.whole(length=length), 100), *toward(W14.cut(1418), ecn=True), said=large(W14, 1418))

c = Case("large-send-families", ["C-001", "C-002", "C-007", "C-015", "C-024", "C-031", "C-132"],
         "4-in-4, 6-in-4, 4-in-6, 6-in-6: an MSS of 1460 is lowered to 1418, 1398, 1398, 1378; a smaller one is kept.", BOTH)
for six, mac, peer, most in FAMILIES:
    for size in (1460, most + 1, most, most - 1, 536, 48):
        send(c, Tcp(pattern(4000), six=six, dst_mac=mac, flags=ACK | PSH), size, min(size, most), peer)

c = Case("large-send-sizes", ["C-014"], "One byte more than a segment, whole multiples, one less; what fits one segment is none.", BOTH)
for six, mac, peer, most in FAMILIES:
    for n in (most + 1, 2 * most - 1, 2 * most, 2 * most + 1, 7 * most):
        send(c, Tcp(pattern(n), six=six, dst_mac=mac), most, None, peer)
    for n in (0, 1, most):
        flow = Tcp(pattern(n), six=six, dst_mac=mac)
        c.rx("access0", w.tag(flow.whole(), 100), ("underlay0", w.encapsulated(flow.complete(), peer)), said=large(flow, most))

c = Case("large-send-flags", ["C-009", "C-010"], "FIN and PSH only on the last segment, CWR only on the first, ECE and ACK on all.", config(known()))
for flags in range(256):
    if not flags & (SYN | RST | URG):
        send(c, Tcp(pattern(2500 if flags % 3 else 1100), flags=flags), 1000)

c = Case("large-send-ids", ["C-006", "C-003"], "IP ids of 16 bits wrap from FFFF to 0000.", BOTH)
for ident in (0, 0x7FFE, 0xFFFE, 0xFFFF):
    for mac, peer in ((w.VM, w.PEER4), (VM6, w.PEER6)):
        send(c, Tcp(pattern(4000), ident=ident, dst_mac=mac), 1000, None, peer)

SHORT = config(segment(peers=[w.PEER4, w.PEER6], records=[AT_VM, AT_HOST, AT_VM_OVER6]), ports=[access(), underlay(segmentIds="15bit")])
c = Case("large-send-ids-of-15-bits", ["C-020"],
         "segmentIds 15bit: 7FFE, 7FFF, 0000 (W-14); a template above 7FFF keeps its id on the first segment. Ids of either kind are taken from peers.", SHORT)
for ident in (0, 0x7FFD, 0x7FFE, 0x7FFF, 0x8000, 0xFFFF):
    for mac, peer in ((w.VM, w.PEER4), (VM6, w.PEER6)):
        flow = Tcp(pattern(4000), ident=ident, dst_mac=mac)
        pieces = [Tcp(d, ident=(ident if i == 0 else (ident + i) & 0x7FFF), dst_mac=mac, seq=flow.seq + at).complete() for i, (at, d) in enumerate(flow.parts(1000))]
        c.rx("access0", w.tag(flow.whole(), 100), *toward(pieces, peer), said=large(flow, 1000))
    c.down(udp4(src=M, dst=H, dst_mac=w.HOST, src_mac=w.VM, ident=ident))
send(c, Tcp(pattern(3000), six=True, dst_mac=VM6), 1000, None, w.PEER6)
long = Tcp(pattern(3000), ident=0x7FF0)
c.rx("access0", w.tag(long.whole(), 100), said=large(long, 48),
     *[("underlay0", w.encapsulated(Tcp(d, ident=long.ident if i == 0 else (long.ident + i) & 0x7FFF, seq=long.seq + at).complete(), ident=i)) for i, (at, d) in enumerate(long.parts(48))])

HOP, DEST = (0, b"\0\x01\x04\0\0\0\0"), (60, b"\1" + b"\1\x0c" + bytes(12))
ROUTING = (43, b"\2\0\0" + bytes(4) + bytes(16))  # no segment left: the destination is the last
STAMP = b"\1\1\x08\x0a" + bytes(range(8))
c = Case("large-send-options", ["C-007", "C-012", "C-039"],
         "IPv6 extension headers, IPv4 options and TCP options are in every segment as they are, timestamps too; the MSS is lowered for them.", BOTH)
for tcp_options in (b"", STAMP, STAMP + b"\1" * 28, b"\x05\x0a" + bytes(8) + b"\1\1"):
    for options in (b"", b"\x94\4\0\0", b"\x44\x0c\x05\0" + bytes(8), b"\1" * 40):
        for mac, peer, most in ((w.VM, w.PEER4, 1418), (VM6, w.PEER6, 1398)):
            send(c, Tcp(pattern(3000), tcp_options=tcp_options, options=options, dst_mac=mac), 1460, most - len(tcp_options) - len(options), peer)
    for ext in ((HOP,), (HOP, DEST), (DEST,), (ROUTING, DEST)):
        for mac, peer, most in ((w.VM, w.PEER4, 1398), (VM6, w.PEER6, 1378)):
            send(c, Tcp(pattern(3000), six=True, tcp_options=tcp_options, ext=ext, dst_mac=mac), 1460, most - len(tcp_options) - sum(1 + len(r) for _, r in ext), peer)

c = Case("large-send-refused", ["C-011"],
         "SYN, RST, URG, and fragments are not cut: what fits leaves whole, its checksum completed if that was asked; what does not is drop.offload.invalid.", BOTH)
for six, mac, peer, most in FAMILIES:
    for flag in (SYN, RST, URG, SYN | ACK, URG | PSH):
        fits, not_ = Tcp(pattern(1200), six=six, dst_mac=mac, flags=flag | ACK), Tcp(pattern(3000), six=six, dst_mac=mac, flags=flag | ACK)
        c.rx("access0", w.tag(fits.whole(), 100), ("underlay0", w.encapsulated(fits.complete(), peer)), said=large(fits, 600))
        c.rx("access0", w.tag(fits.complete(), 100), ("underlay0", w.encapsulated(fits.complete(), peer)), said=large(fits, 600, GOOD))
        c.rx("access0", w.tag(not_.whole(), 100), drop="drop.offload.invalid", said=large(not_, 600))
        send(c, Tcp(pattern(3000), six=six, dst_mac=mac), most, None, peer)
for ip_flags in (0x2000, 0x2005, 0x0005):
    for mac, peer in ((w.VM, w.PEER4), (VM6, w.PEER6)):
        fits, not_ = (Tcp(pattern(n), dst_mac=mac, ip_flags=ip_flags, ident=0x3000 + ip_flags) for n in (1200, 3000))
        c.rx("access0", w.tag(fits.complete(), 100), ("underlay0", w.encapsulated(fits.complete(), peer)), said=large(fits, 600, GOOD))
        c.rx("access0", w.tag(fits.whole(), 100), drop="drop.offload.invalid", said=large(fits, 600))  # its checksum cannot be completed
        c.rx("access0", w.tag(not_.whole(), 100), drop="drop.offload.invalid", said=large(not_, 600))
FRAGMENT6 = (44, b"\0\0\1\0\0\0\1")
whole6 = Tcp(pattern(3000), six=True, ext=(FRAGMENT6,))
c.rx("access0", w.tag(whole6.whole(), 100), drop="drop.offload.invalid", said=large(whole6, 600))

c = Case("large-send-too-small-an-mss", ["C-011"], "An MSS below 48, or of 0, would make thousands of frames of one: refused. 48 is taken.", config(known()))
for size in (0, 1, 47):
    for n, fate in ((3000, None), (100, "fits")):
        flow = Tcp(pattern(n))
        out = [("underlay0", w.encapsulated(flow.complete()))] if fate else []
        c.rx("access0", w.tag(flow.whole(), 100), *out, drop=None if fate else "drop.offload.invalid", said=large(flow, size))
send(c, Tcp(pattern(480)), 48)

c = Case("large-sends-keep-their-place", ["C-017"], "Large and small frames of one time stamp leave in the order in which they came.", BOTH)
for i in range(60):
    six, mac, peer, most = FAMILIES[i % 4]
    if i % 3:
        send(c, Tcp(pattern(1500 + 100 * i), six=six, dst_mac=mac, sport=1000 + i), 1000, None, peer)
    else:
        c.up(udp4(b"s" * i, sport=2000 + i), peers=[w.PEER4])
    if i % 5 == 0:
        partial(c, Udp(pattern(i), dst_mac=mac, six=six, sport=3000 + i), peer)

c = Case("large-send-of-64k", ["C-001", "C-016"], "The largest packets that IP has, in one buffer and in many.", BOTH)
for i, (six, mac, peer, most) in enumerate(FAMILIES):
    flow = Tcp(pattern(65535 - 20 - (0 if six else 20)), six=six, dst_mac=mac, flags=ACK | PSH)
    for buffers in ((), (200,) + (4096,) * 16):
        c.at(i).rx("access0", w.tag(flow.whole(), 100), *toward(flow.cut(most), peer), said=large(flow, 65000, buffers=buffers))
    if i in (0, 3):  # hundreds of segments
        c.at(i + 0.5).rx("access0", w.tag(flow.whole(), 100), *toward(flow.cut(250), peer), said=large(flow, 250))

c = Case("large-send-to-a-jumbo-underlay", ["C-001", "C-014", "C-015"], "Segments of an underlay of 9000 bytes, each longer than a buffer.",
         config(segment(peers=[w.PEER4, w.PEER6], records=[AT_VM, AT_HOST, AT_VM_OVER6]), ports=JUMBO_PORTS))
for six, mac, peer, most in FAMILIES:
    for n, size in ((20000, 15000), (20000, 4000), (65000, 2001)):
        flow = Tcp(pattern(n), six=six, dst_mac=mac, flags=ACK | PSH | FIN)
        send(c, flow, size, min(size, most + JUMBO_PORTS[1]["mtu"] - 1500), peer)

c = Case("large-send-in-buffers", ["C-016", "C-064"], "A large frame whose buffers end anywhere from byte 1 to 120, and in empty and tiny ones.", config(known()))
flow = Tcp(pattern(3000), tcp_options=STAMP, flags=ACK | PSH)
for buffers in [(n,) for n in range(1, 121)] + [(0, 18, 0, 20, 0, 32, 0), (1,) * 90, (700, 1, 1, 1, 700)]:
    c.rx("access0", w.tag(flow.whole(), 100), *toward(flow.cut(1200)), said=large(flow, 1200, buffers=buffers))

c = Case("large-send-in-buffers-behind-the-headers", ["C-016", "C-014"],
         "Buffers that end around the ends of segments, in the middle of words, with one byte or none between: whoever sums and however payload gets there.", BOTH)
for six, mac, peer, most in FAMILIES:
    flow, other = Tcp(pattern(3000), six=six, dst_mac=mac, flags=ACK | PSH), Udp(pattern(2999), six=six, dst_mac=mac)
    head = flow.headers() + 4
    for n in [512, 513, 700] + [head + 1200 * k + d for k in (1, 2) for d in (-2, -1, 0, 1, 2)]:
        c.rx("access0", w.tag(flow.whole(), 100), *toward(flow.cut(1200), peer), said=large(flow, 1200, buffers=(n,)))
    for buffers in ((512, 1, 1200, 0, 1), (514, 300, 301, 299, 1, 900), (600,) + (150,) * 16):
        c.rx("access0", w.tag(flow.whole(), 100), *toward(flow.cut(1200), peer), said=large(flow, 1200, buffers=buffers))
        c.rx("access0", w.tag(other.whole(), 100), *toward(other.cut(1199), peer), said=large(other, 1199, buffers=buffers))

c = Case("large-send-of-jumbo-segments", ["C-001", "C-014", "C-016"], "Segments of 2000 bytes and more, out of one buffer and of many.",
         config(segment(peers=[w.PEER4, w.PEER6], records=[AT_VM, AT_HOST, AT_VM_OVER6]), ports=JUMBO_PORTS))
for i, (six, mac, peer, most) in enumerate(FAMILIES):
    for j, (flow, size) in enumerate(((Tcp(pattern(30001), six=six, dst_mac=mac, flags=ACK | PSH), 8000), (Tcp(pattern(9000), six=six, dst_mac=mac), 2000),
                                      (Tcp(pattern(6001), six=six, dst_mac=mac), 1999), (Udp(pattern(20000), six=six, dst_mac=mac), 4001))):
        for k, buffers in enumerate(((), (2048,) * 14, (1000, 2999, 3, 2049, 4000))):
            c.at(20 * i + 4 * j + k).rx("access0", w.tag(flow.whole(), 100), *toward(flow.cut(size), peer), said=large(flow, size, buffers=buffers))

c = Case("w03-in-two-buffers", ["C-064"], "W-03 and W-01 in two buffers, split at every byte.", config(known()))
for n in range(1, 121):
    c.rx("underlay0", w.W03, ("access0", w.W04), said=said(buffers=(n,)))
    if n < len(w.W01):
        c.rx("access0", w.W01, ("underlay0", w.W02), said=said(buffers=(n,)))

c = Case("large-send-with-bytes-behind", ["C-014"], "What lies behind the IP packet is nobody's: it is in no segment.", BOTH)
for six, mac, peer, most in FAMILIES:
    flow = Tcp(pattern(3000), six=six, dst_mac=mac)
    c.rx("access0", w.tag(flow.whole() + b"\xee" * 37, 100), *toward(flow.cut(1000), peer), said=large(flow, 1000))

TWO = [access(), access("access1", "02:00:00:00:01:02"), underlay()]
LOCAL = config(segment(attachments=(("access0", 100), ("access1", 200)), records=[AT_VM, AT_HOST, {"mac": "02:00:00:00:0b:01", "port": "access1", "vlan": 200}]), ports=TWO)
c = Case("large-send-to-another-vlan", ["C-015", "C-014"], "Between attachments: plain segments as long as the VLAN takes, the shortest padded to 60.", LOCAL)
for six, most in ((False, 1460), (True, 1440)):
    for n, size in ((5000, 2000), (3000, 1000), (2 * most + 1, most)):
        flow = Tcp(pattern(n), six=six, dst_mac="02:00:00:00:0b:01")
        c.rx("access0", w.tag(flow.whole(), 100), *[("access1", w.bridged(f, 200)) for f in flow.cut(min(size, most))], said=large(flow, size))
flow = Udp(pattern(3000), dst_mac="02:00:00:00:0b:01")
c.rx("access0", w.tag(flow.whole(), 100), *[("access1", w.bridged(f, 200)) for f in flow.cut(1000)], said=large(flow, 1000))

c = Case("large-send-between-two-tags-and-one", ["C-015", "C-030", "E-007"], "To and from an attachment of an S-tag and a C-tag: both are in every segment, and are no part of what is summed.",
         config({"name": "blue", "vsid": w.VSID, "peers": [w.PEER4], "records": [AT_VM, {"mac": w.HOST, "port": "access0", "vlan": 200, "innerVlan": 7}, {"mac": "02:00:00:00:0b:01", "port": "access1", "vlan": 100}],
                 "attachments": [{"port": "access0", "vlan": 200, "innerVlan": 7}, {"port": "access1", "vlan": 100}]},
                ports=[access(mode="qinq"), access("access1", "02:00:00:00:01:02"), underlay()]))


def two(frame):
    return w.tag(w.tag(frame, 7), 200, tpid=0x88A8)


for six in (False, True):
    for kind in (Tcp, Udp):
        there, back, out = (kind(pattern(3000), six=six, dst_mac=to, src_mac=by) for to, by in (("02:00:00:00:0b:01", w.HOST), (w.HOST, "02:00:00:00:0b:01"), (w.VM, w.HOST)))
        c.rx("access0", two(there.whole()), *[("access1", w.tag(f, 100)) for f in there.cut(1000)], said=large(there, 1000))
        c.rx("access1", w.tag(back.whole(), 100), *[("access0", two(f)) for f in back.cut(1000)], said=large(back, 1000))
        c.rx("access0", two(out.whole()), *toward(out.cut(1000)), said=large(out, 1000))
        there.data = back.data = pattern(99)
        c.rx("access0", two(there.whole()), ("access1", w.tag(there.complete(), 100)), said=said(l4=PARTIAL))
        c.rx("access1", w.tag(back.whole(), 100), ("access0", two(back.complete())), said=said(l4=PARTIAL))

c = Case("large-send-flooded", ["C-001", "C-015"], "To an unknown destination: every receiver gets segments that fit its own way; each that leaves is a copy.",
         config(segment(attachments=(("access0", 100), ("access1", 200)), peers=[w.PEER4, w.PEER6], records=[AT_HOST]), ports=TWO))
for six, most in ((False, (1460, 1418, 1398)), (True, (1440, 1398, 1378))):
    for size in (2000, 1000):
        flow = Tcp(pattern(5000), six=six, dst_mac="00:15:5d:00:00:99", flags=ACK | PSH)
        c.rx("access0", w.tag(flow.whole(), 100), *[("access1", w.bridged(f, 200)) for f in flow.cut(min(size, most[0]))],
             *toward(flow.cut(min(size, most[1]))), *toward(flow.cut(min(size, most[2])), w.PEER6), said=large(flow, size), unknown=True)
flow = Tcp(pattern(3000), six=True, ext=((60, bytes([31]) + b"\1\xfc" + bytes(252)), (60, bytes([24]) + b"\1\xc4" + bytes(196))), dst_mac="00:15:5d:00:00:99")  # long headers
c.rx("access0", w.tag(flow.whole(), 100), *[("access1", w.bridged(f, 200)) for f in flow.cut(800)], *toward(flow.cut(800)), *toward(flow.cut(800), w.PEER6), said=large(flow, 800), unknown=True)
flow = Udp(pattern(700), dst_mac="00:15:5d:00:00:99")
c.rx("access0", w.tag(flow.whole(), 100), ("access1", w.bridged(flow.complete(), 200)), ("underlay0", w.encapsulated(flow.complete())),
     ("underlay0", w.encapsulated(flow.complete(), w.PEER6)), said=said(l4=PARTIAL), unknown=True)

c = Case("large-datagrams", ["C-018", "C-133"], "UDP: cut into datagrams where the guest asked for that (USO); without it, it is a packet too long for its way: fragments, or an error.", BOTH)
for six, mac, peer, most in FAMILIES:
    send(c, Udp(pattern(5000), six=six, dst_mac=mac), 1200, None, peer)
    send(c, Udp(pattern(5000), six=six, dst_mac=mac, ext=(HOP,) if six else (), options=b"" if six else b"\x94\4\0\0"), 1000, None, peer)
    flow = Udp(pattern(5000), six=six, dst_mac=mac)
    c.rx("access0", w.tag(flow.whole(), 100), drop="drop.offload.invalid", said=large(flow, most + 13))  # a datagram is not cut smaller than asked
    c.at(1)
flow = Udp(pattern(5000), ip_flags=0)
c.rx("access0", w.tag(flow.whole(), 100), *[("underlay0", w.encapsulated(f)) for f in fragments(flow.complete(), 1458)], said=said(UFO, PARTIAL, size=1400))
flow = Udp(pattern(5000))
whole = flow.whole()
c.at(2).rx("access0", w.tag(whole, 100), drop="drop.mtu.df", said=said(UFO, PARTIAL, size=1400)).own("access0", w.pad(w.tag(w.too_big(whole, 1458), 100)))

c = Case("hostile-metadata", ["C-011", "C-035", "C-018"],
         "What a guest says against its own headers: lengths beyond the frame, header lengths that are none, not TCP, not IP. None of it is cut or summed: drop.offload.invalid, or the "
         "drop of what it is without the request. A datagram without a checksum is not cut either, since its parts would get one.", config(known()))


def put(frame, place, by):
    return frame[:place] + by + frame[place + len(by):]


for six in (False, True):
    l4 = 14 + (40 if six else 20)
    tcp_, udp_, small_tcp, small_udp = (kind(pattern(n), six=six) for n in (3000, 100) for kind in (Tcp, Udp))
    length = 18 if six else 16  # of the IP packet, in its header
    for n in (0, 7, 19, 3041, 65535) if six else (0, 7, 19, 20, 39, 3041, 65535):
        c.rx("access0", w.tag(put(tcp_.whole(), length, w.be16(n)), 100), drop="drop.offload.invalid", said=large(tcp_, 1000)).good()
    for n in (0, 7, 19, 0x0FFF, 65535):
        c.rx("access0", w.tag(put(small_tcp.whole(), length, w.be16(n)), 100), drop="drop.offload.invalid", said=said(l4=PARTIAL)).good()
    for offset in (0x00, 0x40, 0xF0):
        c.rx("access0", w.tag(put(Tcp(b"", six=six).whole(), l4 + 12, bytes([offset])), 100), drop="drop.offload.invalid", said=said(l4=PARTIAL)).good()
        if offset != 0xF0:
            c.rx("access0", w.tag(put(tcp_.whole(), l4 + 12, bytes([offset])), 100), drop="drop.offload.invalid", said=large(tcp_, 1000))
    for n in (0, 7, 109, 65535):  # of a datagram of 108 bytes
        c.rx("access0", w.tag(put(small_udp.whole(), l4 + 4, w.be16(n)), 100), drop="drop.offload.invalid", said=said(l4=PARTIAL)).good()
    for n in (0, 8, 3007, 3009):  # of one of 3008
        c.rx("access0", w.tag(put(udp_.whole(), l4 + 4, w.be16(n)), 100), drop="drop.offload.invalid", said=large(udp_, 1000)).good()
    for n in (1, 19):  # too short for TCP
        c.rx("access0", w.tag(Tcp(b"", six=six).frame(b"\x50" * n), 100), drop="drop.offload.invalid", said=said(l4=PARTIAL)).good()
    bare = Udp(pattern(3000), six=six, checksum=0)
    for verdict in (GOOD, UNKNOWN):
        c.rx("access0", w.tag(bare.complete(), 100), drop="drop.offload.invalid", said=said(USO, verdict, size=1000)).good()
    for kind in (TCP4, TCP6, UFO, USO):  # headers say what it is
        send(c, tcp_, 1000)
        c.inputs[-1] = (*c.inputs[-1][:4], said(kind, PARTIAL, size=1000))
    c.rx("access0", w.tag(tcp_.complete(), 100), drop="drop.offload.invalid", said=said(TCP4, BAD, size=1000)).good()  # whatever it is, it is said to be bad
longest = Tcp(pattern(3000), six=True, ext=((60, bytes([31]) + b"\1\xfc" + bytes(252)), (60, bytes([26]) + b"\1\xd4" + bytes(212))))  # 512 bytes of IP header: more than a device can be told
c.rx("access0", w.tag(longest.whole(), 100), drop="drop.offload.invalid", said=large(longest, 1000)).good()
for ihl in (0x40, 0x44, 0x4F):
    c.rx("access0", w.tag(put(Tcp(pattern(3000)).whole(), 14, bytes([ihl])), 100), drop="drop.offload.invalid", said=said(TCP4, PARTIAL, size=1000)).good()
for body in (w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 1, pattern(3000))), w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 47, pattern(3000))), w.eth(w.VM, w.HOST, 0x88B5, pattern(3000))):
    for l4_sum in (GOOD, PARTIAL):
        c.rx("access0", w.tag(body, 100), drop="drop.offload.invalid", said=said(TCP4, l4_sum, size=1000)).good()
c.rx("access0", w.tag(Tcp(pattern(3000)).whole(), 100), drop="drop.l2.oversize", said=said(l4=PARTIAL)).good()  # a long frame that is not said to be large
c.rx("access0", w.tag(Tcp(pattern(3000)).whole(), 100), drop="drop.l2.oversize", said=said(TCP4, PARTIAL, size=3000)).good()  # nor is one of one segment
c.rx("access0", w.tag(Tcp(pattern(3000)).whole(), 999), drop="drop.vlan.unknown", said=said(TCP4, PARTIAL, size=1000)).good()
c.rx("access0", w.tag(Tcp(pattern(3000)).whole(), 100)[:12], drop="drop.l2.runt", said=said(TCP4, PARTIAL, size=1000)).good()

# ---- transmit checksums ---------------------------------------------------------------------------------------------

c = Case("begun-checksums", ["C-030", "C-031", "C-039", "C-131"], "Begun TCP and UDP checksums of either family, over either, are completed; IPv4 and TCP options and extension headers are no matter.", BOTH)
for six, mac, peer, _ in FAMILIES:
    for n in (0, 1, 2, 3, 100, 1301):
        partial(c, Tcp(pattern(n), six=six, dst_mac=mac, flags=ACK | PSH), peer)
        partial(c, Udp(pattern(n), six=six, dst_mac=mac), peer)
    partial(c, Tcp(pattern(77), six=six, dst_mac=mac, flags=SYN | ACK, tcp_options=STAMP + b"\1" * 28), peer)
    for more in (dict(ext=(HOP, DEST)),) if six else (dict(options=b"\x94\4\0\0"), dict(options=b"\1" * 40, tos=0xB8)):
        partial(c, Tcp(pattern(50), six=six, dst_mac=mac, tcp_options=STAMP + b"\1" * 28, **more), peer)
        partial(c, Udp(pattern(51), six=six, dst_mac=mac, **more), peer)
    for flow in (Tcp(pattern(200), six=six, dst_mac=mac), Udp(pattern(200), six=six, dst_mac=mac)):  # bytes behind the packet are in no sum
        c.rx("access0", w.tag(flow.whole() + b"\xee" * 9, 100), ("underlay0", w.encapsulated(flow.complete() + b"\xee" * 9, peer)), said=said(l4=PARTIAL))
    flow = Udp(pattern(200), six=six, dst_mac=mac)  # nor are those behind a datagram
    datagram = flow.transport(flow.data)
    begin = datagram[:6] + begun(w.pseudo(flow.src, flow.dst, 17, len(datagram))) + datagram[8:]
    c.rx("access0", w.tag(flow.frame(begin + b"\xee" * 8), 100), ("underlay0", w.encapsulated(flow.frame(datagram + b"\xee" * 8), peer)), said=said(l4=PARTIAL))

c = Case("no-checksum-to-complete", ["C-033", "C-034"],
         "ICMP and non-IP that ask for nothing leave with right IP checksums and nothing else changed; asked to be summed, ICMP, other protocols, non-IP and fragments are drop.offload.invalid.", config(known()))
c.rx("access0", w.W01, ("underlay0", w.W02), said=said(l4=GOOD))
nonip = w.eth(w.VM, w.HOST, 0x88B5, b"n" * 60)
c.rx("access0", w.tag(nonip, 100), ("underlay0", w.encapsulated(nonip)), said=said(l4=UNKNOWN))
c.rx("access0", w.tag(w.W09[42:][:6] + w.mac(w.HOST) + w.W09[54:], 100), ("underlay0", w.encapsulated(w.W09[42:][:6] + w.mac(w.HOST) + w.W09[54:])), bum=True)
gre = w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 132, b"s" * 40))
for frame in (w.IN01, nonip, gre, udp4(b"f" * 64, flags=0x2000), udp4(b"f" * 64, flags=0x0007)):
    c.rx("access0", w.tag(frame, 100), drop="drop.offload.invalid", said=said(l4=PARTIAL))
    c.good()

c = Case("udp-checksum-zero", ["C-036"], "A sum that comes to 0 is sent as FFFF; a UDP checksum of 0 in a packet that asked for nothing stays 0.", BOTH)
for six, mac, peer, _ in FAMILIES:
    for n in (2, 64, 1000):
        blank = Udp(pattern(n - 2) + b"\0\0", six=six, dst_mac=mac)
        at = 14 + (40 if six else 20) + 6
        flow = Udp(pattern(n - 2) + blank.complete()[at:at + 2], six=six, dst_mac=mac)
        assert flow.complete()[at:at + 2] == b"\xff\xff"
        partial(c, flow, peer)
    none = Udp(pattern(30), six=six, dst_mac=mac, checksum=0)
    c.rx("access0", w.tag(none.complete(), 100), ("underlay0", w.encapsulated(none.complete(), peer)))
    c.rx("access0", w.tag(none.complete(), 100), ("underlay0", w.encapsulated(none.complete(), peer)), said=said(l4=GOOD))

c = Case("checksums-of-zero", ["C-030", "C-036", "C-013"],
         "A sum that comes to 0 is FFFF in every UDP segment too, and stays 0 in TCP, for which 0 is a sum like any other.", BOTH)
for six, mac, peer, _ in FAMILIES:
    at = 14 + (40 if six else 20)
    for n in (2, 64, 1000):
        data = pattern(n - 2)
        flow = Tcp(data + Tcp(data + b"\0\0", six=six, dst_mac=mac).complete()[at + 16:at + 18], six=six, dst_mac=mac)
        assert flow.complete()[at + 16:at + 18] == b"\0\0"
        partial(c, flow, peer)
    for kind, field, zero in ((Tcp, at + 16, b"\0\0"), (Udp, at + 6, b"\xff\xff")):
        data = b"".join(pattern(998, i) + b"\0\0" for i in range(4))
        sums = [f[field:field + 2] for f in kind(data, six=six, dst_mac=mac).cut(1000)]
        flow = kind(b"".join(pattern(998, i) + x for i, x in enumerate(sums)), six=six, dst_mac=mac)
        assert [f[field:field + 2] for f in flow.cut(1000)] == 4 * [zero]
        send(c, flow, 1000, None, peer)

c = Case("claimed-lengths", ["C-035", "C-062", "C-140"], "Header lengths and packet types that a device claims, right or absurd, are believed by nobody: headers are parsed.", BOTH)
for six, mac, peer, most in FAMILIES:
    for lengths in ((14, 40 if six else 20, 20), (18, 40 if six else 20, 20), (0, 0, 0), (127, 511, 255), (42, 20, 20), (14, 20, 8), (56, 60, 60)):
        for ptype in (0, 0x111, 0x191, 0x421, 0x9131, 0xFFFFFFFF):
            partial(c, Tcp(pattern(60), six=six, dst_mac=mac), peer, lengths=lengths, ptype=ptype)
        flow = Tcp(pattern(1700), six=six, dst_mac=mac)
        c.rx("access0", w.tag(flow.whole(), 100), *toward(flow.cut(1000), peer), said=large(flow, 1000, lengths=lengths, ptype=0x291))
NVGRE_PTYPE = 0x1 | 0x10 | 0x4000  # Ethernet, IPv4, NVGRE
for ptype in (NVGRE_PTYPE, 0x3000 | 0x11, 0):
    c.rx("underlay0", w.tunnelled(w.IN03, word=0x00006558), drop="drop.gre.no_key", said=said(ptype=ptype))
    c.rx("underlay0", w.W03, ("access0", w.W04), said=said(ptype=ptype, lengths=(14, 20, 8)))

c = Case("longest-headers", ["C-065", "C-039"], "IPv4 options of 40 bytes, TCP options of 40, extension headers beyond 256 bytes: forwarded, cut and summed.", BOTH)
LONG = (60, bytes([31]) + b"\1\xfc" + bytes(252))
for mac, peer, most in ((w.VM, w.PEER4, 1418), (VM6, w.PEER6, 1398)):
    full = dict(dst_mac=mac, tcp_options=STAMP + b"\1" * 28)
    c.up(Tcp(pattern(100), options=b"\1" * 40, **full).complete(), peers=[peer])
    partial(c, Tcp(pattern(100), options=b"\1" * 40, **full), peer)
    send(c, Tcp(pattern(3000), options=b"\1" * 40, **full), 1460, most - 80, peer)
    partial(c, Tcp(pattern(100), six=True, ext=(LONG,), **full), peer)
    send(c, Tcp(pattern(3000), six=True, ext=(LONG,), **full), 1000, None, peer)

deep = Tcp(pattern(100), options=b"\1" * 40, dst_mac=w.HOST, src_mac=w.VM, src=M, dst=H, tcp_options=STAMP + b"\1" * 28).complete()
c.rx("underlay0", w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x0800, from4(payload=w.gre(deep), options=b"\1" * 40)), ("access0", w.bridged(deep, 100)))

# ---- receive checksums ----------------------------------------------------------------------------------------------

c = Case("receive-verdicts", ["C-042", "C-043", "C-044", "C-046", "C-134", "B-083"],
         "Bridging: whatever a device says of checksums, tenant bytes pass as they are; a bad one is never repaired, an outer one is checked by the gateway itself.", BOTH)
VERDICTS = [said(l4=l4, ip=ip, outer_bad=outer) for l4 in (UNKNOWN, GOOD, BAD) for ip in (UNKNOWN, GOOD, BAD) for outer in (False, True)]
right = w.tunnelled(w.IN03)
wrong_tcp = Tcp(pattern(50), src=M, dst=H, dst_mac=w.HOST, src_mac=w.VM).complete()
wrong_tcp = wrong_tcp[:50] + b"\x12\x34" + wrong_tcp[52:]
wrong_ip = w.IN03[:24] + b"\x12\x34" + w.IN03[26:]
piece = udp4(b"p" * 64, src=M, dst=H, dst_mac=w.HOST, src_mac=w.VM, flags=0x2000)
bad_outer = right[:24] + b"\x12\x34" + right[26:]
for verdict in VERDICTS:
    for inner in (w.IN03, wrong_tcp, wrong_ip, piece):
        c.rx("underlay0", w.tunnelled(inner), ("access0", w.bridged(inner, 100)), said=verdict)
    c.rx("underlay0", bad_outer, drop="drop.ip.cksum", said=verdict)
    up = wrong_tcp[6:12] + wrong_tcp[:6] + wrong_tcp[12:]
    c.rx("access0", w.tag(up, 100), ("underlay0", w.encapsulated(up)), said=verdict)

c = Case("large-frames-of-known-bad-sums", ["C-044", "C-011"], "A large frame whose checksum is bad is not cut, as segments would each get a good one; one that is said to be good is.", config(known()))
flow = Tcp(pattern(3000))
bad = flow.complete()[:50] + b"\x12\x34" + flow.complete()[52:]
c.rx("access0", w.tag(bad, 100), drop="drop.offload.invalid", said=large(flow, 1000, BAD))
c.rx("access0", w.tag(bad, 100), drop="drop.offload.invalid", said=large(flow, 1000, UNKNOWN))
c.rx("access0", w.tag(flow.complete(), 100), *toward(flow.cut(1000)), said=large(flow, 1000, UNKNOWN))
c.rx("access0", w.tag(flow.complete(), 100), *toward(flow.cut(1000)), said=large(flow, 1000, GOOD))
c.good()

# ---- dropBadInnerChecksum -------------------------------------------------------------------------------------------

CHECKED = config(segment(peers=[w.PEER4, w.PEER6], records=[AT_VM, AT_HOST, AT_VM_OVER6], dropBadInnerChecksum=True))


def broken(frame, at, by=b"\x12\x34"):
    assert frame[at:at + 2] != by
    return frame[:at] + by + frame[at + 2:]


def tenants(six, **to):
    """(frame, offset of its transport checksum) of everything that has one."""
    l4 = 54 if six else 34
    yield Tcp(pattern(100), six=six, **to).complete(), l4 + 16
    yield Tcp(pattern(101), six=six, tcp_options=STAMP, **to).complete(), l4 + 16
    yield Udp(pattern(77), six=six, **to).complete(), l4 + 6
    if six:
        yield Tcp(pattern(10), six=True, ext=(HOP, DEST), **to).complete(), l4 + 24 + 16
    else:
        yield Udp(pattern(10), options=b"\x94\4\0\0", **to).complete(), l4 + 4 + 6


c = Case("bad-inner-checksums-dropped", ["C-040", "C-044", "C-135"],
         "dropBadInnerChecksum: a bad IPv4 header, TCP or UDP checksum is drop.inner.cksum from either side; right ones pass, whatever the device says.", CHECKED)
for verdict in (None, said(l4=BAD, ip=BAD), said(l4=GOOD, ip=GOOD), said(l4=BAD, ip=GOOD)):
    for six, mac, peer, _ in FAMILIES:
        for frame, at in tenants(six, dst_mac=mac):
            for bad in [broken(frame, at), broken(frame, len(frame) - 2)] + ([] if six else [broken(frame, 24)]):
                c.rx("access0", w.tag(bad, 100), drop="drop.inner.cksum", said=verdict).counter("inner.cksum_bad")
            c.rx("access0", w.tag(frame, 100), ("underlay0", w.encapsulated(frame, peer)), said=verdict)
        for frame, at in tenants(six, dst_mac=w.HOST, src_mac=mac, src=M6 if six else M, dst=H6 if six else H):
            for bad in [broken(frame, at), broken(frame, len(frame) - 2)] + ([] if six else [broken(frame, 24)]):
                c.rx("underlay0", w.tunnelled(bad, src=peer), drop="drop.inner.cksum", said=verdict).counter("inner.cksum_bad")
            c.rx("underlay0", w.tunnelled(frame, src=peer), ("access0", w.bridged(frame, 100)), said=verdict)

c = Case("either-header-checksum", ["C-041"], "Right only if both IP headers are: a bad outer one is drop.ip.cksum, else a bad inner one drop.inner.cksum.", CHECKED)
inner = Tcp(pattern(40), dst_mac=w.HOST, src_mac=w.VM, src=M, dst=H).complete()
for outer_bad in (False, True):
    for inner_bad in (False, True):
        frame = w.tunnelled(broken(inner, 24) if inner_bad else inner)
        frame = broken(frame, 24) if outer_bad else frame
        if outer_bad:
            c.rx("underlay0", frame, drop="drop.ip.cksum")
        elif inner_bad:
            c.rx("underlay0", frame, drop="drop.inner.cksum").counter("inner.cksum_bad")
        else:
            c.rx("underlay0", frame, ("access0", w.bridged(inner, 100)))

c = Case("unknown-inner-checksums-pass", ["C-046", "C-044", "C-135"],
         "Not checked and never bad: fragments, UDP without a checksum, ICMP, other protocols, packets that are cut short, non-IP, source routes, checksums that are only begun.", CHECKED)
for frame in (udp4(b"f" * 64, flags=0x2000), udp4(b"f" * 64, flags=0x0007), udp4(b"f" * 64, flags=0x2007)):
    c.up(frame).up(broken(frame, 40))
    c.rx("access0", w.tag(broken(frame, 24), 100), drop="drop.inner.cksum").counter("inner.cksum_bad")  # its header is checked
c.up(Tcp(pattern(40), six=True, ext=(FRAGMENT6,)).complete()).up(broken(Tcp(pattern(40), six=True, ext=(FRAGMENT6,)).complete(), 14 + 48 + 16))
c.up(Udp(pattern(30), checksum=0).complete()).up(Udp(pattern(30), six=True, checksum=0).complete())
c.up(broken(w.IN01, 36)).up(w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 132, b"s" * 40))).up(w.eth(w.VM, w.HOST, 0x88B5, b"n" * 60))
c.up(broken(Tcp(pattern(60)).complete(), 50)[:-9]).up(broken(Udp(pattern(60)).complete(), 40)[:-9])
c.up(broken(Tcp(pattern(60), options=b"\x83\x0b\4" + bytes(8) + b"\1").complete(), 14 + 32 + 16))
c.up(broken(Tcp(pattern(60), six=True, ext=((43, b"\2\0\1" + bytes(4) + bytes(16)),)).complete(), 14 + 40 + 24 + 16))
for six in (False, True):  # datagrams that are shorter than their header, or longer than their packet
    l4 = 14 + (40 if six else 20)
    for n in (0, 7, 69, 65535):
        c.up(put(Udp(pattern(60), six=six).complete(), l4 + 4, w.be16(n)))
    refused = Tcp(pattern(600), six=six, flags=SYN | ACK)  # it is not cut, so that what it holds counts
    c.rx("access0", w.tag(refused.complete(), 100), ("underlay0", w.encapsulated(refused.complete())), said=said(TCP4, GOOD, size=500))
    c.rx("access0", w.tag(broken(refused.complete(), l4 + 16), 100), drop="drop.inner.cksum", said=said(TCP4, GOOD, size=500)).counter("inner.cksum_bad")
partial(c, Tcp(pattern(60)))
send(c, Tcp(pattern(3000)), 1000)
c.rx("access0", w.tag(broken(Tcp(pattern(60)).whole(), 24), 100), drop="drop.inner.cksum", said=said(l4=PARTIAL)).counter("inner.cksum_bad")
c.up(Udp(pattern(60)).complete() + b"\xee" * 9)  # behind the packet

c = Case("bad-checksum-among-other-faults", ["C-044", "F-022"], "The first stage that applies names the drop; a frame that is dropped so is not learned from.",
         config(segment(peers=[w.PEER4], records=[AT_VM, AT_HOST], dropBadInnerChecksum=True)))
bad = broken(Tcp(pattern(40)).complete(), 50)
c.rx("access0", w.tag(bad[:6] + w.mac("01:00:00:00:00:01") + bad[12:], 100), drop="drop.inner.src_mac")
c.rx("access0", w.tag(w.mac(w.GATEWAY_ACCESS) + bad[6:], 100), drop="drop.inner.self_mac")
c.rx("access0", w.tag(w.mac("01:80:c2:00:00:0e") + bad[6:], 100), drop="drop.l2.reserved_mac")
back = broken(Tcp(pattern(40), dst_mac=w.HOST, src_mac=w.VM, src=M, dst=H).complete(), 50)
c.rx("underlay0", w.tunnelled(w.mac("01:80:c2:00:00:0e") + back[6:]), drop="drop.inner.cksum").counter("inner.cksum_bad")
c.rx("underlay0", w.tunnelled(back, tos=3), drop="drop.inner.cksum").counter("inner.cksum_bad")  # before ECN
c.rx("underlay0", w.tunnelled(w.mac(w.BROADCAST) + back[6:]), drop="drop.inner.cksum").counter("inner.cksum_bad")
c.at(1).rx("underlay0", w.tunnelled(back[:6] + w.mac("00:15:5d:00:00:77") + back[12:]), drop="drop.inner.cksum").counter("inner.cksum_bad")
other = udp4(b"who", dst_mac="00:15:5d:00:00:77")
c.at(2).rx("access0", w.tag(other, 100), ("underlay0", w.encapsulated(other)), unknown=True)

c = Case("source-routes-are-not-summed", ["C-030", "C-011"],
         "A source route that leads on: the pseudo header has another destination than the IP header, so that nobody here can complete or cut it.", config(known()))
LOOSE, STRICT, LEFT = b"\x83\x0b\4" + bytes(8), b"\x89\x07\4" + bytes(4), (43, b"\2\0\1" + bytes(4) + bytes(16))
for flow in (*(Tcp(pattern(60), options=o) for o in (LOOSE + b"\1", STRICT + b"\1", b"\1" + LOOSE, b"\1\1" + STRICT + bytes(3), b"\x94\4\0\0" + STRICT + b"\1")),
             *(Tcp(pattern(60), six=True, ext=e) for e in ((LEFT,), (HOP, LEFT), (DEST, LEFT)))):
    c.rx("access0", w.tag(flow.whole(), 100), drop="drop.offload.invalid", said=said(l4=PARTIAL))
    c.up(flow.complete())
    flow.data = pattern(3000)
    c.rx("access0", w.tag(flow.whole(), 100), drop="drop.offload.invalid", said=large(flow, 1000))
# Nothing of the kind: behind the end of the options, within another option, and a route that has led to its end.
for flow in (Tcp(pattern(60), options=b"\0" + LOOSE), Tcp(pattern(60), options=b"\x44\x0c\x05\0" + LOOSE[:8]), Tcp(pattern(60), six=True, ext=(HOP, ROUTING))):
    partial(c, flow)

# ---- parsing --------------------------------------------------------------------------------------------------------

c = Case("mss-behind-extension-headers", ["C-061", "B-072"], "The TCP header of an IPv6 SYN is found behind two and more extension headers: its MSS is clamped.", BOTH)
for ext in ((HOP, DEST), (HOP, ROUTING, DEST), (DEST, DEST)):
    for mac, peer, most in ((w.VM, w.PEER4, 1398), (VM6, w.PEER6, 1378)):
        offered, lowered = (Tcp(six=True, dst_mac=mac, ext=ext, flags=SYN, ack=0, tcp_options=b"\2\4" + w.be16(v)) for v in (1440, most))
        c.rx("access0", w.tag(offered.complete(), 100), ("underlay0", w.encapsulated(lowered.complete(), peer)))
        c.rx("access0", w.tag(offered.whole(), 100), ("underlay0", w.encapsulated(lowered.complete(), peer)), said=said(l4=PARTIAL))

c = Case("encapsulation-is-recognised", ["C-060"],
         "NVGRE is what outer protocol or next header 47 and the GRE word say, behind any extension headers, in either form of the word; nothing else is.",
         config(segment(peers=[w.PEER4, w.PEER6], records=[AT_HOST], learning=False)))
for word in ACCEPTED:
    c.rx("underlay0", w.tunnelled(DOWN, word=word << 16 | 0x6558), ("access0", w.W04))
    c.rx("underlay0", w.tunnelled(DOWN, src=w.PEER6, word=word << 16 | 0x6558), ("access0", w.W04))
for word, reason in ((0x00006558, "no_key"), (0xA0006558, "csum_present"), (0x30006558, "seq_present"), (0x20016558, "version"), (0x60006558, "reserved")):
    c.rx("underlay0", w.tunnelled(DOWN, word=word), drop="drop.gre." + reason)
c.rx("underlay0", w.tunnelled(DOWN, word=0x20000800), drop="drop.gre.proto").counter("gre.proto.0800")
for protocol, payload in ((60, option_header(47) + BODY), (0, option_header(60) + option_header(135) + option_header(47, 3) + BODY)):
    c.rx("underlay0", w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x86DD, from6(protocol=protocol, payload=payload)), ("access0", w.W04))
c.rx("underlay0", w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x0800, from4(protocol=46)), drop="drop.ip.proto")

c = Case("other-encapsulations", ["C-045"], "IP in IP, GRE in UDP and others are not ours: drop.ip.proto, whatever the device takes them for.", config(known()))
for n, protocol in enumerate((4, 41, 55, 94, 97, 98, 137)):
    frame = w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x0800, from4(protocol=protocol, payload=w.IN03[14:]))
    c.rx("underlay0", frame, drop="drop.ip.proto").rx("underlay0", frame, drop="drop.ip.proto", said=said(l4=GOOD, ip=GOOD, ptype=0x4011))
    c.good()
in_udp = w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x0800, from4(protocol=17, payload=w.udp(w.PEER4, w.LOCAL4, 50000, 4754, BODY)))
c.rx("underlay0", in_udp, drop="drop.ip.proto").counter("rx.gre_in_udp_ignored")

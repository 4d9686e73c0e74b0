"""MTU, path MTU, ICMP errors, fragmentation, MSS (A.7, B.6)."""
import ipaddress
import struct

import wire as w
from suite import Case, access, config, known, segment, underlay, AT_HOST, AT_VM
from cases_tunnel import H, M, H6, M6, udp4, udp6, back4, back6

AT_VM6 = {**AT_VM, "pa": w.PEER6}
OVER6 = config(segment(peers=[w.PEER6], records=[AT_VM6, AT_HOST]))
ROUTER = {"addresses": ["10.1.1.1"], "mac": w.GATEWAY_ACCESS}
JUMBO_PORTS = [access(), underlay(mtu=9200)]  # the VLAN side is the smaller one


def told(c, frame, reason, mtu, vid=100, **how):
    """A frame from the VLAN is too long: the drop, and the error back into that VLAN."""
    return c.rx("access0", w.tag(frame, vid), drop=reason).own("access0", w.pad(w.tag(w.too_big(frame, mtu, **how), vid)))


# ---- MSS ------------------------------------------------------------------------------------------------------------

MSS1460 = bytes.fromhex("020405b404020101")


def syn(options=MSS1460, src=H, dst=M, dst_mac=w.VM, src_mac=w.HOST, flags=2, six=False, wrong=0, data=b"", ip_flags=0x4000, extension=b""):
    segment_ = w.tcp(src, dst, 49152, 443, 0x11223344, 0, flags, options=options, wrong=wrong, data=data)
    if not six:
        return w.eth(dst_mac, src_mac, 0x0800, w.ipv4(src, dst, 6, segment_, ident=0x200, flags=ip_flags))
    if extension:
        return w.eth(dst_mac, src_mac, 0x86DD, w.ipv6(src, dst, 0, bytes([6]) + extension + segment_))
    return w.eth(dst_mac, src_mac, 0x86DD, w.ipv6(src, dst, 6, segment_))


def mss(value, before=b"", after=b"\x04\x02"):
    options = before + b"\x02\x04" + w.be16(value) + after
    return options + b"\1" * (-len(options) % 4)


def syn6(options=MSS1460, **more):
    return syn(options, src=H6, dst=M6, six=True, **more)


c = Case("w05-syn-is-clamped", ["B-072", "A-011"], "W-05 leaves as W-06; the SYN-ACK that answers is lowered too, by the peer that it comes from.", config(known()))
c.rx("access0", w.W05, ("underlay0", w.W06))
answer = dict(src=M, dst=H, dst_mac=w.HOST, src_mac=w.VM, flags=0x12)
c.rx("underlay0", w.tunnelled(syn(**answer)), ("access0", w.bridged(syn(mss(1418, after=b"\4\2\1\1"), **answer), 100)))
c.up(syn(flags=0x10))

c = Case("mss-by-family", ["B-072"], "1418 and 1398 over IPv4, 1398 and 1378 over IPv6: what WIRE-FORMAT 1.3 says.",
         config(segment(peers=[w.PEER4, w.PEER6], records=[AT_VM, AT_HOST, {"mac": "00:15:5d:00:00:0e", "ca": M6, "pa": w.PEER6}])))
for vm, peer, v4, v6 in ((w.VM, w.PEER4, 1418, 1398), ("00:15:5d:00:00:0e", w.PEER6, 1398, 1378)):
    for make, most in ((syn, v4), (syn6, v6)):
        for announced in (536, most - 1, most, most + 1, 1460, 65535):
            to = dict(dst_mac=vm)
            c.rx("access0", w.tag(make(mss(announced), **to), 100), ("underlay0", w.encapsulated(make(mss(min(announced, most)), **to), peer)))
    ext = b"\0\x01\x04\0\0\0\0"  # a hop-by-hop header with padding
    c.rx("access0", w.tag(syn6(mss(1460), dst_mac=vm, extension=ext), 100), ("underlay0", w.encapsulated(syn6(mss(v6), dst_mac=vm, extension=ext), peer)))

c = Case("mss-from-peers", ["B-072"], "SYN and SYN-ACK toward the VLAN, from a peer of each family: lowered by that peer, the option at even and odd offsets; what is lower, and what is no SYN, stays.",
         config(segment(peers=[w.PEER4, w.PEER6], records=[AT_HOST, AT_VM, {"mac": "00:15:5d:00:00:0e", "pa": w.PEER6}])))
for vm, peer, v4, v6 in ((w.VM, w.PEER4, 1418, 1398), ("00:15:5d:00:00:0e", w.PEER6, 1398, 1378)):
    for six, src, dst, most in ((False, M, H, v4), (True, M6, H6, v6)):
        for flags in (2, 0x12):
            how = dict(src=src, dst=dst, dst_mac=w.HOST, src_mac=vm, flags=flags, six=six)
            for announced in (536, most, most + 1, 1460):
                for before in (b"", b"\1", b"\3\3\7"):
                    c.rx("underlay0", w.tunnelled(syn(mss(announced, before), **how), src=peer), ("access0", w.bridged(syn(mss(min(announced, most), before), **how), 100)))
        how["flags"] = 0x10
        c.rx("underlay0", w.tunnelled(syn(mss(1460), **how), src=peer), ("access0", w.bridged(syn(mss(1460), **how), 100)))

c = Case("mss-at-any-offset", ["B-072"], "The option at even and odd offsets, behind others, twice, with data.", config(known()))
for before in (b"", b"\1", b"\1\1", b"\4\2", b"\1\4\2", b"\3\3\7", b"\x08\x0a" + bytes(8), b"\xfd\3\1\2\4\5\xb4"):
    c.rx("access0", w.tag(syn(mss(1460, before)), 100), ("underlay0", w.encapsulated(syn(mss(1418, before).replace(b"\5\xb4", b"\5\x8a")), w.PEER4)))
c.rx("access0", w.tag(syn(data=b"fast open"), 100), ("underlay0", w.encapsulated(syn(mss(1418, after=b"\4\2\1\1"), data=b"fast open"))))
c = Case("mss-wrong-checksum", ["B-072"], "A TCP checksum that is wrong is off by the same amount behind the clamp.", config(known()))
for wrong in (1, 0x1234, 0xFFFF):
    # Off by the same amount in one's complement: the update adds the difference of the values.
    old, new = syn(wrong=wrong), syn(mss(1418, after=b"\4\2\1\1"))
    was = int.from_bytes(old[50:52], "big")
    total = (~was & 0xFFFF) + (~1460 & 0xFFFF) + 1418
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    c.rx("access0", w.tag(old, 100), ("underlay0", w.encapsulated(new[:50] + w.be16(~total & 0xFFFF) + new[52:])))

BAD_OPTIONS = [b"\2\4\5\xb4\2\0\0\0", b"\2\4\5\xb4\3\1\1\1", b"\2\4\5\xb4\1\1\1\3", b"\2\4\5\xb4\x08\x0a\0\0", b"\2\3\5\xb4\0\0\0\0", b"\2\5\5\xb4\0\1\1\1"]
c = Case("mss-left-alone", ["B-073", "B-072"], "Fragments, option lists that do not parse, SYNs without the option or behind the end of the list, and what is no SYN pass unchanged.", config(known()))
for options in BAD_OPTIONS + [b"\0\0\0\0\2\4\5\xb4", b"\1\1\1\1", b""]:
    c.up(syn(options))
c.up(syn(ip_flags=0x2000)).up(syn(ip_flags=0x2005)).up(syn(flags=0x10)).up(syn(flags=0x11))
short = syn()
c.up(short[:46] + b"\xf0" + short[47:])  # a data offset beyond the packet
fragment6 = w.eth(w.VM, w.HOST, 0x86DD, w.ipv6(H6, M6, 44, b"\6\0\0\0\0\0\0\1" + w.tcp(H6, M6, 1, 2, flags=2, options=MSS1460)))
c.up(fragment6)

c = Case("mss-clamp-off", ["B-072", "A-011"], "With mssClamp off the inner bytes of W-05 pass unchanged, in both directions.", config(known(mssClamp=False)))
c.up(w.W05[:12] + w.W05[16:]).up(syn6())
c.rx("underlay0", w.tunnelled(syn(**answer)), ("access0", w.bridged(syn(**answer), 100)))

c = Case("flooded-syn", ["B-072"], "A flooded SYN: each copy by its own peer, the one to another VLAN not at all.",
         config(segment(attachments=(("access0", 100), ("access0", 200)), peers=[w.PEER4, w.PEER6, "198.51.100.11"], records=[AT_HOST]),
                ports=[access(), underlay(extraOverhead=8)]))
inner = syn(dst_mac="00:15:5d:00:00:99")
c.rx("access0", w.tag(inner, 100), ("access0", w.bridged(inner, 200)),
     *[("underlay0", w.encapsulated(syn(mss(most, after=b"\4\2\1\1"), dst_mac="00:15:5d:00:00:99"), p)) for p, most in ((w.PEER4, 1410), (w.PEER6, 1390), ("198.51.100.11", 1410))], unknown=True)
back = dict(src=M, dst=H, dst_mac="02:00:00:00:0a:99", src_mac=w.VM, flags=0x12)
c.rx("underlay0", w.tunnelled(syn(**back)), ("access0", w.bridged(syn(mss(1410, after=b"\4\2\1\1"), **back), 100)),
     ("access0", w.bridged(syn(mss(1410, after=b"\4\2\1\1"), **back), 200)), unknown=True)

# ---- errors to tenants ----------------------------------------------------------------------------------------------

BIG = w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 6, w.tcp(H, M, 49152, 443, 0x11223345, data=bytes(1460)), ident=0x201))
c = Case("w12-fragmentation-needed", ["B-065", "B-069", "B-043", "A-074", "D-092"], "A 1500-byte packet with DF from VLAN 100 at PA MTU 1500: dropped, W-12 comes back; 1458 pass.", config(known(router=ROUTER)))
c.rx("access0", w.tag(BIG, 100, 5), drop="drop.mtu.df").own("access0", w.W12).up(udp4(b"x" * 1430))

c = Case("errors-without-router", ["B-065", "B-066", "B-069"], "Without a router the source is 192.0.0.8, or the link-local address of the access port's MAC.", config(known()))
told(c, BIG, "drop.mtu.df", 1458)
told(c.at(1), udp6(b"x" * 1411), "drop.mtu.v6", 1458)
told(c.at(2), udp4(b"x" * 1431, options=b"\x94\4\0\0"), "drop.mtu.df", 1458)

SIX = {"addresses": ["10.1.1.1/24", "2001:db8:ca::1/64"], "mac": "02:00:00:00:0f:fe"}
c = Case("errors-of-the-router", ["B-066", "B-069", "A-103"],
         "The router's addresses and MAC are the source; frames to that MAC are the gateway's, and a frame from it is refused.", config(known(router=SIX)))
for frame, reason, source in ((BIG, "drop.mtu.df", "10.1.1.1"), (udp6(b"x" * 1411), "drop.mtu.v6", "2001:db8:ca::1")):
    told(c, frame, reason, 1458, source=source, src_mac=SIX["mac"])
c.rx("access0", w.tag(udp4(dst_mac=SIX["mac"]), 100), consumed=True)
c.rx("access0", w.tag(udp4(dst_mac=w.GATEWAY_ACCESS), 100), consumed=True)
c.rx("underlay0", w.tunnelled(udp4(src=M, dst=H, dst_mac=SIX["mac"], src_mac=w.VM)), consumed=True)
c.rx("access0", w.tag(udp4(src_mac=SIX["mac"]), 100), drop="drop.inner.self_mac")
c.rx("access0", w.tag(udp4(dst_mac=SIX["mac"], src_mac=w.GATEWAY_ACCESS), 100), drop="drop.inner.self_mac")

c = Case("own-mac-without-router", ["A-103"], "A frame to a MAC of the gateway's is dropped where the segment has no router, also to that of another segment's router.",
         config(known(), segment("red", 5002, (("access0", 200),), router={"mac": "02:00:00:00:0f:fe"})))
c.up(udp4(dst_mac=w.GATEWAY_ACCESS), drop="drop.inner.self_mac").up(udp4(dst_mac="02:00:00:00:0f:fe"), drop="drop.inner.self_mac")
c.down(udp4(src=M, dst=H, dst_mac="02:00:00:00:0f:fe", src_mac=w.VM), drop="drop.inner.self_mac")
c.rx("access0", w.tag(udp4(dst_mac="02:00:00:00:0f:fe"), 200), consumed=True)

c = Case("errors-behind-any-tags", ["B-069"], "The error goes back with the tags of the VLAN that its cause came from: both of a pair, none on the native VLAN and on an access port.",
         config(known(attachments=()), segment("green", 5002, (("access1", 100),), records=[AT_VM, {**AT_HOST, "port": "access1"}]), segment("red", 5003, (("access2", 9),), records=[AT_VM, {**AT_HOST, "port": "access2", "vlan": 9}]),
                ports=[access(mode="qinq"), access("access1", "02:00:00:00:01:02", nativeVlan=100), access("access2", "02:00:00:00:01:03", mode="access", nativeVlan=9), underlay()]))
c.config["segments"][0]["attachments"] = [{"port": "access0", "vlan": 200, "innerVlan": 7}]
c.config["segments"][0]["records"] = [AT_VM, {**AT_HOST, "vlan": 200, "innerVlan": 7}]
for n, (port, mac, tagged, back) in enumerate((("access0", w.GATEWAY_ACCESS, lambda f: w.tag(w.tag(f, 7, 5), 200, 5, 0, 0x88A8), lambda f: w.tag(w.tag(f, 7), 200, tpid=0x88A8)),
                                               ("access1", "02:00:00:00:01:02", lambda f: f, lambda f: f), ("access1", "02:00:00:00:01:02", lambda f: w.tag(f, 0, 5), lambda f: f),
                                               ("access2", "02:00:00:00:01:03", lambda f: f, lambda f: f))):
    for step, (frame, reason) in enumerate(((BIG, "drop.mtu.df"), (udp6(b"x" * 1411), "drop.mtu.v6"))):
        c.at(10 * n + step).rx(port, tagged(frame), drop=reason).own(port, w.pad(back(w.too_big(frame, 1458, src_mac=mac))))

ICMP_ERROR = w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 1, b"\3\1" + bytes(1450)))
ICMP_ECHO = w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 1, w.icmp_echo(8, 1, 1, bytes(1450))))
c = Case("no-error-is-due", ["B-070"], "Group destinations, later fragments, ICMP errors and sources that are no host: the drop, and no ICMP error. An echo request and a first fragment get theirs.", config(known()))
for frame, reason in ((udp4(b"x" * 1431, dst="224.0.0.5", dst_mac="01:00:5e:00:00:05"), "drop.mtu.df"), (udp4(b"x" * 1431, dst="255.255.255.255", dst_mac=w.BROADCAST), "drop.mtu.df"),
                      (udp4(b"x" * 1431, dst="239.1.1.1"), "drop.mtu.df"),
                      (w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 17, b"x" * 1440, flags=0x4001)), "drop.mtu.df"), (ICMP_ERROR, "drop.mtu.df"),
                      (udp4(b"x" * 1431, src="0.0.0.0"), "drop.mtu.df"), (udp4(b"x" * 1431, src="127.0.0.1"), "drop.mtu.df"), (udp4(b"x" * 1431, src="224.0.0.9"), "drop.mtu.df"),
                      (udp4(b"x" * 1431, src="255.255.255.255"), "drop.mtu.df"),
                      (udp6(b"x" * 1411, src="::"), "drop.mtu.v6"), (udp6(b"x" * 1411, src="::1"), "drop.mtu.v6"), (udp6(b"x" * 1411, src="ff02::9"), "drop.mtu.v6"),
                      (w.eth(w.VM, w.HOST, 0x86DD, w.ipv6(H6, M6, 58, w.icmpv6(H6, M6, b"\1\4\0\0" + bytes(1430)))), "drop.mtu.v6"),
                      (w.eth(w.VM, w.HOST, 0x86DD, w.ipv6(H6, M6, 44, b"\x11\0\0\x09" + bytes(4) + b"x" * 1430)), "drop.mtu.v6")):
    c.up(frame, drop=reason)
told(c.at(1), ICMP_ECHO, "drop.mtu.df", 1458)
told(c, w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 17, b"x" * 1440, flags=0x6000)), "drop.mtu.df", 1458)
told(c, w.eth(w.VM, w.HOST, 0x86DD, w.ipv6(H6, M6, 44, b"\x11\0\0\1" + bytes(4) + b"x" * 1432)), "drop.mtu.v6", 1458)

c = Case("multicast-that-is-too-big", ["B-070", "B-066"], "IPv6 multicast is answered (RFC 4443 section 2.4 e), with the least MTU when it fits no receiver; not when it fits one.",
         config(segment(peers=[w.PEER4, w.PEER6], records=[AT_HOST])))
group = dict(dst="ff0e::5", dst_mac="33:33:00:00:00:05")
told(c, udp6(b"x" * 1411, **group), "drop.mtu.v6", 1438)
c.at(1).up(udp6(b"x" * 1410, **group), bum=True).counter("tx.bum.failed")

c = Case("errors-are-rated", ["B-070", "F-047"], "Ten at once, then one each 10 ms; another segment has a budget of its own. An error that is not sent is no second drop.",
         config(known(), segment("red", 5002, (("access0", 200),), records=[AT_VM, {**AT_HOST, "vlan": 200}])))
for i in range(13):
    frame = udp4(b"x" * 1431, sport=1000 + i)
    c.rx("access0", w.tag(frame, 100), drop="drop.mtu.df")
    if i < 10:
        c.own("access0", w.tag(w.too_big(frame, 1458), 100))
told(c, udp4(b"x" * 1431), "drop.mtu.df", 1458, vid=200)
for ms, answered in ((5, 0), (10, 1), (19, 0), (20, 1), (45, 1), (49, 1), (50, 1), (51, 0)):
    c.at(ms)
    frame = udp4(b"x" * 1431, sport=2000 + ms)
    c.rx("access0", w.tag(frame, 100), drop="drop.mtu.df")
    if answered:
        c.own("access0", w.tag(w.too_big(frame, 1458), 100))

c = Case("no-errors-by-budget", ["B-070"], "icmpErrors 0: none is sent.", config(known(), budgets={"icmpErrors": 0}))
c.up(BIG, drop="drop.mtu.df").up(udp6(b"x" * 1411), drop="drop.mtu.v6")

# ---- fragments ------------------------------------------------------------------------------------------------------


def fragments(frame, mtu):
    """What becomes of an IPv4 frame with DF=0 on a way of that MTU: RFC 791 section 3.2."""
    packet = frame[14:]
    header = 4 * (packet[0] & 15)
    total, ident, field = struct.unpack(">HHH", packet[2:8])
    options, kept, at = packet[20:header], b"", 0
    while at < len(options) and options[at]:
        length = 1 if options[at] == 1 else options[at + 1]
        if options[at] & 0x80:
            kept += options[at:at + length]
        at += length
    kept += bytes(-len(kept) % 4)
    payload, made, done = packet[header:total], [], 0
    while done < len(payload):
        mine = options if done == 0 else kept
        room = mtu - 20 - len(mine)
        part = payload[done:done + room] if len(payload) - done <= room else payload[done:done + (room & ~7)]
        more = field & 0x2000 if done + len(part) == len(payload) else 0x2000
        made.append(frame[:14] + w.ipv4(str(ipaddress.IPv4Address(packet[12:16])), str(ipaddress.IPv4Address(packet[16:20])), packet[9], part, tos=packet[1], ttl=packet[8],
                                        ident=ident, flags=more | ((field & 0x1FFF) + done // 8), options=mine))
        done += len(part)
    return made


def cut(c, frame, mtu=1458, peer=w.PEER4):
    return c.rx("access0", w.tag(frame, 100), *[("underlay0", w.encapsulated(f, peer)) for f in fragments(frame, mtu)])


# 1500 bytes with DF=0 by hand: 1432 and 48 bytes of UDP datagram.
whole = udp4(b"f" * 1472, flags=0, ident=0x777)
assert [(len(f) - 34, f[20:22]) for f in fragments(whole, 1458)] == [(1432, b"\x20\0"), (48, b"\0\xb3")]

OPTIONS = b"\x07\x07\x04\0\0\0\0" + b"\x94\x04\0\0" + b"\1" + b"\x86\x06abcd" + b"\0\0"  # record route, router alert (copied), security (copied)
c = Case("fragmented-before-encapsulation", ["B-067", "A-032", "A-033", "A-070", "A-071", "B-040"],
         "Inner IPv4 with DF=0: fragments of its own, each in its own NVGRE packet with DF and the FlowID of fragments; options by their copy bit; fragments are cut further.", config(known()))
cut(c, whole)
cut(c, udp4(b"f" * 1431, flags=0, ident=0xFFFF, tos=0x2B, ttl=1))
cut(c, udp4(b"o" * 1448, flags=0, ident=0x1234, options=OPTIONS))
cut(c, w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 17, b"m" * 1480, flags=0x2000 | 185, ident=0x500)))
cut(c, w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 17, b"l" * 1471, flags=370, ident=0x500)))
cut(c, w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 6, w.tcp(H, M, 1, 2, data=b"t" * 1460), flags=0)))
c.up(udp4(b"f" * 1430, flags=0))

syn_big = dict(data=b"d" * 1430, ip_flags=0)
c = Case("syn-that-is-fragmented", ["B-067", "B-072"], "A long SYN with DF=0 is clamped as the packet that it is, then fragmented.", config(known()))
c.rx("access0", w.tag(syn(**syn_big), 100), *[("underlay0", w.encapsulated(f)) for f in fragments(syn(mss(1418, after=b"\4\2\1\1"), **syn_big), 1458)])

c = Case("fragments-over-six", ["B-067", "A-070"], "The same over IPv6: no Fragment header outside, 1438 inside.", OVER6)
cut(c, whole, 1438, w.PEER6)

c = Case("fragment-off", ["B-067"], "fragment: false: drop.mtu.df, and no ICMP error: the packet did not ask for one.", config(known(fragment=False)))
c.up(whole, drop="drop.mtu.df")

WIDE = [access(mtu=9000), underlay()]
c = Case("jumbo-to-a-small-path", ["A-070", "B-067", "B-065"], "9000-byte packets at PA MTU 1500: seven fragments, or an error; nothing outside is ever fragmented.", config(known(), ports=WIDE))
cut(c, udp4(bytes(range(256)) * 35 + b"z" * 12, flags=0, ident=9))
told(c.at(1), udp4(b"j" * 8972), "drop.mtu.df", 1458)
told(c.at(2), udp6(b"j" * 8952), "drop.mtu.v6", 1458)
c.up(w.eth(w.VM, w.HOST, 0x88B5, b"j" * 9000), drop="drop.mtu.nonip")

c = Case("flooded-fragments", ["B-067", "A-087"], "A flooded packet with DF=0 is fragmented toward the peers that need it; each frame that leaves is a copy.",
         config(segment(peers=[w.PEER4, w.PEER6], records=[AT_HOST])))
flooded = udp4(b"f" * 1420, flags=0, dst_mac="00:15:5d:00:00:99")
pieces = fragments(flooded, 1438)
c.rx("access0", w.tag(flooded, 100), ("underlay0", w.encapsulated(flooded)), *[("underlay0", w.encapsulated(f, w.PEER6)) for f in pieces], unknown=True)

c = Case("padding-behind-a-packet", ["B-071"], "An IP packet that fits in a frame that does not, or one longer than its frame: drop.mtu.egress, no error.", config(known()))
c.up(udp4(b"x" * 100) + b"p" * 1350, drop="drop.mtu.egress").up(udp6(b"x" * 100) + b"p" * 1350, drop="drop.mtu.egress")
c.up(w.eth(w.VM, w.HOST, 0x0800, w.ipv4(H, M, 17, b"x" * 1470, total=1499)), drop="drop.mtu.egress")

# ---- from the PA side, and between attachments ----------------------------------------------------------------------

c = Case("from-a-peer-too-big-for-the-vlan", ["B-071", "B-069"], "9000 bytes from a peer to a VLAN of 1500: fragmented, or dropped with the error back through NVGRE, from the MAC of the VLAN's port.", config(known(), ports=JUMBO_PORTS))
for frame, reason in ((back4(b"v" * 8972), "drop.mtu.df"), (back6(b"v" * 8952), "drop.mtu.v6"), (back4(b"v" * 1473), "drop.mtu.df")):
    c.down(frame, drop=reason).own("underlay0", w.encapsulated(w.too_big(frame, 1500)))
c.down(w.eth(w.HOST, w.VM, 0x88B5, b"v" * 1501), drop="drop.mtu.nonip")
c.down(back4(b"v" * 100) + b"p" * 1500, drop="drop.mtu.egress")
long = back4(b"v" * 8972, flags=0, ident=0x99)
c.rx("underlay0", w.tunnelled(long), *[("access0", w.bridged(f, 100)) for f in fragments(long, 1500)])
c.down(back4(b"v" * 1472))

c = Case("from-a-peer-too-big-router", ["B-071", "B-069"], "The same in a segment with a router: its addresses.", config(known(router=ROUTER), ports=JUMBO_PORTS))
c.down(back4(b"v" * 1473), drop="drop.mtu.df").own("underlay0", w.encapsulated(w.too_big(back4(b"v" * 1473), 1500, "10.1.1.1")))

SMALL = [access(), access("access1", "02:00:00:00:01:02", mtu=1400), underlay()]
c = Case("too-big-for-another-port", ["B-071", "B-069"], "From one access port to a smaller one: the error comes from the port that the packet came in on.",
         config(segment(attachments=(("access0", 100), ("access1", 100)), records=[AT_HOST, {"mac": "02:00:00:00:0a:05", "port": "access1", "vlan": 100}]), ports=SMALL))
local = udp4(b"a" * 1373, dst="10.1.1.5", dst_mac="02:00:00:00:0a:05")
told(c, local, "drop.mtu.df", 1400)
local = udp4(b"a" * 1472, dst="10.1.1.5", dst_mac="02:00:00:00:0a:05", flags=0)
c.rx("access0", w.tag(local, 100), *[("access1", w.bridged(f, 100)) for f in fragments(local, 1400)])
for i, df in enumerate((0x4000, 0)):
    flooded = udp4(b"a" * 1420, dst_mac="00:15:5d:00:00:99", flags=df)
    c.at(1 + i).rx("access0", w.tag(flooded, 100), *([("access1", w.bridged(f, 100)) for f in fragments(flooded, 1400)] if not df else []), ("underlay0", w.encapsulated(flooded)), unknown=True)
    if df:
        c.counter("tx.bum.failed")

# ---- path MTU -------------------------------------------------------------------------------------------------------


def ptb4(mtu, src=w.LOCAL4, dst=w.PEER4, vsid=w.VSID, word=0x20006558, protocol=47, checksum=None, kind=3, code=4, to=w.LOCAL4, cut_quote=None):
    quoted = w.ipv4(src, dst, protocol, struct.pack(">I", word) + vsid.to_bytes(3, "big") + b"\x1e", total=1500)[:cut_quote]
    body = struct.pack(">BBHHH", kind, code, 0, 0, mtu) + quoted
    right = w.internet_checksum(body)
    body = body[:2] + w.be16(right if checksum is None else right ^ checksum) + body[4:]
    return w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x0800, w.ipv4("203.0.113.9", to, 1, body, tos=0xC0, flags=0, ttl=250))


def ptb6(mtu, src=w.LOCAL6, dst=w.PEER6, vsid=w.VSID, word=0x20006558, next_header=47, checksum=0, kind=2, code=0, behind=b"x" * 200):
    quoted = w.ipv6(src, dst, next_header, struct.pack(">I", word) + vsid.to_bytes(3, "big") + b"\x1e" + behind, length=1460)
    body = w.icmpv6("2001:db8:f::9", w.LOCAL6, struct.pack(">BBHI", kind, code, 0, mtu) + quoted)
    body = body[:2] + w.be16(int.from_bytes(body[2:4], "big") ^ checksum) + body[4:]
    return w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x86DD, w.ipv6("2001:db8:f::9", w.LOCAL6, 58, body, hop=250))


def at_most(c, mtu, peer=w.PEER4):
    """The tenant MTU toward a peer is just that."""
    c.up(udp4(b"p" * (mtu - 28)), peers=[peer])
    return told(c, udp4(b"p" * (mtu - 27)), "drop.mtu.df", mtu)


c = Case("w18-path-mtu", ["B-061", "B-060", "A-075", "B-056", "B-082"], "W-18: the path MTU becomes 1450, the tenant MTU 1408, the MSS 1368; nothing reaches the VLAN. A lower report counts, too.", config(known()))
at_most(c, 1458)
c.at(10).rx("underlay0", w.W18, consumed=True)
at_most(c.at(20), 1408)
c.rx("access0", w.W05, ("underlay0", w.encapsulated(syn(mss(1368, after=b"\4\2\1\1")))))
told(c.at(30), udp6(b"p" * 1361), "drop.mtu.v6", 1408)
c.at(40).rx("underlay0", ptb4(1400), consumed=True)
at_most(c.at(50), 1358)

c = Case("path-mtu-six", ["B-061"], "The same over IPv6, by ICMPv6 packet too big, whatever else it quotes.", OVER6)
at_most(c, 1438, w.PEER6)
c.at(10).rx("underlay0", ptb6(1400, behind=b"y" * 1184), consumed=True)
at_most(c.at(20), 1338, w.PEER6)

c = Case("path-mtu-of-the-pa", ["B-061"], "A path is a path: what is learned about a PA holds in every segment that has it as a peer.",
         config(known(), segment("red", 5002, (("access0", 200),), records=[AT_VM, {**AT_HOST, "vlan": 200}])))
c.rx("underlay0", w.W18, consumed=True)
at_most(c.at(10), 1408)
told(c.at(20), udp4(b"p" * 1381), "drop.mtu.df", 1408, vid=200)

REJECTED = [ptb4(1450, src="192.0.2.77"), ptb4(1450, dst="198.51.100.99"), ptb4(1450, protocol=17), ptb4(1450, word=0x20006559), ptb4(1450, word=0x20000800), ptb4(1450, word=0x30006558),
            ptb4(1450, vsid=5999), ptb4(1450, vsid=5002), ptb4(1450, checksum=1), ptb4(0), ptb4(575), ptb4(1500), ptb4(1501), ptb4(9000), ptb4(1450, cut_quote=27), ptb4(1450, cut_quote=12)]
c = Case("path-mtu-rejected", ["B-062"], "Each condition violated: icmp.ptb_rejected +1, and the MTU stays.",
         config(known(), segment("red", 5002, (("access0", 200),), peers=["198.51.100.12"])))
for i, bad in enumerate(REJECTED):
    c.at(i).rx("underlay0", bad, consumed=True).counter("icmp.ptb_rejected")
at_most(c.at(100), 1458)
c.at(200).rx("underlay0", ptb4(576), consumed=True)
told(c.at(210), udp4(b"p" * 507), "drop.mtu.df", 534)
c.at(220).rx("underlay0", ptb4(1450), consumed=True).counter("icmp.ptb_rejected")

REJECTED6 = [ptb6(1400, src="2001:db8:a::77"), ptb6(1400, dst="2001:db8:b::99"), ptb6(1400, next_header=17), ptb6(1400, word=0x20000800), ptb6(1400, vsid=5999), ptb6(1400, checksum=1),
             ptb6(0), ptb6(1279), ptb6(1500), ptb6(100000)]
c = Case("path-mtu-rejected-six", ["B-062"], "The same over IPv6, where 1280 is the least.", OVER6)
for i, bad in enumerate(REJECTED6):
    c.at(i).rx("underlay0", bad, consumed=True).counter("icmp.ptb_rejected")
at_most(c.at(100), 1438, w.PEER6)

c = Case("path-mtu-ages", ["B-063"], "After ten minutes the path is believed to carry the port's MTU again, until a router says otherwise.", config(known()))
c.rx("underlay0", w.W18, consumed=True)
at_most(c.at(599_999), 1408)
at_most(c.at(600_001), 1458)
c.at(600_002).rx("underlay0", w.W18, consumed=True)
at_most(c.at(600_003), 1408)

c = Case("path-mtu-fixed", ["B-064", "B-060"], "pmtud: false and a fixed mtu: W-18 has no effect.",
         config(segment(peers=[{"address": w.PEER4, "pmtud": False}, {"address": "198.51.100.11", "mtu": 1446}],
                        records=[AT_VM, AT_HOST, {"mac": "00:15:5d:00:00:0c", "ca": "10.1.1.12", "pa": "198.51.100.11"}])))
c.rx("underlay0", w.W18, consumed=True).rx("underlay0", ptb4(1400, dst="198.51.100.11"), consumed=True)
at_most(c.at(10), 1458)
fixed = lambda n: udp4(b"p" * n, dst_mac="00:15:5d:00:00:0c")
c.at(20).up(fixed(1376), peers=["198.51.100.11"])
told(c, fixed(1377), "drop.mtu.df", 1404)

c = Case("no-ipv6-below-1280", ["B-016"], "The path falls to 1300: no IPv6 to that peer any more, whatever its length, and no error for it; all else passes.", OVER6)
c.up(udp6(), peers=[w.PEER6]).at(10).rx("underlay0", ptb6(1300), consumed=True)
c.at(20).up(udp6(), drop="drop.mtu.below1280").up(udp6(b"x" * 1300), drop="drop.mtu.below1280").up(udp4(), peers=[w.PEER6])
c.up(w.eth(w.VM, w.HOST, 0x88B5, b"x" * 1238), peers=[w.PEER6])
at_most(c.at(30), 1238, w.PEER6)

c = Case("no-ipv6-below-1280-flooded", ["B-016"], "A flooded IPv6 frame goes to the peers that take it.",
         config(segment(peers=[w.PEER4, {"address": w.PEER6, "mtu": 1300}], records=[AT_HOST])))
c.up(udp6(dst="ff02::5", dst_mac="33:33:00:00:00:05"), bum=True).counter("tx.bum.failed")

c = Case("tags-do-not-count", ["B-076"], "Tags are no part of an IP MTU: 1458 bytes pass from a tagged VLAN through a tagged underlay.", config(known(), ports=[access(), underlay(vlan=77)]))
c.up(udp4(b"p" * 1430), vlan=77)
told(c, udp4(b"p" * 1431), "drop.mtu.df", 1458)

c = Case("other-errors-of-the-underlay", ["B-056"], "Time exceeded and unreachable about tunnel packets change the peer's state only: consumed, nothing on the VLAN.",
         config(segment(peers=[w.PEER4, w.PEER6], records=[AT_VM, AT_HOST])))
for bad in (ptb4(0, kind=11, code=0), ptb4(0, kind=3, code=1), ptb4(0, kind=12, code=0), ptb4(0, kind=4, code=0), ptb6(0, kind=1, code=3), ptb6(0, kind=3, code=0), ptb6(0, kind=4, code=0)):
    c.rx("underlay0", bad, consumed=True)
c.good()

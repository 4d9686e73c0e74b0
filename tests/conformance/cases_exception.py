"""The exception port of an underlay port: what is not for the gateway leaves by it as it came, and comes back (B-018, C-045)."""
import wire as w
from cases_tunnel import BODY, from4, from6
from offload import BAD, GOOD, said
from suite import Case, access, config, known, underlay
from scapy.all import AH, ESP, GRE, IP, TCP, UDP, Dot1Q, Ether, ICMP, IPv6, Raw

PUNT_MAC = "02:00:00:00:03:01"
INNER = Ether(w.IN03)


def with_port(**more):
    mtu = more.pop("mtu", 1500)
    return config(known(peers=[w.PEER4, w.PEER6]),
                  ports=[access(), underlay(exceptionPort="punt0", **more), access("punt0", mac=PUNT_MAC, mtu=mtu)])


def to_us(packet, dst=w.GATEWAY_UNDERLAY):
    """A frame from the router as scapy builds it, sums and lengths included."""
    return bytes(Ether(dst=dst, src=w.ROUTER) / packet)


OUTER = {"src": w.PEER4, "dst": w.LOCAL4, "ttl": 61, "flags": "DF"}
UNKNOWN = [
    IP(**OUTER) / IP(src="10.1.1.11", dst="10.1.1.200") / UDP(sport=5004, dport=5004) / Raw(b"in IP"),
    IP(**OUTER) / IPv6(src="2001:db8:ca::b", dst="2001:db8:ca::200") / UDP(sport=5004, dport=5004) / Raw(b"6in4"),
    IPv6(src=w.PEER6, dst=w.LOCAL6, hlim=61) / IP(src="10.1.1.11", dst="10.1.1.200") / TCP(sport=80, dport=40000, flags="S") / Raw(b"4in6"),
    IPv6(src=w.PEER6, dst=w.LOCAL6, hlim=61) / IPv6(src="2001:db8:ca::b", dst="2001:db8:ca::200") / UDP() / Raw(b"6in6"),
    IP(**OUTER) / ESP(spi=0x1000, seq=7, data=b"e" * 40),
    IP(**OUTER) / AH(nh=4, spi=0x1000, seq=7, icv=b"a" * 12) / IP(src="10.1.1.11", dst="10.1.1.200") / ICMP(),
    IP(**OUTER) / UDP(sport=33000, dport=53) / Raw(b"?"),
    IP(**OUTER) / TCP(sport=33000, dport=179, flags="S"),
    IP(src=w.PEER4, dst=w.LOCAL4, proto=253, tos=0xB9, options=[]) / Raw(b"one of the protocols for experiments"),
]
IN_UDP = [IP(**OUTER) / UDP(sport=50000, dport=4754) / GRE(proto=0x6558, key_present=1, key=w.VSID << 8) / INNER,
          IPv6(src=w.PEER6, dst=w.LOCAL6) / UDP(sport=50000, dport=4755) / Raw(b"DTLS")]

c = Case("exception-port-encapsulations", ["C-045"],
         "IP in IP, GRE in UDP, ESP and others leave by the exception port with every byte that they came with, padding included, whatever the device said of them; "
         "NVGRE between them is forwarded.", with_port())
for packet in UNKNOWN:
    frame = w.pad(to_us(packet))
    for device in (None, said(l4=GOOD, ip=GOOD, ptype=0x4011), said(l4=BAD, ip=BAD, outer_bad=True)):
        c.rx("underlay0", frame, ("punt0", frame), said=device)
    c.good()
for packet in IN_UDP:
    frame = to_us(packet)
    c.rx("underlay0", frame, ("punt0", frame)).counter("rx.gre_in_udp_ignored").good()

c = Case("exception-port-transit", ["B-018", "A-035", "C-045"], "GRE, and anything else, to an address that is not a local PA leaves by the exception port unchanged: FlowID, TTL and sums too.", with_port())
for dst in ("192.0.2.3", "198.51.100.77", "255.255.255.255"):
    for packet in (IP(src=w.PEER4, dst=dst, ttl=3, id=0x1234) / GRE(proto=0x6558, key_present=1, key=w.VSID << 8 | 0x5A) / INNER,
                   IP(src=w.PEER4, dst=dst) / GRE(proto=0x0800) / IP(src="10.1.1.11", dst="10.1.1.200") / ICMP(),
                   IP(src=w.PEER4, dst=dst) / ICMP() / Raw(b"ping")):
        frame = w.pad(to_us(packet))
        c.rx("underlay0", frame, ("punt0", frame)).good()
for packet in (IPv6(src=w.PEER6, dst="2001:db8:a::2") / GRE(proto=0x6558, key_present=1, key=w.VSID << 8) / INNER, IPv6(src=w.PEER6, dst="2001:db8:a::2") / TCP(dport=22)):
    frame = to_us(packet)
    c.rx("underlay0", frame, ("punt0", frame)).good()

c = Case("exception-port-transit-fragments", ["B-018"], "So do fragments, first and other: nobody puts them together.", with_port())
for fragment in ({"flags": "MF"}, {"frag": 8}, {"flags": "MF", "frag": 16}):
    frame = to_us(IP(src="198.51.100.99", dst="192.0.2.3", proto=47, **fragment) / Raw(b"\x20\0\x65\x58\0\x13\x89\0" + b"f" * 64))
    c.rx("underlay0", frame, ("punt0", frame)).good()

c = Case("exception-port-back", ["B-018", "C-045"],
         "What comes in on the exception port leaves by the underlay port unchanged, whatever it is, tags, groups and NVGRE included; no VLAN, no segment, no learning.", with_port())
for frame in (w.pad(bytes(Ether(dst=w.ROUTER, src=w.GATEWAY_UNDERLAY) / IP(src=w.LOCAL4, dst=w.PEER4) / IP(src="10.1.1.200", dst="10.1.1.11") / ICMP())),
              bytes(Ether(dst=w.ROUTER, src=w.GATEWAY_UNDERLAY) / IP(src=w.LOCAL4, dst=w.PEER4) / UDP(sport=4754, dport=4754) / Raw(b"u" * 1400)),
              w.pad(bytes(Ether(dst=w.ROUTER, src=PUNT_MAC) / Dot1Q(vlan=100, prio=5) / IP(src="10.1.1.200", dst="10.1.1.11") / ICMP())),
              w.pad(w.eth("01:80:c2:00:00:0e", PUNT_MAC, 0x88CC, b"LLDP")), w.pad(w.eth("ff:ff:ff:ff:ff:ff", PUNT_MAC, 0x0806, b"ask")),
              w.tag(w.tag(w.W01, 7), 8), w.W02, w.tunnelled(w.IN03, dst_mac=w.ROUTER),
              bytes(Ether(dst=w.ROUTER, src=w.GATEWAY_UNDERLAY) / IP(src=w.LOCAL4, dst=w.PEER4) / ICMP() / Raw(b"m" * 1472)),
              b"\2" * 14):
    c.rx("punt0", frame, ("underlay0", frame)).good()
for n in (0, 1, 13):
    c.rx("punt0", b"\2" * n, drop="drop.l2.runt")
c.rx("punt0", b"\2" * 1519, drop="drop.l2.oversize")
for frame in (w.W03, w.pad(w.eth(w.GATEWAY_UNDERLAY, PUNT_MAC, 0x88B5, b"to the gateway itself, which nobody out there is"))):
    c.rx("punt0", frame, drop="drop.l2.not_for_us")
c.good()

c = Case("exception-port-of-its-own-size", ["B-018"], "An exception port that takes longer frames than the underlay: what is too long for that is dropped.", with_port(mtu=9000))
c.rx("punt0", w.W01 + b"." * (1518 - len(w.W01)), ("underlay0", w.W01 + b"." * (1518 - len(w.W01)))).rx("punt0", w.W01 + b"." * (1519 - len(w.W01)), drop="drop.l2.oversize").good()

c = Case("exception-port-takes-nothing-else", ["B-018", "C-045"], "What is ours, or wrong, goes its way as without an exception port.", with_port())
for payload, drop in ((from4(payload=w.gre(w.IN03, word=0x20000800)), "drop.gre.proto"), (from4(payload=w.gre(w.IN03, word=0x00006558)), "drop.gre.no_key"), (from4(src="198.51.100.99"), "drop.peer.unknown"),
                      (from4(protocol=4, flags=0x2000), "drop.ip.fragment"), (from4(protocol=4, src="127.0.0.1"), "drop.ip.martian"), (from4(protocol=4, checksum=lambda right: right ^ 1), "drop.ip.cksum"),
                      (from4(dst="192.0.2.3", checksum=lambda right: right ^ 1), "drop.ip.cksum"), (from4(dst="192.0.2.3", total=19), "drop.ip.len"), (from4(protocol=4, ihl=4), "drop.ip.hdr"),
                      (from4(protocol=4, options=b"\x83\7\4\xc0\0\2\1\0"), "drop.ip.options")):
    c.rx("underlay0", w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x0800, payload), drop=drop).good()
c.counter("gre.proto.0800")
c.rx("underlay0", w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x86DD, from6(protocol=41, length=65535)), drop="drop.ip.len")
c.rx("underlay0", w.eth("02:00:00:00:02:02", w.ROUTER, 0x0800, from4(protocol=4)), drop="drop.l2.not_for_us")
c.rx("underlay0", w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x88B5, b"\0" * 60), drop="drop.l2.ethertype")
c.rx("underlay0", w.tag(w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x0800, from4(protocol=4)), 7), drop="drop.l2.outer_vlan")
c.rx("underlay0", w.pad(w.eth(w.GATEWAY_UNDERLAY, w.ROUTER, 0x0800, from4(protocol=4)), 1519), drop="drop.l2.oversize").good()

c = Case("exception-port-behind-a-tag", ["B-018", "C-045"], "Of a tagged underlay the frames keep the outer tag, both ways.", with_port(vlan=103))
for frame in (w.tag(to_us(UNKNOWN[0]), 103, 6), w.tag(to_us(IN_UDP[0]), 103), w.tag(to_us(IP(src=w.PEER4, dst="192.0.2.3") / GRE(proto=0x6558, key_present=1, key=1) / INNER), 103, dei=1)):
    back = w.mac(w.ROUTER) + frame[6:]
    c.rx("underlay0", frame, ("punt0", frame)).rx("punt0", back, ("underlay0", back))
c.counter("rx.gre_in_udp_ignored")
c.rx("underlay0", to_us(UNKNOWN[0]), drop="drop.l2.outer_vlan")

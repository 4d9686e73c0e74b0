"""Wire formats of the conformance cases: bytes made from the specification alone.

Nothing here knows how the gateway works. Section numbers are those of the wire format document; its known answers are
checked whenever this module is loaded.
"""
import ipaddress
import struct

GATEWAY_ACCESS = "02:00:00:00:01:01"
GATEWAY_UNDERLAY = "02:00:00:00:02:01"
ROUTER = "02:00:00:00:02:fe"
HOST = "02:00:00:00:0a:01"
VM = "00:15:5d:00:00:0b"
BROADCAST = "ff:ff:ff:ff:ff:ff"
LOCAL4, LOCAL6 = "192.0.2.1", "2001:db8:a::1"
PEER4, PEER6 = "198.51.100.10", "2001:db8:b::10"
VSID = 5001
TPIDS = (0x8100, 0x88A8, 0x9100, 0x9200)


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ip(text):
    return ipaddress.ip_address(text).packed


def be16(value):
    return struct.pack(">H", value)


def internet_checksum(data):
    """RFC 1071, over data whose checksum field is zero."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def crc32c(data):
    """Castagnoli, reflected, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


# ---- Ethernet -------------------------------------------------------------------------------------------------------

def eth(dst, src, ethertype, payload=b""):
    return mac(dst) + mac(src) + be16(ethertype) + payload


def tag(frame, vid, pcp=0, dei=0, tpid=0x8100):
    """The frame with a tag pushed in front of its EtherType."""
    return frame[:12] + be16(tpid) + be16(pcp << 13 | dei << 12 | vid) + frame[12:]


def pad(frame, to=60):
    return frame + b"\0" * (to - len(frame))


def bridged(inner, vid):
    """What a VLAN port sends for an inner frame; vid None: untagged."""
    return pad(inner if vid is None else tag(inner, vid))


# ---- flow hash, section 1.5 -----------------------------------------------------------------------------------------

PORTED = (6, 17, 33, 132, 136)


def flow_key(inner):
    ethertype = int.from_bytes(inner[12:14], "big")
    l2 = inner[:14]
    p = inner[14:]
    if ethertype == 0x0800:
        if len(p) < 20 or p[0] >> 4 != 4 or p[0] & 15 < 5 or len(p) < 4 * (p[0] & 15):
            return l2
        src, dst, protocol = p[12:16], p[16:20], p[9]
        at, end = 4 * (p[0] & 15), int.from_bytes(p[2:4], "big")
        fragment = int.from_bytes(p[6:8], "big") & 0x3FFF != 0
    elif ethertype == 0x86DD:
        if len(p) < 40 or p[0] >> 4 != 6:
            return l2
        src, dst, protocol = p[8:24], p[24:40], p[6]
        at, end, fragment = 40, 40 + int.from_bytes(p[4:6], "big"), False
        while protocol in (0, 43, 60, 44, 135):
            header = p[at:at + 8]
            if len(header) < 8:
                break
            if protocol == 44:
                fragment = True
                protocol, at = header[0], at + 8
                if int.from_bytes(header[2:4], "big") >> 3:
                    break
            else:
                protocol, at = header[0], at + 8 + 8 * header[1]
    else:
        return l2
    key = src + dst + bytes([protocol])
    if fragment or protocol not in PORTED:
        return key + bytes(4)
    ports = b""
    for i in (0, 2):
        inside = at + i + 2 <= min(end, len(p))
        ports += p[at + i:at + i + 2] if inside else b"\0\0"
    return key + ports


def flow_id(inner):
    return (crc32c(flow_key(inner)) * 0x9E3779B1 & 0xFFFFFFFF) >> 24


def flow_label(inner):
    return crc32c(flow_key(inner)) & 0xFFFFF


def traffic_class(inner):
    """TOS or traffic class of an inner IP header; None where the frame is not IP."""
    if len(flow_key(inner)) == 14:
        return None
    return inner[15] if inner[12:14] == b"\x08\x00" else (int.from_bytes(inner[14:16], "big") >> 4) & 0xFF


# ---- IP -------------------------------------------------------------------------------------------------------------

def ipv4(src, dst, protocol, payload, tos=0, ttl=64, ident=0, flags=0x4000, options=b"", version=4, ihl=None,
         total=None, checksum=None):
    ihl = 5 + len(options) // 4 if ihl is None else ihl
    total = 20 + len(options) + len(payload) if total is None else total
    head = struct.pack(">BBHHHBBH4s4s", version << 4 | ihl, tos, total, ident, flags, ttl, protocol, 0, ip(src), ip(dst)) + options
    right = internet_checksum(head)
    head = head[:10] + be16(right if checksum is None else checksum(right)) + head[12:]
    return head + payload


def ipv6(src, dst, next_header, payload, tclass=0, label=0, hop=64, length=None, version=6):
    length = len(payload) if length is None else length
    return struct.pack(">IHBB", version << 28 | tclass << 20 | label, length, next_header, hop) + ip(src) + ip(dst) + payload


def pseudo(src, dst, protocol, length):
    if len(ip(src)) == 4:
        return ip(src) + ip(dst) + bytes([0, protocol]) + be16(length)
    return ip(src) + ip(dst) + struct.pack(">II", length, protocol)


def udp(src, dst, sport, dport, data, checksum=None):
    length = 8 + len(data)
    right = internet_checksum(pseudo(src, dst, 17, length) + struct.pack(">HHHH", sport, dport, length, 0) + data) or 0xFFFF
    return struct.pack(">HHHH", sport, dport, length, right if checksum is None else checksum) + data


def tcp(src, dst, sport, dport, seq=0, ack=0, flags=0x10, window=64240, options=b"", data=b"", wrong=0):
    head = struct.pack(">HHIIBBHHH", sport, dport, seq, ack, (5 + len(options) // 4) << 4, flags, window, 0, 0) + options
    right = internet_checksum(pseudo(src, dst, 6, len(head) + len(data)) + head + data)
    return head[:16] + be16((right + wrong) & 0xFFFF) + head[18:] + data


def icmp_echo(kind, ident, seq, data):
    body = struct.pack(">BBHHH", kind, 0, 0, ident, seq) + data
    return body[:2] + be16(internet_checksum(body)) + body[4:]


def too_big(frame, mtu, source=None, src_mac=GATEWAY_ACCESS):
    """The ICMP error, untagged, that the gateway sends to the sender of a frame: B-065, B-066, B-069, W-12."""
    packet, sender = frame[14:], ":".join("%02x" % b for b in frame[6:12])
    if packet[0] >> 4 == 4:
        quoted = packet[:4 * (packet[0] & 15) + 8]
        body = struct.pack(">BBHHH", 3, 4, 0, 0, mtu) + quoted
        body = body[:2] + be16(internet_checksum(body)) + body[4:]
        to = str(ipaddress.IPv4Address(packet[12:16]))
        return eth(sender, src_mac, 0x0800, ipv4(source or "192.0.0.8", to, 1, body, tos=0xC0, flags=0))
    to = str(ipaddress.IPv6Address(packet[8:24]))
    source = source or link_local(src_mac)
    return eth(sender, src_mac, 0x86DD, ipv6(source, to, 58, icmpv6(source, to, struct.pack(">BBHI", 2, 0, 0, mtu) + packet[:1280 - 48])))


def link_local(text):
    m = mac(text)
    return str(ipaddress.IPv6Address(bytes.fromhex("fe80000000000000") + bytes([m[0] ^ 2]) + m[1:3] + b"\xff\xfe" + m[3:]))


def icmpv6(src, dst, body):
    """body with a checksum field of zero at its offset 2."""
    return body[:2] + be16(internet_checksum(pseudo(src, dst, 58, len(body)) + body)) + body[4:]


def arp(operation, sender_mac, sender_ip, target_mac, target_ip):
    return struct.pack(">HHBBH", 1, 0x0800, 6, 4, operation) + mac(sender_mac) + ip(sender_ip) + mac(target_mac) + ip(target_ip)


def arp_request(src, sender_ip, target_ip):
    return eth(BROADCAST, src, 0x0806, arp(1, src, sender_ip, "00:00:00:00:00:00", target_ip))


def arp_reply(src, sender_ip, dst, target_ip):
    return eth(dst, src, 0x0806, arp(2, src, sender_ip, dst, target_ip))


def solicited_node(address):
    low = ip(address)[13:]
    return str(ipaddress.IPv6Address(ip("ff02::1:ff00:0")[:13] + low)), "33:33:ff:" + ":".join("%02x" % b for b in low)


def neighbor_solicitation(src_mac, src, target, dst=None, dst_mac=None, option=True):
    group, group_mac = solicited_node(target)
    dst, dst_mac = dst or group, dst_mac or group_mac
    body = b"\x87\0\0\0\0\0\0\0" + ip(target) + (b"\x01\x01" + mac(src_mac) if option else b"")
    return eth(dst_mac, src_mac, 0x86DD, ipv6(src, dst, 58, icmpv6(src, dst, body), hop=255))


def neighbor_advertisement(src_mac, src, dst_mac, dst, target, flags):
    """flags: the byte that holds R, S and O in its three high bits."""
    body = b"\x88\0\0\0" + bytes([flags, 0, 0, 0]) + ip(target) + b"\x02\x01" + mac(src_mac)
    return eth(dst_mac, src_mac, 0x86DD, ipv6(src, dst, 58, icmpv6(src, dst, body), hop=255))


# ---- IGMP and MLD ---------------------------------------------------------------------------------------------------

def _igmp(src_mac, src, dst, body, alert=True, tos=0xC0):
    body = body[:2] + be16(internet_checksum(body)) + body[4:]
    options = bytes.fromhex("94040000") if alert else b""
    return eth(group_mac(dst), src_mac, 0x0800, ipv4(src, dst, 2, body, tos=tos, ttl=1, options=options))


def _mld(src_mac, dst, body):
    """From the link-local address, behind a hop-by-hop header with Router Alert."""
    src = link_local(src_mac)
    payload = bytes.fromhex("3a00050200000100") + icmpv6(src, dst, body)
    return eth(group_mac(dst), src_mac, 0x86DD, ipv6(src, dst, 0, payload, hop=1))


def _records(records):
    return b"".join(struct.pack(">BBH", kind, 0, len(sources)) + ip(group) + b"".join(ip(s) for s in sources) for kind, group, *sources in records)


def igmp_report(src_mac, src, *records):
    """IGMPv3 (RFC 3376 section 4.2); a record is (type, group, source...)."""
    return _igmp(src_mac, src, "224.0.0.22", struct.pack(">BBHHH", 0x22, 0, 0, 0, len(records)) + _records(records))


def mld_report(src_mac, *records):
    """MLDv2 (RFC 3810 section 5.2)."""
    return _mld(src_mac, "ff02::16", struct.pack(">BBHHH", 143, 0, 0, 0, len(records)) + _records(records))


def igmp_old(kind, src_mac, src, group):
    """IGMPv1 report (0x12, RFC 1112), IGMPv2 report (0x16) and leave (0x17, RFC 2236)."""
    return _igmp(src_mac, src, "224.0.0.2" if kind == 0x17 else group, bytes([kind, 0, 0, 0]) + ip(group), alert=kind != 0x12)


def mld_old(kind, src_mac, group):
    """MLDv1 report (131) and done (132) (RFC 2710)."""
    return _mld(src_mac, "ff02::2" if kind == 132 else group, bytes([kind, 0, 0, 0, 0, 0, 0, 0]) + ip(group))


def igmp_query(src_mac, src, group=None, code=100, sources=(), version=3, robustness=2, interval=125, dst=None):
    body = bytes([0x11, code, 0, 0]) + ip(group or "0.0.0.0")
    if version == 3:
        body += struct.pack(">BBH", robustness, interval, len(sources)) + b"".join(ip(s) for s in sources)
    return _igmp(src_mac, src, dst or group or "224.0.0.1", body, alert=version > 1)


def mld_query(src_mac, group=None, code=10000, sources=(), version=2, robustness=2, interval=125):
    body = struct.pack(">BBHHH", 130, 0, 0, code, 0) + ip(group or "::")
    if version == 2:
        body += struct.pack(">BBH", robustness, interval, len(sources)) + b"".join(ip(s) for s in sources)
    return _mld(src_mac, group or "ff02::1", body)


# ---- NVGRE ----------------------------------------------------------------------------------------------------------

def gre(inner, vsid=VSID, flow=0, word=0x20006558):
    return struct.pack(">I", word) + vsid.to_bytes(3, "big") + bytes([flow]) + inner


def outer(payload, src, dst, src_mac, dst_mac, tos=0, ttl=64, label=0, vlan=None, ident=0):
    """An outer frame as the gateway or a well-behaved peer sends it."""
    if len(ip(dst)) == 4:
        frame = eth(dst_mac, src_mac, 0x0800, ipv4(src, dst, 47, payload, tos=tos, ttl=ttl, ident=ident))
    else:
        frame = eth(dst_mac, src_mac, 0x86DD, ipv6(src, dst, 47, payload, tclass=tos, label=label, hop=ttl))
    return pad(frame if vlan is None else tag(frame, vlan))


def group_mac(group):
    """RFC 1112 section 6.4 and RFC 2464 section 7 (A-053)."""
    raw = ip(group)
    made = b"\x01\x00\x5e" + bytes([raw[1] & 0x7F]) + raw[2:] if len(raw) == 4 else b"\x33\x33" + raw[12:]
    return ":".join("%02x" % b for b in made)


def to_group(inner, group, ttl=32, **options):
    """What the gateway sends to a PA group: its MAC, and a TTL of its own (A-053, B-054)."""
    return encapsulated(inner, group, dst_mac=group_mac(group), ttl=ttl, **options)


def encapsulated(inner, peer=PEER4, vsid=VSID, src=None, dst_mac=ROUTER, src_mac=GATEWAY_UNDERLAY, ecn=False, dscp=None,
                 hashed=True, vlan=None, ttl=64, ident=0):
    """What the gateway sends to a peer for an inner frame: sections 1.1 and 1.5, ECN and DSCP by default (B-022, B-032)."""
    tclass = traffic_class(inner) or 0
    tos = (tclass & 0xFC if dscp is None else dscp << 2) | (tclass & 3 if ecn else 0)
    src = src or (LOCAL4 if len(ip(peer)) == 4 else LOCAL6)
    return outer(gre(inner, vsid, flow_id(inner) if hashed else 0), src, peer, src_mac, dst_mac, tos=tos, ttl=ttl,
                 label=flow_label(inner), vlan=vlan, ident=ident)


def tunnelled(inner, src=PEER4, dst=None, vsid=VSID, flow=0, word=0x20006558, dst_mac=GATEWAY_UNDERLAY, src_mac=ROUTER, tos=0,
              ttl=62, ident=0):
    """What a peer sends to the gateway."""
    dst = dst or (LOCAL4 if len(ip(src)) == 4 else LOCAL6)
    return outer(gre(inner, vsid, flow, word), src, dst, src_mac, dst_mac, tos=tos, ttl=ttl, ident=ident)


# ---- worked packets, section 2 --------------------------------------------------------------------------------------

def _hex(text):
    return bytes.fromhex("".join(line.split(None, 1)[1] if " " in line.strip() else "" for line in text.strip().splitlines()))


W01 = _hex("""
0000  00 15 5d 00 00 0b 02 00 00 00 0a 01 81 00 a0 64
0010  08 00 45 00 00 3c 01 02 40 00 80 01 e2 ea 0a 01
0020  01 c8 0a 01 01 0b 08 00 3b 27 12 34 00 01 61 62
0030  63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 70 71 72
0040  73 74 75 76 77 61 62 63 64 65 66 67 68 69""")
W02 = _hex("""
0000  02 00 00 00 02 fe 02 00 00 00 02 01 08 00 45 00
0010  00 66 00 00 40 00 40 2f 4e 2a c0 00 02 01 c6 33
0020  64 0a 20 00 65 58 00 13 89 24 00 15 5d 00 00 0b
0030  02 00 00 00 0a 01 08 00 45 00 00 3c 01 02 40 00
0040  80 01 e2 ea 0a 01 01 c8 0a 01 01 0b 08 00 3b 27
0050  12 34 00 01 61 62 63 64 65 66 67 68 69 6a 6b 6c
0060  6d 6e 6f 70 71 72 73 74 75 76 77 61 62 63 64 65
0070  66 67 68 69""")
W03 = _hex("""
0000  02 00 00 00 02 01 02 00 00 00 02 fe 08 00 45 00
0010  00 66 7f ff 40 00 3e 2f d0 2a c6 33 64 0a c0 00
0020  02 01 20 00 65 58 00 13 89 db 02 00 00 00 0a 01
0030  00 15 5d 00 00 0b 08 00 45 00 00 3c 0a 0b 00 00
0040  80 01 19 e2 0a 01 01 0b 0a 01 01 c8 00 00 43 27
0050  12 34 00 01 61 62 63 64 65 66 67 68 69 6a 6b 6c
0060  6d 6e 6f 70 71 72 73 74 75 76 77 61 62 63 64 65
0070  66 67 68 69""")
W04 = _hex("""
0000  02 00 00 00 0a 01 00 15 5d 00 00 0b 81 00 00 64
0010  08 00 45 00 00 3c 0a 0b 00 00 80 01 19 e2 0a 01
0020  01 0b 0a 01 01 c8 00 00 43 27 12 34 00 01 61 62
0030  63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 70 71 72
0040  73 74 75 76 77 61 62 63 64 65 66 67 68 69""")
W07 = _hex("""
0000  02 00 00 00 02 fe 02 00 00 00 02 01 86 dd 6b a5
0010  aa 35 00 43 2f 40 20 01 0d b8 00 0a 00 00 00 00
0020  00 00 00 00 00 01 20 01 0d b8 00 0b 00 00 00 00
0030  00 00 00 00 00 10 20 00 65 58 00 13 89 e7 00 15
0040  5d 00 00 0b 02 00 00 00 0a 01 08 00 45 ba 00 2d
0050  03 00 40 00 40 11 20 32 0a 01 01 c8 0a 01 01 0b
0060  13 8c 13 8c 00 19 aa 28 4e 56 47 52 45 2d 6d 69
0070  78 65 64 2d 6d 6f 64 65 21""")
W08 = _hex("""
0000  02 00 00 00 02 fe 02 00 00 00 02 01 08 00 45 00
0010  00 62 00 00 40 00 40 2f 4e 2e c0 00 02 01 c6 33
0020  64 0a 20 00 65 58 00 13 89 1b 00 15 5d 00 00 0b
0030  02 00 00 00 0a 01 86 dd 60 00 00 00 00 10 3a 40
0040  20 01 0d b8 00 ca 00 00 00 00 00 00 00 00 02 00
0050  20 01 0d b8 00 ca 00 00 00 00 00 00 00 00 00 0b
0060  80 00 39 5d 55 aa 00 07 61 62 63 64 65 66 67 68""")
W09 = _hex("""
0000  02 00 00 00 02 01 02 00 00 00 02 fe 08 00 45 00
0010  00 46 00 01 40 00 3e 2f 50 49 c6 33 64 0a c0 00
0020  02 01 20 00 65 58 00 13 89 49 ff ff ff ff ff ff
0030  00 15 5d 00 00 0b 08 06 00 01 08 00 06 04 00 01
0040  00 15 5d 00 00 0b 0a 01 01 0b 00 00 00 00 00 00
0050  0a 01 01 c8""")
W10 = _hex("""
0000  ff ff ff ff ff ff 00 15 5d 00 00 0b 81 00 00 64
0010  08 06 00 01 08 00 06 04 00 01 00 15 5d 00 00 0b
0020  0a 01 01 0b 00 00 00 00 00 00 0a 01 01 c8 00 00
0030  00 00 00 00 00 00 00 00 00 00 00 00""")
W11 = _hex("""
0000  02 00 00 00 02 01 02 00 00 00 02 fe 08 00 45 00
0010  00 2d 00 02 40 00 3e 2f 50 61 c6 33 64 0a c0 00
0020  02 01 20 00 65 58 00 13 89 00 01 00 0c cc cc cc
0030  00 15 5d 00 00 0b 00 03 aa aa 03 00""")
W05 = _hex("""
0000  00 15 5d 00 00 0b 02 00 00 00 0a 01 81 00 00 64
0010  08 00 45 00 00 30 02 00 40 00 40 06 21 f4 0a 01
0020  01 c8 0a 01 01 0b c0 00 01 bb 11 22 33 44 00 00
0030  00 00 70 02 fa f0 6b 38 00 00 02 04 05 b4 04 02
0040  01 01""")
W06 = _hex("""
0000  02 00 00 00 02 fe 02 00 00 00 02 01 08 00 45 00
0010  00 5a 00 00 40 00 40 2f 4e 36 c0 00 02 01 c6 33
0020  64 0a 20 00 65 58 00 13 89 1e 00 15 5d 00 00 0b
0030  02 00 00 00 0a 01 08 00 45 00 00 30 02 00 40 00
0040  40 06 21 f4 0a 01 01 c8 0a 01 01 0b c0 00 01 bb
0050  11 22 33 44 00 00 00 00 70 02 fa f0 6b 62 00 00
0060  02 04 05 8a 04 02 01 01""")
W12 = _hex("""
0000  02 00 00 00 0a 01 02 00 00 00 01 01 81 00 00 64
0010  08 00 45 c0 00 38 00 00 00 00 40 01 63 3b 0a 01
0020  01 01 0a 01 01 c8 03 04 f1 26 00 00 05 b2 45 00
0030  05 dc 02 01 40 00 40 06 1c 47 0a 01 01 c8 0a 01
0040  01 0b c0 00 01 bb 11 22 33 45""")
W18 = _hex("""
0000  02 00 00 00 02 01 02 00 00 00 02 fe 08 00 45 c0
0010  00 38 44 44 00 00 fa 01 7d b5 cb 00 71 09 c0 00
0020  02 01 03 04 e8 c7 00 00 05 aa 45 00 00 5a 00 00
0030  40 00 40 2f 4e 36 c0 00 02 01 c6 33 64 0a 20 00
0040  65 58 00 13 89 1e""")
W15_0 = _hex("""
0000  02 00 00 00 02 fe 02 00 00 00 02 01 08 00 45 00
0010  05 d6 00 00 40 00 40 2f 48 ba c0 00 02 01 c6 33
0020  64 0a 20 00 65 58 00 13 89 cb 00 15 5d 00 00 0b
0030  02 00 00 00 0a 01 08 00 45 00 05 ac 05 00 20 00
0040  40 11 39 6d 0a 01 01 c8 0a 01 01 0b 17 70 17 71""")
W15_1 = _hex("""
0000  02 00 00 00 02 fe 02 00 00 00 02 01 08 00 45 00
0010  02 76 00 00 40 00 40 2f 4c 1a c0 00 02 01 c6 33
0020  64 0a 20 00 65 58 00 13 89 cb 00 15 5d 00 00 0b
0030  02 00 00 00 0a 01 08 00 45 00 02 4c 05 00 00 b3
0040  40 11 5c 1a 0a 01 01 c8 0a 01 01 0b 46 46 46 46""")
W16 = _hex("""
0000  01 00 5e 01 13 89 02 00 00 00 02 01 08 00 45 00
0010  00 46 00 00 40 00 20 2f 95 fd c0 00 02 01 ef 01
0020  13 89 20 00 65 58 00 13 89 26 ff ff ff ff ff ff
0030  02 00 00 00 0a 01 08 06 00 01 08 00 06 04 00 01
0040  02 00 00 00 0a 01 0a 01 01 c8 00 00 00 00 00 00
0050  0a 01 01 0b""")
W17 = _hex("""
0000  02 00 00 00 02 01 02 00 00 00 02 fe 08 00 45 00
0010  00 52 00 03 40 00 3e 2f 50 3b c6 33 64 0a c0 00
0020  02 01 a0 00 65 58 00 62 00 00 00 13 89 10 02 00
0030  00 00 0a 01 00 15 5d 00 00 0b 08 00 45 00 00 24
0040  00 09 40 00 80 01 e3 fb 0a 01 01 0b 0a 01 01 c8
0050  08 00 27 29 00 01 00 01 31 32 33 34 35 36 37 38""")
W19 = _hex("""
0000  02 00 00 00 02 01 02 00 00 00 02 fe 08 00 45 00
0010  00 52 00 04 40 00 3e 2f 50 3a c6 33 64 0a c0 00
0020  02 01 20 00 65 58 00 13 89 00 02 00 00 00 0a 01
0030  00 15 5d 00 00 0b 81 00 00 07 08 00 45 00 00 24
0040  00 09 40 00 80 01 e3 fb 0a 01 01 0b 0a 01 01 c8
0050  08 00 27 29 00 01 00 01 31 32 33 34 35 36 37 38""")
IN01 = W01[:12] + W01[16:]
IN03 = W03[42:]


# ---- known answers --------------------------------------------------------------------------------------------------

def _check():
    def same(got, want):
        if got != want:
            raise AssertionError("known answer: got %r, want %r" % (got, want))

    same(crc32c(b"123456789"), 0xE3069283)
    same(encapsulated(IN01), W02)
    same(flow_id(IN01), 0x24)
    same(flow_id(IN03), 0xDB)
    same(tunnelled(IN03, flow=0xDB, ident=0x7FFF), W03)
    same(bridged(IN03, 100), W04)
    same(encapsulated(W07[62:], PEER6, ecn=True), W07)
    same(flow_label(W07[62:]), 0x5AA35)
    same(encapsulated(W08[42:]), W08)
    same(flow_id(W09[42:]), 0x49)
    same(bridged(W09[42:], 100), W10)
    same(flow_id(W16[42:]), 0x26)
    same(len(W11), 60)
    syn = eth(VM, HOST, 0x0800, ipv4("10.1.1.200", "10.1.1.11", 6, tcp("10.1.1.200", "10.1.1.11", 49152, 443, 0x11223344, 0, 2,
              options=bytes.fromhex("020405b404020101")), ident=0x200))
    same(flow_id(syn), 0x1E)
    same(tag(syn, 100)[18 + 20 + 16:18 + 20 + 18], b"\x6b\x38")
    same(tag(syn, 100), W05)
    clamped = eth(VM, HOST, 0x0800, ipv4("10.1.1.200", "10.1.1.11", 6, tcp("10.1.1.200", "10.1.1.11", 49152, 443, 0x11223344, 0, 2,
                  options=bytes.fromhex("0204058a04020101")), ident=0x200))
    same(encapsulated(clamped), W06)
    big = eth(VM, HOST, 0x0800, ipv4("10.1.1.200", "10.1.1.11", 6, tcp("10.1.1.200", "10.1.1.11", 49152, 443, 0x11223345, data=bytes(1460)), ident=0x201))
    same(tag(too_big(big, 1458, "10.1.1.1"), 100), W12)
    five = ip("10.1.1.200") + ip("10.1.1.11") + bytes([17]) + be16(0x1770) + be16(0x1771)
    same((crc32c(five) * 0x9E3779B1 & 0xFFFFFFFF) >> 24, 0x3A)
    first, second = fragments15()
    same(encapsulated(first)[:80], W15_0)
    same(encapsulated(second)[:80], W15_1)
    same((len(first) + 42, len(second) + 42), (80 + 1428, 80 + 564))


def fragments15():
    """The two inner frames of W-15."""
    datagram = udp("10.1.1.200", "10.1.1.11", 0x1770, 0x1771, b"\x46" * 1992)
    return tuple(eth(VM, HOST, 0x0800, ipv4("10.1.1.200", "10.1.1.11", 17, part, ident=0x500, flags=flags))
                 for part, flags in ((datagram[:1432], 0x2000), (datagram[1432:], 1432 // 8)))


_check()

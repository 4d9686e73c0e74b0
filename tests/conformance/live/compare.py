"""When two frames are the same, what a device may send of its own accord, and what the runner answers."""
import ipaddress

import wire as w

IGNORABLE = {
    "flowId": "the FlowID of the key (RFC 7637 leaves it to the sender; A-031 on ask for more)",
    "flowLabel": "the flow label of IPv6 packets of its own: tunnelled and ICMPv6",
    "identification": "the identification of IPv4 packets of its own: tunnelled (DF is set) and ICMP",
    "ttl": "the outer TTL or hop limit",
    "pcp": "the priority of VLAN tags toward the VLAN, save in cases of rows about it (A-047, E-008, E-040, E-043)",
    "padding": "zeros behind a frame of less than 60 bytes, which a virtual wire does not need",
}


PRIORITY_ROWS = {"A-047", "E-008", "E-040", "E-043"}


def essence(frame, ignore, underlay):
    """The frame with what is ignored made equal. underlay: of an IP packet with a right header checksum, which is of the device's own making."""
    if "padding" in ignore and len(frame) < 60:
        frame = w.pad(frame)
    if "pcp" in ignore and not underlay and frame[12:14] == b"\x81\x00":
        return frame[:14] + bytes([frame[14] & 0x1F]) + frame[15:]
    if not ignore or not underlay:
        return frame
    at = 12
    while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    kind, at = frame[at:at + 2], at + 2
    out = bytearray(frame)
    if kind == b"\x08\x00" and len(frame) >= at + 28 and frame[at + 9] in (47, 1):
        size = 4 * (frame[at] & 15)
        if w.internet_checksum(frame[at:at + size]) != 0:
            return frame
        if "identification" in ignore:
            out[at + 4:at + 6] = b"\0\0"
        if "ttl" in ignore:
            out[at + 8] = 64
        out[at + 10:at + 12] = b"\0\0"
        gre = at + size if frame[at + 9] == 47 else None
    elif kind == b"\x86\xdd" and len(frame) >= at + 48 and frame[at + 6] in (47, 58):
        if "flowLabel" in ignore:
            out[at + 1] &= 0xF0
            out[at + 2:at + 4] = b"\0\0"
        if "ttl" in ignore:
            out[at + 7] = 64
        gre = at + 40 if frame[at + 6] == 47 else None
    else:
        return frame
    if "flowId" in ignore and gre and frame[gre] & 0x20:
        out[gre + 7] = 0
    return bytes(out)


def zero_flow_id(frame):
    """A tunnelled packet of our peers with FlowID 0, for devices that take no other; anything else as it is."""
    for kind, protocol, gre in ((b"\x08\x00", 23, 34), (b"\x86\xdd", 20, 54)):
        if frame[12:14] == kind and len(frame) >= gre + 8 and frame[protocol] == 47 and frame[gre:gre + 4] == b"\x20\x00\x65\x58" and (gre == 54 or frame[14] == 0x45):
            return frame[:gre + 7] + b"\0" + frame[gre + 8:]
    return frame


# ---- what a device may send of its own accord: only what its description names ----------

def _icmpv6(frame):
    """(type, body) of an ICMPv6 message, a hop-by-hop header before it or not."""
    if frame[12:14] != b"\x86\xdd" or len(frame) < 62:
        return None
    at, kind = 54, frame[20]
    if kind == 0:
        kind, at = frame[54], 54 + 8 + 8 * frame[55]
    return (frame[at], frame[at:]) if kind == 58 and len(frame) > at + 4 else None


def _is_icmpv6(frame, *types):
    message = _icmpv6(frame)
    return message is not None and message[0] in types


BACKGROUND = {
    "mld": ("MLD reports", lambda f: _is_icmpv6(f, 131, 132, 143)),
    "igmp": ("IGMP reports", lambda f: f[12:14] == b"\x08\x00" and f[23:24] == b"\x02"),
    "rs": ("router solicitations", lambda f: _is_icmpv6(f, 133)),
    "dad": ("duplicate address detection", lambda f: _is_icmpv6(f, 135) and f[22:38] == bytes(16)),
    "announcement": ("gratuitous ARP, unsolicited advertisements, RARP for tenants in records",
                     lambda f: f[12:14] == b"\x08\x06" and f[28:32] == f[38:42] or _is_icmpv6(f, 136) and f[38:54] == w.ip("ff02::1")
                     or f[12:14] == b"\x80\x35" and f[6:12] == f[22:28]),
}


def background(frame, names, macs):
    """The name of the rule that the frame, tagged or not, falls under, or None. macs: those that the device may speak with."""
    if frame[6:12] not in macs:
        return None
    while frame[12:14] in (b"\x81\x00", b"\x88\xa8"):
        frame = frame[:12] + frame[16:]
    return next((n for n in names if BACKGROUND[n][1](frame)), None)


def answer(frame, neighbours, macs):
    """The answer to a device that asks for one of the underlay's next hops by ARP or ND, or None. neighbours: address to MAC."""
    if frame[6:12] not in macs:
        return None
    asker = ":".join("%02x" % b for b in frame[6:12])
    if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\1" and len(frame) >= 42:
        target, sender = str(ipaddress.ip_address(frame[38:42])), str(ipaddress.ip_address(frame[28:32]))
        if target in neighbours and target != sender:
            return w.pad(w.arp_reply(neighbours[target], target, asker, sender))
    message = _icmpv6(frame)
    if message and message[0] == 135 and len(message[1]) >= 24 and frame[22:38] != bytes(16):
        target, sender = str(ipaddress.ip_address(message[1][8:24])), str(ipaddress.ip_address(frame[22:38]))
        if target in neighbours:
            return w.neighbor_advertisement(neighbours[target], target, asker, sender, target, 0x60)
    return None

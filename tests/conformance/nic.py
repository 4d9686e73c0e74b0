#!/usr/bin/python3
"""What a NIC does to the frames that a gateway gives it: segmentation and checksums, by the metadata of each frame.

  nic.py [--own-ip4] [--pseudo-length] FOLDER...   for every .pcapng below, writes a .pcap of the frames that would be on the wire

  --own-ip4: one of virtio's, that is never asked for the header checksums of what it cuts, and wants that of the large frame right
  --pseudo-length: one that wants the begun checksum of what it cuts with the length of the whole in it, as virtio has it

It knows nothing of the gateway, nor of the maker of the cases: the rules are those of DPDK's rte_mbuf_core.h for what is asked, and of
the requirements for what a NIC does (C-001 to C-014). It takes header lengths at their word, as a NIC does, and refuses what a driver
must not hand down: that ends the program.
"""
import pathlib
import struct
import sys

from scapy.utils import checksum  # RFC 1071

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import offload  # noqa: E402

TCP_SUM, UDP_SUM, IP_SUM, OUTER_SUM, TCP_CUT, UDP_CUT, V4, V6, OUTER4, OUTER6, GRE, ANY_TUNNEL = (1 << i for i in range(12))
FIN_PSH, CWR = 0x09, 0x80


OWN_IP4, PSEUDO_LENGTH = "--own-ip4", "--pseudo-length"
ways = set()  # of those two


class Refused(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Refused(what)


class Asked:
    def __init__(self, data):
        need(data[4] == offload.VERSION and data[5] == offload.TO_SEND, "not metadata of a frame to send")
        self.flags, self.size, self.outer_l2, self.l2, self.outer_l3, self.l3, self.l4, _ = struct.unpack(">HHBBHHBB", data[6:18])
        self.cut = self.flags & (TCP_CUT | UDP_CUT)
        self.tunnel = self.flags & (GRE | ANY_TUNNEL)
        need(bool(self.flags & V4) != bool(self.flags & V6), "the family of the packet")
        need(not (self.flags & IP_SUM and self.flags & V6), "an IPv4 header checksum of an IPv6 packet")
        need(not self.flags & TCP_CUT or self.flags & TCP_SUM, "TCP segmentation without the checksum")
        need(not self.flags & UDP_CUT or self.flags & UDP_SUM, "UDP segmentation without the checksum")
        if OWN_IP4 in ways:
            need(not self.flags & IP_SUM, "a header checksum of a device that makes none")
            need(not (self.cut and self.tunnel), "segmentation within a tunnel without the header checksum")
        else:
            need(not (self.cut and self.flags & V4) or self.flags & IP_SUM, "segmentation of IPv4 without the header checksum")
        need(bool(self.tunnel) == bool(self.flags & (OUTER4 | OUTER6)) == bool(self.outer_l2 and self.outer_l3), "outer lengths and flags of a tunnel")
        need(not (self.cut and self.flags & OUTER4) or self.flags & OUTER_SUM, "segmentation within IPv4 without the outer header checksum")
        self.outer = self.outer_l2                       # where the outer IP header begins
        self.ip = self.outer_l2 + self.outer_l3 + self.l2  # where the inner one does
        self.transport = self.ip + self.l3
        self.headers = self.transport + self.l4


def header_sum(packet, at):
    need(packet[at + 10:at + 12] == b"\0\0", "an IPv4 header checksum that is not zero")
    length = (packet[at] & 15) * 4
    struct.pack_into(">H", packet, at + 10, checksum(bytes(packet[at:at + length])))


def check_begun(frame, asked):
    """The field of what is to be cut holds the sum of the pseudo header: addresses, protocol, and the length only where that is wanted."""
    protocol = 17 if asked.flags & UDP_SUM else 6
    addresses = frame[asked.ip + (12 if asked.flags & V4 else 8):asked.ip + (20 if asked.flags & V4 else 40)]
    length = len(frame) - asked.transport if PSEUDO_LENGTH in ways else 0
    begun = ~checksum(addresses + struct.pack(">HHH", protocol, length >> 16, length & 0xFFFF)) & 0xFFFF
    field = asked.transport + (6 if asked.flags & UDP_SUM else 16)
    need(struct.unpack_from(">H", frame, field)[0] % 0xFFFF == begun % 0xFFFF, "the begun checksum is %s, not %04x" % (frame[field:field + 2].hex(), begun))


def without_length(packet, asked, length):
    """What virtio does with it: counts back from the length of the whole."""
    field = asked.transport + (6 if asked.flags & UDP_SUM else 16)
    value = struct.unpack_from(">H", packet, field)[0] + (~length & 0xFFFF)
    struct.pack_into(">H", packet, field, (value & 0xFFFF) + (value >> 16))


def transport_sum(packet, asked, end, length=0):
    """The field holds the sum of the pseudo header, for segments without their length; it is summed like any other word."""
    at = asked.transport
    field = at + (6 if asked.flags & UDP_SUM else 16)
    data = bytes(packet[at:end]) + (struct.pack(">H", length) if (end - at) % 2 == 0 else b"\0" + struct.pack(">H", length))
    value = checksum(data)
    if asked.flags & UDP_SUM and value == 0:
        value = 0xFFFF
    struct.pack_into(">H", packet, field, value)


def check_headers(frame, asked):
    need(frame[asked.ip] >> 4 == (4 if asked.flags & V4 else 6), "no IP header where l2_len says")
    if asked.flags & V4:
        need((frame[asked.ip] & 15) * 4 == asked.l3, "l3_len is not the IPv4 header's length")
        need(frame[asked.ip + 9] == (17 if asked.flags & UDP_SUM else 6), "the protocol")
    need(asked.l4 == (8 if asked.flags & UDP_SUM else (frame[asked.transport + 12] >> 4) * 4), "l4_len")
    if asked.tunnel:
        need(frame[asked.outer] >> 4 == (4 if asked.flags & OUTER4 else 6), "no outer IP header where outer_l2_len says")
        need(asked.outer_l3 == (20 if asked.flags & OUTER4 else 40), "outer_l3_len")
        need(frame[asked.outer + asked.outer_l3:][:4] == bytes.fromhex("20006558") and asked.l2 == 22, "no NVGRE where outer_l3_len says")


def cut(frame, asked):
    need(asked.size > 0, "a segment size of 0")
    check_begun(frame, asked)
    if OWN_IP4 in ways and asked.flags & V4:
        need(checksum(frame[asked.ip:asked.ip + asked.l3]) == 0, "the header checksum of the large frame")
    payload, udp = frame[asked.headers:], bool(asked.flags & UDP_CUT)
    pieces = [payload[i:i + asked.size] for i in range(0, len(payload), asked.size)]
    for i, piece in enumerate(pieces):
        p = bytearray(frame[:asked.headers] + piece)
        for at, four in ((asked.outer, asked.flags & OUTER4), (asked.ip, asked.flags & V4)):
            if at == asked.outer and not asked.tunnel:
                continue
            if four:
                struct.pack_into(">HH", p, at + 2, len(p) - at, (struct.unpack_from(">H", p, at + 4)[0] + i) & 0xFFFF)
                if OWN_IP4 in ways:
                    p[at + 10:at + 12] = b"\0\0"
                header_sum(p, at)
            else:
                struct.pack_into(">H", p, at + 4, len(p) - at - 40)
        t = asked.transport
        if udp:
            struct.pack_into(">H", p, t + 4, 8 + len(piece))
        else:
            struct.pack_into(">I", p, t + 4, (struct.unpack_from(">I", p, t + 4)[0] + i * asked.size) & 0xFFFFFFFF)
            p[t + 13] &= 0xFF & ~(FIN_PSH if i + 1 < len(pieces) else 0) & ~(CWR if i else 0)
        if PSEUDO_LENGTH in ways:
            without_length(p, asked, len(frame) - t)
        transport_sum(p, asked, len(p), len(p) - t)
        yield bytes(p)


def on_the_wire(frame, data):
    """The frames that leave for one that was given."""
    if data is None:
        need(len(frame) <= 9300, "a frame of %d bytes that asks for nothing" % len(frame))
        return [frame]
    asked = Asked(data)
    check_headers(frame, asked)
    if asked.cut:
        frames = list(cut(frame, asked))
    else:
        p = bytearray(frame)
        end = asked.ip + (struct.unpack_from(">H", p, asked.ip + 2)[0] if asked.flags & V4 else 40 + struct.unpack_from(">H", p, asked.ip + 4)[0])
        if asked.flags & IP_SUM:
            header_sum(p, asked.ip)
        if asked.flags & OUTER_SUM:
            header_sum(p, asked.outer)
        if asked.flags & UDP_SUM or asked.flags & TCP_SUM:
            need(len(p) == end, "bytes behind the packet: a virtio device sums them too")
            need(not asked.flags & UDP_SUM or struct.unpack_from(">H", p, asked.transport + 4)[0] == end - asked.transport, "a datagram that ends before its packet")
            transport_sum(p, asked, end)
        frames = [bytes(p)]
    return [f + bytes(max(0, 60 - len(f))) for f in frames]


def main(arguments):
    import suite
    ways.update(a for a in arguments if a in (OWN_IP4, PSEUDO_LENGTH))
    folders = [a for a in arguments if a not in ways]
    if not folders:
        print(__doc__)
        return 2
    for path in sorted(p for folder in folders for p in pathlib.Path(folder).rglob("*.pcapng")):
        wire = []
        for i, (t, frame, data) in enumerate(offload.read(path.read_bytes())):
            try:
                wire += [(t, f) for f in on_the_wire(frame, data)]
            except Refused as refused:
                print("%s: frame %d: a NIC refuses: %s" % (path, i, refused), file=sys.stderr)
                return 1
        path.with_suffix(".pcap").write_bytes(suite.pcap(wire))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""TCP and UDP flows of a guest: what it hands to a virtio device that cuts and sums, and what must be on the wire. Every frame is made
of its fields anew; nothing is cut out of another frame."""
import wire as w

H, M = "10.1.1.200", "10.1.1.11"
H6, M6 = "2001:db8:ca::200", "2001:db8:ca::b"
FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << i for i in range(8))


def pattern(n, start=3):
    """The payload of W-14."""
    return bytes((7 * i + start) % 256 for i in range(n))


def begun(pseudo):
    """A checksum that is only begun: the sum of the pseudo header, not complemented."""
    return w.be16(~w.internet_checksum(pseudo) & 0xFFFF)


class Flow:
    """One packet of one flow. six: IPv6. ext: IPv6 extension headers, (type, bytes behind the next-header byte)."""

    def __init__(self, data=b"", six=False, dst_mac=w.VM, src_mac=w.HOST, src=None, dst=None, sport=49152, dport=40001, options=b"", ext=(), ident=0x200,
                 tos=0, ttl=64, ip_flags=0x4000):
        self.data, self.six, self.dst_mac, self.src_mac, self.sport, self.dport = data, six, dst_mac, src_mac, sport, dport
        self.src, self.dst = src or (H6 if six else H), dst or (M6 if six else M)
        self.options, self.ext, self.ident, self.tos, self.ttl, self.ip_flags = options, ext, ident, tos, ttl, ip_flags

    def frame(self, segment, index=0):
        """The untagged frame of a transport segment; index: its place among the parts of one packet."""
        if not self.six:
            packet = w.ipv4(self.src, self.dst, self.protocol, segment, tos=self.tos, ttl=self.ttl, ident=(self.ident + index) & 0xFFFF, flags=self.ip_flags, options=self.options)
            return w.eth(self.dst_mac, self.src_mac, 0x0800, packet)
        body, first = segment, self.protocol
        for kind, rest in reversed(self.ext):
            body, first = bytes([first]) + rest + body, kind
        return w.eth(self.dst_mac, self.src_mac, 0x86DD, w.ipv6(self.src, self.dst, first, body, tclass=self.tos, hop=self.ttl))

    def headers(self):
        return len(self.frame(self.transport(b"")))

    def parts(self, size):
        """(offset, data) of the parts, all but the last of the size."""
        return [(i, self.data[i:i + size]) for i in range(0, len(self.data), size)]


class Tcp(Flow):
    protocol = 6

    def __init__(self, data=b"", flags=ACK, seq=0x20000000, ack=0x30000000, window=0x1F6, tcp_options=b"", **more):
        super().__init__(data, **more)
        self.flags, self.seq, self.ack, self.window, self.tcp_options = flags, seq, ack, window, tcp_options

    def transport(self, data, seq=0, flags=None):
        return w.tcp(self.src, self.dst, self.sport, self.dport, (self.seq + seq) & 0xFFFFFFFF, self.ack, self.flags if flags is None else flags,
                     self.window, self.tcp_options, data)

    def whole(self, partial=True, length=True):
        """The packet in one piece. partial: its checksum is only begun; length: with the length in it, as Linux begins it."""
        t = self.transport(self.data)
        if partial:
            pseudo = w.pseudo(self.src, self.dst, 6, len(t) if length else 0)
            t = t[:16] + begun(pseudo) + t[18:]
        return self.frame(t)

    def complete(self):
        return self.frame(self.transport(self.data))

    def cut(self, size):
        """C-006 to C-014."""
        parts = self.parts(size)
        made = []
        for i, (at, data) in enumerate(parts):
            flags = self.flags
            if i + 1 < len(parts):
                flags &= ~(FIN | PSH)
            if i:
                flags &= ~CWR
            made.append(self.frame(self.transport(data, at, flags), i))
        return made


class Udp(Flow):
    protocol = 17

    def __init__(self, data=b"", checksum=None, **more):
        super().__init__(data, **more)
        self.checksum = checksum

    def transport(self, data):
        return w.udp(self.src, self.dst, self.sport, self.dport, data, self.checksum)

    def whole(self, partial=True):
        t = self.transport(self.data)
        if partial:
            t = t[:6] + begun(w.pseudo(self.src, self.dst, 17, len(t))) + t[8:]
        return self.frame(t)

    def complete(self):
        return self.frame(self.transport(self.data))

    def cut(self, size):
        return [self.frame(self.transport(data), i) for i, (_, data) in enumerate(self.parts(size))]

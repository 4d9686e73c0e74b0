"""What a device says of a received frame, and pcapng files that carry it: src/NvgreGateway/Replay/README.md tells the bytes."""
import struct

SIGNATURE, VERSION, RECEIVED, TO_SEND = b"NVGO", 1, 0, 1
CODE, ENTERPRISE = 2989, 32473
TCP4, UFO, TCP6, USO = 1, 3, 4, 5
UNKNOWN, GOOD, BAD, PARTIAL = range(4)


def said(large=0, l4=UNKNOWN, ip=UNKNOWN, outer_bad=False, size=0, ptype=0, lengths=(0, 0, 0), buffers=()):
    """The data of the option for a received frame. lengths: of layers 2, 3 and 4, as the device claims."""
    l2, l3, l4_length = lengths
    return SIGNATURE + struct.pack(">BBBBBBHIBBHH%dH" % len(buffers), VERSION, RECEIVED, large, l4, ip, outer_bad, size, ptype, l2, l4_length, l3, 0, *buffers)


def _block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def pcapng(packets):
    """A pcapng of one Ethernet interface, nanoseconds. packets: (time, frame, data of the option or None)."""
    parts = [_block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)),
             _block(1, struct.pack("<HHI", 1, 0, 0) + struct.pack("<HHB3xHH", 9, 1, 9, 0, 0))]
    for t, frame, data in packets:
        body = struct.pack("<IIIII", 0, t >> 32, t & 0xFFFFFFFF, len(frame), len(frame)) + frame + bytes(-len(frame) % 4)
        if data is not None:
            body += struct.pack("<HHI", CODE, 4 + len(data), ENTERPRISE) + data + bytes(-len(data) % 4) + bytes(4)
        parts.append(_block(6, body))
    return b"".join(parts)


def read(data):
    """(time, frame, data of the option or None) of every packet of such a file."""
    at = 0
    while at < len(data):
        kind, total = struct.unpack_from("<II", data, at)
        if kind == 6:
            _, high, low, size, _ = struct.unpack_from("<IIIII", data, at + 8)
            frame, option, end, found = data[at + 28:at + 28 + size], at + 28 + (size + 3) // 4 * 4, at + total - 4, None
            while option + 8 <= end:
                code, length, enterprise = struct.unpack_from("<HHI", data, option)
                if code == CODE and enterprise == ENTERPRISE and data[option + 8:option + 12] == SIGNATURE:
                    found = data[option + 8:option + 4 + length]
                option += 4 + (length + 3) // 4 * 4
            yield high << 32 | low, frame, found
        at += total

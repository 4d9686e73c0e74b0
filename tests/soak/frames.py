"""Frames of the conformance cases, damaged at random."""
import pathlib
import random
import struct
import sys

CONFORMANCE = pathlib.Path(__file__).resolve().parent.parent / "conformance"
sys.path.insert(0, str(CONFORMANCE))

import offload  # noqa: E402
import wire as w  # noqa: E402

EDGES = [0, 1, 2, 7, 8, 14, 19, 20, 27, 28, 39, 40, 53, 54, 59, 60, 127, 128, 255, 256, 1279, 1280, 1458, 1499, 1500, 1501, 0x0800, 0x0806, 0x86DD, 0x8100, 0x88A8, 0x6558, 0x2000, 0x1FFF, 0x4000, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF]


def corpus():
    """{'access': [(frame, said)], 'underlay': ...} of all cases."""
    found = {"access": {}, "underlay": {}}
    for folder in sorted((CONFORMANCE / "cases").iterdir()):
        for path in folder.glob("in-*.pcap*"):
            kind = "underlay" if path.name.startswith("in-underlay") else "access"
            for _, frame, said in (read_pcap(path.read_bytes()) if path.suffix == ".pcap" else offload.read(path.read_bytes())):
                found[kind][frame, said] = None
    return {k: list(v) for k, v in found.items()}


def read_pcap(data):
    at = 24
    while at < len(data):
        seconds, nanoseconds, size, _ = struct.unpack_from("<IIII", data, at)
        yield seconds * 10 ** 9 + nanoseconds, data[at + 16:at + 16 + size], None
        at += 16 + size


def mend(frame):
    """The checksum of the outermost IPv4 header made right, so that what is wrong behind it is looked at."""
    at = 12
    while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8", b"\x91\x00", b"\x92\x00"):
        at += 4
    at += 2
    size = 4 * (frame[at] & 15) if len(frame) > at else 0
    if frame[at - 2:at] != b"\x08\x00" or size < 20 or len(frame) < at + size:
        return frame
    out = bytearray(frame)
    out[at + 10:at + 12] = b"\0\0"
    out[at + 10:at + 12] = struct.pack(">H", w.internet_checksum(bytes(out[at:at + size])))
    return bytes(out)


def damage(r, frame, other):
    out = bytearray(frame)
    for _ in range(r.choice([0, 1, 1, 1, 2, 3, 6])):
        if not out:
            break
        at = min(int(r.expovariate(1 / 40)), len(out) - 1) if r.random() < 0.8 else r.randrange(len(out))
        kind = r.randrange(9)
        if kind == 0:
            out[at] ^= 1 << r.randrange(8)
        elif kind == 1:
            out[at] = r.choice([0, 1, 0x7F, 0x80, 0xFF, r.randrange(256)])
        elif kind == 2:
            out[at:at + 2] = struct.pack(">H", r.choice(EDGES))
        elif kind == 3:
            del out[at:]
        elif kind == 4:
            out += bytes(r.randrange(256) for _ in range(r.choice([1, 3, 46, 1400])))
        elif kind == 5:
            out[12:12] = struct.pack(">HH", r.choice(w.TPIDS), r.choice([0, 7, 100, 200, 4095, r.randrange(65536)]))
        elif kind == 6:
            out[at:] = other[min(at, len(other)):]
        elif kind == 7:
            del out[at:at + r.choice([1, 2, 4, 8])]
        else:
            n = r.choice([1, 2, 4, 8, 20, 40])
            out[at:at] = out[max(0, at - n):at] if r.random() < 0.5 else bytes(n)
    frame = bytes(out[:r.choice([65535, 9300, 1800])])
    return mend(frame) if r.random() < 0.7 else frame


def metadata(r, frame):
    """What a device might say, true or not."""
    size = r.choice([0, 1, 8, 87, 88, 536, 1400, 1448, 9000, 65535, r.randrange(65536)])
    buffers = [r.choice([0, 1, 13, 14, 54, 100, 1500, r.randrange(1, 2000)]) for _ in range(r.choice([0, 0, 0, 1, 2, 5, 40]))]
    return offload.said(r.choice([0, 0, 1, 1, 3, 4, 5]), r.randrange(4), r.randrange(4), r.random() < 0.1, size, r.choice([0, 0x211, 0x311, r.randrange(2 ** 32)]),
                        (r.randrange(128), r.randrange(512), r.randrange(256)), buffers)


class Source:
    def __init__(self, r):
        self.r, self.seeds = r, corpus()

    def frame(self, kind, with_metadata=True):
        """(frame, said)"""
        seeds = self.seeds[kind if self.r.random() < 0.97 else self.r.choice(list(self.seeds))]
        frame, said = self.r.choice(seeds)
        if not with_metadata and len(frame) > 9300:
            frame = frame[:1514]
        frame = damage(self.r, frame, self.r.choice(seeds)[0])
        if self.r.random() < 0.15:
            said = metadata(self.r, frame)
        return frame, said if with_metadata else None

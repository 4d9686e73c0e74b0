#!/usr/bin/python3
"""verify_tso.py [FRAMES]      (default 256)

What the gateway sends toward NVGRE for FRAMES large frames of tsogen over vhost-user: every packet, its lengths, addresses, VSID, outer
and inner IPv4 checksum, TCP sequence, flags, checksum and each byte of payload, against what the guest sent.  Once in 64 KB frames and
once as segments: the tenant's packets must be the same but for IP ids, which a guest of its own counts otherwise.
"""
import os, struct, subprocess, sys, time
from constants import LOCAL_PA, VSID
from gateway import LAB, Gateway
from run_tso import MACS, MSS, PAYLOAD, SOCKETS, Guest, prepare, second_port
import reference

FLOWS, LARGE = 16, 64


def ones(data):
    if len(data) & 1:
        data += b"\0"
    s = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while s >> 16:
        s = (s & 0xFFFF) + (s >> 16)
    return s


def check(p):
    """(flow, sequence, payload bytes, flags, segment's IP id) of a packet toward NVGRE; raises AssertionError."""
    assert p[12:14] == b"\x08\0" and p[14] == 0x45 and p[23] == 47, "not GRE over IPv4"
    outer, inner = p[14:34], p[42:]
    assert struct.unpack(">H", outer[2:4])[0] == len(p) - 14, "outer length"
    assert ones(outer) == 0xFFFF, "outer checksum"
    assert ".".join(map(str, outer[12:16])) == LOCAL_PA and outer[16:20] == bytes([172, 31, 0, 2]), "provider addresses"
    assert p[34:38] == b"\x20\x00\x65\x58" and struct.unpack(">I", p[38:42])[0] >> 8 == VSID, "GRE"
    assert inner[12:14] == b"\x08\0", "the inner frame is untagged"
    ip, tcp = inner[14:34], inner[34:]
    assert struct.unpack(">H", ip[2:4])[0] == len(inner) - 14, "inner length"
    assert ones(ip) == 0xFFFF, "inner IPv4 checksum"
    assert ones(ip[12:20] + struct.pack(">HH", 6, len(tcp)) + tcp) == 0xFFFF, "TCP checksum"
    sport, _, seq = struct.unpack(">HHI", tcp[:8])
    data = tcp[20:]
    offset = seq - 1
    assert data == bytes((o * 31 + (o >> 8)) & 255 for o in range(offset, offset + len(data))), "payload"
    return sport - 20000, offset, len(data), tcp[13], struct.unpack(">H", ip[4:6])[0]


def run(kind, frames):
    out = LAB + "/tso_out.pcap"
    if os.path.exists(out):
        os.remove(out)
    cut = (PAYLOAD + MSS - 1) // MSS
    sends = frames * (cut if kind == "plain" else 1)
    with Guest("encap:" + kind, "--frames", str(sends)) as guest:
        underlay = "net_pcap7,rx_pcap=%s,tx_pcap=%s" % (subprocess.check_output(["bash", "-c", '. ./lib.sh; empty'], text=True,
                                                        cwd=os.path.dirname(os.path.abspath(__file__))).strip(), out)
        with Gateway(MACS, "net_vhost0,iface=%s,client=1,tso=1" % SOCKETS[0], underlay, log=LAB + "/gateway_tso.log", change=second_port("encap:" + kind)) as g:
            guest.ready()
            g.wait_ready()
            end, last = time.monotonic() + 60, None
            while time.monotonic() < end:
                d = g.ask("/drops")
                if last == d["received"] and last >= sends:
                    break
                last = d["received"]
                time.sleep(0.3)
            drops = {k: v for k, v in d["drops"].items() if v}
    got = [p for p in reference.rd(out) if p[12:14] == b"\x08\0" and p[23] == 47]
    bad, next_of = 0, {}
    for n, p in enumerate(got):
        f, c = divmod(n, cut)
        want = (f % LARGE % FLOWS, f % LARGE // FLOWS * PAYLOAD + c * MSS, min(MSS, PAYLOAD - c * MSS), 0x18 if c == cut - 1 else 0x10, (f % LARGE) * 64 + c)
        try:
            assert check(p) == want, "order, flags or id: %s, not %s" % (check(p), want)
        except AssertionError as e:
            bad += 1
            if bad < 4:
                print(" packet %d: %s" % (n, e))
    print("%s: %d sent, %d packets expected, %d got, %d wrong; drops %s" % (kind, sends, frames * cut, len(got), bad, drops or "none"))
    return bad + (len(got) != frames * cut)


if __name__ == "__main__":
    prepare()
    sys.exit(1 if sum([run(kind, int((sys.argv + ["256"])[1])) for kind in ("tso", "plain")]) else 0)

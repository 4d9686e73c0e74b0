"""TCP segments from a peer that could be joined to larger frames (C-025), and some that must not be: whoever joins, what is on the wire
behind a device that cuts is what came. ParityTests runs these with ports that join."""
import wire as w
from cases_offload import BOTH, DEST, FAMILIES, HOP, STAMP, broken
from cases_tunnel import udp4
from flows import ACK, CWR, ECE, FIN, H, H6, M, M6, PSH, RST, SYN, URG, Tcp, pattern
from suite import Case


def back(n=0, six=False, mac=w.VM, start=3, **more):
    """A flow toward the host of the VLAN."""
    return Tcp(pattern(n, start), six=six, src_mac=mac, dst_mac=w.HOST, src=M6 if six else M, dst=H6 if six else H, **more)


def send(c, frames, peer=w.PEER4):
    for f in frames:
        c.down(f, src=peer)
    return c


c = Case("segments-of-a-flow", ["C-025"],
         "Segments of one flow in one burst, of every family: whole ones, a last that is shorter, with PSH and FIN; one, two, and more than 32 of them.", BOTH)
for i, (six, mac, peer, most) in enumerate(FAMILIES):
    for j, (n, size) in enumerate(((most, most), (2 * most, most), (5 * most + 1, most), (1000 * 20 - 1, 1000), (536 * 40, 536), (64 * 50, 64))):
        for k, flags in enumerate((ACK, ACK | PSH)):
            c.at(20 * i + 3 * j + k)
            send(c, back(n, six, mac, flags=flags, sport=2000 + j, ident=0xFFF0).cut(size), peer)

c = Case("segments-of-64k", ["C-025"], "More than an IP packet holds.", BOTH)
for i, (six, mac, peer, most) in enumerate(FAMILIES):
    c.at(i)
    send(c, back(70 * most, six, mac).cut(most), peer)

c = Case("segments-of-flows-in-turn", ["C-025", "C-017"], "Flows in turn, and others among them that are never joined: each keeps its order.", BOTH)
for i, (six, mac, peer, most) in enumerate(FAMILIES):
    c.at(i)
    flows = [back(6 * 900, six, mac, sport=3000 + f, start=f).cut(900) for f in range(5)]
    for n in range(6):
        send(c, [flow[n] for flow in flows], peer)
        c.down(udp4(src=M, dst=H, dst_mac=w.HOST, src_mac=w.VM, payload=b"u" * n))
        c.rx("underlay0", w.W03, ("access0", w.W04))

c = Case("segments-with-options", ["C-025", "C-012"],
         "TCP options that are the same in all, or differ; IPv4 options and extension headers; any DSCP, TTL, ECE; padding behind a short one.", BOTH)
for i, (six, mac, peer, most) in enumerate(FAMILIES):
    for j, more in enumerate((dict(tcp_options=STAMP), dict(tcp_options=STAMP + b"\1" * 28), dict(tos=0x1C, ttl=9), dict(flags=ACK | ECE), dict(ip_flags=0),
                              dict(ext=(HOP, DEST)) if six else dict(options=b"\x94\4\0\0"))):
        c.at(20 * i + j)
        send(c, back(4 * 800 + 5, six, mac, **more).cut(800), peer)
    c.at(20 * i + 10)
    send(c, [back(500, six, mac, tcp_options=STAMP[:-1] + bytes([n]), seq=1000 + 500 * n, ident=n).complete() for n in range(4)], peer)
    c.at(20 * i + 11)
    send(c, back(12, six, mac).cut(4), peer)
    c.at(20 * i + 12)
    for n in range(4):
        frame = back(4, six, mac, seq=4 * n, ident=n).complete()
        c.rx("underlay0", w.tunnelled(frame + bytes(max(0, 60 - len(frame))), src=peer), ("access0", w.bridged(frame + bytes(max(0, 60 - len(frame))), 100)))

SIZE = 700
CHANGES = {  # of the third of six segments: what no device could give back
    "a gap": dict(seq=SIZE + 1), "twice": dict(seq=-SIZE), "back": dict(seq=-2 * SIZE), "flags": dict(flags=ACK | FIN), "syn": dict(flags=ACK | SYN), "rst": dict(flags=ACK | RST),
    "urg": dict(flags=ACK | URG), "cwr": dict(flags=ACK | CWR), "push": dict(flags=ACK | PSH), "ack": dict(ack=0x30000001), "no ack": dict(flags=0), "window": dict(window=0x1F7),
    "tos": dict(tos=4), "ecn": dict(tos=1), "ttl": dict(ttl=63), "id": dict(ident=0x0777), "id stays": dict(ident=0x201), "df": dict(ip_flags=0), "mf": dict(ip_flags=0x2000),
    "options": dict(tcp_options=b"\1\1\1\1"), "port": dict(dport=40002), "ip options": dict(options=b"\x94\4\0\0"), "extension": dict(ext=(HOP,)), "shorter": dict(n=SIZE - 1), "longer": dict(n=SIZE + 1), "empty": dict(n=0),
}
c = Case("segments-that-differ", ["C-025", "C-040"], "One segment among others of its flow that is not the next of them: out of order, again, other flags, ids, windows, lengths.", BOTH)
for i, (six, mac, peer, most) in enumerate(FAMILIES):
    for j, (what, change) in enumerate(CHANGES.items()):
        if six and what in ("id", "id stays", "df", "mf", "ip options") or not six and what == "extension":
            continue
        c.at(40 * i + j)
        for n in range(6):
            more = dict(seq=0x20000000 + SIZE * n, ident=0x200 + n)
            if n == 2:
                more = {**more, **{k: v for k, v in change.items() if k not in ("seq", "n")}}
                more["seq"] += change.get("seq", 0)
            if what == "twice" and n > 2:
                more["seq"] -= SIZE  # the flow goes on behind what came twice
            send(c, [back(change.get("n", SIZE) if n == 2 else SIZE, six, mac, start=n, **more).complete()], peer)

c = Case("segments-with-wrong-checksums", ["C-025", "C-040", "C-044"], "One segment of a flow is damaged, in its checksum, its payload or its IPv4 header: it leaves as it came, and the others right.", BOTH)
for i, (six, mac, peer, most) in enumerate(FAMILIES):
    l4 = 54 if six else 34
    for j, at in enumerate([l4 + 16, l4 + 30] + ([] if six else [24])):
        c.at(40 * i + j)
        frames = back(6 * SIZE, six, mac).cut(SIZE)
        send(c, [broken(f, at) if n == 3 else f for n, f in enumerate(frames)], peer)

c = Case("segments-to-two-vlans", ["C-025"], "Equal flows to another MAC, from another peer, of another segment's station: never one frame.", BOTH)
for n in range(4):
    for mac, peer in ((w.VM, w.PEER4), ("00:15:5d:00:00:0e", w.PEER6)):
        send(c, [back(6 * SIZE, mac=mac).cut(SIZE)[n]], peer)
    c.up(Tcp(pattern(4 * SIZE)).cut(SIZE)[n])

"""Many packets at one time stamp: good ones and bad ones of every kind side by side, so that the two passes are tested."""
import random

import cases_tunnel as tunnel
import wire as w
from suite import Case, config, known, segment, underlay, AT_HOST, AT_VM

FAULTS = [(reason, tunnel.build(tunnel.combine(fault, {}))) for reason, fault in tunnel.FAULTS]


def tenant_faults():
    yield "drop.l2.runt", w.tag(w.IN01, 100)[:17]
    yield "drop.l2.oversize", w.tag(w.eth(w.VM, w.HOST, 0x88B5, b"." * 1501), 100)
    yield "drop.l2.reserved_mac", w.tag(w.eth("01:80:c2:00:00:0e", w.HOST, 0x88CC, b"." * 50), 100)
    yield "drop.vlan.untagged", w.IN01
    yield "drop.vlan.reserved_vid", w.tag(w.IN01, 4095)
    yield "drop.vlan.unknown", w.tag(w.IN01, 999)
    yield "drop.vlan.double", w.tag(w.tag(w.IN01, 7), 100)
    yield "drop.segment.down", w.tag(w.IN01, 900)
    yield "drop.loop", w.tag(tunnel.tenant_gre(w.LOCAL4, "10.9.9.9"), 100)
    yield "drop.inner.src_mac", w.tag(w.eth(w.VM, "01:00:00:00:00:01", 0x88B5, b"." * 50), 100)
    yield "drop.inner.self_mac", w.tag(w.eth(w.GATEWAY_ACCESS, w.HOST, 0x88B5, b"." * 50), 100)
    yield "drop.inner.lossless", w.tag(w.eth(w.VM, w.HOST, 0x8906, b"." * 50), 100)
    yield "drop.peer.down", w.tag(w.eth("00:15:5d:00:00:0d", w.HOST, 0x88B5, b"." * 50), 100)
    yield "drop.fdb.same_port", w.tag(w.eth("02:00:00:00:0a:02", w.HOST, 0x88B5, b"." * 50), 100)
    yield "drop.mtu.nonip", w.tag(w.eth(w.VM, w.HOST, 0x88B5, b"x" * 1459), 100)


def mixed(name, seed, blocks):
    """blocks: how long runs of one port are, so that bursts of every length and mixture occur."""
    conf = config(known(peers=[w.PEER4, {"address": "198.51.100.12", "adminState": "down"}, "198.51.100.11", w.PEER6]),
                  segment("down", 5009, (("access0", 900),), peers=[w.PEER4], adminState="down"))
    conf["segments"][0]["records"] = [AT_VM, AT_HOST, {"mac": "00:15:5d:00:00:0c", "ca": "10.1.1.12", "pa": "198.51.100.11"},
                                      {"mac": "00:15:5d:00:00:0d", "ca": "10.1.1.13", "pa": "198.51.100.12"},
                                      {"mac": "00:15:5d:00:00:0e", "ca": "10.1.1.14", "pa": w.PEER6}, {**AT_HOST, "mac": "02:00:00:00:0a:02"}]
    c = Case(name, ["F-022", "F-020"], "Good and bad packets of every kind from both sides, hundreds at one time stamp: each is sent or counted, none disturbs its neighbours.", conf)
    dice = random.Random(seed)
    bad_tenants = list(tenant_faults())
    for step in range(blocks):
        c.at(step)
        for _ in range(dice.choice((1, 7, 31, 32, 33, 64, 100))):
            kind = dice.randrange(8)
            if kind == 0:
                reason, frame = dice.choice(bad_tenants)
                c.rx("access0", frame, drop=reason)
            elif kind == 1:
                reason, frame = dice.choice(FAULTS)
                c.rx("underlay0", frame, drop=reason)
                if reason == "drop.gre.proto":
                    c.counter("gre.proto.0800")
            elif kind == 2:
                c.up(tunnel.udp4(sport=dice.randrange(65536), tos=dice.randrange(64) << 2, payload=b"m" * dice.randrange(200)))
            elif kind == 3:
                c.up(tunnel.udp6(sport=dice.randrange(65536), dst_mac="00:15:5d:00:00:0e", payload=b"m" * dice.randrange(200)), peers=[w.PEER6])
            elif kind == 4:
                c.up(w.eth(w.BROADCAST, w.HOST, 0x0806, w.arp(1, w.HOST, "10.1.1.200", "00:00:00:00:00:00", "10.1.1.%d" % dice.randrange(256))),
                     peers=[w.PEER4, "198.51.100.11", w.PEER6], bum=True)
            elif kind == 5:
                c.down(tunnel.back4(b"m" * dice.randrange(200), ttl=dice.randrange(256)), flow=dice.randrange(256))
            elif kind == 6:
                c.down(w.eth(w.BROADCAST, w.VM, 0x0806, w.arp(1, w.VM, "10.1.1.11", "00:00:00:00:00:00", "10.1.1.%d" % dice.randrange(256))), bum=True)
            else:
                c.up(w.eth("00:15:5d:00:00:0c", w.HOST, 0x88B5, b"m" * dice.randrange(100)), peers=["198.51.100.11"])


mixed("burst-of-everything", 1, 12)
mixed("burst-of-everything-again", 2, 8)

c = Case("every-fault-between-good-frames", ["F-022"], "Every fault of either side between good frames of both directions, all at one time stamp.", tunnel.FAULTY)
c.config["segments"][0]["records"] += [{"mac": "00:15:5d:00:00:0d", "ca": "10.1.1.13", "pa": "198.51.100.12"}, {**AT_HOST, "mac": "02:00:00:00:0a:02"}]
for reason, frame in tenant_faults():
    c.good().rx("access0", frame, drop=reason)
for reason, frame in FAULTS:
    c.good().rx("underlay0", frame, drop=reason)
    if reason == "drop.gre.proto":
        c.counter("gre.proto.0800")
c.good()

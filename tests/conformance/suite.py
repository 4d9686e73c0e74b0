"""The case: packets in, packets out, and what must have been counted. README.md tells the files that it writes."""
import copy
import json
import re
import struct

import offload
import wire as w

T0 = 1_700_000_000_000_000_000  # ns
MS = 1_000_000
SECOND = 1_000_000_000

CASES = []


def underlay(**more):
    return {"name": "underlay0", "role": "underlay", "device": "net_null_underlay0", "mtu": 1500, "mac": w.GATEWAY_UNDERLAY,
            "addresses": [w.LOCAL4 + "/24", w.LOCAL6 + "/64"],
            "routes": [{"prefix": "0.0.0.0/0", "via": "192.0.2.254"}, {"prefix": "::/0", "via": "2001:db8:a::fe"}],
            "neighbors": [{"address": "192.0.2.254", "mac": w.ROUTER}, {"address": "2001:db8:a::fe", "mac": w.ROUTER}], **more}


def access(name="access0", mac=w.GATEWAY_ACCESS, **more):
    return {"name": name, "role": "access", "device": "net_null_" + name, "mtu": 1500, "mac": mac, **more}


def segment(name="blue", vsid=w.VSID, attachments=(("access0", 100),), peers=(w.PEER4,), **more):
    made = {"name": name, "vsid": vsid, "attachments": [{"port": p, "vlan": v} for p, v in attachments]}
    if peers:
        made["peers"] = list(peers)
    made.update(more)
    return made


AT_VM = {"mac": w.VM, "ca": "10.1.1.11", "pa": w.PEER4}
AT_HOST = {"mac": w.HOST, "port": "access0", "vlan": 100}


def known(**more):
    """The segment of the worked packets with both ends in records, so that nothing is flooded."""
    return segment(records=[AT_VM, AT_HOST], **more)


def config(*segments, ports=None, **top):
    return {"name": "conformance", "ports": ports or [access(), underlay()], "segments": list(segments), **top}


class Case:
    """One folder of cases/. Every method adds to what goes in or to what must come out."""

    def __init__(self, name, rows, description, configuration):
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or any(c.name == name for c in CASES):
            raise ValueError(name)
        self.name, self.rows, self.description = name, rows, description
        self.config = copy.deepcopy(configuration)
        self.ports = [p["name"] for p in self.config["ports"]]
        self.inputs, self.outputs = [], []
        self.drops, self.counters = {}, {}
        self.transmitted = self.consumed = 0
        self.now = T0
        CASES.append(self)

    def at(self, ms):
        """The time, in milliseconds after the start, of what follows."""
        self.now = T0 + round(ms * MS)
        return self

    def count(self, **named):
        for name, n in named.items():
            self._bump(self.counters, name.replace("__", "-").replace("_", ".", 1), n)
        return self

    def counter(self, name, n=1):
        self._bump(self.counters, name, n)
        return self

    @staticmethod
    def _bump(where, name, n):
        if n:
            where[name] = where.get(name, 0) + n

    def rx(self, port, frame, *out, drop=None, consumed=False, bum=False, unknown=False, held=None, said=None):
        """A frame in. out: (port, frame) pairs, in order. Exactly one of out, drop and consumed.

        said: what its device says of it (offload.said).
        unknown: unicast to a MAC that the FDB does not hold; bum: broadcast or multicast; either is replicated.
        held: (milliseconds) the time at which it leaves instead.
        """
        if bool(out) + bool(drop) + bool(consumed) != 1:
            raise ValueError("one fate for each frame")
        order = len(self.inputs)
        self.inputs.append((self.now, self.ports.index(port), order, frame, said))
        when, phase = (self.now, 0) if held is None else (T0 + round(held * MS), 1)
        for to, sent in out:
            self.outputs.append(((when, phase, self.ports.index(port), order, len(self.outputs)), to, sent))
        if out:
            self.transmitted += 1
        if drop:
            self._bump(self.drops, drop, 1)
        if consumed:
            self.consumed += 1
        if unknown:
            self._bump(self.counters, "fdb.unknown", 1)
        if bum or unknown:
            self._bump(self.counters, "tx.bum.copies", len(out))
        return self

    def own(self, port, frame, at=None):
        """A frame that the gateway itself makes: control's work, after the packets of that time stamp."""
        when = self.now if at is None else T0 + round(at * MS)
        self.outputs.append(((when, 1, 0, len(self.inputs), len(self.outputs)), port, frame))
        return self

    # the two directions of the worked segment

    def up(self, inner, *, vid=100, port="access0", peers=(w.PEER4,), drop=None, pcp=0, **options):
        """An inner frame from the VLAN, which must leave toward each of the peers."""
        more = {k: options.pop(k) for k in ("bum", "unknown", "held", "consumed") if k in options}
        framed = inner if vid is None else w.tag(inner, vid, pcp)
        if drop:
            return self.rx(port, framed, drop=drop, **more)
        return self.rx(port, framed, *[("underlay0", w.encapsulated(inner, p, **options)) for p in peers], **more)

    def down(self, inner, *, to=(("access0", 100),), drop=None, **options):
        """An inner frame from a peer, which must leave on each of the attachments."""
        more = {k: options.pop(k) for k in ("bum", "unknown", "held") if k in options}
        framed = w.tunnelled(inner, **options)
        if drop:
            return self.rx("underlay0", framed, drop=drop, **more)
        return self.rx("underlay0", framed, *[(p, w.bridged(inner, v)) for p, v in to], **more)

    def good(self):
        """The two worked packets, known on both sides: they must pass whatever surrounds them."""
        self.rx("access0", w.W01, ("underlay0", w.W02))
        return self.rx("underlay0", w.W03, ("access0", w.W04))

    # writing

    def files(self):
        inputs = sorted(self.inputs, key=lambda i: i[:3])
        outputs = sorted(self.outputs, key=lambda o: o[0])
        made = {"config.json": (json.dumps(self.config, indent=1) + "\n").encode()}
        for index, port in enumerate(self.ports):
            packets = [(t, f, said) for t, p, _, f, said in inputs if p == index]
            if any(said is not None for _, _, said in packets):
                made["in-%s.pcapng" % port] = offload.pcapng(packets)
            elif packets:
                made["in-%s.pcap" % port] = pcap((t, f) for t, f, _ in packets)
            sent = [(key[0], f) for key, p, f in outputs if p == port]
            if sent:
                made["out-%s.pcap" % port] = pcap(sent)
        expect = {"description": self.description, "rows": self.rows, "inputs": [p for i, p in enumerate(self.ports) if any(x[1] == i for x in inputs)],
                  "received": len(inputs), "transmitted": self.transmitted, "consumed": self.consumed, "copies": len(outputs),
                  "drops": dict(sorted(self.drops.items())), "counters": dict(sorted(self.counters.items()))}
        if len(inputs) != self.transmitted + self.consumed + sum(self.drops.values()):
            raise ValueError("%s does not close" % self.name)
        made["expect.json"] = (json.dumps(expect, indent=1, ensure_ascii=False) + "\n").encode()
        return made


def pcap(packets):
    """A nanosecond pcap of Ethernet frames, little-endian."""
    parts = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1)]
    for t, frame in packets:
        parts.append(struct.pack("<IIII", t // SECOND, t % SECOND, len(frame), len(frame)) + frame)
    return b"".join(parts)

"""Storm limits (F-045)."""
import wire as w
from suite import Case, access, config, segment, underlay, AT_HOST, AT_VM

PORTS2 = [access(), access("access1", "02:00:00:00:01:02"), underlay()]


def frame(dst, n, size=60, src=w.HOST):
    return w.eth(dst, src, 0x88B5, n.to_bytes(4, "big") + b"." * (size - 18))


KINDS = (("broadcast", w.BROADCAST), ("multicast", "01:00:5e:01:01:01"), ("unknown", "02:00:00:00:0e:0e"))




class Bucket:
    """A tenth of a second of a rate and at least one frame, in frames; exact arithmetic in nanoseconds times the rate."""

    def __init__(self, rate, cost=1):
        self.rate, self.cost = rate, cost * 10**9  # a frame takes cost units; rate units come a second
        self.depth = max(rate * 10**8, self.cost)
        self.level, self.then = self.depth, 0

    def takes(self, now):
        self.level = min(self.depth, self.level + (now - self.then) * self.rate)
        self.then = now
        if self.level < self.cost:
            return False
        self.level -= self.cost
        return True


def offer(c, key, dst, n, passes, size=60):
    """A frame from the VLAN that is flooded, or dropped by the limit of its kind."""
    if passes:
        c.up(frame(dst, n, size), **(dict(unknown=True) if key == "unknown" else dict(bum=True)))
        return
    c.up(frame(dst, n, size), drop="drop.storm." + key)
    if key == "unknown":
        c.counter("fdb.unknown")


# 50 packets a second: a bucket of five. 20 frames at once, then 200 a second for half a second.
for key, dst in KINDS:
    for where in ("port", "segment"):
        limit = {key: 50}
        c = Case("storm-%s-of-a-%s" % (key, where), ["F-045"], "50 packets a second of %s for a %s: five at once, then 50 a second; the other kinds are not limited." % (key, where),
                 config(segment(records=[AT_HOST], **(dict(storm=limit) if where == "segment" else {})),
                        ports=[access(**(dict(storm=limit) if where == "port" else {})), underlay()]))
        bucket = Bucket(50)
        for n in range(20):
            offer(c, key, dst, n, bucket.takes(0))
        for other, group in KINDS:
            if other != key:
                offer(c, other, group, 99, True)
        for n in range(100):
            c.at(3 + 5 * n)
            offer(c, key, dst, n + 100, bucket.takes((3 + 5 * n) * 10**6))
        c.at(2000).up(w.IN01, unknown=True)

c = Case("storm-in-kilobits", ["F-045"], "80 kbit/s: a bucket of 1000 bytes of tenant frames, then 10000 a second; the tag does not count.",
         config(segment(records=[AT_HOST], storm={"broadcast": "80kbps"})))

level, then = 1000 * 10**9, 0
for n in range(60):
    now, size = (n // 3) * 20 * 10**6, (100, 333, 60)[n % 3]
    level, then = min(1000 * 10**9, level + (now - then) * 10000), now
    passes = level >= size * 10**9
    level -= size * 10**9 if passes else 0
    c.at(now / 10**6)
    offer(c, "broadcast", w.BROADCAST, n, passes, size)

c = Case("storm-at-least-one-frame", ["F-045"], "One packet a second, and a kilobit: the bucket holds one frame, however long.",
         config(segment(records=[AT_HOST], storm={"broadcast": 1, "multicast": "1kbps"})))
for ms, broadcast, multicast in ((0, True, True), (1, False, False), (999, False, False), (1001, True, False), (3998, True, False), (4000, False, True)):
    c.at(ms)
    offer(c, "broadcast", w.BROADCAST, ms, broadcast)
    offer(c, "multicast", KINDS[1][1], ms, multicast, 500)

c = Case("storm-port-and-segment", ["F-045"], "A frame takes from both buckets or from neither: what the segment refuses leaves the port its tokens. From a peer the limits hold too; known unicast is never limited.",
         config(segment(records=[AT_HOST, AT_VM], storm={"broadcast": 20}),
                segment("red", 6000, [("access0", 200)], [w.PEER4], records=[{"mac": w.HOST, "port": "access0", "vlan": 200}]),
                ports=[access(storm={"broadcast": 40}), underlay(storm={"multicast": 10, "unknown": 10})]))
for n in range(6):
    offer(c, "broadcast", w.BROADCAST, n, n < 2)
for n in range(4):
    passes = dict(bum=True) if n < 2 else dict(drop="drop.storm.broadcast")
    inner = frame(w.BROADCAST, 50 + n)
    c.rx("access0", w.tag(inner, 200), *([("underlay0", w.encapsulated(inner, vsid=6000))] if n < 2 else []), **passes)
for n in range(3):
    inner = frame("01:00:5e:01:01:01", n, src=w.VM)
    c.down(inner, **(dict(bum=True) if n == 0 else dict(drop="drop.storm.multicast")))
    inner = frame("02:00:00:00:0e:0e", n, src=w.VM)
    if n == 0:
        c.down(inner, unknown=True)
    else:
        c.down(inner, drop="drop.storm.unknown").counter("fdb.unknown")
    c.down(frame(w.BROADCAST, 70 + n, src=w.VM), drop="drop.storm.broadcast")
for _ in range(5):
    c.good()

c = Case("storm-of-one-tenant", ["A-026", "F-045"], "Two segments with the same limit, MACs and PA pair: what one sends takes nothing from the other's bucket.",
         config(segment(records=[AT_HOST], storm={"broadcast": 20}), segment("red", 6000, [("access0", 200)], records=[{**AT_HOST, "vlan": 200}], storm={"broadcast": 20})))
for n in range(5):
    offer(c, "broadcast", w.BROADCAST, n, n < 2)
for n in range(4):
    inner = frame(w.BROADCAST, 50 + n)
    c.rx("access0", w.tag(inner, 200), *([("underlay0", w.encapsulated(inner, vsid=6000))] if n < 2 else []), **(dict(bum=True) if n < 2 else dict(drop="drop.storm.broadcast")))

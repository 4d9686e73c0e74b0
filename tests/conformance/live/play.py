"""One case against one device, in real time."""
import collections
import time

from . import compare, wires


class Player:
    """wires: port name to Wire; description: the device's."""

    def __init__(self, port_wires, ignore=(), background=(), settle=0.05, patience=2.0, quiet=0.25, zero_flow_id=False):
        self.wires, self.ignore, self.background = port_wires, frozenset(ignore), background
        self.settle, self.patience, self.quiet, self.zero_flow_id = settle, patience, quiet, zero_flow_id

    def play(self, case):
        """What is wrong: (port, 'missing' or 'unexpected', frame), and the names of what was let pass."""
        self.case, self.extra, self.passed = case, [], collections.Counter()
        self.macs = {bytes.fromhex(p["mac"].replace(":", "")) for p in case.configuration["ports"] if "mac" in p}
        self.speakers = self.macs | {bytes.fromhex(r["mac"].replace(":", "")) for s in case.configuration["segments"] for r in s.get("records", [])}
        self.neighbours = {n["address"]: n["mac"] for p in case.configuration["ports"] for n in p.get("neighbors", [])}
        self.ignored = self.ignore - {"pcp"} if compare.PRIORITY_ROWS & set(case.rows) else self.ignore
        self.underlay = {p["name"] for p in case.configuration["ports"] if p["role"] == "underlay"}
        self.open = collections.Counter()
        started = self.drain()
        early = collections.Counter()  # what came before its time
        self.early = early
        began = None
        steps = list(case.steps())
        settle = min(self.settle, 0.5 / len(steps))  # many steps are quick ones
        for when, inputs, outputs in steps:
            if began is not None:
                self.listen(max(began + when - time.monotonic(), settle), lambda: False)
            else:
                began = time.monotonic() - when
            for frame in outputs:
                key = (frame.port, compare.essence(frame.bytes, self.ignored, frame.port in self.underlay))
                if early[key]:
                    early[key] -= 1
                else:
                    self.open[key] += 1
            for n, frame in enumerate(inputs):
                sent = compare.zero_flow_id(frame.bytes) if self.zero_flow_id and not case.name.startswith("flow-id-is-ignored") else frame.bytes
                if len(sent) < wires.SHORTEST or not self.wires[frame.port].send(sent):
                    self.passed["frame that the interface does not take"] += 1
                if n % 16 == 15:
                    self.listen(0, lambda: True)
            # the last frame out may be due some time after the step
            late = max((f.time for f in outputs), default=when) - when
            self.listen(self.patience + late, lambda: not self.open)
        self.listen(self.quiet, lambda: False)
        wrong = [(port, "missing", frame) for (port, frame), n in (self.open - started).items() for _ in range(n)]
        wrong += [(port, "unexpected", frame) for (port, frame), n in early.items() for _ in range(n)]
        return wrong, self.passed

    def drain(self):
        """Empties the wires; counts what the device said of its own accord when it started: a case may expect that."""
        said = collections.Counter()
        for port, wire in self.wires.items():
            while (frame := wire.receive()) is not None:
                if compare.background(frame, compare.BACKGROUND, self.speakers):
                    said[port, compare.essence(frame, self.ignored, port in self.underlay)] += 1
        return said

    def listen(self, seconds, done):
        """Takes what arrives until the time is over or done() holds and nothing waits."""
        end = time.monotonic() + seconds
        while True:
            took = False
            for port, wire in self.wires.items():
                for _ in range(64):
                    frame = wire.receive()
                    if frame is None:
                        break
                    took = True
                    self.take(port, frame)
            if not took:
                if done() or time.monotonic() >= end:
                    return
                wires.wait(self.wires.values(), min(end - time.monotonic(), 0.05))

    def take(self, port, frame):
        key = (port, compare.essence(frame, self.ignored, port in self.underlay))
        if self.open[key]:
            self.open[key] -= 1
            if not self.open[key]:
                del self.open[key]
            return
        del self.open[key]  # a Counter keeps what was asked for
        reply = compare.answer(frame, self.neighbours, self.macs)
        if reply:
            self.passed["asks for a next hop"] += 1
            self.wires[port].send(reply)
            return
        rule = compare.background(frame, self.background, self.speakers)
        if rule:
            self.passed[rule] += 1
            return
        self.early[key] += 1

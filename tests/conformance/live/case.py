"""A folder of cases/, read for a live device, and which of them a live device cannot be asked."""
import collections
import fnmatch
import json
import pathlib
import struct

CASES = pathlib.Path(__file__).resolve().parent.parent / "cases"
LONGEST = 3.0  # s

# What only replay decides: its clock, and its order of frames on several ports at one time.
REPLAY_ONLY = {
    "storm-*": "counts frames per unit of time, exact on the replay clock only",
    "*-before-rate": "counts frames per unit of time, exact on the replay clock only",
    "dropped-at-rate-*": "counts frames per unit of time, exact on the replay clock only",
    "echo-budget": "counts frames per unit of time, exact on the replay clock only",
    "arp-budget": "counts frames per unit of time, exact on the replay clock only",
    "errors-are-rated": "counts errors per unit of time, exact on the replay clock only",
    "moves-at-one-time-stamp": "depends on the order of frames on two interfaces at one time",
}

Frame = collections.namedtuple("Frame", "time port bytes")  # time: s after the first frame of the case


class Case:
    def __init__(self, folder):
        self.name = folder.name
        self.has_metadata = any(folder.glob("in-*.pcapng"))
        self.configuration = json.loads((folder / "config.json").read_text())
        expect = json.loads((folder / "expect.json").read_text())
        self.rows, self.description = expect["rows"], expect["description"]
        self.ports = [p["name"] for p in self.configuration["ports"]]
        # equal times go in the order of the inputs
        self.inputs = sorted((f for p in expect["inputs"] for f in _read(folder / f"in-{p}.pcap", p)), key=lambda f: f.time)
        self.outputs = sorted((f for p in self.ports for f in _read(folder / f"out-{p}.pcap", p)), key=lambda f: f.time)
        start = min((f.time for f in self.inputs), default=0)
        self.inputs = [f._replace(time=f.time - start) for f in self.inputs]
        self.outputs = [f._replace(time=f.time - start) for f in self.outputs]
        self.span = max((f.time for f in self.inputs + self.outputs), default=0)

    def steps(self):
        """(time, frames in, frames out until the next step), in order."""
        times = sorted({f.time for f in self.inputs})
        for i, t in enumerate(times):
            after = times[i + 1] if i + 1 < len(times) else float("inf")
            yield t, [f for f in self.inputs if f.time == t], [f for f in self.outputs if t <= f.time < after]

    def unfit(self, wired):
        """Why no live device can be asked this, or None. wired: the names of the ports that have a wire."""
        for pattern, reason in REPLAY_ONLY.items():
            if fnmatch.fnmatch(self.name, pattern):
                return reason
        if self.has_metadata:
            return "carries what a device says of received frames: needs replay"
        if self.span > LONGEST:
            return "takes %g s: needs the replay clock" % round(self.span, 1)
        missing = [p for p in self.ports if p not in wired]
        return "needs a wire to " + ", ".join(missing) if missing else None


def _read(path, port):
    if not path.exists():
        return
    data, at = path.read_bytes(), 24
    while at < len(data):
        seconds, nanoseconds, size, _ = struct.unpack_from("<IIII", data, at)
        yield Frame((seconds - 1_700_000_000) + nanoseconds / 1e9, port, data[at + 16:at + 16 + size])
        at += 16 + size


def load(patterns):
    """The cases whose names match one of the patterns, those of one configuration together."""
    cases = [Case(f) for f in sorted(CASES.iterdir()) if any(fnmatch.fnmatch(f.name, p) for p in patterns)]
    first = {}
    for case in cases:
        first.setdefault(json.dumps(case.configuration, sort_keys=True), len(first))
    return sorted(cases, key=lambda c: first[json.dumps(c.configuration, sort_keys=True)])

#!/usr/bin/python3
"""table.py FOLDER: the tables of compare.py's raw text, in Markdown.

A run is one process; its figure is the median of its windows.  A ratio is of two runs of one round.  Tables give the median over
the rounds and, in brackets, the 10th to the 90th percentile.
"""
import glob, os, re, statistics, sys


def quantile(v, p):
    v, k = sorted(v), (len(v) - 1) * p
    i = int(k)
    return v[i] + (k - i) * (v[min(i + 1, len(v) - 1)] - v[i])


def spread(v, digits):
    return "%.*f [%.*f-%.*f]" % (digits, quantile(v, .5), digits, quantile(v, .1), digits, quantile(v, .9)) if v else "-"


def read(path):
    """{system: {round: {field: median of the windows}}}"""
    windows = {}
    for line in open(path):
        m = re.match(r"round (\d+) (\S+) run \d+ (.*)", line)
        if m:
            w = m[3].split()
            for k, v in zip(w[::2], w[1::2]):
                if re.fullmatch(r"[\d.]+", v):
                    windows.setdefault(m[2], {}).setdefault(int(m[1]), {}).setdefault(k, []).append(float(v))
    return {s: {r: {k: statistics.median(v) for k, v in f.items()} for r, f in rounds.items()} for s, rounds in windows.items()}


def name(path):
    mode, size, flows, macs = os.path.basename(path)[:-4].split(",")
    short = {"1024": "1k", "65536": "64k"}
    return [mode, size, short.get(flows, flows), short.get(macs, macs)]


def order(path):
    mode, size, flows, macs = os.path.basename(path)[:-4].split(",")
    return size, int(flows), int(macs), mode != "encap"


def row(cells):
    print("| " + " | ".join(cells) + " |")


def main(folder):
    files = sorted(glob.glob(folder + "/*,*,*,*.txt"), key=order)
    data = {f: read(f) for f in files}
    systems = [s for s in ("gateway", "before", "cfull", "cbound", "ovs") if any(s in d for d in data.values())]
    pairs = [(a, b) for i, a in enumerate(systems) for b in systems[i + 1:]]
    row(["work", "frame B", "flows", "MACs", "rounds"] + ["%s / %s" % p for p in pairs])
    row(["---"] * (5 + len(pairs)))
    for f, d in data.items():
        rounds = set.intersection(*(set(d.get(s, {})) for s in systems))
        ratios = [[d[a][r]["Mpps"] / d[b][r]["Mpps"] for r in sorted(rounds) if d[b][r]["Mpps"]] for a, b in pairs]
        row(name(f) + [str(len(rounds))] + [spread(v, 2) for v in ratios])
    print()
    row(["work", "frame B", "flows", "MACs", "system", "Mpps", "cycles a packet", "rx", "proc", "tx"])
    row(["---"] * 10)
    for f, d in data.items():
        for s in systems:
            runs = d.get(s, {}).values()
            field = lambda k, n: spread([r[k] for r in runs if k in r], n)
            row(name(f) + [s, field("Mpps", 2), field("cyc/pkt", 1)]
                + ["%.1f" % statistics.median(v) if (v := [r[k] for r in runs if k in r]) else "-" for k in ("rx", "proc", "tx")])


if __name__ == "__main__":
    main(sys.argv[1])

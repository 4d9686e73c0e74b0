#!/usr/bin/python3
"""run_gateway.py encap|decap|bidir SIZE FLOWS MACS [runs] [secs] [burst]

The gateway as a user runs it (`nvgre-gateway run`, metrics on): one worker on DUT_CORE, everything else on AUX_CORE, its worker
thread under SCHED_FIFO once it polls (RT= in the environment turns that off).  Prints what the C programs print, per window:
Mpps = frames that the output port sent, by its metrics endpoint / wall time; cyc/pkt = time stamp counter cycles of wall time per
frame; rx, proc, tx = the worker's own stage clock; and at the end drops, allocations and collections while it was measured.
GATEWAY=PROGRAM, GATEWAY_ENV="NAME=VALUE ...".
"""
import fcntl, os, statistics, subprocess, sys, time
from gateway import HERE, LAB, Gateway, macs_file, tsc_hz

PORT_SENT = "nvgre_gateway_port_transmit_packets_total"
NULL = "net_null0,no-rx=1"


def devices(mode, name):
    source = "net_pcap%d,rx_pcap=%s/%s_%s.pcap,infinite_rx=1"
    return (NULL if mode == "decap" else source % (0, LAB, "encap", name),
            NULL if mode == "encap" else source % (1, LAB, "decap", name))


def sample(g):
    values, at = g.metrics()
    worker = g.ask("/workers")[0]
    return at, values, worker


def total(values, name):
    return sum(v for (n, _), v in values.items() if n == name)


def main():
    mode, size, flows, macs = sys.argv[1:5]
    runs, secs, burst = int((sys.argv + ["5"] * 6)[5]), float((sys.argv + ["3"] * 7)[6]), (sys.argv + [None] * 8)[7]
    name = "%s_f%s_m%s" % (size, flows, macs)
    subprocess.run(["bash", "-c", '. "%s/lib.sh"; hugepages; inputs %s' % (HERE, name)], check=True)
    out = {"encap": ["underlay0"], "decap": ["access0"], "bidir": ["access0", "underlay0"]}[mode]
    hz = tsc_hz()
    environment = dict(v.split("=", 1) for v in os.environ.get("GATEWAY_ENV", "").split())
    with open(os.environ.get("BENCH_LOCK", LAB + "/lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with Gateway(macs_file(name), *devices(mode, name), int(burst) if burst else None, environment) as g:
            g.wait_ready()
            g.set_real_time()
            time.sleep(1)
            first = a = sample(g)
            rates = []
            for run in range(runs):
                time.sleep(secs)
                b = sample(g)
                sent = sum(b[1].get((PORT_SENT, 'port="%s"' % p), 0) - a[1].get((PORT_SENT, 'port="%s"' % p), 0) for p in out)
                took, d = b[0] - a[0], {k: b[2][k] - a[2][k] for k in ("polls", "emptyPolls", "received", "receiveCycles", "processCycles", "transmitCycles")}
                if not sent or not d["received"]:
                    g.fail("no frame was sent in %.1f s" % took)
                rates.append(sent / took / 1e6)
                n = d["received"]
                print("run %d Mpps %.3f cyc/pkt %.2f rx %.2f proc %.2f tx %.2f in %d out %d avgburst %.1f" % (
                    run, rates[-1], hz * took / sent, d["receiveCycles"] / n, d["processCycles"] / n, d["transmitCycles"] / n, n, sent,
                    n / max(1, d["polls"] - d["emptyPolls"])), flush=True)
                a = b
            for (metric, labels), v in sorted(a[1].items()):
                before = first[1].get((metric, labels), 0)
                if v != before and any(w in metric for w in ("drop", "gc_", "allocated", "flood", "punt", "learned")):
                    print("%s{%s} +%d" % (metric, labels, v - before))
    print("median Mpps %.3f" % statistics.median(rates))


if __name__ == "__main__":
    main()

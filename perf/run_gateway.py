#!/usr/bin/python3
"""run_gateway.py encap|decap|bidir SIZE FLOWS MACS [runs] [secs] [burst]

The gateway as a user runs it (`nvgre-gateway run`, metrics on): one worker on DUT_CORE, everything else on AUX_CORE, its worker
thread under SCHED_FIFO once it polls (RT= in the environment turns that off).  Prints what the C programs print, per window:
Mpps = frames that the output port sent, by its metrics endpoint / wall time; cyc/pkt = time stamp counter cycles of wall time per
frame; rx, proc, tx = the worker's own stage clock; and at the end drops, allocations and collections while it was measured.
GATEWAY=PROGRAM, GATEWAY_ENV="NAME=VALUE ...".
"""
import fcntl, os, statistics, subprocess, sys, time
from gateway import HERE, LAB, Gateway, macs_file

NULL = "net_null0,no-rx=1"


def devices(mode, name):
    source = "net_pcap%d,rx_pcap=%s/%s_%s.pcap,infinite_rx=1"
    return (NULL if mode == "decap" else source % (0, LAB, "encap", name),
            NULL if mode == "encap" else source % (1, LAB, "decap", name))


def total(sample, name, labels=""):
    """The sum of a metric over its series that hold these labels."""
    return sum(v for (n, l), v in sample[0].items() if n == "nvgre_gateway_" + name and labels in l)


def main():
    mode, size, flows, macs = sys.argv[1:5]
    runs, secs, burst = int((sys.argv + ["5"] * 6)[5]), float((sys.argv + ["3"] * 7)[6]), (sys.argv + [None] * 8)[7]
    name = "%s_f%s_m%s" % (size, flows, macs)
    subprocess.run(["bash", "-c", '. "%s/lib.sh"; hugepages; inputs %s' % (HERE, name)], check=True)
    out = {"encap": ["underlay0"], "decap": ["access0"], "bidir": ["access0", "underlay0"]}[mode]
    environment = dict(v.split("=", 1) for v in os.environ.get("GATEWAY_ENV", "").split())
    with open(os.environ.get("BENCH_LOCK", LAB + "/lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with Gateway(macs_file(name), *devices(mode, name), int(burst) if burst else None, environment) as g:
            g.wait_ready()
            g.separate()
            time.sleep(1.5)
            g.metrics()                      # the first scrape compiles what scrapes
            first = a = g.metrics()
            hz = total(a, "timestamp_hertz")
            rates = []
            for run in range(runs):
                time.sleep(secs)
                b = g.metrics()

                def gain(metric, labels=""):
                    return total(b, metric, labels) - total(a, metric, labels)

                took, received = b[1] - a[1], gain("worker_receive_packets_total")
                sent = sum(gain("port_transmit_packets_total", 'port="%s"' % p) for p in out)
                if not sent or not received:
                    g.fail("no frame was sent in %.1f s" % took)
                rates.append(sent / took / 1e6)
                stage = ["%s %.2f" % (word, gain("worker_cycles_total", 'stage="%s"' % label) / received)
                         for word, label in (("rx", "receive"), ("proc", "process"), ("tx", "transmit"))]
                print("run %d Mpps %.3f cyc/pkt %.2f %s in %d out %d avgburst %.1f" % (
                    run, rates[-1], hz * took / sent, " ".join(stage), received, sent,
                    received / max(1, gain("worker_polls_total") - gain("worker_empty_polls_total"))), flush=True)
                a = b
            for metric in ("drops_total", "fdb_unknown", "fdb_learned_total", "gc_steady_collections", "gc_steady_allocated_bytes"):
                v = total(a, metric) - (total(first, metric) if metric.endswith("_total") else 0)
                if v:
                    print("%s +%d" % (metric, v))
    print("median Mpps %.3f" % statistics.median(rates))


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""run_scale.py [--cells CELL ...] [--ways rss spread auto off] [--rounds N] [--windows N] [--secs S]

CELL is MODE:SIZE:FLOWS:MACS, with :sums at its end for segments whose tenants' checksums are looked at (dropBadInnerChecksum); or `tso`: 64 KB
TCP frames of 64 flows out of the one queue of a guest (run_tso.py), cut and summed in software. That one has no way `rss`.

Two workers against one, on DUT_CORE and SECOND_CORE (both free; everything else on AUX_CORE):
  rss      the port has a receive queue for each worker and each queue has whole flows: net_pcap with the input dealt to two files by
           inner flow, as a device that hashes inner headers deals it
  spread   the port has one queue: the worker that receives hands packets over by inner flow (workers.spread: always), so that
           the receiving itself, net_pcap's copy of each frame, is not shared
  auto     the same with workers.spread: auto, the default: the gateway finds out whether it had better not
  off      the same with workers.spread: off: what the second worker costs that has nothing to do
Before and after each run of two workers `hop` tells in how many cycles their cores answer each other: where a hypervisor moves them
between caches, runs are `near` (below NEAR both times) or not, and are summed up apart.
One worker has one queue and the whole input.  Mpps = frames that the output port sent / wall time.  One and two alternate, and so do
the cores: in every second round the one worker is on SECOND_CORE.
"""
import argparse, fcntl, os, statistics, subprocess, time
from gateway import DUT, HERE, LAB, REAL_TIME, Gateway, macs_file
from run_gateway import NULL, total
import reference, run_tso

NEAR = 500
SECOND = int(os.environ.get("SECOND_CORE", "1"))


def deal(path, direction):
    """The packets of an input in two files by their inner flow; the names. Both halves are as large as they come out."""
    halves = [path.replace(".pcap", "_q%d.pcap" % q) for q in (0, 1)]
    if all(os.path.exists(h) and os.path.getmtime(h) >= os.path.getmtime(path) for h in halves):
        return halves
    header = open(path, "rb").read(24)
    flows, files = {}, [open(h, "wb") for h in halves]
    for f in files:
        f.write(header)
    for p in reference.rd(path):
        at = 18 if direction == "encap" else 14 + 20 + 8 + 14      # IPv4 in both
        key = p[at + 9:at + 10] + p[at + 12:at + 24]
        q = flows.setdefault(key, len(flows) & 1)
        files[q].write(b"\0" * 8 + len(p).to_bytes(4, "little") * 2 + p)
    for f in files:
        f.close()
    return halves


def devices(mode, name, queues):
    path = "%s/%s_%s.pcap" % (LAB, mode, name)
    source = "net_pcap0,%s,infinite_rx=1" % ",".join("rx_pcap=" + p for p in (deal(path, mode) if queues == 2 else [path]))
    return (source, NULL) if mode == "encap" else (NULL, source)


def measure(cell, way, cores, runs, secs):
    if cell == "tso":
        with run_tso.Guest("encap:tso", "--flows", "64") as guest:
            return gateway(run_tso.MACS, ("net_vhost0,iface=%s,client=1,tso=1" % run_tso.SOCKETS[0], NULL), "underlay0", cores, runs, secs,
                           lambda c: (run_tso.second_port("encap:tso")(c), c["workers"].update(spread={"spread": "always", "": "auto"}.get(way, way))), guest.ready)
    mode, size, flows, macs = cell.split(":")[:4]
    name = "%s_f%s_m%s" % (size, flows, macs)

    def change(c):
        if int(flows) <= 1024:
            del c["memory"]                           # as many buffers as it takes for itself
        if len(cores) == 2 and way == "rss":
            c["workers"]["spread"] = "off"            # the files are dealt already
        elif len(cores) == 2:
            c["workers"]["spread"] = {"spread": "always"}.get(way, way)
        if cell.endswith(":sums"):
            c["segments"][0]["dropBadInnerChecksum"] = True
    return gateway(macs_file(name), devices(mode, name, 2 if len(cores) == 2 and way == "rss" else 1), "underlay0" if mode == "encap" else "access0",
                   cores, runs, secs, change, lambda: None)


def hop():
    return int(subprocess.run([*(["chrt", "-f", "1"] if REAL_TIME else []), LAB + "/hop", str(DUT), str(SECOND)], capture_output=True, text=True, check=True).stdout)


def gateway(macs, ports, out, cores, runs, secs, change, source_ready):
    with Gateway(macs, *ports, log=LAB + "/gateway_scale.log", change=change, cores=cores) as g:
        source_ready()
        g.wait_ready()
        g.separate()
        time.sleep(1.5 if len(cores) == 1 else 5)     # shares of a software spread settle twice a second
        g.metrics()
        first = a = g.metrics()
        rates = []
        for run in range(runs):
            time.sleep(secs)
            b = g.metrics()
            sent = total(b, "port_transmit_packets_total", 'port="%s"' % out) - total(a, "port_transmit_packets_total", 'port="%s"' % out)
            each = [total(b, "worker_receive_packets_total", 'worker="%d"' % w) - total(a, "worker_receive_packets_total", 'worker="%d"' % w)
                    for w in range(len(cores))]
            rates.append(sent / (b[1] - a[1]) / 1e6)
            cycles = lambda w, s: sum(v - a[0].get((n, l), 0) for (n, l), v in b[0].items()
                                      if n == "nvgre_gateway_worker_cycles_total" and 'worker="%d"' % w in l and 'stage="%s"' % s in l) / max(1, sent)
            print("run %d Mpps %.3f received by worker %s; rx proc tx of all packets %s" % (
                run, rates[-1], " ".join("%.0f%%" % (100 * e / max(1, sum(each))) for e in each),
                ", ".join("%.0f %.0f %.0f" % tuple(cycles(w, s) for s in ("receive", "process", "transmit")) for w in range(len(cores)))), flush=True)
            a = b
        if len(cores) == 2:
            queues = g.ask("/queues")[0 if out == "underlay0" else 1]
            shares = [w["expected"] for w in queues["workers"] if "expected" in w]
            if shares:
                print("%s, shares %s, %s trials, packets kept go %s times as fast" % (
                    queues["mode"], " ".join("%.0f%%" % share for share in shares), queues.get("trials"), queues.get("alone")))
        for (n, l), v in sorted(a[0].items()):
            if n == "nvgre_gateway_drops_total" and v - first[0].get((n, l), 0):
                print("%s{%s} +%d" % (n, l, v - first[0].get((n, l), 0)))
    return statistics.median(rates)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--cells", nargs="+", default=["encap:64:1024:1024", "decap:64:1024:1024"])
    ap.add_argument("--ways", nargs="+", default=["rss", "spread"], choices=["rss", "spread", "auto", "off"])
    ap.add_argument("--patience", type=float, default=0, help="seconds to wait for the cores to be near each other")
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--windows", type=int, default=3)
    ap.add_argument("--secs", type=float, default=0.5)
    a = ap.parse_args()
    names = sorted({"%s_f%s_m%s" % tuple(c.split(":")[1:4]) for c in a.cells if c != "tso"})
    subprocess.run(["bash", "-c", '. "%s/lib.sh"; hugepages; build hop; inputs %s' % (HERE, " ".join(names))], check=True)
    if "tso" in a.cells:
        run_tso.prepare()
    one, ratios = {}, {}
    for r in range(a.rounds):
        for cell in a.cells:
            with open(os.environ.get("BENCH_LOCK", LAB + "/lock"), "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                single = [SECOND] if r % 2 else [DUT]
                print("round %d %s one worker" % (r, cell), flush=True)
                base = measure(cell, "", single, a.windows, a.secs)
                one.setdefault(cell, []).append(base)
                for way in a.ways[::-1 if r % 2 else 1]:
                    if cell == "tso" and way == "rss":
                        continue
                    end = time.monotonic() + a.patience
                    while (before := hop()) >= NEAR and time.monotonic() < end:
                        time.sleep(1)
                    print("round %d %s two workers, %s, cores %d cycles apart" % (r, cell, way, before), flush=True)
                    ratio, after = measure(cell, way, [DUT, SECOND], a.windows, a.secs) / base, hop()
                    where = "near" if max(before, after) < NEAR else "far" if min(before, after) >= NEAR else "moved"
                    print("%.2f times as much, %s (%d cycles)" % (ratio, where, after), flush=True)
                    ratios.setdefault((cell, way, where), []).append(ratio)
    for (cell, way, where), v in sorted(ratios.items()):
        v.sort()
        print("%-20s %-7s %-5s one worker %.2f Mpps, two %.2f times as much [%.2f-%.2f], %d rounds" % (
            cell, way, where, statistics.median(one[cell]), statistics.median(v), v[0], v[-1], len(v)))


if __name__ == "__main__":
    main()

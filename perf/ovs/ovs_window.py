#!/usr/bin/python3
"""ovs_window.py encap|decap RUNS SECS: measure a running ovs.sh switch in windows.

Mpps = frames that the output port sent / wall time; cyc/pkt = cycles of the poll thread per frame."""
import os, re, subprocess, sys, time
HERE = os.path.dirname(os.path.abspath(__file__))
direction, runs, secs = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])


def sh(*a):
    return subprocess.run([HERE + "/ovs.sh", *a], capture_output=True, text=True).stdout


def sent():
    t = sh("of", "dump-ports", "br-phy" if direction == "encap" else "br-int", "1")
    return int(re.search(r"tx pkts=(\d+)", t).group(1))


def flows():
    m = re.search(r"\(current (\d+)\)", sh("app", "upcall/show"))
    return int(m.group(1)) if m else -1


def pmd():
    t = sh("app", "dpif-netdev/pmd-stats-show")
    t = t[t.index("pmd thread"):]

    def field(k):
        m = re.search(re.escape(k) + r":\s*(\d+)", t)
        return int(m.group(1)) if m else 0
    return {k: field(k) for k in ("packets received", "emc hits", "smc hits", "megaflow hits", "miss with success upcall",
                                  "miss with failed upcall", "idle cycles", "processing cycles")}


t0, last = time.time(), -1
while time.time() - t0 < 24:                 # let the flow table fill
    # the revalidator starts its limit at 10,000 flows and raises it slowly
    sh("app", "upcall/set-flow-limit", "400000")
    time.sleep(1)
    n = pmd()
    miss = n["miss with success upcall"]
    if time.time() - t0 > 1.5 and miss - last < 20:
        break
    last = miss
print("flows in datapath %d, upcalls %d, failed %d, after %.0f s" %
      (flows(), last, n["miss with failed upcall"], time.time() - t0))
for r in range(runs):
    p0, a0, w0 = pmd(), sent(), time.monotonic()
    time.sleep(secs)
    a1, w1, p1 = sent(), time.monotonic(), pmd()
    q = {k: p1[k] - p0[k] for k in p0}
    rx = max(q["packets received"], 1)
    look = max(1, q["emc hits"] + q["smc hits"] + q["megaflow hits"])
    print("run %d Mpps %.3f cyc/pkt %.1f proc %.1f emc %.1f%% smc %.1f%% mega %.1f%% upcall %d" % (
        r, (a1 - a0) / (w1 - w0) / 1e6, (q["idle cycles"] + q["processing cycles"]) / rx, q["processing cycles"] / rx,
        100 * q["emc hits"] / look, 100 * q["smc hits"] / look, 100 * q["megaflow hits"] / look,
        q["miss with success upcall"]), flush=True)

#!/usr/bin/python3
"""run_tso.py [--out FOLDER] [--rounds N] [--windows N] [--secs S] [--systems gateway ovs] [--cells CELL ...]

64 KB TCP frames of a guest through vhost-user: tsogen (a DPDK program, net_virtio_user) on GEN_CORE is the guest, the switch polls on
DUT_CORE, everything else is on AUX_CORE.  Cells:
  encap:tso     a 64 KB frame with a segmentation request, to NVGRE: 46 segments with all checksums, cut by the switch
  encap:plain   offload off: the guest sends the same bytes as segments of 1400
  bridge:tso    to a second guest, which takes 64 KB frames: in one piece
  bridge:soft   to a second guest, to which the switch must not use offloads ("offload": "off" of that port): cut on the way
  bridge:plain  offload off, both guests
  decap:apart   NVGRE packets with 1400 bytes of TCP each, 46 of a flow in a row, to a guest as they are
  decap:join    the same, "coalesce" of its port: joined to frames of up to 32 segments (OVS cannot)
Underlay: net_null, which does nothing for anybody; net_pcap with an endless input in the decap cells.  Gbps and cycles a byte are of the tenant's TCP payload that *left*: counters of the
egress port, and time stamp counter cycles of wall time of the one thread that polls, which is saturated.  `rx proc tx` (gateway) and
`busy` (OVS: its processing cycles) are the programs' own clocks, in cycles a byte as well.  Systems alternate, round by round.
OVS: rules `full` of ovs/ovs.sh; userspace-tso-enable in the cells with TSO.  What left nothing says so.
"""
import argparse, fcntl, os, re, signal, statistics, struct, subprocess, sys, time
from constants import LOCAL_PA, UNDERLAY_LOCAL_MAC, VSID
from gateway import AUX, DUT, HERE, LAB, REAL_TIME, Gateway
from run_gateway import NULL, total

GEN = int(os.environ.get("GEN_CORE", "1"))
CELLS = ["encap:tso", "encap:plain", "bridge:tso", "bridge:soft", "bridge:plain", "decap:apart", "decap:join"]
GUEST, GUEST2, REMOTE = "02:00:00:00:0b:01", "02:00:00:00:0b:02", "02:00:00:00:0c:01"
PAYLOAD, MSS = 64400, 1400
BRIDGED = 14 + 4 + 20 + 20               # bytes in front of the payload
MACS = LAB + "/macs_tso.txt"
INPUT = LAB + "/decap_tso.pcap"
SOCKETS = [LAB + "/tso0.sock", LAB + "/tso1.sock"]


def prepare():
    subprocess.run(["bash", "-c", '. "%s/lib.sh"; hugepages; build tsogen' % HERE], check=True)
    with open(MACS, "w") as f:
        f.write("%s 172.31.0.2 02:00:00:00:bb:02\n" % REMOTE)
    with open(LAB + "/vmacs_tso.txt", "w") as f:
        f.write("%s\n%s\n" % (GUEST, GUEST2))
    if not os.path.exists(INPUT):
        write_input()


def sum16(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def write_input():
    """What the far end of the tunnel sends: 64 large frames of 16 flows, one after the other, each cut into 46 segments."""
    mac = lambda text: bytes.fromhex(text.replace(":", ""))
    addr = lambda text: bytes(map(int, text.split(".")))
    with open(INPUT, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for frame in range(64):
            for cut in range(PAYLOAD // MSS):
                offset = frame // 16 * PAYLOAD + cut * MSS
                data = bytes((o * 31 + (o >> 8)) & 255 for o in range(offset, offset + MSS))
                tcp = struct.pack("!HHIIBBHHH", 20000 + frame % 16, 5201, 1 + offset, 1, 0x50, 0x18 if cut == PAYLOAD // MSS - 1 else 0x10, 65535, 0, 0) + data
                ends = addr("10.1.0.2") + addr("10.1.0.1")
                tcp = tcp[:16] + struct.pack("!H", sum16(ends + struct.pack("!HH", 6, len(tcp)) + tcp)) + tcp[18:]
                ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), (frame * 64 + cut) & 0xffff, 0x4000, 64, 6, 0) + ends
                ip = ip[:10] + struct.pack("!H", sum16(ip)) + ip[12:]
                inner = mac(GUEST) + mac(REMOTE) + b"\x08\0" + ip + tcp
                outer = struct.pack("!BBHHHBBH", 0x45, 0, 28 + len(inner), 0, 0x4000, 64, 47, 0) + addr("172.31.0.2") + addr(LOCAL_PA)
                outer = outer[:10] + struct.pack("!H", sum16(outer)) + outer[12:]
                packet = mac(UNDERLAY_LOCAL_MAC) + mac("02:00:00:00:bb:02") + b"\x08\0" + outer + struct.pack("!II", 0x20006558, VSID << 8 | frame % 16) + inner
                f.write(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)


def real_time(tid):
    if REAL_TIME:
        os.sched_setscheduler(tid, os.SCHED_FIFO, os.sched_param(1))


class Guest:
    """tsogen: the server of the vhost sockets; the switch is their client."""

    def __init__(self, cell, *options):
        for s in SOCKETS:
            if os.path.exists(s):
                os.remove(s)
        way, kind = cell.split(":")
        self.log = LAB + "/tsogen.log"
        command = ["taskset", "-c", str(GEN), LAB + "/tsogen", "--in-memory", "--single-file-segments", "--no-pci", "--no-telemetry",
                   "-m", "256", "-l", str(GEN)]
        for i in range(2 if way == "bridge" else 1):
            command += ["--vdev", "net_virtio_user%d,path=%s,queues=1,queue_size=1024,server=1" % (i, SOCKETS[i])]
        command += ["--", "--payload", str(PAYLOAD), "--mss", str(MSS), "--source", GUEST, "--destination", GUEST2 if way == "bridge" else REMOTE]
        command += ["--plain"] if kind == "plain" else ["--receive"] if way == "decap" else []
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(command + list(options), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

    def ready(self, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            if "port(s)" in open(self.log).read():
                real_time(self.process.pid)
                return
            time.sleep(0.1)
        self.fail("not ready")

    def fail(self, why):
        raise SystemExit("tsogen: %s\n%s" % (why, "".join(open(self.log, errors="replace").readlines()[-20:])))

    def received(self):
        """Gbit/s of frames that it received in its last window."""
        found = re.findall(r"received \d+ Gbps (\S+)", open(self.log).read())
        return float(found[-1]) if found else 0.0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def second_port(cell):
    def change(c):
        del c["memory"]                      # as many buffers as it takes for itself
        for p in c["ports"]:
            if p["role"] == "access":
                p["mtu"] = 1500
                p.update({"coalesce": True} if cell == "decap:join" else {})
        if cell.startswith("bridge"):
            c["ports"].append({"name": "access1", "role": "access", "device": "net_vhost1,iface=%s,client=1,tso=1" % SOCKETS[1], "mtu": 1500,
                               "mac": "02:00:00:00:aa:02", **({"offload": "off"} if cell == "bridge:soft" else {})})
            s = c["segments"][0]
            s["attachments"].append({"port": "access1", "vlan": 100})
            next(r for r in s["records"] if r["mac"] == GUEST2)["port"] = "access1"
    return change


def to_guest(cell):
    return not cell.startswith("encap")


def underlay(cell, number):
    return "net_pcap%d,rx_pcap=%s,infinite_rx=1" % (number, INPUT) if cell.startswith("decap") else NULL.replace("net_null0", "net_null%d" % number)


def payload(cell, packets, sent):
    """TCP payload in what an egress port sent; toward NVGRE every packet is full (and OVS' net_null counts no bytes)."""
    return sent - packets * BRIDGED if to_guest(cell) else packets * MSS


def windows(cell, sample, hz, runs, secs):
    """sample(): (time, received packets, sent packets, sent bytes, {stage: cycles}); prints a line a window."""
    a, rates = sample(), []
    for run in range(runs):
        time.sleep(secs)
        b = sample()
        took, taken, packets, sent = (y - x for x, y in zip(a[:4], b[:4]))
        data = payload(cell, packets, sent)
        gone = max(data, 1)
        came = max(taken, 1) * (MSS if cell.endswith("plain") or cell.startswith("decap") else PAYLOAD)     # read with the clocks, OVS' port counters are not
        stages = " ".join("%s %.4f" % (k, (b[4][k] - a[4][k]) / came) for k in a[4])
        rates.append(data * 8 / took / 1e9)
        print("run %d Gbps %.3f cyc/byte %.4f %s in %d out %d bytes/frame %.0f" % (
            run, rates[-1], hz * took / gone if data else 0, stages if data else "", taken, packets, sent / max(packets, 1)), flush=True)
        a = b
    return rates


def gateway(cell, runs, secs):
    out, taken = {"bridge": ("access1", "access0"), "decap": ("access0", "underlay0"), "encap": ("underlay0", "access0")}[cell.split(":")[0]]
    with Guest(cell) as guest:
        with Gateway(MACS, "net_vhost0,iface=%s,client=1,tso=1" % SOCKETS[0], underlay(cell, 0), burst=int(os.environ.get("BURST", "0")) or None, log=LAB + "/gateway_tso.log", change=second_port(cell)) as g:
            guest.ready()
            g.wait_ready()
            g.separate()
            time.sleep(2)
            g.metrics()
            first = g.metrics()

            def sample():
                m = g.metrics()
                return (m[1], total(m, "port_receive_packets_total", 'port="%s"' % taken), total(m, "port_transmit_packets_total", 'port="%s"' % out),
                        total(m, "port_transmit_bytes_total", 'port="%s"' % out),
                        {w: total(m, "worker_cycles_total", 'stage="%s"' % s) for w, s in (("rx", "receive"), ("proc", "process"), ("tx", "transmit"))})
            rates = windows(cell, sample, total(first, "timestamp_hertz"), runs, secs)
            last = g.metrics()
            for (n, l), v in sorted(last[0].items()):
                if n in ("nvgre_gateway_drops_total", "nvgre_gateway_port_device_errors_total") and v - first[0].get((n, l), 0):
                    print("%s{%s} +%d" % (n, l, v - first[0].get((n, l), 0)))
            if cell == "decap:join":
                gain = lambda n: total(last, n, 'port="access0"') - total(first, n, 'port="access0"')
                print("segments joined %d of %d, %.1f to a frame" % (gain("port_coalesced_segments_total"), gain("port_transmit_packets_total"),
                                                                    gain("port_coalesced_segments_total") / max(1, gain("port_coalesced_frames_total"))))
            if to_guest(cell):
                print("guest received Gbps %.3f (frames)" % guest.received())
    return rates


def tsc_hertz():
    """Of the time stamp counter, which OVS counts in."""
    return float(next(re.search(r"[\d.]+", l)[0] for l in open("/proc/cpuinfo") if l.startswith("cpu MHz"))) * 1e6


def ovs(cell, runs, secs):
    switch = HERE + "/ovs/ovs.sh"

    def sh(*a):
        return subprocess.run([switch, *a], capture_output=True, text=True, timeout=60).stdout
    way, kind = cell.split(":")
    if kind in ("soft", "join"):
        print("ovs: %s is not for it: it has no software segmentation, and joins nothing" % cell)
        return []
    environment = {**os.environ, "TSO": "true" if kind == "tso" else "false"}
    if way == "bridge":
        environment.update(ACCESS2="unix:" + SOCKETS[1], ACCESS2_MAC=GUEST2)
    if way == "decap":
        environment.update(LAST="decap")
    try:
        with Guest(cell) as guest:
            subprocess.run([switch, "up", "unix:" + SOCKETS[0], underlay(cell, 7), "full", MACS], env=environment,
                           capture_output=True, timeout=60)
            guest.ready()
            pid = int(open(LAB + "/ovs.run/ovs-vswitchd.pid").read())
            for tid in map(int, os.listdir("/proc/%d/task" % pid)):
                if open("/proc/%d/task/%d/comm" % (pid, tid)).read().startswith("pmd-"):
                    real_time(tid)
            time.sleep(3)

            def sample():
                at = time.monotonic()
                text = sh("of", "dump-ports", *{"bridge": ("br-int", "3"), "decap": ("br-int", "1"), "encap": ("br-phy", "1")}[way])
                at = (at + time.monotonic()) / 2
                packets, sent = map(int, re.search(r"tx pkts=(\d+), bytes=(\d+)", text).groups())
                pmd = sh("app", "dpif-netdev/pmd-stats-show")
                pmd = pmd[pmd.index("pmd thread"):]
                taken, busy = (int(re.search(r"%s: *(\d+)" % field, pmd)[1]) for field in ("packets received", "processing cycles"))
                return at, taken, packets, sent, {"busy": busy}
            rates = windows(cell, sample, tsc_hertz(), runs, max(secs, 2))      # reading its counters takes a while
            if to_guest(cell):
                print("guest received Gbps %.3f (frames)" % guest.received())
            if max(rates) < 0.01:
                for line in sh("app", "coverage/show").splitlines():
                    if re.match(r"(netdev|datapath|native|dpif)\S*(drop|error|fail)", line):
                        print(" ", re.sub(r"\s+", " ", line))
                os.system("grep -i 'tso\\|too large\\|drop' %s/ovs.run/ovs-vswitchd.log | tail -5" % LAB)
            return rates
    finally:
        sh("down")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", help="a file to which the lines are appended too")
    ap.add_argument("--rounds", type=int, default=1)
    ap.add_argument("--windows", type=int, default=3)
    ap.add_argument("--secs", type=float, default=0.5)
    ap.add_argument("--systems", nargs="+", default=["gateway", "ovs"], choices=["gateway", "ovs"])
    ap.add_argument("--cells", nargs="+", default=CELLS, choices=CELLS)
    a = ap.parse_args()
    prepare()
    medians = {}
    for r in range(a.rounds):
        for cell in a.cells:
            with open(os.environ.get("BENCH_LOCK", LAB + "/lock"), "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                for system in a.systems[::-1 if r % 2 else 1]:
                    print("round %d %s %s" % (r, cell, system), flush=True)
                    rates = {"gateway": gateway, "ovs": ovs}[system](cell, a.windows, a.secs)
                    if rates:
                        medians.setdefault((cell, system), []).append(statistics.median(rates))
    for (cell, system), v in medians.items():
        print("%-13s %-8s median of %d rounds: %.2f Gbps" % (cell, system, len(v), statistics.median(v)))


if __name__ == "__main__":
    main()

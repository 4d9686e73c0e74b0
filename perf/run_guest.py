#!/usr/bin/python3
"""run_guest.py [--rounds N] [--rate MBIT] [--secs S]

What joining received segments ("coalesce") spares a Linux guest: two emulated guests (tests/lab/guest, QEMU without KVM), one with a
gretap far end that sends TCP at a fixed rate, one with the VLAN host that receives it; the gateway between them over vhost-user.
Counted in the receiver: the share of time that its one processor was not idle (/proc/stat), while the same bytes a second came in, and
bytes to a packet (/proc/net/dev).  Cells: joining on or off, the guest's own GRO on or off, in turn, round by round.
An emulated processor is not a real one: only the ratio of two cells says something, and that roughly.
Cores: the receiver on DUT_CORE, the gateway on AUX_CORE, the sender on GEN_CORE.
"""
import argparse, json, os, re, signal, socket, statistics, subprocess, time
from gateway import AUX, DUT, HERE, PROGRAM

GEN = int(os.environ.get("GEN_CORE", "1"))
GUEST = HERE + "/../tests/lab/guest"
FOLDER = "/run/nvgre-perf-%d" % os.getpid()
NAME = "perf-guest-%d" % os.getpid()
ENVIRONMENT = {**os.environ, "LAB_RUN": FOLDER}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def lab(*arguments, core=None, seconds=180):
    command = (["taskset", "-c", str(core)] if core is not None else []) + [GUEST, *arguments]
    r = subprocess.run(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
    if r.returncode:
        raise SystemExit("%s\n%s%s" % (" ".join(command), r.stdout, r.stderr))
    return r.stdout


class Site:
    def __enter__(self):
        os.makedirs(FOLDER)
        self.config = {
            "name": NAME, "flowId": "zero", "memory": {"hugepages": "off"}, "workers": {"cores": [AUX], "idle": "sleep"}, "metrics": {"listen": "127.0.0.1:%d" % free_port()},
            "ports": [{"name": "access0", "role": "access", "device": "net_vhost0,iface=%s/access,tso=1" % FOLDER, "mtu": 1500},
                      {"name": "underlay0", "role": "underlay", "device": "net_vhost1,iface=%s/underlay" % FOLDER, "mtu": 1600, "addresses": ["10.0.0.1/24"]}],
            "segments": [{"name": "blue", "vsid": 5001, "attachments": [{"port": "access0", "vlan": 100}], "peers": ["10.0.0.2"]}]}
        self.gateway = None
        self.write(False)
        with open(FOLDER + "/gateway.log", "w") as log:
            self.gateway = subprocess.Popen([PROGRAM, "run", "--config", FOLDER + "/gateway.json"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self.await_log("forwarding on", 0)
            lab("start", "sender", "--nic", "vhost:%s/underlay,mac=02:aa:00:00:00:02,host_mtu=1600" % FOLDER, core=GEN)
            lab("start", "receiver", "--nic", "vhost:%s/access,mac=02:00:00:00:0b:01" % FOLDER, core=DUT)
            lab("run", "sender", "set -e; ip link set eth0 mtu 1600 up; ip addr add 10.0.0.2/24 dev eth0; "
                "ip link add nv1 type gretap local 10.0.0.2 remote 10.0.0.1 key $((5001 << 8)) ttl 64; ip link set nv1 mtu 1500 up; ip addr add 192.168.8.3/24 dev nv1")
            lab("run", "receiver", "set -e; ip link set eth0 up; ip link add link eth0 name vlan100 type vlan id 100; ip link set vlan100 up; "
                "ip addr add 192.168.8.1/24 dev vlan100; iperf3 -s >/dev/null 2>&1 &")
            lab("run", "sender", "for i in $(seq 30); do ping -c 1 -W 1 192.168.8.1 && exit 0; done; exit 1")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in ("sender", "receiver"):
            subprocess.run([GUEST, "stop", name], env=ENVIRONMENT)
        self.gateway.send_signal(signal.SIGTERM)
        self.gateway.wait(30)
        subprocess.run(["rm", "-r", FOLDER])

    def await_log(self, text, after):
        for _ in range(600):
            if text in open(FOLDER + "/gateway.log").read()[after:]:
                return
            time.sleep(0.1)
        raise SystemExit(open(FOLDER + "/gateway.log").read())

    def write(self, join):
        self.config["ports"][0]["coalesce"] = join
        with open(FOLDER + "/gateway.json", "w") as f:
            json.dump(self.config, f)

    def set(self, join, gro):
        after = os.path.getsize(FOLDER + "/gateway.log")
        self.write(join)
        self.gateway.send_signal(signal.SIGHUP)
        self.await_log("event=reload", after)
        lab("run", "receiver", "ethtool -K eth0 gro %s; ethtool -K vlan100 gro %s" % (gro, gro))

    def measure(self, rate, secs):
        """Busy share, seconds of it for a megabyte, bytes to a packet, Mbit/s."""
        lab("run", "sender", "(iperf3 -c 192.168.8.1 -b %dM -t %d >/dev/null 2>&1 &) ; sleep 2" % (rate, secs + 6))
        look = "grep '^cpu ' /proc/stat; grep eth0 /proc/net/dev; cat /proc/uptime"
        out = lab("run", "receiver", "-t", str(secs + 60), "%s; sleep %d; %s" % (look, secs, look))
        cpu = [list(map(int, l.split()[1:8])) for l in out.splitlines() if l.startswith("cpu ")]
        dev = [list(map(int, l.split(":")[1].split()))[:2] for l in out.splitlines() if "eth0:" in l]
        spent = [b - a for a, b in zip(*cpu)]
        busy = 1 - (spent[3] + spent[4]) / sum(spent)
        got, packets = (b - a for a, b in zip(*dev))
        up = [float(l.split()[0]) for l in out.splitlines() if re.fullmatch(r"[\d.]+ [\d.]+", l)]
        took = up[1] - up[0]
        lab("run", "sender", "for i in $(seq 60); do pidof iperf3 >/dev/null || exit 0; sleep 1; done", seconds=100)
        return busy, busy * took / (got / 1e6), got / packets, got * 8 / took / 1e6


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--rate", type=int, default=100)
    p.add_argument("--secs", type=int, default=6)
    a = p.parse_args()
    cells = [(join, gro) for gro in ("on", "off") for join in (False, True)]
    figures = {c: [] for c in cells}
    with Site() as site:
        for r in range(a.rounds):
            for cell in cells[::-1 if r % 2 else 1]:
                site.set(*cell)
                m = site.measure(a.rate, a.secs)
                figures[cell].append(m)
                print("round %d joining %-5s guest's GRO %-3s busy %5.1f %% %.2f ms/MB, %5.0f bytes to a packet, %.1f Mbit/s" % (
                    r, "on" if cell[0] else "off", cell[1], m[0] * 100, m[1] * 1000, m[2], m[3]), flush=True)
    for gro in ("on", "off"):
        ratios = [on[1] / off[1] for on, off in zip(figures[True, gro], figures[False, gro])]
        print("guest's GRO %-3s: time a byte with joining / without, round by round: %s; median %.2f" % (
            gro, ", ".join("%.2f" % v for v in ratios), statistics.median(ratios)))


if __name__ == "__main__":
    main()

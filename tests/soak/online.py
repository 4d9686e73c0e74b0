"""Two gateways beside each other, joined by vhost-user with virtio-user and by memif, under damaged frames, reloads, switches and kills."""
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import configs
import hostile
from frames import CONFORMANCE
from offline import GATEWAY, Wrong, run

sys.path.insert(0, str(CONFORMANCE))
from live import lab, wires  # noqa: E402

TX_RINGS = 300  # buffers that a device keeps until it sends the next
STATES = ("all", "tso.inner4", "tso.inner6", "csum.tcp4", "csum.udp6", "csum.ip4", "encap.nvgre", "encap.enabled", "uso.inner4")
PLAIN = re.compile(r"^supervisor: |^\S+Z (info|warning|debug) |: warning: |forwarding on |^$|since the workers settled$")
KNOWN = re.compile(r"event=reload_refused |cannot change while")  # by name


class Control(http.client.HTTPConnection):
    """The Unix socket of a gateway."""

    def __init__(self, name):
        super().__init__("x", timeout=20)
        self.path = "/run/nvgre-gateway/%s/control.sock" % name

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Gateway:
    def __init__(self, name, folder, devices, workers, far=False):
        self.name, self.folder, self.devices, self.workers, self.far = name, folder, devices, workers, far
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.file, self.log = folder / (name + ".json"), folder / (name + ".log")
        self.process = self.made = None

    def configure(self, r):
        """Another valid configuration of the same ports; what only a new start changes stays."""
        for _ in range(20):
            made = configs.make(r, list(self.devices), self.workers)
            if self.far:
                made = configs.beyond(made)
            made.update(name=self.name, memory={"hugepages": "off"}, metrics={"listen": "127.0.0.1:%d" % self.port})
            made["workers"].update(cores=[i % os.cpu_count() for i in range(self.workers)] if self.workers <= os.cpu_count() else list(range(self.workers)), idle="sleep", burst=32)
            for segment in made["segments"]:
                segment["loopDetection"] = r.random() < 0.85  # the two gateways have two ways to each other
            made["fdb"] = {**made.get("fdb", {}), "capacity": 4096}
            for port in made["ports"]:
                port["device"] = self.devices[port["name"]]
                port["queues"] = 1 if "queues" in port else self.workers if "vhost" in port["device"] else 1
                port.pop("vsidQueues", None)
                port["mtu"] = 1500
                port.pop("tpid", None)
                for key in ("exceptionPort", "offload"):
                    if self.made:
                        port.pop(key, None)
                        port.update((k, v) for p in self.made["ports"] if p["name"] == port["name"] for k, v in p.items() if k == key)
            if self.made:
                made.pop("offload", None)
                made.update((k, v) for k, v in self.made.items() if k == "offload")
            self.file.write_text(json.dumps(made, indent=1))
            if subprocess.run([GATEWAY, "validate", "--config", str(self.file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
                self.made = made
                return
        raise Wrong("no valid configuration in 20")

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def quiet(self):
        """The running configuration with all segments down: nothing goes round any more."""
        made = json.loads(self.get("/config")[1])
        for segment in made["segments"]:
            segment["adminState"] = "down"
        self.file.write_text(json.dumps(made))
        self.reload()

    def start(self):
        self.out = self.log.open("ab")
        self.process = subprocess.Popen([GATEWAY, "run", "--config", str(self.file)], stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.out)
        self.until(self.ready, 90, "is not ready")

    def until(self, done, seconds, what):
        end = time.monotonic() + seconds
        while True:
            try:
                if done():
                    return
            except (OSError, http.client.HTTPException, ValueError):
                pass
            if self.process.poll() is not None:
                raise Wrong("%s: the supervisor ended with %d\n%s" % (self.name, self.process.returncode, self.tail()))
            if time.monotonic() > end:
                raise Wrong("%s: %s\n%s" % (self.name, what, self.tail()))
            time.sleep(0.1)

    def tail(self):
        return self.log.read_text(errors="replace")[-2500:]

    def get(self, path, method="GET", body=None):
        control = Control(self.name)
        try:
            control.request(method, path, body, {"Content-Type": "application/json"} if body else {})
            response = control.getresponse()
            return response.status, response.read()
        finally:
            control.close()

    def ready(self):
        return self.get("/workers")[0] == 200 and self.role("dataplane") and "forwarding on " in self.log.read_text(errors="replace")

    def role(self, verb):
        """Process id of a role."""
        for pid in pathlib.Path("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)).read_text().split():
            try:
                words = pathlib.Path("/proc/%s/cmdline" % pid).read_bytes().split(b"\0")
            except OSError:
                continue
            if verb.encode() in words:
                return int(pid)
        # children may be those of another thread
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                text = path.read_text()
                if int(text.rsplit(")", 1)[1].split()[1]) == self.process.pid and verb.encode() in (path.parent / "cmdline").read_bytes().split(b"\0"):
                    return int(path.parent.name)
            except (OSError, ValueError):
                continue
        return None

    def account(self):
        """How far received is from what ended; and the numbers."""
        d = json.loads(self.get("/drops")[1])
        return d["received"] - d["transmitted"] - d["consumed"] - d["held"] - sum(d["drops"].values()), d

    def close(self, slack):
        """Traffic has ended: the account must close, by up to slack packets that a killed data process had in hand."""
        last = []

        def closed():
            last[:] = [self.account()]
            return 0 <= last[0][0] <= slack
        self.until(closed, 20, "the account does not close")
        return last[0]

    def wrong_lines(self):
        return [line for line in self.log.read_text(errors="replace").splitlines() if not PLAIN.search(line) and not KNOWN.search(line)]

    def metric(self, name):
        with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % self.port, timeout=20) as answer:
            return sum(float(line.split()[-1]) for line in answer.read().decode().splitlines() if re.match(name + r"[ {]", line))

    def memory(self):
        found = {}
        for verb in ("dataplane", "control"):
            pid = self.role(verb)
            text = pathlib.Path("/proc/%d/status" % pid).read_text() if pid else ""
            found[verb] = pid, sum(int(m) for m in re.findall(r"^(?:RssAnon):\s+(\d+)", text, re.M)) // 1024
        return found

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                code = self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise Wrong("%s does not stop\n%s" % (self.name, self.tail()))
            if code:
                raise Wrong("%s ended with %d\n%s" % (self.name, code, self.tail()))


class Site:
    """
    a: access0 and underlay0 on veth, access1 vhost-user, underlay1 memif, punt0 a ring;
    b: access0 virtio-user, underlay0 memif, access1 and underlay1 on veth.
    """

    def __init__(self, folder, workers=2):
        self.folder, me, self.wires, self.pairs = folder, os.getpid(), {}, []
        for i in range(4):
            pair = ("sr%d-%d" % (me, i), "sg%d-%d" % (me, i))
            lab.veth(*pair, mtu=1600)
            self.pairs.append(pair)
        veth = ["net_af_packet%d,iface=%s" % (i, pair[1]) for i, pair in enumerate(self.pairs)]
        sockets = {n: str(folder / n) for n in ("vhost", "memif")}
        self.a = Gateway("soak-a%d" % me, folder, {"access0": veth[0], "access1": "net_vhost0,iface=%s,tso=1,queues=1" % sockets["vhost"], "underlay0": veth[1],
                         "underlay1": "net_memif0,role=server,socket=%s,socket-abstract=no,id=0" % sockets["memif"], "punt0": "net_ring0"}, workers)
        self.b = Gateway("soak-b%d" % me, folder, {"access0": "net_virtio_user0,path=%s" % sockets["vhost"], "access1": veth[2],
                         "underlay0": "net_memif0,role=client,socket=%s,socket-abstract=no,id=0" % sockets["memif"], "underlay1": veth[3]}, workers, far=True)
        self.kinds = ["access", "underlay", "access", "underlay"]

    def start(self, r):
        for gateway in (self.a, self.b):
            gateway.configure(r)
            gateway.start()
        self.wires = [wires.Wire(pair[0]) for pair in self.pairs]

    def send(self, source, count):
        sent = 0
        for _ in range(count):
            i = source.r.randrange(4)
            frame, _ = source.frame(self.kinds[i], with_metadata=False)
            if len(frame) >= 14 and self.wires[i].send(frame[:1614]):
                sent += 1
        for wire in self.wires:
            while wire.receive() is not None:
                pass
        return sent

    def stop(self):
        try:
            for gateway in (self.b, self.a):
                gateway.stop()
        finally:
            for wire in self.wires:
                wire.close()
            for pair in self.pairs:
                lab.ip("link", "del", pair[0], check=False)


def soak(r, source, folder, seconds, tally, kills=True):
    site = Site(folder)
    slack = {site.a: 0, site.b: 0}
    known = {}
    try:
        site.start(r)
        in_use = {g: g.metric("nvgre_gateway_mbuf_in_use") for g in (site.a, site.b)}
        end, memory = time.monotonic() + seconds, {}
        while time.monotonic() < end:
            tally["sent"] += site.send(source, r.choice([50, 500, 2000]))
            g = r.choice([site.a, site.b])
            for gateway in (site.a, site.b):
                for verb in ("dataplane", "control"):
                    pid = gateway.role(verb)
                    if pid != known.setdefault((gateway, verb), pid):
                        raise Wrong("%s: %s was %s and is %s\n%s" % (gateway.name, verb, known[gateway, verb], pid, gateway.tail()))
            kind = r.choice(range(13 if kills else 10)) if r.random() < 0.3 else r.choice([0, 3, 6, 10, 11] if kills else [0, 3, 6])
            if kind < 3:
                g.configure(r)
                g.reload()
                tally["reloads"] += 1
            elif kind < 6:
                port, name, state = r.choice(list(g.devices)), r.choice(STATES), r.choice(["on", "off", "tx", "rx"])
                try:
                    status, _ = g.get("/offload", "POST", json.dumps({"port": port, "name": name, "state": state, "disruptive": r.random() < 0.2}))
                    tally["offload", status] += 1
                    if status >= 500 and status != 503:
                        raise Wrong("POST /offload: %d" % status)
                except (OSError, http.client.HTTPException):
                    tally["offload", "nobody there"] += 1
            elif kind < 9:
                try:
                    for path in ("/segments", "/peers", "/fdb", "/neighbors", "/bindings", "/groups", "/ports", "/workers", "/queues", "/offloads", "/capabilities", "/flows", "/drops", "/config"):
                        status, _ = g.get(path)
                        if status not in (200, 503):
                            raise Wrong("GET %s: %d" % (path, status))
                    tally["shown"] += 1
                except (OSError, http.client.HTTPException):
                    tally["show: nobody there"] += 1
            elif kind == 9:
                pid = g.role("control")
                hostile.abuse(r, hostile.unix("/run/nvgre-gateway/%s/control.sock" % g.name) if r.random() < 0.6 else hostile.tcp(g.port), tally)
                g.until(lambda: g.get("/workers")[0] in (200, 503), 20, "is silent after abuse")
                if g.role("control") != pid:
                    raise Wrong("control did not survive its clients\n" + g.tail())
                tally["abuses"] += 1
            else:
                verb = r.choice(["dataplane", "control"])
                pid = g.role(verb)
                if pid:
                    os.kill(pid, signal.SIGKILL)
                    tally["killed " + verb] += 1
                    slack[g] += 10 ** 9 if verb == "dataplane" else 0
                    tally["sent"] += site.send(source, 500)
                    g.until(lambda: g.role(verb) not in (None, pid) and g.get("/workers")[0] == 200, 60, verb + " did not come back")
                    known[g, verb] = g.role(verb)
            for gateway in (site.a, site.b):
                for verb, (pid, size) in gateway.memory().items():
                    if pid:
                        first, most = memory.get((gateway.name[:6], verb, pid), (size, 0))
                        memory[gateway.name[:6], verb, pid] = first, max(most, size)
        for gateway in (site.a, site.b):
            gateway.quiet()
        time.sleep(8)
        for gateway in (site.a, site.b):
            off, numbers = gateway.close(slack[gateway])
            if gateway.metric("nvgre_gateway_gc_steady_allocated_bytes") or gateway.metric("nvgre_gateway_gc_steady_collections"):
                raise Wrong(gateway.name + ": the data process allocated while it forwarded")
            gateway.until(lambda: gateway.metric("nvgre_gateway_mbuf_in_use") <= in_use[gateway] + TX_RINGS, 20, "buffers are missing")
            tally["received"] += numbers["received"]
            tally["transmitted"] += numbers["transmitted"]
            tally["still out", gateway.name[:6]] = off
            for reason, n in numbers["drops"].items():
                if n:
                    tally["reason", reason] += n
        for who, sizes in memory.items():
            print("   memory, MB: %s %s: %d at first, %d at most" % (*who[:2], *sizes))
    finally:
        try:
            site.stop()
        finally:
            for gateway in (site.a, site.b):
                for line in gateway.wrong_lines():
                    tally["log", re.sub(r"\d+", "N", line)[:160]] += 1
                for line in gateway.log.read_text(errors="replace").splitlines():
                    m = re.match(r"^\S+Z (warning|error|critical) event=(\S+)", line)
                    if m:
                        tally["event", m.groups()] += 1

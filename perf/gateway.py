"""A gateway started for a measurement: its configuration, its life, its counters by its metrics endpoint."""
import http.client, json, os, re, signal, socket, subprocess, time, urllib.request
from config import configuration

HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.environ.get("NVGRE_PERF_DIR") or os.path.join(os.environ.get("TMPDIR", "/var/tmp"), "nvgre-perf")
PROGRAM = os.environ.get("GATEWAY", os.path.join(HERE, "..", "nvgre-gateway"))
DUT, AUX = int(os.environ.get("DUT_CORE", "2")), int(os.environ.get("AUX_CORE", "3"))
REAL_TIME = os.environ.get("RT", "chrt -f 1") != ""


def macs_file(name):
    """The remote MACs of an input, e.g. 64_f1024_m1024 (outer IPv6 kinds have IPv6 PAs)."""
    return "%s/%s_%s.txt" % (LAB, "macs6" if "o6_" in name else "macs", name.rsplit("_m", 1)[1])


class Gateway:
    """change(CONFIGURATION) may alter it before it is written; cores: one for each worker."""

    def __init__(self, macs, access, underlay, burst=None, environment=None, log=None, change=None, cores=(DUT,)):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.listen = "127.0.0.1:%d" % s.getsockname()[1]
        self.name = "perf-%d" % os.getpid()
        self.file = "%s/%s.json" % (LAB, self.name)
        self.log = log or "%s/gateway.log" % LAB
        self.cores = list(cores)
        wanted = configuration(self.name, macs, access, underlay, DUT, self.listen, burst)
        wanted["workers"]["cores"] = self.cores
        if change:
            change(wanted)
        with open(self.file, "w") as f:
            json.dump(wanted, f)
        with open(self.log, "w") as log_file:
            self.process = subprocess.Popen(["taskset", "-c", ",".join(map(str, [AUX, *self.cores])), PROGRAM, "run", "--config", self.file], stdin=subprocess.DEVNULL,
                                            stdout=log_file, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def fail(self, why):
        tail = "".join(open(self.log, errors="replace").readlines()[-30:])
        raise SystemExit("gateway: %s\n%s" % (why, tail))

    def get(self, path):
        with urllib.request.urlopen("http://%s%s" % (self.listen, path), timeout=10) as r:
            return r.read().decode()

    def wait_ready(self, seconds=90):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                self.fail("ended with %d" % self.process.returncode)
            try:
                self.get("/readyz")
                return
            except OSError:
                time.sleep(0.1)
        self.fail("not ready after %d s" % seconds)

    def processes(self):
        """Its process ids, itself first."""
        pids, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop(0)
            pids.append(pid)
            try:
                for tid in os.listdir("/proc/%d/task" % pid):
                    todo += map(int, open("/proc/%d/task/%s/children" % (pid, tid)).read().split())
            except FileNotFoundError:
                continue
        return pids

    def worker_threads(self):
        """The threads that poll, by the name that the data process gives them."""
        tids = [int(tid) for pid in self.processes() for tid in os.listdir("/proc/%d/task" % pid)
                if re.fullmatch(r"worker\d+", open("/proc/%d/task/%s/comm" % (pid, tid)).read().strip())]
        if sorted(core for tid in tids for core in os.sched_getaffinity(tid)) != sorted(self.cores):
            self.fail("not one worker on each of the cores %s" % self.cores)
        return tids

    def separate(self):
        """The worker alone on its core, with real-time priority; everything else on the other one.

        Not before it is ready: on a single processor the runtime would wait ten times as long before it optimises."""
        workers = self.worker_threads()
        for pid in self.processes():
            for tid in map(int, os.listdir("/proc/%d/task" % pid)):
                if tid not in workers:
                    os.sched_setaffinity(tid, {AUX})
        for tid in workers:
            if REAL_TIME:
                os.sched_setscheduler(tid, os.SCHED_FIFO, os.sched_param(1))

    def ask(self, path):
        """What the control process answers on its Unix socket, as `show ... --json` prints it."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect("/run/nvgre-gateway/%s/control.sock" % self.name)
            c = http.client.HTTPConnection("gateway", timeout=10)
            c.sock = s
            c.request("GET", path)
            r = c.getresponse()
            body = r.read().decode()
            if r.status != 200:
                self.fail("%s: %d %s" % (path, r.status, body))
            return json.loads(body)

    def metrics(self):
        """{(name, labels as they are printed): value}, and the time at which they were read."""
        before = time.monotonic()
        text = self.get("/metrics")
        at = (before + time.monotonic()) / 2
        values = {}
        for line in text.splitlines():
            m = re.match(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$", line)
            if m:
                values[m[1], m[2] or ""] = float(m[3])
        return values, at

    def stop(self):
        if self.process.poll() is None:
            pids = self.processes()
            self.process.send_signal(signal.SIGTERM)    # SIGINT is ignored by what a shell started in the background
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                for pid in pids:
                    if os.path.exists("/proc/%d" % pid):
                        os.kill(pid, signal.SIGKILL)
                self.process.wait()
                print("gateway: did not stop on SIGTERM within 20 s, killed", flush=True)
        if os.path.exists(self.file):
            os.remove(self.file)

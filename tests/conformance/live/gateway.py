"""This gateway, started anew for each case; its ports are network interfaces."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

from . import Unsupported, lab

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Device:
    """Options: driver ('af_packet' or 'af_xdp'), vsidOffset (a fault, to see that it is found)."""

    def __init__(self, options, folder):
        self.driver, self.offset = options.get("driver", "af_xdp"), options.get("vsidOffset", 0)
        self.ports = options.get("ports", ["access0", "access1", "access2", "underlay0", "underlay1", "punt0"])
        self.folder, self.process, self.pairs = folder, None, {}
        self.name = "live-%d" % os.getpid()

    def start(self):
        """Makes the wires; returns the runner's ends by port."""
        for i, port in enumerate(self.ports):
            self.pairs[port] = ("lr%d-%d" % (os.getpid(), i), "lg%d-%d" % (os.getpid(), i))
            lab.veth(*self.pairs[port], mtu=3400)
        return {port: pair[0] for port, pair in self.pairs.items()}

    def apply(self, configuration):
        self.end()
        made = json.loads(json.dumps(configuration))
        made.update(name=self.name, memory={"hugepages": "off"}, metrics={"listen": "127.0.0.1:0"},
                    workers={"cores": [1 if os.cpu_count() > 1 else 0], "idle": "sleep"})
        # an af_xdp device takes frames that fit into a page
        driver = self.driver if len(made["ports"]) == 2 and all(p.get("mtu", 1500) <= 3400 for p in made["ports"]) else "af_packet"
        for i, port in enumerate(made["ports"]):
            port["device"] = "net_%s%d,iface=%s" % (driver, i, self.pairs[port["name"]][1])
            if port.get("mtu", 1500) > 1500 and driver == "af_packet":
                port["device"] += ",framesz=16384,blocksz=16384"
            outer = port.get("tpid", "0x88A8" if port.get("mode") == "qinq" else "0x8100")
            if driver == "af_packet" and outer.lower() != "0x8100":
                raise Unsupported("DPDK's af_packet device gives every outer tag back as 0x8100")
        for segment in made["segments"]:
            segment["vsid"] += self.offset
        for ends in self.pairs.values():
            # the gateway sets the MTU of its end; with XDP on it, the other end's is limited as well
            for end in ends:
                lab.ip("link", "set", end, "mtu", "3400" if driver == "af_xdp" else "9300")
        path = os.path.join(self.folder, "gateway.json")
        with open(path, "w") as file:
            json.dump(made, file, indent=1)
        self.log = open(os.path.join(self.folder, "gateway.log"), "w+b")
        self.process = subprocess.Popen([str(ROOT / "nvgre-gateway"), "run", "--config", path], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        end = time.monotonic() + 60
        while True:
            text = pathlib.Path(self.log.name).read_text(errors="replace")
            if "forwarding on " in text:
                return
            if self.process.poll() is not None or time.monotonic() > end:
                self.end()
                raise RuntimeError("the gateway does not start:\n" + text[-2000:])
            time.sleep(0.02)

    def reset(self, configuration):
        self.apply(configuration)

    def end(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.log.close()
            self.process = None

    def stop(self):
        self.end()
        shutil.rmtree("/run/nvgre-gateway/" + self.name, ignore_errors=True)
        for pair in self.pairs.values():
            lab.ip("link", "del", pair[0], check=False)

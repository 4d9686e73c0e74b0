"""Open vSwitch, userspace datapath, in a network namespace of its own: a learning switch with a GRE port for each peer."""
import os
import subprocess

from . import Unsupported, lab, plan

TOOLS = "/usr/share/openvswitch/vswitch.ovsschema"


class Device:
    def __init__(self, options, folder):
        self.folder, self.ns = folder, "lv%d" % os.getpid()
        self.ports = options.get("ports", ["access0", "access1", "access2", "underlay0"])
        self.far = {p: "dev%d" % i for i, p in enumerate(self.ports)}
        self.near = {p: "lr%d-%d" % (os.getpid(), i) for i, p in enumerate(self.ports)}
        self.environment = {**os.environ, **dict.fromkeys(("OVS_RUNDIR", "OVS_DBDIR", "OVS_LOGDIR", "OVS_SYSCONFDIR"), folder)}
        self.database = "unix:%s/db.sock" % folder

    def run(self, *arguments, **more):
        return lab.run(*arguments, env=self.environment, **more)

    def vsctl(self, *arguments):
        return self.run("ovs-vsctl", "--db=" + self.database, "--timeout=20", *arguments)

    def inside(self, *arguments, **more):
        return self.run("ip", "netns", "exec", self.ns, *arguments, **more)

    def app(self, *arguments):
        return self.run("ovs-appctl", "-t", self.folder + "/vswitchd.ctl", *arguments)

    def start(self):
        lab.ip("netns", "add", self.ns)
        self.inside("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6; ip link set lo up")
        for port in self.ports:
            lab.ip("link", "add", self.near[port], "mtu", "1500", "type", "veth", "peer", "name", self.far[port], "netns", self.ns)
            lab.silence(self.near[port])
            lab.ip("link", "set", self.near[port], "up", "promisc", "on")
            self.inside("ethtool", "-K", self.far[port], "tx", "off", "gro", "off", "txvlan", "off", check=False)
            self.inside("ip", "link", "set", self.far[port], "up")
            # only Open vSwitch takes what comes in: the kernel, which has the same addresses, drops it (BPF: return 2)
            self.inside("tc", "qdisc", "add", "dev", self.far[port], "clsact")
            self.inside("tc", "filter", "add", "dev", self.far[port], "ingress", "bpf", "da", "bytecode", "1,6 0 0 2,")
        self.run("ovsdb-tool", "create", self.folder + "/conf.db", TOOLS)
        self.run("ovsdb-server", self.folder + "/conf.db", "--remote=punix:%s/db.sock" % self.folder, "--pidfile=%s/ovsdb.pid" % self.folder,
                 "--unixctl=%s/ovsdb.ctl" % self.folder, "--log-file=%s/ovsdb.log" % self.folder, "--detach", "--no-chdir", "-vconsole:off")
        self.vsctl("--no-wait", "init")
        daemon = next(d for d in ("/usr/lib/openvswitch-switch/ovs-vswitchd", "/usr/sbin/ovs-vswitchd") if os.path.exists(d))
        self.inside(daemon, self.database, "--pidfile=%s/vswitchd.pid" % self.folder, "--unixctl=%s/vswitchd.ctl" % self.folder,
                    "--log-file=%s/vswitchd.log" % self.folder, "--detach", "--no-chdir", "-vconsole:off")
        return dict(self.near)

    def apply(self, configuration):
        p = plan.Plan(configuration)
        peers, fdb = [], []
        tagging = {port["name"]: port.get("nativeVlan") for port in p.access}
        flows = ["table=0,priority=0,actions=drop"]
        for segment in p.segments:
            vlans = {a["vlan"] for a in segment["attachments"]}
            if len(vlans) != 1:
                raise Unsupported("is set up here with one VLAN for a segment: its switch translates none")
            vlan = vlans.pop()
            for peer in segment["peers"]:
                if any(peer["address"] == other[0] for other in peers):
                    raise Unsupported("is set up here with one segment for a peer")
                peers.append((peer["address"], segment["key"], vlan))
            for record in segment["records"]:
                fdb.append((record["mac"], vlan, record.get("pa"), record.get("port")))
        gre = {address: "gre%d" % i for i, (address, _, _) in enumerate(peers)}
        commands = ["--if-exists", "del-br", "br-int", "--", "--if-exists", "del-br", "br-phy"]
        self.vsctl(*commands)
        mtu = p.underlay.get("mtu", 1500)
        for port in p.ports:
            self.inside("ip", "link", "set", self.far[port["name"]], "mtu", port.get("mtu", 1500))
            lab.ip("link", "set", self.near[port["name"]], "mtu", port.get("mtu", 1500))
        commands = ["add-br", "br-phy", "--", "set", "bridge", "br-phy", "datapath_type=netdev", "other-config:hwaddr=" + p.underlay["mac"], "fail-mode=standalone",
                    "--", "add-port", "br-phy", self.far[p.underlay["name"]], "--", "set", "interface", "br-phy", "mtu_request=%d" % mtu,
                    "--", "add-br", "br-int", "--", "set", "bridge", "br-int", "datapath_type=netdev", "fail-mode=secure", "other-config:hwaddr=" + p.access[0]["mac"]]
        for number, port in enumerate(p.access, 1):
            # a VLAN that no segment has goes nowhere
            used = sorted({a["vlan"] for s in p.segments for a in s["attachments"] if a["port"] == port["name"]})
            native = tagging[port["name"]]
            commands += ["--", "add-port", "br-int", self.far[port["name"]]]
            if port.get("mode") == "access":
                commands += ["tag=%d" % native, "vlan_mode=access"]
            elif native in used:
                commands += ["tag=%d" % native, "vlan_mode=native-untagged", "trunks=" + ",".join(map(str, used))]
            else:
                commands += ["vlan_mode=trunk", "trunks=" + ",".join(map(str, used))]
                flows.append("table=0,priority=20,in_port=%d,vlan_tci=0x0000/0x1000,actions=drop" % number)
            commands += ["--", "set", "interface", self.far[port["name"]], "ofport_request=%d" % number]
            flows.append("table=0,priority=10,in_port=%d,actions=NORMAL" % number)
        for number, (address, key, vlan) in enumerate(peers, 100):
            flows.append("table=0,priority=10,in_port=%d,tun_id=%#x/0xffffff00,actions=NORMAL" % (number, key))
            # protected ports do not forward to each other: nothing from peer to peer
            commands += ["--", "add-port", "br-int", gre[address], "tag=%d" % vlan, "vlan_mode=access", "protected=true",
                         "--", "set", "interface", gre[address], "type=gre", "ofport_request=%d" % number, "options:remote_ip=" + address,
                         "options:local_ip=" + p.local(address), "options:in_key=flow", "options:out_key=%d" % key, "options:tos=inherit",
                         "options:ttl=%d" % p.underlay.get("ttl", 64), "options:csum=false"]
        self.vsctl(*commands)
        self.inside("sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/br-phy/disable_ipv6; echo 0 > /proc/sys/net/ipv6/conf/br-phy/accept_dad; "
                    "echo 0 > /proc/sys/net/ipv6/conf/br-phy/router_solicitations", check=False)
        for address in p.addresses:
            self.inside("ip", "addr", "add", address, "dev", "br-phy", *(["nodad"] if ":" in address else []))
        self.inside("ip", "link", "set", "br-phy", "up")
        for route in p.underlay.get("routes", []):
            self.inside("ip", "route", "replace", route["prefix"], "via", route["via"])
        for n in p.underlay.get("neighbors", []):
            self.app("tnl/neigh/set", "br-phy", n["address"], n["mac"])
            self.inside("ip", "neigh", "replace", n["address"], "lladdr", n["mac"], "dev", "br-phy")
        with open(self.folder + "/flows", "w") as file:
            file.write("\n".join(flows) + "\n")
        self.run("ovs-ofctl", "add-flows", self.folder + "/br-int.mgmt", self.folder + "/flows")
        for mac, vlan, pa, port in fdb:
            self.app("fdb/add", "br-int", gre[pa] if pa else self.far[port], vlan, mac)
        self.app("revalidator/wait")

    def reset(self, configuration):
        self.apply(configuration)

    def stop(self):
        for name in ("vswitchd", "ovsdb"):
            try:
                with open("%s/%s.pid" % (self.folder, name)) as file:
                    pid = int(file.read())
            except OSError:
                continue
            subprocess.run(["kill", str(pid)])
            for _ in range(50):
                if not os.path.exists("/proc/%d" % pid):
                    break
                subprocess.run(["sleep", "0.1"])
            else:
                subprocess.run(["kill", "-9", str(pid)])
        lab.ip("netns", "del", self.ns, check=False)
        for port in self.ports:
            lab.ip("link", "del", self.near[port], check=False)

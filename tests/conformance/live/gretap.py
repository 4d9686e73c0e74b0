"""Linux: gretap and ip6gretap, 802.1Q and bridges, in an emulated guest whose NICs are tap interfaces of this machine."""
import os
import pathlib
import tempfile

from . import Unsupported, lab, plan

GUEST = pathlib.Path(__file__).resolve().parents[2] / "lab" / "guest"


class Device:
    def __init__(self, options, folder):
        self.name, self.folder = "live%d" % os.getpid(), folder
        self.ports = options.get("ports", ["access0", "access1", "access2", "underlay0"])
        self.near = {p: "lr%d-%d" % (os.getpid(), i) for i, p in enumerate(self.ports)}
        self.inside = {p: "eth%d" % i for i, p in enumerate(self.ports)}

    def start(self):
        nics = []
        for i, port in enumerate(self.ports):
            tap = self.near[port]
            lab.ip("tuntap", "add", tap, "mode", "tap")
            lab.silence(tap)
            lab.ip("link", "set", tap, "up", "promisc", "on", "mtu", "9300")
            # a packet socket has no use for what a NIC would have finished
            nics += ["--nic", "tap:%s,mac=02:00:00:00:ff:%02x,csum=off,guest_csum=off,gso=off" % (tap, i)]
        lab.run(GUEST, "start", self.name, *nics)
        self.run("\n".join(["for c in all default %s; do echo 1 > /proc/sys/net/ipv6/conf/$c/disable_ipv6; done" % " ".join(self.inside.values()),
                            "modprobe bridge; for i in %s; do ethtool -K $i gro off rxvlan off txvlan off; done; true" % " ".join(self.inside.values())]))
        return dict(self.near)

    def run(self, script):
        with tempfile.NamedTemporaryFile("w", dir=self.folder) as file:
            file.write(script + "\n")
            file.flush()
            return lab.run(GUEST, "run", self.name, "-t", "60", "-f", file.name)

    def apply(self, configuration):
        p = plan.Plan(configuration)
        lines = ["set -e", "ip -o link | sed -n 's/^[0-9]*: \\(\\(br\\|nv\\|vl\\)[0-9x]*\\)[:@].*/\\1/p' >/tmp/old",
                 "while read l; do ip link del $l 2>/dev/null || true; done </tmp/old",
                 "for i in %s; do ip link set $i down; ip addr flush dev $i; done" % " ".join(self.inside.values()), "ip -batch - <<X"]
        under = self.inside[p.underlay["name"]]
        for port in p.ports:
            lines.append("link set %s address %s mtu %d" % (self.inside[port["name"]], port["mac"], port.get("mtu", 1500)))
            lines.append("link set %s up promisc %s" % (self.inside[port["name"]], "on" if port["role"] == "access" else "off"))
        lines += ["X", "for i in accept_dad router_solicitations autoconf; do echo 0 > /proc/sys/net/ipv6/conf/%s/$i; done" % under,
                  "echo 0 > /proc/sys/net/ipv6/conf/%s/disable_ipv6" % under, "ip -batch - <<X"]
        for address in p.addresses:
            lines.append("addr add %s dev %s%s" % (address, under, " nodad" if ":" in address else ""))
        for n in p.underlay.get("neighbors", []):
            lines.append("neigh replace %s lladdr %s dev %s nud permanent" % (n["address"], n["mac"], under))
        for route in p.underlay.get("routes", []):
            lines.append("route replace %s via %s dev %s" % (route["prefix"], route["via"], under))
        fdb, members = [], set()
        for number, segment in enumerate(p.segments):
            bridge, ends = "br%d" % number, {}
            lines.append("link add %s type bridge stp_state 0 forward_delay 0 mcast_snooping 0 ageing_time 30000" % bridge)
            for attachment in segment["attachments"]:
                base = self.inside[attachment["port"]]
                if p.untagged(attachment):
                    end = base
                else:
                    end = "vl%sx%d" % (base[3:], attachment["vlan"])
                    lines.append("link add link %s name %s type vlan id %d" % (base, end, attachment["vlan"]))
                if end in members:
                    raise Unsupported("one VLAN in two segments")
                members.add(end)
                ends[attachment["port"], attachment["vlan"]] = end
                lines.append("link set %s master %s up" % (end, bridge))
            for i, peer in enumerate(segment["peers"]):
                end, address = "nv%dx%d" % (number, i), peer["address"]
                kind = "ip6gretap encaplimit none tclass inherit hoplimit" if ":" in address else "gretap tos inherit ttl"
                lines.append("link add %s type %s %d local %s remote %s key %d dev %s" % (
                    end, kind, p.underlay.get("ttl", 64), p.local(address), address, segment["key"], under))
                lines.append("link set %s master %s up" % (end, bridge))
                ends[address] = end
            lines.append("link set %s up" % bridge)
            for end in (ends[peer["address"]] for peer in segment["peers"]):
                fdb.append("bridge link set dev %s isolated on" % end)  # nothing from peer to peer
            for r in segment["records"]:
                fdb.append("bridge fdb replace %s dev %s master static" % (r["mac"], ends[r["pa"]] if "pa" in r else ends[r["port"], r["vlan"]]))
        self.run("\n".join(lines + ["X"] + fdb))

    def reset(self, configuration):
        self.apply(configuration)

    def stop(self):
        lab.run(GUEST, "stop", self.name, check=False)
        for tap in self.near.values():
            lab.ip("link", "del", tap, check=False)

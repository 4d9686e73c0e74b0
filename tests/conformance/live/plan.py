"""A case's configuration as another device can be asked for it: what it means, or why it cannot be had."""
import ipaddress

from . import Unsupported

DEFAULTS = {"flowId": ("hash", "zero"), "mode": ("trunk", "access"), "arp": ("forward",), "unknownUnicast": ("flood",), "learning": (True,), "adminState": ("up",),
            "localSwitching": (True,), "relay": (False,), "ecn": ("compatibility", "normal"), "controlFrames": ("drop",), "lossless": ("drop",), "tpid": ("0x8100",)}
MEANT = {
    "": {"name", "ports", "segments"},
    "port": {"name", "role", "device", "mtu", "mac", "nativeVlan", "addresses", "routes", "neighbors", "ttl"},
    "segment": {"name", "vsid", "attachments", "peers", "records"},
    "attachment": {"port", "vlan"},
    "peer": {"address"},
    "record": {"mac", "ca", "pa", "port", "vlan"},
}


def _check(what, settings):
    for key, value in settings.items():
        if key not in MEANT[what] and value not in DEFAULTS.get(key, ()):
            raise Unsupported("has nothing like %s%s%s" % (what and what + "s' ", key, " " + str(value) if isinstance(value, str) else ""))


class Plan:
    """access: ports; underlay: the one underlay port; segments as in the configuration, peers as objects."""

    def __init__(self, configuration):
        _check("", configuration)
        self.ports = configuration["ports"]
        for port in self.ports:
            _check("port", port)
        self.access = [p for p in self.ports if p["role"] == "access"]
        under = [p for p in self.ports if p["role"] == "underlay"]
        if len(under) != 1:
            raise Unsupported("is set up with one underlay interface here")
        self.underlay = under[0]
        self.addresses = self.underlay["addresses"]
        prefixes = [r["prefix"] for r in self.underlay.get("routes", [])]
        if len(set(prefixes)) != len(prefixes):
            raise Unsupported("is set up with one next hop for a prefix here")
        self.segments = []
        for segment in configuration["segments"]:
            _check("segment", segment)
            for attachment in segment["attachments"]:
                _check("attachment", attachment)
            for record in segment.get("records", []):
                _check("record", record)
            peers = [p if isinstance(p, dict) else {"address": p} for p in segment.get("peers", [])]
            for peer in peers:
                _check("peer", peer)
            self.segments.append({**segment, "peers": peers, "records": segment.get("records", []), "key": segment["vsid"] << 8})

    def local(self, peer):
        """The local PA toward a peer: the first one of its family."""
        version = ipaddress.ip_address(peer).version
        own = [a.split("/")[0] for a in self.addresses if ipaddress.ip_interface(a).version == version]
        if not own:
            raise Unsupported("no local address of that family")
        return own[0]

    def untagged(self, attachment):
        """Whether the attachment's VLAN is the native one of its port."""
        port = next(p for p in self.access if p["name"] == attachment["port"])
        return port.get("nativeVlan") == attachment["vlan"]

#!/usr/bin/python3
"""config.py NAME MACS_FILE --access DEVICE --underlay DEVICE [--core N] [--listen ADDRESS:PORT]

Prints the gateway's configuration for one measurement: VLAN 100 of `access0` and VSID 5001, a record for every MAC of MACS_FILE
("mac pa next-hop-mac" a line) and of the vmacs file beside it, a static neighbour and a peer for every PA. So nothing is
flooded, learned or resolved while it is measured. Everything else is the default: every feature is on.
"""
import argparse, json, sys
from constants import LOCAL_PA, LOCAL_PA6, UNDERLAY_LOCAL_MAC, VID, VSID


def configuration(name, macs_file, access, underlay, core=2, listen="127.0.0.1:9471", burst=None):
    remote = [line.split() for line in open(macs_file)]
    local = [line.strip() for line in open(macs_file.replace("macs6_", "macs_").replace("macs_", "vmacs_"))]
    neighbors = {pa: mac for _, pa, mac in remote}
    six = any(":" in pa for pa in neighbors)
    workers = {"cores": [core], "idle": "poll"}
    if burst:
        workers["burst"] = burst
    return {
        "name": name,
        "ports": [
            {"name": "access0", "role": "access", "device": access, "mtu": 1500, "mac": "02:00:00:00:aa:00"},
            {"name": "underlay0", "role": "underlay", "device": underlay, "mtu": 1600, "mac": UNDERLAY_LOCAL_MAC,
             "addresses": [LOCAL_PA6 + "/64" if six else LOCAL_PA + "/24"],
             "neighbors": [{"address": pa, "mac": mac} for pa, mac in neighbors.items()]},
        ],
        "segments": [
            {"name": "tenant", "vsid": VSID, "attachments": [{"port": "access0", "vlan": VID}], "peers": list(neighbors),
             "records": [{"mac": mac, "pa": pa} for mac, pa, _ in remote]
                + [{"mac": mac, "port": "access0", "vlan": VID} for mac in local]},
        ],
        "fdb": {"capacity": max(1024, len(remote) + len(local))},
        "workers": workers,
        # net_pcap keeps a buffer for every packet of an endless input file
        "memory": {"megabytes": 400},
        "metrics": {"listen": listen},
    }


if __name__ == "__main__":
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("name")
    ap.add_argument("macs_file")
    ap.add_argument("--access", required=True)
    ap.add_argument("--underlay", required=True)
    ap.add_argument("--core", type=int, default=2)
    ap.add_argument("--listen", default="127.0.0.1:9471")
    a = ap.parse_args()
    json.dump(configuration(a.name, a.macs_file, a.access, a.underlay, a.core, a.listen), sys.stdout, indent=1)

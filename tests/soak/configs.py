"""Configurations at random, that use what there is; a few are refused by `validate`, which the soak counts."""
import json
import re

PEERS4 = ["198.51.100.10", "198.51.100.11", "198.51.100.12", "192.0.2.50"]
PEERS6 = ["2001:db8:b::10", "2001:db8:b::11", "2001:db8:a::50"]
MACS = {"access0": "02:00:00:00:01:01", "access1": "02:00:00:00:01:02", "access2": "02:00:00:00:01:03",
        "underlay0": "02:00:00:00:02:01", "underlay1": "02:00:00:00:02:01", "punt0": "02:00:00:00:03:01"}
OFFLOADS = ["encap.enabled", "encap.nvgre", "tso.inner4", "tso.inner6", "uso.inner4", "uso.inner6", "csum.ip4", "csum.tcp4", "csum.tcp6", "csum.udp4", "csum.udp6"]


def some(r, chance, **choices):
    """Each key with that chance, with one of its values."""
    return {k: r.choice(v) for k, v in choices.items() if r.random() < chance}


def storm(r):
    return some(r, 0.6, broadcast=[1, 10, 1000, "10kbps", 1000000000], multicast=[1, 50, "64kbps"], unknown=[1, 20, "100kbps"])


def limits(r):
    return {"macs": r.choice([1, 2, 10, 1000]), **some(r, 0.5, action=["forward", "drop"])}


def offload(r):
    if r.random() < 0.5:
        return r.choice(["auto", "off"])
    return {k: r.choice(["on", "off"] + (["tx", "rx"] if k.startswith("csum") else [])) for k in r.sample(OFFLOADS, r.randint(0, 6))}


def access(r, name, modes=("trunk", "access", "qinq")):
    port = {"name": name, "role": "access", "device": "net_null_" + name, "mac": MACS[name], "mtu": r.choice([1500, 1500, 1500, 9000, 1400, 576])}
    port.update(some(r, 0.25, mode=modes, trust=["dscp", "pcp", "none"], controlFrames=["drop", "forward"], flushOnTopologyChange=[True]))
    port.update(some(r, 0.5, coalesce=[True, True, False], segmentIds=["16bit", "15bit"], nativeVlan=[100, 1, 4094]))
    if port.get("mode") == "access":
        port["nativeVlan"] = 100
    if r.random() < 0.1:
        port["tpid"] = r.choice(["0x8100", "0x88A8", "0x9100", "0x9200"])
    if r.random() < 0.15:
        port["limits"] = limits(r)
    return port


def underlay(r, name, n):
    net, six = ("192.0.2.", "2001:db8:a::") if n == 0 else ("203.0.113.", "2001:db8:c::")
    port = {"name": name, "role": "underlay", "device": "net_null_" + name, "mac": MACS[name], "mtu": r.choice([1500, 1500, 1600, 1700, 9000, 1400]),
            "addresses": [net + "1/24", six + "1/64"] + ([net + "2/24", six + "2/64"] if r.random() < 0.4 else []), "routes": [], "neighbors": []}
    hops = r.choice([1, 1, 2, 4])
    for i in range(hops):
        for prefix, via in (("0.0.0.0/0", net + str(254 - i)), ("::/0", six + "%x" % (254 - i))):
            port["routes"].append({"prefix": prefix, "via": via})
            if r.random() < 0.9:
                port["neighbors"].append({"address": via, "mac": "02:00:00:00:02:%02x" % (0xFE - i)})
    port.update(some(r, 0.15, vlan=[7, 100], extraOverhead=[0, 36, 512], ttl=[1, 64, 255], multicastTtl=[1, 32], segmentIds=["15bit"]))
    return port


def segment(r, number, name, ports, free):
    """free: the (port, vlan) pairs that no segment has yet."""
    made = {"name": name, "vsid": [5001, 5002, 4096, 16777214, 6000, 7000][number], "attachments": [], "peers": []}
    mine = [made["attachments"].append(dict(port=p, vlan=v)) or (p, v) for p, v in r.sample(sorted(free), min(len(free), r.randint(1, 4)))]
    free.difference_update(mine)
    for address in r.sample(PEERS4 + PEERS6, r.randint(1, 6)) + (["198.51.100.10"] if r.random() < 0.7 else []):
        if any(p["address"] == address for p in made["peers"]):
            continue
        peer = {"address": address, **some(r, 0.25, flowId=["hash", "zero"], ecn=["normal", "compatibility"], acceptInnerTag=[True], pmtud=[False, True], minTtl=[1, 64, 255])}
        if r.random() < 0.1:
            peer["adminState"] = r.choice(["up", "down"])
        if r.random() < 0.1:
            peer["mtu"] = r.choice([1154, 1400, 1280])
        if r.random() < 0.1:
            peer["limits"] = limits(r)
        if r.random() < 0.3:
            peer["dscp"] = some(r, 0.7, encapsulate=["copy", "pcp", 0, 46, 63], decapsulate=["pipe", "uniform"])
        made["peers"].append(peer)
    made.update(some(r, 0.3, spread=["flow", "first"], unknownUnicast=["flood", "drop"], arp=["forward", "suppress", "proxy"], strictArp=[True], localSwitching=[True, False],
                     lossless=["drop", "forward"], rewriteInnerDscp=[True], mssClamp=[False, True], fragment=[False, True], snooping=[True], relay=[True], dropBadInnerChecksum=[True],
                     loopDetection=[True]))
    made.update(some(r, 0.07, learning=[False], adminState=["down", "up"]))
    if r.random() < 0.25:
        made["limits"] = limits(r)
    if r.random() < 0.3:
        made["storm"] = storm(r)
    if r.random() < 0.3:
        made["router"] = {**some(r, 0.7, addresses=[["10.1.1.1/24"], ["10.1.1.1", "2001:db8:1::1/64"]], mac=["02:00:00:00:00:fe"])}
    if r.random() < 0.2:
        made["multicastPa"] = r.choice(["239.1.19.137", ["239.1.19.137", "ff08::1:1389"]])
        if r.random() < 0.5:
            made["groups"] = {"224.1.1.1": "239.7.7.7", "239.5.5.5": "239.7.7.8"}
    if r.random() < 0.6:
        made["records"] = [{"mac": "00:15:5d:00:00:0b", "ca": "10.1.1.11", "pa": made["peers"][0]["address"], **some(r, 0.2, sticky=[True])},
                           {"mac": "02:00:00:00:0a:01", **dict(zip(("port", "vlan"), mine[0]))}]
    if r.random() < 0.2:
        made["pcpToDscp"] = [r.randrange(64) for _ in range(8)]
        made["dscpToPcp"] = [r.randrange(8) for _ in range(64)]
    return made


def beyond(configuration):
    """The configuration of a gateway at the other end of the underlay: its addresses are the peers', its peers this one's addresses."""
    def swap(text):
        for one, other in (("192.0.2.", "198.51.100."), ("2001:db8:a::", "2001:db8:b::")):
            text = re.sub("%s|%s" % (re.escape(one), re.escape(other)), lambda m: other if m.group() == one else one, text)
        for near, far in (("192.0.2.10", "192.0.2.1"), ("192.0.2.11", "192.0.2.2"), ("2001:db8:a::10", "2001:db8:a::1"), ("2001:db8:a::11", "2001:db8:a::2")):
            text = re.sub(re.escape(near) + r'(?=["/])', far + " ", text)
        for near, far in (("198.51.100.1", "198.51.100.10"), ("198.51.100.2", "198.51.100.11"), ("2001:db8:b::1", "2001:db8:b::10"), ("2001:db8:b::2", "2001:db8:b::11")):
            text = re.sub(re.escape(near) + r'(?=["/])', far, text)
        return text.replace("02:00:00:00:02:01", "02:00:00:00:02:xx").replace("02:00:00:00:02:fe", "02:00:00:00:02:01").replace("02:00:00:00:02:xx", "02:00:00:00:02:fe").replace(" \"", "\"").replace(" /", "/")
    return json.loads(swap(json.dumps(configuration)))


def make(r, names=None, workers=None):
    """A configuration of the named ports (their number and kind at random where none are)."""
    names = names or ["access0"] + r.choice([[], ["access1"], ["access1", "access2"]]) + ["underlay0"] + (["underlay1"] if r.random() < 0.3 else []) + (["punt0"] if r.random() < 0.3 else [])
    ports, underlays = [], [n for n in names if n.startswith("underlay")]
    for name in names:
        if name.startswith("access"):
            ports.append(access(r, name))
        elif name.startswith("underlay"):
            ports.append(underlay(r, name, underlays.index(name)))
        else:
            ports.append({"name": name, "role": "access", "device": "net_null_" + name, "mac": MACS[name], "mtu": 9000})
        if r.random() < 0.3:
            ports[-1]["offload"] = offload(r)
        if r.random() < 0.2 and name != "punt0":
            ports[-1]["storm"] = storm(r)
    if "punt0" in names and r.random() < 0.9:
        ports[names.index("underlay0")]["exceptionPort"] = "punt0"
    free = set()
    for port in ports:
        if port["name"].startswith("access"):
            free.update((port["name"], v) for v in ([port["nativeVlan"]] if port.get("mode") == "access" else [100, 200, 201, 300]))
    segments = []
    for number, name in enumerate(["blue", "green", "red", "white"][:r.randint(1, 4)]):
        if free:
            segments.append(segment(r, number, name, ports, free))
    for s in segments:
        for a in s["attachments"]:
            if next(p for p in ports if p["name"] == a["port"]).get("mode") == "qinq" and r.random() < 0.5:
                a["innerVlan"] = r.choice([7, 8])
                for record in s.get("records", []):
                    if record.get("port") == a["port"] and record["vlan"] == a["vlan"]:
                        record["innerVlan"] = a["innerVlan"]
    trunks = [p for p in ports if p["name"].startswith("access") and p.get("mode", "trunk") == "trunk"]
    if trunks and r.random() < 0.2:
        segments.append({"name": "range", "vsid": 100000, "attachments": [{"port": trunks[-1]["name"], "vlans": "1000-1%03d" % r.choice([1, 20, 300])}],
                         "peers": ["198.51.100.10"], **some(r, 0.3, multicastPa=["239.1.1.9"], snooping=[True])})
    made = {"name": "soak", "ports": ports, "segments": segments, "workers": {"cores": list(range(workers or r.randint(1, 4))), "idle": "sleep", **some(r, 0.3, burst=[1, 7, 32, 128], spread=["auto", "off"])}}
    if workers and workers > 1 and r.random() < 0.4:
        p = r.choice([p for p in ports if p["name"] != "punt0"])
        rule = {"vsid": segments[0]["vsid"]} if p["role"] == "underlay" and r.random() < 0.5 else {"mac": "02:00:00:00:0a:01"}
        p["vsidQueues"] = [{**rule, "queues": r.sample(range(workers), r.randint(1, workers))}]
        p["queues"] = workers
    made.update(some(r, 0.15, flowId=["hash", "zero"], offload=["auto", "off"]))
    if r.random() < 0.3:
        made["lenient"] = some(r, 0.7, checksum=[True], sequence=[True])
    if r.random() < 0.4:
        made["fdb"] = some(r, 0.5, capacity=[16, 64, 65536], ageingSeconds=[10, 300], moves=[{"limit": 1}, {"limit": 2, "windowSeconds": 1, "action": "drop"}])
    if r.random() < 0.3:
        made["budgets"] = some(r, 0.5, arp=[0, 1, 1000], nd=[0, 1, 1000], icmpEcho=[0, 1, 100], igmp=[0, 1, 1000], icmpErrors=[0, 1, 1000000])
    if r.random() < 0.3:
        made["neighbors"] = some(r, 0.5, hold=[0, 1, 64, 1024], retrySeconds=[1, 60], giveUpSeconds=[1, 3], reachableSeconds=[1, 30])
    if r.random() < 0.2:
        made["announce"] = some(r, 0.5, repeats=[0, 60], intervalSeconds=[0, 1, 60])
    return made

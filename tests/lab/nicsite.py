"""A gateway in a guest on NICs that QEMU emulates, and what stands outside of them: used by `nics`."""
import json, os, re, select, socket, struct, subprocess, time

import scapy.all as s

HERE = os.path.dirname(os.path.abspath(__file__))
SOL_PACKET, PACKET_AUXDATA, PACKET_VNET_HDR, SO_RCVBUFFORCE = 263, 8, 15, 33
VLAN, SECOND_VLAN, VSID, SECOND_VSID = 100, 200, 5001, 5002
FROM = "02:00:00:00:0c:00"
PAIRS = 8  # PAs behind the underlay port that spreads by RSS
UNDERLAYS = {5: ("02:00:00:00:01:05", "10.0.0", 1), 6: ("02:00:00:00:01:06", "10.1.0", PAIRS)}


def run(command, seconds=60):
    r = subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds)
    if r.returncode:
        raise RuntimeError(f"{command}: {r.stdout}")
    return r.stdout


class Tap:
    """The host's side of a tap: frames with the metadata of virtio."""

    def __init__(self, name, queues):
        self.name = name
        run(f"ip tuntap add {name} mode tap vnet_hdr {'multi_queue' if queues > 1 else ''}")
        run(f"sysctl -qw net.ipv6.conf.{name}.disable_ipv6=1 net.ipv4.conf.{name}.arp_ignore=8; ip link set {name} txqueuelen 5000 up")
        self.s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        self.s.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
        self.s.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.s.bind((name, 3))

    def send(self, frame, header=b"\0" * 10):
        self.s.send(header + frame)

    def recv(self):
        """(frame, its virtio header), or None for what this host sent itself. The kernel keeps a VLAN tag beside the frame."""
        data, more, _, address = self.s.recvmsg(1 << 17, 128)
        if address[2] == 4:
            return None
        header, frame = data[:10], data[10:]
        for level, kind, value in more:
            if level == SOL_PACKET and kind == PACKET_AUXDATA:
                status, _, _, _, _, tci, tpid = struct.unpack("=IIIHHHH", value[:20])
                if status & 0x10:
                    frame = frame[:12] + struct.pack("!HH", tpid, tci) + frame[12:]
                    header = moved(header, 4)
        return frame, header

    def close(self):
        self.s.close()
        run(f"ip link del {self.name}")


class Dgram:
    """The other end of a NIC whose frames are unix datagrams."""

    def __init__(self, here, there):
        self.there = there
        self.s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        self.s.bind(here)

    def send(self, frame):
        self.s.sendto(frame, self.there)

    def recv(self):
        return self.s.recv(1 << 17), None

    def close(self):
        self.s.close()


class Site:
    """The NICs, by number: 0 sends, 1 to 4 are access ports that are tried, 5 and 6 underlay ports that are tried."""

    def __init__(self, folder, tag):
        self.folder, self.tag, self.guest, self.began = folder, tag, "nic" + tag, time.monotonic()
        self.nics = [  # name, model, driver in DPDK, queues of its tap or None for datagrams
            ("virtio, two queues", "virtio-net-pci", "net_virtio", 2),
            ("virtio", "virtio-net-pci", "net_virtio", 1),
            ("vmxnet3", "vmxnet3", "net_vmxnet3", 1),
            ("e1000e (82574L)", "e1000e", "net_e1000_em", None),
            ("e1000 (82545EM)", "e1000-82545em", "net_e1000_em", None),
            ("e1000e (82574L)", "e1000e", "net_e1000_em", None),
            ("virtio, two queues", "virtio-net-pci", "net_virtio", 2),
        ]
        self.links, self.arguments = [], []
        for i, (_, model, _, queues) in enumerate(self.nics):
            if queues is None:
                link, spec = Dgram(f"{folder}/h{i}", f"{folder}/g{i}"), f"dgram:{folder}/g{i}:{folder}/h{i}"
            else:
                link = Tap(f"ni{'abcdefg'[i]}{tag}", queues)
                spec = f"tap:{link.name}" + (",queues=2,rss=on,hash=on" if queues > 1 else "")
            self.links.append(link)
            more = ",iommu_platform=on,disable-legacy=on" if model.startswith("virtio") else ""
            self.arguments.append(f"--nic {spec},model={model}{more}")

    @staticmethod
    def mac(i):
        """The station behind a NIC."""
        return f"02:00:00:00:0c:{i + 1:02x}"

    @staticmethod
    def configuration(spread, offload="auto"):
        """Who spreads, and what the NICs that are tried may do of offloads."""
        ports = [{"name": f"nic{i}", "role": "access", "device": f"0000:00:{3 + i:02x}.0", "mtu": 1500} for i in range(5)]
        for i, (mac, net, peers) in UNDERLAYS.items():
            ports.append({"name": f"nic{i}", "role": "underlay", "device": f"0000:00:{3 + i:02x}.0", "mtu": 1600, "mac": mac, "addresses": [f"{net}.1/24"],
                          "neighbors": [{"address": f"{net}.{p + 2}", "mac": f"02:aa:00:00:{i:02x}:{p + 2:02x}"} for p in range(peers)]})
        for port in ports[1:]:
            port["offload"] = offload
        return json.dumps({
            "name": "nics", "memory": {"hugepages": "auto"}, "workers": {"cores": [1, 2], "idle": "sleep", "spread": spread}, "metrics": {"listen": "127.0.0.1:9400"},
            "ports": ports, "flowId": "zero", "announce": {"repeats": 0, "intervalSeconds": 0},
            "segments": [
                {"name": "blue", "vsid": VSID, "attachments": [{"port": f"nic{i}", "vlan": VLAN} for i in range(5)], "peers": ["10.0.0.2", "10.1.0.2"]},
                {"name": "green", "vsid": SECOND_VSID, "attachments": [{"port": "nic1", "vlan": SECOND_VLAN}], "peers": [f"10.1.0.{p + 2}" for p in range(PAIRS)]},
            ],
        })

    def start(self):
        """Starts guest and gateway and makes every NIC's station known to it."""
        print(run(f"{HERE}/guest start {self.guest} --gateway --mem 1536 --cpus 3 --boot-timeout 240 {' '.join(self.arguments)}", 300).strip(), flush=True)
        # Instrumented code is slow to make where every instruction is emulated.
        self.script(f"""cat >/tmp/nics.json <<'END'
{self.configuration("off")}
END
export DOTNET_TieredPGO=0
(/gateway/nvgre-gateway run --config /tmp/nics.json >/tmp/gateway.log 2>&1 & echo $! >/tmp/gateway.pid; wait $!; echo "ended $?" >>/tmp/gateway.log) &
for i in $(seq 400); do grep -q '^ended' /tmp/gateway.log && break; grep -q 'forwarding on' /tmp/gateway.log && exit 0; sleep 1; done
cat /tmp/gateway.log; exit 1""", 430)
        self.wait_for("all ports up", lambda m: all(m.get(f'port_up{{port="nic{i}"}}') == 1 for i in range(7)))
        for i in range(7):
            self.greet(i, VLAN, VSID)
        self.greet(1, SECOND_VLAN, SECOND_VSID)
        self.wait_for("the stations known", lambda m: m.get('fdb_entries{kind="learned"}', 0) >= 8)
        print(f"the gateway forwards at {time.monotonic() - self.began:.0f} s", flush=True)

    def greet(self, i, vlan, vsid):
        arp = s.ARP(op=1, hwsrc=self.mac(i), psrc=f"192.168.8.{i + 10}", pdst="192.168.8.99")
        inner = s.Ether(src=self.mac(i), dst="ff:ff:ff:ff:ff:ff")
        self.links[i].send(self.tunnel(i, bytes(inner / arp), vsid=vsid) if i in UNDERLAYS else bytes(inner / s.Dot1Q(vlan=vlan) / arp))

    @staticmethod
    def tunnel(i, inner, peer=0, vsid=VSID):
        """An NVGRE packet from a peer behind an underlay port."""
        mac, net, _ = UNDERLAYS[i]
        gre = struct.pack("!HHI", 0x2000, 0x6558, vsid << 8)
        return bytes(s.Ether(src=f"02:aa:00:00:{i:02x}:{peer + 2:02x}", dst=mac) / s.IP(src=f"{net}.{peer + 2}", dst=f"{net}.1", proto=47) / s.Raw(gre + inner))

    def script(self, text, seconds=120):
        path = f"{self.folder}/script"
        with open(path, "w") as f:
            f.write(text + "\n")
        return run(f"{HERE}/guest run {self.guest} -t {seconds} -f {path}", seconds + 30)

    def control(self, request):
        """What control answers on its socket, as to the verb `show`, which takes a while to start where every instruction is emulated."""
        return json.loads(self.script(f"curl -sS --fail --unix-socket /run/nvgre-gateway/nics/control.sock {request}"))

    def show(self, what):
        return self.control(f"http://localhost/{what}")

    def metrics(self):
        text = self.script("wget -q -O - http://127.0.0.1:9400/metrics")
        return {m[1]: float(m[2]) for m in re.finditer(r"^nvgre_gateway_(\S+) (\S+)$", text, re.M)}

    def wait_for(self, what, holds, seconds=90):
        end = time.monotonic() + seconds
        while not holds(self.metrics()):
            if time.monotonic() > end:
                raise RuntimeError(f"not after {seconds} s: {what}")
            time.sleep(0.3)

    @staticmethod
    def requests(metrics, i, kind):
        return {by: metrics[f'port_offload_requests_total{{port="nic{i}",kind="{kind}",by="{by}"}}'] for by in ("device", "software")}

    @staticmethod
    def shares(metrics, i):
        """What each receive queue of a NIC got, what each worker forwarded of it, and how much was handed on."""
        of = lambda name, w: int(metrics[f'worker_{name}_packets_total{{worker="{w}",port="nic{i}"}}'])
        return [of("forwarded", w) + of("handed", w) - of("taken", w) for w in range(2)], [of("forwarded", w) for w in range(2)], sum(of("handed", w) for w in range(2))

    def grown_shares(self, i, before, packets):
        """How much the shares of a NIC have grown, once all of so many packets are counted: what has come out may be counted a little later."""
        end = time.monotonic() + 30
        while True:
            after = self.shares(self.metrics(), i)
            queues, workers = ([b - a for a, b in zip(before[n], after[n])] for n in range(2))
            if min(sum(queues), sum(workers)) >= packets or time.monotonic() > end:
                return queues, workers, after[2] - before[2]
            time.sleep(0.3)

    def configure(self, spread, offload="auto"):
        """Changes that while the gateway runs."""
        self.script(f"cat >/tmp/nics.json <<'END'\n{self.configuration(spread, offload)}\nEND")
        report = self.control("-X POST http://localhost/reload")
        if report.get("errors"):
            raise RuntimeError(f"refused: {report}")

    def collect(self, numbers, seconds, take):
        """Gives what comes out of some NICs to take(number, frame, virtio header) until that says that all is there, or time is up."""
        end, sockets = time.monotonic() + seconds, {self.links[i].s: i for i in numbers}
        while (left := end - time.monotonic()) > 0:
            for ready in select.select(list(sockets), [], [], left)[0]:
                i = sockets[ready]
                got = self.links[i].recv()
                if got is not None and take(i, *got):
                    return True
        return False

    def drain(self):
        for link in self.links:
            while select.select([link.s], [], [], 0)[0]:
                link.recv()

    def close(self):
        subprocess.run(f"{HERE}/guest stop {self.guest}", shell=True, timeout=60, check=False)
        for link in self.links:
            link.close()


def moved(header, by):
    """The metadata of a frame from whose front bytes were taken, or to which they were given."""
    if header is None or not header[0] & 1:
        return header
    start, = struct.unpack_from("=H", header, 6)
    return header[:6] + struct.pack("=H", start + by) + header[8:]


def pseudo_sum(ip, length, proto):
    family = socket.AF_INET if ip.version == 4 else socket.AF_INET6
    return ~s.checksum(socket.inet_pton(family, ip.src) + socket.inet_pton(family, ip.dst) + struct.pack("!II", length, proto)) & 0xffff


def packet(kind, six, to, size, sport, bad=False):
    """A frame of VLAN 100 whose transport checksum is whole, the same with a sum only begun as a guest's kernel leaves it, where that
    starts, where the sum lies from there, and what the frame carries."""
    ip = s.IPv6(src="fd64::1", dst="fd64::2") if six else s.IP(src="192.168.8.1", dst="192.168.8.2", id=7)
    l4 = s.TCP(sport=sport, dport=2222, seq=1, ack=9, flags="PA") if kind == "tcp" else s.UDP(sport=sport, dport=2222)
    payload = bytes((7 * i + i // 251) & 255 for i in range(size))
    good = bytes(s.Ether(src=FROM, dst=to) / s.Dot1Q(vlan=VLAN) / ip / l4 / payload)
    start, offset = 58 if six else 38, 16 if kind == "tcp" else 6
    begun, at = pseudo_sum(ip, len(good) - start, 6 if kind == "tcp" else 17), start + offset
    if bad:
        good = good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1:]
    return good, good[:at] + struct.pack("!H", begun) + good[at + 2:], start, offset, payload


def wrong_sum(frame, header):
    """What is wrong with the checksums of a frame, as text; nothing is wrong with one that is begun rightly and says so."""
    p = s.Ether(frame)
    ip = p.getlayer(s.IP) or p.getlayer(s.IPv6)
    l4 = ip.getlayer(s.TCP) or ip.getlayer(s.UDP)
    if l4 is None:
        return "no transport header: " + p.summary()
    l3_at = 18 if s.Dot1Q in p else 14
    l4_at = l3_at + (ip.ihl * 4 if ip.version == 4 else 40)
    if ip.version == 4 and s.checksum(frame[l3_at:l4_at]):
        return "the IPv4 header sum is wrong"
    raw, proto = frame[l4_at:l3_at + (ip.len if ip.version == 4 else 40 + ip.plen)], 6 if s.TCP in p else 17
    at = 16 if proto == 6 else 6
    if header is not None and header[0] & 1:
        place = struct.unpack_from("=HH", header, 6)
        if place != (l4_at, at):
            return f"the sum is begun for {place} instead of {(l4_at, at)}"
        begun = pseudo_sum(ip, len(raw), proto)
        return "" if begun == l4.chksum else f"the sum is begun wrongly: {l4.chksum:#06x} instead of {begun:#06x}"
    total = (s.in4_chksum if ip.version == 4 else s.in6_chksum)(proto, ip, raw[:at] + b"\0\0" + raw[at + 2:])
    total = total or (0xffff if proto == 17 else 0)
    return "" if total == l4.chksum else f"the sum is {l4.chksum:#06x} instead of {total:#06x}"


def toeplitz(key, data):
    """The hash of Microsoft's RSS specification, bit by bit."""
    window, result, bits = int.from_bytes(key, "big"), 0, len(key) * 8
    for i in range(len(data) * 8):
        if data[i // 8] >> (7 - i % 8) & 1:
            result ^= window >> (bits - 32 - i) & 0xffffffff
    return result


def check_toeplitz():
    """The specification's own example: 66.9.149.187:2794 to 161.142.100.80:1766."""
    key = bytes.fromhex("6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa")
    pair = socket.inet_aton("66.9.149.187") + socket.inet_aton("161.142.100.80")
    assert toeplitz(key, pair) == 0x323e8fc2 and toeplitz(key, pair + struct.pack("!HH", 2794, 1766)) == 0x51ccc178

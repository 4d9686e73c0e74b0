using System.Globalization;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>
/// One guest whose virtio NICs do checksums and segmentation, on both sides of the gateway: two VLAN hosts of one segment, each on a port
/// of its own, and the far end of the segment's tunnels.
/// </summary>
/// <remarks>
/// Hosts: namespaces <c>one</c> (eth1) and <c>two</c> (eth2), VLAN 100: 192.168.8.1 and .2, fd64:8::1 and ::2; VLAN 200 only
/// <c>one</c>: 192.168.9.1, fd64:9::1. Far ends: 192.168.8.3, fd64:8::3 over IPv4 (VLAN 100), 192.168.9.3, fd64:9::3 over IPv6 (200).
/// Each of them runs an iperf3 server and gives away the file /tmp/data, 12 MB, on TCP port 7000.
/// </remarks>
public class OffloadSite : IDisposable
{
    /// <summary>The ports.</summary>
    internal static readonly IReadOnlyList<string> Ports = ["access0", "access1", "underlay0"];

    private readonly Lab _lab;

    public OffloadSite()
    {
        _lab = new Lab(test: GetType().Name);
        try
        {
            string sockets = _lab.Sockets;
            Gateway = new Gateway(_lab, Configurations.Parse($$"""
                {
                  "ports": [
                    { "name": "access0", "role": "access", "device": "net_vhost0,iface={{sockets}}/access0,tso=1", "mtu": 1500, "mac": "02:00:00:00:01:01" },
                    { "name": "access1", "role": "access", "device": "net_vhost1,iface={{sockets}}/access1,tso=1", "mtu": 1500, "mac": "02:00:00:00:01:03" },
                    { "name": "underlay0", "role": "underlay", "device": "net_vhost2,iface={{sockets}}/underlay,tso=1", "mtu": 1600, "mac": "{{Configurations.UnderlayMac}}",
                      "addresses": ["10.0.0.1/24", "fd00::1/64"] }
                  ],
                  "flowId": "zero",
                  "segments": [
                    { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 }, { "port": "access1", "vlan": 100 } ], "peers": [ "10.0.0.2" ] },
                    { "name": "green", "vsid": 5002, "attachments": [ { "port": "access0", "vlan": 200 } ], "peers": [ "fd00::2" ] }
                  ]
                }
                """));
            Gateway.Start();
            Guest = new Guest(_lab, $"vhost:{sockets}/underlay,mac=02:aa:00:00:00:02,host_mtu=1600", $"vhost:{sockets}/access0,mac=02:00:00:00:0b:01", $"vhost:{sockets}/access1,mac=02:00:00:00:0b:02");
            Guest.Run("""
                set -e
                # what is captured is what came, not several of them joined
                for n in 0 1 2; do ethtool -K eth$n gro off; done
                ip link set eth0 mtu 1600 up
                ip addr add 10.0.0.2/24 dev eth0
                ip addr add fd00::2/64 dev eth0 nodad
                ip link add nv1 type gretap local 10.0.0.2 remote 10.0.0.1 key $((5001 << 8)) ttl 64
                ip link add nv2 type ip6gretap local fd00::2 remote fd00::1 key $((5002 << 8)) hoplimit 64 encaplimit none
                join() { # NAMESPACE DEVICE NETWORK NUMBER
                  ip netns add $1 2>/dev/null || true
                  [ $2 != ${2#vlan} ] || ip link set $2 netns $1
                  ip -n $1 link set $2 mtu 1500 up
                  ip -n $1 addr add 192.168.$3.$4/24 dev $2
                  ip -n $1 addr add fd64:$3::$4/64 dev $2 nodad
                }
                ip netns add one; ip netns add two
                for h in one:1 two:2; do
                  ip link set eth${h#*:} netns ${h%:*}
                  ip -n ${h%:*} link set lo up
                  ip -n ${h%:*} link set eth${h#*:} up
                  ip -n ${h%:*} link add link eth${h#*:} name vlan100 type vlan id 100
                  join ${h%:*} vlan100 8 ${h#*:}
                done
                ip -n one link add link eth1 name vlan200 type vlan id 200
                join one vlan200 9 1
                join far1 nv1 8 3
                join far2 nv2 9 3
                head -c 12000000 /dev/urandom >/tmp/data
                for n in one two far1 far2; do
                  serve $n
                  (ip netns exec $n nc -ll -p 7000 -e cat /tmp/data >/dev/null 2>&1 &)
                  await "ip netns exec $n ss -ltn | grep -q ':7000 '"
                done
                """, 120);
        }
        catch
        {
            _lab.Dispose();
            throw;
        }
    }

    internal Gateway Gateway { get; }

    internal Guest Guest { get; }

    internal GuestCapture Capture(string name) => new(_lab, Guest, name);

    /// <summary>Stops the gateway and starts it with another <c>offload</c>; the guest's NICs come back by themselves.</summary>
    internal void Restart(string offload)
    {
        Gateway.Stop();
        Gateway.Configuration["offload"] = offload;
        Gateway.WriteConfiguration();
        Gateway.Start();
        Guest.Run("for i in $(seq 40); do ip netns exec one ping -c 1 -W 1 192.168.8.2 && ip netns exec one ping -c 1 -W 1 192.168.9.3 && exit 0; done; exit 1", 100);
    }

    /// <summary>Frames that the gateway dropped for a reason so far.</summary>
    internal long Drops(string reason) => Gateway.Metrics().Count(MetricNames.Drops, ("reason", reason["drop.".Length..]));

    /// <summary>What <c>set offload</c> says.</summary>
    internal void Set(string port, string state) => Shell.Run($"{Machine.Root}/nvgre-gateway set offload {port} all {state} --name {Gateway.Name}");

    /// <summary>A host fetches the file of another, and it is whole.</summary>
    internal void Fetch(string by, string from) => Guest.Run(
        $"ip netns exec {by} timeout 150 nc {from} 7000 </dev/null >/tmp/got-{by}; cmp /tmp/data /tmp/got-{by} && rm /tmp/got-{by}", 170);

    /// <summary>Requests of a kind (checksum, segmentation) that left through a port so far, by who settled them (device, software).</summary>
    internal long Requests(string port, string kind, string by) => Gateway.Metrics().Count(MetricNames.OffloadRequests, ("port", port), ("kind", kind), ("by", by));

    /// <summary>A counter of TCP or IP of the kernel of a namespace (<c>/proc/net/snmp</c>, <c>/proc/net/netstat</c>).</summary>
    internal long Kernel(string by, string group, string name) => long.Parse(
        Guest.Run($"ip netns exec {by} cat /proc/net/snmp /proc/net/netstat | awk '$1 == \"{group}:\" {{ if (head) {{ for (i = 2; i <= NF; i++) if (names[i] == \"{name}\") print $i; head = 0 }} else {{ split($0, names); head = 1 }} }}'").Trim(),
        CultureInfo.InvariantCulture);

    /// <summary>Streams of TCP that run until <see cref="EndStreams"/>, by iperf3 clients with these options each.</summary>
    internal void StartStreams(params string[] options) =>
        Guest.Run("""
            start() { # NUMBER OPTIONS...; again while a server is still at the end of an earlier test
              n=$1; shift; tries=0
              while :; do
                ip netns exec one iperf3 "$@" -t 600 --connect-timeout 30000 --forceflush >/tmp/stream-$n 2>&1 &
                echo $! >/tmp/stream-$n.pid
                await "grep -q 'connected to\|error' /tmp/stream-$n" || return 1
                grep -q error /tmp/stream-$n || return 0
                tries=$((tries + 1)); grep -q 'server is busy' /tmp/stream-$n && [ $tries -lt 100 ] || { cat /tmp/stream-$n; return 1; }
                sleep 0.1
              done
            }

            """ + string.Join('\n', options.Select(static (o, i) => $"start {i} {o} || exit 9")));

    /// <summary>Ends them; they must have run until now.</summary>
    internal void EndStreams() => Guest.Run("""
        for f in /tmp/stream-*.pid; do
          kill -INT $(cat $f) || { cat ${f%.pid}; exit 1; }
        done
        for f in /tmp/stream-*.pid; do await "! kill -0 $(cat $f) 2>/dev/null"; rm $f; done
        """);

    /// <summary>Frames go on leaving through each of these ports: 200 more, however long that takes.</summary>
    internal void MustFlow(string what, params string[] ports)
    {
        long[] before = [.. ports.Select(p => Accounting.PortCounters(Gateway, p).Tx)];
        Assert.True(
            Shell.Eventually(() => ports.Zip(before).All(p => Accounting.PortCounters(Gateway, p.First).Tx >= p.Second + 200), 90, 200),
            $"{what}: {string.Join(", ", ports.Zip(before, (p, b) => $"{Accounting.PortCounters(Gateway, p).Tx - b} frames left by {p}"))}\n{Guest.Try("tail -n 5 /tmp/stream-?").Output}");
    }

    /// <summary>A virtio NIC's offloads as its guest has them.</summary>
    internal string Features(int nic) => Guest.Run(string.Create(
        CultureInfo.InvariantCulture, $"{(nic == 0 ? "" : $"ip netns exec {(nic == 1 ? "one" : "two")} ")}ethtool -k eth{nic}"));

    public void Dispose()
    {
        _lab.Dispose();
        GC.SuppressFinalize(this);
    }
}

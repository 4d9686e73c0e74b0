namespace NvgreGateway.EndToEnd.Tests;

/// <summary>
/// One guest for many tests: a VLAN host and the far ends of four tunnels, the gateway between them over net_vhost. Both
/// sides have an MTU of 1500, so that full-sized packets do not fit into the tunnels.
/// </summary>
/// <remarks>
/// VLAN host (namespace <c>host</c>): eth1 with VLAN 100 to 400, 192.168.N.1 and fd64:N::1, N = VLAN / 100. Far ends:
/// 192.168.N.2 and fd64:N::2 on device nvN. 1: gretap, MSS clamped; 2: gretap, not clamped; 3: ip6gretap; 4: gretap behind a
/// router whose link has an MTU of 1400, in namespace <c>remote</c>. Devices 1 to 3 each are in namespace <c>farN</c>.
/// </remarks>
public sealed class GuestSite : IDisposable
{
    internal const int KeyOfOne = 5001 << 8;

    private readonly Lab _lab;

    public GuestSite()
    {
        _lab = new Lab(test: nameof(GuestSite));
        try
        {
            (Gateway, Guest) = Build();
        }
        catch
        {
            _lab.Dispose();
            throw;
        }
    }

    internal Gateway Gateway { get; }

    internal Guest Guest { get; }

    /// <summary>The command prefix of far end <paramref name="number"/>.</summary>
    internal static string Far(int number) => $"ip netns exec {(number == 4 ? "remote" : $"far{number}")}";

    /// <summary>Frames that the gateway dropped for <paramref name="reason"/> so far.</summary>
    internal long Drops(string reason) => Gateway.Show("drops")["drops"]!.AsObject().TryGetPropertyValue(reason, out var n) ? n!.GetValue<long>() : 0;

    internal GuestCapture Capture(string name) => new(_lab, Guest, name);

    /// <summary>The shell commands that capture on the guest's eth0 (underlay) or eth1 (VLAN side) into /tmp/NAME.pcap, until <see cref="EndCaptures"/>.</summary>
    internal static string StartCapture(string name, bool underlay) => $"capture {name} {(underlay ? "- eth0" : "host eth1")} -c 4000\n";

    internal const string EndCaptures = "end_captures";

    public void Dispose() => _lab.Dispose();

    private (Gateway Gateway, Guest Guest) Build()
    {
        string access = $"{_lab.Sockets}/access", underlay = $"{_lab.Sockets}/underlay";
        Gateway gateway = new(_lab, Configurations.Parse($$"""
            {
              "ports": [
                { "name": "access0", "role": "access", "device": "net_vhost0,iface={{access}}", "mtu": 1500, "mac": "{{Configurations.AccessMac}}", "offload": {{Configurations.WholeSums}} },
                { "name": "underlay0", "role": "underlay", "device": "net_vhost1,iface={{underlay}}", "mtu": 1500, "mac": "{{Configurations.UnderlayMac}}", "offload": {{Configurations.WholeSums}},
                  "addresses": ["10.0.0.1/24", "fd00::1/64"], "routes": [ { "prefix": "10.9.0.0/24", "via": "10.0.0.2" } ] }
              ],
              "flowId": "zero",
              "segments": [
                { "name": "one", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ], "peers": [ { "address": "10.0.0.2", "ecn": "normal" } ] },
                { "name": "two", "vsid": 5002, "attachments": [ { "port": "access0", "vlan": 200 } ], "peers": [ "10.0.0.2" ], "mssClamp": false },
                { "name": "three", "vsid": 5003, "attachments": [ { "port": "access0", "vlan": 300 } ], "peers": [ { "address": "fd00::2", "ecn": "normal" } ] },
                { "name": "four", "vsid": 5004, "attachments": [ { "port": "access0", "vlan": 400 } ], "peers": [ "10.9.0.2" ], "mssClamp": false }
              ]
            }
            """));
        gateway.Start();
        Guest guest = new(_lab, $"vhost:{underlay},mac=02:aa:00:00:00:02", $"vhost:{access},mac=02:00:00:00:0b:01");
        guest.Run($$"""
            set -e
            for m in sch_ingress cls_matchall act_pedit act_csum; do modprobe $m; done
            sysctl -qw net.ipv4.ip_forward=1
            ethtool -K eth0 gro off; ethtool -K eth1 gro off
            ip netns add host
            ip link set eth1 netns host
            ip -n host link set lo up
            ip -n host link set eth1 up
            for n in 1 2 3 4; do
              ip -n host link add link eth1 name vlan${n}00 type vlan id ${n}00
              ip -n host link set vlan${n}00 up
              ip -n host addr add 192.168.$n.1/24 dev vlan${n}00
              ip -n host addr add fd64:$n::1/64 dev vlan${n}00 nodad
            done
            ip link set eth0 up
            ip addr add 10.0.0.2/24 dev eth0
            ip addr add fd00::2/64 dev eth0 nodad
            ip netns add remote
            ip link add up0 mtu 1400 type veth peer name eth0 netns remote
            ip addr add 10.9.0.1/24 dev up0
            ip link set up0 up
            ip -n remote link set eth0 mtu 1400 up
            ip -n remote addr add 10.9.0.2/24 dev eth0
            ip -n remote route add default via 10.9.0.1
            ip -n remote link add nv4 type gretap local 10.9.0.2 remote 10.0.0.1 key $((5004 << 8)) ttl 64
            ip link add nv1 type gretap local 10.0.0.2 remote 10.0.0.1 key $((5001 << 8)) ttl 64 tos inherit
            ip link add nv2 type gretap local 10.0.0.2 remote 10.0.0.1 key $((5002 << 8)) ttl 64
            ip link add nv3 type ip6gretap local fd00::2 remote fd00::1 key $((5003 << 8)) hoplimit 64 encaplimit none tclass inherit
            for n in 1 2 3; do
              ip netns add far$n
              ip link set nv$n netns far$n
            done
            for n in 1 2 3 4; do
              far=far$n; [ $n != 4 ] || far=remote
              ip -n $far link set lo up
              ip -n $far link set nv$n mtu 1500 up
              ip -n $far addr add 192.168.$n.2/24 dev nv$n
              ip -n $far addr add fd64:$n::2/64 dev nv$n nodad
              serve $far
            done
            """);
        return (gateway, guest);
    }
}

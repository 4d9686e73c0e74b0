using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>
/// The kernel behind the exception port of an underlay, by net_tap: it answers for addresses of its own behind the gateway's MAC, and for
/// what of the gateway's provider address the gateway does not serve.
/// </summary>
public class ExceptionPortTests
{
    private const string UnderlayMac = "02:00:00:00:02:01", RouterMac = "02:00:00:00:02:fe";

    [Fact]
    [Requirement("B-018", "C-045")]
    public void The_kernel_speaks_through_the_underlay_by_an_exception_port()
    {
        using Lab lab = new("exception");
        string gw = lab.AddNamespace("gw"), router = lab.AddNamespace("rt");
        Shell.Run($"""
            set -e
            for n in {gw} {router}; do ip netns exec $n sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6'; done
            ip -n {gw} link add up0 type veth peer name eth0 address {RouterMac} netns {router}
            ip -n {gw} link set up0 mtu 1600 arp off promisc on up
            ip netns exec {gw} ethtool -K up0 tx off txvlan off >/dev/null
            ip netns exec {router} ethtool -K eth0 tx off txvlan off >/dev/null
            ip -n {router} link set eth0 mtu 1500 up
            ip -n {router} addr add 192.0.2.2/24 dev eth0
            ip -n {router} neigh add 192.0.2.50 lladdr {UnderlayMac} dev eth0 nud permanent
            """);
        Gateway gateway = new(lab, Configurations.Parse($$"""
            {
              "ports": [
                { "name": "access0", "role": "access", "device": "net_tap0,iface=acc0", "mtu": 1450 },
                { "name": "underlay0", "role": "underlay", "device": "net_af_packet0,iface=up0", "mtu": 1500, "mac": "{{UnderlayMac}}",
                  "addresses": ["192.0.2.1/24"], "exceptionPort": "punt0" },
                { "name": "punt0", "role": "access", "device": "net_tap1,iface=punt0", "mtu": 1500 }
              ],
              "segments": [ { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ], "peers": ["192.0.2.2"] } ]
            }
            """), gw);
        gateway.Start();
        // The gateway answers ARP for its address, the kernel is told where the router is. What it sees of the underlay's own interface
        // it is not to take: the router is behind the other (rp_filter).
        Shell.Run($"""
            set -e
            ip netns exec {gw} sh -c 'echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter'
            ip netns exec {gw} ethtool -K punt0 tx off >/dev/null
            ip -n {gw} link set punt0 down
            ip -n {gw} link set punt0 address {UnderlayMac} arp off mtu 1500 up
            ip -n {gw} addr add 192.0.2.50/32 dev punt0
            ip -n {gw} addr add 192.0.2.1/32 dev punt0
            ip -n {gw} route add 192.0.2.2/32 dev punt0
            ip -n {gw} neigh replace 192.0.2.2 lladdr {RouterMac} dev punt0 nud permanent
            """);

        // Both ways: to an address that is no provider address, and TCP to one that is.
        Traffic.MustPing(router, "192.0.2.50");
        Traffic.MustPing(gw, "192.0.2.2", "-I 192.0.2.50");
        Assert.True(Traffic.Tcp(lab, gw, router, "192.0.2.1", reverse: false, 5301) > 0);
        Assert.True(Traffic.Tcp(lab, gw, router, "192.0.2.1", reverse: true, 5302) > 0);
        // What is the gateway's stays with it: its own echo, at the same address.
        (long rx, long tx) = Accounting.Rest(gateway, "punt0");
        Assert.True(rx > 0 && tx > 0);
        Traffic.MustPing(router, "192.0.2.1");
        Assert.Equal((rx, tx), Accounting.PortCounters(gateway, "punt0"));

        // It ends and begins while the gateway runs.
        Exception(gateway, null);
        Assert.Equal(0, Traffic.Ping(router, "192.0.2.50", 2));
        Exception(gateway, "punt0");
        Traffic.MustPing(router, "192.0.2.50");
        Accounting.MustClose(gateway);
        gateway.Stop();
    }

    private static void Exception(Gateway gateway, string? port)
    {
        gateway.Configuration["ports"]![1]!.AsObject()["exceptionPort"] = port;
        if (port is null)
        {
            gateway.Configuration["ports"]![1]!.AsObject().Remove("exceptionPort");
        }

        gateway.WriteConfiguration();
        gateway.Supervisor.Signal(1);
        Assert.True(
            Shell.Eventually(() => gateway.Show("config").ToJsonString().Contains("\"exceptionPort\":\"punt0\"", StringComparison.Ordinal) == (port is not null), 20),
            "the change did not come");
    }
}

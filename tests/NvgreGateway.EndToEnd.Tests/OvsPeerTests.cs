using System.Globalization;
using System.Text.Json.Nodes;
using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>
/// A Linux host on a VLAN talks to a tenant behind Open vSwitch, an NVGRE endpoint that we did not write, through every
/// kind of software port. Nothing is static: neighbours are resolved and MACs learned on the way.
/// </summary>
public class OvsPeerTests
{
    private const int Blue = OvsSite.Blue;
    private const int Green = OvsSite.Green;

    /// <summary>The ports that this machine has: the peer on OVS-DPDK needs 192 free hugepages of 2 MiB.</summary>
    public static TheoryData<string> Wires()
    {
        TheoryData<string> wires = ["af_packet", "af_xdp", "tap"];
        if (FreeHugePages() >= 192)
        {
            wires.Add("memif");
        }

        return wires;
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public void Vlan_host_reaches_tenant_behind_open_vswitch(string wire)
    {
        using Lab lab = new(wire);
        OvsSite site = new(lab, wire);

        // Nobody else connects the two.
        if (wire != "tap")
        {
            Traffic.MustNotPing(site.Host.Namespace, OvsPeer.TenantAddress);
        }

        site.Start();
        string host = site.Host.Namespace, tenant = site.Tenant;
        Traffic.MustPing(host, OvsPeer.TenantAddress);

        // Each frame on the wires is counted once, and once only.
        Accounting.MustEqual(site.Gateway, "access0", site.AccessCapture, $"!(frame[6:6] == {site.Host.Mac})", site.EarlierOf("access0"));
        if (site.UnderlayCapture is not null)
        {
            Accounting.MustEqual(site.Gateway, "underlay0", site.UnderlayCapture, $"frame[6:6] == {Configurations.UnderlayMac}", site.EarlierOf("underlay0"));
            Assert.Equal(0, site.UnderlayCapture.Count($"gre && gre.proto == 0x6558 && !(gre.flags_and_version == 0x2000 && gre.key >= {Blue << 8} && gre.key <= {(Green << 8) | 255})"));
        }

        Traffic.MustPing(tenant, "192.168.100.1");
        site.Host.AddIpv6("fd64::1");
        site.Ovs.AddIpv6(Blue);
        Traffic.MustPing(host, OvsPeer.TenantIpv6, "-6");
        Traffic.MustPing(tenant, "fd64::1", "-6");
        Traffic.MustPing(host, OvsPeer.TenantAddress, "-s 1422 -M do"); // the largest packet of an MTU of 1450

        site.AccessCapture.Stop();
        site.AccessCapture.AssertWellFormed();
        site.UnderlayCapture?.Stop();
        site.UnderlayCapture?.AssertWellFormed();

        // TCP both ways; a sample of it is looked at.
        foreach (bool reverse in new[] { false, true })
        {
            using Capture sample = new(lab, reverse ? "tcp-back" : "tcp", host, site.Host.Interface, packets: 2000);
            Assert.True(Traffic.Tcp(lab, tenant, host, OvsPeer.TenantAddress, reverse, reverse ? 5302 : 5301) > 1e6);
            sample.AssertWellFormed();
        }

        // The other VLAN is another segment: the same address there is another host.
        Assert.Contains(site.Host.Mac, site.Gateway.ShowTable("fdb"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains(OvsPeer.TenantMac, site.Gateway.ShowTable("fdb"), StringComparison.OrdinalIgnoreCase);
        Shell.Run($"ip -n {site.Ovs.TenantOf(Green)} link set eth0 down");
        site.Host.SetVlan(200);
        Traffic.MustNotPing(host, OvsPeer.TenantAddress);
        Shell.Run($"ip -n {site.Ovs.TenantOf(Green)} link set eth0 up; ip -n {tenant} link set eth0 down; ip -n {host} neigh flush all");
        Traffic.MustPing(host, OvsPeer.TenantAddress);

        Accounting.MustClose(site.Gateway);
        site.Gateway.Stop();
        if (wire != "tap")
        {
            Traffic.MustNotPing(host, OvsPeer.TenantAddress);
        }
    }

    [Fact]
    public void Flow_id_varies_both_ways_and_is_steady_within_a_flow()
    {
        using Lab lab = new();
        OvsSite site = new(lab, "af_packet");
        site.Start();
        string host = site.Host.Namespace, tenant = site.Tenant;
        Traffic.MustPing(host, OvsPeer.TenantAddress);
        // 40 flows each way: a UDP datagram to a closed port is answered by ICMP of the tenant, so flows of both kinds go back.
        Udp(host, OvsPeer.TenantAddress, 40, 4);
        Udp(tenant, "192.168.100.1", 40, 4);
        Shell.Eventually(() => site.UnderlayCapture!.Count($"udp && gre && ip.src == {OvsPeer.Address}") >= 120, 30, 500);
        site.UnderlayCapture!.Stop();

        foreach (string source in new[] { OvsPeer.GatewayAddress, OvsPeer.Address })
        {
            List<(string Flow, long Key)> packets = [.. site.UnderlayCapture
                .Lines($"gre && udp && !icmp && ip.src == {source}", "udp.srcport", "gre.key")
                .Select(line => line.Split('\t')).Select(f => (f[0], ParseKey(f[1])))];
            Assert.True(packets.Count >= 120, $"{packets.Count} packets from {source}");
            Assert.All(packets, p => Assert.Equal(Blue, p.Key >> 8));
            Assert.All(packets.GroupBy(p => p.Flow), flow => Assert.Single(flow.Select(p => p.Key).Distinct()));
            // 40 flows over 256 values: fewer than 20 different ones would be no spreading at all (p < 1e-9).
            Assert.True(packets.Select(p => p.Key & 255).Distinct().Count() >= 20, $"few FlowIDs from {source}");
        }

        Accounting.MustClose(site.Gateway);
        site.Gateway.Stop();
    }

    /// <summary>
    /// Two workers: over two queues of each port, and over ports with one queue, whose owner sends for the other worker.
    /// </summary>
    [Theory]
    [InlineData(",qpairs=2", "")]
    [InlineData("", "")]
    [InlineData(",qpairs=2", ",qpairs=1")]
    public void Two_workers_share_ports(string accessQueues, string underlayQueues)
    {
        using Lab lab = new($"{accessQueues}{underlayQueues}".Replace(",qpairs=", "q", StringComparison.Ordinal));
        OvsSite site = new(lab, "af_packet");
        JsonArray ports = site.Gateway.Configuration["ports"]!.AsArray();
        ports[0]!["device"] = (string)ports[0]!["device"]! + accessQueues;
        ports[1]!["device"] = (string)ports[1]!["device"]! + (underlayQueues.Length > 0 ? underlayQueues : accessQueues);
        site.Gateway.Configuration["workers"] = new JsonObject { ["cores"] = new JsonArray(0, 1), ["idle"] = "sleep" };
        site.Gateway.WriteConfiguration();
        site.Start();
        string host = site.Host.Namespace, tenant = site.Tenant;
        Traffic.MustPing(host, OvsPeer.TenantAddress);
        Assert.Equal(2, site.Gateway.Show("workers").AsArray().Count);
        Accounting.MustEqual(site.Gateway, "access0", site.AccessCapture, $"!(frame[6:6] == {site.Host.Mac})");
        Accounting.MustEqual(site.Gateway, "underlay0", site.UnderlayCapture!, $"frame[6:6] == {Configurations.UnderlayMac}");
        site.AccessCapture.Stop();
        site.UnderlayCapture!.Stop();
        Udp(host, OvsPeer.TenantAddress, 40, 2);
        Assert.True(Traffic.Tcp(lab, tenant, host, OvsPeer.TenantAddress, reverse: false, 5301) > 1e6);
        Assert.True(Traffic.Tcp(lab, tenant, host, OvsPeer.TenantAddress, reverse: true, 5302) > 1e6);
        Accounting.MustClose(site.Gateway);
        site.Gateway.Stop();
    }

    private static long ParseKey(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? long.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : long.Parse(text, CultureInfo.InvariantCulture);

    private static void Udp(string fromNamespace, string address, int flows, int packets) => Shell.Run($"""
        ip netns exec {fromNamespace} python3 -c '
        import socket, time
        for port in range(20000, 20000 + {flows}):
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind(("", port))
            for i in range({packets}):
                s.sendto(b"x" * 32, ("{address}", 9))
                time.sleep(0.002)
        '
        """);

    private static int FreeHugePages() => File.ReadLines("/proc/meminfo")
        .Where(l => l.StartsWith("HugePages_Free:", StringComparison.Ordinal))
        .Select(l => int.Parse(l.Split(':')[1], CultureInfo.InvariantCulture)).FirstOrDefault();
}

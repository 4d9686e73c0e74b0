using System.Globalization;
using System.Text.Json.Nodes;
using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>Processes that die, ports that vanish, files that are wrong: packets flow on.</summary>
public class SurvivalTests
{
    [Theory]
    [InlineData("control")]
    [InlineData("run")]
    public void A_killed_role_that_forwards_nothing_costs_no_packet(string verb)
    {
        using Lab lab = new(verb);
        OvsSite site = new(lab, "af_packet");
        site.Start();
        Traffic.MustPing(site.Host.Namespace, OvsPeer.TenantAddress);
        int? dataplane = site.Gateway.ProcessOf("dataplane");
        Assert.NotNull(dataplane);

        using PingSeries ping = new(lab, site.Host.Namespace, OvsPeer.TenantAddress, 0.01, 600);
        ping.Reach(100);
        int killed = site.Gateway.Kill(verb);
        Assert.Equal(0, ping.End());
        Assert.Equal(dataplane, site.Gateway.ProcessOf("dataplane"));

        if (verb == "run")
        {
            // Nobody watches the other two now; a new run of the same name takes them over.
            site.Gateway.Launch();
        }

        Assert.True(Shell.Eventually(() => site.Gateway.ProcessOf(verb) is { } id && id != killed && site.Gateway.IsReady(), 60), $"{verb} did not come back");
        Assert.Equal(dataplane, site.Gateway.ProcessOf("dataplane"));
        // The successor knows what was learned, and learns on.
        Assert.Contains(OvsPeer.TenantMac, site.Gateway.ShowTable("fdb"), StringComparison.OrdinalIgnoreCase);
        Traffic.MustPing(site.Tenant, "192.168.100.1");
        Accounting.MustClose(site.Gateway);
        site.Gateway.Stop();
    }

    [Fact]
    public void A_killed_data_process_comes_back_with_its_tables_and_macs()
    {
        using Lab lab = new();
        OvsSite site = new(lab, "af_packet");
        site.Start();
        Traffic.MustPing(site.Host.Namespace, OvsPeer.TenantAddress);
        Assert.True(Shell.Eventually(() => FdbMacs(site.Gateway).Count >= 2, 15));
        IReadOnlyList<string> before = FdbMacs(site.Gateway);
        Assert.Contains($"{OvsSite.Blue} {site.Host.Mac} access0", before);
        Assert.Contains($"{OvsSite.Blue} {OvsPeer.TenantMac} {OvsPeer.Address}", before);

        // Nothing may teach the successor: the host and the tenant are silent while it starts.
        using Capture capture = new(lab, "after", site.Ovs.Namespace, "up0");
        int killed = site.Gateway.Kill("dataplane");
        Assert.True(Shell.Eventually(() => site.Gateway.ProcessOf("dataplane") is { } id && id != killed, 30), "no successor");
        Assert.Equal(before, FdbMacs(site.Gateway));
        Traffic.MustPing(site.Host.Namespace, OvsPeer.TenantAddress, count: 10, interval: 0.05);
        Assert.Equal(before, FdbMacs(site.Gateway));
        Traffic.MustPing(site.Tenant, "192.168.100.1");
        Accounting.MustClose(site.Gateway);
        site.Gateway.Stop();
    }

    [Fact]
    public void The_gap_of_a_killed_data_process_is_below_three_seconds()
    {
        using Lab lab = new();
        OvsSite site = new(lab, "af_packet");
        site.Start();
        Traffic.MustPing(site.Host.Namespace, OvsPeer.TenantAddress);
        using PingSeries ping = new(lab, site.Host.Namespace, OvsPeer.TenantAddress, 0.02, 400);
        ping.Reach(50);
        site.Gateway.Kill("dataplane");
        int lost = ping.End();
        // The machine of the test may be a shared core of an emulator's host: 3 s of 8 leave room for that.
        Assert.InRange(lost, 0, 150);
        File.AppendAllText(lab.LogFile("gap"), string.Create(CultureInfo.InvariantCulture, $"about {lost * 0.02:f2} s without an answer\n"));
        site.Gateway.Stop();
    }

    [Fact]
    public void A_second_gateway_of_the_same_name_is_told_who_holds_it()
    {
        using Lab lab = new();
        OvsSite site = new(lab, "af_packet");
        site.Start();
        CommandResult second = Shell.Try($"{Machine.Root}/nvgre-gateway run --config {site.Gateway.ConfigurationFile}", 60);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains(site.Gateway.Supervisor.Id.ToString(CultureInfo.InvariantCulture), second.Output, StringComparison.Ordinal);
        Assert.Contains(site.Gateway.Name, second.Output, StringComparison.Ordinal);
        Traffic.MustPing(site.Host.Namespace, OvsPeer.TenantAddress);
        site.Gateway.Stop();
    }

    [Fact]
    [Requirement("F-004")]
    [Requirement("A-021")]
    public void Reload_applies_a_good_file_and_refuses_a_bad_one()
    {
        using Lab lab = new();
        OvsSite site = new(lab, "af_packet");
        site.Start();
        string host = site.Host.Namespace;
        Traffic.MustPing(host, OvsPeer.TenantAddress);
        JsonNode running = site.Gateway.Show("config");
        IReadOnlyList<string> macs = FdbMacs(site.Gateway);

        using PingSeries ping = new(lab, host, OvsPeer.TenantAddress, 0.01);
        ping.Reach(50);

        // The same file again: nothing is flushed, nothing counted twice.
        long learned = Learned(site.Gateway);
        site.Gateway.Supervisor.Signal(1);
        site.Gateway.Supervisor.WaitFor("event=reload_unchanged ", 30);
        Assert.Equal(macs, FdbMacs(site.Gateway));
        Assert.Equal(learned, Learned(site.Gateway));

        // A file with one bad value: refused as a whole, with the path of the value; traffic untouched.
        JsonNode segments = site.Gateway.Configuration["segments"]!;
        segments[1]!["vsid"] = 12;
        site.Gateway.WriteConfiguration();
        site.Gateway.Supervisor.Signal(1);
        site.Gateway.Supervisor.WaitFor("segments[1].vsid", 30);
        Assert.True(JsonNode.DeepEquals(running, site.Gateway.Show("config")), "a refused file changed the running configuration");

        // A good change: the green segment gets VLAN 201 instead of 200.
        segments[1]!["vsid"] = OvsSite.Green;
        segments[1]!["attachments"]![0]!["vlan"] = 201;
        site.Gateway.WriteConfiguration();
        site.Gateway.Supervisor.Signal(1);
        Assert.True(Shell.Eventually(() => site.Gateway.Show("segments").ToJsonString().Contains("\"vlan\":201", StringComparison.Ordinal), 30), "the change did not come");

        Assert.Equal(0, ping.End());
        site.Host.SetVlan(201);
        Shell.Run($"ip -n {host} neigh flush all; ip -n {site.Tenant} link set eth0 down");
        Traffic.MustPing(host, OvsPeer.TenantAddress);
        Accounting.MustClose(site.Gateway);
        site.Gateway.Stop();
    }

    [Fact]
    public void A_port_that_vanishes_is_survived()
    {
        using Lab lab = new();
        OvsSite site = new(lab, "af_packet");
        site.Start();
        Traffic.MustPing(site.Host.Namespace, OvsPeer.TenantAddress);

        long dropped = Accounting.Dropped(site.Gateway);
        Shell.Run($"ip link del {site.Host.GatewayEnd}");
        // Frames from the tenant have nowhere to go now: they are counted, and nothing else breaks.
        Shell.Try($"ip netns exec {site.Tenant} ping -c 5 -i 0.2 -W 1 192.168.100.1", 20);
        Assert.True(Shell.Eventually(() => Accounting.Dropped(site.Gateway) > dropped, 30), "nothing was counted");
        int? dataplane = site.Gateway.ProcessOf("dataplane");
        Assert.NotNull(dataplane);
        // The other port still speaks: the gateway answers for its own address.
        Traffic.MustPing(site.Ovs.Namespace, OvsPeer.GatewayAddress, count: 3);
        Assert.Equal(200, site.Gateway.Fetch("/healthz").Status);
        Accounting.MustClose(site.Gateway);
        Assert.Equal(dataplane, site.Gateway.ProcessOf("dataplane"));
        site.Gateway.Stop();
    }

    /// <summary>The MACs of the FDB and where each lives, sorted.</summary>
    private static IReadOnlyList<string> FdbMacs(Gateway gateway) =>
        [.. gateway.Show("fdb")["entries"]!.AsArray().Select(e => $"{e!["vsid"]} {e["mac"]} {e["port"]}{e["peer"]}".ToLowerInvariant()).Order(StringComparer.Ordinal)];

    private static long Learned(Gateway gateway) => gateway.Show("fdb")["learned"]!.GetValue<long>();
}

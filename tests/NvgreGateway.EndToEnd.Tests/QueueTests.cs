using System.Text.Json.Nodes;
using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>Two workers and real traffic of many flows, both ways, through ports that spread it themselves and ports that do not.</summary>
public class QueueTests
{
    /// <summary>The kernel spreads over two queues of each port; nobody hands anything on.</summary>
    [Fact]
    [Requirement("C-055")]
    public void Two_queues_of_packet_sockets_keep_two_workers_busy()
    {
        using Lab lab = new();
        // The kernel moves what finds a full ring to the other queue, as DPDK asks it to, and so out of its order: a second's worth of room.
        const string Queues = ",qpairs=2,framecnt=4096";
        OvsSite site = Make(lab, "af_packet", Queues, Queues);
        site.Start();
        Traffic.MustPing(site.Host.Namespace, OvsPeer.TenantAddress);
        Exchange(lab, site);
        foreach (JsonNode port in site.Gateway.Show("queues").AsArray()!)
        {
            Assert.Equal("kernel", Text(port, "mode"));
            Assert.Equal([50.0, 50.0], Numbers(port, "workers", "expected"));
            AssertBusy(port);
            Assert.Equal([0.0, 0.0], Numbers(port, "workers", "handedOn"));
        }

        Accounting.MustClose(site.Gateway);
        site.Gateway.Stop();
    }

    /// <summary>Ports with one queue: workers spread, unless they must not.</summary>
    [Fact]
    [Requirement("C-056")]
    public void Workers_spread_what_a_port_does_not()
    {
        using Lab lab = new();
        OvsSite site = Make(lab, "af_packet", "", "");
        site.Gateway.Configuration["workers"]!["spread"] = "always"; // whatever this machine is faster with
        site.Gateway.WriteConfiguration();
        site.Start();
        Traffic.MustPing(site.Host.Namespace, OvsPeer.TenantAddress);
        Exchange(lab, site);
        JsonArray before = site.Gateway.Show("queues").AsArray();
        foreach (JsonNode port in before!)
        {
            Assert.Equal("software", Text(port, "mode"));
            Assert.Equal(100.0, Numbers(port, "workers", "expected").Sum(), 1);
            AssertBusy(port);
            Assert.True(Numbers(port, "workers", "handedOn").Sum() > FlowOrder.Flows);
        }

        Assert.Contains("software", site.Gateway.ShowTable("queues"), StringComparison.Ordinal);

        // And off: whoever receives it forwards it.
        site.Gateway.Configuration["workers"]!["spread"] = "off";
        Reload(site.Gateway, "none");
        before = site.Gateway.Show("queues").AsArray();
        Exchange(lab, site);
        JsonArray after = site.Gateway.Show("queues").AsArray();
        for (int i = 0; i < 2; i++)
        {
            Assert.StartsWith("workers.spread is off", Text(after[i]!, "reason"), StringComparison.Ordinal);
            Assert.Equal(Numbers(before[i]!, "workers", "handedOn"), Numbers(after[i]!, "workers", "handedOn"));
        }

        Accounting.MustClose(site.Gateway);
        site.Gateway.Stop();
    }

    /// <summary>Packet sockets take no rules: workers sort what has queues of its own, whatever else they may spread.</summary>
    [Fact]
    [Requirement("C-137")]
    public void A_VSID_has_its_queue_without_the_device()
    {
        using Lab lab = new();
        OvsSite site = Make(lab, "af_packet", "", "");
        site.Gateway.Configuration["ports"]![1]!["vsidQueues"] = Configurations.Parse($$"""{ "rules": [ { "vsid": {{OvsSite.Blue}}, "queues": [1] } ] }""")["rules"]!.DeepClone();
        site.Gateway.Configuration["workers"]!["spread"] = "off";
        site.Gateway.WriteConfiguration();
        site.Start();
        Traffic.MustPing(site.Host.Namespace, OvsPeer.TenantAddress);
        Assert.True(Shell.Eventually(() => Text(Rule(site), "by") == "software", 60), site.Gateway.ShowTable("queues"));
        JsonNode before = Underlay(site);
        Exchange(lab, site);
        JsonNode after = Underlay(site);
        double[] gained = [.. Numbers(after, "workers", "packets").Zip(Numbers(before, "workers", "packets"), static (a, b) => a - b)];
        Assert.True(gained[1] >= FlowOrder.Flows * FlowOrder.Each * 9 / 10, after.ToJsonString());
        Assert.True(gained[0] < FlowOrder.Flows, after.ToJsonString()); // ARP between the gateways at most
        Assert.Contains($"VSID {OvsSite.Blue} to queue 1: by software", site.Gateway.ShowTable("queues"), StringComparison.Ordinal);
        Accounting.MustClose(site.Gateway);
        site.Gateway.Stop();
    }

    private static JsonNode Underlay(OvsSite site) => site.Gateway.Show("queues")[1]!;

    private static JsonNode Rule(OvsSite site) => Underlay(site)["rules"]![0]!;

    private static OvsSite Make(Lab lab, string wire, string accessQueues, string underlayQueues)
    {
        OvsSite site = new(lab, wire);
        JsonArray ports = site.Gateway.Configuration["ports"]!.AsArray();
        ports[0]!["device"] = (string)ports[0]!["device"]! + accessQueues;
        ports[1]!["device"] = (string)ports[1]!["device"]! + underlayQueues;
        site.Gateway.Configuration["workers"] = new JsonObject { ["cores"] = new JsonArray(0, 1), ["idle"] = "sleep" };
        site.Gateway.WriteConfiguration();
        return site;
    }

    private static void Exchange(Lab lab, OvsSite site)
    {
        FlowOrder.MustHold(lab, site.Host.Namespace, site.Tenant, OvsPeer.TenantAddress, 6001);
        FlowOrder.MustHold(lab, site.Tenant, site.Host.Namespace, "192.168.100.1", 6002);
    }

    private static void Reload(Gateway gateway, string mode)
    {
        gateway.WriteConfiguration();
        gateway.Supervisor.Signal(1);
        Assert.True(
            Shell.Eventually(() => gateway.Show("queues").AsArray().All(p => Text(p!, "mode") == mode), 60), gateway.ShowTable("queues"));
    }

    // Of 64 flows that choose one of two by a hash, fewer than 10 choose one of them once in 10^8.
    private static void AssertBusy(JsonNode port)
    {
        double[] percent = Numbers(port, "workers", "percent");
        Assert.True(percent.Min() >= 100.0 * 10 / FlowOrder.Flows, port.ToJsonString());
    }

    private static double[] Numbers(JsonNode port, string list, string name) => [.. port[list]!.AsArray().Select(w => w![name]!.GetValue<double>())];

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}

using System.Text.Json.Nodes;
using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>
/// The gateway on NICs by DPDK's own drivers: virtio-net PCI with one queue and with two, vmxnet3, e1000e and e1000, all in one emulated
/// guest. tests/lab/nics drives it and judges every byte outside; here stands what must come of it.
/// </summary>
public class EmulatedNicTests(NicSite site) : IClassFixture<NicSite>
{
    private const string Device = "works", Software = "not there; software", AsItCame = "as it came";

    /// <summary>
    /// What a device reports is asked of it with the packet buffers (its share of <c>port_offload_requests_total</c> grew) and comes out
    /// right; what it does not report the gateway does, with the same result. Received checksums are what they were.
    /// </summary>
    [Theory]
    [InlineData("virtio, access", "net_virtio", Device, Device)]
    [InlineData("vmxnet3, access", "net_vmxnet3", Device, Device)]
    [InlineData("e1000e (82574L), access", "net_e1000_em", Device, Software)]
    [InlineData("e1000 (82545EM), access", "net_e1000_em", Device, Software)]
    [InlineData("e1000e (82574L), NVGRE", "net_e1000_em", Software, Software)]
    [InlineData("virtio, two queues, NVGRE", "net_virtio", Device, Software)]
    public void Devices_do_what_they_report(string nic, string driver, string sums, string segmentation)
    {
        JsonNode row = Assert.Single(site.Result["nics"]!.AsArray(), n => (string)n!["nic"]! == nic)!;
        Assert.Equal(driver, (string)row["driver"]!);
        Assert.Equal(
            [
                ("TCP/IPv4 sum", sums), ("TCP/IPv6 sum", sums), ("UDP/IPv4 sum", sums), ("UDP/IPv6 sum", sums),
                ("TSO/IPv4", segmentation), ("TSO/IPv6", segmentation), ("received sums", AsItCame),
            ],
            row["results"]!.AsObject().Select(static r => (r.Key, (string)r.Value!)));
    }

    /// <summary>Tagged UDP flows into an access port of two queues: both queues as the RSS specification says, each flow in order behind them.</summary>
    [Fact]
    public void Flows_of_an_access_port_are_spread_by_the_device_and_stay_in_order()
    {
        JsonNode part = Part("access");
        Assert.Equal("hardware", (string)part["mode"]!);
        int[] queues = Numbers(part["got"]);
        Assert.Equal(Numbers(part["expected"]), queues);
        Assert.All(queues, static q => Assert.True(q > 0));
        Assert.Equal((int)part["packets"]!, queues.Sum());
        Assert.Equal(0, (int)part["late"]!);
    }

    /// <summary>
    /// A device that does not parse NVGRE: whatever is inside, the queue is that of the pair of PAs, by Toeplitz over the outer addresses
    /// with the key that is in force; <c>show queues</c> says so. Nobody else spreads here.
    /// </summary>
    [Fact]
    [Requirement("C-051")]
    public void Nvgre_that_a_device_cannot_parse_is_spread_by_its_outer_addresses()
    {
        JsonNode part = Part("outer");
        Assert.Equal("hardware", (string)part["mode"]!);
        Assert.Equal("outer", (string)part["rss"]!["level"]!);
        Assert.True((bool)part["rss"]!["readBack"]!);
        int pair = Numbers(part["queueOfPair"])[0];
        foreach (string inner in (string[])["icmp", "tcp", "udp"])
        {
            int[] queues = Numbers(part["inner"]![inner]!["got"]);
            Assert.Equal(256, queues[pair]);
            Assert.Equal(0, queues[1 - pair]);
        }

        int[] pairs = Numbers(part["pairs"]!["got"]);
        Assert.Equal(Numbers(part["pairs"]!["expected"]), pairs);
        Assert.All(pairs, static q => Assert.True(q > 0));
    }

    /// <summary>The same port and one pair of PAs with the gateway's own spread: one queue, both workers, each flow in order.</summary>
    [Fact]
    public void Flows_of_one_pair_of_pas_are_spread_by_software_and_stay_in_order()
    {
        JsonNode part = Part("software");
        Assert.Equal("software", (string)part["mode"]!);
        Assert.Equal("hardware", (string)part["accessMode"]!);
        int packets = (int)part["packets"]!;
        int[] queues = Numbers(part["got"]);
        Assert.Contains(0, queues);
        Assert.Equal(packets, queues.Sum());
        Assert.All(Numbers(part["gotWorkers"]), w => Assert.True(w >= packets / 5));
        Assert.True((int)part["handed"]! > 0);
        Assert.Equal(0, (int)part["late"]!);
    }

    /// <summary>Switched off by a reload, the devices are asked for nothing any more, and the same comes out of each.</summary>
    [Fact]
    public void Without_offloads_software_does_the_same() => Part("without");

    private static int[] Numbers(JsonNode? node) => [.. node!.AsArray().Select(static n => (int)n!)];

    private JsonNode Part(string name)
    {
        JsonNode part = site.Result[name]!;
        Assert.Equal("", (string)part["wrong"]!);
        return part;
    }
}

using NvgreGateway.Tests;

namespace NvgreGateway.Exchange.Tests;

/// <summary>Who spreads what a port receives over the workers.</summary>
public class QueueSpreadingTests
{
    private const RssFields Plain = RssFields.Ipv4 | RssFields.Ipv6 | RssFields.Tcp4 | RssFields.Tcp6 | RssFields.Udp4 | RssFields.Udp6;

    [Theory]
    [InlineData(true, 1, 1, RssFields.None, "net_x", QueueSpread.OneWorker)]
    [InlineData(true, 4, 4, Plain | RssFields.Innermost, "net_x", QueueSpread.InnerRss)]
    [InlineData(true, 4, 4, Plain | RssFields.Nvgre, "net_x", QueueSpread.OuterRss)]
    [InlineData(true, 4, 4, RssFields.Ipv4 | RssFields.Ipv6 | RssFields.Innermost, "net_x", QueueSpread.OuterRss)]
    [InlineData(false, 4, 4, Plain, "net_x", QueueSpread.PlainRss)]
    [InlineData(false, 4, 4, RssFields.Ipv4, "net_x", QueueSpread.OuterRss)]
    [InlineData(true, 4, 2, Plain | RssFields.Innermost, "net_x", QueueSpread.FewQueues)]
    [InlineData(true, 4, 4, RssFields.None, "net_af_packet", QueueSpread.Kernel)]
    [InlineData(true, 4, 1, RssFields.None, "net_af_packet", QueueSpread.FewQueues)]
    [InlineData(false, 4, 4, RssFields.None, "net_pcap", QueueSpread.NoRss)]
    [Requirement("C-056", "C-136")]
    public void Workers_spread_where_the_device_does_not(bool underlay, int workers, int queues, RssFields fields, string driver, QueueSpread expected)
    {
        Assert.Equal(expected, QueueSpreading.Decide(underlay, workers, queues, fields, driver));
        Assert.Equal(expected is QueueSpread.FewQueues or QueueSpread.OuterRss or QueueSpread.NoRss, QueueSpreading.IsSoftware(expected));
    }
}

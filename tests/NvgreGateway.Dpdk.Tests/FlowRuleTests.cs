namespace NvgreGateway.Dpdk.Tests;

/// <summary>Flow rules through the shim, with the drivers that are everywhere: none of them knows NVGRE, and they say so.</summary>
[Collection(EalGroup.Name)]
public sealed unsafe class FlowRuleTests : IDisposable
{
    private const int NoSuchCall = -38, NotSupported = -95;
    private readonly EalFixture fixture;
    private readonly MbufPool pool;

    public FlowRuleTests(EalFixture fixture)
    {
        this.fixture = fixture;
        pool = MbufPool.Create(EalFixture.Unique("pool"), 4095, cacheSize: 64);
    }

    public void Dispose() => pool.Dispose();

    [Fact]
    public void A_driver_without_rules_says_so()
    {
        var port = Start(EalFixture.Unique("net_null"));
        var flows = new PortFlows(port.Id);
        var rule = VsidRule();
        nint handle;
        FlowError error;
        Assert.Equal(NoSuchCall, flows.Validate(&rule, &error));
        Assert.Equal(NoSuchCall, flows.Create(&rule, &handle, &error));
        Assert.Equal(0, handle);
        End(port);
    }

    [Fact]
    public void A_driver_with_other_rules_says_why_not_this_one()
    {
        var port = Start($"{EalFixture.Unique("net_tap")},iface={EalFixture.Unique("nvgt")}");
        var flows = new PortFlows(port.Id);
        var rule = VsidRule();
        FlowError error;
        Assert.Equal(NotSupported, flows.Validate(&rule, &error));
        Assert.NotEqual("", Text(&error));

        // Up to the IPv4 item it does: the lists that the shim makes are read as they are meant.
        var plain = PlainRule(queue: 0);
        Assert.Equal((0, ""), (flows.Validate(&plain, &error), Text(&error)));
        plain.Actions[0].Value = 9;
        Assert.True(flows.Validate(&plain, &error) < 0);
        End(port);
    }

    [Fact]
    public void A_rule_that_is_too_long_is_refused_by_the_shim()
    {
        FlowError error;
        var rule = VsidRule();
        rule.ItemCount = FlowRule.MostItems + 1;
        Assert.Equal(-7, new PortFlows(0).Validate(&rule, &error)); // E2BIG
        rule = VsidRule();
        rule.Actions[0].Type = (FlowActionType)1;
        Assert.Equal(-22, new PortFlows(0).Validate(&rule, &error)); // EINVAL: no action of ours
    }

    [Fact]
    public void Fields_are_written_in_network_order_and_only_under_their_mask()
    {
        var rule = VsidRule();
        rule.Add(FlowItemType.Ethernet);
        rule.Match(FlowField.EthernetProtocol, 0x1234, 0xFF00);
        ref var nvgre = ref rule.Items[2];
        Assert.Equal("2000655800138900", Convert.ToHexString(new ReadOnlySpan<byte>(System.Runtime.CompilerServices.Unsafe.AsPointer(ref nvgre.Spec[0]), 8)));
        Assert.Equal("FFFFFFFFFFFFFF00", Convert.ToHexString(new ReadOnlySpan<byte>(System.Runtime.CompilerServices.Unsafe.AsPointer(ref nvgre.Mask[0]), 8)));
        Assert.Equal((0x12, 0x00, 0xFF, 0x00), (rule.Items[3].Spec[12], rule.Items[3].Spec[13], rule.Items[3].Mask[12], rule.Items[3].Mask[13]));
        Assert.Throws<InvalidOperationException>(() => Wrong());
    }

    private static void Wrong()
    {
        var rule = VsidRule();
        rule.Match(FlowField.IPv4Ttl, 1); // of another item than the last
    }

    private static FlowRule VsidRule()
    {
        FlowRule rule = default;
        rule.Direction = FlowDirection.Ingress;
        rule.Add(FlowItemType.Ethernet);
        rule.Add(FlowItemType.IPv4);
        rule.Add(FlowItemType.Nvgre);
        rule.Match(FlowField.NvgreFlags, 0x2000);
        rule.Match(FlowField.NvgreProtocol, 0x6558);
        rule.Match(FlowField.NvgreVsid, 5001);
        rule.DoQueues(1, RssTypes.Ip, 0);
        return rule;
    }

    private static FlowRule PlainRule(uint queue)
    {
        FlowRule rule = default;
        rule.Direction = FlowDirection.Ingress;
        rule.Add(FlowItemType.Ethernet);
        rule.Match(FlowField.EthernetDestination, [0x02, 0, 0, 0, 0x0B, 0x01]);
        rule.Add(FlowItemType.IPv4);
        rule.Match(FlowField.IPv4Destination, [192, 0, 2, 1]);
        rule.Do(FlowActionType.Queue, queue);
        return rule;
    }

    private static string Text(FlowError* error) => System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)error->Message) ?? "";

    private static void End(Port port)
    {
        port.Stop();
        port.Detach();
    }

    private Port Start(string device)
    {
        var port = fixture.Open(device);
        port.Configure(new PortOptions { RxPools = [pool], RxQueues = 1, TxQueues = 1, RxDescriptors = 256, TxDescriptors = 256 });
        port.Start();
        return port;
    }
}

using NvgreGateway.Data.Flows;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Tests.Flow;

/// <summary>Encapsulation and decapsulation by rules, on a device of the test's own.</summary>
public sealed unsafe class FlowTunnelTests
{
    private static readonly byte[] s_udp = FlowFrames.Udp(1000, 2000);

    // Ethernet to the next hop, IPv4 with DF, TTL 64, GRE 2000 6558, VSID 5001 = 001389, FlowID 0; lengths of the frame below.
    private static readonly byte[] s_outer = Convert.FromHexString(
        "0200000002FE" + "020000000201" + "0800" + "4500006000004000402F" + "0000" + "C0000201" + "C0000202" + "20006558" + "00138900");

    [Fact]
    [Requirement("C-138", "C-120")]
    public void AFrameBetweenRecordsLeavesEncapsulated()
    {
        using var rig = new FlowRig(FlowRig.Json(records: FlowRig.Records));
        rig.MakeHeavy();
        byte[] tenant = FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, s_udp, vlan: 100);
        NicOutcome outcome = rig.AccessNic.Receive(tenant);
        Assert.Equal(9, outcome.Port); // the underlay's device
        byte[] expected = [.. s_outer, .. tenant[..12], .. tenant[16..]];
        Assert.Equal(68, expected.Length - 42);
        (expected[16], expected[17]) = (0, 96); // 20 + 8 + 68
        (expected[24], expected[25]) = (0xB6, 0x6B); // one's complement of 4500 + 0060 + 4000 + 402F + C000 + 0201 + C000 + 0202
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(outcome.Frame));
    }

    [Fact]
    [Requirement("C-138", "C-121")]
    public void AFrameBetweenRecordsLeavesDecapsulated()
    {
        using var rig = new FlowRig(FlowRig.Json(records: FlowRig.Records));
        rig.MakeHeavy();
        byte[] tenant = FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, s_udp);
        NicOutcome outcome = rig.Nic.Receive(FlowFrames.Tunnel(5001, tenant, flow: 0x77, tos: 0x28));
        Assert.Equal(7, outcome.Port);
        Assert.Equal(Convert.ToHexString(FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, s_udp, vlan: 100)), Convert.ToHexString(outcome.Frame));
    }

    /// <summary>Whatever needs more than other headers is software's, as it came.</summary>
    [Fact]
    [Requirement("C-138")]
    public void WhatNeedsALookIsSoftwares()
    {
        using var rig = new FlowRig(FlowRig.Json(records: FlowRig.Records).Replace("\"cores\": [0, 1, 2, 3]", "\"cores\": [0]", StringComparison.Ordinal));
        rig.MakeHeavy();
        rig.MakeHeavy((FlowRig.Access, FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, FlowFrames.Tcp(1, 2, 0x10), 6, vlan: 100)));
        int rules = rig.AccessNic.Rules.Count + rig.Nic.Rules.Count;
        byte[][] access =
        [
            FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, FlowFrames.Tcp(1, 2, 0x02), 6, vlan: 100), // SYN: its MSS may have to be clamped
            FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, s_udp, vlan: 100, tos: 0x28), // a DSCP to copy
            FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, s_udp, vlan: 100, tos: 0x02), // ECT
            FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, s_udp, vlan: 100, fragment: 0x2000),
            FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, s_udp, vlan: 101),
            FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, s_udp), // untagged
            FlowFrames.Tenant(FlowFrames.Far, [2, 0, 0, 0, 0x0A, 9], s_udp, vlan: 100), // a source to learn
            FlowFrames.Tenant([2, 0, 0, 0, 0x0B, 9], FlowFrames.Vm, s_udp, vlan: 100), // a destination to look up
            FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, [8, 0, 0, 0, 0, 0, 0, 0], 1, vlan: 100), // ICMP
        ];
        byte[] plain = FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, s_udp);
        byte[] foreign = FlowFrames.Tunnel(5001, plain);
        foreign[29] ^= 1; // another source PA
        byte[] notOurs = FlowFrames.Tunnel(5001, plain);
        notOurs[33] ^= 1;
        byte[] notMac = FlowFrames.Tunnel(5001, plain);
        notMac[5] ^= 1;
        byte[] whole = FlowFrames.Tunnel(5001, plain), header = [0x46, .. whole[15..34], 1, 1, 1, 0]; // no operations, and the end
        (header[3], header[10], header[11]) = ((byte)(header[3] + 4), 0, 0);
        (header[10], header[11]) = ((byte)(FlowFrames.Sum(header) >> 8), (byte)FlowFrames.Sum(header));
        byte[][] underlay =
        [
            [.. whole[..14], .. header, .. whole[34..]],
            FlowFrames.Tunnel(5001, plain, tos: 0x01),
            FlowFrames.Tunnel(5001, plain, tos: 0x02),
            FlowFrames.Tunnel(5001, plain, tos: 0x03), // CE has to reach the tenant
            FlowFrames.Tunnel(5001, plain, fragment: 0x2000),
            FlowFrames.Tunnel(5002, plain),
            FlowFrames.Tunnel(5001, plain, flags: 0xA000),
            FlowFrames.Tunnel(5001, plain, flags: 0x0000),
            FlowFrames.Tunnel(5001, FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, s_udp, vlan: 7)), // an inner tag
            FlowFrames.Tunnel(5001, FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, FlowFrames.Tcp(1, 2, 0x12), 6)),
            foreign,
            notOurs,
            notMac,
        ];
        foreach ((FakeNic nic, byte[] frame) in access.Select(f => (rig.AccessNic, f)).Concat(underlay.Select(f => (rig.Nic, f))))
        {
            NicOutcome outcome = nic.Receive(frame);
            Assert.False(outcome.Hit, Convert.ToHexString(frame));
            Assert.Same(frame, outcome.Frame);
        }

        Assert.True(rig.AccessNic.Receive(FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, FlowFrames.Tcp(1, 2, 0x10), 6, vlan: 100)).Hit);
    }

    /// <summary>An ECN mark of an outer IPv6 header, too: what DSCP stands beside it does not matter.</summary>
    [Theory]
    [Requirement("C-138", "C-121")]
    [InlineData(0x00, true)]
    [InlineData(0xB8, true)]
    [InlineData(0x01, false)]
    [InlineData(0x02, false)]
    [InlineData(0x03, false)]
    [InlineData(0xBB, false)]
    public void AMarkOnIPv6IsSoftwares(int trafficClass, bool hit)
    {
        using var rig = new FlowRig(FlowRig.Json(records: FlowRig.Records).Replace("\"mtu\": 1542", "\"mtu\": 1562", StringComparison.Ordinal)
            .Replace("\"cores\": [0, 1, 2, 3]", "\"cores\": [0]", StringComparison.Ordinal)
            .Replace("192.0.2.2", "2001:db8::2", StringComparison.Ordinal).Replace("192.0.2.1/24", "2001:db8::1/64", StringComparison.Ordinal));
        byte[] frame = FlowFrames.Ethernet(
            FlowFrames.GatewayMac, FlowFrames.RouterMac, 0x86DD,
            FlowFrames.IPv6("2001:db8::2", "2001:db8::1", 47, FlowFrames.Gre(5001, 0, FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, s_udp))));
        rig.MakeHeavy((FlowRig.Underlay, frame));
        (frame[14], frame[15]) = ((byte)(0x60 | (trafficClass >> 4)), (byte)(trafficClass << 4));
        NicOutcome outcome = rig.Nic.Receive(frame);
        Assert.Equal((hit, hit), (outcome.Hit, !ReferenceEquals(frame, outcome.Frame)));
    }

    [Theory]
    [Requirement("C-122")]
    [InlineData("""{ "address": "192.0.2.2", "flowId": "zero", "adminState": "down" }""")]
    [InlineData("""{ "address": "192.0.2.2", "flowId": "zero", "mtu": 1400 }""")] // lengths to look at
    [InlineData("""{ "address": "192.0.2.2", "flowId": "zero", "dscp": { "encapsulate": "pcp" } }""")]
    public void APeerThatNeedsALookIsNotEncapsulatedTo(string peer)
    {
        using var rig = new FlowRig(FlowRig.Json(peers: peer, records: FlowRig.Records));
        rig.MakeHeavy();
        Assert.Empty(rig.Slots(FlowKind.Encapsulate));
        Assert.False(rig.AccessNic.Receive(FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, s_udp, vlan: 100)).Hit);
    }

    [Theory]
    [InlineData(", \"offload\": \"off\"", "")]
    [InlineData(", \"offload\": { \"encap.nvgre\": \"off\" }", "")]
    [InlineData("", ", \"offload\": \"off\"")]
    public void AnOffloadThatIsOffHasNoRules(string underlay, string top)
    {
        using var rig = new FlowRig(FlowRig.Json(records: FlowRig.Records, underlay: underlay, top: top));
        rig.MakeHeavy();
        Assert.Empty(rig.Nic.Rules);
        Assert.Empty(rig.AccessNic.Rules);
    }

    /// <summary>A rule has one FlowID: a rule for each flow gives each its own. The definition is in order, or refused.</summary>
    [Fact]
    [Requirement("C-122")]
    public void FlowsOfTheirOwnRulesShowTheirOwnFlowIds()
    {
        var nic = new FakeNic(NicProfile.Full, 7);
        FlowSlot wish = Wish();
        for (int i = 0; i < 4; i++)
        {
            (wish.IsFlow, wish.InnerSourcePort, wish.InnerDestinationPort, wish.FlowId) = (1, (ushort)(1000 + i), 2000, (byte)(0x40 + i));
            new byte[] { 10, 0, 0, 1 }.CopyTo(new Span<byte>(wish.InnerSource, 4));
            new byte[] { 10, 0, 0, 2 }.CopyTo(new Span<byte>(wish.InnerDestination, 4));
            FlowRule rule;
            nint handle;
            FlowError error;
            Assert.True(FlowForms.Make(&wish, 0, 7, 9, &rule));
            Assert.Equal([FlowItemType.Ethernet, FlowItemType.IPv4, FlowItemType.Nvgre], Tunnel(rule));
            Assert.Equal(0, nic.Create(&rule, &handle, &error));
        }

        for (int i = 0; i < 4; i++)
        {
            byte[] frame = nic.Receive(FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, FlowFrames.Udp(1000 + i, 2000), vlan: 100)).Frame;
            Assert.Equal(0x40 + i, frame[41]);
        }

        wish.OuterVlan = 50;
        FlowRule tagged, shuffled;
        FlowError refusal;
        Assert.True(FlowForms.Make(&wish, 0, 7, 9, &tagged));
        Assert.Equal([FlowItemType.Ethernet, FlowItemType.Vlan, FlowItemType.IPv4, FlowItemType.Nvgre], Tunnel(tagged));
        Assert.Equal(0, nic.Validate(&tagged, &refusal));
        shuffled = tagged;
        (shuffled.TunnelItems[1], shuffled.TunnelItems[2]) = (tagged.TunnelItems[2], tagged.TunnelItems[1]);
        Assert.Equal(FakeNic.Invalid, nic.Validate(&shuffled, &refusal));
    }

    /// <summary>NVGRE_DECAP without a valid tunnel in the pattern is refused; a device that knows neither it nor raw headers leaves all to software.</summary>
    [Fact]
    [Requirement("C-121")]
    public void DecapsulationNeedsAValidTunnel()
    {
        var nic = new FakeNic(NicProfile.Full, 9);
        FlowSlot wish = Wish();
        wish.Kind = FlowKind.Decapsulate;
        FlowRule good, bad;
        FlowError error;
        Assert.True(FlowForms.Make(&wish, 0, 9, 7, &good));
        Assert.Equal(0, nic.Validate(&good, &error));
        int at = FlowQueueTests.Items(good).IndexOf(FlowItemType.Nvgre);
        for (int i = 0; i < 4; i++)
        {
            bad = good;
            bad.Items[at].Mask[i] = 0; // of flags and protocol every byte counts
            Assert.Equal(FakeNic.Invalid, nic.Validate(&bad, &error));
            Assert.Equal(16u, error.Type); // RTE_FLOW_ERROR_TYPE_ACTION
        }

        FlowActionType[] none = [FlowActionType.NvgreDecap, FlowActionType.RawDecap, FlowActionType.NvgreEncap, FlowActionType.RawEncap];
        using var rig = new FlowRig(FlowRig.Json(records: FlowRig.Records), NicProfile.Full with { Actions = [.. NicProfile.Full.Actions.Except(none)] });
        rig.MakeHeavy();
        Assert.Empty(rig.Slots(FlowKind.Decapsulate).Concat(rig.Slots(FlowKind.Encapsulate))); // a device that refused the probe is not asked again
        Assert.Equal(0ul, rig.RuleFailures);
        byte[] frame = FlowFrames.Tunnel(5001, FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, s_udp));
        Assert.Equal(frame, rig.Nic.Receive(frame).Frame); // whole: at most a queue was chosen
    }

    [Theory]
    [Requirement("C-138")]
    [InlineData(new[] { FlowActionType.NvgreDecap, FlowActionType.NvgreEncap }, 2u)]
    [InlineData(new[] { FlowActionType.RepresentedPort }, 1u)]
    [InlineData(new[] { FlowActionType.RepresentedPort, FlowActionType.NvgreDecap, FlowActionType.NvgreEncap }, 3u)]
    public void OtherFormsMakeTheSameBytes(FlowActionType[] unknown, uint form)
    {
        using var best = new FlowRig(FlowRig.Json(records: FlowRig.Records));
        using var rig = new FlowRig(FlowRig.Json(records: FlowRig.Records), NicProfile.Full with { Actions = [.. NicProfile.Full.Actions.Except(unknown)] });
        best.MakeHeavy();
        rig.MakeHeavy();
        Assert.NotEmpty(rig.Slots(FlowKind.Decapsulate));
        Assert.NotEmpty(rig.Slots(FlowKind.Encapsulate));
        Assert.All(rig.Slots(FlowKind.Decapsulate).Concat(rig.Slots(FlowKind.Encapsulate)), s => Assert.Equal((FlowState.Installed, form), (s.State, s.Form)));
        byte[] tenant = FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, s_udp, vlan: 100), back = FlowFrames.Tunnel(5001, FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, s_udp));
        Assert.Equal(best.AccessNic.Receive(tenant), rig.AccessNic.Receive(tenant), Same);
        Assert.Equal(best.Nic.Receive(back), rig.Nic.Receive(back), Same);
        static bool Same(NicOutcome a, NicOutcome b) => a.Hit && b.Hit && a.Port == b.Port && a.Frame.AsSpan().SequenceEqual(b.Frame);
    }

    [Fact]
    [Requirement("C-126")]
    public void WhatCannotBeCountedIsNotTaken()
    {
        using var rig = new FlowRig(FlowRig.Json(records: FlowRig.Records));
        rig.AccessNic.CountsFail = rig.Nic.CountsFail = true;
        rig.MakeHeavy();
        Assert.DoesNotContain(rig.AccessNic.Rules.Concat(rig.Nic.Rules), static r => r.Rule.Direction == FlowDirection.Transfer);
        Assert.Equal(2ul, rig.RuleFailures);
    }

    private static FlowItemType[] Tunnel(FlowRule rule) => [.. Enumerable.Range(0, (int)rule.TunnelItemCount).Select(i => rule.TunnelItems[i].Type)];

    private static FlowSlot Wish()
    {
        FlowSlot wish = new()
        {
            Kind = FlowKind.Encapsulate,
            Family = 4,
            InnerFamily = 4,
            InnerProtocol = 17,
            Vsid = 5001,
            Vlan = 100,
            Mac = Mac(FlowFrames.Far),
            SourceMac = Mac(FlowFrames.Vm),
            OuterMac = Mac(FlowFrames.RouterMac),
            OuterSourceMac = Mac(FlowFrames.GatewayMac),
            Ttl = 64,
            HeaderLength = 42,
        };
        byte[] local = [192, 0, 2, 1], peer = [192, 0, 2, 2];
        for (int i = 0; i < 4; i++)
        {
            (wish.LocalAddress[i], wish.PeerAddress[i]) = (local[i], peer[i]);
        }

        return wish;
    }

    private static ulong Mac(byte[] wire) => BitConverter.ToUInt64([.. wire, 0, 0]);
}

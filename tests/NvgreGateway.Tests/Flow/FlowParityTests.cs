using NvgreGateway.Control.Api;
using NvgreGateway.Control.Statistics;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Tests.Flow;

/// <summary>
/// Heavy flows that a device forwards by itself, beside a gateway without such a device: the same frames go to both, and bytes and counters
/// have to be the same (C-124). The device is the test's own, and the only one there is: no real one here takes such rules.
/// </summary>
public sealed unsafe class FlowParityTests
{
    private const string Hash = """{ "address": "192.0.2.2" }""", Zero = """{ "address": "192.0.2.2", "flowId": "zero" }""";
    private const string Both = ", \"dscpToPcp\": [5,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,6,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]";
    private static readonly FlowActionType[] s_nvgre = [FlowActionType.NvgreEncap, FlowActionType.NvgreDecap];

    /// <summary>Every form of the outer header, of the mark and of the rule: what leaves by hardware is what software makes of the same frame.</summary>
    [Theory]
    [Requirement("C-122", "C-124")]
    [InlineData("hash over IPv4", false)]
    [InlineData("hash over IPv4", true)]
    [InlineData("zero over IPv4", false)]
    [InlineData("zero over IPv4", true)]
    [InlineData("hash over IPv6", false)]
    [InlineData("hash over IPv6", true)]
    [InlineData("zero over IPv6", false)]
    [InlineData("tagged underlay", false)]
    [InlineData("tagged underlay", true)]
    [InlineData("tagged underlay over IPv6", false)]
    [InlineData("fixed DSCP", false)]
    [InlineData("DSCP not trusted", false)]
    [InlineData("ECN in normal mode", true)]
    public void WhatHardwareSendsIsWhatSoftwareSends(string what, bool raw)
    {
        string json = Json(what);
        (int Port, byte[] Frame)[] flows = [.. Flows().Select(static f => (FlowRig.Access, f)), .. Returns(what).Select(static f => (FlowRig.Underlay, f))];
        using var hardware = new FlowRig(json, raw ? NicProfile.Full with { Actions = [.. NicProfile.Full.Actions.Except(s_nvgre)] } : NicProfile.Full);
        using var software = new FlowRig(json, NicProfile.None);
        hardware.MakeHeavy(flows);
        software.MakeHeavy(flows);
        Assert.Empty(software.AccessNic.Rules);
        foreach ((int port, byte[] frame) in flows)
        {
            (bool Hardware, int Port, byte[] Frame) fast = hardware.Forward(port, frame)!.Value, slow = software.Forward(port, frame)!.Value;
            Assert.True(fast.Hardware);
            Assert.False(slow.Hardware);
            Assert.Equal((slow.Port, Convert.ToHexString(slow.Frame)), (fast.Port, Convert.ToHexString(fast.Frame)));
        }
    }

    /// <summary>The row's check: offloaded flows show their own FlowIDs, each the one that it had before it was offloaded.</summary>
    [Fact]
    [Requirement("C-122")]
    public void EachFlowKeepsItsOwnFlowId()
    {
        using var rig = new FlowRig(Json("hash over IPv4"));
        byte[][] flows = [.. Enumerable.Range(0, 24).Select(static i => FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, FlowFrames.Udp(5000 + i, 53), vlan: 100))];
        var before = new Dictionary<int, byte>();
        for (int i = 0; i < flows.Length; i++)
        {
            (bool Hardware, int Port, byte[] Frame) sent = rig.Forward(FlowRig.Access, flows[i])!.Value;
            Assert.False(sent.Hardware);
            before[i] = sent.Frame[41];
        }

        Assert.True(before.Values.Distinct().Count() > 16);
        rig.MakeHeavy([.. flows.Take(20).Select(static f => (FlowRig.Access, f))]);
        Assert.Equal(20, rig.AccessNic.Rules.Count);
        for (int i = 0; i < flows.Length; i++)
        {
            (bool Hardware, int Port, byte[] Frame) sent = rig.Forward(FlowRig.Access, flows[i])!.Value;
            Assert.Equal((i < 20, before[i]), (sent.Hardware, sent.Frame[41]));
        }

        // As people see it.
        FlowStatus[] shown = [.. FlowReporter.Flows(rig.Plane).Where(static f => f.Kind == "encapsulate")];
        Assert.Equal(before.Take(20).Select(static b => (int)b.Value).Order(), shown.Select(static f => f.FlowId!.Value).Order());
        Assert.Contains(shown, static f => f.Match == "blue, VLAN 100: 10.0.0.1:5003 > 10.0.0.2:53 UDP" && f.State == "installed" && f.Peer == "192.0.2.2" && f.OutPort == "underlay0");
    }

    /// <summary>Where no flow differs from another, one rule is enough for all between two MACs.</summary>
    [Fact]
    [Requirement("C-122")]
    public void WithoutEntropyOneRuleServesAllFlows()
    {
        using var rig = new FlowRig(Json("zero over IPv4"));
        rig.MakeHeavy((FlowRig.Access, FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, FlowFrames.Udp(1, 2), vlan: 100)));
        Assert.Single(rig.AccessNic.Rules);
        for (int i = 0; i < 50; i++)
        {
            (bool Hardware, int Port, byte[] Frame) sent = rig.Forward(FlowRig.Access, FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, FlowFrames.Udp(3000 + i, 9), vlan: 100))!.Value;
            Assert.Equal((true, 0), (sent.Hardware, sent.Frame[41]));
        }
    }

    /// <summary>The row's check: what COUNT says is in the totals of VSID, peer, attachment and port, as if software had forwarded it.</summary>
    [Theory]
    [Requirement("C-126", "C-124")]
    [InlineData("hash over IPv4")]
    [InlineData("hash over IPv6")]
    [InlineData("tagged underlay")]
    public void TotalsOfHardwareAreThoseOfSoftware(string what)
    {
        (int Port, byte[] Frame)[] flows = [.. Flows().Select(static f => (FlowRig.Access, f)), .. Returns(what).Select(static f => (FlowRig.Underlay, f))];
        using var hardware = new FlowRig(Json(what));
        using var software = new FlowRig(Json(what), NicProfile.None);
        hardware.MakeHeavy(flows);
        software.MakeHeavy(flows);
        ulong forwarded = 0;
        foreach ((int port, byte[] frame) in flows)
        {
            for (int i = 0; i < 5 + (frame.Length % 7); i++, forwarded++)
            {
                Assert.True(hardware.Forward(port, frame)!.Value.Hardware);
                Assert.False(software.Forward(port, frame)!.Value.Hardware);
            }
        }

        hardware.Settle();
        software.Settle();
        Assert.Equal(forwarded, hardware.AccessNic.Rules.Concat(hardware.Nic.Rules).Aggregate(0ul, static (sum, rule) => sum + rule.Packets));
        Same(static r => r.Totals() is var t ? (t.Received, t.ReceivedBytes, t.Transmitted, t.Difference) : default);
        Same(static r => r.Port(FlowRig.Access));
        Same(static r => r.Port(FlowRig.Underlay));
        uint segment = hardware.Plane.Tables.Ids.SegmentOf(5001);
        Same(r => r.Segment(segment));
        Same(r => r.Peer(hardware.Plane.Index.Peers.Single().Id));
        Same(r => r.Attachment(hardware.Plane.Index.Segments[0].Attachments[0].Id));
        Assert.Equal(0, hardware.Plane.Statistics.Totals().Difference);

        void Same<T>(Func<StatisticsReader, T> of) => Assert.Equal(of(software.Plane.Statistics), of(hardware.Plane.Statistics));
    }

    /// <summary>What was counted after the last look and before a rule goes is not lost, and a later rule counts anew.</summary>
    [Fact]
    [Requirement("C-126")]
    public void CountsOutliveTheirRules()
    {
        using var rig = new FlowRig(Json("zero over IPv4"));
        rig.MakeHeavy();
        ulong before = rig.Plane.Statistics.Totals().Received;
        byte[] frame = FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, FlowFrames.Udp(1000, 2000), vlan: 100);
        Assert.True(rig.Forward(FlowRig.Access, frame)!.Value.Hardware);
        rig.KeepHouse();
        Assert.True(rig.Reload(Json("zero over IPv4").Replace("\"unit\"", "\"unit\", \"neighbors\": { \"retrySeconds\": 2 }", StringComparison.Ordinal)).Accepted);
        Assert.Equal(before + 1, rig.Plane.Statistics.Totals().Received);
        FlowQueueTests.Wait(() =>
        {
            rig.Settle(60);
            return rig.Slots(FlowKind.Encapsulate).Any(static s => s.State == FlowState.Installed);
        });
        Assert.True(rig.Forward(FlowRig.Access, frame)!.Value.Hardware);
        FlowQueueTests.Wait(() =>
        {
            rig.Settle(1);
            return rig.Plane.Statistics.Totals().Received == before + 2;
        });
    }

    /// <summary>Neither is what they counted when their port is stopped, the one that packets arrive on or the one they leave by, or all are.</summary>
    [Theory]
    [InlineData(FlowRig.Access)]
    [InlineData(FlowRig.Underlay)]
    [InlineData(-1)]
    [Requirement("C-126")]
    public void CountsOutliveTheirPorts(int port)
    {
        using var rig = new FlowRig(Json("zero over IPv4"));
        rig.MakeHeavy();
        ulong before = rig.Plane.Statistics.Totals().Received;
        byte[] frame = FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, FlowFrames.Udp(1000, 2000), vlan: 100);
        for (int i = 0; i < 5; i++)
        {
            Assert.True(rig.Forward(FlowRig.Access, frame)!.Value.Hardware);
        }

        Assert.Equal(before, rig.Plane.Statistics.Totals().Received);
        if (port < 0)
        {
            rig.Keeper.CountAll();
            rig.Keeper.CountAll();
        }
        else
        {
            rig.Keeper.Release(port);
            Assert.DoesNotContain(rig.Slots(FlowKind.Encapsulate), static s => s.State == FlowState.Installed);
        }

        Assert.Equal(before + 5, rig.Plane.Statistics.Totals().Received);
        Assert.Equal(0, rig.Plane.Statistics.Totals().Difference);
    }

    private static string Json(string what)
    {
        bool ipv6 = what.EndsWith("IPv6", StringComparison.Ordinal);
        string peer = what switch
        {
            "zero over IPv4" or "zero over IPv6" => Zero,
            "fixed DSCP" => """{ "address": "192.0.2.2", "dscp": { "encapsulate": 10 } }""",
            "ECN in normal mode" => """{ "address": "192.0.2.2", "ecn": "normal" }""",
            _ => Hash,
        };
        string json = FlowRig.Json(peers: peer, records: FlowRig.Records, underlay: what.StartsWith("tagged", StringComparison.Ordinal) ? ", \"vlan\": 40" : "")
            .Replace("\"records\"", Both[2..] + ", \"records\"", StringComparison.Ordinal).Replace("\"mtu\": 1542", "\"mtu\": 1562", StringComparison.Ordinal)
            .Replace("\"mtu\": 1500", what == "DSCP not trusted" ? "\"mtu\": 1520, \"trust\": \"none\"" : ipv6 ? "\"mtu\": 1500" : "\"mtu\": 1520", StringComparison.Ordinal);
        return ipv6
            ? json.Replace("192.0.2.2", "2001:db8::2", StringComparison.Ordinal).Replace("192.0.2.1/24", "2001:db8::1/64", StringComparison.Ordinal)
            : json;
    }

    // TCP and UDP over both families, with and without a mark.
    private static byte[][] Flows() =>
    [
        FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, FlowFrames.Udp(1000, 2000), vlan: 100),
        FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, FlowFrames.Udp(1001, 2000, 900), vlan: 100, tos: 0xB8),
        FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, FlowFrames.Tcp(1002, 443, 0x10, 1400), 6, vlan: 100, fragment: 0x4000),
        FlowFrames.Ethernet(FlowFrames.Far, FlowFrames.Vm, 0x86DD, FlowFrames.IPv6("2001:db8:a::1", "2001:db8:a::2", 17, FlowFrames.Udp(1003, 2000)), 100),
        FlowFrames.Ethernet(FlowFrames.Far, FlowFrames.Vm, 0x86DD, FlowFrames.IPv6("2001:db8:a::1", "2001:db8:a::2", 6, FlowFrames.Tcp(1004, 80, 0x18, 700)), 100),
    ];

    private static byte[][] Returns(string what)
    {
        byte[][] tenants =
        [
            FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, FlowFrames.Udp(2000, 1000)),
            FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, FlowFrames.Udp(2000, 1001, 900), tos: 0xB8),
            FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, FlowFrames.Tcp(443, 1002, 0x10, 1400), 6),
            FlowFrames.Ethernet(FlowFrames.Vm, FlowFrames.Far, 0x86DD, FlowFrames.IPv6("2001:db8:a::2", "2001:db8:a::1", 6, FlowFrames.Tcp(80, 1004, 0x18, 700))),
        ];
        return
        [
            .. tenants.Select((t, i) =>
            {
                byte[] frame = what.EndsWith("IPv6", StringComparison.Ordinal)
                    ? FlowFrames.Ethernet(FlowFrames.GatewayMac, FlowFrames.RouterMac, 0x86DD, FlowFrames.IPv6("2001:db8::2", "2001:db8::1", 47, FlowFrames.Gre(5001, (byte)i, t)))
                    : FlowFrames.Tunnel(5001, t, (byte)i);
                return what.StartsWith("tagged", StringComparison.Ordinal) ? [.. frame[..12], 0x81, 0x00, 0x00, 40, .. frame[12..]] : frame;
            }),
        ];
    }
}

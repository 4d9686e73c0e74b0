using System.Net;
using NvgreGateway.Control.Neighbors;
using NvgreGateway.Exchange;

namespace NvgreGateway.Tests.Flow;

/// <summary>Rules of hardware encapsulation come after the tables that they mirror, and go before them; without them software serves (C-125).</summary>
public sealed unsafe class FlowOrderTests
{
    private const string TwoPeers = "\"192.0.2.2\", \"192.0.2.3\"";
    private static readonly byte[] s_out = FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, FlowFrames.Udp(1000, 2000), vlan: 100);
    private static readonly byte[] s_back = FlowFrames.Tunnel(5001, FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, FlowFrames.Udp(2000, 1000)));

    /// <summary>The row's check, with flows: a full table changes nothing but a counter.</summary>
    [Fact]
    [Requirement("C-125")]
    public void AFullRuleTableLeavesTrafficAsItIs()
    {
        byte[][] flows = [.. Enumerable.Range(0, 3).Select(static i => FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, FlowFrames.Udp(1000 + i, 2000), vlan: 100))];
        string json = FlowRig.Json(peers: "\"192.0.2.2\"", records: FlowRig.Records);
        using var full = new FlowRig(json, NicProfile.Full with { TableSize = 2 });
        using var software = new FlowRig(json, NicProfile.None);
        (int, byte[])[] heavy = [.. flows.Select(static f => (FlowRig.Access, f))];
        ulong before = full.RuleFailures;
        full.Settle();
        ulong underlay = full.RuleFailures; // the underlay's own rules fit
        full.MakeHeavy(heavy);
        Assert.Equal((before, before + 1), (underlay, full.RuleFailures));
        Assert.Equal(2, full.AccessNic.Rules.Count);
        Assert.Equal([FlowState.Installed, FlowState.Installed, FlowState.Failed], full.Slots(FlowKind.Encapsulate).Select(static s => s.State).Order());
        int hardware = 0;
        for (int i = 0; i < 30; i++)
        {
            (bool Hardware, int Port, byte[] Frame) sent = full.Forward(FlowRig.Access, flows[i % 3])!.Value, expected = software.Forward(FlowRig.Access, flows[i % 3])!.Value;
            Assert.Equal((expected.Port, Convert.ToHexString(expected.Frame)), (sent.Port, Convert.ToHexString(sent.Frame)));
            hardware += sent.Hardware ? 1 : 0;
        }

        Assert.Equal(20, hardware);
        full.Settle();
        Assert.Equal(before + 1, full.RuleFailures); // it is not tried again and again
        Assert.Equal(0, full.Plane.Statistics.Totals().Difference);
        Assert.Equal(0ul, full.Plane.Statistics.Totals().Dropped);
    }

    [Fact]
    [Requirement("C-125")]
    public void AReloadTakesRulesBackFirst()
    {
        using var rig = new FlowRig(FlowRig.Json(records: FlowRig.Records));
        rig.MakeHeavy();
        HoldsBefore(rig, rules: 2, () => rig.Memory.Current.Header->Generation, () => Assert.True(rig.Reload(FlowRig.Json()).Accepted));
        rig.AccessNic.Creating = r => Assert.Equal(rig.Plane.Tables.Generation, rig.Memory.Current.Header->Generation);
    }

    [Fact]
    [Requirement("C-125")]
    public void RulesComeAfterWhatTheyMirror()
    {
        using var rig = new FlowRig(Learning());
        var seen = new List<string>();
        rig.AccessNic.Creating = _ => seen.Add($"{rig.PlaceOf(FlowFrames.Vm)}, {rig.PlaceOf(FlowFrames.Far)}");
        Learn(rig);
        rig.MakeHeavy();
        Assert.Equal($"{rig.PlaceOf(FlowFrames.Vm)}, {rig.PlaceOf(FlowFrames.Far)}", Assert.Single(seen));
        Assert.StartsWith("attachment", seen[0], StringComparison.Ordinal);
    }

    /// <summary>Learned MACs are offloaded as records are; one that turns up elsewhere loses its rules, then moves, and is software's.</summary>
    [Fact]
    [Requirement("C-125")]
    public void AMacThatMovesLosesItsRulesFirst()
    {
        using var rig = new FlowRig(Learning());
        Learn(rig);
        rig.MakeHeavy();
        Assert.True(rig.Forward(FlowRig.Access, s_out)!.Value.Hardware);
        byte[] moved = [.. s_back];
        moved[29] = 3; // from 192.0.2.3
        (moved[24], moved[25]) = (0, 0);
        ushort sum = FlowFrames.Sum(moved.AsSpan(14, 20));
        (moved[24], moved[25]) = ((byte)(sum >> 8), (byte)sum);
        HoldsBefore(rig, rules: 2, () => rig.PlaceOf(FlowFrames.Far), () => rig.Software(FlowRig.Underlay, moved));
        (bool Hardware, int Port, byte[] Frame) sent = rig.Forward(FlowRig.Access, s_out)!.Value;
        Assert.Equal((false, 3), (sent.Hardware, sent.Frame[33]));
    }

    [Fact]
    [Requirement("C-125")]
    public void AFlushTakesRulesBackFirst()
    {
        using var rig = new FlowRig(Learning());
        Learn(rig);
        rig.MakeHeavy();
        HoldsBefore(rig, rules: 2, () => rig.PlaceOf(FlowFrames.Far), () => Assert.Equal(2, rig.Plane.Tables.Fdb.FlushAll()));
    }

    /// <summary>A destination that says nothing ages, however much is sent to it by hardware.</summary>
    [Fact]
    [Requirement("C-125")]
    public void AMacThatAgesLosesItsRulesFirst()
    {
        using var rig = new FlowRig(Learning(", \"fdb\": { \"ageingSeconds\": 10 }"));
        Learn(rig);
        rig.MakeHeavy((FlowRig.Access, s_out));
        HoldsBefore(rig, rules: 1, () => rig.PlaceOf(FlowFrames.Far), () =>
        {
            for (int i = 0; i < 12 * 5 && rig.PlaceOf(FlowFrames.Far).Length > 0; i++)
            {
                for (int k = 0; k < 300; k++)
                {
                    _ = rig.AccessNic.Receive(s_out);
                }

                rig.Settle(10);
            }
        });
        Assert.NotEmpty(rig.PlaceOf(FlowFrames.Vm)); // hardware heard it
    }

    [Fact]
    [Requirement("C-125")]
    public void ANextHopThatChangesTakesRulesBackFirst()
    {
        using var rig = new FlowRig(Learning().Replace("{ \"address\": \"192.0.2.2\", \"mac\": \"02:00:00:00:02:fe\" }, ", "", StringComparison.Ordinal));
        HostKey hop = HostKey.Of(FlowRig.Underlay, IPAddress.Parse("192.0.2.2"));
        uint id = rig.Plane.Tables.Ids.NextHopOf(FlowRig.Underlay, IPAddress.Parse("192.0.2.2"));
        rig.Plane.Neighbors.Seen(hop, new(0xFE02_0000_0002), rig.Plane.Now);
        Learn(rig);
        rig.MakeHeavy((FlowRig.Access, s_out));
        HoldsBefore(rig, rules: 1, () => rig.Memory.NextHops[id].Word, () => rig.Plane.Neighbors.Seen(hop, new(0xFD02_0000_0002), rig.Plane.Now));
        Assert.Equal(0xFD, rig.Forward(FlowRig.Access, s_out)!.Value.Frame[5]);
    }

    [Fact]
    [Requirement("C-125")]
    public void APathThatNarrowsTakesRulesBackFirst()
    {
        using var rig = new FlowRig(Learning());
        Learn(rig);
        rig.MakeHeavy();
        uint peer = rig.Plane.Index.Segments[0].Peers[0].Id;
        HoldsBefore(
            rig, rules: 2, () => rig.Memory.Current.Peers[peer].FastInnerFrame, () => rig.Plane.Tables.SetLearnedPathMtu(IPAddress.Parse("192.0.2.2"), 1400));
        rig.Settle();
        Assert.Empty(rig.Slots(FlowKind.Encapsulate));
    }

    [Fact]
    [Requirement("C-125")]
    public void ASegmentThatIsBlockedTakesRulesBackFirst()
    {
        using var rig = new FlowRig(Learning());
        Learn(rig);
        rig.MakeHeavy();
        uint segment = rig.Plane.Tables.Ids.SegmentOf(5001);
        HoldsBefore(rig, rules: 2, () => rig.Memory.Current.Segments[segment].Flags, () => rig.Plane.Tables.SetBlocked(segment, true));
        rig.Settle();
        Assert.Null(rig.Forward(FlowRig.Access, s_out));
    }

    /// <summary>A data process that stands still is waited for once, and the change is made; it is told.</summary>
    [Fact]
    public void AStalledDataProcessHoldsControlUpOnce()
    {
        using var rig = new FlowRig(Learning());
        Learn(rig);
        rig.MakeHeavy();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(2, rig.Plane.Tables.Fdb.FlushAll()); // nobody keeps house
        long first = watch.ElapsedMilliseconds;
        watch.Restart();
        for (int i = 0; i < 10; i++)
        {
            Learn(rig);
            rig.Plane.Tables.Fdb.FlushAll();
        }

        Assert.True(watch.ElapsedMilliseconds < 10 * first, $"{watch.ElapsedMilliseconds} ms for ten, {first} for the first");
        Assert.Contains(rig.Events, static e => e.Name == "flow_rules_stay");
        rig.Keeper.Keep();
        Assert.DoesNotContain(rig.AccessNic.Rules.Concat(rig.Nic.Rules), static r => r.Rule.Direction == Dpdk.FlowDirection.Transfer);
    }

    private static string Learning(string top = "") => FlowRig.Json(peers: TwoPeers, top: top)
        .Replace("{ \"address\": \"192.0.2.2\", \"mac\": \"02:00:00:00:02:fe\" }", "{ \"address\": \"192.0.2.2\", \"mac\": \"02:00:00:00:02:fe\" }, { \"address\": \"192.0.2.3\", \"mac\": \"02:00:00:00:02:fe\" }", StringComparison.Ordinal);

    private static void Learn(FlowRig rig)
    {
        rig.Software(FlowRig.Access, s_out);
        rig.Software(FlowRig.Underlay, s_back);
        Assert.StartsWith("attachment", rig.PlaceOf(FlowFrames.Vm), StringComparison.Ordinal);
        Assert.StartsWith("peer", rig.PlaceOf(FlowFrames.Far), StringComparison.Ordinal);
    }

    // While a rule is there, and until the device has lost it, the state is what it was.
    private static void HoldsBefore<T>(FlowRig rig, int rules, Func<T> state, Action change)
    {
        T before = state();
        var seen = new List<T>();
        foreach (FakeNic nic in (FakeNic[])[rig.AccessNic, rig.Nic])
        {
            nic.Destroying = r =>
            {
                if (r.Direction == Dpdk.FlowDirection.Transfer)
                {
                    seen.Add(state());
                }
            };
        }

        rig.KeepHouse();
        change();
        Assert.NotEqual(before, state());
        Assert.Equal(rules, seen.Count);
        Assert.All(seen, s => Assert.Equal(before, s));
        Assert.DoesNotContain(rig.Events, static e => e.Name == "flow_rules_stay");
    }
}

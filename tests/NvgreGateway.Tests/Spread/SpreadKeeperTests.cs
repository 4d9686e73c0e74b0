using System.Runtime.InteropServices;
using NvgreGateway.Control.Api;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Data;
using NvgreGateway.Dataplane;
using NvgreGateway.Exchange;
using NvgreGateway.Tests.Flow;

namespace NvgreGateway.Tests.Spread;

/// <summary>Which plan each port has, by what its device said and did, and what <c>show queues</c> tells of it.</summary>
public sealed unsafe class SpreadKeeperTests : IDisposable
{
    private const string Rules = """{ "vsid": 5001, "queues": [3] }, { "mac": "02:00:00:00:0a:01", "queues": [1, 2] }""";
    private readonly DpdkPort* _entries = (DpdkPort*)NativeMemory.AlignedAlloc((nuint)(sizeof(DpdkPort) * 2), 64);
    private readonly WorkerGroup _group = new(4, [4, 4]);
    private const double Hertz = 1e9;
    private const ulong Round = 20_000_000;
    private ulong _now = 1000 * Round;
    private FlowRig? _rig;
    private SpreadKeeper? _keeper;

    public void Dispose()
    {
        _keeper?.Dispose();
        _rig?.Dispose();
        _group.Dispose();
        NativeMemory.AlignedFree(_entries);
    }

    [Theory]
    [InlineData(QueueSpread.InnerRss, false)]
    [InlineData(QueueSpread.OuterRss, true)]
    [InlineData(QueueSpread.FewQueues, true)]
    [Requirement("C-137")]
    public void RefusedRulesAreCarriedOutInSoftware(QueueSpread spread, bool spreads)
    {
        FlowRig rig = Start(NicProfile.None, spread);
        SpreadPlan* plan = _entries[FlowRig.Underlay].Plan;
        Assert.True(plan != null);
        Assert.Equal((spreads ? 1u : 0, 2u, 2u), (plan->Spreads, plan->Rules, plan->SoftwareRules));
        SpreadRule* rule = SpreadPlan.Find(plan, SpreadKey.Vsid(false, 5001));
        Assert.True(rule != null);
        Assert.Equal((1ul << 3, false), (rule->Workers, rule->InHardware));
        rule = SpreadPlan.Find(plan, SpreadKey.InnerMac(false, 0x010A_0000_0002));
        Assert.True(rule != null);
        Assert.Equal((0b110ul, false), (rule->Workers, rule->InHardware));
        QueueStatus status = Queues(rig)[FlowRig.Underlay];
        Assert.Equal(["software", "software"], status.Rules!.Select(static r => r.By));
        Assert.Equal(["VSID 5001", "MAC 02:00:00:00:0a:01"], status.Rules!.Select(static r => r.Match));
        Assert.Equal([[3], [1, 2]], status.Rules!.Select(static r => r.Queues));
        Assert.Equal(spreads ? "software" : "hardware", status.Mode);
    }

    [Fact]
    [Requirement("C-137")]
    [Requirement("C-054")]
    public void RulesThatTheDeviceTookAreLeftToIt()
    {
        FlowRig rig = Start(NicProfile.Full, QueueSpread.InnerRss);
        SpreadPlan* plan = _entries[FlowRig.Underlay].Plan;
        Assert.True(plan == null || plan->SoftwareRules == 0);
        Assert.Equal(["hardware", "hardware"], Queues(rig)[FlowRig.Underlay].Rules!.Select(static r => r.By));
    }

    // The device has queues enough and sorts the VSID, but spreads all else by outer headers: what it sorted stays.
    [Fact]
    [Requirement("C-137")]
    [Requirement("C-056")]
    public void SoftwareSpreadsBesideRulesOfTheDevice()
    {
        Start(NicProfile.Full with { RssLevel = 0 }, QueueSpread.FewQueues);
        SpreadPlan* plan = _entries[FlowRig.Underlay].Plan;
        Assert.True(plan != null);
        Assert.Equal((1u, 0u), (plan->Spreads, plan->SoftwareRules));
        Assert.True(SpreadPlan.Find(plan, SpreadKey.Vsid(false, 5001))->InHardware);
    }

    // A rule that spreads by inner headers does what the port's RSS does not.
    [Fact]
    [Requirement("C-056", "C-136")]
    public void ARuleForInnerHeadersEndsTheSpreadOfSoftware()
    {
        FlowRig rig = Start(NicProfile.Full, QueueSpread.OuterRss, "");
        Assert.True(_entries[FlowRig.Underlay].Plan == null);
        Assert.Equal(QueueSpread.InnerRule, rig.Memory.PortStates[FlowRig.Underlay].Spread);
        Assert.Equal("hardware", Queues(rig)[FlowRig.Underlay].Mode);
        rig.Keeper.Detach(FlowRig.Underlay); // and it is gone
        Keep(rig);
        Assert.True(_entries[FlowRig.Underlay].Plan != null);
        Assert.Equal("software", Queues(rig)[FlowRig.Underlay].Mode);
    }

    // A plan is not written while a worker goes by it.
    [Fact]
    public void TwoPlansTakeTurns()
    {
        FlowRig rig = Start(NicProfile.None, QueueSpread.FewQueues);
        SpreadPlan* first = _entries[FlowRig.Underlay].Plan;
        _group.Plans(0)[FlowRig.Underlay] = (nint)first | 1;
        rig.Memory.PortStates[FlowRig.Underlay].Spread = QueueSpread.InnerRss;
        Loop(rig);
        Keep(rig);
        SpreadPlan* second = _entries[FlowRig.Underlay].Plan;
        Assert.True(second != first);
        rig.Memory.PortStates[FlowRig.Underlay].Spread = QueueSpread.FewQueues;
        Keep(rig);
        Assert.True(_entries[FlowRig.Underlay].Plan == second); // worker 0 still goes by the first
        _group.Plans(0)[FlowRig.Underlay] = (nint)second;
        Keep(rig);
        Assert.True(_entries[FlowRig.Underlay].Plan == second); // no worker has begun a loop since
        Loop(rig);
        Keep(rig);
        Assert.True(_entries[FlowRig.Underlay].Plan == first);
        Assert.Equal(1u, first->Spreads);
    }

    [Fact]
    public void ExpectedSharesAreThoseOfTheTable()
    {
        FlowRig rig = Start(NicProfile.None, QueueSpread.FewQueues);
        Assert.Equal([25.0, 25.0, 25.0, 25.0], Queues(rig)[FlowRig.Underlay].Workers.Select(static w => w.Expected));
        rig.Memory.Data->SpreadShares[0] = 16;
        rig.Memory.Data->SpreadShares[3] = 112;
        Assert.Equal([6.2, 25.0, 25.0, 43.8], Queues(rig)[FlowRig.Underlay].Workers.Select(static w => w.Expected));
    }

    // Four workers do half of what one could; then they do more.
    [Theory]
    [InlineData(Rules)]
    [InlineData("")]
    [Requirement("C-056")]
    [Requirement("C-137")]
    public void ASpreadThatLosesIsPausedAndItsRulesAreNot(string rules)
    {
        FlowRig rig = Start(NicProfile.None, QueueSpread.FewQueues, rules);
        rig.Memory.PortStates[FlowRig.Underlay].RxQueues = 1;
        _entries[FlowRig.Underlay].RxQueues = 1;
        Assert.Null(Queues(rig)[FlowRig.Underlay].Alone);
        Work(rig, 5, spread: 5, alone: 10);
        SpreadPlan* plan = _entries[FlowRig.Underlay].Plan;
        Assert.Equal((0u, rules.Length == 0 ? 0u : 2), (plan->Spreads, plan->SoftwareRules));
        Assert.Equal(rules.Length == 0 ? 0 : (nint)plan, _group.Plans(0)[FlowRig.Underlay]);
        QueueStatus status = Queues(rig)[FlowRig.Underlay];
        Assert.Equal("paused", status.Mode);
        Assert.StartsWith("one worker alone forwards 2.0 times as much at the last trial; else software would spread: the port has fewer", status.Reason, StringComparison.Ordinal);
        Assert.Equal([100.0, 0.0, 0.0, 0.0], status.Workers.Select(static w => w.Expected));
        Assert.Equal((2.0, 3u), (status.Alone, status.Trials)); // after one second, one more and two more
        Work(rig, 130, spread: 15, alone: 10);
        Assert.Equal(1u, _entries[FlowRig.Underlay].Plan->Spreads);
        Assert.Equal("software", Queues(rig)[FlowRig.Underlay].Mode);
        Assert.Equal(0.67, Queues(rig)[FlowRig.Underlay].Alone);
    }

    [Theory]
    [InlineData("always", "software")]
    [InlineData("off", "none")]
    public void WhatTheConfigurationSaysIsNotTried(string spread, string mode)
    {
        FlowRig rig = Start(NicProfile.None, QueueSpread.FewQueues, "");
        Work(rig, 5, spread: 5, alone: 10);
        Assert.Equal("paused", Queues(rig)[FlowRig.Underlay].Mode);
        uint trials = _keeper!.Trials;
        Assert.True(rig.Reload(FlowRig.Json("").Replace("3] }", $"3], \"spread\": \"{spread}\" }}", StringComparison.Ordinal)).Accepted);
        Work(rig, 20, spread: 5, alone: 10);
        Assert.Equal(mode, Queues(rig)[FlowRig.Underlay].Mode);
        Assert.Equal((1u, trials, 0u), (_entries[FlowRig.Underlay].Plan->Spreads, _keeper.Trials, rig.Memory.Data->SpreadPaused));
        Assert.True(rig.Reload(FlowRig.Json("")).Accepted);
        Work(rig, 5, spread: 5, alone: 10);
        Assert.Equal("paused", Queues(rig)[FlowRig.Underlay].Mode);
    }

    // Nobody knows that what such a device does keeps a flow together: only a worker for each flow does.
    [Fact]
    [Requirement("C-056")]
    public void QueuesThatAreChosenNobodyKnowsHowAreAlwaysSpread()
    {
        FlowRig rig = Start(NicProfile.None, QueueSpread.NoRss, "");
        rig.Memory.PortStates[FlowRig.Underlay].RssFields = RssFields.None;
        Work(rig, 20, spread: 5, alone: 10);
        Assert.Equal((1u, 0u), (_entries[FlowRig.Underlay].Plan->Spreads, _keeper!.Trials));
    }

    // A rule that comes in the middle is carried out at once; what is measured then does not count.
    [Fact]
    [Requirement("C-137")]
    public void RulesComeWhileTheSpreadIsPaused()
    {
        FlowRig rig = Start(NicProfile.None, QueueSpread.FewQueues, "");
        Work(rig, 5, spread: 5, alone: 10);
        Assert.Equal(0u, _entries[FlowRig.Underlay].Plan->Rules);
        Assert.True(rig.Reload(FlowRig.Json(Rules)).Accepted);
        rig.Settle();
        Work(rig, 1, spread: 5, alone: 10);
        SpreadPlan* plan = _entries[FlowRig.Underlay].Plan;
        Assert.Equal((0u, 2u), (plan->Spreads, plan->SoftwareRules));
        Assert.Equal("paused", Queues(rig)[FlowRig.Underlay].Mode);
    }

    // Worker 0 receives, which leaves it a tenth of the flows: they go elsewhere, trials or not, and stay there.
    [Fact]
    [Requirement("C-056")]
    public void SharesFitInTheEndBesideTrials()
    {
        const double Receive = 105, Forward = 400, Best = 1 / 126.2;
        FlowRig rig = Start(NicProfile.None, QueueSpread.FewQueues, "");
        rig.Memory.PortStates[FlowRig.Underlay].RxQueues = 1;
        _entries[FlowRig.Underlay].RxQueues = 1;
        double rate = 0, moved = 0;
        for (int round = 0; round < 1000; round++)
        {
            SpreadPlan* plan = _entries[FlowRig.Underlay].Plan;
            byte[] table = new ReadOnlySpan<byte>(plan->Workers, SpreadPlan.Entries).ToArray();
            double[] shares = [.. Enumerable.Range(0, 4).Select(w => table.Count(to => to == w) / (double)SpreadPlan.Entries)];
            rate = plan->Spreads == 0 ? 1 / 440.0 : Math.Min(1 / (Receive + (shares[0] * Forward)), 1 / (shares.Skip(1).Max() * Forward));
            for (int i = 0; i < 4; i++)
            {
                double busy = plan->Spreads == 0 ? (i == 0 ? 1 : 0) : i == 0 ? rate * (Receive + (shares[0] * Forward)) : rate * shares[i] * Forward;
                rig.Memory.Statistics(i)->BusyCycles += (ulong)(busy * Round);
            }

            for (int i = 0; i < SpreadPlan.Entries && plan->Spreads != 0; i++)
            {
                _group.EntryLoads(0)[i] += (uint)(rate * Round / SpreadPlan.Entries);
            }

            rig.Memory.Statistics(0)->Transmitted += (ulong)(rate * Round);
            Keep(rig);
            plan = _entries[FlowRig.Underlay].Plan;
            _group.Plans(0)[FlowRig.Underlay] = SpreadPlan.InForce(plan, true);
            moved += round > 500 && !table.AsSpan().SequenceEqual(new ReadOnlySpan<byte>(plan->Workers, SpreadPlan.Entries)) ? 1 : 0;
        }

        Assert.InRange(rate, Best * 0.9, Best * 1.001);
        Assert.Equal(0, moved);
        Assert.Equal((0u, true), (rig.Memory.Data->SpreadPaused, _keeper!.Trials > 2));
        Assert.InRange(rig.Memory.Data->SpreadAlonePercent, 30u, 35u);
    }

    // Housekeeping and four workers, of which worker 0 receives all, for some seconds; millions of packets a second that they could forward.
    private void Work(FlowRig rig, double seconds, double spread, double alone)
    {
        const ulong Million = 1_000_000;
        for (double t = 0; t < seconds; t += Round / Hertz)
        {
            bool spreads = (_group.Plans(0)[FlowRig.Underlay] & 1) != 0;
            for (int i = 0; i < 4; i++)
            {
                rig.Memory.Statistics(i)->BusyCycles += spreads || i == 0 ? Round : 0;
            }

            rig.Memory.Statistics(0)->Transmitted += (ulong)((spreads ? spread : alone) * Million * (Round / Hertz));
            Keep(rig);
            for (int i = 0; i < _entries[FlowRig.Underlay].RxQueues; i++)
            {
                _group.Plans(i)[FlowRig.Underlay] = SpreadPlan.InForce(_entries[FlowRig.Underlay].Plan, rig.Plane.Configuration.Workers.Spread != SpreadMode.Off);
            }
        }
    }

    private FlowRig Start(NicProfile profile, QueueSpread spread, string rules = Rules)
    {
        NativeMemory.Clear(_entries, (nuint)(sizeof(DpdkPort) * 2));
        _rig = new FlowRig(FlowRig.Json(rules), profile);
        _rig.Settle();
        PortState* state = _rig.Memory.PortStates + FlowRig.Underlay;
        state->Started = 1;
        state->Spread = spread;
        state->RxQueues = 4;
        _entries[FlowRig.Underlay].RxQueues = 4;
        state->RssFields = RssFields.Tcp4;
        _keeper = new SpreadKeeper(_rig.Memory, _entries, 2, _group, Hertz);
        _keeper.Keep(_now);
        return _rig;
    }

    private void Keep(FlowRig rig)
    {
        rig.Keeper.Keep();
        _keeper!.Keep(_now += Round);
    }

    private static void Loop(FlowRig rig)
    {
        for (int i = 0; i < 4; i++)
        {
            rig.Memory.Statistics(i)->Polls++;
            rig.Memory.Statistics(i)->Sleeping = 0;
        }
    }

    private static IReadOnlyList<QueueStatus> Queues(FlowRig rig) => QueueReporter.Queues(rig.Plane);
}

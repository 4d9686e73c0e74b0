using System.Runtime.InteropServices;
using NvgreGateway.Control.Api;
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
    [Requirement("C-056")]
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

    private FlowRig Start(NicProfile profile, QueueSpread spread, string rules = Rules)
    {
        NativeMemory.Clear(_entries, (nuint)(sizeof(DpdkPort) * 2));
        _rig = new FlowRig(FlowRig.Json(rules), profile);
        _rig.Settle();
        PortState* state = _rig.Memory.PortStates + FlowRig.Underlay;
        state->Started = 1;
        state->Spread = spread;
        state->RxQueues = 4;
        state->RssFields = RssFields.Tcp4;
        _keeper = new SpreadKeeper(_rig.Memory, _entries, 2, _group);
        _keeper.Keep();
        return _rig;
    }

    private void Keep(FlowRig rig)
    {
        rig.Keeper.Keep();
        _keeper!.Keep();
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

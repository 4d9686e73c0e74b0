using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Chosen VSIDs and MACs have workers of their own, whether the device sees to it or not.</summary>
public sealed unsafe class SpreadRuleTests : IDisposable
{
    private const int Flows = 64;
    private readonly SpreadPlan* _plan = SpreadPlan.Create();

    public SpreadRuleTests() => SpreadPlan.Even(_plan->Workers, 4);

    public void Dispose() => System.Runtime.InteropServices.NativeMemory.AlignedFree(_plan);

    // The device refused the rule: whatever the queue, worker 3 forwards, and every byte is as without it.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Requirement("C-137")]
    [Requirement("C-054")]
    public void A_VSID_whose_rule_was_refused_goes_to_its_queue_in_software(bool spreads)
    {
        SpreadPlan.Add(_plan, SpreadKey.Vsid(false, Rig.Vsid), 1 << 3, inHardware: false);
        SpreadPlan.Add(_plan, SpreadKey.Vsid(true, Rig.Vsid), 1 << 3, inHardware: false);
        _plan->Spreads = spreads ? 1u : 0;
        byte[][] frames = [.. Enumerable.Range(0, Flows).Select(i => i % 2 == 0 ? Frames.Nvgre4(Tenant(i)) : Frames.Nvgre6(Tenant(i), Frames.Remote6))];
        using Rig rig = Make();
        List<Sent> sent = rig.Run(Rig.Underlay, frames);
        Assert.Equal([0, 0, 0, Flows], Forwarded(rig));
        Assert.Equal([.. Plain(frames).Select(static s => Convert.ToHexString(s.Bytes))], sent.Select(static s => Convert.ToHexString(s.Bytes)));
        rig.AssertClosed();
        PortCounters* from = Counters(rig, 0), to = Counters(rig, 3);
        Assert.Equal(((ulong)Flows, 0ul, 0ul, (ulong)Flows), (from->HandedOn, from->TakenOver, to->HandedOn, to->TakenOver));
        Assert.Equal((ulong)Flows, rig.Memory.Statistics(0)->Received);
        Assert.Equal(0ul, rig.Memory.Statistics(3)->Received);
    }

    [Fact]
    [Requirement("C-137")]
    public void Flows_of_a_VSID_are_spread_over_its_queues_alone()
    {
        SpreadPlan.Add(_plan, SpreadKey.Vsid(false, Rig.Vsid), 0b1010, inHardware: false);
        using Rig rig = Make();
        rig.Run(Rig.Underlay, [.. Enumerable.Range(0, 256).Select(i => Frames.Nvgre4(Tenant(i)))]);
        int[] forwarded = Forwarded(rig);
        Assert.True(forwarded is [0, > 64, 0, > 64], string.Join(' ', forwarded));
        rig.AssertClosed();
    }

    // What has no rule stays, or is spread as ever.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Requirement("C-137")]
    public void Other_packets_are_no_matter_of_a_rule(bool spreads)
    {
        SpreadPlan.Add(_plan, SpreadKey.Vsid(false, 6000), 1 << 3, inHardware: false);
        SpreadPlan.Add(_plan, SpreadKey.Vsid(true, Rig.Vsid), 1 << 3, inHardware: false);
        _plan->Spreads = spreads ? 1u : 0;
        byte[][] frames = [.. Enumerable.Range(0, 256).Select(i => Frames.Nvgre4(Tenant(i)))];
        using Rig rig = Make();
        rig.Run(Rig.Underlay, frames);
        int[] forwarded = Forwarded(rig);
        Assert.True(spreads ? forwarded.Min() > 32 : forwarded is [256, 0, 0, 0], string.Join(' ', forwarded));

        // Neither NVGRE of another kind nor what is not NVGRE at all has a VSID.
        Assert.Equal(0, TakenByWorker3([Frames.Outer(Frames.Ip4(Frames.Remote4, Frames.Gateway4, 47, Frames.Gre(Tenant(1), 6000, word: 0x0000_6558)))]));
        Assert.Equal(0, TakenByWorker3([Frames.Outer(Frames.Ip4(Frames.Remote4, Frames.Gateway4, 47, Frames.Gre(Tenant(1), 6000, word: 0x2000_0800)))]));
        Assert.Equal(0, TakenByWorker3([Frames.Outer(Frames.Ip4(Frames.Remote4, Frames.Gateway4, 47, Frames.Gre(Tenant(1), 6000), flags: 0x2000))]));
        Assert.Equal(1, TakenByWorker3([Frames.Outer(Frames.Ip4(Frames.Remote4, Frames.Gateway4, 47, Frames.Gre(Tenant(1), 6000)))]));
    }

    [Fact]
    [Requirement("C-137")]
    public void A_MAC_has_its_queue_inside_NVGRE_and_bare()
    {
        SpreadPlan.Add(_plan, SpreadKey.InnerMac(false, Rig.Mac(Frames.Host)), 1 << 2, inHardware: false);
        using (Rig rig = Make())
        {
            rig.Run(Rig.Underlay, [.. Enumerable.Range(0, Flows).Select(i => Frames.Nvgre4(Tenant(i)))]);
            Assert.Equal([0, 0, Flows, 0], Forwarded(rig));
        }

        SpreadPlan.Clear(_plan);
        SpreadPlan.Add(_plan, SpreadKey.Mac(Rig.Mac(Frames.Vm)), 1 << 1, inHardware: false);
        using (Rig rig = Make(Rig.Access))
        {
            rig.Run(Rig.Access, [.. Enumerable.Range(0, Flows).Select(i => Frames.FromHost(Frames.Udp4(sourcePort: 1000 + i)))]);
            Assert.Equal([0, Flows, 0, 0], Forwarded(rig, Rig.Access));
        }
    }

    // The device took the rule: what came in on the VSID's own queue stays there, also where all else is spread.
    [Theory]
    [InlineData(0b1000ul)]
    [InlineData(0b1100ul)]
    [Requirement("C-137")]
    [Requirement("C-056")]
    public void What_the_device_sorted_is_not_spread_again(ulong queues)
    {
        SpreadPlan.Add(_plan, SpreadKey.Vsid(false, Rig.Vsid), queues, inHardware: true);
        Assert.Equal((1u, 0u), (_plan->Rules, _plan->SoftwareRules));
        _plan->Spreads = 1;
        using Rig rig = Make();
        rig.Device.ReceiveQueues = 4;
        byte[][] frames = [.. Enumerable.Range(0, Flows).Select(i => Frames.Nvgre4(Tenant(i)))];
        foreach (byte[] frame in frames)
        {
            rig.Device.Inputs[Rig.Underlay][3].Enqueue((nint)rig.Device.Pool.Receive(frame, 1));
        }

        rig.Settle();
        Assert.Equal([0, 0, 0, Flows], Forwarded(rig));
        Assert.Equal((0ul, 0ul), (Counters(rig, 3)->HandedOn, Counters(rig, 3)->TakenOver));

        // One that came another way, as before the rule was there, goes where the others are.
        rig.Device.Inputs[Rig.Underlay][0].Enqueue((nint)rig.Device.Pool.Receive(frames[0], 1));
        rig.Settle();
        Assert.Equal(1ul, Counters(rig, 0)->HandedOn);
        Assert.Equal(0, Forwarded(rig)[0] + Forwarded(rig)[1]);
        rig.AssertClosed();
    }

    [Fact]
    public void A_plan_whose_device_does_everything_is_none()
    {
        SpreadPlan.Add(_plan, SpreadKey.Vsid(false, Rig.Vsid), 1 << 3, inHardware: true);
        using Rig rig = Make();
        rig.Run(Rig.Underlay, [.. Enumerable.Range(0, Flows).Select(i => Frames.Nvgre4(Tenant(i)))]);
        Assert.Equal([Flows, 0, 0, 0], Forwarded(rig));
        Assert.Equal(0ul, Counters(rig, 0)->HandedOn);
    }

    // workers.spread is off: the rules are the operator's own, and hold.
    [Fact]
    [Requirement("C-137")]
    public void Rules_hold_where_nothing_else_may_be_spread()
    {
        SpreadPlan.Add(_plan, SpreadKey.Vsid(false, Rig.Vsid), 1 << 3, inHardware: false);
        _plan->Spreads = 1;
        using Rig rig = Make();
        rig.Sketch.Port(Rig.Underlay, static p =>
        {
            p.Flags &= ~PortFlags.MaySpread;
            return p;
        });
        rig.Sketch.Publish(rig.Memory);
        rig.Run(Rig.Underlay, [.. Enumerable.Range(0, Flows).Select(i => Frames.Nvgre4(Tenant(i)))]);
        Assert.Equal([0, 0, 0, Flows], Forwarded(rig));
        rig.Run(Rig.Underlay, Frames.Nvgre4(Tenant(1), vsid: 77));
        Assert.Equal([1, 0, 0, Flows], Forwarded(rig));
    }

    [Fact]
    [Requirement("C-137")]
    public void A_frame_in_several_buffers_has_its_VSID_too()
    {
        SpreadPlan.Add(_plan, SpreadKey.Vsid(false, Rig.Vsid), 1 << 3, inHardware: false);
        using Rig rig = Make();
        rig.Enqueue(Rig.Underlay, (nint)FaultTests.Chain(rig, Frames.Nvgre4(Frames.FromVm(Frames.Udp4(payload: 600))), 30, 70));
        rig.Settle();
        Assert.Equal([0, 0, 0, 1], Forwarded(rig));
    }

    [Fact]
    [Requirement("C-137")]
    public void As_many_rules_as_there_may_be_are_all_found()
    {
        for (uint i = 0; i < SpreadPlan.MaxRules; i++)
        {
            SpreadPlan.Add(_plan, SpreadKey.Vsid(i % 2 == 1, 4096 + (i * 977)), 1ul << (int)(i % 64), i % 3 == 0);
        }

        SpreadPlan.Add(_plan, SpreadKey.Vsid(false, 1), 1, false);
        Assert.Equal((uint)SpreadPlan.MaxRules, _plan->Rules);
        for (uint i = 0; i < SpreadPlan.MaxRules; i++)
        {
            SpreadRule* rule = SpreadPlan.Find(_plan, SpreadKey.Vsid(i % 2 == 1, 4096 + (i * 977)));
            Assert.True(rule != null);
            Assert.Equal((1ul << (int)(i % 64), i % 3 == 0), (rule->Workers, rule->InHardware));
            Assert.True(SpreadPlan.Find(_plan, SpreadKey.InnerMac(i % 2 == 1, 4096 + (i * 977))) == null);
        }

        Assert.True(SpreadPlan.Find(_plan, SpreadKey.Vsid(false, 1)) == null);
    }

    [Fact]
    public void A_rule_that_changes_sides_is_counted_once()
    {
        SpreadKey key = SpreadKey.Vsid(false, 5001);
        SpreadPlan.Add(_plan, key, 1, inHardware: false);
        SpreadPlan.Add(_plan, key, 2, inHardware: true);
        Assert.Equal((1u, 0u), (_plan->Rules, _plan->SoftwareRules));
        SpreadPlan.Add(_plan, key, 4, inHardware: false);
        Assert.Equal((1u, 1u), (_plan->Rules, _plan->SoftwareRules));
        Assert.Equal(4ul, SpreadPlan.Find(_plan, key)->Workers);
    }

    private static byte[] Tenant(int flow) => Frames.FromVm(Frames.Udp4(sourcePort: 1000 + flow));

    // The same frames through one worker.
    private static List<Sent> Plain(byte[][] frames)
    {
        using var rig = new Rig(buffers: 1024);
        return rig.Run(Rig.Underlay, frames);
    }

    private Rig Make(int port = Rig.Underlay)
    {
        var rig = new Rig(32, 4, queues: 0, buffers: 1024);
        rig.Device.NeedsSpread = false;
        rig.Device.SetPlan(port, _plan);
        return rig;
    }

    private int TakenByWorker3(byte[][] frames)
    {
        _plan->Spreads = 0;
        using Rig rig = Make();
        rig.Run(Rig.Underlay, frames);
        return Forwarded(rig)[3];
    }

    private static int[] Forwarded(Rig rig, int port = Rig.Underlay) => [.. Enumerable.Range(0, 4).Select(w => (int)Counters(rig, w, port)->RxPackets)];

    private static PortCounters* Counters(Rig rig, int worker, int port = Rig.Underlay) => (PortCounters*)rig.Memory.Statistics(worker)->Ports + port;
}

using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>What workers write of traced packets, and which packets a filter takes.</summary>
public sealed unsafe class TraceTests
{
    [Theory]
    [MemberData(nameof(Rig.Modes), MemberType = typeof(Rig))]
    [Requirement("F-033")]
    public void Each_packet_has_one_arrival_and_one_verdict_on_whichever_worker_it_ends(int burst, int workers, int queues)
    {
        using var rig = new Rig(burst, workers, queues: queues);
        Arm(rig, All with { Count = 30 });
        byte[][] frames = [.. Enumerable.Range(0, 20).Select(i => Frames.FromHost(Frames.Udp4(sourcePort: i))), Frames.FromHost(destination: Frames.Broadcast), Frames.FromHost(tags: Frames.Tag(999))];
        rig.Run(Rig.Access, frames);
        List<TraceEvent> events = Read(rig);
        Assert.Equal(Enumerable.Range(1, 22), events.Where(e => e.Point == TracePoint.Arrived).Select(e => (int)(e.Packet & TraceEvent.NumberMask)).Order());
        Assert.Equal(Enumerable.Range(1, 22), events.Where(e => e.Point is TracePoint.Transmitted or TracePoint.Dropped or TracePoint.Consumed).Select(e => (int)(e.Packet & TraceEvent.NumberMask)).Order());
        Assert.Equal((uint)DropReason.VlanUnknown, Assert.Single(events, e => e.Point == TracePoint.Dropped).A);
        Assert.Equal(rig.Outputs.Count, events.Count(e => e.Point == TracePoint.Leaving));
        Assert.Equal(workers > queues, events.Exists(e => e.Point == TracePoint.Spread));
        Assert.Equal(0u, rig.Memory.Trace->Lost);
    }

    [Fact]
    public void No_more_packets_are_taken_than_asked_for()
    {
        using var rig = new Rig(32, 2);
        Arm(rig, All with { Count = 3 });
        Assert.Equal(80, rig.Run(Rig.Access, [.. Enumerable.Repeat(Frames.FromHost(), 80)]).Count);
        Assert.Equal(3, Read(rig).Count(e => e.Point == TracePoint.Arrived));
    }

    [Fact]
    public void Nothing_is_written_when_no_trace_runs()
    {
        using var rig = new Rig();
        Arm(rig, All);
        rig.Memory.Header->TraceSession = 0;
        rig.Run(Rig.Access, Frames.FromHost(), Frames.FromHost(tags: Frames.Tag(999)));
        Assert.Empty(Read(rig));
        Assert.Equal(0u, rig.Memory.Trace->Taken);
    }

    [Fact]
    public void A_full_ring_is_counted_and_holds_nothing_up()
    {
        using var rig = new Rig(buffers: 1024);
        Arm(rig, All with { Count = 1_000_000 });
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(32, rig.Run(Rig.Access, [.. Enumerable.Repeat(Frames.FromHost(), 32)]).Count);
        }

        uint capacity = rig.Memory.TraceRing(0).Capacity;
        Assert.Equal(capacity, rig.Memory.TraceRing(0).Count);
        Assert.Equal((50 * 32 * 4) - capacity, rig.Memory.Trace->Lost); // arrived, accepted, leaving, transmitted
    }

    [Fact]
    public void What_carries_the_number_of_an_earlier_trace_is_not_meant()
    {
        using var rig = new Rig();
        rig.SetHop(1, NextHopState.Pending);
        Arm(rig, All);
        rig.Run(Rig.Access, Frames.FromHost());
        Assert.Contains(Read(rig), e => e.Point == TracePoint.Held);
        Arm(rig, All, session: 8);
        rig.Resolve(1, Frames.Router);
        rig.Settle();
        Assert.Single(rig.Outputs);
        Assert.Empty(Read(rig));
    }

    /// <summary>A filter, and which of the frames of <see cref="A_filter_takes_what_fits_in_both_directions"/> it takes.</summary>
    public static TheoryData<string, string> Filters => new()
    {
        { "none", "ABCDEF" },
        { "vsid 5001", "ACDE" },
        { "vsid 7777", "F" },
        { "vlan 100", "ACDE" },
        { "vlan 999", "B" },
        { "mac", "ABDF" },
        { "peer 4", "ACDF" },
        { "peer 6", "CE" },
        { "vsid 5001, mac", "AD" },
        { "vlan 100, peer 6", "CE" },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    [Requirement("F-033")]
    public void A_filter_takes_what_fits_in_both_directions(string filter, string taken)
    {
        using var rig = new Rig(burst: 4);
        TraceControl control = All;
        foreach (string part in filter.Split(", "))
        {
            string[] words = part.Split(' ');
            uint number = words.Length > 1 ? uint.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture) : 0;
            control = words[0] switch
            {
                "vsid" => control with { Vsid = number },
                "vlan" => control with { Vlan = number },
                "mac" => control with { Mac = Rig.Mac(Frames.Vm) },
                "peer" when number == 4 => control with { PeerFamily = 4, PeerHigh = BitConverter.ToUInt32(Frames.Remote4) },
                "peer" => control with { PeerFamily = 6, PeerHigh = BitConverter.ToUInt64(Frames.Remote6), PeerLow = BitConverter.ToUInt64(Frames.Remote6, 8) },
                _ => control,
            };
        }

        (int Port, byte[] Frame)[] frames =
        [
            (Rig.Access, Frames.FromHost()), // A: its destination is behind the IPv4 peer
            (Rig.Access, Frames.FromHost(tags: Frames.Tag(999))), // B: of no segment
            (Rig.Access, Frames.FromHost(destination: Frames.Broadcast)), // C: to both peers
            (Rig.Underlay, Frames.Nvgre4(Frames.FromVm())), // D
            (Rig.Underlay, Frames.Nvgre6(Frames.FromVm(source: "02:00:00:00:0b:77"))), // E
            (Rig.Underlay, Frames.Nvgre4(Frames.FromVm(), vsid: 7777)), // F: of no segment
        ];
        Arm(rig, control);
        string got = "";
        for (int i = 0; i < frames.Length; i++)
        {
            rig.Run(frames[i].Port, frames[i].Frame);
            got += Read(rig).Exists(static e => e.Point == TracePoint.Arrived) ? (char)('A' + i) : "";
        }

        Assert.Equal(taken, got);

        // All of a port in one burst: the others go as ever, in their order.
        *rig.Memory.Trace = control;
        rig.Run(Rig.Access, [.. frames.Where(static f => f.Port == Rig.Access).Select(static f => f.Frame)]);
        rig.Run(Rig.Underlay, [.. frames.Where(static f => f.Port == Rig.Underlay).Select(static f => f.Frame)]);
        Assert.Equal(taken.Length, Read(rig).Count(static e => e.Point == TracePoint.Arrived));
    }

    /// <summary>Traced packets are found among the others by their numbers only: bytes that are cut short must not disturb the filter.</summary>
    [Fact]
    public void Frames_that_are_cut_short_are_no_danger_to_a_filter()
    {
        using var rig = new Rig();
        Arm(rig, All with { Vsid = Rig.Vsid, Vlan = 100, Mac = Rig.Mac(Frames.Vm), PeerFamily = 6, PeerHigh = 1 });
        foreach (byte[] whole in (byte[][])[Frames.FromHost(), Frames.Nvgre4(Frames.FromVm()), Frames.Nvgre6(Frames.FromVm())])
        {
            for (int length = 1; length < whole.Length; length++)
            {
                rig.Run(Rig.Access, whole[..length]);
                rig.Run(Rig.Underlay, whole[..length]);
            }
        }

        Assert.Empty(Read(rig));
    }

    internal static TraceControl All => new() { Count = 1000, Vsid = TraceControl.Any, Vlan = TraceControl.Any, Mac = ulong.MaxValue };

    internal static void Arm(Rig rig, TraceControl control, uint session = 7)
    {
        *rig.Memory.Trace = control;
        rig.Memory.Header->TraceSession = session;
    }

    internal static List<TraceEvent> Read(Rig rig)
    {
        List<TraceEvent> events = [];
        for (int worker = 0; worker < rig.Workers.Count; worker++)
        {
            SpscRing ring = rig.Memory.TraceRing(worker);
            for (byte* slot = ring.Peek(); slot != null; slot = ring.Peek())
            {
                events.Add(*(TraceEvent*)slot);
                ring.Release();
            }
        }

        return events;
    }
}

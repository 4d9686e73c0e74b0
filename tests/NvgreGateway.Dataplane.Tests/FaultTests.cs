using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Devices and pools that fail, buffers of unusual shape, snapshots that change.</summary>
public unsafe class FaultTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(13)]
    [Requirement("F-020", "F-026")]
    public void A_port_that_takes_too_little(int takes)
    {
        using var rig = new Rig();
        rig.Device.Takes[Rig.Underlay] = (uint)takes;
        Assert.Equal(takes, rig.Run(Rig.Access, [.. Enumerable.Repeat(Frames.FromHost(), 32)]).Count);
        rig.AssertDrops(DropReason.TxFull, 32 - (ulong)takes);
        PeerCounters* peer = rig.Memory.Peers(0) + rig.Peer4;
        int length = Frames.FromHost().Length;
        Assert.Equal([(ulong)takes, (ulong)(takes * (length - 4)), (ulong)(takes * (length + 38))], new ReadOnlySpan<ulong>(peer->TxUnicast, 3).ToArray());
        var port = (PortCounters*)rig.Memory.Statistics(0)->Ports + Rig.Underlay;
        Assert.Equal(((ulong)takes, (ulong)(takes * (length + 38))), (port->TxPackets, port->TxBytes));
        Assert.Equal(32 - (ulong)takes, rig.Memory.SegmentDrops(0)[(rig.Segment * 128) + (uint)DropReason.TxFull]);
        Assert.Equal(32 - (ulong)takes, rig.Memory.PeerDrops(0)[(rig.Peer4 * 128) + (uint)DropReason.TxFull]);
        rig.Device.Takes[Rig.Underlay] = uint.MaxValue;
        Assert.Equal(32, rig.Run(Rig.Access, [.. Enumerable.Repeat(Frames.FromHost(), 32)]).Count); // and recovers
    }

    [Fact]
    [Requirement("F-026")]
    public void A_port_that_is_down()
    {
        using var rig = new Rig();
        rig.Device.Up[Rig.Underlay] = false;
        Assert.Empty(rig.Run(Rig.Access, Frames.FromHost(), Frames.FromHost(destination: Frames.Broadcast)));
        rig.AssertDrops(DropReason.PortDown, 2);
        rig.Device.Up[Rig.Underlay] = true;
        Assert.Single(rig.Run(Rig.Access, Frames.FromHost()));
    }

    [Fact]
    [Requirement("F-026")]
    public void A_port_that_vanishes_while_it_sends()
    {
        using var rig = new Rig();
        rig.Device.Takes[Rig.Underlay] = 3;
        rig.Device.DiesWhenFull = true;
        Assert.Equal(3, rig.Run(Rig.Access, [.. Enumerable.Repeat(Frames.FromHost(), 8)]).Count);
        rig.AssertDrops(DropReason.TxError, 5);
    }

    [Fact]
    [Requirement("F-026")]
    public void A_full_ring_to_the_worker_that_owns_a_queue()
    {
        using var rig = new Rig(128, 2, queues: 1, buffers: 1024);
        rig.Feed(Rig.Access, [Frames.FromHost()]); // the first burst is worker 1's
        var own = rig.Device.Inputs[Rig.Access][0];
        var other = rig.Device.Inputs[Rig.Access][1];
        while (own.TryDequeue(out nint m))
        {
            other.Enqueue(m);
        }

        for (int i = 1; i < 600; i++)
        {
            other.Enqueue((nint)rig.Device.Pool.Receive(Frames.FromHost(), 5));
        }

        while (other.Count > 0)
        {
            rig.Workers[1].Poll();
        }

        rig.Settle();
        Assert.Equal((int)WorkerGroup.RingSlots, rig.Outputs.Count);
        rig.AssertDrops(DropReason.SpreadFull, 600 - WorkerGroup.RingSlots);
    }

    [Fact]
    public void Packets_between_workers_end_when_they_are_released()
    {
        using var rig = new Rig(32, 2, queues: 1);
        rig.Device.Inputs[Rig.Access][1].Enqueue((nint)rig.Device.Pool.Receive(Frames.FromHost(), 1));
        rig.Device.Inputs[Rig.Access][1].Enqueue((nint)rig.Device.Pool.Receive(Frames.FromHost(destination: Frames.Broadcast), 2));
        rig.Workers[1].Poll();
        Assert.Empty(rig.Outputs);
        rig.Workers[0].Release();
        rig.AssertDrops(DropReason.PortDown, 2);
        rig.AssertClosed(skipHeld: true);
        rig.Forget();
    }

    [Fact]
    public void Nothing_is_received_before_the_first_snapshot()
    {
        using GatewayMemory memory = GatewayMemory.CreatePrivate(ExchangeLimits.For(1, 1, 1, 1, 1, 1, 1024));
        using var device = new FakeDevice(1, 1, 4);
        using var group = new WorkerGroup(1, [1]);
        var worker = new Worker<FakePorts>(memory, 0, 1, 32, new FakePorts(device, 0), group);
        device.Inputs[0][0].Enqueue((nint)device.Pool.Receive(Frames.FromHost(), 1));
        Assert.False(worker.Poll());
        Assert.Single(device.Inputs[0][0]);
        Assert.Equal(1ul, memory.Statistics(0)->Polls);
        device.Pool.Free((Mbuf*)device.Inputs[0][0].Dequeue());
        worker.Release();
    }

    [Fact]
    [Requirement("F-001")]
    public void A_new_snapshot_is_used_from_the_next_loop_on()
    {
        using var rig = new Rig();
        Assert.Single(rig.Run(Rig.Access, Frames.FromHost()));
        Assert.Equal(1ul, rig.Memory.Statistics(0)->Generation);
        rig.Sketch.Segment(rig.Segment, s => s with { Flags = s.Flags & ~SegmentFlags.Up });
        rig.Sketch.Publish(rig.Memory);
        Assert.Empty(rig.Run(Rig.Access, Frames.FromHost()));
        rig.AssertDrops(DropReason.SegmentDown);
        Assert.Equal(2ul, rig.Memory.Statistics(0)->Generation);
    }

    [Fact]
    public void A_sleeping_worker_says_so()
    {
        using var rig = new Rig();
        rig.Workers[0].EnterSleep();
        Assert.Equal(1ul, rig.Memory.Statistics(0)->Sleeping);
        rig.Workers[0].LeaveSleep();
        Assert.Equal(0ul, rig.Memory.Statistics(0)->Sleeping);
    }

    [Fact]
    [Requirement("F-026")]
    public void Chained_and_shared_buffers_are_made_plain()
    {
        using var rig = new Rig();
        byte[] w02 = Vectors.W02, w04 = Vectors.W04;
        // In three pieces, at every pair of cuts of the first 60 bytes.
        for (int a = 1; a < 60; a += 7)
        {
            for (int b = a + 1; b < 76; b += 9)
            {
                rig.Enqueue(Rig.Access, (nint)Chain(rig, Vectors.W01, a, b));
                rig.Enqueue(Rig.Underlay, (nint)Chain(rig, Vectors.W03, a, b));
                rig.Settle();
            }
        }

        Assert.All(rig.Outputs, o => Assert.Equal(Convert.ToHexString(o.Port == Rig.Underlay ? w02 : w04), Convert.ToHexString(o.Bytes)));
        rig.AssertNoDrops();

        // No room before the frame; somebody else holds it; it is a clone.
        rig.Outputs.Clear();
        rig.Enqueue(Rig.Access, (nint)rig.Device.Pool.Receive(Vectors.W01, 1, headroom: 0));
        rig.Enqueue(Rig.Access, (nint)rig.Device.Pool.Receive(Vectors.W01, 1, headroom: 40));
        Mbuf* clone = rig.Device.Pool.Receive(Vectors.W01, 1);
        clone->OlFlags |= MbufFlags.Indirect;
        rig.Enqueue(Rig.Access, (nint)clone);
        rig.Settle();
        Assert.Equal(3, rig.Outputs.Count);
        Assert.All(rig.Outputs, o => Assert.Equal(Convert.ToHexString(w02), Convert.ToHexString(o.Bytes)));

        rig.Device.Pool.Budget = 0;
        rig.Enqueue(Rig.Access, (nint)rig.Device.Pool.Receive(Vectors.W01, 1, headroom: 0));
        rig.Settle();
        rig.AssertDrops(DropReason.MbufNomem);
    }

    [Fact]
    public void Long_chains_stay_chains_and_are_cut_to_the_inner_length()
    {
        using var rig = new Rig(change: r =>
        {
            for (int i = 0; i < 2; i++)
            {
                r.Sketch.Port(i, p => p with { Mtu = 9100, MaxFrame = 9118 });
            }

            r.Sketch.Peer(r.Peer4, p => p with { MaxInnerFrame = 9072 });
            r.Sketch.Peer(r.Peer6, p => p with { MaxInnerFrame = 9052 });
            r.Sketch.Attachment(r.Attachment, a => a with { MaxInnerFrame = 9114 });
        });
        byte[] payload = Frames.Udp4(payload: 8000);
        byte[] fromHost = Frames.FromHost(payload), fromVm = Frames.FromVm(payload);
        rig.Enqueue(Rig.Access, (nint)Chain(rig, fromHost, 2048, 5000));
        // Behind the inner frame 300 bytes that the outer length does not count, over a whole segment.
        byte[] padded = Frames.Join(Frames.Nvgre4(fromVm), new byte[300]);
        rig.Enqueue(Rig.Underlay, (nint)Chain(rig, padded, 4000, padded.Length - 200));
        rig.Enqueue(Rig.Access, (nint)Chain(rig, Frames.FromHost(payload, Frames.Broadcast), 2048, 5000)); // copied for one peer, itself for the other
        rig.Settle();
        Assert.Equal(4, rig.Outputs.Count);
        Assert.Equal(Convert.ToHexString(Frames.FromHost(payload, Frames.Host, Frames.Vm)), Convert.ToHexString(rig.Outputs.Single(o => o.Port == Rig.Access).Bytes));
        Assert.All(rig.Outputs.Where(o => o.Port == Rig.Underlay), o => Assert.True(o.Bytes.AsSpan().EndsWith(payload)));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("A-046")]
    public void A_tag_that_the_device_took_off()
    {
        using var rig = new Rig();
        byte[] stripped = Frames.Join(Vectors.W01[..12], Vectors.W01[16..]);
        Mbuf* m = rig.Device.Pool.Receive(stripped, 1);
        m->OlFlags |= MbufFlags.RxVlan | MbufFlags.RxVlanStripped;
        m->VlanTci = 0xA064;
        rig.Enqueue(Rig.Access, (nint)m);
        rig.Settle();
        Assert.Equal(Convert.ToHexString(Vectors.W02), Convert.ToHexString(Assert.Single(rig.Outputs).Bytes));
        rig.AssertNoDrops();

        m = rig.Device.Pool.Receive(stripped, 2);
        m->OlFlags |= MbufFlags.RxVlan | MbufFlags.RxVlanStripped | MbufFlags.RxQinq | MbufFlags.RxQinqStripped;
        m->VlanTci = 7;
        m->VlanTciOuter = 100;
        rig.Enqueue(Rig.Access, (nint)m);
        rig.Settle();
        Assert.Equal(1ul, rig.Drops(DropReason.VlanDouble));

        m = rig.Device.Pool.Receive(Vectors.W03, 3);
        m->OlFlags |= MbufFlags.RxVlan | MbufFlags.RxVlanStripped;
        m->VlanTci = 103;
        rig.Enqueue(Rig.Underlay, (nint)m);
        rig.Settle();
        Assert.Equal(1ul, rig.Drops(DropReason.L2OuterVlan));
    }

    [Fact]
    public void The_warm_up_runs_and_leaves_nothing_behind() => Worker<FakePorts>.Warm();

    private static Mbuf* Chain(Rig rig, byte[] frame, int a, int b)
    {
        Mbuf* first = rig.Device.Pool.Receive(frame.AsSpan(0, a), 1, headroom: 128);
        Mbuf* second = rig.Device.Pool.Receive(frame.AsSpan(a, b - a), 1);
        Mbuf* third = rig.Device.Pool.Receive(frame.AsSpan(b), 1);
        first->Next = second;
        second->Next = third;
        first->NbSegs = 3;
        first->PktLen = (uint)frame.Length;
        return first;
    }
}

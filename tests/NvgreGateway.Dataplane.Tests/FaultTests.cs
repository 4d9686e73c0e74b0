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
        Mbuf* whole = rig.Device.Pool.Receive(Vectors.W01, 1), clone = rig.Device.Pool.AllocateHead();
        Mbuf.HoldData(whole, 1);
        Mbuf.Attach(clone, whole, 0, whole->DataLen);
        rig.Device.Pool.Free(whole);
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
    [Requirement("E-075")]
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

    [Theory]
    [Requirement("E-075")]
    [InlineData(9000)]
    [InlineData(9216)]
    public void Jumbo_frames_in_several_buffers_pass_both_ways(int ipBytes)
    {
        using var rig = new Rig(change: r =>
        {
            r.Sketch.Port(Rig.Access, p => p with { Mtu = 9216, MaxFrame = 9234 });
            r.Sketch.Port(Rig.Underlay, p => p with { Mtu = 9258, MaxFrame = 9276 });
            r.Sketch.Peer(r.Peer4, p => p with { MaxInnerFrame = 9230 });
            r.Sketch.Attachment(r.Attachment, a => a with { MaxInnerFrame = 9230 });
        });
        byte[] payload = Frames.Udp4(payload: ipBytes - 28);
        Assert.Equal(ipBytes, payload.Length);
        byte[] up = Frames.FromHost(payload), inner = Frames.FromVm(payload), down = Frames.Nvgre4(inner);
        foreach ((int a, int b) in ((int, int)[])[(2048, 4096), (100, 8000), (2176, up.Length - 1)])
        {
            rig.Enqueue(Rig.Access, (nint)Chain(rig, up, a, b));
            rig.Enqueue(Rig.Underlay, (nint)Chain(rig, down, a, b));
        }

        rig.Settle();
        rig.AssertNoDrops();
        Assert.Equal(6, rig.Outputs.Count);
        byte[] untagged = Frames.Join(up[..12], up[16..]);
        foreach (Sent sent in rig.Outputs)
        {
            if (sent.Port == Rig.Underlay)
            {
                Assert.Equal(42 + untagged.Length, sent.Bytes.Length);
                Assert.Equal(28 + untagged.Length, (sent.Bytes[16] << 8) | sent.Bytes[17]); // the outer total length
                Assert.Equal(Convert.ToHexString(untagged), Convert.ToHexString(sent.Bytes[42..]));
            }
            else
            {
                Assert.Equal(Convert.ToHexString(Frames.Join(inner[..12], [0x81, 0, 0, 100], inner[12..])), Convert.ToHexString(sent.Bytes));
            }
        }
    }

    [Fact]
    [Requirement("B-005")]
    public void A_gre_checksum_runs_over_all_buffers()
    {
        using var rig = new Rig(change: r => r.Sketch.AcceptChecksum = true);
        byte[] w17 = Vectors.W17, plain = w17[46..], flipped = [.. w17];
        flipped[^1] ^= 1;
        byte[] tagged = Frames.Pad(Frames.Join(plain[..12], [0x81, 0, 0, 100], plain[12..]));
        ulong bad = 0;
        for (int a = 1; a < w17.Length - 2; a += 3)
        {
            for (int b = a + 1; b < w17.Length; b += 5)
            {
                rig.Enqueue(Rig.Underlay, (nint)Chain(rig, w17, a, b));
                rig.Enqueue(Rig.Underlay, (nint)Chain(rig, flipped, a, b));
                rig.Settle();
                bad++;
            }
        }

        // Long enough to stay in several buffers: the last ones begin at odd and at even distances.
        byte[] inner = Frames.FromVm(Frames.Udp4(payload: 1400)), gre = Frames.Join([0xA0, 0, 0x65, 0x58, 0, 0, 0, 0, 0, 0x13, 0x89, 7], inner);
        uint sum = 0;
        for (int i = 0; i < gre.Length; i++)
        {
            sum += (i & 1) == 0 ? (uint)gre[i] << 8 : gre[i];
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = ~(sum + (sum >> 16)) & 0xFFFF;
        (gre[4], gre[5]) = ((byte)(sum >> 8), (byte)sum);
        byte[] whole = Frames.Outer(Frames.Ip4(Frames.Remote4, Frames.Gateway4, 47, gre)), broken = [.. whole];
        broken[^7] ^= 0x10;
        foreach ((int a, int b) in ((int, int)[])[(600, 900), (601, 900), (600, 901), (601, 1000), (1201, 1202)])
        {
            rig.Enqueue(Rig.Underlay, (nint)Chain(rig, whole, a, b));
            rig.Enqueue(Rig.Underlay, (nint)Chain(rig, broken, a, b));
            bad++;
        }

        rig.Settle();
        rig.AssertDrops(DropReason.GreCsumBad, bad);
        Assert.Equal((int)bad, rig.Outputs.Count);
        Assert.All(rig.Outputs.Take(rig.Outputs.Count - 5), o => Assert.Equal(Convert.ToHexString(tagged), Convert.ToHexString(o.Bytes)));
        Assert.All(rig.Outputs.TakeLast(5), o => Assert.True(o.Bytes.AsSpan().EndsWith(inner.AsSpan(12))));
    }

    [Fact]
    [Requirement("A-046", "C-139")]
    [Requirement("E-006")]
    public void Both_tags_of_a_pair_that_the_device_took_off()
    {
        uint pair = 0;
        using var rig = new Rig(change: r =>
        {
            r.Sketch.Port(Rig.Access, p => p with { Flags = p.Flags | PortFlags.Qinq | PortFlags.OtherTpid, Tpid = 0xA888, MaxFrame = 1522 });
            pair = r.Sketch.AddAttachment(r.Segment, Rig.Access, 200, innerVlan: 7);
        });
        rig.Learn(Frames.Host, Rig.AttachmentPlace(pair));
        Mbuf* m = rig.Device.Pool.Receive(Frames.Join(Vectors.W01[..12], Vectors.W01[16..]), 1);
        m->OlFlags |= MbufFlags.RxVlan | MbufFlags.RxVlanStripped | MbufFlags.RxQinq | MbufFlags.RxQinqStripped;
        m->VlanTci = 0xE007;
        m->VlanTciOuter = 0xA0C8;
        rig.Enqueue(Rig.Access, (nint)m);
        rig.Settle();
        Assert.Equal(Convert.ToHexString(Vectors.W02), Convert.ToHexString(Assert.Single(rig.Outputs).Bytes));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("A-046", "C-139")]
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

    internal static Mbuf* Chain(Rig rig, byte[] frame, int a, int b)
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

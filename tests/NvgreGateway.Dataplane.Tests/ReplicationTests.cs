using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Broadcast, multicast and unknown unicast.</summary>
public unsafe class ReplicationTests
{
    private static byte[] ArpRequest => Frames.FromHost(
        Frames.Join([0, 1, 8, 0, 6, 4, 0, 1], Frames.Mac(Frames.Host), [10, 1, 1, 200], new byte[6], [10, 1, 1, 11]), Frames.Broadcast, type: 0x0806);

    public static TheoryData<int, int, int> Modes => Rig.Modes;

    // Five peers in all; the first is the sketch's IPv4 one, the second its IPv6 one.
    private static void FivePeers(Rig r)
    {
        for (byte i = 11; i < 14; i++)
        {
            r.AddPeer([198, 51, 100, i]);
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    [Requirement("A-081")]
    public void One_copy_for_each_peer(int burst, int workers, int queues)
    {
        using var rig = new Rig(burst, workers, FivePeers, queues: queues);
        byte[] request = ArpRequest;
        List<Sent> sent = rig.Run(Rig.Access, [.. Enumerable.Repeat(request, 8)]);
        Assert.Equal(40, sent.Count);
        foreach (IGrouping<ulong, Sent> copies in sent.GroupBy(s => s.Sequence))
        {
            Assert.Equal(5, copies.Select(c => Convert.ToHexString(c.Bytes[12] == 8 ? c.Bytes[30..34] : c.Bytes[38..54])).Distinct().Count());
            Assert.All(copies, c => Assert.Equal(
                Convert.ToHexString(Frames.Join(request[..12], request[16..])), Convert.ToHexString(c.Bytes[(c.Bytes[12] == 8 ? 42 : 62)..])));
        }

        Assert.Equal(40ul, rig.Counter(CounterId.TxBumCopies));
        Assert.Equal(0ul, rig.Counter(CounterId.TxBumFailed));
        Assert.Equal(8ul, rig.Total(s => s.Value->Transmitted));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("A-089")]
    public void None_to_a_peer_that_is_down()
    {
        using var rig = new Rig(change: r =>
        {
            FivePeers(r);
            r.Sketch.Peer(3, p => p with { Flags = p.Flags & ~PeerFlags.Up });
        });
        Assert.Equal(4, rig.Run(Rig.Access, ArpRequest).Count);
        rig.Memory.PeerStates[4] = (byte)PlaceStates.Down;
        Assert.Equal(3, rig.Run(Rig.Access, ArpRequest).Count);
        Assert.Equal(7ul, rig.Counter(CounterId.TxBumCopies));
        rig.AssertNoDrops();
    }

    [Theory]
    [MemberData(nameof(Modes))]
    [Requirement("A-088")]
    public void Split_horizon(int burst, int workers, int queues)
    {
        using var rig = new Rig(burst, workers, FivePeers, queues: queues);
        Sent sent = Assert.Single(rig.Run(Rig.Underlay, Vectors.W09));
        Assert.Equal((Rig.Access, Convert.ToHexString(Vectors.W10)), (sent.Port, Convert.ToHexString(sent.Bytes)));
        rig.AssertNoDrops();
    }

    [Theory]
    [MemberData(nameof(Modes))]
    [Requirement("E-021")]
    public void Every_attachment_once_but_the_own(int burst, int workers, int queues)
    {
        using var rig = new Rig(burst, workers, r =>
        {
            r.Sketch.AddAttachment(r.Segment, Rig.Access2, 300);
            r.Sketch.AddAttachment(r.Segment, Rig.Access, 200, native: true);
        }, queues: queues);
        List<Sent> sent = rig.Run(Rig.Access, ArpRequest);
        Assert.Equal(4, sent.Count); // two attachments, two peers
        byte[] tenant = Frames.Join(ArpRequest[..12], ArpRequest[16..]);
        Assert.Contains(sent, s => s.Port == Rig.Access2 && s.Bytes.SequenceEqual(Frames.Pad(Frames.Join(tenant[..12], Frames.Tag(300), tenant[12..]))));
        Assert.Contains(sent, s => s.Port == Rig.Access && s.Bytes.SequenceEqual(Frames.Pad(tenant)));
        Assert.Equal(3, rig.Run(Rig.Underlay, Vectors.W09).Count);
        Assert.Equal(7ul, rig.Counter(CounterId.TxBumCopies));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("A-087")]
    public void Nobody_to_get_it()
    {
        using var rig = new Rig(change: r =>
        {
            r.Sketch.Peer(r.Peer4, p => p with { Flags = p.Flags & ~PeerFlags.Up });
            r.Sketch.Peer(r.Peer6, p => p with { Flags = p.Flags & ~PeerFlags.Up });
        });
        Assert.Empty(rig.Run(Rig.Access, ArpRequest, Frames.FromHost(destination: "00:15:5d:00:00:77"), Frames.FromHost(destination: "01:00:5e:00:00:05")));
        rig.AssertDrops(DropReason.FdbNoReceiver, 3);
    }

    [Fact]
    public void A_copy_that_does_not_fit_while_another_leaves()
    {
        using var rig = new Rig(change: r => r.Sketch.Peer(r.Peer6, p => p with { MaxInnerFrame = 1000 }));
        Assert.Single(rig.Run(Rig.Access, Frames.FromHost(Frames.Udp4(payload: 1200), Frames.Broadcast)));
        Assert.Equal((1ul, 1ul), (rig.Counter(CounterId.TxBumCopies), rig.Counter(CounterId.TxBumFailed)));
        rig.AssertNoDrops();
        rig.Sketch.Peer(rig.Peer4, p => p with { MaxInnerFrame = 1000 });
        rig.Sketch.Publish(rig.Memory);
        Assert.Empty(rig.Run(Rig.Access, Frames.FromHost(Frames.Udp4(payload: 1200), Frames.Broadcast)));
        Assert.Equal(1ul, rig.Counter(CounterId.TxBumFailed)); // nothing left, so it is a drop
        rig.AssertDrops(DropReason.MtuDf);
    }

    [Fact]
    [Requirement("F-026")]
    public void No_buffer_for_a_copy()
    {
        using var rig = new Rig(change: FivePeers);
        rig.Device.Pool.Budget = 2;
        Assert.Equal(3, rig.Run(Rig.Access, ArpRequest).Count); // two copies and the frame itself
        Assert.Equal((3ul, 2ul), (rig.Counter(CounterId.TxBumCopies), rig.Counter(CounterId.TxBumFailed)));
        rig.AssertNoDrops();
    }

    [Fact]
    public void A_port_that_takes_some_of_the_copies()
    {
        using var rig = new Rig(change: FivePeers);
        rig.Device.Takes[Rig.Underlay] = 2;
        Assert.Equal(2, rig.Run(Rig.Access, ArpRequest).Count);
        Assert.Equal((2ul, 3ul), (rig.Counter(CounterId.TxBumCopies), rig.Counter(CounterId.TxBumFailed)));
        rig.AssertNoDrops();
        rig.Device.Takes[Rig.Underlay] = 0;
        Assert.Empty(rig.Run(Rig.Access, ArpRequest));
        rig.AssertDrops(DropReason.TxFull);
        Assert.Equal(3ul, rig.Counter(CounterId.TxBumFailed));
    }

    [Fact]
    [Requirement("A-054")]
    public void Copies_that_wait_settle_their_frame_at_last()
    {
        using var rig = new Rig(change: r => r.AddPeer([198, 51, 100, 11], nextHop: 2));
        rig.SetHop(2, NextHopState.Pending);
        Assert.Equal(2, rig.Run(Rig.Access, ArpRequest).Count);
        Assert.Equal((0ul, 1ul), (rig.Total(s => s.Value->Transmitted), rig.Total(s => s.Value->Held)));
        rig.AssertClosed();
        rig.Resolve(2, "02:00:00:00:02:02");
        rig.Settle();
        Assert.Equal(3, rig.Outputs.Count);
        Assert.Equal((1ul, 0ul), (rig.Total(s => s.Value->Transmitted), rig.Total(s => s.Value->Held)));
        Assert.Equal((3ul, 0ul), (rig.Counter(CounterId.TxBumCopies), rig.Counter(CounterId.TxBumFailed)));
        rig.AssertNoDrops();
    }

    [Fact]
    public void More_copies_than_a_transmit_buffer_holds()
    {
        const int Peers = 300;
        using var rig = new Rig(
            change: r =>
            {
                for (int i = 0; i < Peers; i++)
                {
                    r.AddPeer([198, 51, (byte)(101 + (i >> 8)), (byte)i]);
                }
            },
            buffers: 1024);
        Assert.Equal(Peers + 2, rig.Run(Rig.Access, ArpRequest).Count);
        Assert.Equal(Peers + 2ul, rig.Counter(CounterId.TxBumCopies));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("F-021")]
    public void Counters_of_a_known_mix()
    {
        using var rig = new Rig();
        byte[] uni = Frames.FromHost(), bcast = ArpRequest, mcast = Frames.FromHost(destination: "01:00:5e:00:00:05");
        rig.Run(Rig.Access, uni, uni, bcast, mcast);
        byte[] vm = Frames.FromVm(), vmBroadcast = Frames.FromVm(destination: Frames.Broadcast);
        rig.Run(Rig.Underlay, Frames.Nvgre4(vm), Frames.Nvgre6(vmBroadcast));
        PeerCounters* four = rig.Memory.Peers(0) + rig.Peer4, six = rig.Memory.Peers(0) + rig.Peer6;
        AttachmentCounters* a = rig.Memory.Attachments(0) + rig.Attachment;
        ulong L(byte[] frame, int more = 0) => (ulong)(frame.Length + more);
        Assert.Equal([2, 2 * L(uni, -4), 2 * L(uni, 38)], new ReadOnlySpan<ulong>(four->TxUnicast, 3).ToArray());
        Assert.Equal([1, L(mcast, -4), L(mcast, 38), 1, L(bcast, -4), L(bcast, 38)], new ReadOnlySpan<ulong>(four->TxGroup, 6).ToArray());
        Assert.Equal([0, 0, 0], new ReadOnlySpan<ulong>(six->TxUnicast, 3).ToArray());
        Assert.Equal([1, L(mcast, -4), L(mcast, 58), 1, L(bcast, -4), L(bcast, 58)], new ReadOnlySpan<ulong>(six->TxGroup, 6).ToArray());
        Assert.Equal([1, L(vm), L(vm, 42)], new ReadOnlySpan<ulong>(four->RxUnicast, 3).ToArray());
        Assert.Equal([0, 0, 0, 1, L(vmBroadcast), L(vmBroadcast, 62)], new ReadOnlySpan<ulong>(six->RxGroup, 6).ToArray());
        Assert.Equal([2, 2 * L(uni)], new ReadOnlySpan<ulong>(a->RxUnicast, 2).ToArray());
        Assert.Equal([1, L(mcast), 1, L(bcast)], new ReadOnlySpan<ulong>(a->RxGroup, 4).ToArray());
        Assert.Equal([1, L(vm, 4)], new ReadOnlySpan<ulong>(a->TxUnicast, 2).ToArray());
        Assert.Equal([0, 0, 1, L(vmBroadcast, 4)], new ReadOnlySpan<ulong>(a->TxGroup, 4).ToArray());
        var ports = (PortCounters*)rig.Memory.Statistics(0)->Ports;
        Assert.Equal((4ul, (2 * L(uni)) + L(bcast) + L(mcast)), (ports[0].RxPackets, ports[0].RxBytes));
        Assert.Equal((2ul, L(vm, 4) + L(vmBroadcast, 4)), (ports[0].TxPackets, ports[0].TxBytes));
        Assert.Equal(6ul, ports[1].TxPackets);
    }
}

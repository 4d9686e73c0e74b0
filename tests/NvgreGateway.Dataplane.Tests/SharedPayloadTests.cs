using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Copies that share their payload: what they take out of the pools, their order, and that they are the same bytes.</summary>
public sealed unsafe class SharedPayloadTests
{
    private const int Peers = 64;
    private const ulong All = ulong.MaxValue;

    [Fact]
    [Requirement("A-090")]
    public void Copies_for_64_peers_take_headers_only()
    {
        using Rig rig = SixtyFour();
        rig.SetHop(2, NextHopState.Pending);
        byte[] frame = Long(1);
        Assert.Empty(rig.Run(Rig.Access, frame));

        // The frame's one buffer and a head of 256 bytes for each copy, all of them waiting.
        Assert.Equal(Peers, rig.Device.Pool.HeadsInUse);
        Assert.Equal(1, rig.Device.Pool.InUse - rig.Device.Pool.HeadsInUse);
        rig.Resolve(2, "02:00:00:00:02:02");
        rig.Settle();
        Assert.Equal(Peers, rig.Outputs.Count);
        Assert.All(rig.Outputs, s => Assert.Equal(Hex(Tenant(frame)), Hex(s.Bytes[42..])));
        Assert.Equal((0, 0), (rig.Device.Pool.HeadsInUse, rig.Device.Pool.InUse));
        rig.AssertNoDrops();
    }

    [Theory]
    [MemberData(nameof(Rig.Modes), MemberType = typeof(Rig))]
    [Requirement("A-090")]
    public void Frames_of_a_flow_keep_their_order_at_every_receiver(int burst, int workers, int queues)
    {
        // Of one flow to one worker, as a NIC spreads them; long ones share, short ones do not.
        using Rig rig = SixtyFour(burst, workers, queues);
        int total = Math.Min(burst, 6);
        byte[][] frames = [.. Enumerable.Range(0, total).Select(i => i % 3 == 2 ? Short(i) : Long(i))];
        rig.Feed(Rig.Access, frames);
        rig.Settle();
        Assert.Equal(total * Peers, rig.Outputs.Count);
        foreach (IGrouping<string, Sent> peer in rig.Outputs.GroupBy(s => Hex(s.Bytes[30..34])))
        {
            Assert.Equal(frames.Select(f => Hex(Tenant(f))), peer.Select(s => Hex(s.Bytes[42..])));
        }

        rig.AssertNoDrops();
    }

    [Theory]
    [InlineData(1ul << Rig.Underlay)]
    [InlineData((1ul << Rig.Access) | (1ul << Rig.Underlay))]
    [InlineData(1ul << Rig.Access2)]
    [InlineData(All)]
    [Requirement("A-090")]
    public void The_same_bytes_whichever_ports_take_chains(ulong chains)
    {
        // Lengths around the head and the least that shares; longer ones leave in fragments to one of the peers.
        byte[][] up = [.. new[] { 0, 200, 211, 212, 213, 214, 215, 467, 468, 469, 470, 471, 1000, 1400, 1472 }.Select(n => Frames.FromHost(Frames.Udp4(payload: n), Frames.Broadcast))];
        byte[][] down = [.. new[] { 18, 470, 471, 1400 }.Select(n => Frames.Nvgre4(Frames.FromVm(Frames.Udp4(payload: n), Frames.Broadcast)))];
        Assert.Equal(Outputs(0, up, down), Outputs(chains, up, down));

        static string[] Outputs(ulong chains, byte[][] up, byte[][] down)
        {
            using var rig = new Rig(change: r =>
            {
                Everywhere(r);
                r.Sketch.Segment(r.Segment, s => s with { Flags = s.Flags | SegmentFlags.Fragment });
                r.Sketch.Peer(r.Peer6, p => p with { MaxInnerFrame = 900 });
            });
            rig.Device.ChainPorts = chains;
            string[] sent = [.. rig.Run(Rig.Access, up).Concat(rig.Run(Rig.Underlay, down)).Select(s => $"{s.Port} {s.Sequence} {Hex(s.Bytes)}")];
            Assert.Equal(0, rig.Device.Pool.InUse);
            return sent;
        }
    }

    [Fact]
    public void Jumbo_frames_in_several_buffers()
    {
        byte[] frame = Frames.FromHost(Frames.Udp4(payload: 8000), Frames.Broadcast);
        using var rig = new Rig(change: r =>
        {
            r.Sketch.Port(Rig.Access, p => p with { MaxFrame = 9018, Mtu = 9000 });
            for (int i = 0; i < 4; i++)
            {
                r.AddPeer([198, 51, 100, (byte)(20 + i)]);
            }

            for (uint id = 1; id <= 6; id++)
            {
                r.Sketch.Peer(id, p => p with { MaxInnerFrame = 9014 });
            }
        });
        Mbuf* first = rig.Device.Pool.Receive(frame.AsSpan(0, 2000), 1, 128), second = rig.Device.Pool.Receive(frame.AsSpan(2000, 3000), 1), third = rig.Device.Pool.Receive(frame.AsSpan(5000), 1);
        first->Next = second;
        second->Next = third;
        first->NbSegs = 3;
        first->PktLen = (uint)frame.Length;
        rig.Enqueue(Rig.Access, (nint)first);
        rig.Settle();
        Assert.Equal(6, rig.Outputs.Count);
        Assert.All(rig.Outputs, s => Assert.Equal(Hex(Tenant(frame)), Hex(s.Bytes[(s.Bytes[12] == 8 ? 42 : 62)..])));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("F-026")]
    public void Without_small_buffers_frames_are_copied_whole()
    {
        using Rig rig = SixtyFour();
        foreach (int heads in (int[])[0, 1, 10])
        {
            rig.Device.Pool.HeadBudget = heads;
            Assert.Equal(Peers, rig.Run(Rig.Access, Long(heads)).Count);
        }

        rig.Device.Pool.HeadBudget = 10;
        rig.Device.Pool.Budget = 20;
        Assert.Equal(9 + 20 + 1, rig.Run(Rig.Access, Long(0)).Count);
        Assert.Equal(Peers - 30ul, rig.Counter(CounterId.TxBumFailed));
        rig.AssertNoDrops();
    }

    private static Rig SixtyFour(int burst = 32, int workers = 1, int? queues = null) => new(
        burst, workers, r =>
        {
            r.Sketch.Peer(r.Peer4, p => p with { Flags = p.Flags & ~PeerFlags.Up });
            r.Sketch.Peer(r.Peer6, p => p with { Flags = p.Flags & ~PeerFlags.Up });
            for (int i = 0; i < Peers; i++)
            {
                r.AddPeer([198, 51, 101, (byte)(i + 1)], nextHop: 2);
            }

            r.SetHop(2, NextHopState.Resolved, "02:00:00:00:02:02");
        },
        buffers: 4096, queues: queues);

    private static void Everywhere(Rig r)
    {
        r.Sketch.AddAttachment(r.Segment, Rig.Access2, 300);
        r.Sketch.AddAttachment(r.Segment, Rig.Access, 200, native: true);
        r.AddPeer([198, 51, 100, 11]);
    }

    private static byte[] Long(int number) => Numbered(Frames.FromHost(Frames.Udp4(payload: 1400), Frames.Broadcast), number);

    private static byte[] Short(int number) => Numbered(Frames.FromHost(Frames.Udp4(payload: 100), Frames.Broadcast), number);

    private static byte[] Numbered(byte[] frame, int number)
    {
        frame[^1] = (byte)number;
        return frame;
    }

    private static byte[] Tenant(byte[] tagged) => Frames.Join(tagged[..12], tagged[16..]);

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes);
}

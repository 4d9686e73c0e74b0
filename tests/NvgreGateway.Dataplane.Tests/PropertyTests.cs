using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>
/// Any bytes from the wire: never a read or write past the frame (each lies against a page that nobody may touch), never a leak, and
/// the accounting closes. More than a million frames over all cases; the seeds are fixed, so a failure repeats.
/// </summary>
public unsafe class PropertyTests
{
    private const int Rounds = 4200;
    private const int PerRound = 64;

    [Theory]
    [InlineData(32, 1, 1)]
    [InlineData(32, 2, 2)]
    [InlineData(1, 2, 3)]
    [InlineData(128, 1, 4)]
    [Requirement("F-020")]
    public void Mutated_and_truncated_frames(int burst, int workers, int seed)
    {
        using var rig = new Rig(
            burst, workers,
            r =>
            {
                r.Sketch.AddAttachment(r.Segment, Rig.Access2, 300);
                r.Sketch.AddAttachment(r.Segment, Rig.Access, 200, native: true);
                r.Sketch.Peer(r.Peer4, p => p with { Flags = p.Flags | PeerFlags.DscpUniform | PeerFlags.EcnNormal });
                r.Sketch.Peer(r.Peer6, p => p with { Flags = p.Flags | PeerFlags.AcceptInnerTag });
                r.AddPeer([198, 51, 100, 11], nextHop: 2);
                r.Sketch.AddSegment(6000, SegmentFlags.Up);
            },
            buffers: 1024);
        rig.Device.KeepOutputs = false;
        var random = new Random(seed);
        byte[][] seeds = Seeds();
        ulong fed = 0;
        for (int round = 0; round < Rounds; round++)
        {
            int port = random.Next(3);
            for (int i = 0; i < PerRound; i++)
            {
                byte[] frame = Mutate(random, seeds);
                rig.Feed(port, frame);
                fed++;
            }

            // Now and then the world is not well: no buffers, a full or dead port, a next hop that comes and goes.
            rig.Device.Pool.Budget = random.Next(16) == 0 ? random.Next(8) : long.MaxValue;
            rig.Device.Takes[Rig.Underlay] = random.Next(16) == 0 ? (uint)random.Next(8) : uint.MaxValue;
            rig.Device.Up[Rig.Access] = random.Next(32) != 0;
            rig.SetHop(2, (NextHopState)random.Next(5), Frames.Router);
            rig.Memory.Header->AgeTick = (uint)random.Next(1, 256);
            rig.Settle();
            if (round % 16 == 0)
            {
                rig.AssertClosed();
                for (PuntClass c = 0; c < PuntClass.Count; c++)
                {
                    foreach ((PuntSlot head, byte[] data) in rig.Punts(c))
                    {
                        Assert.True(head.Port < 3 && data.Length <= head.OriginalLength);
                    }
                }
            }
        }

        Assert.Equal(fed, rig.Total(s => s.Value->Received));
        Assert.True(rig.Total(s => s.Value->Transmitted) > fed / 20, "hardly anything was forwarded: the mutations test nothing");
        Assert.True(Enumerable.Range(1, (int)DropReason.Count - 1).Count(r => rig.Drops((DropReason)r) > 0) > 30, "few kinds of drops");
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Mutated_frames_in_chains(int seed)
    {
        using var rig = new Rig(32, buffers: 1024);
        rig.Device.KeepOutputs = false;
        var random = new Random(seed);
        byte[][] seeds = Seeds();
        for (int round = 0; round < 600; round++)
        {
            int port = random.Next(2);
            for (int i = 0; i < 32; i++)
            {
                byte[] frame = Mutate(random, seeds);
                int a = random.Next(frame.Length + 1), b = random.Next(a, frame.Length + 1);
                Mbuf* first = rig.Device.Pool.Receive(frame.AsSpan(0, a), 1, headroom: random.Next(2) == 0 ? 128 : -1);
                first->Next = rig.Device.Pool.Receive(frame.AsSpan(a, b - a), 1);
                first->Next->Next = rig.Device.Pool.Receive(frame.AsSpan(b), 1);
                first->NbSegs = 3;
                first->PktLen = (uint)frame.Length;
                if (random.Next(4) == 0)
                {
                    first->OlFlags |= MbufFlags.RxVlan | MbufFlags.RxVlanStripped;
                    first->VlanTci = (ushort)random.Next(65536);
                }

                rig.Enqueue(port, (nint)first);
            }

            rig.Device.Pool.Budget = random.Next(8) == 0 ? random.Next(8) : long.MaxValue;
            rig.Settle();
            rig.AssertClosed();
            for (PuntClass c = 0; c < PuntClass.Count; c++)
            {
                _ = rig.Punts(c);
            }
        }
    }

    [Fact]
    public void Every_truncation_of_every_kind_of_frame()
    {
        using var rig = new Rig(buffers: 64);
        rig.Device.KeepOutputs = false;
        foreach (byte[] frame in Seeds())
        {
            for (int length = 0; length <= frame.Length; length++)
            {
                for (int port = 0; port < 3; port++)
                {
                    rig.Feed(port, frame[..length]);
                    rig.Settle();
                }
            }

            rig.AssertClosed();
            for (PuntClass c = 0; c < PuntClass.Count; c++)
            {
                _ = rig.Punts(c);
            }
        }
    }

    // Good frames of every kind; most bytes of each have a meaning.
    internal static byte[][] Seeds()
    {
        byte[] options = [1, 7, 3, 0];
        byte[] udp6 = Frames.Ip6(Frames.Gateway6, Frames.Remote6, 17, Frames.Udp(1, 2, 20), 2);
        byte[] extended = Frames.Ip6(Frames.Gateway6, Frames.Remote6, 0, Frames.Join([60, 0, 0, 0, 0, 0, 0, 0], [44, 0, 0, 0, 0, 0, 0, 0], [17, 0, 0, 0, 0, 0, 0, 1], Frames.Udp(1, 2, 20)));
        byte[] gre = Frames.Gre(Frames.FromVm());
        return
        [
            Vectors.W01, Vectors.W03, Vectors.W09, Vectors.W11, Vectors.W17, Vectors.W19, Vectors.W20, Vectors.W02, Vectors.W07,
            Frames.FromHost(), Frames.FromHost(udp6, type: 0x86DD), Frames.FromHost(extended, type: 0x86DD),
            Frames.FromHost(tags: [Frames.Tag(100), Frames.Tag(7)]), Frames.FromHost(tags: Frames.Tag(300)), Frames.FromVm(destination: Frames.Vm, source: Frames.Host),
            Frames.FromHost(Frames.Ip4(Frames.Gateway4, [1, 2, 3, 4], 47, gre, options: options)), Frames.FromHost(destination: Frames.Broadcast), Frames.FromHost(type: 0x8906),
            Frames.Nvgre4(Frames.FromVm()), Frames.Nvgre6(Frames.FromVm()), Frames.Nvgre6(Frames.FromVm(udp6, type: 0x86DD), trafficClass: 3), Frames.Nvgre4(Frames.FromVm(), options: options),
            Frames.Nvgre4(Frames.FromVm(destination: Frames.Broadcast)), Frames.Nvgre4(Frames.FromVm(Frames.Ip4(Frames.Remote4, [1, 2, 3, 4], 47, gre))),
            Frames.Outer(Frames.Ip6(Frames.Remote6, Frames.Gateway6, 0, Frames.Join([60, 0, 0, 0, 0, 0, 0, 0], [43, 1, .. new byte[14]], [47, 0, 0, 0, 0, 0, 0, 0], gre))),
            Frames.Outer(Frames.Ip6(Frames.Remote6, Frames.Gateway6, 60, Frames.Join([47, 31, .. new byte[254]], gre))),
            Frames.Outer(Frames.Ip4(Frames.Remote4, Frames.Gateway4, 1, [8, 0, 0, 0, 1, 2, 3, 4])), Frames.Outer(Frames.Ip4(Frames.Remote4, Frames.Gateway4, 17, Frames.Udp(1, 4789, 30))),
            Frames.Outer(Frames.Ip6(Frames.Remote6, Frames.Gateway6, 58, Frames.Join([135, 0, 0, 0, 0, 0, 0, 0], Frames.Gateway6), hops: 255)),
            Frames.Outer(Frames.Ip6(new byte[16], [0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xFF, 0, 0, 1], 58, Frames.Join([135, 0, 0, 0, 0, 0, 0, 0], Frames.Gateway6)), "33:33:ff:00:00:01"),
            Frames.Outer(Vectors.W03[14..], tags: Frames.Tag(0)), UnderlayDropTests.Arp(),
        ];
    }

    internal static byte[] Mutate(Random random, byte[][] seeds)
    {
        byte[] frame = [.. seeds[random.Next(seeds.Length)]];
        for (int n = random.Next(4); n > 0 && frame.Length > 0; n--)
        {
            // Mostly the first 80 bytes: there is what is parsed.
            int at = random.Next(random.Next(8) == 0 ? frame.Length : Math.Min(frame.Length, 80));
            frame[at] = random.Next(4) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(frame[at] ^ (1 << random.Next(8))),
                2 => (byte)(frame[at] + random.Next(-2, 3)),
                _ => (byte)(random.Next(2) == 0 ? 0 : 0xFF),
            };
        }

        // A right checksum lets faults behind it be reached.
        if (random.Next(2) == 0 && frame.Length >= 34 && frame[12] == 8 && frame[13] == 0 && frame[14] >> 4 == 4)
        {
            int header = (frame[14] & 15) * 4;
            if (header >= 20 && 14 + header <= frame.Length)
            {
                Frames.Sum(frame.AsSpan(14), header);
            }
        }

        return random.Next(6) switch
        {
            0 => frame[..random.Next(frame.Length + 1)],
            1 when random.Next(40) == 0 => [.. frame, .. new byte[random.Next(2000)]],
            _ => frame,
        };
    }
}

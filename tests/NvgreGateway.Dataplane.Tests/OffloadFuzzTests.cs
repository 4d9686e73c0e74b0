using System.Buffers.Binary;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>
/// Whatever a guest says of its frames: never a read or write past them (every buffer ends at a page that nobody may touch), nothing
/// leaks, the accounting closes, and nothing leaves that is longer than its way takes. The seeds are fixed, so a failure repeats.
/// </summary>
public sealed unsafe class OffloadFuzzTests
{
    private const int Rounds = 2400;
    private const int PerRound = 32;
    private const PortOffloads Any = PortOffloads.All;

    [Theory]
    [InlineData(32, 1, 1)]
    [InlineData(32, 2, 2)]
    [InlineData(1, 1, 3)]
    [InlineData(128, 1, 4)]
    [Requirement("F-020")]
    public void WhateverIsSaidOfWhateverFrame(int burst, int workers, int seed)
    {
        using Rig rig = Make(burst, workers);
        rig.Device.KeepOutputs = false;
        var random = new Random(seed);
        byte[][] seeds = Seeds();
        ulong fed = 0;
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < PerRound; i++)
            {
                Mbuf* m = Chain(rig, random, Mutate(random, seeds));
                m->OlFlags |= Said(random);
                m->TxOffload = random.Next(4) == 0 ? (ulong)random.NextInt64() : Mbuf.PackTxOffload(random.Next(128), random.Next(512), random.Next(256), Size(random));
                m->PacketType = (uint)random.Next();
                rig.Enqueue(random.Next(8) == 0 ? Rig.Underlay : Rig.Access, (nint)m);
                fed++;
            }

            rig.Device.Pool.Budget = random.Next(8) == 0 ? random.Next(40) : long.MaxValue;
            rig.Device.Pool.HeadBudget = random.Next(8) == 0 ? random.Next(8) : int.MaxValue;
            rig.Device.Takes[Rig.Underlay] = random.Next(8) == 0 ? (uint)random.Next(40) : uint.MaxValue;
            rig.Device.Takes[Rig.Access2] = random.Next(16) == 0 ? (uint)random.Next(8) : uint.MaxValue;
            rig.Device.Prepares = random.Next(4) != 0;
            rig.SetHop(1, random.Next(16) == 0 ? NextHopState.Pending : NextHopState.Resolved, Frames.Router);
            if (random.Next(8) == 0)
            {
                Offer(rig, (PortOffloads)random.Next(1 << 16), (PortOffloads)random.Next(1 << 16));
            }

            rig.Settle();
            rig.SetHop(1, NextHopState.Resolved, Frames.Router);
            rig.Settle();
            if (round % 16 == 0)
            {
                rig.AssertClosed();
            }

            for (PuntClass c = 0; c < PuntClass.Count; c++)
            {
                _ = rig.Punts(c);
            }
        }

        Assert.Equal(fed, rig.Total(s => s.Value->Received));
        Assert.True(rig.Total(s => s.Value->Transmitted) > fed / 8, $"only {rig.Total(s => s.Value->Transmitted)} of {fed} were forwarded: the mutations test nothing");
        Assert.True(rig.Drops(DropReason.OffloadInvalid) > fed / 100, "hardly any request was refused");
        Assert.True(rig.Drops(DropReason.MbufNomem) > 0 && rig.Drops(DropReason.TxFull) > 0);
    }

    [Theory]
    [InlineData(21, false, true)]
    [InlineData(22, true, true)]
    [InlineData(23, true, false)]
    [Requirement("C-015", "C-025")]
    public void WhatLeavesIsWhole(int seed, bool offers, bool chains)
    {
        using Rig rig = Make(32, 1);
        Offer(rig, offers ? Any & ~PortOffloads.Flat : PortOffloads.None, offers ? Any & ~PortOffloads.Flat : PortOffloads.None);
        rig.Device.ChainPorts = chains ? ulong.MaxValue : 0; // the device finds a chain that should not have come
        var random = new Random(seed);
        byte[][] seeds = Seeds();
        for (int round = 0; round < 300; round++)
        {
            for (int i = 0; i < PerRound; i++)
            {
                Mbuf* m = Chain(rig, random, Mutate(random, seeds));
                m->OlFlags |= Said(random);
                m->TxOffload = Mbuf.PackTxOffload(0, 0, 0, Size(random));
                rig.Enqueue(Rig.Access, (nint)m);
            }

            rig.Settle();
            foreach (Sent sent in rig.Outputs)
            {
                Examine(sent);
            }

            rig.Outputs.Clear();
            for (PuntClass c = 0; c < PuntClass.Count; c++)
            {
                _ = rig.Punts(c);
            }
        }
    }

    [Theory]
    [Requirement("C-016")]
    [InlineData(false)]
    [InlineData(true)]
    public void SixtyKilobytesInTwentyThousandBuffers(bool empty)
    {
        const int Tiny = 20000;
        using Rig rig = Make(32, 1, buffers: 24000);
        byte[] frame = Large(6, 60000, six: false);
        Mbuf* first = rig.Device.Pool.Receive(frame.AsSpan(0, 128), 1, headroom: 128), last = first;
        for (int at = 128; at < frame.Length; first->NbSegs++)
        {
            int part = at >= frame.Length - Tiny ? 1 : Math.Min(7000, frame.Length - Tiny - at);
            last = Append(last, rig.Device.Pool.Receive(empty && first->NbSegs % 8 == 0 ? [] : frame.AsSpan(at, part), 1));
            at += last->DataLen;
        }

        first->PktLen = (uint)frame.Length;
        first->OlFlags = MbufFlags.RxLro | MbufFlags.RxL4ChecksumNone;
        first->TxOffload = Mbuf.PackTxOffload(0, 0, segment: 1400);
        rig.Enqueue(Rig.Access, (nint)first);
        rig.Settle();
        Assert.Equal(43, rig.Outputs.Count);
        Assert.Equal(frame[58..], rig.Outputs.SelectMany(static s => s.Bytes.Skip(42 + 54)));
        rig.AssertNoDrops();
    }

    private static Rig Make(int burst, int workers, int buffers = 2048)
    {
        Rig rig = new(
            burst, workers,
            static r =>
            {
                r.Sketch.AddAttachment(r.Segment, Rig.Access2, 300);
                r.Sketch.Segment(r.Segment, static s => s with { Flags = s.Flags | SegmentFlags.MssClamp | SegmentFlags.Fragment });
                r.Sketch.Port(Rig.Access, static p => p with { Flags = p.Flags | PortFlags.TakesRequests });
                r.Sketch.Peer(r.Peer4, static p => p with { MaxInnerFrame = 1472 });
                r.Sketch.Peer(r.Peer6, static p => p with { MaxInnerFrame = 1452 });
            },
            buffers: buffers);
        rig.Learn("00:15:5d:00:00:0e", Rig.PeerPlace(rig.Peer6));
        rig.Learn("00:15:5d:00:00:0f", Rig.AttachmentPlace(rig.Attachment + 1));
        return rig;
    }

    private static void Offer(Rig rig, PortOffloads plain, PortOffloads nvgre)
    {
        rig.Sketch.Port(Rig.Access2, p => p with { Plain = plain });
        rig.Sketch.Port(Rig.Underlay, p => p with { Nvgre = nvgre, Nvgre6 = nvgre });
        rig.Sketch.Publish(rig.Memory);
    }

    // What left: no longer than its way takes, its lengths those of its bytes, its sums right where no device is asked for them.
    private static void Examine(Sent sent)
    {
        byte[] f = sent.Bytes;
        bool cut = (sent.Flags & (MbufFlags.TxTcpSegmentation | MbufFlags.TxUdpSegmentation)) != 0;
        Assert.Equal(MbufFlags.None, sent.Flags & MbufFlags.RxLro);
        if (sent.Port != Rig.Underlay)
        {
            Assert.True(cut || f.Length <= 1518, $"{f.Length} bytes");
            return;
        }

        bool four = f[12] == 8;
        int gre = four ? 34 : 54, inner = f.Length - gre - 8;
        Assert.True(cut || inner <= (four ? 1472 : 1452), $"{inner} bytes inside");
        if (cut)
        {
            uint headers = (uint)(sent.Lengths & 0x7F) + ((uint)(sent.Lengths >> 7) & 0x1FF) + ((uint)(sent.Lengths >> 16) & 0xFF) - 8;
            uint segment = (uint)(sent.Lengths >> 24) & 0xFFFF;
            Assert.True(headers + segment <= (four ? 1472 : 1452) && segment >= 1 && f.Length > gre + 8 + headers + segment);
            Assert.Equal(0, four ? Big(f, 24) : 0);
            return;
        }

        Assert.Equal(f.Length, Math.Max(60, four ? 14 + Big(f, 16) : 54 + Big(f, 18)));
        Assert.Equal(0, four ? Sum(f.AsSpan(14, 20)) : 0);
    }

    private static ushort Big(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));

    private static int Sum(ReadOnlySpan<byte> bytes)
    {
        int sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        return ((sum & 0xFFFF) + (sum >> 16)) ^ 0xFFFF;
    }

    private static MbufFlags Said(Random random)
    {
        MbufFlags said = random.Next(4) switch
        {
            0 => MbufFlags.RxL4ChecksumNone,
            1 => MbufFlags.RxLro | MbufFlags.RxL4ChecksumNone,
            2 => MbufFlags.RxLro | (random.Next(2) == 0 ? MbufFlags.RxL4ChecksumGood : MbufFlags.RxL4ChecksumBad),
            _ => MbufFlags.None,
        };
        return said | ((said & MbufFlags.RxLro) != 0 && random.Next(3) == 0 ? MbufFlags.TxUdpSegmentation : 0) | (random.Next(8) == 0 ? MbufFlags.RxIpChecksumBad | MbufFlags.RxOuterIpChecksumBad : 0)
            | (random.Next(16) == 0 ? MbufFlags.RxVlan | MbufFlags.RxVlanStripped : 0);
    }

    private static int Size(Random random) => random.Next(6) switch { 0 => random.Next(64), 1 => random.Next(65536), 2 => 48, _ => random.Next(500, 1500) };

    // Frames of a guest: large and small, TCP and UDP of either family, to peers, another VLAN, nobody and everybody.
    private static byte[][] Seeds()
    {
        string[] to = [Frames.Vm, "00:15:5d:00:00:0e", "00:15:5d:00:00:0f", "00:15:5d:00:00:77", Frames.Broadcast];
        List<byte[]> seeds = [];
        foreach (string mac in to)
        {
            foreach (bool six in (bool[])[false, true])
            {
                seeds.Add(Large(6, 3000, six, mac));
                seeds.Add(Large(17, 4000, six, mac));
                seeds.Add(Large(6, 700, six, mac));
                seeds.Add(Large(17, 60, six, mac));
                seeds.Add(Large(6, 0, six, mac));
            }
        }

        seeds.Add(Large(6, 9000, six: false));
        seeds.Add(Large(6, 6000, six: true, extensions: [60, 0, 1, 4, 0, 0, 0, 0, 6, 1, .. new byte[14]]));
        seeds.Add(Large(6, 2000, six: false, extensions: [0x94, 4, 0, 0, 1, 1, 1, 0]));
        return [.. seeds];
    }

    internal static byte[] Large(int protocol, int payload, bool six, string to = Frames.Vm, byte[]? extensions = null)
    {
        byte[] head = protocol == 6
            ? [0xC0, 0, 1, 0xBB, 0x20, 0, 0, 0, 0x30, 0, 0, 0, 0x50, 0x18, 1, 0xF6, 0, 0, 0, 0]
            : [.. Frames.Big16(5000), .. Frames.Big16(5001), .. Frames.Big16(8 + payload), 0, 0x17];
        byte[] transport = [.. head, .. Enumerable.Range(0, payload).Select(static i => (byte)i)];
        if (!six)
        {
            return Frames.FromHost(Frames.Ip4([10, 1, 1, 200], [10, 1, 1, 11], protocol, transport, options: extensions, flags: payload % 3 == 0 ? 0 : 0x4000), to);
        }

        byte[] ip = extensions is null ? Frames.Ip6(Frames.Gateway6[..15].Append((byte)9).ToArray(), Frames.Remote6[..15].Append((byte)9).ToArray(), protocol, transport)
            : Frames.Ip6(Frames.Gateway6[..15].Append((byte)9).ToArray(), Frames.Remote6[..15].Append((byte)9).ToArray(), 0, [.. extensions, .. transport]);
        return Frames.FromHost(ip, to, type: 0x86DD);
    }

    private static byte[] Mutate(Random random, byte[][] seeds)
    {
        byte[] frame = [.. seeds[random.Next(seeds.Length)]];
        for (int n = random.Next(2) * random.Next(4); n > 0 && frame.Length > 0; n--)
        {
            int at = random.Next(random.Next(8) == 0 ? frame.Length : Math.Min(frame.Length, 96)); // mostly headers
            frame[at] = random.Next(4) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(frame[at] ^ (1 << random.Next(8))),
                2 => (byte)(frame[at] + random.Next(-2, 3)),
                _ => (byte)(random.Next(2) == 0 ? 0 : 0xFF),
            };
        }

        if (random.Next(8) == 0)
        {
            // IP lengths at their limits, against the bytes that are there.
            bool six = frame[16] == 0x86;
            int length = random.Next(6) switch { 0 => 0, 1 => 65535, 2 => random.Next(64), 3 => frame.Length - 18, 4 => frame.Length - 17, _ => random.Next(65536) };
            Frames.Big16(length).CopyTo(frame, six ? 22 : 20);
        }

        return random.Next(8) switch
        {
            0 => frame[..random.Next(frame.Length + 1)],
            1 => [.. frame, .. new byte[random.Next(100)]],
            _ => frame,
        };
    }

    private static Mbuf* Chain(Rig rig, Random random, byte[] frame)
    {
        int first = random.Next(3) switch { 0 => Math.Min(frame.Length, random.Next(121)), 1 => Math.Min(frame.Length, random.Next(2000)), _ => Math.Min(frame.Length, 7000) };
        Mbuf* head = rig.Device.Pool.Receive(frame.AsSpan(0, first), 1, headroom: random.Next(2) == 0 ? 128 : -1), last = head;
        for (int at = first; at < frame.Length;)
        {
            int part = Math.Min(frame.Length - at, random.Next(4) switch { 0 => random.Next(3), 1 => random.Next(200), _ => random.Next(1, 8000) });
            if (head->NbSegs > 20)
            {
                part = Math.Min(frame.Length - at, 8000);
            }

            last = Append(last, rig.Device.Pool.Receive(frame.AsSpan(at, part), 1));
            head->NbSegs++;
            at += part;
        }

        head->PktLen = (uint)frame.Length;
        return head;
    }

    private static Mbuf* Append(Mbuf* last, Mbuf* next)
    {
        last->Next = next;
        return next;
    }
}

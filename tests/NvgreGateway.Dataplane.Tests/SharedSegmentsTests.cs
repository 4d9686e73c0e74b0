using System.Buffers.Binary;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>
/// Segments that share the payload of a large frame: the same bytes as copies, whoever completes their checksums, wherever the frame's
/// buffers end; and what they take out of the pools.
/// </summary>
public sealed unsafe class SharedSegmentsTests
{
    private const string Vm6 = "00:15:5d:00:00:0e";
    private const MbufFlags Said = MbufFlags.RxLro | MbufFlags.RxL4ChecksumNone;
    private const PortOffloads Sums = PortOffloads.Ip4 | PortOffloads.Tcp4 | PortOffloads.Tcp6 | PortOffloads.Udp4 | PortOffloads.Udp6 | PortOffloads.Outer4 | PortOffloads.Outer6;

    private static readonly int[] s_payloads = [600, 601, 1199, 1200, 1201, 1300, 2400, 2401, 3000, 3599];

    [Theory]
    [MemberData(nameof(Rig.Modes), MemberType = typeof(Rig))]
    [Requirement("C-001", "C-016", "C-024", "C-031", "C-124")]
    public void EveryFamilyGivesTheSameBytesInEveryWay(int burst, int workers, int queues)
    {
        var frames = new List<(byte[], int[], int)>();
        foreach (string to in (string[])[Frames.Vm, Vm6])
        {
            foreach (bool six in (bool[])[false, true])
            {
                foreach (int payload in s_payloads)
                {
                    frames.Add((OffloadFuzzTests.Large(6, payload, six, to), [], 599));
                    frames.Add((OffloadFuzzTests.Large(6, payload, six, to), [700], 1200));
                    frames.Add((OffloadFuzzTests.Large(17, payload, six, to), [600], 1200));
                }
            }
        }

        Compare(frames, (burst, workers, queues));
    }

    [Theory]
    [InlineData(6, false)]
    [InlineData(17, true)]
    [InlineData(14, false)]
    [Requirement("C-016", "C-064")]
    public void BuffersEndAnywhere(int what, bool six)
    {
        byte[] frame = what == 14 ? OffloadTests.Template() : OffloadFuzzTests.Large(what, 2500, six, six ? Vm6 : Frames.Vm); // W-14
        var frames = new List<(byte[], int[], int)>();
        for (int at = 1; at < frame.Length; at++)
        {
            frames.Add((frame, [at], what == 14 ? 1418 : 1200));
        }

        Compare(frames, (32, 1, 1));

        // Behind a first buffer that stays: in three, and in many and empty ones.
        frames.Clear();
        for (int at = 1; at < 1300; at += 3)
        {
            frames.Add((frame, [512 + (at % 97), at], 1200));
            frames.Add((frame, [512, 300, 0, at, 300, 1], 1200));
            frames.Add((frame, [520, .. Enumerable.Repeat(Math.Max(1, at / 4), 20)], 1200));
        }

        Compare(frames, (32, 1, 1));
    }

    [Fact]
    [Requirement("C-016", "C-064", "C-124")]
    public void BuffersOfAnyNumberAndLength()
    {
        var random = new Random(16);
        var frames = new List<(byte[], int[], int)>();
        for (int n = 0; n < 400; n++)
        {
            int protocol = random.Next(3) == 0 ? 17 : 6, segment = random.Next(48, protocol == 17 ? 1380 : 7900);
            bool six = random.Next(2) == 0;
            int[] buffers = [.. Enumerable.Range(0, random.Next(24)).Select(_ => random.Next(5) switch { 0 => random.Next(4), 1 => random.Next(200), 2 => 600 * random.Next(1, 5), _ => random.Next(7000) })];
            frames.Add((OffloadFuzzTests.Large(protocol, random.Next(segment + 1, 30000), six, random.Next(2) == 0 ? Vm6 : Frames.Vm), [random.Next(128, 2000), .. buffers], segment));
        }

        Compare(frames, (32, 1, 1));
        Compare(frames, (32, 1, 1), jumbo: true);
    }

    // What is long enough shares also where its sums are made here.
    [Theory]
    [MemberData(nameof(Rig.Modes), MemberType = typeof(Rig))]
    [Requirement("C-001", "C-016", "C-124")]
    public void LongSegmentsShareWhoeverSums(int burst, int workers, int queues)
    {
        var frames = new List<(byte[], int[], int)>();
        foreach (string to in (string[])[Frames.Vm, Vm6])
        {
            foreach (bool six in (bool[])[false, true])
            {
                foreach (int at in (int[])[520, 2059, 3001, 4000, 6100, 6101, 7999])
                {
                    frames.Add((OffloadFuzzTests.Large(6, 14001, six, to), [at, 5000 + (at % 3), 1 + (at % 2)], 4001));
                    frames.Add((OffloadFuzzTests.Large(17, 9000, six, to), [at, 2000], (int)SharedSegments.LeastSummed + (at % 2)));
                    frames.Add((OffloadFuzzTests.Large(6, 6001, six, to), [at], (int)SharedSegments.LeastSummed - 1));
                }
            }
        }

        Compare(frames, (burst, workers, queues), jumbo: true);
    }

    /// <summary>A device that takes fewer buffers of a packet: segments that would lie in more are copied, and have the same bytes.</summary>
    [Fact]
    [Requirement("C-019", "C-124")]
    public void NoSegmentHasMoreBuffersThanTheDeviceTakes()
    {
        var random = new Random(19);
        var frames = new List<(byte[], int[], int)>();
        for (int n = 0; n < 60; n++)
        {
            int[] buffers = [.. Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(3) switch { 0 => random.Next(1, 300), 1 => 600 * random.Next(1, 5), _ => random.Next(7000) })];
            frames.Add((OffloadFuzzTests.Large(6, random.Next(1200, 20000), n % 2 == 0), [random.Next(512, 2000), .. buffers], 1100));
        }

        frames.Add((OffloadFuzzTests.Large(6, 7000, six: false), [], 1100)); // in one buffer: shared wherever a chain is taken
        (byte[][] copied, _, string numbers) = Outputs(frames, (32, 1, 1), PortOffloads.None, chains: false, jumbo: false);
        int before = 0;
        foreach (int most in (int[])[1, 2, 3, 4, 8, 0])
        {
            (byte[][] sent, int shared, string same) = Outputs(frames, (32, 1, 1), Sums, chains: true, jumbo: false, ChainLimit.Of(most, 0));
            Assert.Equal(copied, sent);
            Assert.Equal(numbers, same);
            Assert.True(most == 1 ? shared == 0 : shared >= Math.Max(before, 7), $"{shared} shared at {most} buffers, {before} at fewer");
            before = shared;
        }
    }

    [Fact]
    [Requirement("C-012", "C-039")]
    public void HeadersThatASmallBufferHasNoRoomForAreCopied()
    {
        List<(byte[], int[], int)> frames = [(OffloadFuzzTests.Large(6, 4000, six: true, extensions: [60, 1, 1, 12, .. new byte[12], .. Destination()]), [], 1100)];
        Compare(frames, (32, 1, 1), shares: false);

        static byte[] Destination() => [6, 23, 1, 189, .. new byte[188]]; // with 40 and 16 bytes of IPv6 more than 256 in all
    }

    [Fact]
    [Requirement("C-019", "F-026")]
    public void WhenSmallBuffersRunOutTheRestIsCopied()
    {
        byte[] frame = OffloadFuzzTests.Large(6, 60000, six: false);
        foreach (int asks in (int[])[0, 1])
        {
            byte[][]? expected = null;
            for (int budget = 0; budget < 400; budget += budget < 8 ? 1 : 17)
            {
                using Rig rig = Make((32, 1, 1), asks != 0 ? Sums : PortOffloads.None, chains: true);
                rig.Device.Pool.HeadBudget = budget;
                Feed(rig, frame, [7000, 7000, 7000, 7000, 7000, 7000, 7000, 7000, 7000], 1000, udp: false);
                rig.Settle();
                byte[][] sent = [.. rig.Outputs.Select(Completed)];
                expected ??= sent;
                Assert.Equal(60, sent.Length);
                Assert.Equal(expected, sent);
                Assert.Equal(0, rig.Device.Pool.InUse);
                rig.AssertNoDrops();
            }
        }
    }

    [Fact]
    [Requirement("C-019")]
    public void WhatADeviceDoesNotSumIsSummedHere()
    {
        byte[] frame = OffloadFuzzTests.Large(6, 5000, six: false);
        byte[][][] sent = [.. new[] { true, false }.Select(prepares =>
        {
            using Rig rig = Make((32, 1, 1), prepares ? PortOffloads.None : Sums, chains: !prepares);
            rig.Device.Prepares = prepares;
            Feed(rig, frame, [2000], 1000, udp: false);
            rig.Settle();
            Assert.All(rig.Outputs, static s => Assert.Equal(MbufFlags.None, s.Flags));
            return rig.Outputs.Select(static s => s.Bytes).ToArray();
        })];
        Assert.Equal(sent[0], sent[1]);
    }

    // A device that keeps what it was given: no more received buffers are held than there are small ones, and all frames still leave.
    [Fact]
    [Requirement("C-001", "F-026")]
    public void ASlowDeviceHoldsNoMoreReceivedBuffersThanThereAreSmallOnes()
    {
        const int Small = 40;
        byte[] frame = OffloadFuzzTests.Large(6, 6000, six: false);
        using Rig rig = Make((32, 1, 1), Sums, chains: true, buffers: 2048);
        rig.Device.Pool.HeadBudget = Small;
        rig.Device.KeepsBack = true;
        for (int i = 0; i < 100; i++)
        {
            Feed(rig, frame, [700, 1000, 1000, 1000, 1000, 1000], 1000, udp: false);
            rig.Settle();
        }

        HashSet<nint> owners = [];
        int copies = 0;
        foreach (nint packet in rig.Device.KeptBack)
        {
            copies += ((Mbuf*)packet)->NbSegs == 1 ? 1 : 0;
            for (Mbuf* s = (Mbuf*)packet; s != null; s = s->Next)
            {
                if (s->IsClone)
                {
                    owners.Add((nint)rig.Device.Pool.OwnerOf(s));
                }
            }
        }

        Assert.Equal(600, rig.Device.KeptBack.Count);
        Assert.InRange(owners.Count, 1, Small);
        Assert.InRange(copies, 550, 600);
        Assert.Equal(rig.Device.Pool.HeadsInUse + owners.Count + copies, rig.Device.Pool.InUse);
        rig.Device.GiveBack();
        Assert.Equal(0, rig.Device.Pool.InUse);
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("C-001", "C-017")]
    public void CopiesOfAReplicatedFrameAreCut()
    {
        byte[] frame = OffloadFuzzTests.Large(6, 6000, six: false, Frames.Broadcast);
        using Rig rig = Make((32, 1, 1), Sums, chains: true);
        Feed(rig, frame, [3000], 1000, udp: false);
        rig.Settle();
        Assert.Equal(12, rig.Outputs.Count); // two peers
        Assert.Equal(frame[58..], rig.Outputs.Where(static s => s.Bytes[12] == 8).SelectMany(static s => s.Bytes.Skip(42 + 54)));
        Assert.Equal(frame[58..], rig.Outputs.Where(static s => s.Bytes[12] != 8).SelectMany(static s => s.Bytes.Skip(62 + 54)));
    }

    /// <summary>Large frames for everybody: the bytes of whole copies, whoever cuts and sums, at peers and at an attachment.</summary>
    [Theory]
    [InlineData(32, 1, 1)]
    [InlineData(32, 2, 1)]
    [InlineData(1, 2, 2)]
    [Requirement("A-090", "C-001", "C-124")]
    public void CopiesOfALargeFrameHaveTheSameBytesWhetherTheyShareOrNot(int burst, int workers, int queues)
    {
        const PortOffloads All = PortOffloads.All & ~(PortOffloads.Flat | PortOffloads.OwnIp4 | PortOffloads.PseudoLength);
        var frames = new List<(byte[], int[], int)>();
        foreach (bool six in (bool[])[false, true])
        {
            foreach (int protocol in (int[])[6, 17])
            {
                frames.Add((OffloadFuzzTests.Large(protocol, 6000, six, Frames.Broadcast), [3000], 1000));
                frames.Add((OffloadFuzzTests.Large(protocol, 9001, six, Frames.Broadcast), [600, 200, 200, 2000], 700));
                frames.Add((OffloadFuzzTests.Large(protocol, 600, six, Frames.Broadcast), [], 599));
                frames.Add((OffloadFuzzTests.Large(protocol, 1300, six, Frames.Broadcast), [800], 0)); // to be summed only
                frames.Add(([.. OffloadFuzzTests.Large(protocol, 3000, six, Frames.Broadcast), 1, 2, 3], [800], 1000)); // more than its packet
            }
        }

        frames.Add((OffloadFuzzTests.Large(6, 4000, six: true, Frames.Broadcast, [60, 1, 1, 12, .. new byte[12], 6, 23, 1, 189, .. new byte[188]]), [], 1000)); // headers beyond a head
        foreach ((PortOffloads nvgre, PortOffloads plain) in ((PortOffloads, PortOffloads)[])[(PortOffloads.None, PortOffloads.None), (Sums, Sums), (All, All), (All, PortOffloads.All & ~PortOffloads.Flat)])
        {
            string[]? expected = null;
            foreach (bool shares in (bool[])[false, true])
            {
                using Rig rig = Make((burst, workers, queues), nvgre, chains: true, buffers: 2048, attach: r =>
                {
                    r.Sketch.AddAttachment(r.Segment, Rig.Access2, 300);
                    r.Sketch.Port(Rig.Access2, p => p with { Plain = plain });
                });
                rig.Device.Pool.HeadBudget = shares || plain == (PortOffloads.All & ~PortOffloads.Flat) ? int.MaxValue : 0;
                for (int i = 0; i < frames.Count; i++)
                {
                    (byte[] frame, int[] buffers, int segment) = frames[i];
                    Feed(rig, frame, buffers, segment, udp: frame[frame[16] == 8 ? 27 : 24] is 17, sequence: (ulong)i + 1);
                    rig.Settle();
                }

                string[] sent = [.. rig.Outputs.Select(static s => IsCut(s) ? $"{s.Port} {s.Sequence} cut {Convert.ToHexString(s.Bytes)}" : $"{s.Port} {s.Sequence} {Convert.ToHexString(Completed(s))}").Order()];
                expected ??= sent;
                Assert.Equal(expected, sent);
                Assert.Equal(0, rig.Device.Pool.InUse);
                rig.AssertNoDrops();
            }
        }

        static bool IsCut(Sent s) => (s.Flags & (MbufFlags.TxTcpSegmentation | MbufFlags.TxUdpSegmentation)) != 0;
    }

    /// <summary>64 KB for 64 peers: the frame once, and a head of 256 bytes for each copy, while all of them wait.</summary>
    [Fact]
    [Requirement("A-090", "F-026")]
    public void CopiesOfALargeFrameTakeHeadersOnly()
    {
        const int Peers = 64;
        byte[] frame = OffloadFuzzTests.Large(6, 60000, six: false, Frames.Broadcast);
        using Rig rig = Make((32, 1, 1), PortOffloads.All & ~(PortOffloads.Flat | PortOffloads.OwnIp4 | PortOffloads.PseudoLength), chains: true, buffers: 4096, attach: r =>
        {
            r.Sketch.Peer(r.Peer4, static p => p with { Flags = p.Flags & ~PeerFlags.Up });
            r.Sketch.Peer(r.Peer6, static p => p with { Flags = p.Flags & ~PeerFlags.Up });
            for (int i = 0; i < Peers; i++)
            {
                r.Sketch.Peer(r.AddPeer([198, 51, 101, (byte)(i + 1)], nextHop: 2), static p => p with { MaxInnerFrame = 1472 });
            }
        });
        rig.SetHop(2, NextHopState.Pending);
        Feed(rig, frame, [.. Enumerable.Repeat(2000, 31)], 1000, udp: false);
        rig.Settle();
        Assert.Empty(rig.Outputs);
        Assert.Equal((Peers, 31), (rig.Device.Pool.HeadsInUse, rig.Device.Pool.InUse - rig.Device.Pool.HeadsInUse));
        rig.Resolve(2, "02:00:00:00:02:02");
        rig.Settle();
        Assert.Equal(Peers, rig.Outputs.Count);
        Assert.All(rig.Outputs, s => Assert.Equal(frame[58..], s.Bytes[(42 + 54)..]));
        Assert.All(rig.Outputs, static s => Assert.NotEqual(MbufFlags.None, s.Flags & MbufFlags.TxTcpSegmentation));
        Assert.Equal((0, 0), (rig.Device.Pool.HeadsInUse, rig.Device.Pool.InUse));
        rig.AssertNoDrops();
    }

    // As net_vhost gives with ext-buffer=1: nothing is copied, and the buffer returns when the last segment has gone.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Requirement("C-001", "F-026")]
    public void AnExternalBufferIsSharedToo(bool keptBack)
    {
        byte[] frame = OffloadFuzzTests.Large(6, 7000, six: false);
        using Rig rig = Make((32, 1, 1), Sums, chains: true);
        rig.Device.KeepsBack = keptBack;
        Mbuf* m = rig.Device.Pool.ReceiveExternal(frame, 1, headroom: 128);
        m->OlFlags |= Said;
        m->TxOffload = Mbuf.PackTxOffload(0, 0, segment: 1000);
        rig.Device.Pool.Budget = 0; // for copies
        rig.Enqueue(Rig.Access, (nint)m);
        rig.Settle();
        Assert.Equal(7, rig.Outputs.Count);
        Assert.Equal(frame[58..], rig.Outputs.SelectMany(static s => s.Bytes.Skip(42 + 54)));
        Assert.Equal(keptBack ? 1 + 14 : 0, rig.Device.Pool.InUse);
        rig.Device.GiveBack();
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("F-026")]
    public void AnExternalBufferIsWrittenOnlyByWhomItBelongsTo()
    {
        byte[] frame = Frames.FromHost(Frames.Udp4(payload: 700));
        using Rig rig = Make((32, 1, 1), PortOffloads.None, chains: true);
        Mbuf* own = rig.Device.Pool.ReceiveExternal(frame, 1, headroom: 128), shared = rig.Device.Pool.ReceiveExternal(frame, 2, headroom: 128);
        Mbuf* other = rig.Device.Pool.AllocateHead();
        Mbuf.HoldData(shared, 1);
        Mbuf.Attach(other, shared, 0, shared->DataLen);
        rig.Device.Pool.Budget = 1; // the copy of what somebody else holds
        rig.Enqueue(Rig.Access, (nint)own);
        rig.Enqueue(Rig.Access, (nint)shared);
        rig.Settle();
        Assert.Equal(2, rig.Outputs.Count);
        Assert.Equal(rig.Outputs[0].Bytes[42..], rig.Outputs[1].Bytes[42..]);
        Assert.Equal(0, rig.Device.Pool.Budget);
        Assert.Equal(frame, new ReadOnlySpan<byte>(other->Data, other->DataLen).ToArray());
        rig.Device.Pool.Free(other);
        Assert.Equal(0, rig.Device.Pool.InUse);
        rig.AssertNoDrops();
    }

    // Copied with the sums made here; shared with them made here; shared with them left to the device; and as a device cuts that takes no chains.
    private static void Compare(List<(byte[] Frame, int[] Buffers, int Segment)> frames, (int, int, int) mode, bool shares = true, bool jumbo = false)
    {
        (byte[][] copied, _, string numbers) = Outputs(frames, mode, PortOffloads.None, chains: false, jumbo);
        Assert.True(copied.Length > frames.Count);
        foreach ((PortOffloads does, bool chains) in ((PortOffloads, bool)[])[(PortOffloads.None, true), (Sums, true), (Sums, false)])
        {
            (byte[][] sent, int shared, string same) = Outputs(frames, mode, does, chains, jumbo);
            Assert.Equal(copied.Length, sent.Length);
            for (int i = 0; i < copied.Length; i++)
            {
                Assert.True(copied[i].AsSpan().SequenceEqual(sent[i]), $"segment {i}, {does}, chains {chains}");
            }

            Assert.Equal(numbers, same);
            Assert.True(shared > 0 == (shares && chains && (jumbo || does != PortOffloads.None)), $"{shared} shared");
        }
    }

    private static (byte[][] Sent, int Shared, string Numbers) Outputs(
        List<(byte[] Frame, int[] Buffers, int Segment)> frames, (int Burst, int Workers, int Queues) mode, PortOffloads does, bool chains, bool jumbo, ChainLimit? limit = null)
    {
        using Rig rig = Make(mode, does, chains, buffers: 1024, jumbo: jumbo);
        rig.Device.Limit = limit ?? ChainLimit.None;
        int shared = 0;
        rig.Device.Leaving = (_, packet) =>
        {
            Mbuf* m = (Mbuf*)packet;
            Assert.InRange(m->NbSegs, 1, 8);
            if (m->Next != null && m->Next->IsClone)
            {
                Interlocked.Increment(ref shared);
            }
        };
        for (int i = 0; i < frames.Count; i++)
        {
            Feed(rig, frames[i].Frame, frames[i].Buffers, frames[i].Segment, udp: frames[i].Frame[frames[i].Frame[16] == 8 ? 27 : 24] == 17, sequence: (ulong)i + 1);
            if (i % 16 == 15)
            {
                rig.Settle();
            }
        }

        rig.Settle();
        rig.AssertNoDrops();
        Assert.Equal(0, rig.Device.Pool.InUse);
        int port = Rig.Underlay;
        string numbers = string.Join(' ', new[]
        {
            rig.Total(s => ((PortCounters*)s.Value->Ports)[port].TxPackets), rig.Total(s => ((PortCounters*)s.Value->Ports)[port].TxBytes),
            rig.Total(s => s.Value->Transmitted), rig.Total(s => ((OffloadCounters*)s.Value->Offloads)[port].CutsDone),
            rig.Total(s => ((OffloadCounters*)s.Value->Offloads)[port].CutsAsked),
        });
        return ([.. rig.Outputs.Select(static (s, i) => (Sent: s, At: i)).OrderBy(static x => x.Sent.Sequence).ThenBy(static x => x.At).Select(static x => Completed(x.Sent))], shared, numbers);
    }

    // What a device that completes checksums makes of a frame.
    internal static byte[] Completed(Sent sent)
    {
        if (sent.Flags == MbufFlags.None)
        {
            return sent.Bytes;
        }

        Assert.Equal(MbufFlags.None, sent.Flags & (MbufFlags.TxTcpSegmentation | MbufFlags.TxUdpSegmentation));
        byte[] f = [.. sent.Bytes];
        bool udp = (sent.Flags & MbufFlags.TxL4Mask) == MbufFlags.TxUdpChecksum;
        int ip = (int)((sent.Lengths & 0x7F) + ((sent.Lengths >> 40) & 0x1FF) + ((sent.Lengths >> 49) & 0x7F)), transport = ip + (int)((sent.Lengths >> 7) & 0x1FF);
        Assert.Equal((sent.Flags & MbufFlags.TxIPv4) != 0 ? 4 : 6, f[ip] >> 4);
        int end = ip + (f[ip] >> 4 == 4 ? BinaryPrimitives.ReadUInt16BigEndian(f.AsSpan(ip + 2)) : 40 + BinaryPrimitives.ReadUInt16BigEndian(f.AsSpan(ip + 4)));
        uint sum = 0;
        for (int i = transport; i < end; i++)
        {
            sum += (uint)f[i] << ((i - transport) % 2 == 0 ? 8 : 0);
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = ~((sum & 0xFFFF) + (sum >> 16)) & 0xFFFF;
        BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(transport + (udp ? 6 : 16)), (ushort)(udp && sum == 0 ? 0xFFFF : sum));
        return f;
    }

    private static Rig Make((int Burst, int Workers, int Queues) mode, PortOffloads does, bool chains, int buffers = 512, bool jumbo = false, Action<Rig>? attach = null)
    {
        var rig = new Rig(
            mode.Burst, mode.Workers,
            r =>
            {
                r.Sketch.Port(Rig.Access, static p => p with { Flags = p.Flags | PortFlags.TakesRequests });
                r.Sketch.Port(Rig.Underlay, p => p with { Nvgre = does, Nvgre6 = does });
                r.Sketch.Peer(r.Peer4, p => p with { MaxInnerFrame = (ushort)(jumbo ? 9000 : 1472) });
                r.Sketch.Peer(r.Peer6, p => p with { MaxInnerFrame = (ushort)(jumbo ? 9000 : 1452) });
                attach?.Invoke(r);
            },
            buffers, mode.Queues);
        rig.Learn(Vm6, Rig.PeerPlace(rig.Peer6));
        rig.Device.ChainPorts = chains ? ulong.MaxValue : 0;
        return rig;
    }

    private static void Feed(Rig rig, byte[] frame, int[] buffers, int segment, bool udp, ulong sequence = 1)
    {
        Mbuf* first = rig.Device.Pool.ReceiveChain(frame, sequence, buffers);
        first->OlFlags = segment == 0 ? MbufFlags.RxL4ChecksumNone : Said | (udp ? MbufFlags.TxUdpSegmentation : MbufFlags.None);
        first->TxOffload = Mbuf.PackTxOffload(0, 0, segment: segment);
        rig.Enqueue(Rig.Access, (nint)first);
    }
}

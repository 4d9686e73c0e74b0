using System.Buffers.Binary;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Software receive coalescing: what a device that cuts makes of a joined frame are the frames that were joined.</summary>
public sealed unsafe class CoalescingTests
{
    private const PortOffloads Cuts = PortOffloads.Ip4 | PortOffloads.Tcp4 | PortOffloads.Tcp6 | PortOffloads.Tso4 | PortOffloads.Tso6;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Requirement("C-025", "F-020")]
    public void SegmentsOfABurstLeaveAsOneFrameThatGivesThemBack(bool six)
    {
        byte[][] segments = [.. Enumerable.Range(0, 5).Select(i => Segment(six, i, i == 4 ? 70 : 100, push: i == 4))];
        byte[][] alone = Run(coalesces: false, out _, segments).Select(static s => s.Bytes).ToArray();
        Assert.Equal(5, alone.Length);
        Sent joined = Assert.Single(Run(coalesces: true, out ulong transmitted, segments));
        Assert.Equal(MbufFlags.TxTcpSegmentation | MbufFlags.TxTcpChecksum | (six ? MbufFlags.TxIPv6 : MbufFlags.TxIPv4 | MbufFlags.TxIpChecksum), joined.Flags);
        Assert.Equal(Mbuf.PackTxOffload(18, six ? 40 : 20, 20, 100), joined.Lengths);
        Assert.Equal(alone, Cut(joined.Bytes, six, 100));
        Assert.Equal(5ul, transmitted);
    }

    /// <summary>virtio cuts without touching the header of the whole: its guest would refuse one whose sum is not right.</summary>
    [Fact]
    [Requirement("C-025")]
    public void AHeaderThatTheDeviceDoesNotSumIsRight()
    {
        using Rig rig = Make(coalesces: true, prepares: true, Cuts & ~PortOffloads.Ip4 | PortOffloads.OwnIp4 | PortOffloads.PseudoLength);
        byte[] joined = Assert.Single(rig.Run(Rig.Underlay, [.. Enumerable.Range(0, 5).Select(i => Nvgre(Segment(false, i, 100)))])).Bytes;
        Assert.Equal(20 + 20 + 500, BinaryPrimitives.ReadUInt16BigEndian(joined.AsSpan(20)));
        byte[] header = joined[18..38];
        Frames.Sum(header);
        Assert.Equal(header, joined[18..38]);
    }

    /// <summary>vhost would write the pseudo header's sum anew and without the length, were the headers in one buffer (C-013).</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Requirement("C-013", "C-025")]
    public void TheTransportHeaderBeginsASecondBufferWhereTheSumHasTheLength(bool six)
    {
        byte[][] segments = [.. Enumerable.Range(0, 5).Select(i => Segment(six, i, 100, push: i == 4))];
        using Rig rig = Make(coalesces: true, prepares: true, Cuts & ~PortOffloads.Ip4 | PortOffloads.OwnIp4 | PortOffloads.PseudoLength);
        Sent joined = Assert.Single(rig.Run(Rig.Underlay, [.. segments.Select(Nvgre)]));
        int l4 = six ? 58 : 38;
        Assert.Equal(l4, joined.First);
        byte[] pseudo = [.. joined.Bytes[(six ? 26 : 30)..l4], 0, 6, .. Frames.Big16(520)];
        Assert.Equal((ushort)~Sum(pseudo), BinaryPrimitives.ReadUInt16BigEndian(joined.Bytes.AsSpan(l4 + 16)));

        // Without a buffer for that they leave as they came.
        rig.Outputs.Clear();
        rig.Device.Pool.HeadBudget = 0;
        byte[][] alone = Run(coalesces: false, out _, segments).Select(static s => s.Bytes).ToArray();
        Assert.Equal(alone, rig.Run(Rig.Underlay, [.. segments.Select(Nvgre)]).Select(static s => s.Bytes));
        rig.AssertNoDrops();
        rig.AssertClosed();
    }

    /// <summary>Frames leave by a port each by its own rules: one that joins changes nothing for those that do not, nor for NVGRE.</summary>
    [Theory]
    [MemberData(nameof(Rig.Modes), MemberType = typeof(Rig))]
    [Requirement("C-025", "A-092")]
    public void WhatAlsoLeavesElsewhereIsNotJoined(int burst, int workers, int queues)
    {
        const string Far = "00:15:5d:00:00:0d", Nowhere = "02:00:00:00:0b:77";
        using var rig = new Rig(burst, workers, queues: queues, change: r =>
        {
            // The underlay port is no port that joins, whatever it could do.
            r.Sketch.Port(Rig.Access, static p => p with { Plain = Cuts, Flags = p.Flags | PortFlags.Coalesces });
            r.Sketch.Port(Rig.Underlay, static p => p with { Plain = Cuts, Nvgre = PortOffloads.All & ~PortOffloads.Flat, Nvgre6 = PortOffloads.All & ~PortOffloads.Flat });
            r.Sketch.AddAttachment(r.Segment, Rig.Access2, 200);
            r.Sketch.Segment(r.Segment, static s => s with { Flags = s.Flags | SegmentFlags.Relay });
        });
        rig.Learn(Far, Rig.PeerPlace(rig.Peer6));

        // Hairpin: to another peer. Flooded: to both attachments, the one that joins and the one that could not cut.
        foreach ((string to, int copies) in ((string, int)[])[(Far, 1), (Nowhere, 2)])
        {
            byte[][] segments = [.. Enumerable.Range(0, 5).Select(i => Frames.Join(Frames.Mac(to), Segment(false, i, 100)[6..]))];
            rig.Outputs.Clear();
            List<Sent> sent = rig.Run(Rig.Underlay, [.. segments.Select(Nvgre)]);
            Assert.Equal(5 * copies, sent.Count);
            Assert.All(sent, s => Assert.True(s.Flags == MbufFlags.None && s.Bytes.Length <= segments[0].Length + 62));
            foreach (IGrouping<int, Sent> port in sent.GroupBy(static s => s.Port))
            {
                Assert.Equal(segments.Select(static s => s[^100..]), port.Select(static s => s.Bytes[^100..]));
            }
        }

        Assert.Equal(0ul, rig.Total(static s => ((OffloadCounters*)s.Value->Offloads)[Rig.Access].Joins));
        rig.AssertNoDrops();
        rig.AssertClosed();
    }

    /// <summary>A trace ends with what became of its packet: that is not joined to another.</summary>
    [Fact]
    [Requirement("F-033", "C-025")]
    public void WhatIsTracedIsNotJoined()
    {
        using Rig rig = Make(coalesces: true, prepares: true);
        byte[][] segments = [.. Enumerable.Range(0, 6).Select(i => Segment(false, i, 100))];
        TraceTests.Arm(rig, TraceTests.All with { Count = 3 });
        List<Sent> sent = rig.Run(Rig.Underlay, [.. segments.Select(Nvgre)]);
        Assert.Equal([158, 158, 158, 358], sent.Select(static s => s.Bytes.Length)); // the first three are traced
        List<TraceEvent> events = TraceTests.Read(rig);
        Assert.Equal([1, 2, 3], events.Where(static e => e.Point == TracePoint.Transmitted).Select(static e => (int)(e.Packet & TraceEvent.NumberMask)));
        rig.AssertClosed();
    }

    /// <summary>Any streams, intact or not, in any order: what a device makes of what leaves is what came, each flow in its order.</summary>
    [Theory]
    [InlineData(41, false)]
    [InlineData(42, true)]
    [Requirement("C-025", "C-017")]
    public void AnyStreamsComeBackFromTheDevice(int seed, bool six)
    {
        var random = new Random(seed);
        using Rig rig = Make(coalesces: true, prepares: true), plain = Make(coalesces: false, prepares: true);
        string[] changes = ["checksum", "fin", "acknowledgement", "window", "id", "ttl"];
        int[] next = new int[4];
        ulong fed = 0;
        for (int round = 0; round < 300; round++)
        {
            var frames = new List<byte[]>();
            for (int i = random.Next(2, 32); i > 0; i--)
            {
                int flow = random.Next(next.Length), length = random.Next(8) == 0 ? random.Next(1, 300) : 200;
                next[flow] += random.Next(12) == 0 ? random.Next(-400, 400) : 0;
                frames.Add(Segment(six, random.Next(6) == 0 ? random.Next(4) : next[flow] / 200, length, random.Next(6) == 0, 440 + flow, random.Next(10) == 0 ? changes[random.Next(changes.Length)] : "", next[flow]));
                next[flow] += length;
                if (random.Next(12) == 0)
                {
                    (frames[^1], frames[random.Next(frames.Count)]) = (frames[random.Next(frames.Count)], frames[^1]);
                }
            }

            rig.Outputs.Clear();
            plain.Outputs.Clear();
            byte[][] alone = [.. plain.Run(Rig.Underlay, [.. frames.Select(Nvgre)]).Select(static s => s.Bytes)];
            byte[][] cut = [.. rig.Run(Rig.Underlay, [.. frames.Select(Nvgre)]).SelectMany(s => s.Flags == MbufFlags.None ? [s.Bytes] : Cut(s.Bytes, six, (int)(s.Lengths >> 24) & 0xFFFF))];
            int port = six ? 58 : 38;
            for (int flow = 440; flow < 440 + next.Length; flow++)
            {
                Assert.Equal(alone.Where(Of(flow)), cut.Where(Of(flow)));
            }

            fed += (ulong)frames.Count;

            Func<byte[], bool> Of(int flow) => b => BinaryPrimitives.ReadUInt16BigEndian(b.AsSpan(port)) == flow;
        }

        OffloadCounters count = ((OffloadCounters*)rig.Memory.Statistics(0)->Offloads)[Rig.Access];
        Assert.True(count.Joined > fed / 4 && count.Joined > 2 * count.Joins, $"of {fed} only {count.Joined} were joined, to {count.Joins}");
        rig.AssertNoDrops();
        rig.AssertClosed();
    }

    [Fact]
    [Requirement("C-025")]
    public void WhatTheDeviceRefusesComesApartAgain()
    {
        byte[][] segments = [.. Enumerable.Range(0, 5).Select(i => Segment(false, i, 100, push: i == 4))];
        byte[][] alone = Run(coalesces: false, out _, segments).Select(static s => s.Bytes).ToArray();
        Assert.Equal(alone, Run(coalesces: true, out _, segments, prepares: false).Select(static s => s.Bytes));
    }

    /// <summary>A device that takes so many buffers of a packet, one of them perhaps for the headers, is given no more.</summary>
    [Theory]
    [InlineData(2, 250, 1, 20)]
    [InlineData(3, 250, 20, 1)]
    [InlineData(0, 6, 5, 4)]
    [InlineData(0, 2, 1, 20)]
    [Requirement("C-019", "C-025")]
    public void NoMoreAreJoinedThanTheDeviceTakes(int frame, int packet, int each, int sent)
    {
        byte[][] segments = [.. Enumerable.Range(0, 20).Select(i => Segment(false, i, 100))];
        byte[][] alone = Run(coalesces: false, out _, segments).Select(static s => s.Bytes).ToArray();
        foreach (PortOffloads how in (PortOffloads[])[PortOffloads.Ip4, PortOffloads.OwnIp4 | PortOffloads.PseudoLength])
        {
            using Rig rig = Make(coalesces: true, prepares: true, Cuts & ~PortOffloads.Ip4 | how);
            rig.Device.Limit = ChainLimit.Of(frame, packet);
            List<Sent> joined = rig.Run(Rig.Underlay, [.. segments.Select(Nvgre)]);
            Assert.Equal((sent, each), (joined.Count, (joined[0].Bytes.Length - 58) / 100));
            Assert.Equal(alone, joined.SelectMany(static s => s.Flags == MbufFlags.None ? [s.Bytes] : Cut(s.Bytes, false, 100)));
            rig.AssertNoDrops();
        }
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(16, 2)]
    [Requirement("C-025")]
    public void FlowsAreJoinedEachForItself(int flows, int each)
    {
        byte[][] frames = [.. Enumerable.Range(0, flows * each).Select(i => Segment(false, i / flows, 100, port: 443 + (i % flows)))];
        List<Sent> sent = Run(coalesces: true, out ulong transmitted, frames);
        Assert.Equal(flows, sent.Count);
        Assert.All(sent, s => Assert.Equal(18 + 20 + 20 + (each * 100), s.Bytes.Length));
        Assert.Equal((ulong)frames.Length, transmitted);
    }

    /// <summary>No frame grows beyond what an IP header can say, nor beyond what a note can count.</summary>
    [Theory]
    [InlineData(7900, 20, 8)]
    [InlineData(100, 40, 32)]
    [Requirement("C-025")]
    public void JoinedFramesHaveALength(int payload, int count, int most)
    {
        using Rig rig = Make(coalesces: true, prepares: true);
        rig.Sketch.Port(Rig.Underlay, static p => p with { Mtu = 9100, MaxFrame = 9200 });
        rig.Sketch.Port(Rig.Access, static p => p with { Mtu = 9000, MaxFrame = 9100 });
        rig.Sketch.Attachment(rig.Attachment, static a => a with { MaxInnerFrame = 9014 });
        rig.Sketch.Publish(rig.Memory);
        foreach (int i in Enumerable.Range(0, count))
        {
            rig.Enqueue(Rig.Underlay, (nint)rig.Device.Pool.Receive(Nvgre(Segment(false, i, payload, at: i * payload)), 1, headroom: 128));
        }

        rig.Settle();
        int whole = 0;
        foreach (Sent s in rig.Outputs)
        {
            int joined = (s.Bytes.Length - 58) / payload;
            Assert.InRange(joined, 1, most);
            Assert.Equal(s.Bytes.Length - 18, BinaryPrimitives.ReadUInt16BigEndian(s.Bytes.AsSpan(20)));
            whole += joined;
        }

        Assert.Equal(count, whole);
        Assert.Equal(most, rig.Outputs.Max(s => (s.Bytes.Length - 58) / payload));
        rig.AssertNoDrops();
        rig.AssertClosed();
    }

    [Theory]
    [InlineData("checksum")]
    [InlineData("gap")]
    [InlineData("fin")]
    [InlineData("acknowledgement")]
    [InlineData("window")]
    [InlineData("id")]
    [InlineData("ttl")]
    [InlineData("longer")]
    [InlineData("urgent")]
    [InlineData("reserved")]
    [InlineData("tos")]
    [InlineData("df")]
    [Requirement("C-025", "C-040")]
    public void WhatTheDeviceCouldNotGiveBackIsNotJoined(string other)
    {
        byte[] second = other switch
        {
            "gap" => Segment(false, 2, 100),
            "longer" => Segment(false, 1, 101, at: 100),
            _ => Segment(false, 1, 100, change: other),
        };
        byte[][] frames = [Segment(false, 0, 100), second, Segment(false, 5, 100)];
        List<Sent> sent = Run(coalesces: true, out _, frames);
        Assert.Equal(3, sent.Count);
        Assert.Equal(Run(coalesces: false, out _, frames).Select(static s => s.Bytes), sent.Select(static s => s.Bytes));
        Assert.All(sent, static s => Assert.Equal(MbufFlags.None, s.Flags));
    }

    /// <summary>A frame that could never be joined - in two buffers, with IP options, a fragment - ends what its flow has joined so far.</summary>
    [Theory]
    [InlineData("buffers")]
    [InlineData("options")]
    [InlineData("fragment")]
    [Requirement("C-017", "C-025")]
    public void NothingOvertakesAFrameOfItsFlow(string what)
    {
        byte[][] frames = [Segment(false, 0, 700, at: 0), Segment(false, 7, 700, at: -700), Segment(false, 1, 700, at: 700)];
        if (what != "buffers")
        {
            byte[] ip = Frames.Ip4([10, 1, 1, 11], [10, 1, 1, 200], 6, frames[1][34..], options: what == "options" ? [1, 1, 1, 0] : []);
            ip[6] |= (byte)(what == "fragment" ? 0x20 : 0); // the first of several
            Frames.Sum(ip);
            frames[1] = Frames.FromVm(ip);
        }

        using Rig rig = Make(coalesces: true, prepares: true);
        foreach (byte[] frame in frames.Select(Nvgre))
        {
            int first = what == "buffers" && frame.AsSpan(42 + 38).StartsWith(frames[1].AsSpan(38, 4)) ? 600 : frame.Length;
            Mbuf* m = rig.Device.Pool.Receive(frame.AsSpan(0, first), 1, headroom: 128);
            if (first < frame.Length)
            {
                m->Next = rig.Device.Pool.Receive(frame.AsSpan(first), 1);
                m->NbSegs = 2;
                m->PktLen = (uint)frame.Length;
            }

            rig.Enqueue(Rig.Underlay, (nint)m);
        }

        rig.Settle();
        Assert.Equal(frames.Select(static f => f[^700..]), rig.Outputs.Select(static s => s.Bytes[^700..]));
        rig.AssertNoDrops();
        rig.AssertClosed();
    }

    [Fact]
    [Requirement("F-020")]
    public void AJoinedFrameThatIsLostCountsAsManyDrops()
    {
        using var rig = Make(coalesces: true, prepares: true);
        rig.Device.Takes[Rig.Access] = 0;
        rig.Run(Rig.Underlay, [.. Enumerable.Range(0, 5).Select(i => Nvgre(Segment(false, i, 100)))]);
        rig.AssertDrops(DropReason.TxFull, 5);
        rig.AssertClosed();
    }

    private static List<Sent> Run(bool coalesces, out ulong transmitted, byte[][] segments, bool prepares = true)
    {
        using Rig rig = Make(coalesces, prepares);
        List<Sent> sent = rig.Run(Rig.Underlay, [.. segments.Select(Nvgre)]);
        transmitted = rig.Total(static s => s.Value->Transmitted);
        PortCounters* port = (PortCounters*)rig.Memory.Statistics(0)->Ports + Rig.Access;
        Assert.Equal((ulong)segments.Length, port->TxPackets);
        Assert.Equal((ulong)segments.Sum(static s => s.Length + 4), port->TxBytes);
        rig.AssertNoDrops();
        return sent;
    }

    private static Rig Make(bool coalesces, bool prepares, PortOffloads plain = Cuts)
    {
        var rig = new Rig(change: r => r.Sketch.Port(
            Rig.Access, p => p with { Plain = plain, Flags = p.Flags | (coalesces ? PortFlags.Coalesces : PortFlags.None) }));
        rig.Device.Prepares = prepares;
        return rig;
    }

    private static byte[] Nvgre(byte[] inner) => Frames.Nvgre4(inner);

    // Segment i of a stream of 100 bytes each.
    private static byte[] Segment(bool six, int i, int length, bool push = false, int port = 443, string change = "", int? at = null)
    {
        byte[] tcp = new byte[20 + length];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)port);
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(2), 50000);
        BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(4), 0xFFFF_FF00u + (uint)(at ?? (i * 100)));
        BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(8), change == "acknowledgement" ? 8u : 7u);
        tcp[12] = 0x50;
        tcp[13] = (byte)(0x10 | (push ? 8 : 0) | (change == "fin" ? 1 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(14), (ushort)(change == "window" ? 501 : 500));
        tcp[12] |= (byte)(change == "reserved" ? 1 : 0);
        tcp[19] = (byte)(change == "urgent" ? 1 : 0); // a pointer without URG means nothing, and is still not the same
        for (int b = 20; b < tcp.Length; b++)
        {
            tcp[b] = (byte)((i * 31) + b);
        }

        byte[] source = six ? Address6(1) : [10, 1, 1, 11], destination = six ? Address6(2) : [10, 1, 1, 200];
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(16), Sum(source, destination, tcp));
        if (change == "checksum")
        {
            tcp[16] ^= 1;
        }

        byte[] ip = six ? Frames.Ip6(source, destination, 6, tcp) : Frames.Ip4(
            source, destination, 6, tcp, tos: change == "tos" ? 4 : 0, flags: change == "df" ? 0 : 0x4000, ttl: change == "ttl" ? 63 : 64);
        if (!six)
        {
            BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(4), (ushort)(0xFFFE + i + (change == "id" ? 1 : 0)));
            Frames.Sum(ip);
        }

        return Frames.FromVm(ip, type: six ? 0x86DD : 0x0800);
    }

    // What a device that cuts makes of a frame on VLAN 100, by C-006 to C-014.
    private static byte[][] Cut(byte[] frame, bool six, int size)
    {
        int l3 = 18, l4 = l3 + (six ? 40 : 20), headers = l4 + 20;
        var made = new List<byte[]>();
        for (int at = headers; at < frame.Length; at += size)
        {
            int part = Math.Min(size, frame.Length - at);
            byte[] s = [.. frame[..headers], .. frame[at..(at + part)]];
            BinaryPrimitives.WriteUInt16BigEndian(s.AsSpan(l3 + (six ? 4 : 2)), (ushort)(s.Length - l3 - (six ? 40 : 0)));
            if (!six)
            {
                BinaryPrimitives.WriteUInt16BigEndian(s.AsSpan(l3 + 4), (ushort)(BinaryPrimitives.ReadUInt16BigEndian(s.AsSpan(l3 + 4)) + made.Count));
                Frames.Sum(s.AsSpan(l3));
            }

            BinaryPrimitives.WriteUInt32BigEndian(s.AsSpan(l4 + 4), BinaryPrimitives.ReadUInt32BigEndian(s.AsSpan(l4 + 4)) + (uint)(at - headers));
            if (at + part < frame.Length)
            {
                s[l4 + 13] &= 0xF6;
            }

            s[l4 + 16] = s[l4 + 17] = 0;
            byte[] source = s[(l3 + (six ? 8 : 12))..(l3 + (six ? 24 : 16))], destination = s[(l3 + (six ? 24 : 16))..(l3 + (six ? 40 : 20))];
            BinaryPrimitives.WriteUInt16BigEndian(s.AsSpan(l4 + 16), Sum(source, destination, s[l4..]));
            made.Add(s);
        }

        return [.. made];
    }

    private static ushort Sum(byte[] source, byte[] destination, byte[] tcp) =>
        Sum([.. source, .. destination, 0, 6, .. Frames.Big16(tcp.Length), .. tcp, .. new byte[tcp.Length % 2]]);

    private static ushort Sum(byte[] all)
    {
        uint sum = 0;
        for (int i = 0; i < all.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(all.AsSpan(i));
        }

        while (sum > 0xFFFF)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)~sum;
    }

    private static byte[] Address6(byte last) => [0x20, 1, 0xD, 0xB8, 0, 0xCA, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
}

using System.Buffers.Binary;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Requests of a virtio guest - large frames, begun checksums - by a device's offloads and by their twins.</summary>
public sealed unsafe class OffloadTests
{
    private const MbufFlags Large = MbufFlags.RxLro | MbufFlags.RxL4ChecksumNone;
    internal const PortOffloads All = PortOffloads.Ip4 | PortOffloads.Tcp4 | PortOffloads.Tcp6 | PortOffloads.Udp4 | PortOffloads.Udp6
        | PortOffloads.Tso4 | PortOffloads.Tso6 | PortOffloads.Outer4 | PortOffloads.Outer6 | PortOffloads.OuterIp4;

    [Theory]
    [MemberData(nameof(Rig.Modes), MemberType = typeof(Rig))]
    [Requirement("C-002", "C-004", "C-005", "C-006", "C-008", "C-009", "C-010", "C-014", "C-024", "F-020")]
    public void ALargeFrameBecomesTheSegmentsOfTheWorkedExample(int burst, int workers, int queues)
    {
        using var rig = new Rig(burst, workers, static r => Take(r, PortOffloads.None, PortOffloads.None), queues: queues);
        Feed(rig, Template(), Large, 1418);
        rig.Settle();
        // W-14, but that the outer ids begin at 0, as ours do, instead of at 0xFFFF: the outer sums of the second and third are lower by one.
        (int Length, ushort OuterId, ushort OuterSum, ushort Id, ushort IpSum, uint Sequence, byte Flags, ushort TcpSum)[] wanted =
        [
            (1514, 0, 0x48B2, 0x7FFE, 0x9E71, 0x2000_0000, 0xD0, 0x0424),
            (1514, 1, 0x48B1, 0x7FFF, 0x9E70, 0x2000_058A, 0x50, 0xA0BB),
            (260, 2, 0x4D96, 0x8000, 0xA355, 0x2000_0B14, 0x59, 0xE277),
        ];
        Assert.Equal(wanted.Length, rig.Outputs.Count);
        for (int i = 0; i < wanted.Length; i++)
        {
            byte[] f = rig.Outputs[i].Bytes;
            var seen = (f.Length, Big(f, 18), Big(f, 24), Big(f, 60), Big(f, 66), BinaryPrimitives.ReadUInt32BigEndian(f.AsSpan(80)), f[89], Big(f, 92));
            Assert.Equal(wanted[i], seen);
            Assert.Equal(f.Length - 14, Big(f, 16));
            Assert.Equal([0x20, 0x00, 0x65, 0x58, 0x00, 0x13, 0x89, 0x1E], f[34..42]);
            Assert.Equal(MbufFlags.None, rig.Outputs[i].Flags);
            for (int b = 96; b < f.Length; b++)
            {
                Assert.Equal((byte)((7 * ((1418 * i) + b - 96)) + 3), f[b]);
            }
        }

        rig.AssertNoDrops();
        Assert.Equal(1ul, rig.Total(s => s.Value->Transmitted));
        Assert.Equal(1ul, rig.Total(static s => ((OffloadCounters*)s.Value->Offloads)[Rig.Underlay].CutsDone));
        rig.AssertClosed();
    }

    [Fact]
    [Requirement("C-013", "C-022", "C-023")]
    public void ADeviceThatCutsWithinGreIsAskedTo()
    {
        using var rig = new Rig(change: static r => Take(r, PortOffloads.None, All));
        Feed(rig, Template(), Large, 1418);
        rig.Settle();
        Sent sent = Assert.Single(rig.Outputs);
        Assert.Equal(
            MbufFlags.TxTcpSegmentation | MbufFlags.TxTcpChecksum | MbufFlags.TxTunnelGre | MbufFlags.TxOuterIPv4 | MbufFlags.TxOuterIpChecksum
                | MbufFlags.TxIPv4 | MbufFlags.TxIpChecksum,
            sent.Flags);
        Assert.Equal(Mbuf.PackTxOffload(22, 20, 20, 1418, 20, 14), sent.Lengths);
        Assert.Equal(0x16DB, Big(sent.Bytes, 92));
        Assert.Equal(0, Big(sent.Bytes, 66));
        Assert.Equal(0, Big(sent.Bytes, 24));
        Assert.Equal(1ul, ((OffloadCounters*)rig.Memory.Statistics(0)->Offloads)[Rig.Underlay].CutsAsked);
        // Counted as what is on the wire, as without the device (C-124).
        PortCounters* port = (PortCounters*)rig.Memory.Statistics(0)->Ports + Rig.Underlay;
        Assert.Equal((3ul, 1514ul + 1514 + 260), (port->TxPackets, port->TxBytes));
        PeerCounters* peer = rig.Memory.Peers(0) + rig.Peer4;
        Assert.Equal((3ul, 1472ul + 1472 + 218), (peer->TxUnicast[PeerCounters.Packets], peer->TxUnicast[PeerCounters.TenantBytes]));
    }

    // Who is not known to leave CWR on the first segment alone is not asked to cut a frame with it (virtio 1.2, 5.1.6.2), others it is.
    [Theory]
    [InlineData(0x50D9, false)]
    [InlineData(0x5059, true)]
    [Requirement("C-010", "C-124")]
    public void AFrameWithCwrIsCutHereWhereTheDeviceMayCopyIt(int flags, bool asked)
    {
        using var rig = new Rig(change: static r => Take(r, PortOffloads.None, All | PortOffloads.OwnCwr));
        byte[] frame = Template();
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(18 + 20 + 12), (ushort)flags);
        Feed(rig, frame, Large, 1418);
        rig.Settle();
        OffloadCounters* counted = (OffloadCounters*)rig.Memory.Statistics(0)->Offloads + Rig.Underlay;
        Assert.Equal(asked ? (1ul, 0ul) : (0ul, 1ul), (counted->CutsAsked, counted->CutsDone));
        Assert.Equal(asked ? [0x59] : [0xD0, 0x50, 0x59], rig.Outputs.Select(static s => (int)s.Bytes[89]));
        // Sums of the segments are still the device's; headers and payload are ours.
        Assert.All(rig.Outputs, s => Assert.Equal(asked, (s.Flags & MbufFlags.TxTcpSegmentation) != 0));
        Assert.All(rig.Outputs, static s => Assert.NotEqual(MbufFlags.None, s.Flags & MbufFlags.TxTcpChecksum));
        rig.AssertNoDrops();
        rig.AssertClosed();
    }

    // Buffers are taken for all segments at once; when there are fewer, the first ones leave.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1514)]
    [InlineData(2, 1514 + 1514)]
    [InlineData(3, 1514 + 1514 + 260)]
    [Requirement("F-020")]
    public void SegmentsWithoutABufferAreLostAndOnlyThose(int buffers, ulong bytes)
    {
        byte[][] all = Segments(PortOffloads.None, prepares: true);
        using var rig = new Rig(change: static r => Take(r, PortOffloads.None, PortOffloads.None));
        Feed(rig, Template(), Large, 1418);
        rig.Device.Pool.Budget = buffers;
        rig.Settle();
        Assert.Equal(all[..buffers], rig.Outputs.Select(static s => s.Bytes));
        PeerCounters* peer = rig.Memory.Peers(0) + rig.Peer4;
        Assert.Equal(
            ((ulong)buffers, bytes - ((ulong)buffers * 42), bytes),
            (peer->TxUnicast[PeerCounters.Packets], peer->TxUnicast[PeerCounters.TenantBytes], peer->TxUnicast[PeerCounters.OuterBytes]));
        Assert.Equal(buffers == 0 ? 0ul : 1ul, rig.Total(s => s.Value->Transmitted));
        rig.AssertDrops(DropReason.MbufNomem, buffers == 0 ? 1ul : 0);
        rig.AssertClosed();
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(8, false)]
    [InlineData(0, true)]
    [Requirement("C-019")]
    public void WhatADeviceRefusesIsDoneInSoftware(int options, bool sixOutside)
    {
        byte[][] twin = Segments(PortOffloads.None, prepares: true, options, sixOutside);
        Assert.Equal(3, twin.Length);
        Assert.Equal(twin, Segments(All, prepares: false, options, sixOutside));
    }

    // A checksum that a device refuses to complete, too, and what the frame was told the device is gone.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Requirement("C-019", "C-030")]
    public void AChecksumThatADeviceRefusesIsCompleted(bool toPeer)
    {
        Sent[] sent = [.. new[] { PortOffloads.None, All }.Select(offers =>
        {
            using var rig = new Rig(change: r =>
            {
                Take(r, offers, offers);
                r.Sketch.AddAttachment(r.Segment, Rig.Access2, 200);
            });
            rig.Device.Prepares = false;
            if (!toPeer)
            {
                rig.Learn(Frames.Vm, Rig.AttachmentPlace(rig.Attachment + 1));
            }

            byte[] frame = Frames.FromHost(Frames.Udp4(payload: 41));
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(44), 0x1234);
            Feed(rig, frame, MbufFlags.RxL4ChecksumNone, 0);
            rig.Settle();
            Assert.Equal(1ul, ((OffloadCounters*)rig.Memory.Statistics(0)->Offloads)[toPeer ? Rig.Underlay : Rig.Access2].SumsDone);
            return Assert.Single(rig.Outputs);
        })];
        Assert.Equal(sent[0].Bytes, sent[1].Bytes);
        Assert.Equal(MbufFlags.None, sent[1].Flags);
    }

    // A datagram that ends before its packet, and bytes behind the packet: devices differ in where they stop, so that none is asked.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Requirement("C-030", "C-124")]
    public void NoDeviceIsAskedToSumWhatEndsElsewhere(bool inPacket)
    {
        byte[] datagram = [.. Frames.Udp(1234, 5678, 41)], behind = [1, 2, 3, 4, 5];
        byte[] frame = Frames.FromHost(Frames.Ip4([10, 1, 1, 200], [10, 1, 1, 11], 17, inPacket ? [.. datagram, .. behind] : datagram));
        frame = inPacket ? frame : [.. frame, .. behind];
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(44), 0x1234);
        using var rig = new Rig(change: static r => Take(r, All, All));
        Feed(rig, frame, MbufFlags.RxL4ChecksumNone, 0);
        rig.Settle();
        Sent sent = Assert.Single(rig.Outputs);
        Assert.Equal(MbufFlags.None, sent.Flags);
        uint sum = 0x0A01 + 0x01C8 + 0x0A01 + 0x010B + 17 + 49 + 49 + 1234 + 5678;
        for (int i = 8; i < datagram.Length; i++)
        {
            sum += (uint)datagram[i] << (i % 2 == 0 ? 8 : 0);
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        Assert.Equal((ushort)~((sum & 0xFFFF) + (sum >> 16)), Big(sent.Bytes, 56 + 26));
    }

    // Headers that go on in another buffer, beyond the 512 bytes that are made linear: nobody looks there.
    [Theory]
    [InlineData(546, true)]
    [InlineData(545, false)]
    [InlineData(533, false)]
    [InlineData(514, false)]
    [Requirement("C-016", "C-065")]
    public void LongHeadersAreReadInOneBufferOnly(int first, bool taken)
    {
        // 18 + 40 + 256 + 200 bytes, then 32 of TCP with options; payload from byte 546 on.
        byte[] tcp = [0xC0, 0, 1, 0xBB, 0, 0, 0, 1, 0, 0, 0, 2, 0x80, 0x10, 1, 1, 0, 0, 0, 0, .. new byte[12], .. new byte[2000]];
        byte[] extensions = [60, 31, 1, 0xFC, .. new byte[252], 6, 24, 1, 0xC4, .. new byte[196]];
        byte[] frame = Frames.FromHost(Frames.Ip6([.. Frames.Gateway6], [.. Frames.Remote6], 60, [.. extensions, .. tcp]), type: 0x86DD);
        using var rig = new Rig(change: static r => Take(r, PortOffloads.None, PortOffloads.None));
        Mbuf* m = rig.Device.Pool.Receive(frame.AsSpan(0, first), 1, headroom: 128);
        m->Next = rig.Device.Pool.Receive(frame.AsSpan(first), 1);
        m->NbSegs = 2;
        m->PktLen = (uint)frame.Length;
        m->OlFlags = Large;
        m->TxOffload = Mbuf.PackTxOffload(0, 0, segment: 1000);
        rig.Enqueue(Rig.Access, (nint)m);
        rig.Settle();
        Assert.Equal(taken ? 3 : 0, rig.Outputs.Count);
        rig.AssertDrops(taken ? DropReason.None : DropReason.OffloadInvalid, taken ? 0ul : 1);
    }

    [Theory]
    [Requirement("C-011")]
    [InlineData(0x02)]
    [InlineData(0x04)]
    [InlineData(0x20)]
    public void WhatMayNotBeCutIsNot(byte flag)
    {
        using var rig = new Rig(change: static r => Take(r, PortOffloads.None, All));
        byte[] frame = Template();
        frame[51] |= flag;
        Feed(rig, frame, Large, 1418);
        rig.Settle();
        Assert.Empty(rig.Outputs);
        rig.AssertDrops(DropReason.OffloadInvalid);
    }

    [Theory]
    [Requirement("C-030", "C-031", "C-036")]
    [InlineData(false)]
    [InlineData(true)]
    public void ABegunChecksumIsCompleted(bool toPeer)
    {
        byte[] frame = Frames.FromHost(Frames.Udp4(payload: 41));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(44), 0x1234); // whatever was begun
        using var rig = new Rig(change: static r =>
        {
            Take(r, PortOffloads.None, PortOffloads.None);
            r.Sketch.AddAttachment(r.Segment, Rig.Access2, 200);
        });
        if (!toPeer)
        {
            rig.Learn(Frames.Vm, Rig.AttachmentPlace(rig.Attachment + 1));
        }

        Feed(rig, frame, MbufFlags.RxL4ChecksumNone, 0);
        rig.Settle();
        byte[] sent = Assert.Single(rig.Outputs).Bytes;
        Assert.Equal(toPeer ? Rig.Underlay : Rig.Access2, rig.Outputs[0].Port);
        int l3 = toPeer ? 56 : 18;
        // By hand: addresses 0A01+01C8+0A01+010B, 17, length 49 twice, ports 04D2+162E.
        uint sum = 0x0A01 + 0x01C8 + 0x0A01 + 0x010B + 17 + 49 + 49 + 1234 + 5678;
        Assert.Equal((ushort)~sum, Big(sent, l3 + 26));
    }

    // The pseudo header has the last address of a source route (RFC 1122 section 4.2.3.8, RFC 8200 section 8.1), which no sum over the header
    // finds: refused while the route leads on, completed once it is at its end.
    [Theory]
    [InlineData(4, 131, true)]
    [InlineData(4, 137, true)]
    [InlineData(4, 7, false)] // a record of the route leads nowhere
    [InlineData(6, 1, true)]
    [InlineData(6, 0, false)] // no segments left
    [Requirement("C-030", "C-035")]
    public void ABegunChecksumOfASourceRoutedPacketIsRefused(int version, byte what, bool refused)
    {
        byte[] datagram = [.. Frames.Udp(1234, 5678, 41)];
        datagram[6] = 1; // whatever was begun
        byte[] packet = version == 4
            ? Frames.Ip4([10, 1, 1, 200], [10, 1, 1, 11], 17, datagram, options: [1, what, 7, 4, 10, 9, 9, 9])
            : Frames.Ip6([.. Frames.Gateway6], [.. Frames.Remote6], 43, [17, 2, 0, what, 0, 0, 0, 0, .. Frames.Gateway6, .. datagram]);
        using var rig = new Rig(change: static r => Take(r, PortOffloads.None, All));
        Feed(rig, Frames.FromHost(packet, type: version == 4 ? 0x0800 : 0x86DD), MbufFlags.RxL4ChecksumNone, 0);
        rig.Settle();
        Assert.Equal(refused ? 0 : 1, rig.Outputs.Count);
        rig.AssertDrops(refused ? DropReason.OffloadInvalid : DropReason.None, refused ? 1ul : 0);
        rig.AssertClosed();
    }

    // The device's buffer is that of what it was received into; the headers that are put in front of it are in one of ours.
    [Fact]
    [Requirement("C-013", "F-026")]
    public void HeadersInFrontOfAnExternalBufferAreNotOne()
    {
        const PortOffloads Virtio = PortOffloads.Tcp4 | PortOffloads.Tso4 | PortOffloads.OwnIp4 | PortOffloads.PseudoLength;
        using var rig = new Rig(change: static r =>
        {
            Take(r, Virtio, PortOffloads.None);
            r.Sketch.AddAttachment(r.Segment, Rig.Access2, 200);
        });
        rig.Learn(Frames.Vm, Rig.AttachmentPlace(rig.Attachment + 1));
        Mbuf* m = rig.Device.Pool.ReceiveExternal(Template(), 1, headroom: 128);
        m->OlFlags |= Large;
        m->TxOffload = Mbuf.PackTxOffload(0, 0, segment: 1418);
        var seen = new List<(bool Head, bool Data)>();
        rig.Device.Leaving = (_, packet) =>
        {
            Mbuf* head = (Mbuf*)packet;
            seen.Add(((head->OlFlags & MbufFlags.External) != 0, (head->Next->OlFlags & MbufFlags.External) != 0));
        };
        rig.Enqueue(Rig.Access, (nint)m);
        rig.Settle();
        Assert.Equal((false, true), Assert.Single(seen));
        Assert.Equal(38, Assert.Single(rig.Outputs).First);
        Assert.Equal(0, rig.Device.Pool.InUse);
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("C-036")]
    public void NoUdpChecksumStaysNone()
    {
        using var rig = new Rig(change: static r => Take(r, PortOffloads.None, PortOffloads.None));
        Feed(rig, Frames.FromHost(Frames.Udp4(payload: 41)), MbufFlags.RxL4ChecksumNone, 0);
        rig.Settle();
        Assert.Equal(0, Big(Assert.Single(rig.Outputs).Bytes, 56 + 26));
    }

    [Fact]
    [Requirement("C-021", "C-075")]
    public void WhatWaitsForANeighborIsCutByWhatThePortDoesThen()
    {
        using var rig = new Rig(change: static r => Take(r, PortOffloads.None, All));
        rig.SetHop(1, NextHopState.Pending);
        Feed(rig, Template(), Large, 1418);
        rig.Settle();
        Assert.Empty(rig.Outputs);
        Take(rig, PortOffloads.None, PortOffloads.None);
        rig.Sketch.Publish(rig.Memory);
        rig.Resolve(1, Frames.Router);
        rig.Settle();
        Assert.Equal(3, rig.Outputs.Count);
        Assert.All(rig.Outputs, static s => Assert.Equal(MbufFlags.None, s.Flags));
    }

    // The way became shorter meanwhile: TCP is cut smaller, unless hardly anything would be left; a datagram is not.
    [Theory]
    [InlineData(false, 54 + 700, 5)]
    [InlineData(false, 54 + 48, 63)]
    [InlineData(false, 54 + 47, 0)]
    [InlineData(false, 53, 0)]
    [InlineData(true, 42 + 1000, 3)]
    [InlineData(true, 42 + 999, 0)]
    [Requirement("C-011", "C-015", "C-018")]
    public void WhatWaitsIsCutToWhatItsWayTakesThen(bool udp, int longest, int frames)
    {
        using var rig = new Rig(change: static r => Take(r, PortOffloads.None, All | PortOffloads.Uso4));
        rig.SetHop(1, NextHopState.Pending);
        byte[] datagram = Frames.FromHost(Frames.Ip4([10, 1, 1, 200], [10, 1, 1, 11], 17, Frames.Udp(1000, 2000, 3000)));
        datagram[44] = 1; // some checksum
        Feed(rig, udp ? datagram : Template(), Large | (udp ? MbufFlags.TxUdpSegmentation : 0), 1000);
        rig.Settle();
        rig.Sketch.Peer(rig.Peer4, p => p with { MaxInnerFrame = (ushort)longest });
        rig.Sketch.Publish(rig.Memory);
        rig.Resolve(1, Frames.Router);
        rig.Settle();
        Assert.Equal(frames, (int)((PortCounters*)rig.Memory.Statistics(0)->Ports + Rig.Underlay)->TxPackets);
        rig.AssertDrops(frames == 0 ? DropReason.OffloadInvalid : DropReason.None, frames == 0 ? 1ul : 0);
    }

    // What lies behind the IP packet is in no segment, and in no counter of what left.
    [Theory]
    [InlineData(PortOffloads.None)]
    [InlineData(All)]
    [Requirement("C-014", "C-124")]
    public void BytesBehindAreNotCounted(PortOffloads offers)
    {
        using var rig = new Rig(change: r => Take(r, PortOffloads.None, offers));
        Feed(rig, [.. Template(), .. new byte[37]], Large, 1418);
        rig.Settle();
        Assert.Equal(offers == All ? [42 + 54 + 3000] : [1514, 1514, 260], rig.Outputs.Select(static s => s.Bytes.Length));
        PeerCounters* peer = rig.Memory.Peers(0) + rig.Peer4;
        Assert.Equal((3ul, 1472ul + 1472 + 218), (peer->TxUnicast[PeerCounters.Packets], peer->TxUnicast[PeerCounters.TenantBytes]));
        PortCounters* port = (PortCounters*)rig.Memory.Statistics(0)->Ports + Rig.Underlay;
        Assert.Equal((3ul, 1514ul + 1514 + 260), (port->TxPackets, port->TxBytes));
    }

    // Ids of 15 bits are a matter of cutting alone.
    [Fact]
    [Requirement("C-020")]
    public void APortOfShortIdsStillSums()
    {
        using var rig = new Rig(change: static r =>
        {
            Take(r, PortOffloads.None, All);
            r.Sketch.Port(Rig.Underlay, static p => p with { Flags = p.Flags | PortFlags.ShortIds });
        });
        byte[] frame = Frames.FromHost(Frames.Udp4(payload: 41));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(44), 0x1234);
        Feed(rig, frame, MbufFlags.RxL4ChecksumNone, 0);
        rig.Settle();
        Assert.Equal(MbufFlags.TxUdpChecksum, Assert.Single(rig.Outputs).Flags & MbufFlags.TxL4Mask);
    }

    /// <summary>A device without <c>TX_IP_CKSUM</c> gets a large frame whose header sum is right; vhost keeps its pseudo sum where it cannot find its place.</summary>
    [Theory]
    [Requirement("C-013", "C-022")]
    [InlineData(PortOffloads.None, true, 0x0000, 0x16DB)]
    [InlineData(PortOffloads.OwnIp4, false, 0x9843, 0x16DB)]
    [InlineData(PortOffloads.OwnIp4, false, 0x9843, 0x16DB, 0x1234)]
    [InlineData(PortOffloads.OwnIp4 | PortOffloads.PseudoLength, false, 0x9843, 0x22A7)]
    [InlineData(PortOffloads.OwnIp4 | PortOffloads.PseudoLength, false, 0x9843, 0x22A7, 0x0000)]
    public void ALargeFrameIsBegunAsItsDeviceWantsIt(PortOffloads how, bool asksIp, int ipSum, int tcpSum, int? guestSum = null)
    {
        byte[] given = Template();
        BinaryPrimitives.WriteUInt16BigEndian(given.AsSpan(28), (ushort)(guestSum ?? Big(given, 28)));
        const PortOffloads Plain = PortOffloads.Tcp4 | PortOffloads.Tso4;
        using var rig = new Rig(change: r =>
        {
            Take(r, Plain | (asksIp ? PortOffloads.Ip4 : PortOffloads.None) | how, PortOffloads.None);
            r.Sketch.AddAttachment(r.Segment, Rig.Access2, 200);
        });
        rig.Learn(Frames.Vm, Rig.AttachmentPlace(rig.Attachment + 1));
        Feed(rig, given, Large, 1418);
        rig.Settle();
        Sent sent = Assert.Single(rig.Outputs);
        Assert.Equal(
            MbufFlags.TxTcpSegmentation | MbufFlags.TxTcpChecksum | MbufFlags.TxIPv4 | (asksIp ? MbufFlags.TxIpChecksum : MbufFlags.None), sent.Flags);
        Assert.Equal(Mbuf.PackTxOffload(18, 20, 20, 1418), sent.Lengths);
        Assert.Equal(ipSum, Big(sent.Bytes, 28)); // by hand, over 4502 0BE0 7FFE 4000 4006 0A01 01C8 0A01 010B
        Assert.Equal(tcpSum, Big(sent.Bytes, 54)); // 16DB, or with 3020 = 0BCC bytes
        bool splits = (how & PortOffloads.PseudoLength) != 0;
        Assert.Equal(splits, sent.First == 38);

        // Without a buffer for that it is cut here.
        rig.Outputs.Clear();
        rig.Device.Pool.HeadBudget = 0;
        Feed(rig, Template(), Large, 1418);
        rig.Settle();
        Assert.Equal(splits ? 3 : 1, rig.Outputs.Count);
        Assert.All(rig.Outputs, s => Assert.Equal(splits, s.Flags == MbufFlags.None));
        rig.AssertNoDrops();
    }

    // W-14 whole: its template has the outer id 0xFFFF, and 0x7FFF in 15 bits.
    [Theory]
    [Requirement("C-003", "C-004", "C-006", "C-020")]
    [InlineData(false, 0xFFFF, new[] { 0xFFFF, 0, 1 }, new[] { 0x48B2, 0x48B2, 0x4D97 }, new[] { 0x7FFE, 0x7FFF, 0x8000 }, new[] { 0x9E71, 0x9E70, 0xA355 })]
    [InlineData(true, 0x7FFF, new[] { 0x7FFF, 0, 1 }, null, new[] { 0x7FFE, 0x7FFF, 0 }, new[] { 0x9E71, 0x9E70, 0x2356 })]
    public void IdsCountOn(bool fifteen, int template, int[] outer, int[]? outerSums, int[] inner, int[] innerSums)
    {
        // In 15 bits no device is asked, whatever it offers.
        using var rig = new Rig(change: r =>
        {
            Take(r, PortOffloads.None, fifteen ? All : PortOffloads.None);
            r.Sketch.Port(Rig.Underlay, p => p with { Flags = p.Flags | (fifteen ? PortFlags.ShortIds : 0) });
            r.Sketch.Peer(r.Peer4, p =>
            {
                p.Template[18] = (byte)(template >> 8);
                p.Template[19] = (byte)template;
                p.ChecksumBase += (uint)template;
                return p;
            });
        });
        Feed(rig, Template(), Large, 1418);
        rig.Settle();
        Assert.Equal(outer, rig.Outputs.Select(static o => (int)Big(o.Bytes, 18)));
        Assert.Equal(inner, rig.Outputs.Select(static o => (int)Big(o.Bytes, 60)));
        Assert.Equal(innerSums, rig.Outputs.Select(static o => (int)Big(o.Bytes, 66)));
        Assert.All(rig.Outputs, static o => Assert.Equal(0xFFFF, Enumerable.Range(7, 10).Sum(i => Big(o.Bytes, 2 * i)) % 0xFFFF == 0 ? 0xFFFF : 0));
        if (outerSums is not null)
        {
            Assert.Equal(outerSums, rig.Outputs.Select(static o => (int)Big(o.Bytes, 24)));
        }
    }

    // A NIC that joins what it receives, on a port whose frames ask for nothing: nothing that is longer than the port takes goes on.
    [Fact]
    [Requirement("C-025")]
    public void WhatANicJoinedIsNoLongerThanItsPortTakes()
    {
        using var rig = new Rig();
        byte[] frame = Template();
        Feed(rig, frame, MbufFlags.RxLro | MbufFlags.RxL4ChecksumGood, 1418);
        Feed(rig, frame[..1518], MbufFlags.RxLro | MbufFlags.RxL4ChecksumGood, 700);
        rig.Settle();
        Assert.Equal(1, (int)rig.Drops(DropReason.L2Oversize));
        Assert.All(rig.Outputs, static o => Assert.True(o.Bytes.Length <= 1614 && (o.Flags & MbufFlags.RxLro) == 0));
    }

    // Where they do ask, what leaves fits the way out, to a peer and to another VLAN.
    [Fact]
    [Requirement("C-025", "C-015")]
    public void WhatWasJoinedIsCutAgain()
    {
        foreach (bool toPeer in (bool[])[true, false])
        {
            using var rig = new Rig(change: static r =>
            {
                Take(r, PortOffloads.None, PortOffloads.None);
                r.Sketch.AddAttachment(r.Segment, Rig.Access2, 200);
            });
            if (!toPeer)
            {
                rig.Learn(Frames.Vm, Rig.AttachmentPlace(rig.Attachment + 1));
            }

            Feed(rig, Template(), MbufFlags.RxLro | MbufFlags.RxL4ChecksumGood, 2900);
            rig.Settle();
            Assert.Equal(3, rig.Outputs.Count);
            Assert.Equal(toPeer ? 1514 : 1518, rig.Outputs.Max(static o => o.Bytes.Length));
            rig.AssertNoDrops();
        }
    }

    // A chain for a port that takes none becomes one buffer, and asks for what the chain asked for.
    [Fact]
    [Requirement("C-030")]
    public void AChainThatBecomesOneBufferStillAsks()
    {
        byte[] frame = Template()[..1400];
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(20), 1400 - 18);
        Frames.Sum(frame.AsSpan(18));
        Sent[] sent = [.. new[] { true, false }.Select(chains =>
        {
            using var rig = new Rig(change: static r => Take(r, PortOffloads.None, All));
            rig.Device.ChainPorts = chains ? ulong.MaxValue : 0;
            Mbuf* m = rig.Device.Pool.Receive(frame.AsSpan(0, 600), 1, headroom: 128);
            m->Next = rig.Device.Pool.Receive(frame.AsSpan(600), 1);
            m->NbSegs = 2;
            m->PktLen = (uint)frame.Length;
            m->OlFlags = MbufFlags.RxL4ChecksumNone;
            rig.Enqueue(Rig.Access, (nint)m);
            rig.Settle();
            return Assert.Single(rig.Outputs);
        })];
        Assert.Equal(MbufFlags.TxTcpChecksum, sent[0].Flags & MbufFlags.TxL4Mask);
        Assert.Equal((sent[0].Flags, sent[0].Lengths), (sent[1].Flags, sent[1].Lengths));
        Assert.Equal(sent[0].Bytes, sent[1].Bytes);
    }

    private static byte[][] Segments(PortOffloads nvgre, bool prepares, int options = 0, bool sixOutside = false)
    {
        using var rig = new Rig(change: r =>
        {
            Take(r, PortOffloads.None, nvgre);
            r.Sketch.Peer(r.Peer6, static p => p with { MaxInnerFrame = 1500 - 48 });
        });
        if (sixOutside)
        {
            rig.Learn(Frames.Vm, Rig.PeerPlace(rig.Peer6));
        }

        rig.Device.Prepares = prepares;
        byte[] frame = Template();
        if (options > 0)
        {
            frame = Frames.FromHost(Frames.Ip4([10, 1, 1, 200], [10, 1, 1, 11], 6, frame[38..], options: [0x94, 4, 0, 0, .. Enumerable.Repeat((byte)1, options - 4)]));
        }

        Feed(rig, frame, Large, 1418);
        rig.Settle();
        return [.. rig.Outputs.Select(static s => s.Bytes)];
    }

    internal static void Take(Rig rig, PortOffloads plain, PortOffloads nvgre)
    {
        rig.Sketch.Port(Rig.Access, static p => p with { Flags = p.Flags | PortFlags.TakesRequests });
        rig.Sketch.Port(Rig.Access2, p => p with { Plain = plain });
        rig.Sketch.Port(Rig.Underlay, p => p with { Nvgre = nvgre, Nvgre6 = nvgre, Mtu = 1500 });
        rig.Sketch.Peer(rig.Peer4, static p => p with { Flags = p.Flags | PeerFlags.EcnNormal, MaxInnerFrame = 1500 - 28 });
    }

    private static void Feed(Rig rig, byte[] frame, MbufFlags said, int segment)
    {
        Mbuf* m = rig.Device.Pool.Receive(frame, 1, headroom: 128);
        m->OlFlags = said;
        m->TxOffload = Mbuf.PackTxOffload(0, 0, segment: segment);
        rig.Enqueue(Rig.Access, (nint)m);
    }

    // The template of W-14 on VLAN 100: 3000 bytes, CWR ECE ACK PSH FIN, the pseudo header's sum in the checksum field.
    internal static byte[] Template()
    {
        byte[] tcp = new byte[20 + 3000];
        Convert.FromHexString("C00001BB200000003000000050D901F616DB0000").CopyTo(tcp, 0);
        for (int i = 0; i < 3000; i++)
        {
            tcp[20 + i] = (byte)((7 * i) + 3);
        }

        byte[] ip = Frames.Ip4([10, 1, 1, 200], [10, 1, 1, 11], 6, tcp, tos: 2);
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(4), 0x7FFE);
        Frames.Sum(ip);
        return Frames.FromHost(ip);
    }

    private static ushort Big(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));
}

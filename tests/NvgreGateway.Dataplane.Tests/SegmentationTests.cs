using System.Buffers.Binary;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>The segmenter where segments are longer than a buffer, and what is counted of the shortest.</summary>
public sealed unsafe class SegmentationTests
{
    private const int Payload = 20000;
    private const int Mss = 8960; // longer than the room behind the headers of a buffer
    private static readonly int[] s_lengths = [96 + Mss, 96 + Mss, 96 + Payload - (2 * Mss)];

    [Fact]
    [Requirement("C-001", "C-013", "C-014")]
    public void SegmentsLongerThanABufferAreWhole()
    {
        byte[][] sent = Cut(budget: long.MaxValue);
        Assert.Equal(s_lengths, sent.Select(static f => f.Length));
        Assert.Equal(Bytes(Payload), sent.SelectMany(static f => f[96..]));
        foreach (byte[] f in sent)
        {
            Assert.Equal(f.Length - 14, Big(f, 16));
            Assert.Equal(f.Length - 56, Big(f, 58));
            Assert.True(TcpSumIsRight(f.AsSpan(56)));
        }
    }

    // Copied, for want of small buffers to share with. Of those for what the first ones do not hold there are fewer than are needed: other
    // segments leave, and they are right.
    [Theory]
    [InlineData(3, new[] { 2 })]
    [InlineData(4, new[] { 0, 2 })]
    [InlineData(5, new[] { 0, 1, 2 })]
    [Requirement("F-020")]
    public void ASegmentWithoutItsSecondBufferIsLostAlone(int buffers, int[] left)
    {
        byte[][] all = Cut(budget: long.MaxValue);
        Assert.Equal(left.Select(i => all[i]), Cut(buffers, change: static rig => rig.Device.Pool.HeadBudget = 0, check: rig =>
        {
            ulong bytes = (ulong)left.Sum(static i => s_lengths[i]), frames = (ulong)left.Length;
            PortCounters* port = (PortCounters*)rig.Memory.Statistics(0)->Ports + Rig.Underlay;
            Assert.Equal((frames, bytes), (port->TxPackets, port->TxBytes));
            PeerCounters* peer = rig.Memory.Peers(0) + rig.Peer4;
            Assert.Equal((frames, bytes - (42 * frames), bytes),
                (peer->TxUnicast[PeerCounters.Packets], peer->TxUnicast[PeerCounters.TenantBytes], peer->TxUnicast[PeerCounters.OuterBytes]));
            rig.AssertNoDrops();
        }));
    }

    // A port that takes no chains gets what one buffer holds; nothing else of the frame is to be had.
    [Theory]
    [InlineData(Payload, true)]
    [InlineData(2 * Mss, false)]
    [Requirement("C-141", "F-020")]
    public void APortWithoutChainsGetsNone(int payload, bool leaves)
    {
        byte[][] sent = Cut(
            long.MaxValue, payload, rig => rig.Device.ChainPorts = 0, rig => rig.AssertDrops(leaves ? DropReason.None : DropReason.TxError, leaves ? 0ul : 1));
        Assert.Equal(leaves ? [s_lengths[2]] : [], sent.Select(static f => f.Length));
    }

    // A pool that runs dry while a frame is cut, and has buffers again before its end: what leaves behind the gap has its own bytes.
    [Fact]
    [Requirement("C-001", "C-008", "F-020")]
    public void SegmentsBehindLostOnesHaveTheirOwnBytes()
    {
        const int Size = 100, Segments = 400, First = 300, Batch = 64;
        using var rig = new Rig(change: static r => OffloadTests.Take(r, PortOffloads.None, PortOffloads.None), buffers: 512);
        Feed(rig, Frame(Segments * Size), Size, MbufFlags.None);
        rig.Device.Pool.Budget = First; // in the fifth batch
        rig.Device.Leaving = (_, _) => rig.Device.Pool.Budget = long.MaxValue; // when the transmit buffer is full for the first time
        rig.Settle();
        int[] left = [.. Enumerable.Range(0, Segments).Where(static i => i is < First or >= 5 * Batch)];
        byte[] payload = Bytes(Segments * Size);
        Assert.Equal(left.Length, rig.Outputs.Count);
        for (int i = 0; i < left.Length; i++)
        {
            byte[] f = rig.Outputs[i].Bytes;
            Assert.Equal((ushort)left[i], Big(f, 60));
            Assert.Equal(0x2000_0000u + (uint)(left[i] * Size), BinaryPrimitives.ReadUInt32BigEndian(f.AsSpan(80)));
            Assert.Equal(payload.AsSpan(left[i] * Size, Size), f.AsSpan(96));
            Assert.True(TcpSumIsRight(f.AsSpan(56)));
        }

        rig.AssertNoDrops();
        rig.AssertClosed();
    }

    // The same whether the device cuts, or only sums, or all is done here: a last segment that is shorter than Ethernet's least is padded, and
    // counted as it is on the wire.
    [Theory]
    [InlineData(PortOffloads.None)]
    [InlineData(OffloadTests.All | PortOffloads.Uso4)]
    [InlineData(OffloadTests.All & ~(PortOffloads.Tso4 | PortOffloads.Tso6))]
    [Requirement("C-124", "F-021")]
    public void PaddingIsCounted(PortOffloads does)
    {
        const int Size = 1000;
        bool device = (does & PortOffloads.Tso4) != 0;
        using var rig = new Rig(change: r =>
        {
            OffloadTests.Take(r, does, PortOffloads.None);
            r.Sketch.AddAttachment(r.Segment, Rig.Access2, 200);
        });
        rig.Learn(Frames.Vm, Rig.AttachmentPlace(rig.Attachment + 1));
        Feed(rig, Frame((2 * Size) + 1), Size, MbufFlags.None); // the last: 18 + 40 + 1 bytes
        Feed(rig, Datagram((2 * Size) + 1), Size, MbufFlags.TxUdpSegmentation); // 18 + 28 + 1
        rig.Settle();
        PortCounters* port = (PortCounters*)rig.Memory.Statistics(0)->Ports + Rig.Access2;
        Assert.Equal((6ul, (ulong)((2 * (58 + Size)) + 60 + (2 * (46 + Size)) + 60)), (port->TxPackets, port->TxBytes));
        AttachmentCounters* attachment = rig.Memory.Attachments(0) + rig.Attachment + 1;
        Assert.Equal((port->TxPackets, port->TxBytes), (attachment->TxUnicast[0], attachment->TxUnicast[1]));
        Assert.Equal(device ? 2 : 6, rig.Outputs.Count);
        Assert.All(rig.Outputs, static s => Assert.InRange(s.Bytes.Length, 60, ushort.MaxValue));
        rig.AssertNoDrops();
    }

    private static byte[][] Cut(long budget, int payload = Payload, Action<Rig>? change = null, Action<Rig>? check = null)
    {
        using var rig = new Rig(change: static r =>
        {
            OffloadTests.Take(r, PortOffloads.None, PortOffloads.None);
            r.Sketch.Port(Rig.Underlay, static p => p with { Mtu = 9100, MaxFrame = 9200 });
            r.Sketch.Peer(r.Peer4, static p => p with { MaxInnerFrame = 9054 });
        });
        Feed(rig, Frame(payload), Mss, MbufFlags.None);
        rig.Device.Pool.Budget = budget;
        change?.Invoke(rig);
        rig.Settle();
        check?.Invoke(rig);
        rig.AssertClosed();
        return [.. rig.Outputs.Select(static s => s.Bytes)];
    }

    private static void Feed(Rig rig, byte[] frame, int size, MbufFlags said)
    {
        const int Part = 7000;
        Mbuf* first = rig.Device.Pool.Receive(frame.AsSpan(0, Math.Min(Part, frame.Length)), 1, headroom: 128), last = first;
        for (int at = Part; at < frame.Length; at += Part, first->NbSegs++)
        {
            last->Next = rig.Device.Pool.Receive(frame.AsSpan(at, Math.Min(Part, frame.Length - at)), 1);
            last = last->Next;
        }

        first->PktLen = (uint)frame.Length;
        first->OlFlags = MbufFlags.RxLro | MbufFlags.RxL4ChecksumNone | said;
        first->TxOffload = Mbuf.PackTxOffload(0, 0, segment: size);
        rig.Enqueue(Rig.Access, (nint)first);
    }

    private static byte[] Bytes(int n) => [.. Enumerable.Range(0, n).Select(static i => (byte)((i * 7) + (i >> 8)))];

    internal static byte[] Frame(int payload) => Frames.FromHost(Frames.Ip4(
        [10, 1, 1, 200], [10, 1, 1, 11], 6, [0xC0, 0, 1, 0xBB, 0x20, 0, 0, 0, 0x30, 0, 0, 0, 0x50, 0x10, 1, 0xF6, 0x16, 0xDB, 0, 0, .. Bytes(payload)]));

    private static byte[] Datagram(int payload) => Frames.FromHost(Frames.Ip4(
        [10, 1, 1, 200], [10, 1, 1, 11], 17, [.. Frames.Big16(1000), .. Frames.Big16(2000), .. Frames.Big16(8 + payload), 0x16, 0xDB, .. Bytes(payload)]));

    private static ushort Big(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));

    // Over the pseudo header and all behind an IPv4 header without options.
    private static bool TcpSumIsRight(ReadOnlySpan<byte> ip)
    {
        uint sum = 6u + (uint)(ip.Length - 20);
        for (int i = 12; i < ip.Length; i += 2)
        {
            sum += (uint)(ip[i] << 8) + (i + 1 < ip.Length ? ip[i + 1] : 0u);
        }

        return sum % 0xFFFF == 0;
    }
}

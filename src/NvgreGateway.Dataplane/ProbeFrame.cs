using System.Buffers.Binary;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// One frame of the self-test: a kind of request for one family of frames, as a worker would hand it to a device, and what the device must
/// make of it, which the twin says (C-124).
/// </summary>
internal sealed unsafe class ProbeFrame
{
    /// <summary>Bytes of payload in a segment: four of them are made, the last one shorter. With every header they fit an MTU of 576.</summary>
    private const int Segment = 256;

    private const int CutPayload = (3 * Segment) + 100, SumPayload = 401;

    // Of a frame that is cut, as much stands in the first buffer; the rest is chained to it, as in what a guest sends.
    private const int FirstPayload = 100;
    private const byte Source = 0x73;

    private ProbeFrame(byte number, OffloadKind kind, bool inner4, ProbeFamily family, PortOffloads bit)
    {
        Number = number;
        Kind = kind;
        Inner4 = inner4;
        Family = family;
        Bit = bit;
    }

    /// <summary>All frames of all families. The one that asks for nothing is <see cref="Idle"/>.</summary>
    public static IReadOnlyList<ProbeFrame> All { get; } = MakeAll();

    /// <summary>A plain frame that asks for nothing: it tells whether the device loops at all.</summary>
    public static ProbeFrame Idle { get; } = new(0, OffloadKind.Refused, inner4: true, ProbeFamily.Plain, PortOffloads.None);

    /// <summary>Its place in <see cref="All"/> counted from 1; stands in the last byte of the destination MAC.</summary>
    public byte Number { get; }

    /// <summary>What it asks for.</summary>
    public OffloadKind Kind { get; }

    /// <summary>Whether the tenant's packet is IPv4.</summary>
    public bool Inner4 { get; }

    /// <summary>Its family.</summary>
    public ProbeFamily Family { get; }

    /// <summary>The kind that it tests.</summary>
    public PortOffloads Bit { get; }

    private bool Udp => Kind is OffloadKind.UdpChecksum or OffloadKind.UdpSegments;

    private bool Cuts => Kind is OffloadKind.TcpSegments or OffloadKind.UdpSegments;

    private uint L3Length => Inner4 ? Ipv4Header.Size : (uint)Ipv6Header.Size;

    private uint L4Length => Udp ? UdpHeader.Size : (uint)TcpHeader.Size;

    private bool Tunnel => Family != ProbeFamily.Plain;

    /// <summary>Which frame of the test a received one comes from, by its MACs.</summary>
    /// <param name="m">The received frame.</param>
    /// <returns>The number, or -1 if it is none of ours.</returns>
    public static int NumberOf(Mbuf* m)
    {
        byte* p = m->Data;
        return m->DataLen >= EthernetHeader.Size && p[0] == 2 && p[3] == Source && p[6] == 2 && p[9] == Source && p[5] <= All.Count ? p[5] : -1;
    }

    /// <summary>Makes the frame with what a device that does a set is asked for.</summary>
    /// <param name="device">Where buffers come from.</param>
    /// <param name="set">What the device is said to do to the family.</param>
    /// <param name="expected">What it must make of the frame.</param>
    /// <param name="sums">Where in those frames checksums lie that the device writes; 0 = none there.</param>
    /// <param name="asks">Whether the device is asked for anything: else there is nothing to test.</param>
    /// <returns>The frame, or null when there is no buffer.</returns>
    public Mbuf* Make(ILoopDevice device, PortOffloads set, out byte[][] expected, out uint[] sums, out bool asks)
    {
        expected = [];
        int payload = Cuts ? CutPayload : SumPayload;
        Mbuf* m = device.Allocate();
        if (m == null)
        {
            sums = [];
            asks = false;
            return null;
        }

        byte* p = m->Data;
        int length = Write(new Span<byte>(p, 256), payload);
        for (int i = 0; i < payload; i++)
        {
            p[length - payload + i] = (byte)((7 * i) + Number);
        }

        m->DataLen = (ushort)length;
        m->PktLen = (uint)length;
        var frame = new OffloadFrame(p, Tunnel);
        uint l4At = frame.L3 + L3Length;
        sums = [frame.IsOuter4 ? frame.OuterL2 + 10 : 0, Inner4 ? frame.L3 + 10 : 0, l4At + (Udp ? 6u : 16)];
        byte protocol = Udp ? IpProtocol.Udp : IpProtocol.Tcp;
        asks = OffloadFlags.TryTranslate(Kind, frame, Inner4, L3Length, L4Length, Cuts ? Segment : 0u, set, out MbufFlags flags, out ulong lengths);
        if (Cuts)
        {
            expected = Segments(p, frame, payload);
        }
        else
        {
            ChecksumTwin.Write(m, frame.L3, L3Length, protocol);
            expected = [new ReadOnlySpan<byte>(p, length).ToArray()];
        }

        if (asks)
        {
            OffloadOutput.PrepareHeaders(p, frame, L3Length, protocol, flags, withLength: !Cuts || (set & PortOffloads.PseudoLength) != 0);
            m->OlFlags = flags;
            m->TxOffload = lengths;
            if (Cuts && !Split(device, m, length - payload + FirstPayload))
            {
                device.Free(m);
                return null;
            }
        }

        return m;
    }

    /// <summary>What is wrong with what came back.</summary>
    /// <param name="expected">What should have.</param>
    /// <param name="came">What did, in its order.</param>
    /// <param name="sums">Where checksums lie.</param>
    /// <returns>The fault, or none.</returns>
    public static OffloadFault Judge(byte[][] expected, IReadOnlyList<byte[]> came, uint[] sums)
    {
        if (came.Count == 0)
        {
            return OffloadFault.Silent;
        }

        if (came.Count == expected.Length && came.Zip(expected).All(static b => b.First.AsSpan().SequenceEqual(b.Second)))
        {
            return OffloadFault.None;
        }

        if (came.All(c => expected.Any(e => e.AsSpan().SequenceEqual(c))))
        {
            return came.Count < expected.Length ? OffloadFault.Missing : OffloadFault.Extra;
        }

        if (!came.Select(static c => c.Length).SequenceEqual(expected.Select(static e => e.Length)))
        {
            return OffloadFault.Size;
        }

        return came.Zip(expected).All(b => SameButSums(b.First, b.Second, sums)) ? OffloadFault.Sum : OffloadFault.Bytes;
    }

    /// <summary>Whether two frames differ at most in their checksums.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    /// <param name="sums">Where the checksums lie.</param>
    /// <returns>Whether they do.</returns>
    public static bool SameButSums(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, uint[] sums)
    {
        byte[] copy = a.ToArray();
        foreach (uint sum in sums)
        {
            if (sum != 0 && sum + 2 <= copy.Length && sum + 2 <= b.Length)
            {
                b.Slice((int)sum, 2).CopyTo(copy.AsSpan((int)sum));
            }
        }

        return b.SequenceEqual(copy);
    }

    private byte[][] Segments(byte* p, OffloadFrame frame, int payload)
    {
        byte* room = stackalloc byte[SegmentTemplate.Room];
        var template = new SegmentTemplate(room, p, frame, L3Length, L4Length, Udp, 0xFFFF);
        int headers = (int)template.HeaderBytes;
        var list = new List<byte[]>();
        for (int done = 0; done < payload; done += Segment)
        {
            int part = Math.Min(Segment, payload - done);
            template.Shape((uint)part, done == 0, done + part == payload);
            byte[] bytes = new byte[headers + part];
            fixed (byte* to = bytes)
            {
                template.Write(to, (uint)list.Count, (uint)done, InternetChecksum.Add(0, p + headers + done, (uint)part));
            }

            new ReadOnlySpan<byte>(p + headers + done, part).CopyTo(bytes.AsSpan(headers));
            list.Add(bytes);
        }

        return [.. list];
    }

    private static bool Split(ILoopDevice device, Mbuf* m, int first)
    {
        Mbuf* rest = device.Allocate();
        if (rest == null)
        {
            return false;
        }

        int length = m->DataLen - first;
        new ReadOnlySpan<byte>(m->Data + first, length).CopyTo(new Span<byte>(rest->Data, length));
        rest->DataLen = (ushort)length;
        rest->PktLen = (uint)length;
        m->DataLen = (ushort)first;
        m->Next = rest;
        m->NbSegs = 2;
        return true;
    }

    private static ProbeFrame[] MakeAll()
    {
        var list = new List<ProbeFrame>();
        foreach (ProbeFamily family in Enum.GetValues<ProbeFamily>())
        {
            foreach ((OffloadKind kind, bool inner4, PortOffloads bit) in ((OffloadKind, bool, PortOffloads)[])[
                (OffloadKind.TcpChecksum, true, PortOffloads.Tcp4), (OffloadKind.TcpChecksum, false, PortOffloads.Tcp6),
                (OffloadKind.UdpChecksum, true, PortOffloads.Udp4), (OffloadKind.UdpChecksum, false, PortOffloads.Udp6),
                (OffloadKind.TcpSegments, true, PortOffloads.Tso4), (OffloadKind.TcpSegments, false, PortOffloads.Tso6),
                (OffloadKind.UdpSegments, true, PortOffloads.Uso4), (OffloadKind.UdpSegments, false, PortOffloads.Uso6)])
            {
                list.Add(new ProbeFrame((byte)(list.Count + 1), kind, inner4, family, bit));
            }
        }

        return [.. list];
    }

    // Addresses of documentation; all lengths, ids and header sums as a worker hands them over.
    private int Write(Span<byte> p, int payload)
    {
        p.Clear();
        int at = 0, inner = EthernetHeader.Size + (int)(L3Length + L4Length) + payload;
        if (Tunnel)
        {
            at = Ethernet(p, Family == ProbeFamily.Outer4);
            at += Ip(p[at..], Family == ProbeFamily.Outer4, IpProtocol.Gre, GreHeader.Size + inner, 0x0100);
            BinaryPrimitives.WriteUInt32BigEndian(p[at..], 0x2000_6558);
            BinaryPrimitives.WriteUInt32BigEndian(p[(at + 4)..], (4096u << 8) | Number);
            at += GreHeader.Size;
        }

        at += Ethernet(p[at..], Inner4);
        at += Ip(p[at..], Inner4, Udp ? IpProtocol.Udp : IpProtocol.Tcp, (int)L4Length + payload, 0x0200);
        BinaryPrimitives.WriteUInt32BigEndian(p[at..], 0xC000_C001); // the ports
        if (Udp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(p[(at + 4)..], (ushort)(L4Length + payload));
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(p[(at + 4)..], 0x2000_0000);
            BinaryPrimitives.WriteUInt32BigEndian(p[(at + 8)..], 0x3000_0000);
            p[at + 12] = 0x50;
            p[at + 13] = (byte)(Cuts ? TcpHeader.Cwr | TcpHeader.Ece | TcpHeader.Ack | TcpHeader.Psh | TcpHeader.Fin : TcpHeader.Ack);
            BinaryPrimitives.WriteUInt16BigEndian(p[(at + 14)..], 0x0FFF);
        }

        return at + (int)L4Length + payload;
    }

    private int Ethernet(Span<byte> p, bool v4)
    {
        p[0] = p[6] = 2;
        p[3] = p[9] = Source;
        p[5] = Number;
        p[11] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(p[12..], (ushort)(v4 ? 0x0800 : 0x86DD));
        return EthernetHeader.Size;
    }

    private static int Ip(Span<byte> p, bool v4, byte protocol, int payload, ushort id)
    {
        if (v4)
        {
            p[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(p[2..], (ushort)(Ipv4Header.Size + payload));
            BinaryPrimitives.WriteUInt16BigEndian(p[4..], id);
            p[6] = 0x40;
            p[8] = 64;
            p[9] = protocol;
            BinaryPrimitives.WriteUInt32BigEndian(p[12..], 0xC000_0201);
            BinaryPrimitives.WriteUInt32BigEndian(p[16..], 0xC000_0202);
            fixed (byte* header = p)
            {
                InternetChecksum.Compute(header, Ipv4Header.Size).Write(header + 10);
            }

            return Ipv4Header.Size;
        }

        p[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(p[4..], (ushort)payload);
        p[6] = protocol;
        p[7] = 64;
        foreach (int address in (int[])[8, 24])
        {
            BinaryPrimitives.WriteUInt32BigEndian(p[address..], 0x2001_0DB8);
            p[address + 15] = (byte)address;
        }

        return Ipv6Header.Size;
    }
}

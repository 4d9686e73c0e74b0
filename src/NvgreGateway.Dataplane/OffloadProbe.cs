using System.Buffers.Binary;
using System.Numerics;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// The self-test of a port (C-073): for each kind and family that the device is said to do, a frame as workers would hand it over is
/// shown to its driver (<c>rte_eth_tx_prepare</c>); nothing is sent. It finds a driver that refuses what its device reports, and one
/// that spoils the frame. It does not find a device that takes a frame and then sends wrong bytes.
/// </summary>
public static unsafe class OffloadProbe
{
    private const int Segment = 536, Payload = 1200; // three segments; together with every header less than any buffer
    private const int Compared = 160;

    /// <summary>Shows a frame to a driver.</summary>
    /// <param name="m">The frame; it stays the caller's.</param>
    /// <returns>Whether it would be taken.</returns>
    public delegate bool Prepare(Mbuf* m);

    /// <summary>What of a set passes. An outer family in which less passes than in the other is left out altogether.</summary>
    /// <param name="set">What the device is said to do.</param>
    /// <param name="tunnel">Whether the set is the one for NVGRE.</param>
    /// <param name="m">An empty mbuf with 1536 bytes of room to write to.</param>
    /// <param name="prepare">Asks the driver.</param>
    /// <returns>The rest of the set.</returns>
    public static PortOffloads Passing(PortOffloads set, bool tunnel, Mbuf* m, Prepare prepare)
    {
        ArgumentNullException.ThrowIfNull(prepare);
        if ((set & PortOffloads.Kinds) == 0)
        {
            return PortOffloads.None;
        }

        if (!tunnel)
        {
            return OffloadAbility.Complete(Try(set, tunnel: false, outer4: false, m, prepare));
        }

        PortOffloads four = Family(set, PortOffloads.Outer4, m, prepare), six = Family(set, PortOffloads.Outer6, m, prepare);
        int passed4 = BitOperations.PopCount((uint)(four & PortOffloads.Kinds)), passed6 = BitOperations.PopCount((uint)(six & PortOffloads.Kinds));
        return passed4 == passed6 ? OffloadAbility.Complete(four & six & PortOffloads.Kinds | ((four | six) & ~PortOffloads.Kinds)) : passed4 > passed6 ? four : six;
    }

    private static PortOffloads Family(PortOffloads set, PortOffloads family, Mbuf* m, Prepare prepare)
    {
        const PortOffloads Families = PortOffloads.Outer4 | PortOffloads.Outer6;
        return (set & family) == 0
            ? PortOffloads.None
            : OffloadAbility.Complete(Try(set & ~(Families & ~family), tunnel: true, family == PortOffloads.Outer4, m, prepare));
    }

    private static PortOffloads Try(PortOffloads set, bool tunnel, bool outer4, Mbuf* m, Prepare prepare)
    {
        PortOffloads passed = set;
        foreach ((OffloadKind kind, bool inner4, PortOffloads bit) in ((OffloadKind, bool, PortOffloads)[])[
            (OffloadKind.TcpChecksum, true, PortOffloads.Tcp4), (OffloadKind.TcpChecksum, false, PortOffloads.Tcp6),
            (OffloadKind.UdpChecksum, true, PortOffloads.Udp4), (OffloadKind.UdpChecksum, false, PortOffloads.Udp6),
            (OffloadKind.TcpSegments, true, PortOffloads.Tso4), (OffloadKind.TcpSegments, false, PortOffloads.Tso6),
            (OffloadKind.UdpSegments, true, PortOffloads.Uso4), (OffloadKind.UdpSegments, false, PortOffloads.Uso6)])
        {
            if ((set & bit) != 0 && !Takes(kind, inner4, set, tunnel, outer4, m, prepare))
            {
                passed &= ~bit;
            }
        }

        return passed;
    }

    private static bool Takes(OffloadKind kind, bool inner4, PortOffloads set, bool tunnel, bool outer4, Mbuf* m, Prepare prepare)
    {
        bool udp = kind is OffloadKind.UdpChecksum or OffloadKind.UdpSegments, cut = kind is OffloadKind.TcpSegments or OffloadKind.UdpSegments;
        byte* p = m->Data;
        uint l3 = inner4 ? Ipv4Header.Size : (uint)Ipv6Header.Size, l4 = udp ? UdpHeader.Size : (uint)TcpHeader.Size;
        int length = Write(new Span<byte>(p, 256), tunnel, outer4, inner4, udp);
        new Span<byte>(p + length - Payload, Payload).Fill(0x5A);
        var frame = new OffloadFrame(p, tunnel);
        if (!OffloadFlags.TryTranslate(kind, frame, inner4, l3, l4, cut ? Segment : 0u, set, out MbufFlags flags, out ulong lengths))
        {
            return true; // nothing that a device would be asked for, as segmentation of a flat one
        }

        OffloadOutput.PrepareHeaders(p, frame, l3, udp ? IpProtocol.Udp : IpProtocol.Tcp, flags, withLength: !cut || (set & PortOffloads.PseudoLength) != 0);
        byte[] before = new ReadOnlySpan<byte>(p, Compared).ToArray();
        m->DataLen = (ushort)length;
        m->PktLen = (uint)length;
        m->OlFlags = flags;
        m->TxOffload = lengths;
        bool taken = prepare(m) && m->Data == p && m->PktLen == length;
        m->OlFlags = MbufFlags.None;
        m->TxOffload = 0;
        // A driver may touch the sums that it is asked for, nothing else.
        var after = new Span<byte>(p, Compared);
        foreach (uint sum in (uint[])[frame.IsOuter4 ? frame.OuterL2 + 10 : 0, inner4 ? frame.L3 + 10 : 0, frame.L3 + l3 + (udp ? 6u : 16)])
        {
            if (sum != 0)
            {
                before.AsSpan((int)sum, 2).CopyTo(after[(int)sum..]);
            }
        }

        return taken && after.SequenceEqual(before);
    }

    // Addresses of documentation, a length that matters, sums as they should be where a device does not begin anew.
    private static int Write(Span<byte> p, bool tunnel, bool outer4, bool inner4, bool udp)
    {
        p.Clear();
        int inner = EthernetHeader.Size + (inner4 ? Ipv4Header.Size : Ipv6Header.Size) + (udp ? UdpHeader.Size : TcpHeader.Size) + Payload;
        int at = 0;
        if (tunnel)
        {
            at = Ethernet(p, outer4);
            at += Ip(p[at..], outer4, IpProtocol.Gre, GreHeader.Size + inner);
            BinaryPrimitives.WriteUInt32BigEndian(p[at..], 0x2000_6558);
            BinaryPrimitives.WriteUInt32BigEndian(p[(at + 4)..], 4096u << 8);
            at += GreHeader.Size;
        }

        at += Ethernet(p[at..], inner4);
        int l4 = (udp ? UdpHeader.Size : TcpHeader.Size) + Payload;
        at += Ip(p[at..], inner4, udp ? IpProtocol.Udp : IpProtocol.Tcp, l4);
        BinaryPrimitives.WriteUInt32BigEndian(p[at..], 0xC000_C001);
        if (udp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(p[(at + 4)..], (ushort)l4);
        }
        else
        {
            p[at + 12] = 0x50;
            p[at + 13] = TcpHeader.Ack;
        }

        return at + l4;
    }

    private static int Ethernet(Span<byte> p, bool v4)
    {
        p[0] = p[6] = 2;
        p[5] = 1;
        p[11] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(p[12..], (ushort)(v4 ? 0x0800 : 0x86DD));
        return EthernetHeader.Size;
    }

    private static int Ip(Span<byte> p, bool v4, byte protocol, int payload)
    {
        if (v4)
        {
            p[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(p[2..], (ushort)(Ipv4Header.Size + payload));
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

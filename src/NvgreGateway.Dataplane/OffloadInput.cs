using NvgreGateway.Dpdk;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Takes what a virtio device said of a received frame - its transport checksum is only begun, it is larger than any segment - and,
/// having checked it against the headers, makes a request of it (C-011, C-030, C-035, C-046). Nothing is dropped here: that comes
/// last of all stages (requirements section 7). Outcome: the frame, with or without a request.
/// </summary>
internal static unsafe class OffloadInput
{
    private const byte TcpNever = TcpHeader.Syn | TcpHeader.Rst | TcpHeader.Urg;
    private const uint MostL3 = 511; // the field of the mbuf

    /// <summary>Looks at a frame of a port that <see cref="Exchange.PortFlags.TakesRequests"/>.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet, its tags in the data; its first bytes linear.</param>
    /// <param name="said">The flags that it was received with.</param>
    /// <param name="segment">The segment size that it was received with.</param>
    public static void Admit(WorkerContext* w, Mbuf* m, MbufFlags said, uint segment)
    {
        bool large = (said & MbufFlags.RxLro) != 0, partial = (said & MbufFlags.RxL4ChecksumNone) == MbufFlags.RxL4ChecksumNone;
        if (!large && !partial)
        {
            return;
        }

        Read(w, m, said, partial, large, segment);
    }

    /// <summary>Lets every piece of work that asks for something be looked at before it leaves (<see cref="Work.Needed"/>).</summary>
    /// <param name="w">The worker.</param>
    /// <param name="end">Behind the last piece of work of the burst.</param>
    public static void Mark(WorkerContext* w, Work* end)
    {
        w->Requests = 0;
        for (Work* k = w->Work; k != end; k++)
        {
            if (OffloadRequest.Is(k->Packet))
            {
                k->Needed = uint.MaxValue;
            }
        }
    }

    private static void Read(WorkerContext* w, Mbuf* m, MbufFlags said, bool partial, bool large, uint segment)
    {
        byte* p = m->Data;
        uint at = 12, linear = m->DataLen;
        while (at + 6 <= linear && Wire.IsTag(Wire.Load16(p + at)))
        {
            at += VlanTag.Size;
        }

        byte* l3 = p + at + 2;
        TenantHeader ip = at + 2 <= linear ? TenantHeader.Inspect(l3, linear - at - 2) : default;
        uint end, l3Length;
        byte protocol;
        bool fragment;
        if (ip.Family == TenantHeader.Ipv4)
        {
            l3Length = (*l3 & 0xFu) * 4;
            end = Wire.Big16(l3 + 2);
            protocol = l3[9];
            fragment = (Wire.Big16(l3 + 6) & Ipv4Header.FragmentMask) != 0;
        }
        else if (ip.Family == TenantHeader.Ipv6)
        {
            end = Ipv6Header.Size + Wire.Big16(l3 + 4);
            protocol = FlowHash.Walk6(l3, Math.Min(end, linear - at - 2), out l3Length, out fragment);
        }
        else
        {
            Refuse(w, m, partial, large);
            return;
        }

        bool tcp = protocol == IpProtocol.Tcp, udp = protocol == IpProtocol.Udp;
        uint inPacket = m->PktLen - at - 2, least = tcp ? TcpHeader.Size : (uint)UdpHeader.Size;
        if (fragment || (!tcp && !udp) || l3Length > MostL3 || end > inPacket || l3Length + least > end || l3Length + least > linear - at - 2)
        {
            Refuse(w, m, partial, large);
            return;
        }

        byte* l4 = l3 + l3Length;
        uint l4Length = tcp ? (uint)(l4[12] >> 4) * 4 : UdpHeader.Size;
        if (ChecksumTwin.IsSourceRouted(l3, l3Length) || l4Length < least || l3Length + l4Length > end || l3Length + l4Length > linear - at - 2
            || (udp && !UdpLengthPasses(Wire.Big16(l4 + 4), end - l3Length, large)))
        {
            Refuse(w, m, partial, large);
            return;
        }

        // What fits one segment is not large. A large datagram that is not to be cut into datagrams is one for the IP layer (C-018).
        bool known = large && end - l3Length - l4Length > segment;
        bool wanted = known && (tcp || (said & MbufFlags.TxUdpSegmentation) != 0);
        if (wanted && segment >= OffloadRequest.LeastSegment && (udp || (l4[13] & TcpNever) == 0) && MayBeSummed(m, said, partial, at + 2, l3Length, l4, protocol, end))
        {
            Request(w, m, tcp ? OffloadKind.TcpSegments : OffloadKind.UdpSegments, l3Length, l4Length, segment, refused: false, known);
        }
        else if (partial && !(udp && Wire.Load16(l4 + 6) == 0)) // C-036: no UDP checksum was wanted
        {
            Request(w, m, tcp ? OffloadKind.TcpChecksum : OffloadKind.UdpChecksum, l3Length, l4Length, 0, refused: wanted, known);
        }
        else if (wanted)
        {
            Request(w, m, OffloadKind.Refused, l3Length, l4Length, 0, refused: true, known);
        }
    }

    // Segments each get a right sum: only what has one, or asks for one, may be cut; bad stays bad, unknown is not good (C.3).
    private static bool MayBeSummed(Mbuf* m, MbufFlags said, bool partial, uint l3, uint l3Length, byte* l4, byte protocol, uint end)
    {
        if (partial)
        {
            return true;
        }

        if ((said & MbufFlags.RxL4ChecksumBad) != 0 || (protocol == IpProtocol.Udp && Wire.Load16(l4 + 6) == 0))
        {
            return false;
        }

        return (said & MbufFlags.RxL4ChecksumGood) != 0 || ChecksumTwin.IsRight(m, l3, l3Length, protocol, end - l3Length);
    }

    // What is cut is a whole datagram; what is only summed may be shorter than its packet.
    private static bool UdpLengthPasses(uint length, uint room, bool large) => large ? length == room : length >= UdpHeader.Size && length <= room;

    private static void Refuse(WorkerContext* w, Mbuf* m, bool partial, bool large)
    {
        if (partial || large)
        {
            Request(w, m, partial ? OffloadKind.Invalid : OffloadKind.Refused, 0, 0, 0, refused: true, large);
        }
    }

    private static void Request(WorkerContext* w, Mbuf* m, OffloadKind kind, uint l3, uint l4, uint segment, bool refused, bool large)
    {
        OffloadRequest.Set(m, kind, l3, l4, segment, refused, large);
        w->Requests++;
        w->LargeBytes += large ? m->PktLen : 0;
    }
}

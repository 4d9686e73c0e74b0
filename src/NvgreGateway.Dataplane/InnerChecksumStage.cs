using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Checksums of tenant packets, only in segments that want bad ones dropped (C-040, C-041, C-044, C-046, C-135): the IPv4 header's, and
/// that of TCP or UDP, from what the device says where it can be trusted, else by sum. What is not there or cannot be checked is unknown,
/// never bad: fragments, a UDP checksum of 0, one that a guest only began, packets cut short, and those that a source route leads on.
/// Outcomes: passes; <c>drop.inner.cksum</c>, and <c>inner.cksum_bad</c>.
/// </summary>
internal static unsafe class InnerChecksumStage
{
    /// <summary>Stands above the outer TOS byte of a packet whose segment wants this stage: so that the fast path asks for both at once.</summary>
    public const uint Wanted = 1 << 8;

    // RTE_PTYPE_TUNNEL_MASK, and the values of the fields RTE_PTYPE_L4 and RTE_PTYPE_INNER_L4.
    private const uint TunnelTypes = 0xF000;
    private const uint TypeTcp = 1;
    private const uint TypeUdp = 2;

    /// <summary>Looks at a tenant packet.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet that it lies in; its headers linear.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="l3">Its IP header, if the family says so.</param>
    /// <param name="length">Bytes of the tenant frame from there on.</param>
    /// <param name="family">4, 6, or 0 when not IP.</param>
    /// <param name="fault">What else is wrong with it.</param>
    /// <returns>The fault; if there is none, or one of a later stage, and a checksum is bad: <see cref="DropReason.InnerCksum"/>.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static DropReason Look(WorkerContext* w, Mbuf* m, uint from, byte* l3, uint length, uint family, DropReason fault = DropReason.None)
    {
        // Of the checks of a tenant frame those of bridge groups from NVGRE and of ARP and ND come after this one (requirements, section 7).
        if (fault is not (DropReason.None or DropReason.L2ReservedMac or DropReason.ArpInvalid) || family == TenantHeader.NotIp || !IsBad(w, m, from, l3, length, family))
        {
            return fault;
        }

        Accounting.Count(w, CounterId.InnerCksumBad);
        return DropReason.InnerCksum;
    }

    private static bool IsBad(WorkerContext* w, Mbuf* m, uint from, byte* l3, uint length, uint family)
    {
        PortFlags flags = w->PortEntries[from].Flags;
        if ((flags & PortFlags.ChecksInner) != 0 && SaysGood(m, (flags & PortFlags.Underlay) != 0, family))
        {
            return false;
        }

        uint linear = Math.Min((uint)(m->Data + m->DataLen - l3), length), end, l3Length;
        byte protocol;
        bool unknown;
        if (family == TenantHeader.Ipv4)
        {
            l3Length = (*l3 & 0xFu) * 4;
            if (!InternetChecksum.IsValid(InternetChecksum.Add(0, l3, l3Length)))
            {
                return true;
            }

            end = Wire.Big16(l3 + 2);
            protocol = l3[9];
            unknown = (Wire.Big16(l3 + 6) & Ipv4Header.FragmentMask) != 0;
        }
        else
        {
            end = Ipv6Header.Size + Wire.Big16(l3 + 4);
            protocol = FlowHash.Walk6(l3, Math.Min(end, linear), out l3Length, out unknown);
        }

        uint least = protocol == IpProtocol.Tcp ? TcpHeader.Size : (uint)UdpHeader.Size;
        if (unknown || protocol is not (IpProtocol.Tcp or IpProtocol.Udp) || end > length || l3Length + least > Math.Min(end, linear)
            || (OffloadRequest.Is(m) && OffloadRequest.KindOf(m) != OffloadKind.Refused)
            || ChecksumTwin.IsSourceRouted(l3, l3Length))
        {
            return false;
        }

        uint room = end - l3Length, sum = room;
        if (protocol == IpProtocol.Udp)
        {
            sum = Wire.Big16(l3 + l3Length + 4);
            if (Wire.Load16(l3 + l3Length + 6) == 0 || sum < UdpHeader.Size || sum > room)
            {
                return false;
            }
        }

        return !ChecksumTwin.IsRight(m, (uint)(l3 - m->Data), l3Length, protocol, sum);
    }

    // Only of a packet that the device has seen as what it is (C-042, C-043): in a tunnel from the PA side, in none from the VLAN side. One
    // flag alone is a verdict; both mean that the sum is not in the data.
    private static bool SaysGood(Mbuf* m, bool tunnel, uint family)
    {
        uint type = m->PacketType, transport = tunnel ? (type >> 24) & 0xF : (type >> 8) & 0xF;
        MbufFlags ip = m->OlFlags & (MbufFlags.RxIpChecksumGood | MbufFlags.RxIpChecksumBad);
        return ((type & TunnelTypes) != 0) == tunnel && transport is TypeTcp or TypeUdp
            && (ip == MbufFlags.RxIpChecksumGood || (family == TenantHeader.Ipv6 && ip == MbufFlags.None))
            && (m->OlFlags & MbufFlags.RxL4ChecksumNone) == MbufFlags.RxL4ChecksumGood;
    }
}

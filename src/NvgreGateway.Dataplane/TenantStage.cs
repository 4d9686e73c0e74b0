using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// The checks of a tenant frame that are the same on both paths (stage Inner of the requirements, section 7). The fast tests only say
/// "nothing can be wrong"; whatever they do not pass goes through <see cref="Fault"/>, which applies all rules in their order.
/// Outcomes: <c>drop.loop</c>, <c>drop.inner.src_mac</c>, <c>drop.inner.self_mac</c>, <c>drop.inner.lossless</c>, from NVGRE
/// <c>drop.l2.reserved_mac</c>, and <c>drop.arp.invalid</c>.
/// </summary>
internal static unsafe class TenantStage
{
    // Low 40 bits of 01-80-C2-00-00-xx and of 01-00-0C-CC-CC-xx, as they load.
    private const ulong Bridge40 = 0x00_00C2_8001;
    private const ulong Cisco40 = 0xCC_CC0C_0001;
    private const ulong Mask40 = 0xFF_FFFF_FFFF;

    // FCoE and FIP as they load.
    private const ushort Fcoe = 0x0689;
    private const ushort Fip = 0x1489;

    /// <summary>Whether the MACs cannot be at fault: a unicast source that is not zero, and neither is a port's.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="destination">48 bits.</param>
    /// <param name="source">48 bits.</param>
    /// <returns>Whether they pass.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool MacsPass(WorkerContext* w, ulong destination, ulong source)
    {
        Vector256<ulong> own = Vector256.LoadAligned(w->OwnMacs);
        Vector256<ulong> hit = Vector256.Equals(own, Vector256.Create(source)) | Vector256.Equals(own, Vector256.Create(destination));
        return hit == Vector256<ulong>.Zero && (source & 1) == 0 && source != 0 && w->OwnMacGroups == 1;
    }

    /// <summary>Whether what lies behind the MACs cannot be at fault: no tunnel in it, not lossless Ethernet, neither ARP nor ND.</summary>
    /// <param name="l3">First byte behind the EtherType.</param>
    /// <param name="family">4, 6, or 0 when not IP.</param>
    /// <returns>Whether it passes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool PayloadPasses(byte* l3, uint family)
    {
        if (family == TenantHeader.Ipv4)
        {
            return l3[9] != IpProtocol.Gre;
        }

        if (family == TenantHeader.Ipv6)
        {
            return FlowHash.HasPorts(l3[6]);
        }

        return Wire.Load16(l3 - 2) is not (Fcoe or Fip or TenantNeighborStage.Arp);
    }

    /// <summary>Whether a destination is a reserved bridge group, and which reason that is from the VLAN side (E-070, E-072, E-074).</summary>
    /// <param name="destination">48 bits.</param>
    /// <param name="forwardControl">Whether the port forwards control frames.</param>
    /// <returns>None, or why the frame is dropped.</returns>
    public static DropReason ControlGroup(ulong destination, bool forwardControl)
    {
        ulong low = destination & Mask40;
        uint last = (uint)(destination >> 40);
        if (low == Bridge40 && last is >= 1 and <= 0x0F)
        {
            return DropReason.L2ReservedMac;
        }

        bool control = (low == Bridge40 && last == 0) || (low == Cisco40 && (last is 0xCC or 0xCD));
        return control && !forwardControl ? DropReason.L2Control : DropReason.None;
    }

    /// <summary>All rules, in their order.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="segment">Segment id.</param>
    /// <param name="destination">48 bits.</param>
    /// <param name="source">48 bits.</param>
    /// <param name="l3">First byte behind the EtherType, which stands in the two bytes before it.</param>
    /// <param name="l3Length">Linear bytes from there.</param>
    /// <param name="family">4, 6, or 0 when not IP.</param>
    /// <param name="fromNvgre">Whether it came from the PA side.</param>
    /// <returns>None, or why the frame is dropped.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static DropReason Fault(
        WorkerContext* w, uint segment, ulong destination, ulong source, byte* l3, uint l3Length, uint family, bool fromNvgre)
    {
        if (Loops(w, segment, l3, l3Length, family))
        {
            return DropReason.Loop;
        }

        if ((source & 1) != 0 || source == 0)
        {
            return DropReason.InnerSrcMac;
        }

        for (uint i = 0; i < w->OwnMacGroups * 4; i++)
        {
            if (w->OwnMacs[i] == source || w->OwnMacs[i] == destination)
            {
                return DropReason.InnerSelfMac;
            }
        }

        if (Wire.Load16(l3 - 2) is Fcoe or Fip && (w->Segments[segment].Flags & SegmentFlags.ForwardLossless) == 0)
        {
            return DropReason.InnerLossless;
        }

        if (fromNvgre && ControlGroup(destination, forwardControl: true) != DropReason.None)
        {
            return DropReason.L2ReservedMac;
        }

        return TenantNeighborStage.IsRefused(w->Segments[segment].Flags, source, l3, l3Length, family) ? DropReason.ArpInvalid : DropReason.None;
    }

    /// <summary>
    /// Ends a frame that has a fault. One to a MAC of the gateway's is none where the segment has a router: it is the router's, which
    /// takes it; its source may still not be the gateway.
    /// </summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet; no longer the caller's.</param>
    /// <param name="reason">The fault.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="segment">Segment id.</param>
    /// <param name="peer">Peer it came from, or 0.</param>
    /// <param name="source">48 bits.</param>
    /// <param name="l3">First byte behind the EtherType.</param>
    /// <param name="place">Where it came from.</param>
    public static void End(WorkerContext* w, Mbuf* m, DropReason reason, uint from, uint segment, uint peer, ulong source, byte* l3, uint place)
    {
        if (reason == DropReason.InnerSelfMac && LoopStage.Takes(w, m, l3, source, segment, place, from))
        {
            return;
        }

        bool consumed = reason == DropReason.InnerSelfMac && (w->Segments[segment].Flags & SegmentFlags.Router) != 0;
        for (uint i = 0; i < w->OwnMacGroups * 4; i++)
        {
            consumed &= w->OwnMacs[i] != source;
        }

        if (consumed)
        {
            Accounting.Consume(w, m);
        }
        else
        {
            Accounting.Drop(w, m, reason, from, segment, peer);
        }
    }

    // B-011: a tunnel between our own ends, or from one of them, would tunnel into itself.
    private static bool Loops(WorkerContext* w, uint segment, byte* l3, uint l3Length, uint family)
    {
        if (family == TenantHeader.Ipv4)
        {
            uint source4 = Wire.Load32(l3 + 12);
            return l3[9] == IpProtocol.Gre
                && (w->Snapshot.IsLocal4(source4) || w->Snapshot.IsLocal4(Wire.Load32(l3 + 16)) || w->Snapshot.PeerOf4(segment, source4) != 0);
        }

        if (family != TenantHeader.Ipv6 || FinalHeader(l3, l3Length) != IpProtocol.Gre)
        {
            return false;
        }

        ulong high = Wire.Load64(l3 + 8), low = Wire.Load64(l3 + 16);
        return w->Snapshot.IsLocal6(high, low)
            || w->Snapshot.IsLocal6(Wire.Load64(l3 + 24), Wire.Load64(l3 + 32))
            || w->Snapshot.PeerOf6(segment, high, low) != 0;
    }

    private static byte FinalHeader(byte* l3, uint length)
    {
        byte next = l3[6];
        uint at = Ipv6Header.Size;
        while (at + 8 <= length)
        {
            switch (next)
            {
                case IpProtocol.HopByHop or IpProtocol.Routing or IpProtocol.DestinationOptions or IpProtocol.Mobility
                    or IpProtocol.HostIdentity or IpProtocol.Shim6:
                    next = l3[at];
                    at += (l3[at + 1] + 1u) * 8;
                    break;
                case IpProtocol.Fragment:
                    next = l3[at];
                    if ((Wire.Big16(l3 + at + 2) & 0xFFF8) != 0)
                    {
                        return next; // what follows is not a header
                    }

                    at += 8;
                    break;
                default:
                    return next;
            }
        }

        return next;
    }
}

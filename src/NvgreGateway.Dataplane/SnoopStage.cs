using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Tenant multicast in segments with <c>snooping</c> (A-091, RFC 4541): who of those that flooding reaches gets a frame. Link-local groups
/// (224.0.0.0/24, ff02::/16), queries and what is not IP go to all; reports go to routers and peers; other groups to their members and to
/// routers. Control learns both from what it is told here. Outcomes of a report that nobody else gets: consumed, <c>drop.punt.full</c>.
/// </summary>
internal static unsafe class SnoopStage
{
    // As they load: FF02, and the first three bytes of 224.0.0.0/24.
    private const ushort LinkLocal6 = 0x02FF;
    private const uint LinkLocal4 = 0xE0;
    private const uint LinkLocal4Mask = 0xFF_FFFF;
    private const byte Alerted = 8; // bytes of a hop-by-hop header with a Router Alert and padding

    /// <summary>Who gets a frame.</summary>
    public enum Audience : byte
    {
        /// <summary>All that flooding reaches.</summary>
        All,

        /// <summary>Routers, and peers, which may have routers.</summary>
        Routers,

        /// <summary>Members of its group, and routers.</summary>
        Members,
    }

    /// <summary>What the stage found out of a frame; zeros = it goes to all, and control is not told.</summary>
    public struct Scope
    {
        /// <summary>Who gets it.</summary>
        public Audience Audience;

        /// <summary>Whether it is what control snoops.</summary>
        public bool Tell;

        /// <summary>4 or 6.</summary>
        public uint Family;

        /// <summary>Its group, as <see cref="GroupMembers.Contains"/> takes it.</summary>
        public ulong High;

        /// <summary>The rest of it.</summary>
        public ulong Low;
    }

    /// <summary>Looks at a multicast frame.</summary>
    /// <param name="k">The frame; its packet is as it arrived.</param>
    /// <returns>What it is.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Scope Look(Work* k)
    {
        Mbuf* m = k->Packet;
        byte* l3 = m->Data + k->Offset + EthernetHeader.Size;
        uint linear = Math.Min(m->DataLen - (uint)k->Offset, k->Length) - EthernetHeader.Size;
        return k->Cast != CastKind.Multicast ? default
            : k->Family == TenantHeader.Ipv4 ? Look4(l3, linear)
            : k->Family == TenantHeader.Ipv6 ? Look6(l3, linear)
            : default;
    }

    /// <summary>Whether a receiver is among the audience.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="scope">What <see cref="Look"/> found out.</param>
    /// <param name="segment">Segment id.</param>
    /// <param name="place">Attachment or peer id with <see cref="Place.Peer"/>.</param>
    /// <returns>Whether it is.</returns>
    public static bool Wants(WorkerContext* w, in Scope scope, uint segment, uint place) => scope.Audience switch
    {
        _ when (place & Place.Peer) != 0 && (w->Peers[place & Place.IdMask].Flags & PeerFlags.Group) != 0 => true, // a PA group: who listens is not known here
        Audience.Routers => (place & Place.Peer) != 0 || w->Groups.Contains(segment, scope.Family, 0, 0, place),
        Audience.Members => w->Groups.Contains(segment, scope.Family, scope.High, scope.Low, place)
            || w->Groups.Contains(segment, scope.Family, 0, 0, place),
        _ => true,
    };

    /// <summary>Tells control of a frame that it snoops and whose source lets it pass.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">The frame.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="alone">Whether nobody else gets it.</param>
    /// <returns>Whether it ended here: its packet is then no longer the caller's.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Takes(WorkerContext* w, Work* k, uint from, bool alone)
    {
        bool told = Punting.TenantFrame(w, k, from, w->TenantGroup, alone ? PuntKind.TenantGroupOnly : PuntKind.TenantGroup);
        if (!alone)
        {
            return false; // if control was not told now, the next report tells it
        }

        if (told)
        {
            Accounting.Consume(w, k->Packet);
        }
        else
        {
            Accounting.Drop(w, k->Packet, DropReason.PuntFull, from, k->Segment, k->Peer);
        }

        return true;
    }

    private static Scope Look4(byte* ip, uint linear)
    {
        uint group = Wire.Load32(ip + 16), header = (*ip & 0xFu) * 4;
        if ((group & 0xF0) != 0xE0)
        {
            return default; // a group of Ethernet alone
        }

        var scope = new Scope { Family = 4, High = group, Audience = (group & LinkLocal4Mask) == LinkLocal4 ? Audience.All : Audience.Members };
        bool whole = (Wire.Big16(ip + 6) & Ipv4Header.FragmentMask) == 0;
        if (ip[9] == IpProtocol.Igmp && whole && header + MembershipMessage.Least4 <= linear)
        {
            switch (ip[header])
            {
                case MembershipMessage.Query4:
                    return new Scope { Tell = true };
                case MembershipMessage.ReportV1 or MembershipMessage.ReportV2 or MembershipMessage.ReportV3 or MembershipMessage.Leave4:
                    return new Scope { Family = 4, Tell = true, Audience = Audience.Routers };
                default:
                    return scope; // goes where data goes (RFC 4541 section 2.1.1)
            }
        }

        scope.Tell = ip[9] == IpProtocol.Pim && whole && header < linear && ip[header] == MembershipMessage.PimHello;
        return scope;
    }

    private static Scope Look6(byte* ip, uint linear)
    {
        if (ip[24] != 0xFF)
        {
            return default;
        }

        var scope = new Scope
        {
            Family = 6,
            High = Wire.Load64(ip + 24),
            Low = Wire.Load64(ip + 32),
            Audience = Wire.Load16(ip + 24) == LinkLocal6 ? Audience.All : Audience.Members,
        };
        const uint Behind = Ipv6Header.Size + Alerted;
        if (ip[6] == IpProtocol.HopByHop && linear >= Behind + 8 && ip[Ipv6Header.Size] == IpProtocol.Icmpv6 && ip[Ipv6Header.Size + 1] == 0)
        {
            switch (ip[Behind])
            {
                case IcmpHeader.ListenerQuery6:
                    return new Scope { Tell = true };
                case IcmpHeader.ListenerReportV1 or IcmpHeader.ListenerDone6 or IcmpHeader.ListenerReport6:
                    return new Scope { Family = 6, Tell = true, Audience = Audience.Routers };
                default:
                    return scope;
            }
        }

        scope.Tell = ip[6] == IpProtocol.Pim && linear > Ipv6Header.Size && ip[Ipv6Header.Size] == MembershipMessage.PimHello;
        return scope;
    }
}

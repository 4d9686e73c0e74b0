using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// ARP and ND of tenants, in segments that answer for those who are known (A-105, E-050 to E-059). <see cref="Work.Needed"/> brings
/// such frames here; others never come. Outcomes: consumed (control answers), <c>drop.arp.unknown</c>, <c>drop.punt.full</c>, or none: the
/// frame goes its way, and control may have got a copy to learn from. What a strict segment refuses is told beforehand.
/// </summary>
internal static unsafe class TenantNeighborStage
{
    /// <summary>The EtherType of ARP as it loads.</summary>
    public const ushort Arp = 0x0608;

    // As they load: hardware type 1 and protocol 0x0800, lengths 6 and 4.
    private const uint Types = 0x0008_0100;
    private const ushort Lengths = 0x0406;
    private const uint ArpBytes = ArpPacket.Size;

    /// <summary>Whether a frame is ARP, or may be a solicitation or advertisement, and so is to be looked at.</summary>
    /// <param name="l3">First byte behind the EtherType, which stands in the two bytes before it.</param>
    /// <param name="linear">Bytes from there that may be read.</param>
    /// <param name="family">4, 6, or 0 when not IP.</param>
    /// <returns>Whether it is.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool MayApply(byte* l3, uint linear, uint family) => family == TenantHeader.Ipv6
        ? l3[6] == IpProtocol.Icmpv6 && linear > Ipv6Header.Size && l3[Ipv6Header.Size] is IcmpHeader.NeighborSolicitation6 or IcmpHeader.NeighborAdvertisement6
        : Wire.Load16(l3 - 2) == Arp;

    /// <summary>
    /// Whether a strict segment drops a frame as <c>drop.arp.invalid</c> (E-059): ARP or ND that is malformed, or that tells of another's
    /// MAC. It is one of the faults of a tenant frame: nothing is learned from it.
    /// </summary>
    /// <param name="flags">Those of the segment.</param>
    /// <param name="source">48 bits.</param>
    /// <param name="l3">First byte behind the EtherType.</param>
    /// <param name="linear">Bytes from there that may be read.</param>
    /// <param name="family">4, 6, or 0 when not IP.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsRefused(SegmentFlags flags, ulong source, byte* l3, uint linear, uint family)
    {
        const SegmentFlags Strict = SegmentFlags.AnswerNeighbors | SegmentFlags.StrictNeighbors;
        return (flags & Strict) == Strict && MayApply(l3, linear, family)
            && (!Read(l3, linear, family, source, out _, out _, out _, out ulong asker) || asker != source);
    }

    /// <summary>Looks at a frame.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">The frame.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="source">None, or why its source does not let it pass: then it is answered and told of to nobody.</param>
    /// <returns>Whether it ended here: its packet is then no longer the caller's.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Takes(WorkerContext* w, Work* k, uint from, DropReason source)
    {
        SegmentFlags flags = w->Segments[k->Segment].Flags;
        Mbuf* m = k->Packet;
        byte* l3 = m->Data + k->Offset + EthernetHeader.Size;
        uint linear = Math.Min(m->DataLen - (uint)k->Offset, k->Length) - EthernetHeader.Size;
        if ((flags & SegmentFlags.AnswerNeighbors) == 0 || !MayApply(l3, linear, k->Family)
            || !Read(l3, linear, k->Family, k->SourceKey >> 16, out bool asks, out ulong high, out ulong low, out ulong asker))
        {
            return false; // nothing is learned from what is malformed
        }

        bool tells = source == DropReason.None;

        // E-053: what is asked of one host goes to it. E-058: who tells everybody of itself asks nothing.
        if (!asks || k->Cast == CastKind.Unicast)
        {
            if (tells)
            {
                Punting.TenantNeighbor(w, k, from, PuntKind.TenantEvidence);
            }

            return false;
        }

        ulong owner = w->Bindings.Find(k->Segment, k->Family == TenantHeader.NotIp ? 4u : 6u, high, low);
        uint place = owner == 0 ? 0 : PlaceOf(w, k->Segment, owner);
        if (place == 0)
        {
            if (tells)
            {
                Punting.TenantNeighbor(w, k, from, PuntKind.TenantEvidence);
            }

            if ((flags & SegmentFlags.ProxyNeighbors) == 0)
            {
                return false;
            }

            Accounting.Drop(w, m, DropReason.ArpUnknown, from, k->Segment, k->Peer);
            return true;
        }

        if (!tells)
        {
            return false;
        }

        // E-052: where the owner is it answers for itself, and it may ask for its own address; a segment that isolates its attachments
        // shows none to another.
        bool ownerIsPeer = (place & Place.Peer) != 0, fromPeer = k->Peer != 0;
        if (owner == asker
            || (fromPeer && ownerIsPeer)
            || (!fromPeer && !ownerIsPeer && ((place & Place.IdMask) == k->PlaceId || (flags & SegmentFlags.LocalSwitching) == 0)))
        {
            Punting.TenantNeighbor(w, k, from, PuntKind.TenantEvidence);
            return false;
        }

        if (Punting.TenantNeighbor(w, k, from, PuntKind.TenantQuestion))
        {
            Accounting.Consume(w, m);
            return true;
        }

        if ((flags & SegmentFlags.ProxyNeighbors) == 0)
        {
            return false; // the owner answers for itself
        }

        Accounting.Drop(w, m, DropReason.PuntFull, from, k->Segment, k->Peer);
        return true;
    }

    // False: nothing is known of who it is about (E-059). An advertisement may tell of another's MAC only where nobody is strict, as the
    // hosts themselves take it.
    private static bool Read(byte* l3, uint linear, uint family, ulong source, out bool asks, out ulong high, out ulong low, out ulong asker)
    {
        if (family != TenantHeader.NotIp)
        {
            return ReadNeighbor(l3, linear, source, out asks, out high, out low, out asker);
        }

        low = 0;
        return ReadArp(l3, linear, out asks, out high, out asker);
    }

    private static bool ReadArp(byte* arp, uint linear, out bool asks, out ulong target, out ulong sender)
    {
        asks = false;
        target = sender = 0;
        if (linear < ArpBytes || Wire.Load32(arp) != Types || Wire.Load16(arp + 4) != Lengths)
        {
            return false;
        }

        uint operation = Wire.Big16(arp + 6), senderAddress = Wire.Load32(arp + 14);
        target = Wire.Load32(arp + 24);
        sender = Wire.Load64(arp + 8) & Wire.MacMask;
        asks = operation == ArpPacket.Request && senderAddress != (uint)target;
        return operation is ArpPacket.Request or ArpPacket.Reply && (sender & 1) == 0 && sender != 0;
    }

    private static bool ReadNeighbor(byte* ip, uint linear, ulong source, out bool asks, out ulong high, out ulong low, out ulong sender)
    {
        asks = false;
        high = low = 0;
        sender = source;
        if (!NeighborMessage.TryRead(new ReadOnlySpan<byte>(ip, (int)linear), out NeighborMessage message))
        {
            return false;
        }

        high = message.Target.RawHigh;
        low = message.Target.RawLow;
        sender = message.LinkLayer?.Value ?? source;

        // E-054: what carries options that are not known here is the owner's to answer.
        uint options = Wire.Big16(ip + 4) - NeighborMessage.Size;
        asks = message.IsSolicitation
            && (options == 0 || (options == 8 && ip[Ipv6Header.Size + NeighborMessage.Size] == NeighborMessage.SourceLinkLayer));
        return (sender & 1) == 0 && sender != 0;
    }

    private static uint PlaceOf(WorkerContext* w, uint segment, ulong mac)
    {
        ulong key = FdbTable.Key(mac, segment);
        uint found = w->Fdb.Find(w->Fdb.Home(key), key, out _);
        return found != 0 && FdbDestination.IsCurrent(w, found) ? found : 0;
    }
}

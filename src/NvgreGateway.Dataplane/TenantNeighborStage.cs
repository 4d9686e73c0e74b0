using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// ARP and ND of tenants, in segments that answer for those who are known (A-105, E-050 to E-059). <see cref="Work.Needed"/> brings
/// such frames here; others never come. Outcomes: consumed (control answers), <c>drop.arp.unknown</c>, <c>drop.arp.invalid</c>,
/// <c>drop.punt.full</c>, or none: the frame goes its way, and control may have got a copy to learn from.
/// </summary>
internal static unsafe class TenantNeighborStage
{
    // As they load: ARP; hardware type 1 and protocol 0x0800, lengths 6 and 4.
    private const ushort Arp = 0x0608;
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

    /// <summary>Looks at a frame whose source lets it pass.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">The frame.</param>
    /// <param name="from">Port it came in on.</param>
    /// <returns>Whether it ended here: its packet is then no longer the caller's.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Takes(WorkerContext* w, Work* k, uint from)
    {
        SegmentFlags flags = w->Segments[k->Segment].Flags;
        Mbuf* m = k->Packet;
        byte* l3 = m->Data + k->Offset + EthernetHeader.Size;
        uint linear = Math.Min(m->DataLen - (uint)k->Offset, k->Length) - EthernetHeader.Size;
        if ((flags & SegmentFlags.AnswerNeighbors) == 0 || !MayApply(l3, linear, k->Family))
        {
            return false;
        }

        bool valid, asks;
        uint family;
        ulong high, low, asker;
        if (k->Family == TenantHeader.NotIp)
        {
            valid = ReadArp(l3, linear, out asks, out high, out asker);
            low = 0;
            family = 4;
        }
        else
        {
            valid = ReadNeighbor(l3, linear, k->SourceKey >> 16, out asks, out high, out low, out asker);
            family = 6;
        }

        // An advertisement may tell of another's MAC only without strictness, as the hosts themselves take it.
        bool strict = (flags & SegmentFlags.StrictNeighbors) != 0;
        if (!valid || (strict && asker != k->SourceKey >> 16))
        {
            if (strict)
            {
                Accounting.Drop(w, m, DropReason.ArpInvalid, from, k->Segment, k->Peer);
            }

            return strict; // nothing is learned from it
        }

        // E-053: what is asked of one host goes to it. E-058: who tells everybody of itself asks nothing.
        if (!asks || k->Cast == CastKind.Unicast)
        {
            Punting.TenantNeighbor(w, k, from, PuntKind.TenantEvidence);
            return false;
        }

        ulong owner = w->Bindings.Find(k->Segment, family, high, low);
        uint place = owner == 0 ? 0 : PlaceOf(w, k->Segment, owner);
        if (place == 0)
        {
            Punting.TenantNeighbor(w, k, from, PuntKind.TenantEvidence);
            if ((flags & SegmentFlags.ProxyNeighbors) == 0)
            {
                return false;
            }

            Accounting.Drop(w, m, DropReason.ArpUnknown, from, k->Segment, k->Peer);
            return true;
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

    // False: nothing is known of who it is about (E-059).
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

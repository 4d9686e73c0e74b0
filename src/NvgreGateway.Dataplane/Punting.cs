using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// What workers hand to control: whole frames of the underlay (ARP, ND, ICMP), sources to be learned, next hops that are needed.
/// A full ring is never waited for. Outcomes of a frame: consumed, or <c>drop.punt.full</c>.
/// </summary>
internal static unsafe class Punting
{
    /// <summary>Hands a frame to control.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="kind">Neighbour or ICMP.</param>
    /// <param name="m">The frame; no longer the caller's.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="l3Offset">Where its layer 3 header begins.</param>
    public static void Frame(WorkerContext* w, PuntClass kind, Mbuf* m, uint from, uint l3Offset)
    {
        SpscRing ring = kind == PuntClass.Neighbor ? w->Neighbor : w->Icmp;
        var slot = (PuntSlot*)ring.Reserve();
        if (slot == null)
        {
            Accounting.Drop(w, m, DropReason.PuntFull, from);
            return;
        }

        uint room = ring.SlotBytes - PuntSlot.HeadBytes, copied = 0;
        for (Mbuf* s = m; s != null && copied < room; s = s->Next)
        {
            uint n = Math.Min(s->DataLen, room - copied);
            Buffer.MemoryCopy(s->Data, PuntSlot.Data(slot) + copied, n, n);
            copied += n;
        }

        slot->Sequence = w->Ports.SequenceOf(m);
        slot->Key = 0;
        slot->Place = 0;
        slot->Segment = 0;
        slot->OriginalLength = m->PktLen;
        slot->CopiedLength = (ushort)copied;
        slot->Port = (ushort)from;
        slot->Kind = PuntKind.Frame;
        slot->L3Offset = (byte)l3Offset;
        slot->Trace = w->Trace != null ? w->Trace->Current : 0;
        ring.Publish();
        if (w->Trace != null)
        {
            TraceLog.Note(w, TracePoint.Punted, (ulong)kind, (ulong)PuntKind.Frame);
        }

        Accounting.Consume(w, m);
    }

    /// <summary>
    /// Tells control of a source, unless it was told of the same lately. A full ring means: not learned now; the next frame of the
    /// source tries again.
    /// </summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">The frame.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="found">What the FDB holds for the source, 0 = nothing.</param>
    public static void Source(WorkerContext* w, Work* k, uint from, uint found)
    {
        LearnMemory* memory = w->Learned + (FdbTable.Hash(k->SourceKey) & (LearnMemory.Entries - 1));
        if (w->RememberPunts && memory->Key == k->SourceKey && memory->Place == k->Place && memory->Found == found && memory->Tick == w->PuntTick)
        {
            return;
        }

        var slot = (PuntSlot*)w->Learn.Reserve();
        if (slot == null)
        {
            return;
        }

        slot->Sequence = w->Ports.SequenceOf(k->Packet);
        slot->Key = k->SourceKey;
        slot->Place = k->Place;
        slot->Segment = k->Segment;
        slot->OriginalLength = k->Packet->PktLen;
        slot->CopiedLength = 0;
        slot->Port = (ushort)from;
        slot->Kind = PuntKind.Learn;
        slot->L3Offset = k->Peer == 0 ? (byte)0 : OuterTtl(w, k, from);
        w->Learn.Publish();
        if (w->Trace != null)
        {
            TraceLog.Note(w, TracePoint.Learn, found);
        }

        *memory = new LearnMemory { Key = k->SourceKey, Place = k->Place, Found = found, Tick = w->PuntTick };
    }

    private static byte OuterTtl(WorkerContext* w, Work* k, uint from)
    {
        byte* ip = k->Packet->Data + w->PortEntries[from].L3Offset;
        return (w->Peers[k->Peer].Flags & PeerFlags.Ipv6) != 0 ? ip[7] : ip[8];
    }

    /// <summary>
    /// Tells control of a frame that was too long, so that it may send an ICMP error; the frame itself is a drop already. Half the ring
    /// is kept for what is to be consumed.
    /// </summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">The frame.</param>
    /// <param name="inner">Where the untagged tenant frame would begin: bytes 12 on are there.</param>
    /// <param name="macs">Destination MAC and first two bytes of the source MAC.</param>
    /// <param name="macsEnd">The rest of the source MAC.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="to">Place that was too small.</param>
    /// <param name="mtu">Largest IP packet that fits there.</param>
    public static void TooBig(WorkerContext* w, Work* k, byte* inner, ulong macs, uint macsEnd, uint from, uint to, uint mtu)
    {
        // An ICMPv6 error quotes as much as fits into 1280 bytes (RFC 4443 section 3.2); IPv4 needs less.
        const uint Most = EthernetHeader.Size + 1280;
        SpscRing ring = w->Icmp;
        PuntSlot* slot = ring.Count >= ring.Capacity / 2 ? null : (PuntSlot*)ring.Reserve();
        if (slot == null)
        {
            return;
        }

        Mbuf* m = k->Packet;
        byte* data = PuntSlot.Data(slot);
        uint length = Math.Min(k->Length, Most), copied = Math.Min(length, (uint)(m->Data + m->DataLen - inner));
        Buffer.MemoryCopy(inner, data, copied, copied);
        for (Mbuf* s = m->Next; s != null && copied < length; s = s->Next)
        {
            uint n = Math.Min(s->DataLen, length - copied);
            Buffer.MemoryCopy(s->Data, data + copied, n, n);
            copied += n;
        }

        Wire.Store64(data, macs);
        Wire.Store32(data + 8, macsEnd);
        slot->Sequence = w->Ports.SequenceOf(m);
        slot->Key = mtu | ((ulong)to << 32);
        slot->Place = k->Place;
        slot->Segment = k->Segment;
        slot->OriginalLength = k->Length;
        slot->CopiedLength = (ushort)copied;
        slot->Port = (ushort)from;
        slot->Kind = PuntKind.TooBig;
        slot->L3Offset = EthernetHeader.Size;
        ring.Publish();
        if (w->Trace != null)
        {
            TraceLog.Note(w, TracePoint.Punted, (ulong)PuntClass.Icmp, (ulong)PuntKind.TooBig, mtu);
        }
    }

    /// <summary>Tells control of a topology change. A full ring means: not told; spanning tree says it again.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The frame that told.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="place">The attachment's place, 0 = the whole port.</param>
    public static void TopologyChange(WorkerContext* w, Mbuf* m, uint from, uint place)
    {
        var slot = (PuntSlot*)w->Learn.Reserve();
        if (slot != null)
        {
            *slot = new PuntSlot { Sequence = w->Ports.SequenceOf(m), Place = place, Port = (ushort)from, Kind = PuntKind.TopologyChange };
            w->Learn.Publish();
            if (w->Trace != null)
            {
                TraceLog.Note(w, TracePoint.Punted, (ulong)PuntClass.Learn, (ulong)PuntKind.TopologyChange);
            }
        }
    }

    /// <summary>Hands control a copy of a tenant's ARP or ND frame, untagged; what becomes of the frame is the caller's business.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">The frame.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="kind">Question or evidence.</param>
    /// <returns>False when the ring is full.</returns>
    public static bool TenantNeighbor(WorkerContext* w, Work* k, uint from, PuntKind kind) => TenantFrame(w, k, from, w->TenantNeighbor, kind);

    /// <summary>Hands control a copy of a tenant's frame, untagged, cut to what a slot holds.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">The frame.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="ring">The ring of its class.</param>
    /// <param name="kind">What it is.</param>
    /// <returns>False when the ring is full.</returns>
    public static bool TenantFrame(WorkerContext* w, Work* k, uint from, SpscRing ring, PuntKind kind)
    {
        // Half the ring is kept for those who wait for an answer.
        PuntSlot* slot = kind == PuntKind.TenantEvidence && ring.Count >= ring.Capacity / 2 ? null : (PuntSlot*)ring.Reserve();
        if (slot == null)
        {
            return false;
        }

        Mbuf* m = k->Packet;
        byte* data = PuntSlot.Data(slot);
        uint copied = Math.Min(Math.Min(k->Length, m->DataLen - (uint)k->Offset), ring.SlotBytes - PuntSlot.HeadBytes);
        Buffer.MemoryCopy(m->Data + k->Offset, data, copied, copied);
        Wire.Store64(data, (k->DestinationKey >> 16) | (k->SourceKey >> 16 << 48)); // the tags of a frame from a VLAN stand between its MACs and the rest
        Wire.Store32(data + 8, (uint)(k->SourceKey >> 32));
        slot->Sequence = w->Ports.SequenceOf(m);
        slot->Key = 0;
        slot->Place = k->Place;
        slot->Segment = k->Segment;
        slot->OriginalLength = k->Length;
        slot->CopiedLength = (ushort)copied;
        slot->Port = (ushort)from;
        slot->Kind = kind;
        slot->L3Offset = EthernetHeader.Size;
        slot->Trace = w->Trace != null && kind is PuntKind.TenantQuestion or PuntKind.TenantGroupOnly ? w->Trace->Current : 0;
        ring.Publish();
        if (w->Trace != null)
        {
            TraceLog.Note(w, TracePoint.Punted, (ulong)(kind is PuntKind.TenantGroup or PuntKind.TenantGroupOnly ? PuntClass.TenantGroup : PuntClass.TenantNeighbor), (ulong)kind);
        }

        return true;
    }

    /// <summary>Hands control what may be a probe of its own; whether the frame is consumed is the caller's business.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The frame.</param>
    /// <param name="l3">First byte behind its EtherType; <see cref="Packets.LoopProbe.Size"/> bytes are there.</param>
    /// <param name="segment">Segment id.</param>
    /// <param name="place">Where it came from.</param>
    /// <param name="from">Port it came in on.</param>
    /// <returns>False when the ring is half full: the rest is for those who wait for an answer.</returns>
    public static bool LoopProbe(WorkerContext* w, Mbuf* m, byte* l3, uint segment, uint place, uint from)
    {
        SpscRing ring = w->TenantNeighbor;
        PuntSlot* slot = ring.Count >= ring.Capacity / 2 ? null : (PuntSlot*)ring.Reserve();
        if (slot == null)
        {
            return false;
        }

        *slot = new PuntSlot
        {
            Sequence = w->Ports.SequenceOf(m),
            Place = place,
            Segment = segment,
            OriginalLength = m->PktLen,
            CopiedLength = Packets.LoopProbe.Size,
            Port = (ushort)from,
            Kind = PuntKind.LoopProbe,
        };
        Buffer.MemoryCopy(l3, PuntSlot.Data(slot), Packets.LoopProbe.Size, Packets.LoopProbe.Size);
        ring.Publish();
        return true;
    }

    /// <summary>Tells control that packets wait for a next hop that nobody resolves.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="nextHop">Its id.</param>
    /// <param name="port">Port that leads to it.</param>
    /// <param name="sequence">Sequence of the packet that waits.</param>
    /// <returns>False when the ring is full: to be told again.</returns>
    public static bool NextHop(WorkerContext* w, uint nextHop, uint port, ulong sequence)
    {
        var slot = (PuntSlot*)w->Neighbor.Reserve();
        if (slot == null)
        {
            return false;
        }

        *slot = new PuntSlot { Sequence = sequence, Key = nextHop, Port = (ushort)port, Kind = PuntKind.NextHopNeeded };
        w->Neighbor.Publish();
        return true;
    }
}

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Toward a peer: a copy of its prepared outer header with the few fields that vary (A-001 to, B-020,
/// B-021, B-030, B-038, E-042; WIRE-FORMAT 1.1 and 1.5), then the Neighbour stage. The size was checked. Outcomes: queued for its
/// port; those of <see cref="NeighborStage"/>.
/// </summary>
internal static unsafe class PeerOutput
{
    /// <summary>Encapsulates a frame and sends it.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet.</param>
    /// <param name="inner">Where the untagged tenant frame is to begin: bytes 12 on are there already.</param>
    /// <param name="macs">Destination MAC and first two bytes of the source MAC.</param>
    /// <param name="macsEnd">The rest of the source MAC.</param>
    /// <param name="k">What pass 1 found out.</param>
    /// <param name="id">Peer id.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="cast">Kind of its destination MAC.</param>
    /// <param name="record">The frame's record when this is a copy, else null.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Send(WorkerContext* w, Mbuf* m, byte* inner, ulong macs, uint macsEnd, Work* k, uint id, uint from, CastKind cast, CopyRecord* record)
    {
        PeerEntry* peer = w->Peers + id;
        uint headerLength = peer->HeaderLength;
        if (headerLength == 0)
        {
            peer = PathChoice.Of(w, peer, k->Crc);
            headerLength = peer->HeaderLength;
        }

        uint l3 = peer->L3Offset, crc = k->Crc, innerLength = k->Length;
        PeerFlags flags = peer->Flags;
        byte* start = inner - headerLength;

        // Two overlapping stores cover 42 to 64 bytes; 66 takes a third.
        Vector256<byte> head = Vector256.Load(peer->Template), tail = Vector256.Load(peer->Template + headerLength - 32);
        if (headerLength > 64)
        {
            Wire.Store64(start + 32, Wire.Load64(peer->Template + 32));
        }

        head.Store(start);
        tail.Store(inner - 32);
        Wire.Store64(inner, macs);
        Wire.Store32(inner + 8, macsEnd);

        uint tos = OuterTos(w, peer, k, from);
        byte* ip = start + l3;
        uint total = Math.Min(innerLength + headerLength - l3, ushort.MaxValue); // IP header, GRE and the tenant frame; one that will be cut may be longer
        if ((flags & PeerFlags.Ipv6) == 0)
        {
            uint sum = peer->ChecksumBase + total + tos;
            sum = (sum & 0xFFFF) + (sum >> 16);
            sum += sum >> 16;
            Wire.StoreBig32(ip, 0x4500_0000 | (tos << 16) | total);
            Wire.StoreBig16(ip + 10, ~sum);
        }
        else
        {
            Wire.StoreBig32(ip, 0x6000_0000 | (tos << 20) | FlowHash.FlowLabel(crc));
            Wire.StoreBig16(ip + 4, total - Ipv6Header.Size);
        }

        Wire.StoreBig32(inner - 4, peer->KeyBase | ((flags & PeerFlags.FlowIdHash) != 0 ? FlowHash.FlowId(crc) : 0));
        if (l3 != EthernetHeader.Size)
        {
            // E-042: the outer tag takes its PCP from the outer DSCP.
            start[14] |= (byte)(w->Segments[peer->Segment].DscpToPcp[tos >> 2] << 5);
        }

        uint length = headerLength + innerLength;
        uint offset = (uint)(start - m->BufAddr);
        m->DataLen = (ushort)(m->DataLen + m->DataOff - offset);
        m->DataOff = (ushort)offset;
        m->PktLen = length;
        if (length < EthernetHeader.MinFrame)
        {
            Trimming.Pad(m);
            start = m->Data;
            length = EthernetHeader.MinFrame;
        }

        var note = new TxNote(record, Place.Peer | id, innerLength, from, cast);
        ulong hop = Volatile.Read(ref w->NextHops[peer->NextHop].Word);
        if (NextHopSlot.StateOf(hop) != NextHopState.Resolved || w->HeldPackets != 0)
        {
            NeighborStage.Send(w, m, peer->Port, peer->NextHop, note);
            return;
        }

        // The low half of the first eight bytes is ours to fill; the source MAC begins in the upper.
        Wire.Store64(start, (hop & Wire.MacMask) | (Wire.Load64(peer->Template) & ~Wire.MacMask));
        Transmission.ToPeer(w, peer->Port, m, length, id, innerLength, cast, note);
    }

    /// <summary>
    /// What <see cref="Send"/> does, for unicast IP of one segment from a port that trusts DSCP to a <see cref="PeerEntry.Usual"/> peer:
    /// every offset is known, and no choice is left but the next hop.
    /// </summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet.</param>
    /// <param name="p">Its first byte.</param>
    /// <param name="k">What pass 1 found out.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="id">Its id.</param>
    /// <param name="origin"><see cref="TxNote.Origin"/> of the port it came in on.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SendUsual(WorkerContext* w, Mbuf* m, byte* p, Work* k, PeerEntry* peer, uint id, ulong origin)
    {
        const int Headers = (int)PeerEntry.UsualHeaderLength;
        ulong macs = Wire.Load64(p);
        uint macsEnd = Wire.Load32(p + 8), innerLength = k->Length, tos = k->Tos & ~Ecn.Mask;
        byte* inner = p + k->Offset, start = inner - Headers, ip = start + EthernetHeader.Size;

        // Two overlapping stores, then the MACs, moved by the tag's bytes.
        Vector256.Load(peer->Template).Store(start);
        Vector128.Load(peer->Template + Headers - 16).Store(inner - 16);
        Wire.Store64(inner, macs);
        Wire.Store32(inner + 8, macsEnd);

        uint total = innerLength + Headers - EthernetHeader.Size, sum = peer->ChecksumBase + total + tos;
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum += sum >> 16;
        Wire.StoreBig32(ip, 0x4500_0000 | (tos << 16) | total);
        Wire.StoreBig16(ip + 10, ~sum);
        Wire.StoreBig32(inner - 4, peer->KeyBase | FlowHash.FlowId(k->Crc));

        uint length = innerLength + Headers;
        TxNote note = TxNote.Unicast(Place.Peer | id, innerLength, origin);
        m->DataOff = (ushort)(start - m->BufAddr);
        m->DataLen = (ushort)length;
        m->PktLen = length;
        ulong hop = Volatile.Read(ref w->NextHops[peer->NextHop].Word);
        if (NextHopSlot.StateOf(hop) != NextHopState.Resolved || w->HeldPackets != 0 || length < EthernetHeader.MinFrame)
        {
            SendSlowly(w, m, peer, note);
            return;
        }

        Wire.Store32(start, (uint)hop);
        Wire.Store16(start + 4, (ushort)(hop >> 32));
        Transmission.ToPeer(w, peer->Port, m, length, id, innerLength, CastKind.Unicast, note);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SendSlowly(WorkerContext* w, Mbuf* m, PeerEntry* peer, TxNote note)
    {
        if (m->PktLen < EthernetHeader.MinFrame)
        {
            Trimming.Pad(m);
        }

        NeighborStage.Send(w, m, peer->Port, peer->NextHop, note);
    }

    // B-030, B-033, B-038: where the outer DSCP comes from; B-020, B-021: the ECN field.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint OuterTos(WorkerContext* w, PeerEntry* peer, Work* k, uint from)
    {
        uint tos = k->Tos; // 0 when not IP
        uint ecn = (peer->Flags & PeerFlags.EcnNormal) != 0 ? tos & Ecn.Mask : 0;
        PortFlags trust = w->PortEntries[from].Flags & (PortFlags.TrustDscp | PortFlags.TrustPcp);
        if (peer->Dscp == DscpMode.Copy && trust == PortFlags.TrustDscp && k->Family != TenantHeader.NotIp)
        {
            return (tos & ~Ecn.Mask) | ecn;
        }

        return OtherDscp(w, peer, k, trust) | ecn;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint OtherDscp(WorkerContext* w, PeerEntry* peer, Work* k, PortFlags trust)
    {
        if (peer->Dscp == DscpMode.Fixed)
        {
            return peer->FixedTos & ~Ecn.Mask;
        }

        return trust == PortFlags.None ? 0u : w->Segments[peer->Segment].PcpToTos[k->OuterPriority >> 1] & ~Ecn.Mask;
    }
}

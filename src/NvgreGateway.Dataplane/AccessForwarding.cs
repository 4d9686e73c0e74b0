using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// VLAN side, pass 2: where the frame goes. Outcomes: encapsulated to a peer (<see cref="PeerOutput"/>), switched to another attachment
/// (<see cref="AttachmentOutput"/>), looked at by <see cref="SizeStage"/> first, replicated (<see cref="Replication"/>); <c>drop.fdb.unknown_unicast</c>, <c>.same_port</c>,
/// <c>.isolated</c>, <c>drop.peer.down</c>; those of <see cref="FdbSource"/> and <see cref="SizeStage"/>.
/// </summary>
internal static unsafe class AccessForwarding
{
    /// <summary>Runs the work of a burst.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="from">The access port.</param>
    /// <param name="count">Pieces of work.</param>
    public static void Run(WorkerContext* w, uint from, uint count)
    {
        Work* end = w->Work + count;
        // Where DSCP is not trusted no peer is usual.
        bool trustsDscp = (w->PortEntries[from].Flags & (PortFlags.TrustDscp | PortFlags.TrustPcp)) == PortFlags.TrustDscp;
        ulong origin = TxNote.Origin(from);
        uint usual = trustsDscp ? PeerEntry.Usual : uint.MaxValue;
        for (Work* k = w->Work; k != end; k++)
        {
            Mbuf* m = k->Packet;
            DropReason source = FdbSource.Check(w, k, from);
            uint found = w->Fdb.Find(k->DestinationBucket, k->DestinationKey, out _);
            uint id = found & Place.IdMask;
            if (found >= Place.Peer && source == DropReason.None && id < w->PeerCount)
            {
                PeerEntry* peer = w->Peers + id;
                if (peer->Place == (found & ~Place.Flags)
                    && (peer->Flags & PeerFlags.Up) != 0
                    && (w->PeerStates[id] & (byte)PlaceStates.Down) == 0
                    && k->Needed <= peer->FastInnerFrame)
                {
                    AttachmentCounters* c = w->AttachmentCounters + k->PlaceId;
                    c->RxUnicast[0]++;
                    c->RxUnicast[1] += m->PktLen;
                    byte* p = m->Data;
                    if ((PeerEntry.ShapeOf(peer) & PeerEntry.UsualMask) == usual && k->Family != TenantHeader.NotIp && m->NbSegs == 1)
                    {
                        PeerOutput.SendUsual(w, m, p, k, peer, id, origin);
                        continue;
                    }

                    PeerOutput.Send(w, m, p + k->Offset, Wire.Load64(p), Wire.Load32(p + 8), k, id, from, CastKind.Unicast, null); // the FDB holds no groups
                    continue;
                }
            }

            Other(w, k, from, found, source);
        }
    }

    // Everything but known unicast to a peer that takes it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Other(WorkerContext* w, Work* k, uint from, uint found, DropReason source)
    {
        Mbuf* m = k->Packet;
        CastKind cast = k->Cast;
        AttachmentCounters* c = w->AttachmentCounters + k->PlaceId;
        ulong* pair = cast == CastKind.Unicast ? c->RxUnicast : c->RxGroup + (((int)cast - 1) * 2);
        pair[0]++;
        pair[1] += m->PktLen;

        SegmentEntry* segment = w->Segments + k->Segment;
        if (k->Needed != k->Length && TenantNeighborStage.Takes(w, k, from, source))
        {
            return;
        }

        bool known = cast == CastKind.Unicast && FdbDestination.IsCurrent(w, found);
        if (w->Trace != null)
        {
            TraceLog.Note(w, TracePoint.Destination, found, known ? 1ul : 0, (ulong)cast);
        }

        if (!known)
        {
            if (cast == CastKind.Unicast)
            {
                Accounting.Count(w, CounterId.FdbUnknown);
                if ((segment->Flags & SegmentFlags.FloodUnknown) == 0)
                {
                    Accounting.Drop(w, m, DropReason.FdbUnknownUnicast, from, k->Segment);
                    return;
                }
            }

            Replication.Run(w, k, from, source);
            return;
        }

        uint id = found & Place.IdMask;
        if ((found & Place.Peer) != 0)
        {
            PeerEntry* peer = w->Peers + id;
            bool down = (peer->Flags & PeerFlags.Up) == 0 || (w->PeerStates[id] & (byte)PlaceStates.Down) != 0;
            DropReason why = source != DropReason.None ? source
                : down ? DropReason.PeerDown
                : DropReason.None;
            if (why != DropReason.None)
            {
                Accounting.Drop(w, m, why, from, k->Segment, id);
                return;
            }

            byte* p = m->Data;
            SizeStage.Send(w, k, p + k->Offset, Wire.Load64(p), Wire.Load32(p + 8), k->TagPriority, Place.Peer | id, from);
            return;
        }

        DropReason reason = id == k->PlaceId ? DropReason.FdbSamePort
            : (segment->Flags & SegmentFlags.LocalSwitching) == 0 ? DropReason.FdbIsolated
            : source != DropReason.None ? source
            : DropReason.None;
        if (reason != DropReason.None)
        {
            Accounting.Drop(w, m, reason, from, k->Segment);
            return;
        }

        // E-008: a tag keeps its PCP and DEI on the way to another attachment.
        byte* start = m->Data;
        SizeStage.Send(w, k, start + k->Offset, Wire.Load64(start), Wire.Load32(start + 8), k->TagPriority, id, from);
    }
}

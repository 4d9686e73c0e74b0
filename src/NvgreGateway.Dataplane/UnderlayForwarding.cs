using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// PA side, pass 2: where the tenant frame goes. Outcomes: tagged onto an attachment (<see cref="AttachmentOutput"/>), replicated
/// (<see cref="Replication"/>); <c>drop.fdb.unknown_unicast</c>; those of <see cref="RelayStage"/>, <see cref="FdbSource"/>,
/// <see cref="SizeStage"/> and <see cref="TenantNeighborStage"/>.
/// </summary>
internal static unsafe class UnderlayForwarding
{
    /// <summary>Runs the work of a burst.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="from">The underlay port.</param>
    /// <param name="count">Pieces of work.</param>
    public static void Run(WorkerContext* w, uint from, uint count)
    {
        Work* end = w->Work + count;
        ulong origin = TxNote.Origin(from);
        for (Work* k = w->Work; k != end; k++)
        {
            Mbuf* m = k->Packet;
            DropReason source = FdbSource.Check(w, k, from);
            uint found = w->Fdb.Find(k->DestinationBucket, k->DestinationKey, out _);
            if (found != 0 && found < Place.Peer && source == DropReason.None)
            {
                uint id = found & Place.IdMask;
                if (id < w->AttachmentCount && w->Attachments[id].Place == (found & ~Place.Flags) && k->Needed <= w->Attachments[id].MaxInnerFrame)
                {
                    PeerCounters* c = w->PeerCounters + k->PlaceId;
                    c->RxUnicast[PeerCounters.Packets]++;
                    c->RxUnicast[PeerCounters.TenantBytes] += k->Length;
                    c->RxUnicast[PeerCounters.OuterBytes] += m->PktLen;
                    byte* q = m->Data + k->Offset;
                    AttachmentOutput.Send(
                        w, m, q, Wire.Load64(q), Wire.Load32(q + 8), AttachmentOutput.PriorityOf(w->Segments + k->Segment, k), k->Length, id, CastKind.Unicast,
                        TxNote.Unicast(id, k->Length, origin));
                    continue;
                }
            }

            Other(w, k, from, found, source);
        }
    }

    // Everything but known unicast to an attachment that takes it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Other(WorkerContext* w, Work* k, uint from, uint found, DropReason source)
    {
        Mbuf* m = k->Packet;
        CastKind cast = k->Cast;
        PeerCounters* c = w->PeerCounters + k->PlaceId;
        ulong* triple = cast == CastKind.Unicast ? c->RxUnicast : c->RxGroup + (((int)cast - 1) * 3);
        triple[PeerCounters.Packets]++;
        triple[PeerCounters.TenantBytes] += k->Length;
        triple[PeerCounters.OuterBytes] += m->PktLen;

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
                    Accounting.Drop(w, m, DropReason.FdbUnknownUnicast, from, k->Segment, k->Peer);
                    return;
                }
            }

            Replication.Run(w, k, from, source);
            return;
        }

        if ((found & Place.Peer) != 0)
        {
            RelayStage.Run(w, k, from, found & Place.IdMask, source);
            return;
        }

        uint id = found & Place.IdMask;
        if (source != DropReason.None)
        {
            Accounting.Drop(w, m, source, from, k->Segment, k->Peer);
            return;
        }

        byte* q = m->Data + k->Offset; // too long, a SYN, or a record whose place was flushed
        SizeStage.Send(w, k, q, Wire.Load64(q), Wire.Load32(q + 8), AttachmentOutput.PriorityOf(segment, k), id, from);
    }
}

using System.Runtime.CompilerServices;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// The source of a frame in the FDB: it stands where it should and its age is renewed, or control is told (A-101, A-102, E-030 to
/// E-034). Runs for every frame that reached pass 2, whatever becomes of its destination (rule 0.2.2). Outcomes: none;
/// <c>drop.fdb.move_blocked</c>, <c>.duplicate</c>, <c>.limit</c>; the counters <c>fdb.conflict</c> and <c>fdb.limit</c>.
/// </summary>
internal static unsafe class FdbSource
{
    /// <summary>Looks the source up.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">The frame.</param>
    /// <param name="from">Port it came in on.</param>
    /// <returns>None, or why the frame is to be dropped unless its destination gives a reason.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DropReason Check(WorkerContext* w, Work* k, uint from)
    {
        uint found = w->Fdb.Find(k->SourceBucket, k->SourceKey, out uint slot);
        if ((found & ~Place.Flags) == k->Place)
        {
            byte* age = w->Ages + slot;
            if (*age != (byte)w->Tick)
            {
                *age = (byte)w->Tick;
            }

            return DropReason.None;
        }

        return Elsewhere(w, k, from, found);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static DropReason Elsewhere(WorkerContext* w, Work* k, uint from, uint found)
    {
        DropReason reason = Judge(w, k, from, found);
        if (w->Trace != null)
        {
            TraceLog.Note(w, TracePoint.Source, found, (ulong)reason, (w->Segments[k->Segment].Flags & SegmentFlags.Learning) != 0 ? 1ul : 0);
        }

        return reason;
    }

    private static DropReason Judge(WorkerContext* w, Work* k, uint from, uint found)
    {
        const uint WhoMask = Place.Peer | Place.IdMask;
        bool same = ((found ^ k->Place) & WhoMask) == 0;
        if ((found & Place.Static) != 0)
        {
            if (same)
            {
                return DropReason.None; // a record outlives a flush of its place
            }

            Accounting.Count(w, CounterId.FdbConflict);
            return (found & Place.Sticky) != 0 ? DropReason.FdbMoveBlocked : DropReason.None;
        }

        if (!FdbDestination.IsCurrent(w, found))
        {
            found = 0; // flushed
        }

        SegmentEntry* segment = w->Segments + k->Segment;
        if ((segment->Flags & SegmentFlags.Learning) == 0)
        {
            return DropReason.None;
        }

        if ((found & (Place.Frozen | Place.FrozenDrop)) != 0)
        {
            // The move is refused, but control must see that it is still tried: the MAC thaws when it is not (E-032).
            Punting.Source(w, k, from, found);
            return (found & Place.FrozenDrop) != 0 ? DropReason.FdbDuplicate : DropReason.None;
        }

        byte place = k->Peer != 0 ? w->PeerStates[k->PlaceId] : w->AttachmentStates[k->PlaceId];
        byte ofSegment = found == 0 ? w->SegmentStates[k->Segment] : (byte)0; // a move does not add to the segment
        const byte Reached = (byte)PlaceStates.LimitReached;
        if (((place | ofSegment) & Reached) != 0)
        {
            Accounting.Count(w, CounterId.FdbLimit);
            bool drop = Drops(place) || Drops(ofSegment)
                || ((ofSegment & Reached) != 0 && (segment->Flags & SegmentFlags.LimitDrop) != 0)
                || ((place & Reached) != 0 && k->Peer != 0 && (w->Peers[k->PlaceId].Flags & PeerFlags.LimitDrop) != 0);
            return drop ? DropReason.FdbLimit : DropReason.None;
        }

        Punting.Source(w, k, from, found);
        return DropReason.None;
    }

    private static bool Drops(byte state)
    {
        const byte Both = (byte)(PlaceStates.LimitReached | PlaceStates.LimitDrop);
        return (state & Both) == Both;
    }
}

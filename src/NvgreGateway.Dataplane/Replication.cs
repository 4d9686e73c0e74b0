using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Broadcast, multicast and unknown unicast: from the VLAN side one copy to every other attachment (if the segment switches locally)
/// and to every peer that is up, or to the PA groups that <see cref="GroupStage"/> says; from NVGRE to every attachment and never to a peer (A-081, A-087 to A-089, E-021, E-025, rule 0.2.6).
/// The last receiver gets the frame itself; copies of long frames share their payload (<see cref="SharedPayload"/>). Outcomes: copies queued or held; <c>drop.fdb.no_receiver</c>, also when isolation
/// (E-024) is why there is none; those of <see cref="SnoopStage"/> and <see cref="StormStage"/>; per copy those of <see cref="SizeStage"/>, <see cref="NeighborStage"/>, <see cref="Transmission"/>
/// and <c>drop.mbuf.nomem</c>.
/// </summary>
internal static unsafe class Replication
{
    /// <summary>Replicates a frame.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">The frame; its packet is no longer the caller's.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="source">None, or why its source forbids to forward it.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Run(WorkerContext* w, Work* k, uint from, DropReason source)
    {
        Mbuf* m = k->Packet;
        SegmentEntry* segment = w->Segments + k->Segment;
        uint* members = w->Snapshot.Members(segment);
        uint end = segment->AttachmentCount + (uint)segment->PeerCount, skip = 0;
        if ((segment->GroupCount | segment->MappedGroups) != 0 && k->Peer == 0)
        {
            end = segment->AttachmentCount + GroupStage.Receivers(w, k, segment, out skip);
        }

        SnoopStage.Scope scope = default;
        if ((segment->Flags & SegmentFlags.Snooping) != 0)
        {
            scope = SnoopStage.Look(k);
        }

        uint next = NextReceiver(w, k, segment, members, 0, end, skip, in scope);
        if (scope.Tell && source == DropReason.None && SnoopStage.Takes(w, k, from, next == end))
        {
            return;
        }

        if (next == end || source != DropReason.None)
        {
            Accounting.Drop(w, m, next == end ? DropReason.FdbNoReceiver : source, from, k->Segment, k->Peer);
            return;
        }

        // Size comes before rate: what is too long for every receiver takes nothing from a bucket, and has that for a reason.
        bool limited = (segment->Storm[(int)k->Cast] | w->PortEntries[from].Storm[(int)k->Cast]) != 0
            && StormStage.Applies(w, k, segment, members, next, end, skip, in scope);
        if (limited && !StormStage.Passes(w, k, from))
        {
            return;
        }

        if (w->Trace != null)
        {
            if (limited)
            {
                TraceLog.Note(w, TracePoint.Storm);
            }

            uint receivers = end - segment->AttachmentCount;
            TraceLog.Note(w, TracePoint.Replicated, segment->AttachmentCount, segment->PeerCount, skip != 0 || receivers > segment->PeerCount ? receivers : 0);
        }

        CopyRecord* record = Accounting.BeginCopies(w, from, k->Segment, k->Peer);
        if (record == null)
        {
            Accounting.Drop(w, m, DropReason.MbufNomem, from, k->Segment, k->Peer);
            return;
        }

        // The untagged tenant frame and nothing else, so that every copy starts from the same bytes.
        byte* p = m->Data, inner = p + k->Offset;
        if (k->Peer == 0)
        {
            ulong macs = Wire.Load64(p);
            uint macsEnd = Wire.Load32(p + 8);
            Wire.Store64(inner, macs);
            Wire.Store32(inner + 8, macsEnd);
        }

        Trimming.Set(w, m, inner, k->Length);
        uint priority = k->Peer != 0 ? AttachmentOutput.PriorityOf(segment, k) : k->TagPriority;
        SizeStage.Clamp(w, k, m, inner, k->Peer); // from NVGRE: by the peer it came from, for all copies alike
        uint least = uint.MaxValue, leastPlace = 0;
        bool tell = true;
        bool shares = next != end && SharedPayload.MayApply(k, m), split = false;
        ulong chains = shares ? w->Ports.ChainPorts : 0;
        while (next != end)
        {
            uint at = next;
            next = NextReceiver(w, k, segment, members, at + 1, end, skip, in scope);
            Mbuf* copy = m;
            bool toPeer = at >= segment->AttachmentCount;
            uint id = members[toPeer ? at + skip : at], to = id | (toPeer ? Place.Peer : 0), longest = SizeStage.LongestOf(w, to);
            SizeStage.Verdict verdict = SizeStage.Judge(w, k, inner + EthernetHeader.Size, longest, toPeer);
            if (w->Trace != null)
            {
                TraceLog.Note(w, TracePoint.Size, to, longest, (ulong)verdict.Reason, verdict.Fragment ? 1ul : 0);
            }

            tell &= verdict.Tell;
            if (tell && longest < least)
            {
                least = longest;
                leastPlace = to;
            }

            if (verdict.Reason != DropReason.None || verdict.Fragment)
            {
                if (verdict.Fragment)
                {
                    FragmentStage.Run(w, m, k, longest, priority, to, from, record);
                }
                else
                {
                    Interlocked.Increment(ref record->Pending);
                    Accounting.LoseCopy(w, record, verdict.Reason);
                }

                if (next == end)
                {
                    if (tell)
                    {
                        // Too long for every receiver: then, and only then, the sender is told (B-071), of the least of them.
                        Punting.TooBig(w, k, inner, Wire.Load64(inner), Wire.Load32(inner + 8), from, leastPlace, least - EthernetHeader.Size);
                    }

                    Accounting.Discard(w, m);
                }

                continue;
            }

            Interlocked.Increment(ref record->Pending);
            bool chained = (shares || split) && TakesChains(w, to, chains);
            if (next != end)
            {
                if (chained && !split)
                {
                    Mbuf* whole = SharedPayload.Split(w, m);
                    split = whole != null;
                    shares = split; // without a buffer for it, this frame is copied whole
                    m = split ? whole : m;
                }

                copy = chained && split ? SharedPayload.Copy(w, m) : null;
                copy = copy == null ? FrameCopy.Make(w, m) : copy;
                if (copy == null)
                {
                    Accounting.LoseCopy(w, record, DropReason.MbufNomem);
                    continue;
                }
            }
            else if (split && !chained)
            {
                copy = FrameCopy.Make(w, m);
                Accounting.Discard(w, m);
                if (copy == null)
                {
                    Accounting.LoseCopy(w, record, DropReason.MbufNomem);
                    continue;
                }
            }

            byte* start = copy->Data;
            if (toPeer)
            {
                SizeStage.Clamp(w, k, copy, start, id);
                PeerOutput.Send(w, copy, start, Wire.Load64(start), Wire.Load32(start + 8), k, id, from, k->Cast, record);
            }
            else
            {
                AttachmentOutput.Send(
                    w, copy, start, Wire.Load64(start), Wire.Load32(start + 8), priority, k->Length, id, k->Cast,
                    new TxNote(record, id, k->Length, from, k->Cast));
            }
        }

        Accounting.Settle(w, record);
    }

    // Whether every port that leads to a place sends chains; a peer may be reached by any underlay port.
    private static bool TakesChains(WorkerContext* w, uint to, ulong chains)
    {
        ulong ports = (to & Place.Peer) != 0 ? w->UnderlayPorts : 1ul << w->Attachments[to & Place.IdMask].Port;
        return (ports & ~chains) == 0;
    }

    /// <summary>The next member of a segment that gets a copy.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">The frame.</param>
    /// <param name="segment">Its segment.</param>
    /// <param name="members">The segment's attachments, then its peers and groups.</param>
    /// <param name="at">The first index to look at.</param>
    /// <param name="end">One behind the last index.</param>
    /// <param name="skip">How many peers are left out before the groups.</param>
    /// <param name="scope">Who wants it.</param>
    /// <returns>Its index, or <paramref name="end"/>.</returns>
    public static uint NextReceiver(WorkerContext* w, Work* k, SegmentEntry* segment, uint* members, uint at, uint end, uint skip, in SnoopStage.Scope scope)
    {
        bool fromPeer = k->Peer != 0;
        for (; at < end; at++)
        {
            uint id = members[at < segment->AttachmentCount ? at : at + skip];
            if (scope.Audience != SnoopStage.Audience.All
                && !SnoopStage.Wants(w, in scope, k->Segment, at < segment->AttachmentCount ? id : id | Place.Peer))
            {
                continue;
            }

            if (at < segment->AttachmentCount)
            {
                if (fromPeer || ((segment->Flags & SegmentFlags.LocalSwitching) != 0 && id != k->PlaceId))
                {
                    return at;
                }
            }
            else if (fromPeer)
            {
                return end; // split horizon
            }
            else if ((w->Peers[id].Flags & PeerFlags.Up) != 0 && (w->PeerStates[id] & (byte)PlaceStates.Down) == 0)
            {
                return at;
            }
        }

        return end;
    }
}

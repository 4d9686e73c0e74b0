using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Where every received frame ends: counted as sent, handed to control, or dropped under one reason (rule 0.2.1, F-020, F-022).
/// </summary>
internal static unsafe class Accounting
{
    /// <summary>Ends a received frame as a drop.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="packet">The packet; no longer the caller's.</param>
    /// <param name="reason">Why.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="segment">Segment id where known, else 0.</param>
    /// <param name="peer">Id of the peer it came from or goes to where known, else 0.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Drop(WorkerContext* w, Mbuf* packet, DropReason reason, uint from, uint segment = 0, uint peer = 0)
    {
        if (w->Trace != null)
        {
            TraceLog.Note(w, packet, TracePoint.Dropped, (ulong)reason, segment, peer);
        }

        CountDrop(w, reason, from, segment, peer);
        Discard(w, packet);
    }

    /// <summary>Counts a received frame as dropped.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="reason">Why.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="segment">Segment id where known, else 0.</param>
    /// <param name="peer">Peer id where known, else 0.</param>
    /// <param name="frames">How many frames.</param>
    public static void CountDrop(WorkerContext* w, DropReason reason, uint from, uint segment, uint peer, uint frames = 1)
    {
        w->Stats->Drops[(int)reason] += frames;
        WorkerContext.PortCounters(w, from)->RxDropped += frames;
        if (segment != 0)
        {
            w->SegmentDrops[(segment * 128) + (uint)reason] += frames;
        }

        if (peer != 0)
        {
            w->PeerDrops[((nuint)peer * 128) + (uint)reason] += frames;
        }
    }

    /// <summary>Ends a received frame as handed to control.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="packet">The packet; no longer the caller's.</param>
    public static void Consume(WorkerContext* w, Mbuf* packet)
    {
        if (w->Trace != null)
        {
            TraceLog.Note(w, packet, TracePoint.Consumed);
        }

        w->Stats->Consumed++;
        Discard(w, packet);
    }

    /// <summary>Gives a packet back to the pool, at the latest at the end of the burst.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="packet">The packet.</param>
    public static void Discard(WorkerContext* w, Mbuf* packet)
    {
        if (w->DiscardedCount == WorkerContext.DiscardCapacity)
        {
            w->Ports.FreeDiscarded();
        }

        w->Discarded[w->DiscardedCount++] = packet;
    }

    /// <summary>Raises a counter that is not a drop.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="counter">Which.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Count(WorkerContext* w, CounterId counter) => w->Stats->Counters[(int)counter]++;

    /// <summary>
    /// Begins the account of a frame that leaves as several, or of one of control's own; <see cref="EndCopies"/> or
    /// <see cref="LoseCopy"/> ends each.
    /// </summary>
    /// <param name="w">The worker.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="segment">Segment id.</param>
    /// <param name="peer">Id of the peer that it came from, or that all of it goes to, else 0.</param>
    /// <param name="kind">What the copies are.</param>
    /// <returns>Its record, pending once; null when too many frames have copies that wait.</returns>
    public static CopyRecord* BeginCopies(WorkerContext* w, uint from, uint segment, uint peer, CopyKind kind = CopyKind.Replicated)
    {
        for (int tries = 0; tries < WorkerContext.Records; tries++)
        {
            CopyRecord* record = w->Record + (w->RecordCursor++ % WorkerContext.Records);
            if (Volatile.Read(ref record->Busy) == 0)
            {
                *record = new CopyRecord { Busy = 1, Pending = 1, Segment = (ushort)segment, From = (byte)from, Kind = kind, Peer = peer };
                record->Trace = w->Trace != null ? w->Trace->Current : 0;
                w->Stats->Held += kind != CopyKind.Own ? 1ul : 0;
                return record;
            }
        }

        return null;
    }

    /// <summary>Copies left.</summary>
    /// <param name="w">The worker on which they ended.</param>
    /// <param name="record">The frame's record.</param>
    /// <param name="count">How many.</param>
    public static void EndCopies(WorkerContext* w, CopyRecord* record, uint count)
    {
        if (record->Kind == CopyKind.Replicated)
        {
            w->Stats->Counters[(int)CounterId.TxBumCopies] += count;
        }

        Interlocked.Add(ref record->Sent, (int)count);
        Settle(w, record, count);
    }

    /// <summary>A copy was lost.</summary>
    /// <param name="w">The worker on which it ended.</param>
    /// <param name="record">The frame's record.</param>
    /// <param name="reason">Why.</param>
    public static void LoseCopy(WorkerContext* w, CopyRecord* record, DropReason reason)
    {
        if (w->Trace != null)
        {
            TraceLog.Note(w, record, TracePoint.CopyLost, (ulong)reason);
        }

        Interlocked.CompareExchange(ref record->Reason, (int)reason, 0);
        Interlocked.Increment(ref record->Lost);
        Settle(w, record);
    }

    /// <summary>So many things less pending; the last one settles the frame's account.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="record">The frame's record; not to be touched after.</param>
    /// <param name="count">How many.</param>
    public static void Settle(WorkerContext* w, CopyRecord* record, uint count = 1)
    {
        if (Interlocked.Add(ref record->Pending, -(int)count) != 0)
        {
            return;
        }

        if (record->Kind == CopyKind.Own)
        {
            w->Stats->Injected += record->Sent != 0 ? 1ul : 0;
            w->Stats->InjectFailed += record->Sent == 0 ? 1ul : 0;
            Volatile.Write(ref record->Busy, 0);
            return;
        }

        if (w->Trace != null)
        {
            TraceLog.Note(w, record, record->Sent != 0 ? TracePoint.Transmitted : TracePoint.Dropped, record->Sent != 0 ? 0 : (ulong)record->Reason, record->Segment);
        }

        w->Stats->Held--; // of this worker, which need not be the one that counted it: only the sum over workers means anything
        if (record->Sent != 0)
        {
            w->Stats->Transmitted++;
            w->Stats->Counters[(int)CounterId.TxBumFailed] += (uint)record->Lost;
        }
        else
        {
            CountDrop(w, (DropReason)record->Reason, record->From, record->Segment, record->Peer);
        }

        Volatile.Write(ref record->Busy, 0);
    }
}

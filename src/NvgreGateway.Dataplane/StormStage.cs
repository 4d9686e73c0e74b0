using System.Runtime.CompilerServices;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Storm control (F-045): how much broadcast, multicast and unknown unicast is flooded, by the port it came in on and by its segment.
/// A bucket holds a tenth of a second of its rate, and at least one frame. It is one word for all workers: the time at which it is
/// full again. Outcomes: the frame may be replicated; <c>drop.storm.broadcast</c>, <c>.multicast</c>, <c>.unknown</c>.
/// </summary>
internal static unsafe class StormStage
{
    // A time further ahead than this many seconds is long past, or was never set: no frame takes more of the slowest rate.
    private const ulong LongestWait = 128;

    /// <summary>Takes a frame's share of the buckets that are limited; of none unless of all.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">The frame, which somebody would get; its packet is the caller's only if it passes.</param>
    /// <param name="from">Port it came in on.</param>
    /// <returns>Whether it passes; else it was dropped.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Passes(WorkerContext* w, Work* k, uint from)
    {
        int cast = (int)k->Cast;
        ulong hertz = w->Data->TscHz, now = w->Ports.Timestamp << StormLimit.TimeShift;
        ulong second = hertz << StormLimit.TimeShift;
        ulong* ofPort = w->Storms[from].FullAt + cast, ofSegment = w->Storms[64 + k->Segment].FullAt + cast;
        var port = new StormLimit(w->PortEntries[from].Storm[cast]);
        var segment = new StormLimit(w->Segments[k->Segment].Storm[cast]);
        ulong portCost = port.Value == 0 ? 0 : port.Cost(hertz, k->Length);
        if (port.Value == 0 || Take(ofPort, now, portCost, second))
        {
            if (segment.Value == 0 || Take(ofSegment, now, segment.Cost(hertz, k->Length), second))
            {
                return true;
            }

            if (port.Value != 0)
            {
                Interlocked.Add(ref *ofPort, 0 - portCost);
            }
        }

        DropReason reason = k->Cast switch
        {
            CastKind.Broadcast => DropReason.StormBroadcast,
            CastKind.Multicast => DropReason.StormMulticast,
            _ => DropReason.StormUnknown,
        };
        Accounting.Drop(w, k->Packet, reason, from, k->Segment, k->Peer);
        return false;
    }

    /// <summary>
    /// Whether the limit is asked at all: size comes before rate, and a frame, fragments of it counted in, that is too long for every
    /// receiver ends for that reason and takes nothing from a bucket.
    /// </summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">The frame.</param>
    /// <param name="segment">Its segment.</param>
    /// <param name="members">The segment's attachments, then its peers and groups.</param>
    /// <param name="next">Index of the first receiver.</param>
    /// <param name="end">One behind the last index.</param>
    /// <param name="skip">How many peers are left out before the groups.</param>
    /// <param name="scope">Who wants it.</param>
    /// <returns>Whether it may leave toward one of them.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Applies(WorkerContext* w, Work* k, SegmentEntry* segment, uint* members, uint next, uint end, uint skip, in SnoopStage.Scope scope)
    {
        byte* l3 = k->Packet->Data + k->Offset + EthernetHeader.Size;
        for (; next != end; next = Replication.NextReceiver(w, k, segment, members, next + 1, end, skip, in scope))
        {
            bool toPeer = next >= segment->AttachmentCount;
            uint to = members[toPeer ? next + skip : next] | (toPeer ? Place.Peer : 0);
            if (SizeStage.Judge(w, k, l3, SizeStage.LongestOf(w, to), toPeer).Reason == DropReason.None)
            {
                return true;
            }
        }

        return false;
    }

    // Differences, not the times themselves, are compared: the clock may wrap and may differ a little from core to core.
    private static bool Take(ulong* bucket, ulong now, ulong cost, ulong second)
    {
        while (true)
        {
            ulong fullAt = Volatile.Read(ref *bucket);
            ulong ahead = fullAt - now, begin = ahead <= second * LongestWait ? fullAt : now;
            if (begin - now + cost > Math.Max(second / 10, cost))
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref *bucket, begin + cost, fullAt) == fullAt)
            {
                return true;
            }
        }
    }
}

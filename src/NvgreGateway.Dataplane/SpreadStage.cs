using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Before both paths, where a port does not spread what it receives (C-056) or does not take the rules for chosen VSIDs (C-137): each
/// frame goes to the worker of its inner flow (<see cref="SpreadHash"/>), so that all of a flow are forwarded by one worker, in order. Outcomes: this worker's own; handed on;
/// <c>drop.spread.full</c>.
/// </summary>
internal static unsafe class SpreadStage
{
    // Where the ports of the inner packet lie: in the second cache line of a frame.
    private const uint SecondLine = 64;

    /// <summary>Hands on what is not this worker's, before it turns to its own.</summary>
    /// <param name="w">The worker; its burst holds the packets, and those that stay in their order.</param>
    /// <param name="port">The port.</param>
    /// <param name="underlay">Whether it is an underlay port.</param>
    /// <param name="count">How many.</param>
    /// <returns>How many stay.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Run(WorkerContext* w, uint port, bool underlay, uint count)
    {
        Mbuf** burst = w->Burst;
        for (uint i = 0; i < count; i++)
        {
            Wire.Prefetch(burst[i]->Data);
            Wire.Prefetch(burst[i]->Data + SecondLine);
        }

        // Packets by their workers, without a branch on what a hash says, which cannot be foretold. The own ones stay in the burst.
        SpreadPlan* plan = SpreadPlan.Of(w->Spread[port]);
        uint* sizes = w->Sizes;
        ulong** sorted = w->Sorted;
        if (plan->Rules == 0)
        {
            byte* table = plan->Workers;
            uint* loads = w->EntryLoads;
            for (uint i = 0; i < count; i++)
            {
                Mbuf* m = burst[i];
                uint entry = SpreadHash.Entry(m->DataLen >= SpreadHash.LinearBytes || m->NbSegs == 1 ? HashOf(m->Data, m->DataLen, underlay) : HashOfChain(m, underlay));
                uint to = table[entry], n = sizes[to];
                loads[entry]++;
                sorted[to][n] = (ulong)m;
                sizes[to] = n + 1;
            }
        }
        else
        {
            for (uint i = 0; i < count; i++)
            {
                Mbuf* m = burst[i];
                uint to = SpreadRules.OwnerOf(w, port, plan, m, underlay), n = sizes[to];
                sorted[to][n] = (ulong)m;
                sizes[to] = n + 1;
            }
        }

        uint kept = sizes[w->Index], handed = 0;
        sizes[w->Index] = 0;
        for (uint to = 0; to < w->Workers; to++)
        {
            uint n = sizes[to];
            if (n != 0)
            {
                sizes[to] = 0;
                uint given = ArrivalRing.Add(w->Onward[to], sorted[to], n, port);
                handed += given;
                w->Refused[to] += n - given;
                for (; given < n; given++)
                {
                    End(w, port, (Mbuf*)sorted[to][given], DropReason.SpreadFull);
                }
            }
        }

        WorkerContext.PortCounters(w, port)->HandedOn += handed;
        return kept;
    }

    /// <summary>Forwards what another worker received.</summary>
    /// <param name="w">The worker; its burst holds the packets.</param>
    /// <param name="port">Port they came in on.</param>
    /// <param name="count">How many.</param>
    /// <param name="ports">Ports that there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(WorkerContext* w, uint port, uint count, uint ports)
    {
        WorkerContext.PortCounters(w, port)->TakenOver += count;
        if (port >= ports)
        {
            for (uint i = 0; i < count; i++)
            {
                End(w, port, w->Burst[i], DropReason.PortDown); // received under tables that this worker has not seen yet, or no longer sees
            }

            return;
        }

        PortFlags flags = w->PortEntries[port].Flags;
        bool underlay = (flags & PortFlags.Underlay) != 0;
        if (w->Trace != null)
        {
            TraceStage.Run(w, port, underlay, count);
        }
        else if ((flags & PortFlags.Sampled) != 0)
        {
            SampleStage.Run(w, port, underlay, count);
        }
        else if (underlay)
        {
            UnderlayForwarding.Run(w, port, UnderlayInput.Run(w, port, w->Burst, count));
        }
        else
        {
            AccessForwarding.Run(w, port, AccessInput.Run(w, port, w->Burst, count));
        }
    }

    /// <summary>Ends all packets of a ring when its consumer ends.</summary>
    /// <param name="w">The consumer.</param>
    /// <param name="ring">The ring, or null.</param>
    public static void Abandon(WorkerContext* w, ArrivalRing* ring)
    {
        uint n;
        while (ring != null && (n = ArrivalRing.Peek(ring, w->Burst, WorkerContext.MaxBurst, out uint port)) != 0)
        {
            for (uint i = 0; i < n; i++)
            {
                End(w, port, w->Burst[i], DropReason.PortDown);
            }

            WorkerContext.PortCounters(w, port)->TakenOver += n;
            ArrivalRing.Release(ring, n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint HashOf(byte* frame, uint length, bool underlay) => underlay ? SpreadHash.Underlay(frame, length) : SpreadHash.Access(frame, length);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint HashOfChain(Mbuf* m, bool underlay)
    {
        byte* head = stackalloc byte[(int)SpreadHash.LinearBytes];
        return HashOf(head, CopyHead(m, head), underlay);
    }

    /// <summary>Copies the start of a packet of several buffers: how a frame is cut must not change its way.</summary>
    /// <param name="m">The packet.</param>
    /// <param name="head">Room for <see cref="SpreadHash.LinearBytes"/>.</param>
    /// <returns>Bytes copied.</returns>
    public static uint CopyHead(Mbuf* m, byte* head)
    {
        uint length = 0;
        for (Mbuf* s = m; s != null && length < SpreadHash.LinearBytes; s = s->Next)
        {
            uint part = Math.Min(s->DataLen, SpreadHash.LinearBytes - length);
            Unsafe.CopyBlockUnaligned(head + length, s->Data, part);
            length += part;
        }

        return length;
    }

    // The paths count what they are given as received on the port; what does not come to them is counted here.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void End(WorkerContext* w, uint port, Mbuf* m, DropReason reason)
    {
        PortCounters* c = WorkerContext.PortCounters(w, port);
        c->RxPackets++;
        c->RxBytes += m->PktLen;
        w->Stats->ReceivedBytes += m->PktLen;
        m->HashHigh = 0; // not traced: it may still carry the number of what it held before
        Accounting.Drop(w, m, reason, port);
    }
}

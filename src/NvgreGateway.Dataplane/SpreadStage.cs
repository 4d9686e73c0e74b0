using System.Numerics;
using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Before both paths, where a port does not spread what it receives (C-056): each frame goes to the worker of its inner flow
/// (<see cref="SpreadHash"/>), so that all of a flow are forwarded by one worker, in order. Outcomes: this worker's own; handed on;
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

        uint kept = 0, handed = 0;
        ulong touched = 0;
        for (uint i = 0; i < count; i++)
        {
            Mbuf* m = burst[i];
            uint hash = m->DataLen >= SpreadHash.LinearBytes || m->NbSegs == 1 ? HashOf(m->Data, m->DataLen, underlay) : HashOfChain(m, underlay);
            uint to = SpreadHash.Worker(hash, w->Workers);
            if (to == (uint)w->Index)
            {
                burst[kept++] = m;
            }
            else if (SpreadRing.TryStage(w->Onward[to], new Arrival(m, port)))
            {
                touched |= 1ul << (int)to;
                handed++;
            }
            else
            {
                End(w, port, m, DropReason.SpreadFull);
            }
        }

        for (; touched != 0; touched &= touched - 1)
        {
            SpreadRing.Publish(w->Onward[BitOperations.TrailingZeroCount(touched)]);
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

    /// <summary>
    /// Begins or ends the spreading of a port. Not before all that was received of it is on its way out, or a flow that changes its worker
    /// would overtake itself: what was handed on has been forwarded, and what was forwarded is with the worker that sends it.
    /// </summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">The port.</param>
    /// <param name="spreads">Whether it is to be spread; may have changed back since the change began.</param>
    /// <returns>Whether it is done; until then nothing is to be received.</returns>
    public static bool Change(WorkerContext* w, uint port, bool spreads)
    {
        ulong bit = 1ul << (int)port;
        uint workers = w->Workers;
        uint* departures = w->DrainMarks + workers, polls = departures + (workers * workers);
        if ((w->ChangingPorts & bit) == 0)
        {
            w->ChangingPorts |= bit;
            Mark(w->Onward, w->DrainMarks, workers);
        }

        if ((w->SettlingPorts & bit) == 0)
        {
            if (!HavePassed(w->Onward, w->DrainMarks, workers))
            {
                return false;
            }

            w->SettlingPorts |= bit;
            Mark(w->Departures, departures, workers * workers);
        }

        if ((w->LeavingPorts & bit) == 0)
        {
            if (!HavePassed(w->Departures, departures, workers * workers))
            {
                return false;
            }

            w->LeavingPorts |= bit;
            for (uint i = 0; i < workers; i++)
            {
                polls[i] = PollsOf(w, i);
            }
        }

        for (uint i = 0; i < workers; i++)
        {
            // What it took out of a ring is sent in the same loop; what this worker took is sent before it receives.
            if (i != (uint)w->Index && PollsOf(w, i) == polls[i])
            {
                return false;
            }
        }

        w->ChangingPorts &= ~bit;
        w->SettlingPorts &= ~bit;
        w->LeavingPorts &= ~bit;
        w->SpreadPorts = spreads ? w->SpreadPorts | bit : w->SpreadPorts & ~bit;
        return true;
    }

    /// <summary>Ends all packets of a ring when its consumer ends.</summary>
    /// <param name="w">The consumer.</param>
    /// <param name="ring">The ring, or null.</param>
    public static void Abandon(WorkerContext* w, SpreadRing* ring)
    {
        uint n;
        while (ring != null && (n = SpreadRing.Peek(ring, w->Burst, WorkerContext.MaxBurst, out uint port)) != 0)
        {
            for (uint i = 0; i < n; i++)
            {
                End(w, port, w->Burst[i], DropReason.PortDown);
            }

            WorkerContext.PortCounters(w, port)->TakenOver += n;
            SpreadRing.Release(ring, n);
        }
    }

    private static uint PollsOf(WorkerContext* w, uint worker) => (uint)Volatile.Read(ref ((WorkerStatistics*)(w->FirstStats + (worker * w->StatsStride)))->Polls);

    private static void Mark(SpreadRing** rings, uint* marks, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            marks[i] = rings[i] == null ? 0 : Volatile.Read(ref rings[i]->Head);
        }
    }

    private static bool HavePassed(SpreadRing** rings, uint* marks, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            if (rings[i] != null && (int)(Volatile.Read(ref rings[i]->Tail) - marks[i]) < 0)
            {
                return false;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint HashOf(byte* frame, uint length, bool underlay) => underlay ? SpreadHash.Underlay(frame, length) : SpreadHash.Access(frame, length);

    // How a frame is cut into buffers must not change its way.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint HashOfChain(Mbuf* m, bool underlay)
    {
        byte* head = stackalloc byte[(int)SpreadHash.LinearBytes];
        uint length = 0;
        for (Mbuf* s = m; s != null && length < SpreadHash.LinearBytes; s = s->Next)
        {
            uint part = Math.Min(s->DataLen, SpreadHash.LinearBytes - length);
            Unsafe.CopyBlockUnaligned(head + length, s->Data, part);
            length += part;
        }

        return HashOf(head, length, underlay);
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

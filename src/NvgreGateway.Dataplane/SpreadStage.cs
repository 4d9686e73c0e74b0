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
        w->HandedPorts |= 1ul << (int)port;
        w->DrainingPorts &= ~(1ul << (int)port);
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

        bool underlay = (w->PortEntries[port].Flags & PortFlags.Underlay) != 0;
        if (w->Trace != null)
        {
            TraceStage.Run(w, port, underlay, count);
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
    /// Whether a port that is no longer spread may be received from: not before all that was handed on has been forwarded, or a flow
    /// would overtake itself.
    /// </summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">The port, one of <see cref="WorkerContext.HandedPorts"/>.</param>
    /// <returns>Whether it may.</returns>
    public static bool MayReceive(WorkerContext* w, uint port)
    {
        ulong bit = 1ul << (int)port;
        if ((w->DrainingPorts & bit) == 0)
        {
            w->DrainingPorts |= bit;
            for (uint i = 0; i < w->Workers; i++)
            {
                w->DrainMarks[i] = w->Onward[i] == null ? 0 : w->Onward[i]->Head;
            }
        }

        for (uint i = 0; i < w->Workers; i++)
        {
            if (w->Onward[i] != null && (int)(Volatile.Read(ref w->Onward[i]->Tail) - w->DrainMarks[i]) < 0)
            {
                return false;
            }
        }

        w->HandedPorts &= ~bit;
        w->DrainingPorts &= ~bit;
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

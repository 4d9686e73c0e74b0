using System.Threading;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>How the worker that receives from a port changes who gets its packets (<see cref="SpreadPlan"/>), every flow in order.</summary>
internal static unsafe class SpreadChange
{
    /// <summary>
    /// Goes over to another plan for a port. Not before all that was received of it is on its way out, or a flow that changes its worker
    /// would overtake itself: what was handed on has been forwarded, and what was forwarded is with the worker that sends it.
    /// </summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">The port.</param>
    /// <param name="spread">What it is to go by (<see cref="SpreadPlan.InForce"/>); may have changed again since the change began.</param>
    /// <returns>Whether it is done; until then nothing is to be received.</returns>
    public static bool Run(WorkerContext* w, uint port, nint spread)
    {
        ulong bit = 1ul << (int)port;
        uint workers = w->Workers;
        uint* departures = w->DrainMarks + workers, polls = departures + (workers * workers);
        if ((w->ChangingPorts & bit) == 0)
        {
            w->ChangingPorts |= bit;
            MarkArrivals(w);
        }

        if ((w->SettlingPorts & bit) == 0)
        {
            if (!HaveBeenForwarded(w))
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
        Volatile.Write(ref w->Spread[port], spread); // whoever made the plan before looks at it
        return true;
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

    private static void MarkArrivals(WorkerContext* w)
    {
        for (uint i = 0; i < w->Workers; i++)
        {
            w->DrainMarks[i] = w->Onward[i] == null ? 0 : w->Onward[i]->Head; // this worker's own
        }
    }

    private static bool HaveBeenForwarded(WorkerContext* w)
    {
        for (uint i = 0; i < w->Workers; i++)
        {
            if (w->Onward[i] != null && (int)(Volatile.Read(ref w->Onward[i]->Tail) - w->DrainMarks[i]) < 0)
            {
                return false;
            }
        }

        return true;
    }
}

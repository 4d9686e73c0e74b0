using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// One worker: a loop over its queues that runs every burst to completion. All members are for the worker's own thread only.
/// </summary>
/// <typeparam name="TPorts">The ports; a struct, so that its members are called directly.</typeparam>
public sealed unsafe class Worker<TPorts>
    where TPorts : struct, IPorts
{
    private readonly WorkerStatistics* _stats;
    private readonly GatewayMemory _memory;
    private TPorts _ports;

    /// <summary>Makes a worker.</summary>
    /// <param name="memory">The regions; must outlive the worker.</param>
    /// <param name="index">Its index, below the limit of workers.</param>
    /// <param name="portCount">Ports of the gateway.</param>
    /// <param name="burst">Packets of a receive burst, 1 to 128.</param>
    /// <param name="ports">Its ports.</param>
    /// <param name="group">What it shares with the other workers.</param>
    public Worker(GatewayMemory memory, int index, int portCount, int burst, TPorts ports, WorkerGroup group)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(group);
        _memory = memory;
        _ports = ports;
        _stats = memory.Statistics(index);
    }

    /// <summary>Packets that it holds for next hops, now.</summary>
    public ulong HeldCount => _stats->Held;

    /// <summary>Its counters.</summary>
    public WorkerStatistics* Statistics => _stats;

    /// <summary>
    /// One loop: the quiescent point, a switch to a newer snapshot, frames of control, packets of other workers, held packets, and
    /// one burst of every port.
    /// </summary>
    /// <returns>Whether anything happened; a worker that may sleep does so after a number of false ones.</returns>
    public bool Poll()
    {
        Volatile.Write(ref _stats->Polls, _stats->Polls + 1);
        return false;
    }

    /// <summary>Before the worker sleeps: it holds no reference to any table until <see cref="LeaveSleep"/>.</summary>
    public void EnterSleep() => Volatile.Write(ref _stats->Sleeping, 1);

    /// <summary>After the worker slept, before it looks at any table.</summary>
    public void LeaveSleep()
    {
        Volatile.Write(ref _stats->Sleeping, 0);
        Thread.MemoryBarrier(); // control either sees that the worker is awake, or the worker sees what control published
    }

    /// <summary>Drops every packet that waits for a next hop: at the end of <c>replay</c>, or at a stop.</summary>
    /// <param name="reason">The reason they are counted under.</param>
    public void DropHeld(DropReason reason)
    {
    }

    /// <summary>Returns every packet that the worker still has to its pool, and its own memory. It must not be polled after.</summary>
    public void Release()
    {
    }

    /// <summary>
    /// Runs every path of the worker hot, through private regions and made-up ports, so that nothing is compiled while packets
    /// arrive. Takes about half a second; call it before the ports start.
    /// </summary>
    public static void Warm()
    {
    }
}

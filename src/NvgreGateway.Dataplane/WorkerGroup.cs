using System.Runtime.InteropServices;

namespace NvgreGateway.Dataplane;

/// <summary>
/// What the workers of one process share: for each port the number of its transmit queues (so that a worker without one knows
/// who sends for it), and two rings of packets for each ordered pair of workers: finished ones to be sent, received ones to be forwarded. Made before the workers, disposed after the last
/// of them has released what it holds.
/// </summary>
public sealed unsafe class WorkerGroup : IDisposable
{
    /// <summary>Slots of a ring between two workers: four bursts of the largest size.</summary>
    internal const uint RingSlots = 512;

    // As many ports as there are at most; a multiple of two cache lines of words.
    private const int ConfiguredPorts = 64;

    // For each entry of the redirection table, and for each of at most as many workers.
    private const int CountsOfWorker = SpreadPlan.Entries + 64;

    private readonly int[] _queues;
    private readonly SpreadRing** _rings;
    private readonly ArrivalRing** _arrivals;
    private readonly nint* _plans;
    private readonly uint* _loads;
    private bool _disposed;

    /// <summary>Makes a group.</summary>
    /// <param name="workers">Workers, at least 1.</param>
    /// <param name="transmitQueues">Transmit queues of each port by index, each at least 1; more than there are workers count as many.</param>
    public WorkerGroup(int workers, ReadOnlySpan<int> transmitQueues)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(workers);
        Workers = workers;
        _queues = transmitQueues.ToArray();
        _rings = (SpreadRing**)NativeMemory.AllocZeroed((nuint)(workers * workers), (nuint)sizeof(SpreadRing*));
        _arrivals = (ArrivalRing**)NativeMemory.AllocZeroed((nuint)(workers * workers), (nuint)sizeof(ArrivalRing*));
        _plans = (nint*)NativeMemory.AlignedAlloc((nuint)(workers * ConfiguredPorts * sizeof(nint)), 128);
        NativeMemory.Clear(_plans, (nuint)(workers * ConfiguredPorts * sizeof(nint)));
        _loads = (uint*)NativeMemory.AlignedAlloc((nuint)(workers * CountsOfWorker * sizeof(uint)), 128);
        NativeMemory.Clear(_loads, (nuint)(workers * CountsOfWorker * sizeof(uint)));
        for (int i = 0; i < workers * workers; i++)
        {
            // A worker needs no ring to itself.
            _rings[i] = i / workers == i % workers ? null : SpreadRing.Create(RingSlots);
            _arrivals[i] = i / workers == i % workers ? null : ArrivalRing.Create(RingSlots);
        }

        for (int i = 0; i < _queues.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_queues[i], nameof(transmitQueues));
            _queues[i] = Math.Min(_queues[i], workers);
        }
    }

    /// <summary>How many workers there are.</summary>
    public int Workers { get; }

    /// <summary>The worker that sends on a port for a worker.</summary>
    /// <param name="port">Port index.</param>
    /// <param name="worker">Worker index.</param>
    /// <returns>The owner's index; the worker itself when it has a queue.</returns>
    public int OwnerOf(int port, int worker) => port < _queues.Length ? worker % _queues[port] : 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        for (int i = 0; i < Workers * Workers; i++)
        {
            NativeMemory.AlignedFree(_rings[i]);
            NativeMemory.AlignedFree(_arrivals[i]);
        }

        NativeMemory.Free(_rings);
        NativeMemory.Free(_arrivals);
        NativeMemory.AlignedFree(_plans);
        NativeMemory.AlignedFree(_loads);
    }

    /// <summary>The ring from one worker to another; null from a worker to itself.</summary>
    internal SpreadRing* Ring(int from, int to) => _rings[(from * Workers) + to];

    /// <summary>All those rings, by producer and then by consumer.</summary>
    internal SpreadRing** Departures => _rings;

    /// <summary>Whether any worker ever handed on a received packet: until then nobody looks at those rings.</summary>
    internal bool Spreads { get; private set; }

    /// <summary>Called by a worker before it hands on its first packet; later calls do nothing.</summary>
    internal void BeginSpreading()
    {
        if (!Spreads)
        {
            Spreads = true;
        }
    }

    /// <summary>The rings of received packets from one worker, by the worker that gets them; null to itself.</summary>
    internal ArrivalRing** Arrivals(int from) => _arrivals + (from * Workers);

    /// <summary>What a worker goes by for each port (<see cref="SpreadPlan.InForce"/>); it alone writes them.</summary>
    internal nint* Plans(int worker) => _plans + (worker * ConfiguredPorts);

    /// <summary>Packets that a worker received for each entry of the redirection table, modulo 2^32; it alone writes them.</summary>
    /// <param name="worker">Worker index.</param>
    /// <returns><see cref="SpreadPlan.Entries"/> counts, while the group is not disposed.</returns>
    public uint* EntryLoads(int worker) => _loads + (worker * CountsOfWorker);

    /// <summary>Packets that a worker received and found the ring to another full for, modulo 2^32; it alone writes them.</summary>
    /// <param name="worker">Worker index.</param>
    /// <returns>A count for each worker, while the group is not disposed.</returns>
    public uint* Refused(int worker) => EntryLoads(worker) + SpreadPlan.Entries;

    /// <summary>Whether a worker that receives from a port still goes by a plan: who made it may change it when none does, and it is offered to none.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="port">Port index.</param>
    /// <returns>Whether any worker does.</returns>
    public bool GoesBy(SpreadPlan* plan, int port)
    {
        for (int i = 0; i < Workers; i++)
        {
            if (SpreadPlan.Of(Volatile.Read(ref Plans(i)[port])) == plan)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the workers that receive from a port go by what it offers: nothing is on its way by another plan any more.</summary>
    /// <param name="plan">The plan that the port has, or null.</param>
    /// <param name="port">Port index.</param>
    /// <param name="receivers">Workers that receive from it: the first ones.</param>
    /// <returns>Whether all do.</returns>
    public bool AllGoBy(SpreadPlan* plan, int port, int receivers)
    {
        nint wanted = SpreadPlan.InForce(plan, maySpread: true);
        for (int i = 0; i < Math.Min(Workers, receivers); i++)
        {
            if (Volatile.Read(ref Plans(i)[port]) != wanted)
            {
                return false;
            }
        }

        return true;
    }
}

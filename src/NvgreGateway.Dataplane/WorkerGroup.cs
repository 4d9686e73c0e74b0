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

    private readonly int[] _queues;
    private readonly SpreadRing** _rings;
    private readonly SpreadRing** _arrivals;
    private bool _disposed;

    /// <summary>Makes a group.</summary>
    /// <param name="workers">Workers, at least 1.</param>
    /// <param name="transmitQueues">Transmit queues of each port by index, each at least 1; more than there are workers count as many.</param>
    public WorkerGroup(int workers, ReadOnlySpan<int> transmitQueues)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(workers);
        Workers = workers;
        _queues = transmitQueues.ToArray();
        _rings = MakeRings<Departure>(workers);
        _arrivals = MakeRings<Arrival>(workers);
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
    internal SpreadRing** Arrivals(int from) => _arrivals + (from * Workers);

    // A worker needs no ring to itself.
    private static SpreadRing** MakeRings<T>(int workers)
        where T : unmanaged
    {
        var rings = (SpreadRing**)NativeMemory.AllocZeroed((nuint)(workers * workers), (nuint)sizeof(SpreadRing*));
        for (int i = 0; i < workers * workers; i++)
        {
            rings[i] = i / workers == i % workers ? null : SpreadRing.Create<T>(RingSlots);
        }

        return rings;
    }
}

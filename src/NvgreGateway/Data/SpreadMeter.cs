using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Data;

/// <summary>What workers did from one reading to the next, by their counters. Allocates nothing after it was made.</summary>
internal sealed unsafe class SpreadMeter
{
    private readonly GatewayMemory _memory;
    private readonly WorkerGroup _group;
    private readonly int _ports;
    private readonly uint[] _loads = new uint[SpreadPlan.Entries];
    private readonly uint[] _loadsBefore = new uint[SpreadPlan.Entries];
    private readonly uint[] _refused;
    private readonly uint[] _refusedBefore;
    private readonly ulong[] _busyBefore;
    private readonly double[] _busy;
    private ulong _stamp;
    private ulong _packetsBefore;
    private ulong _missedBefore;

    /// <summary>Makes one; it says nothing before it was read twice.</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="ports">Ports.</param>
    /// <param name="group">The workers.</param>
    internal SpreadMeter(GatewayMemory memory, int ports, WorkerGroup group)
    {
        _memory = memory;
        _ports = ports;
        _group = group;
        _busyBefore = new ulong[group.Workers];
        _busy = new double[group.Workers];
        _refused = new uint[group.Workers];
        _refusedBefore = new uint[group.Workers];
    }

    /// <summary>Clock cycles between the last two readings.</summary>
    internal ulong Cycles { get; private set; }

    /// <summary>Received packets that left or were control's.</summary>
    internal ulong Packets { get; private set; }

    /// <summary>Packets that devices missed.</summary>
    internal ulong Missed { get; private set; }

    /// <summary>Packets of each entry of the redirection table.</summary>
    internal ReadOnlySpan<uint> Loads => _loads;

    /// <summary>Of each worker, packets that its rings were too full for.</summary>
    internal ReadOnlySpan<uint> Refused => _refused;

    /// <summary>Of each worker, which part of the time it was busy.</summary>
    internal Span<double> Busy => _busy;

    /// <summary>Reads the counters.</summary>
    /// <param name="now">Time stamp counter.</param>
    internal void Read(ulong now)
    {
        Cycles = Math.Max(1, now - _stamp);
        _stamp = now;
        Array.Clear(_loads);
        Array.Clear(_refused);
        ulong packets = 0, missed = 0;
        for (int i = 0; i < _group.Workers; i++)
        {
            WorkerStatistics* s = _memory.Statistics(i);
            ulong busy = Volatile.Read(ref s->BusyCycles);
            _busy[i] = (double)(busy - _busyBefore[i]) / Cycles;
            _busyBefore[i] = busy;
            packets += Volatile.Read(ref s->Transmitted) + Volatile.Read(ref s->Consumed);
            Add(_loads, _group.EntryLoads(i));
            Add(_refused, _group.Refused(i));
        }

        for (int i = 0; i < _ports; i++)
        {
            missed += _memory.PortStates[i].Missed + _memory.PortStates[i].RxNoMbuf;
        }

        Since(_loads, _loadsBefore);
        Since(_refused, _refusedBefore);
        Packets = packets - _packetsBefore;
        _packetsBefore = packets;
        Missed = missed > _missedBefore ? missed - _missedBefore : 0; // a port that is opened again counts anew
        _missedBefore = missed;
    }

    /// <summary>The last time between readings as a window of a trial.</summary>
    /// <param name="hertz">Clock cycles of a second.</param>
    /// <returns>The window.</returns>
    internal SpreadWindow Window(double hertz)
    {
        double busiest = 0;
        bool lost = Missed != 0;
        for (int i = 0; i < _busy.Length; i++)
        {
            busiest = Math.Max(busiest, _busy[i]);
            lost |= _refused[i] != 0;
        }

        return new SpreadWindow(Cycles / hertz, Packets, Math.Min(1, busiest), lost);
    }

    private static void Add(uint[] sums, uint* counts)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += Volatile.Read(ref counts[i]);
        }
    }

    private static void Since(uint[] sums, uint[] before)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            uint sum = sums[i];
            sums[i] = sum - before[i];
            before[i] = sum;
        }
    }
}

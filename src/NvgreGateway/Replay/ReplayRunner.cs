using NvgreGateway.Control;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Offload;
using NvgreGateway.Control.Statistics;
using NvgreGateway.Control.Tables;
using NvgreGateway.Control.Tracing;
using NvgreGateway.Dataplane;
using NvgreGateway.Exchange;

namespace NvgreGateway.Replay;

/// <summary>
/// Runs captures through the same workers and control code that forward in production, in one thread, with the captures' clock.
/// Packets of one time stamp and port form bursts and see the same tables; control works when the time stamp advances.
/// </summary>
public sealed unsafe class ReplayRunner : IDisposable
{
    // A worker punts at most a few slots a packet, and the smallest ring has 64: collecting after each burst keeps them from filling.
    private const int SafeBurst = 32;
    private readonly GatewayConfiguration _configuration;
    private readonly GatewayMemory _memory;
    private readonly ReplayDevice _device;
    private readonly WorkerGroup _group;
    private readonly Worker<ReplayPorts>[] _workers;
    private readonly ControlPlane _control;
    private readonly Action<int, ReplayFrame> _sink;
    private readonly PortOffloads _offloads;
    private readonly int _burst;
    private ulong _copies;
    private int _turn;
    private readonly ReplayOptions _options;
    private TraceSession? _trace;

    private ReplayRunner(GatewayConfiguration configuration, ReplayOptions options, Action<int, ReplayFrame> sink)
    {
        // The number of workers is the caller's, whatever cores the configuration names.
        configuration = configuration with
        {
            Workers = configuration.Workers with { Cores = ValueList.Create<int>([.. Enumerable.Range(0, options.Workers)]) },
        };
        _configuration = configuration;
        _options = options;
        _sink = sink;
        _offloads = options.Offloads;
        _burst = Math.Clamp(options.Burst ?? configuration.Workers.Burst, 1, SafeBurst);
        _memory = GatewayMemory.CreatePrivate(GatewayTables.LimitsFor(configuration));
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            PortConfiguration port = configuration.Ports[i];
            PortState* state = _memory.PortStates + i;
            state->Present = state->Started = state->LinkUp = 1;
            state->Mac = (port.Mac ?? PortConfiguration.MacFromName(port.Name)).Value;
            state->Mtu = (ushort)port.Mtu;
            OffloadFacts.Imagine(state); // its ports do whatever is turned on
        }

        _memory.Data->TscHz = 1_000_000_000; // the captures' clock: nanoseconds
        _device = new ReplayDevice(configuration.Ports.Count, options.Workers);
        int[] queues = new int[configuration.Ports.Count];
        Array.Fill(queues, options.Workers);
        _group = new WorkerGroup(options.Workers, queues);
        _workers = new Worker<ReplayPorts>[options.Workers];
        for (int i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Worker<ReplayPorts>(_memory, i, configuration.Ports.Count, _burst, new ReplayPorts(_device), _group)
            {
                RemembersPunts = false, // what control hears must not depend on which worker saw a frame
            };
        }

        _control = new ControlPlane(_memory, configuration, new SilentLog(), new ControlOptions { Ordered = true });
    }

    /// <summary>Runs captures.</summary>
    /// <param name="configuration">A valid configuration; devices are not opened.</param>
    /// <param name="inputs">What the ports receive; equal time stamps go in this order.</param>
    /// <param name="options">Burst size and workers.</param>
    /// <param name="sink">Takes each frame written, with its port's index; in the order of time for each port.</param>
    /// <returns>What happened.</returns>
    /// <exception cref="ArgumentException">An input names a port that is not configured.</exception>
    public static ReplayResult Run(
        GatewayConfiguration configuration, IReadOnlyList<ReplayInput> inputs, ReplayOptions options, Action<int, ReplayFrame> sink)
    {
        using var runner = new ReplayRunner(configuration, options, sink);
        return runner.Run(inputs);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Worker<ReplayPorts> worker in _workers)
        {
            worker.Release();
        }

        _group.Dispose();
        _device.Dispose();
        _memory.Dispose();
    }

    private ReplayResult Run(IReadOnlyList<ReplayInput> inputs)
    {
        (int Port, CapturedPacket Packet)[] packets =
        [
            .. inputs.SelectMany(input => input.Packets.Select(packet => (PortIndex(input.Port), packet)))
                .OrderBy(p => p.packet.Nanoseconds), // a stable sort: equal time stamps keep the order of the inputs
        ];
        ulong now = packets.Length > 0 ? packets[0].Packet.Nanoseconds : 0;
        _device.Now = now;
        _control.Start(now);
        _trace = _options.Trace is null ? null : TraceSession.BeginReplay(_control, _options.TraceCount, _options.TraceFilter);
        Settle(now);

        for (int i = 0; i < packets.Length;)
        {
            now = packets[i].Packet.Nanoseconds;
            Advance(now);
            int end = i;
            while (end < packets.Length && packets[end].Packet.Nanoseconds == now)
            {
                end++;
            }

            while (i < end)
            {
                int block = i;
                while (block < end && block - i < _burst && packets[block].Port == packets[i].Port)
                {
                    _device.Feed(packets[block].Port, packets[block].Packet, (ulong)block + 1);
                    block++;
                }

                // Whole blocks go to the workers in turn: whatever their number, packets are worked on in the order of the inputs, so
                // that what depends on order (who is held, who finds the queue full) comes out the same.
                Poll(_workers[_turn++ % _workers.Length]);
                i = block;
            }

            Write();
            Settle(now);
        }

        Advance(now + (ulong)ReplayOptions.RunOn.TotalNanoseconds);
        foreach (Worker<ReplayPorts> worker in _workers)
        {
            worker.DropHeld(DropReason.NeighUnresolved);
        }

        _trace?.End(_options.Trace!);
        return Result();
    }

    private int PortIndex(string name)
    {
        int port = _configuration.PortNamed(name);
        return port >= 0 ? port : throw new ArgumentException(
            $"no port named '{name}' in the configuration (ports: {string.Join(", ", _configuration.Ports.Select(p => p.Name))})");
    }

    /// <summary>Moves the clock on to a time, with every timer that is due before it at its own time.</summary>
    private void Advance(ulong to)
    {
        while (_control.NextTimer is ulong due && due <= to)
        {
            Settle(Math.Max(due, _device.Now));
        }

        _device.Now = Math.Max(to, _device.Now);
    }

    /// <summary>Lets control work at a time, and workers send what it wants sent and what it releases, until nothing moves.</summary>
    private void Settle(ulong now)
    {
        _device.Now = now;
        bool more = true;
        for (int rounds = 0; more && rounds < 1000; rounds++)
        {
            _control.Collect();
            _control.Process(now);
            Offer();
            do
            {
                more = !_control.FlushInjects();
                foreach (Worker<ReplayPorts> worker in _workers)
                {
                    more |= Poll(worker);
                }
            }
            while (!_control.FlushInjects());

            Write();
        }
    }

    // What the ports do, in whatever snapshot is in force; no worker runs now. Their devices do what is asked for, but for what the
    // configuration turns off.
    private void Offer()
    {
        Snapshot current = _memory.Current;
        for (int port = 0; port < _configuration.Ports.Count; port++)
        {
            PortEntry* entry = current.Ports + port;
            bool access = (entry->Flags & PortFlags.Underlay) == 0;
            entry->Flags |= access && (entry->Flags & PortFlags.Exception) == 0 ? PortFlags.TakesRequests : PortFlags.None;
            entry->Plain = _offloads & (entry->Plain | ~PortOffloads.Kinds);
            entry->Nvgre = access ? PortOffloads.None : _offloads & (entry->Nvgre | ~PortOffloads.Kinds);
            entry->Nvgre6 = access ? PortOffloads.None : _offloads & (entry->Nvgre6 | ~PortOffloads.Kinds);
        }
    }

    private bool Poll(Worker<ReplayPorts> worker)
    {
        bool busy = worker.Poll();
        _control.Collect();
        _trace?.Read(_options.Trace!);
        return busy;
    }

    private void Write()
    {
        for (int port = 0; port < _configuration.Ports.Count; port++)
        {
            List<ReplayFrame> frames = _device.Output(port);
            foreach (ReplayFrame frame in frames.OrderBy(f => f.Sequence))
            {
                _sink(port, frame);
                _copies += frame.Asked?.Frames ?? 1; // counted as what is on the wire
            }

            frames.Clear();
        }
    }

    private ReplayResult Result()
    {
        StatisticsReader statistics = _control.Statistics;
        GatewayTotals totals = statistics.Totals();
        var drops = new Dictionary<string, ulong>();
        for (int i = 1; i < (int)DropReason.Count; i++)
        {
            Put(drops, CounterNames.Of((DropReason)i), totals.Drops[i]);
        }

        var counters = new Dictionary<string, ulong>();
        for (int i = 0; i <= (int)CounterId.RxVxlanIgnored; i++) // those after it are the gateway's own, not of the requirements
        {
            Put(counters, CounterNames.Of((CounterId)i), totals.Counters[i]);
        }

        foreach ((int type, ulong count) in totals.GreProtocols)
        {
            Put(counters, $"gre.proto.{type:x4}", count);
        }

        Put(counters, "gre.proto.other", totals.GreProtocolsOther);
        return new ReplayResult
        {
            Received = totals.Received,
            Transmitted = totals.Transmitted,
            Consumed = totals.Consumed,
            Copies = _copies,
            Drops = drops,
            Counters = counters,
            Ports = [.. _configuration.Ports.Select((p, i) => new ReplayPortResult(p.Name, statistics.Port(i).RxPackets, statistics.Port(i).TxPackets))],
            MbufsInUse = _device.InUse,
            TraceLost = _trace?.Lost ?? 0,
        };
    }

    private static void Put(Dictionary<string, ulong> map, string name, ulong count)
    {
        if (count > 0)
        {
            map.Add(name, count);
        }
    }
}

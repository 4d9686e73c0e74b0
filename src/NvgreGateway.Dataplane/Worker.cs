using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// One worker: a loop over its queues that runs every burst to completion. It does the input and output itself, generic over the
/// ports; what happens to a packet in between is in the stages, which are not. All members but <see cref="Warm"/> are for the
/// worker's own thread only.
/// </summary>
/// <typeparam name="TPorts">The ports; a struct, so that its members are called directly.</typeparam>
public sealed unsafe class Worker<TPorts>
    where TPorts : struct, IPorts
{
    private readonly GatewayMemory _memory;
    private readonly WorkerGroup _group;
    private readonly WorkerContext* _w;
    private readonly WorkerStatistics* _stats;
    private readonly GatewayHeader* _header;
    private readonly GCHandle _access;
    private readonly int _index;
    private readonly int _portCount;
    private readonly uint _burst;
    private TPorts _ports;
    private bool _busy;
    private bool _released;

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
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, memory.Limits.Workers);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)portCount, memory.Limits.Ports);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(burst);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)burst, WorkerContext.MaxBurst);
        _memory = memory;
        _group = group;
        _index = index;
        _portCount = portCount;
        _burst = (uint)burst;
        _ports = ports;
        _header = memory.Header;
        _stats = memory.Statistics(index);
        _stats->Held = 0; // what a worker of this index held before died with it
        _access = GCHandle.Alloc(new Access(this));
        _w = ContextMemory.Create(memory, index, GCHandle.ToIntPtr(_access));
        _w->Workers = (uint)group.Workers;
        _w->Onward = group.Arrivals(index);
        _w->Departures = group.Departures;
        _w->Spread = group.Plans(index);
        _w->EntryLoads = group.EntryLoads(index);
        _w->Refused = group.Refused(index);
    }

    /// <summary>Packets that a worker can hold for next hops, over all of them; copies count one by one.</summary>
    public const uint HeldCapacity = WorkerContext.HeldCapacity;

    /// <summary>Packets that it holds for next hops, now; copies count one by one.</summary>
    public ulong HeldCount => _released ? 0 : _w->HeldPackets;

    /// <summary>Its counters.</summary>
    public WorkerStatistics* Statistics => _stats;

    /// <summary>Its ports; the worker works with this very value.</summary>
    public ref TPorts Ports => ref _ports;

    /// <summary>
    /// Whether it remembers what it told control to learn, and tells the same only once in each <see cref="GatewayHeader.PuntTick"/> (the default). <c>replay</c>
    /// turns it off: there the result must not depend on which worker saw which frame.
    /// </summary>
    public bool RemembersPunts
    {
        get => _w->RememberPunts;
        set => _w->RememberPunts = value;
    }

    /// <summary>
    /// One loop: the quiescent point, a switch to a newer snapshot, held packets, packets of other workers, frames of control, and one
    /// burst of every port.
    /// </summary>
    /// <returns>Whether anything happened; a worker that may sleep does so after a number of false ones.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Poll()
    {
        WorkerContext* w = _w;
        ulong stamp = _busy ? _ports.Timestamp : 0, begun = stamp;

        // The quiescent point: everything read from tables before is over, and the fence keeps everything after behind it.
        Volatile.Write(ref _stats->Polls, _stats->Polls + 1);
        Thread.MemoryBarrier();
        ulong published = Volatile.Read(ref _header->Published);
        if (published != w->Published)
        {
            ContextMemory.Switch(w, _memory, published);
        }

        uint session = Volatile.Read(ref _header->TraceSession);
        if (session != w->TraceSession)
        {
            TraceStage.Switch(w, _memory, session);
        }

        if (published == 0)
        {
            _stats->EmptyPolls++;
            return false;
        }

        w->Tick = Volatile.Read(ref _header->AgeTick);
        w->PuntTick = Volatile.Read(ref _header->PuntTick);
        bool any = w->HeldPackets != 0 && NeighborStage.Poll(w);
        for (int i = 0; i < _group.Workers; i++)
        {
            SpreadRing* ring = _group.Ring(i, _index);
            any |= ring != null && Transmission.Accept(w, ring);
        }

        any |= w->Inject.Peek() != null && InjectStage.Run(w);
        if (any)
        {
            FlushAll(w);
        }

        uint ports = Math.Min((uint)_portCount, w->PortCount);
        bool packets = false, arrived = _group.Spreads && TakeArrivals(w, ports);
        if (arrived)
        {
            stamp = begun = _ports.Timestamp;
        }

        for (uint port = 0; port < ports; port++)
        {
            PortFlags flags = w->PortEntries[port].Flags;
            if ((flags & PortFlags.Valid) == 0 || !_ports.IsPolled((int)port))
            {
                continue;
            }

            nint spread = SpreadPlan.InForce(_ports.Spread((int)port), (flags & PortFlags.MaySpread) != 0);
            if ((spread != w->Spread[port] || (w->ChangingPorts >> (int)port & 1) != 0) && !SpreadChange.Run(w, port, spread))
            {
                continue;
            }

            uint n = _ports.Receive((int)port, w->Burst, (w->LargePorts >> (int)port & 1) == 0 ? _burst : w->LargeMost);
            if (n == 0)
            {
                continue;
            }

            packets = true;
            ulong received = _ports.Timestamp;
            if (stamp != 0)
            {
                _stats->ReceiveCycles += received - stamp;
            }
            else
            {
                begun = received;
            }

            _stats->Received += n;
            _stats->BurstSizes[BitOperations.Log2(n)]++;
            if (spread != 0)
            {
                _group.BeginSpreading();
                n = SpreadStage.Run(w, port, (flags & PortFlags.Underlay) != 0, n);
            }

            if (w->Trace != null)
            {
                TraceStage.Run(w, port, (flags & PortFlags.Underlay) != 0, n);
            }
            else if ((flags & PortFlags.Sampled) != 0)
            {
                SampleStage.Run(w, port, (flags & PortFlags.Underlay) != 0, n);
            }
            else if ((flags & PortFlags.Underlay) != 0)
            {
                UnderlayForwarding.Run(w, port, UnderlayInput.Run(w, port, w->Burst, n));
            }
            else
            {
                AccessForwarding.Run(w, port, AccessInput.Run(w, port, w->Burst, n));
            }

            if ((w->LargeBytes | w->LargePorts) != 0)
            {
                LargeBurst.Adapt(w, port, n, _burst);
            }

            ulong processed = _ports.Timestamp;
            FlushAll(w);
            stamp = _ports.Timestamp;
            _stats->ProcessCycles += processed - received;
            _stats->TransmitCycles += stamp - processed;
        }

        if (packets)
        {
            _stats->BusyCycles += stamp - begun;
        }
        else if (!arrived)
        {
            _stats->EmptyPolls++;
        }

        _busy = packets || arrived;
        return _busy || any;
    }

    /// <summary>Before the worker sleeps: it holds no reference to any table until <see cref="LeaveSleep"/>.</summary>
    public void EnterSleep() => Volatile.Write(ref _stats->Sleeping, 1);

    /// <summary>After the worker slept, before it polls again.</summary>
    public void LeaveSleep()
    {
        Volatile.Write(ref _stats->Sleeping, 0);
        Thread.MemoryBarrier(); // control either sees that the worker is awake, or the worker sees what control published
    }

    /// <summary>Drops every packet that waits for a next hop: at the end of <c>replay</c>, or at a stop.</summary>
    /// <param name="reason">The reason they are counted under.</param>
    public void DropHeld(DropReason reason)
    {
        NeighborStage.DropAll(_w, reason);
        FlushAll(_w);
    }

    /// <summary>
    /// Ends every packet that the worker still has as <c>drop.port.down</c>, returns it to its pool, and frees the worker's memory. It
    /// must not be used after. All workers of a group stop polling before the first of them is released.
    /// </summary>
    public void Release()
    {
        if (_released)
        {
            return;
        }

        _released = true;
        for (int i = 0; i < _group.Workers; i++)
        {
            SpreadRing* ring = _group.Ring(i, _index);
            while (ring != null && SpreadRing.TryTake(ring, out Departure d))
            {
                Transmission.Abandon(_w, d, DropReason.PortDown);
            }
        }

        for (int i = 0; i < _group.Workers; i++)
        {
            SpreadStage.Abandon(_w, _group.Arrivals(i)[_index]);
        }

        DropHeld(DropReason.PortDown);
        ContextMemory.Free(_w);
        _access.Free();
    }

    /// <summary>
    /// Compiles the worker and runs every stage hot, through private regions and made-up ports, so that nothing is compiled while
    /// packets arrive. Takes about a second; call it before the ports start. Any thread.
    /// </summary>
    public static void Warm()
    {
        // The stages are not generic: one warm-up serves all. What is generic is compiled here, at once with full optimisation.
        WarmUp.Run();
        foreach (Type type in (Type[])[typeof(Worker<TPorts>), typeof(Access)])
        {
            RuntimeTypeHandle[] arguments = [typeof(TPorts).TypeHandle];
            foreach (MethodInfo method in type.GetMethods(
                BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            {
                RuntimeHelpers.PrepareMethod(method.MethodHandle, arguments);
            }
        }
    }

    // Runs what other workers received and this one is to forward: a burst of each.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private bool TakeArrivals(WorkerContext* w, uint ports)
    {
        ulong begun = 0, stamp = 0;
        for (int i = 0; i < _group.Workers; i++)
        {
            ArrivalRing* ring = _group.Arrivals(i)[_index];
            uint n;
            if (ring == null || (n = ArrivalRing.Peek(ring, w->Burst, _burst, out uint port)) == 0)
            {
                continue;
            }

            ulong taken = _ports.Timestamp;
            begun = begun == 0 ? taken : begun;
            SpreadStage.Forward(w, port, n, ports);
            w->LargeBytes = 0; // how much is taken at once is for the worker that receives
            ulong processed = _ports.Timestamp;
            FlushAll(w);
            ArrivalRing.Release(ring, n); // not before they left: the worker that handed them on may wait for that
            stamp = _ports.Timestamp;
            _stats->ProcessCycles += processed - taken;
            _stats->TransmitCycles += stamp - processed;
        }

        _stats->BusyCycles += stamp - begun;
        return begun != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FlushAll(WorkerContext* w)
    {
        while (w->DirtyPorts != 0)
        {
            Flush(w, (uint)BitOperations.TrailingZeroCount(w->DirtyPorts));
        }

        if (w->DiscardedCount != 0)
        {
            FreeDiscarded(w);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Flush(WorkerContext* w, uint port)
    {
        TxBuffer* b = w->Tx + port;
        if (port >= (uint)_portCount)
        {
            Transmission.Finish(w, port, 0, DropReason.PortDown); // a port of the configuration that this process does not have (yet)
        }
        else if (!_ports.HasTransmitQueue((int)port))
        {
            if (w->Trace != null)
            {
                TraceLog.Leaving(w, port, _group.OwnerOf((int)port, _index));
            }

            Transmission.Spread(w, port, _group.Ring(_index, _group.OwnerOf((int)port, _index)));
        }
        else if (!_ports.IsUp((int)port))
        {
            Transmission.Finish(w, port, 0, DropReason.PortDown);
        }
        else
        {
            if (b->Special != 0 && OffloadOutput.Any(b))
            {
                OffloadOutput.Run(w, port);
            }

            if (w->Chains)
            {
                ChainLimit limit = (_ports.ChainPorts >> (int)port & 1) == 0 ? ChainLimit.One : _ports.LimitOf((int)port);
                if (!limit.IsNone)
                {
                    Linearization.Run(w, port, limit);
                }
            }

            if ((w->PortEntries[port].Flags & PortFlags.Coalesces) != 0 && b->Count > 1)
            {
                Coalescing.Run(w, port);
            }

            if (w->Trace != null)
            {
                TraceLog.Leaving(w, port, spreadTo: -1);
            }

            uint sent = _ports.Transmit((int)port, TxBuffer.Packets(b), b->Count);
            if (w->Trace != null)
            {
                TraceLog.Left(w, port, sent);
            }

            // A port that takes too little is full, unless it went away in the middle of it.
            DropReason reason = sent == b->Count || _ports.IsUp((int)port) ? DropReason.TxFull : DropReason.TxError;
            Transmission.Finish(w, port, sent, reason);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FreeDiscarded(WorkerContext* w)
    {
        for (uint i = 0; i < w->DiscardedCount; i++)
        {
            _ports.Free(w->Discarded[i]);
        }

        w->DiscardedCount = 0;
    }

    // The ports as the stages see them.
    private sealed class Access(Worker<TPorts> worker) : PortAccess
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override Mbuf* Allocate()
        {
            Mbuf* made = worker._ports.Allocate();
            if (made != null && worker._w->Trace != null)
            {
                made->HashHigh = 0; // it may still carry the number of what it held before
            }

            return made;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override uint Allocate(Mbuf** packets, uint count)
        {
            uint made = worker._ports.Allocate(packets, count);
            for (uint i = 0; worker._w->Trace != null && i < made; i++)
            {
                packets[i]->HashHigh = 0;
            }

            return made;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override Mbuf* AllocateHead() => worker._ports.AllocateHead();

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override uint AllocateHeads(Mbuf** packets, uint count) => worker._ports.AllocateHeads(packets, count);

        public override ulong ChainPorts
        {
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            get => worker._ports.ChainPorts;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override ChainLimit LimitOf(uint port) => worker._ports.LimitOf((int)port);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override bool Prepare(uint port, Mbuf* mbuf) => worker._ports.Prepare((int)port, mbuf);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Free(Mbuf* mbuf) => worker._ports.Free(mbuf);

        public override ulong Timestamp
        {
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            get => worker._ports.Timestamp;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override ulong SequenceOf(Mbuf* mbuf) => worker._ports.SequenceOf(mbuf);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Inherit(Mbuf* copy, Mbuf* original)
        {
            if (worker._w->Trace != null)
            {
                copy->HashHigh = original->HashHigh;
            }

            worker._ports.Inherit(copy, original);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Stamp(Mbuf* made, ulong sequence) => worker._ports.Stamp(made, sequence);

        public override void Flush(uint port) => worker.Flush(worker._w, port);

        public override void FreeDiscarded() => worker.FreeDiscarded(worker._w);
    }
}

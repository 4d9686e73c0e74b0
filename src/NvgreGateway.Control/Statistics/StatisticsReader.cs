using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Statistics;

/// <summary>
/// Adds up what workers and control count: reads 64-bit words that others store, and so stops and slows nobody (F-023). May be
/// used from any thread. Values rise only, except <see cref="GatewayTotals.Held"/> and <see cref="GatewayTotals.Consumed"/>;
/// what an attachment or peer counted before it was removed stays in the sums of its segment, as long as control lives.
/// </summary>
public sealed unsafe class StatisticsReader
{
    private readonly GatewayMemory _memory;
    private readonly IdStore _ids;
    private readonly Lock _lock = new();
    private readonly Dictionary<uint, SegmentTraffic> _former = [];

    /// <summary>Makes a reader.</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="ids">The ids.</param>
    internal StatisticsReader(GatewayMemory memory, IdStore ids)
    {
        _memory = memory;
        _ids = ids;
    }

    private int Workers => (int)_memory.Limits.Workers;

    /// <summary>The accounting of the whole gateway.</summary>
    /// <returns>The totals now.</returns>
    public GatewayTotals Totals()
    {
        ulong received = 0, receivedBytes = 0, transmitted = 0, consumed = 0, held = 0, injected = 0, injectFailed = 0, other = 0;
        var drops = new ulong[(int)DropReason.Count];
        var counters = new ulong[(int)CounterId.Count];
        var protocols = new SortedDictionary<int, ulong>();
        ulong refused = 0;
        for (int i = 0; i < drops.Length; i++)
        {
            drops[i] = Volatile.Read(ref _memory.Header->ControlDrops[i]);
            refused += drops[i];
        }

        for (int i = 0; i < counters.Length; i++)
        {
            counters[i] = Volatile.Read(ref _memory.Header->ControlCounters[i]);
        }

        for (int worker = 0; worker < Workers; worker++)
        {
            WorkerStatistics* s = _memory.Statistics(worker);
            received += Volatile.Read(ref s->Received);
            receivedBytes += Volatile.Read(ref s->ReceivedBytes);
            transmitted += Volatile.Read(ref s->Transmitted);
            consumed += Volatile.Read(ref s->Consumed);
            held += Volatile.Read(ref s->Held);
            injected += Volatile.Read(ref s->Injected);
            injectFailed += Volatile.Read(ref s->InjectFailed);
            for (int i = 0; i < drops.Length; i++)
            {
                drops[i] += Volatile.Read(ref s->Drops[i]);
            }

            for (int i = 0; i < counters.Length; i++)
            {
                counters[i] += Volatile.Read(ref s->Counters[i]);
            }

            var rows = (GreProtocolCount*)s->GreProtocols;
            for (int i = 0; i < WorkerStatistics.GreProtocolRows - 1 && (rows[i].Type & 0x10000) != 0; i++)
            {
                int type = (ushort)rows[i].Type;
                protocols[type] = protocols.GetValueOrDefault(type) + Volatile.Read(ref rows[i].Packets);
            }

            other += Volatile.Read(ref rows[WorkerStatistics.GreProtocolRows - 1].Packets);
        }

        return new GatewayTotals
        {
            Received = received,
            ReceivedBytes = receivedBytes,
            Transmitted = transmitted,
            Consumed = consumed - refused,
            Held = held,
            Injected = injected,
            InjectFailed = injectFailed,
            Drops = drops,
            Counters = counters,
            GreProtocols = [.. protocols],
            GreProtocolsOther = other,
        };
    }

    /// <summary>A port's traffic.</summary>
    /// <param name="port">Port index.</param>
    /// <returns>The counts.</returns>
    public PortTraffic Port(int port)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)port, 64u, nameof(port));
        PortTraffic sum = default;
        for (int worker = 0; worker < Workers; worker++)
        {
            PortCounters* c = (PortCounters*)_memory.Statistics(worker)->Ports + port;
            sum = new PortTraffic(
                sum.RxPackets + Volatile.Read(ref c->RxPackets),
                sum.RxBytes + Volatile.Read(ref c->RxBytes),
                sum.TxPackets + Volatile.Read(ref c->TxPackets),
                sum.TxBytes + Volatile.Read(ref c->TxBytes),
                sum.RxDropped + Volatile.Read(ref c->RxDropped));
        }

        return sum;
    }

    /// <summary>An attachment's traffic: bytes with tags.</summary>
    /// <param name="attachment">Attachment id.</param>
    /// <returns>The counts.</returns>
    public Traffic Attachment(uint attachment)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(attachment, _memory.Limits.Attachments);
        Traffic sum = default;
        for (int worker = 0; worker < Workers; worker++)
        {
            AttachmentCounters* c = _memory.Attachments(worker) + attachment;
            sum += new Traffic
            {
                RxUnicast = Pair(c->RxUnicast),
                RxMulticast = Pair(c->RxGroup),
                RxBroadcast = Pair(c->RxGroup + 2),
                TxUnicast = Pair(c->TxUnicast),
                TxMulticast = Pair(c->TxGroup),
                TxBroadcast = Pair(c->TxGroup + 2),
            };
        }

        return sum;
    }

    /// <summary>A peer's traffic: that of a VSID and PA.</summary>
    /// <param name="peer">Peer id.</param>
    /// <returns>The counts.</returns>
    public Traffic Peer(uint peer)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(peer, _memory.Limits.Peers);
        Traffic sum = default;
        for (int worker = 0; worker < Workers; worker++)
        {
            PeerCounters* c = _memory.Peers(worker) + peer;
            sum += new Traffic
            {
                RxUnicast = Triple(c->RxUnicast),
                RxMulticast = Triple(c->RxGroup),
                RxBroadcast = Triple(c->RxGroup + 3),
                TxUnicast = Triple(c->TxUnicast),
                TxMulticast = Triple(c->TxGroup),
                TxBroadcast = Triple(c->TxGroup + 3),
            };
        }

        return sum;
    }

    /// <summary>A segment's traffic. For many segments <see cref="Segments"/> is quicker.</summary>
    /// <param name="segment">Segment id.</param>
    /// <returns>The counts.</returns>
    public SegmentTraffic Segment(uint segment)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(segment, _memory.Limits.Segments);
        lock (_lock)
        {
            SegmentTraffic sum = _former.GetValueOrDefault(segment);
            ReadOnlySpan<ushort> owners = _ids.AttachmentOwners;
            for (int id = 1; id < owners.Length; id++)
            {
                sum = owners[id] == segment ? sum with { Vlan = sum.Vlan + Attachment((uint)id) } : sum;
            }

            owners = _ids.PeerOwners;
            for (int id = 1; id < owners.Length; id++)
            {
                sum = owners[id] == segment ? sum with { Nvgre = sum.Nvgre + Peer((uint)id) } : sum;
            }

            return sum;
        }
    }

    /// <summary>The traffic of all segments in one pass.</summary>
    /// <returns>The counts by segment id, for every id in use.</returns>
    public IReadOnlyDictionary<uint, SegmentTraffic> Segments()
    {
        var sums = new Dictionary<uint, SegmentTraffic>();
        lock (_lock)
        {
            foreach (uint id in _ids.Segments.Values)
            {
                sums[id] = _former.GetValueOrDefault(id);
            }

            ReadOnlySpan<ushort> owners = _ids.AttachmentOwners;
            for (int id = 1; id < owners.Length; id++)
            {
                if (sums.TryGetValue(owners[id], out SegmentTraffic sum))
                {
                    sums[owners[id]] = sum with { Vlan = sum.Vlan + Attachment((uint)id) };
                }
            }

            owners = _ids.PeerOwners;
            for (int id = 1; id < owners.Length; id++)
            {
                if (sums.TryGetValue(owners[id], out SegmentTraffic sum))
                {
                    sums[owners[id]] = sum with { Nvgre = sum.Nvgre + Peer((uint)id) };
                }
            }
        }

        return sums;
    }

    /// <summary>Drops of a segment (F-022).</summary>
    /// <param name="segment">Segment id.</param>
    /// <param name="drops">Filled by <see cref="DropReason"/>; at least <see cref="DropReason.Count"/> long.</param>
    public void SegmentDrops(uint segment, Span<ulong> drops)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(segment, _memory.Limits.Segments);
        drops[..(int)DropReason.Count].Clear();
        for (int worker = 0; worker < Workers; worker++)
        {
            AddDrops(_memory.SegmentDrops(worker) + (segment * 128ul), drops);
        }
    }

    /// <summary>Drops of a peer (F-022).</summary>
    /// <param name="peer">Peer id.</param>
    /// <param name="drops">Filled by <see cref="DropReason"/>; at least <see cref="DropReason.Count"/> long.</param>
    public void PeerDrops(uint peer, Span<ulong> drops)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(peer, _memory.Limits.Peers);
        drops[..(int)DropReason.Count].Clear();
        for (int worker = 0; worker < Workers; worker++)
        {
            AddDrops(_memory.PeerDrops(worker) + (peer * 128ul), drops);
        }
    }

    /// <summary>What a worker did.</summary>
    /// <param name="worker">Its index.</param>
    /// <returns>The counts.</returns>
    public WorkerReport Worker(int worker)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)worker, _memory.Limits.Workers, nameof(worker));
        WorkerStatistics* s = _memory.Statistics(worker);
        var sizes = new ulong[WorkerStatistics.BurstClasses];
        for (int i = 0; i < sizes.Length; i++)
        {
            sizes[i] = Volatile.Read(ref s->BurstSizes[i]);
        }

        return new WorkerReport
        {
            Polls = Volatile.Read(ref s->Polls),
            EmptyPolls = Volatile.Read(ref s->EmptyPolls),
            Generation = Volatile.Read(ref s->Generation),
            Sleeping = Volatile.Read(ref s->Sleeping) != 0,
            BusyCycles = Volatile.Read(ref s->BusyCycles),
            ReceiveCycles = Volatile.Read(ref s->ReceiveCycles),
            ProcessCycles = Volatile.Read(ref s->ProcessCycles),
            TransmitCycles = Volatile.Read(ref s->TransmitCycles),
            BurstSizes = sizes,
            Received = Volatile.Read(ref s->Received),
        };
    }

    /// <summary>
    /// Makes the counters of ids that go to another owner start at 0. What the former one counted goes to the sum of its segment
    /// first. No worker counts for these ids: none is in a snapshot that any of them uses. Ids used for the first time are 0 and
    /// are not touched, so that their pages need not exist.
    /// </summary>
    internal void Begin(TablePlan plan)
    {
        lock (_lock)
        {
            foreach (uint id in _ids.Reused(plan.AttachmentIds))
            {
                Keep(_ids.AttachmentOwners[(int)id], new SegmentTraffic(Attachment(id), default));
                _memory.AttachmentStates[id] = 0;
                for (int worker = 0; worker < Workers; worker++)
                {
                    _memory.Attachments(worker)[id] = default;
                }
            }

            foreach (uint id in _ids.Reused(plan.PeerIds))
            {
                Keep(_ids.PeerOwners[(int)id], new SegmentTraffic(default, Peer(id)));
                _memory.PeerStates[id] = 0;
                for (int worker = 0; worker < Workers; worker++)
                {
                    _memory.Peers(worker)[id] = default;
                    new Span<ulong>(_memory.PeerDrops(worker) + (id * 128ul), 128).Clear();
                }
            }

            foreach (uint id in _ids.Reused(plan.SegmentIds))
            {
                _former.Remove(id);
                _memory.SegmentStates[id] = 0;
                for (int worker = 0; worker < Workers; worker++)
                {
                    new Span<ulong>(_memory.SegmentDrops(worker) + (id * 128ul), 128).Clear();
                }
            }

            _ids.Disown(plan);
        }
    }

    private static TrafficCount Pair(ulong* p) => new(Volatile.Read(ref p[0]), Volatile.Read(ref p[1]), 0);

    private static TrafficCount Triple(ulong* p) =>
        new(Volatile.Read(ref p[PeerCounters.Packets]), Volatile.Read(ref p[PeerCounters.TenantBytes]), Volatile.Read(ref p[PeerCounters.OuterBytes]));

    private static void AddDrops(ulong* from, Span<ulong> drops)
    {
        for (int i = 0; i < (int)DropReason.Count; i++)
        {
            drops[i] += Volatile.Read(ref from[i]);
        }
    }

    private void Keep(uint segment, SegmentTraffic traffic)
    {
        if (segment != 0 && traffic != default)
        {
            SegmentTraffic former = _former.GetValueOrDefault(segment);
            _former[segment] = new SegmentTraffic(former.Vlan + traffic.Vlan, former.Nvgre + traffic.Nvgre);
        }
    }
}

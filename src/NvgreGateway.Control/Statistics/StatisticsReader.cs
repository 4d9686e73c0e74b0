using System.Runtime.CompilerServices;
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
    private const int Words = 18;
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

    /// <summary>Rises whenever counters of an id begin anew at 0 for another owner.</summary>
    public ulong Epoch { get; private set; }

    private int Workers => (int)_memory.Limits.Workers;

    // The workers' blocks and that of the hardware.
    private int Blocks => Workers + 1;

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

        for (int worker = 0; worker < Blocks; worker++)
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
        for (int worker = 0; worker < Blocks; worker++)
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

    /// <summary>What became of the requests that left through a port.</summary>
    /// <param name="port">Port index.</param>
    /// <returns>The counts.</returns>
    public OffloadTraffic Offloads(int port)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)port, 64u, nameof(port));
        OffloadTraffic sum = default;
        for (int worker = 0; worker < Workers; worker++)
        {
            OffloadCounters* c = (OffloadCounters*)_memory.Statistics(worker)->Offloads + port;
            sum = new OffloadTraffic(
                sum.SumsAsked + Volatile.Read(ref c->SumsAsked),
                sum.SumsDone + Volatile.Read(ref c->SumsDone),
                sum.CutsAsked + Volatile.Read(ref c->CutsAsked),
                sum.CutsDone + Volatile.Read(ref c->CutsDone),
                sum.Joins + Volatile.Read(ref c->Joins),
                sum.Joined + Volatile.Read(ref c->Joined));
        }

        return sum;
    }

    /// <summary>A port's packets at one worker.</summary>
    /// <param name="port">Port index.</param>
    /// <param name="worker">Worker index.</param>
    /// <returns>The counts.</returns>
    public SpreadCount Spread(int port, int worker)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)port, 64u, nameof(port));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)worker, _memory.Limits.Workers, nameof(worker));
        PortCounters* c = (PortCounters*)_memory.Statistics(worker)->Ports + port;
        return new SpreadCount(Volatile.Read(ref c->RxPackets), Volatile.Read(ref c->HandedOn), Volatile.Read(ref c->TakenOver));
    }

    /// <summary>An attachment's traffic: bytes with tags.</summary>
    /// <param name="attachment">Attachment id.</param>
    /// <returns>The counts.</returns>
    public Traffic Attachment(uint attachment)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(attachment, _memory.Limits.Attachments);
        return TrafficOf(attachment, AddAttachment);
    }

    /// <summary>A peer's traffic: that of a VSID and PA.</summary>
    /// <param name="peer">Peer id.</param>
    /// <returns>The counts.</returns>
    public Traffic Peer(uint peer)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(peer, _memory.Limits.Peers);
        return TrafficOf(peer, AddPeer);
    }

    /// <summary>A segment's traffic. For many segments <see cref="Segments"/> is quicker.</summary>
    /// <param name="segment">Segment id.</param>
    /// <returns>The counts.</returns>
    public SegmentTraffic Segment(uint segment)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(segment, _memory.Limits.Segments);
        lock (_lock)
        {
            return WithFormer(segment, new SegmentTraffic(TrafficOf(segment, _ids.AttachmentOwners, AddAttachment), TrafficOf(segment, _ids.PeerOwners, AddPeer)));
        }
    }

    /// <summary>The traffic of all segments in one pass.</summary>
    /// <returns>The counts by segment id, for every id in use.</returns>
    public IReadOnlyDictionary<uint, SegmentTraffic> Segments()
    {
        var sums = new Dictionary<uint, SegmentTraffic>();
        lock (_lock)
        {
            uint[] segments = [.. _ids.Segments.Values];
            var words = new ulong[(segments.Length == 0 ? 1 : segments.Max() + 1) * 2 * Words];
            ReadOnlySpan<ushort> owners = _ids.AttachmentOwners;
            for (int id = 1; id < owners.Length; id++)
            {
                if (owners[id] != 0 && owners[id] * 2 * Words < words.Length)
                {
                    AddAttachment((uint)id, words.AsSpan(owners[id] * 2 * Words, Words));
                }
            }

            owners = _ids.PeerOwners;
            for (int id = 1; id < owners.Length; id++)
            {
                if (owners[id] != 0 && owners[id] * 2 * Words < words.Length)
                {
                    AddPeer((uint)id, words.AsSpan(((owners[id] * 2) + 1) * Words, Words));
                }
            }

            foreach (uint segment in segments)
            {
                int at = (int)segment * 2 * Words;
                sums.Add(segment, WithFormer(segment, new SegmentTraffic(TrafficOf(words.AsSpan(at, Words)), TrafficOf(words.AsSpan(at + Words, Words)))));
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
                for (int worker = 0; worker < Blocks; worker++)
                {
                    _memory.Attachments(worker)[id] = default;
                }
            }

            foreach (uint id in _ids.Reused(plan.PeerIds))
            {
                Keep(_ids.PeerOwners[(int)id], new SegmentTraffic(default, Peer(id)));
                _memory.PeerStates[id] = 0;
                for (int worker = 0; worker < Blocks; worker++)
                {
                    _memory.Peers(worker)[id] = default;
                    if (worker < Workers)
                    {
                        new Span<ulong>(_memory.PeerDrops(worker) + (id * 128ul), 128).Clear();
                    }
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

            Epoch += _ids.Reused(plan.AttachmentIds).Any() || _ids.Reused(plan.PeerIds).Any() || _ids.Reused(plan.SegmentIds).Any() ? 1ul : 0;
            _ids.Disown(plan);
        }
    }

    // Six counts of three words: received unicast, multicast, broadcast, then sent. Read through here: every scrape does it for
    // every attachment and peer.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddAttachment(uint attachment, Span<ulong> sum)
    {
        for (int worker = 0; worker < Blocks; worker++)
        {
            AttachmentCounters* c = _memory.Attachments(worker) + attachment;
            for (int i = 0; i < 2; i++)
            {
                sum[i] += Volatile.Read(ref c->RxUnicast[i]);
                sum[i + 3] += Volatile.Read(ref c->RxGroup[i]);
                sum[i + 6] += Volatile.Read(ref c->RxGroup[i + 2]);
                sum[i + 9] += Volatile.Read(ref c->TxUnicast[i]);
                sum[i + 12] += Volatile.Read(ref c->TxGroup[i]);
                sum[i + 15] += Volatile.Read(ref c->TxGroup[i + 2]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddPeer(uint peer, Span<ulong> sum)
    {
        for (int worker = 0; worker < Blocks; worker++)
        {
            PeerCounters* c = _memory.Peers(worker) + peer;
            for (int i = 0; i < 3; i++)
            {
                sum[i] += Volatile.Read(ref c->RxUnicast[i]);
                sum[i + 3] += Volatile.Read(ref c->RxGroup[i]);
                sum[i + 6] += Volatile.Read(ref c->RxGroup[i + 3]);
                sum[i + 9] += Volatile.Read(ref c->TxUnicast[i]);
                sum[i + 12] += Volatile.Read(ref c->TxGroup[i]);
                sum[i + 15] += Volatile.Read(ref c->TxGroup[i + 3]);
            }
        }
    }

    private static Traffic TrafficOf(uint id, Action<uint, Span<ulong>> add)
    {
        Span<ulong> words = stackalloc ulong[Words];
        words.Clear();
        add(id, words);
        return TrafficOf(words);
    }

    // Of all attachments or peers whose owner a segment is; owners stand by id, 0 is nobody's.
    private static Traffic TrafficOf(uint segment, ReadOnlySpan<ushort> owners, Action<uint, Span<ulong>> add)
    {
        Span<ulong> words = stackalloc ulong[Words];
        words.Clear();
        for (int id = 1; id < owners.Length; id++)
        {
            if (owners[id] == segment)
            {
                add((uint)id, words);
            }
        }

        return TrafficOf(words);
    }

    private static Traffic TrafficOf(ReadOnlySpan<ulong> words) => new()
    {
        RxUnicast = CountOf(words),
        RxMulticast = CountOf(words[3..]),
        RxBroadcast = CountOf(words[6..]),
        TxUnicast = CountOf(words[9..]),
        TxMulticast = CountOf(words[12..]),
        TxBroadcast = CountOf(words[15..]),
    };

    private static TrafficCount CountOf(ReadOnlySpan<ulong> words) =>
        new(words[PeerCounters.Packets], words[PeerCounters.TenantBytes], words[PeerCounters.OuterBytes]);

    private SegmentTraffic WithFormer(uint segment, in SegmentTraffic now) =>
        _former.TryGetValue(segment, out SegmentTraffic former) ? new SegmentTraffic(former.Vlan + now.Vlan, former.Nvgre + now.Nvgre) : now;

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
            _former[segment] = WithFormer(segment, traffic);
        }
    }
}

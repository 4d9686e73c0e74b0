using System.Net;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Statistics;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Tables;

/// <summary>
/// The tables of a gateway as control keeps them: ids, snapshot, next hop slots and FDB, changed together. One thread writes;
/// <see cref="Ids"/>, <see cref="FdbManager.Enumerate"/> and <see cref="Statistics"/> may be read from any.
/// </summary>
public sealed unsafe class GatewayTables
{
    // A worker passes a quiescent point every few microseconds; one that has not after this stands still.
    private const int SettleMilliseconds = 2000;

    private readonly GatewayMemory _memory;
    private readonly SnapshotPublisher _publisher;
    private readonly List<(QuiescentMark Mark, TablePlan Plan)> _retiring = [];
    private readonly Dictionary<IPAddress, int> _learnedPathMtus = [];
    private readonly HashSet<uint> _blocked = [];
    private ulong _sampled;
    private TablePlan? _inForce;
    private TablePlan? _toReload;

    /// <summary>Takes over the tables that stand in memory, as another control process left them, or begins with empty ones.</summary>
    /// <param name="memory">The regions; must outlive the tables.</param>
    /// <param name="now">Nanoseconds of control's clock.</param>
    public GatewayTables(GatewayMemory memory, ulong now)
    {
        ArgumentNullException.ThrowIfNull(memory);
        _memory = memory;
        _publisher = new SnapshotPublisher(memory);
        Ids = new IdStore(memory);
        Fdb = new FdbManager(memory, now);
        Statistics = new StatisticsReader(memory, Ids);
        memory.NextHops[0].Word = NextHopSlot.Pack(0, NextHopState.Failed); // id 0 leads nowhere
    }

    /// <summary>The ids of segments, attachments, peers and next hops.</summary>
    public IdStore Ids { get; }

    /// <summary>The FDB.</summary>
    public FdbManager Fdb { get; }

    /// <summary>The counters.</summary>
    public StatisticsReader Statistics { get; }

    /// <summary>The configuration in force; null before the first.</summary>
    public GatewayConfiguration? Configuration => Volatile.Read(ref _inForce)?.Configuration;

    /// <summary>Called with a peer's id before its path MTU changes in the published tables; null = nobody.</summary>
    internal Action<uint>? PeerChanging { get; set; }

    /// <summary>Called with a segment's id before it is blocked in the published tables; null = nobody.</summary>
    internal Action<uint>? SegmentChanging { get; set; }

    /// <summary>Called between the steps of <see cref="Publish"/>; null = nobody.</summary>
    internal Action<ChangeStep>? Reached { get; set; }

    /// <summary>Generation of the published snapshot; 0 = none.</summary>
    public ulong Generation => _publisher.Generation;

    /// <summary>The maxima to size regions from, for a configuration: four times what it has, so that reloads find room.</summary>
    /// <param name="configuration">A valid configuration.</param>
    /// <returns>The maxima.</returns>
    public static ExchangeLimits LimitsFor(GatewayConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var routes = new UnderlayRoutes(configuration.Ports);
        var hops = new HashSet<UnderlayPath>();
        int attachments = 0, peers = 0, groups = 0;
        long pathBytes = 0;
        foreach (SegmentConfiguration segment in configuration.Segments)
        {
            attachments += segment.Attachments.Count;
            peers += segment.Peers.Count + segment.PaGroups.Count() + segment.Groups.Count;
            groups += segment.PaGroups.Count();
            foreach (PeerConfiguration peer in segment.Peers)
            {
                ValueList<UnderlayPath> paths = routes.Find(peer.Address);
                hops.UnionWith(paths);
                pathBytes += PathSet.BytesOf(segment.SourcesFor(peer.Address).Count(), paths.Count);
            }
        }

        return ExchangeLimits.For(
            configuration.Ports.Count,
            configuration.Workers.Cores.Count,
            configuration.Segments.Count,
            attachments,
            peers,
            hops.Count + groups,
            configuration.Fdb.Capacity,
            pathBytes);
    }

    /// <summary>
    /// Puts a configuration into force: builds the snapshot aside, publishes it by one store, then brings the FDB after it. A
    /// configuration equal to the one in force does nothing (F-004). A MAC of a static neighbour is written to its next hop slot,
    /// and a new next hop is <see cref="NextHopState.Idle"/>; all else in the slots is left to neighbour resolution.
    /// </summary>
    /// <param name="configuration">A valid configuration.</param>
    /// <param name="portMacs">The MAC in force of each port, by index.</param>
    /// <param name="now">Nanoseconds of control's clock.</param>
    /// <param name="offloads">What each port does of offloads, by index; null = nothing.</param>
    /// <returns>Whether anything was published.</returns>
    /// <exception cref="TablesException">It does not fit the regions, or a worker stands still; nothing was changed.</exception>
    public bool Apply(GatewayConfiguration configuration, IReadOnlyList<MacAddress> portMacs, ulong now, IReadOnlyList<Offload.PortOffloadSets>? offloads = null)
    {
        offloads ??= [];
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(portMacs);
        if (_inForce is { } old && old.Configuration.Equals(configuration) && old.PortMacs.SequenceEqual(portMacs) && old.Offloads.SequenceEqual(offloads))
        {
            return false;
        }

        Check(configuration, portMacs);
        Settle(now);
        Publish(configuration, portMacs, now, offloads);
        Settle(now);
        return true;
    }

    /// <summary>Whether every worker uses the published tables; the FDB has followed them then. Waits for nobody.</summary>
    /// <param name="now">Nanoseconds of control's clock.</param>
    /// <returns>Whether others may be published.</returns>
    internal bool HasSettled(ulong now)
    {
        if (!_publisher.HasSettled)
        {
            return false;
        }

        FinishReload(now);
        return true;
    }

    /// <summary>As <see cref="Apply"/>, and waits for nobody: needs <see cref="HasSettled"/>, and is complete with the next one.</summary>
    /// <param name="configuration">A valid configuration.</param>
    /// <param name="portMacs">The MAC in force of each port, by index.</param>
    /// <param name="now">Nanoseconds of control's clock.</param>
    /// <param name="offloads">What each port does of offloads, by index.</param>
    /// <exception cref="TablesException">It does not fit the regions, or a worker stands still; nothing was changed.</exception>
    internal void Publish(GatewayConfiguration configuration, IReadOnlyList<MacAddress> portMacs, ulong now, IReadOnlyList<Offload.PortOffloadSets> offloads)
    {
        Check(configuration, portMacs);
        if (!HasSettled(now))
        {
            throw new TablesException($"a worker has not begun a new loop for {SettleMilliseconds} ms: the tables before the current ones may still be in use");
        }

        TablePlan plan = Ids.Plan(configuration, portMacs);
        plan.LearnedPathMtus = _learnedPathMtus;
        plan.Blocked = _blocked;
        plan.Offloads = offloads;
        plan.Sampled = _sampled;
        SnapshotBuilder.Build(plan, _publisher.Free, _memory.Limits.SnapshotBytes, _publisher.Generation + 1);

        // From here on nothing fails.
        Reached?.Invoke(ChangeStep.Built);
        Statistics.Begin(plan);
        StartNextHops(plan);
        Reached?.Invoke(ChangeStep.HopsStarted);
        _publisher.Publish();
        Reached?.Invoke(ChangeStep.Published);
        Volatile.Write(ref _memory.Header->TriesSpread, configuration.Workers.Spread == SpreadMode.Auto ? 1u : 0);
        Ids.Commit(plan);
        StopNextHops(plan);
        Reached?.Invoke(ChangeStep.Committed);
        Volatile.Write(ref _inForce, plan);
        _toReload = plan;
        HasSettled(now); // where nobody looks, they are in use at once
    }

    /// <summary>The path MTU that routers reported of the way to a PA; null = nothing.</summary>
    /// <param name="address">A PA.</param>
    /// <returns>Bytes of outer IP packet.</returns>
    public int? LearnedPathMtu(IPAddress address) => _learnedPathMtus.TryGetValue(address, out int mtu) ? mtu : null;

    /// <summary>
    /// Changes what is known of the path to a PA, in the published tables at once and in all later ones (B-061, B-063). The one change of
    /// a published snapshot: two words of each of its peers, of which workers see the old or the new value.
    /// </summary>
    /// <param name="address">The PA.</param>
    /// <param name="mtu">What a router reported; null = forget it.</param>
    public void SetLearnedPathMtu(IPAddress address, int? mtu)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (mtu is { } value)
        {
            _learnedPathMtus[address] = value;
        }
        else
        {
            _learnedPathMtus.Remove(address);
        }

        if (_inForce is not { } plan)
        {
            return;
        }

        PeerEntry* peers = _memory.Slot((int)(Volatile.Read(ref _memory.Header->Published) & 1)).Peers;
        foreach (TablePlan.SegmentPlan segment in plan.Segments)
        {
            foreach (TablePlan.PeerPlan peer in segment.Peers)
            {
                if (peer.Configuration.Address.Equals(address))
                {
                    ushort longest = SnapshotBuilder.MaxInnerFrame(plan.Configuration.Ports, peer, mtu);
                    if (peers[peer.Id].MaxInnerFrame != longest)
                    {
                        PeerChanging?.Invoke(peer.Id);
                    }

                    Volatile.Write(ref peers[peer.Id].MaxInnerFrame, longest);
                    Volatile.Write(ref peers[peer.Id].FastInnerFrame, PeerEntry.FastFrame(longest));
                }
            }
        }
    }

    /// <summary>
    /// Blocks a segment in both directions, or lets it forward again (E-073), in the published tables at once and in all later ones: one
    /// word of each segment, of which workers see the old or the new value.
    /// </summary>
    /// <param name="segment">Segment id.</param>
    /// <param name="blocked">Whether nothing may pass.</param>
    public void SetBlocked(uint segment, bool blocked)
    {
        if (blocked ? !_blocked.Add(segment) : !_blocked.Remove(segment))
        {
            return;
        }

        foreach (TablePlan.SegmentPlan plan in _inForce?.Segments ?? [])
        {
            if (plan.Id == segment)
            {
                if (blocked)
                {
                    SegmentChanging?.Invoke(segment);
                }

                var flags = (uint*)&_memory.Slot((int)(Volatile.Read(ref _memory.Header->Published) & 1)).Segments[segment].Flags;
                bool up = plan.Configuration.AdminState == AdminState.Up && !blocked;
                Volatile.Write(ref *flags, (*flags & ~(uint)SegmentFlags.Up) | (up ? (uint)SegmentFlags.Up : 0));
            }
        }
    }

    /// <summary>
    /// Says of which ports workers sample what they forward (<see cref="FlowSample"/>), in the published tables at once and in all later
    /// ones: one word of each port, of which workers see the old or the new value.
    /// </summary>
    /// <param name="ports">A bit for each port.</param>
    public void SetSampled(ulong ports)
    {
        ulong changed = ports ^ _sampled;
        _sampled = ports;
        Snapshot published = _memory.Current;
        for (int port = 0; port < (_inForce?.Configuration.Ports.Count ?? 0); port++)
        {
            if ((changed >> port & 1) != 0)
            {
                var flags = (uint*)&published.Ports[port].Flags;
                Volatile.Write(ref *flags, (*flags & ~(uint)PortFlags.Sampled) | ((ports >> port & 1) != 0 ? (uint)PortFlags.Sampled : 0));
            }
        }
    }

    /// <summary>Lets time pass: ageing, thawing, release of what nothing uses any more. To be called ten times a second or more often.</summary>
    /// <param name="now">Nanoseconds of control's clock.</param>
    public void Tick(ulong now)
    {
        FinishReload(now);
        for (int i = _retiring.Count - 1; i >= 0; i--)
        {
            if (_retiring[i].Mark.HasPassed)
            {
                Ids.Release(_retiring[i].Plan);
                _retiring.RemoveAt(i);
            }
        }

        Fdb.Tick(now);
    }

    private void Check(GatewayConfiguration configuration, IReadOnlyList<MacAddress> portMacs)
    {
        ref readonly ExchangeLimits limits = ref _memory.Limits;
        if (configuration.Ports.Count > limits.Ports || configuration.Workers.Cores.Count > limits.Workers)
        {
            throw new TablesException(
                $"{configuration.Ports.Count} ports and {configuration.Workers.Cores.Count} workers do not fit the running gateway, which was made for {limits.Ports} and {limits.Workers}: start it anew with this configuration");
        }

        if (portMacs.Count < configuration.Ports.Count)
        {
            throw new TablesException($"the MACs of {portMacs.Count} of {configuration.Ports.Count} ports are known");
        }

        Fdb.Check(configuration);
    }

    private void Settle(ulong now)
    {
        for (int i = 0; i < SettleMilliseconds && !HasSettled(now); i++)
        {
            Thread.Sleep(1);
        }
    }

    // The FDB may name places of a snapshot only when no worker uses the one before: there they are beyond the end.
    private void FinishReload(ulong now)
    {
        if (_publisher.HasSettled && _toReload is { } plan)
        {
            _toReload = null;
            Fdb.Reload(plan, now);
            _retiring.Add((new QuiescentMark(_memory), plan));
        }
    }

    private void StartNextHops(TablePlan plan)
    {
        foreach ((NextHopKey key, uint id) in plan.NextHopIds.Live)
        {
            NextHopSlot* slot = _memory.NextHops + id;
            bool isNew = slot->Family == 0;
            if (isNew)
            {
                slot->AddressHigh = key.Address.High;
                slot->AddressLow = key.Address.Low;
                slot->Port = (ushort)key.Port;
                slot->ConfirmedAt = 0;
                slot->Static = 0;
                slot->Family = key.Address.Family;
            }

            if (plan.StaticNeighbors.TryGetValue(key, out MacAddress mac))
            {
                slot->Static = 1;
                Volatile.Write(ref slot->Word, NextHopSlot.Pack(mac.Value, NextHopState.Resolved));
            }
            else if (isNew || slot->Static != 0)
            {
                slot->Static = 0;
                Volatile.Write(ref slot->Word, NextHopSlot.Pack(0, NextHopState.Idle));
            }
        }
    }

    // What waits for a next hop that is gone is dropped under its name; nothing asks for it any more.
    private void StopNextHops(TablePlan plan)
    {
        foreach ((NextHopKey _, uint id) in plan.NextHopIds.Retired)
        {
            NextHopSlot* slot = _memory.NextHops + id;
            slot->Family = 0;
            slot->Static = 0;
            Volatile.Write(ref slot->Word, NextHopSlot.Pack(0, NextHopState.Failed));
        }
    }
}

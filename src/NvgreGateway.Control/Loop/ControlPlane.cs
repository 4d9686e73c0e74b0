using System.Net;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Flows;
using NvgreGateway.Control.Groups;
using NvgreGateway.Control.Guard;
using NvgreGateway.Control.Icmp;
using NvgreGateway.Control.Neighbors;
using NvgreGateway.Control.Offload;
using NvgreGateway.Control.Snooping;
using NvgreGateway.Control.Statistics;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control;

/// <summary>
/// Everything that control decides, without threads or a clock of its own: a thread of the control process drives it in production,
/// <c>replay</c> by the time stamps of a capture. Not for several threads at once. Times are nanoseconds of one clock that rises.
/// <para>
/// One round: <see cref="Collect"/>, then <see cref="Process"/>. In <c>replay</c>: after the packets of a time stamp,
/// <see cref="Process"/> with that time stamp; before those of the next one, <see cref="Process"/> at each
/// <see cref="NextTimer"/> up to it, letting the workers send what was injected each time.
/// </para>
/// </summary>
public sealed partial class ControlPlane
{
    private const ulong TickNanoseconds = 100_000_000;
    private const ulong Second = 1_000_000_000;
    private const ulong RescueNanoseconds = Second;
    private readonly GatewayMemory _memory;
    private readonly IEventLog _log;
    private readonly ControlOptions _options;
    private readonly FlowPlanner? _flows;
    private readonly PuntQueue _punts;
    private readonly InjectQueue _injects;
    private readonly TenantErrors _tenantErrors;
    private readonly HopCounts _hops = new();
    private readonly Conditions _conditions;
    private readonly EcnAnomalies _anomalies;
    private readonly TopologyChanges _topology = new();
    private readonly Announcements _announcements;
    private readonly List<Punt> _batch = [];
    private readonly GatewayConfiguration _first;
    private readonly bool[] _portUp;
    private readonly bool[] _portWasUp;
    private readonly string?[] _portReasons;
    private State? _state;
    private ulong _nextFlows;
    private ulong _nextTick;
    private ulong _nextRescue;
    private readonly Dictionary<uint, DropReason> _traced = [];
    private ulong _lostInjects;

    /// <summary>Makes a control plane; nothing is touched before <see cref="Start"/>.</summary>
    /// <param name="memory">The regions; must outlive it.</param>
    /// <param name="configuration">A valid configuration that fits the regions.</param>
    /// <param name="log">Where events go.</param>
    /// <param name="options">How it runs.</param>
    public ControlPlane(GatewayMemory memory, GatewayConfiguration configuration, IEventLog log, ControlOptions options)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(options);
        _memory = memory;
        _first = configuration;
        _log = log;
        _options = options;
        _flows = options.Ordered ? null : new FlowPlanner(memory, log, options.DevicePatienceMilliseconds); // replay has no devices
        _punts = new PuntQueue(memory);
        _injects = new InjectQueue(memory, configuration.Ports.Count);
        _tenantErrors = new TenantErrors(_injects);
        _announcements = new Announcements(_injects);
        _conditions = new Conditions(log);
        _anomalies = new EcnAnomalies(memory, log);
        _portUp = new bool[configuration.Ports.Count];
        _portWasUp = new bool[configuration.Ports.Count];
        _portReasons = new string?[configuration.Ports.Count];
        Array.Fill(_portUp, true); // down is told once it is seen
    }

    /// <summary>The configuration in force.</summary>
    public GatewayConfiguration Configuration => Running.Index.Configuration;

    /// <summary>The counters.</summary>
    public StatisticsReader Statistics => Running.Tables.Statistics;

    /// <summary>The tables.</summary>
    public GatewayTables Tables => Running.Tables;

    /// <summary>The conditions that are raised now.</summary>
    public IReadOnlyList<Condition> RaisedConditions => _conditions.All;

    /// <summary>Nanoseconds of the last <see cref="Start"/>, <see cref="Process"/> or <see cref="Apply"/>.</summary>
    public ulong Now { get; private set; }

    /// <summary>When <see cref="Process"/> has something to do by itself, nanoseconds; null when nothing is due at any time.</summary>
    public ulong? NextTimer
    {
        get
        {
            ulong next = _state is not { } state ? ulong.MaxValue : TickMatters ? Math.Min(_nextTick, NextEvent(state)) : NextEvent(state);
            return next == ulong.MaxValue ? null : next;
        }
    }

    /// <summary>What each port's offloads come to, by index.</summary>
    public IReadOnlyList<OffloadPlan> Offloads => Running.Offloads.Plans;

    internal GatewayMemory Memory => _memory;

    /// <summary>What control did with traced frames that were handed to it: why it refused them, or <see cref="DropReason.None"/>.</summary>
    internal Dictionary<uint, DropReason> TracedPunts => _traced;

    internal PlaneIndex Index => Running.Index;

    internal FlowPlanner? Flows => _flows;

    internal NeighborTable Neighbors => Running.Neighbors;

    internal TenantNeighbors Tenants => Running.Tenants;

    internal TenantGroups Snooped => Running.Snooped;

    internal OwnAddresses Own => Running.Own;

    internal LoopGuard Loops => Running.Loops;

    internal UnderlayErrors Errors => Running.Errors;

    internal PeerConditions Peers => Running.Peers;

    private State Running => _state ?? throw new InvalidOperationException("the control plane was not started");

    /// <summary>Assigns ids, or takes over those that stand in the regions, and publishes the tables.</summary>
    /// <param name="nowNanoseconds">The time.</param>
    /// <exception cref="TablesException">The configuration does not fit the regions.</exception>
    public void Start(ulong nowNanoseconds)
    {
        Now = nowNanoseconds;
        EndTrace();
        var tables = new GatewayTables(_memory, nowNanoseconds);
        IReadOnlyList<MacAddress> macs = PortMacs();
        PortOffloadTable offloads = PortOffloadTable.Make(_memory, _first);
        _flows?.Withdraw(_first); // those of an earlier control process, which may have had other tables
        while (_flows?.HasWithdrawn() == false)
        {
            Thread.Sleep(1);
        }

        tables.Fdb.Mirror = _flows;
        tables.PeerChanging = _flows is null ? null : _flows.ReleasePeer;
        tables.SegmentChanging = _flows is null ? null : _flows.ReleaseSegment;
        tables.Apply(_first, macs, nowNanoseconds, offloads.Sets);
        tables.Reached = _options.Reached;
        PortTableWriter.WriteWishes(_memory, _first); // a predecessor may have died before it did
        var own = new OwnAddresses(_first.Ports, macs);
        var neighbors = new NeighborTable(_memory, _injects, own, NeighborChanged) { Changing = _flows is null ? null : _flows.ReleaseHop };
        var tenants = new TenantNeighbors(_memory, _injects, _first, TenantDuplicate, nowNanoseconds);
        var snooped = new TenantGroups(_memory, _first, () => _log.Write(EventSeverity.Warning, "snooping_full", ("capacity", _memory.Groups.Capacity)), nowNanoseconds);
        var errors = new UnderlayErrors(_memory, tables, PathMtuChanged);
        var groups = new GroupMembership(_injects, own, _first, _options.Ordered ? static most => most : RandomDelay);
        var protocols = new UnderlayProtocols(_memory, _injects, neighbors, own, _first.Budgets, AddressConflict, HandleError, groups);
        var loops = new LoopGuard(_memory, tables, _injects, LoopChanged);
        _state = new State(tables, neighbors, protocols, own, new PlaneIndex(_first, tables.Ids), macs, errors, tenants, groups, loops, snooped, offloads,
            new PeerConditions(_conditions, tables, neighbors, errors));
        tables.Fdb.MarkedDuplicate += entry => _log.Write(
            EventSeverity.Warning, "fdb_duplicate", ("mac", entry.Mac), ("segment", _state.Index.SegmentOf(entry.Segment)?.Name));
        SetVlans(_first);
        errors.Restore(_state.Index, nowNanoseconds);
        neighbors.Refresh(_first, own, nowNanoseconds);
        neighbors.Watch(_state.Index.HopSets, nowNanoseconds);
        tenants.Refresh(_state.Index);
        loops.Refresh(_state.Index);
        snooped.Refresh(_state.Index);
        _state.Peers.Show(_state.Index, Now);
        if (_options.Ordered)
        {
            JoinGroups(nowNanoseconds); // replay forwards from the first packet on
        }

        _nextTick = nowNanoseconds;
        _nextRescue = nowNanoseconds + RescueNanoseconds;
    }

    // Whoever traced died with the last control process.
    private unsafe void EndTrace() => Volatile.Write(ref _memory.Header->TraceSession, 0);

    private unsafe ulong[] Refusals() => new ReadOnlySpan<ulong>(_memory.Header->ControlDrops, (int)DropReason.Count).ToArray();

    /// <summary>Drains every punt ring into a private queue; cheap. <c>replay</c> calls it whenever a ring could fill.</summary>
    public void Collect() => _punts.Collect();

    /// <summary>Works off what was collected, fires timers, and writes what is to be sent into the inject rings.</summary>
    /// <param name="nowNanoseconds">
    /// The time of what was collected. Timers before it fire first, each at its own time; those of exactly this time after it, so
    /// that an answer in the last moment counts.
    /// </param>
    public void Process(ulong nowNanoseconds)
    {
        State state = Running;
        if (nowNanoseconds > Now)
        {
            FireUntil(nowNanoseconds - 1);
        }

        Now = Math.Max(Now, nowNanoseconds);
        _flows?.Collect(state.Index, state.Tables.Fdb);
        _punts.Take(_options.Ordered, _batch);
        _flows?.ReleaseMoving(_batch, state.Tables.Fdb);
        foreach (Punt punt in _batch)
        {
            ulong[]? refused = punt.Trace == 0 ? null : Refusals();
            switch (punt.Kind)
            {
                case PuntKind.Frame when punt.Port < _portUp.Length:
                    state.Protocols.Handle(in punt, Now);
                    break;
                case PuntKind.Learn:
                    Learned(state.Tables.Fdb.Learn(punt.Key, punt.Place, Now));
                    _hops.See(new Place(punt.Place), punt.L3Offset);
                    break;
                case PuntKind.TooBig:
                    _tenantErrors.Handle(in punt, state.Index, state.PortMacs, Now);
                    break;
                case PuntKind.TopologyChange when punt.Port < _portUp.Length:
                    if (_topology.Told(state.Tables.Fdb, punt.Port, punt.Place, Now) is { } forgotten)
                    {
                        _log.Write(EventSeverity.Info, "topology_change", ("port", state.Index.Configuration.Ports[punt.Port].Name), ("entries", forgotten));
                    }

                    break;
                case PuntKind.TenantQuestion or PuntKind.TenantEvidence:
                    state.Tenants.Handle(in punt, state.Index, state.Tables.Fdb, Now);
                    break;
                case PuntKind.LoopProbe:
                    state.Loops.Handle(in punt, state.Index, Now);
                    break;
                case PuntKind.TenantGroup or PuntKind.TenantGroupOnly:
                    state.Snooped.Handle(in punt, state.Index, Now);
                    break;
                case PuntKind.NextHopNeeded:
                    state.Neighbors.Need(punt.Key, punt.Sequence, Now);
                    break;
                default:
                    break; // a kind of a later version, or a port that is none: consumed
            }

            if (refused is not null)
            {
                _traced[punt.Trace] = (DropReason)(Refusals().AsSpan().CommonPrefixLength(refused) % refused.Length);
            }
        }

        FireUntil(Now);
        if (!_options.Ordered && Now >= _nextRescue)
        {
            _nextRescue = Now + RescueNanoseconds;
            state.Neighbors.Rescue(Now);
        }

        FlushInjects();
    }

    /// <summary>Moves frames that wait into the inject rings as far as these have room.</summary>
    /// <returns>Whether all are in.</returns>
    public bool FlushInjects()
    {
        bool done = _injects.Flush();
        if (_injects.Lost != _lostInjects)
        {
            _log.Write(EventSeverity.Warning, "inject_full", ("lost", _injects.Lost - _lostInjects));
            _lostInjects = _injects.Lost;
        }

        return done;
    }

    /// <summary>
    /// The data process is there, ready and not forwarding yet: after a restart of it the ports may have other MACs, and what its
    /// predecessor held for next hops is gone.
    /// </summary>
    /// <param name="now">Nanoseconds.</param>
    /// <returns>Whether the tables are right for it; if not, another change is on its way, and it is to be called again.</returns>
    public unsafe bool DataProcessReady(ulong now)
    {
        for (uint id = 0; id < _memory.Limits.NextHops; id++)
        {
            Volatile.Write(ref (_memory.NextHops + id)->Held, 0);
        }

        // A NIC needs a while for its link after a start: that is no reason to forget what was learned on it.
        Array.Clear(_portWasUp);
        return TryBegin(Configuration, now) is { IsDone: true };
    }

    /// <summary>
    /// The gateway became active: announces its addresses and the MACs behind its peers (E-060, E-061), now and then as configured.
    /// Called when forwarding begins, not before (F-008), and when an operator asks for it.
    /// </summary>
    /// <param name="now">Nanoseconds.</param>
    /// <param name="segment">Id of the segment whose router and MACs are meant; null = everything.</param>
    /// <returns>Addresses and MACs that are announced.</returns>
    public (int Addresses, int Macs) Announce(ulong now, uint? segment = null)
    {
        (int, int) told = _announcements.Begin(Running.Scope, segment, now);
        Running.Loops.Begin(now);
        FlushInjects();
        return told;
    }

    /// <summary>Tells the underlay of the PA groups; called when forwarding begins, not before (A-085, F-008).</summary>
    internal void JoinGroups(ulong now)
    {
        Running.Groups.Begin(now);
        FlushInjects();
    }

    /// <summary>Leaves the PA groups, as the gateway ends.</summary>
    internal void LeaveGroups(ulong now)
    {
        Running.Groups.End(now);
        FlushInjects();
    }

    // RFC 3376 section 5: at any time of an interval.
    private static ulong RandomDelay(ulong most) => most == 0 ? 0 : (ulong)Random.Shared.NextInt64(1, (long)most + 1);

    /// <summary>The gateway was active before this control process began: its periodic announcements go on.</summary>
    /// <param name="now">Nanoseconds.</param>
    internal void ResumeAnnouncements(ulong now)
    {
        _announcements.Resume(Configuration, now);
        Running.Loops.Begin(now);
    }

    /// <summary>Shows the warnings of a configuration as conditions, in place of those of the one before.</summary>
    /// <param name="warnings">The warnings.</param>
    public void SetWarnings(IReadOnlyList<ConfigurationWarning> warnings)
    {
        ArgumentNullException.ThrowIfNull(warnings);
        IEnumerable<string> before = RaisedConditions.Where(static c => c.Subject.Contains('[', StringComparison.Ordinal)).Select(static c => c.Name);
        foreach (string code in before.Concat(warnings.Select(static w => w.Code)).Distinct().ToArray())
        {
            _conditions.Set(code, warnings.Where(w => w.Code == code).Select(static w => (w.Path, w.Message)), Now);
        }

        _state?.Peers.ShowMtus(Index, Now);
    }

    /// <summary>Raises a condition, or clears it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="text">What is wrong; null clears it.</param>
    /// <param name="now">Nanoseconds; the plane itself may not have been started yet.</param>
    internal void SetCondition(string name, string subject, string? text, ulong now)
    {
        if (text is null)
        {
            _conditions.Clear(name, subject, now);
        }
        else
        {
            _conditions.Raise(name, subject, text, now);
        }
    }

    /// <summary>Why a port is not up; null when it is.</summary>
    /// <param name="port">Port index.</param>
    /// <returns>The reason.</returns>
    internal string? PortReason(int port) => _portReasons[port];

    /// <summary>
    /// Looks at the links. A port that goes down after it was up loses its learned entries (E-035), so that what lives behind it is
    /// found again wherever it went.
    /// </summary>
    /// <param name="now">Nanoseconds.</param>
    public unsafe void WatchPorts(ulong now)
    {
        State state = Running;
        if (!MatchesPorts(state))
        {
            TryBegin(state.Index.Configuration, now); // a port that was absent at the start is there now, or can do more or less than before
            state = Running;
        }

        for (int port = 0; port < _portUp.Length; port++)
        {
            PortState told = _memory.ReadPortState(port);
            string? reason = told.Present == 0 ? TextOr(told.Reason, "no such device")
                : told.Started == 0 ? TextOr(told.Reason, "not started")
                : told.LinkUp == 0 ? TextOr(told.Reason, "no link")
                : null;
            _portReasons[port] = reason;
            state.Neighbors.SetPort(port, reason is null);
            bool up = reason is null, wasUp = _portWasUp[port];
            _portWasUp[port] |= up;
            if (up == _portUp[port])
            {
                continue;
            }

            _portUp[port] = up;
            string name = state.Index.Configuration.Ports[port].Name;
            if (up)
            {
                _conditions.Clear("port_down", name, now);
                state.Groups.PortUp(port, now);
            }
            else
            {
                _conditions.Raise("port_down", name, reason!, now);
                int flushed = wasUp ? state.Tables.Fdb.FlushPort(port) : 0;
                if (flushed > 0)
                {
                    _log.Write(EventSeverity.Info, "fdb_flushed", ("port", name), ("entries", flushed));
                }
            }
        }
    }

    private static unsafe string TextOr(byte* text, string otherwise)
    {
        string told = GatewayMemory.Text(text, 160);
        return told.Length > 0 ? told : otherwise;
    }

    /// <summary>
    /// Whether somebody would see that a tick of the tables came late. In <c>replay</c> nobody does while nothing can age: a silence
    /// of years in a capture then costs nothing.
    /// </summary>
    private bool TickMatters => !_options.Ordered || Running.Tables.Fdb.LearnedCount > 0 || Running.Errors.Unreachable.Any() || Running.Tenants.LearnedCount > 0;

    // The tables' ticks aside.
    private ulong NextEvent(State state)
    {
        ulong next = Math.Min(state.Neighbors.NextTimer ?? ulong.MaxValue, _announcements.NextTimer ?? ulong.MaxValue);
        next = Math.Min(next, Math.Min(state.Errors.NextTimer ?? ulong.MaxValue, state.Loops.NextTimer ?? ulong.MaxValue));
        return Math.Min(next, Math.Min(state.Snooped.NextTimer ?? ulong.MaxValue, state.Groups.NextTimer));
    }

    private void FireUntil(ulong until)
    {
        State state = Running;
        while (Math.Min(_nextTick, NextEvent(state)) is var due && due <= until)
        {
            Now = Math.Max(Now, due);
            state.Groups.Fire(due);
            _announcements.Fire(state.Scope, _options.Ordered ? due : Math.Max(due, until)); // what is late must not come all at once
            state.Neighbors.Fire(due);
            state.Loops.Fire(state.PortMacs, _options.Ordered ? due : Math.Max(due, until));
            state.Errors.Fire(state.Index, due);
            state.Snooped.Fire(due);
            if (due >= _nextTick)
            {
                // Ticks that were missed are one: the tables look at the clock, not at how often they are called.
                ulong length = TickLength(state.Tables);
                ulong at = !_options.Ordered ? Math.Max(due, until) : TickMatters ? due : due + ((until - due) / length * length);
                state.Tables.Tick(at);
                _anomalies.Look(state.Index.Configuration.Log.EcnAnomalies, at);
                state.Tenants.Tick(at);
                if (at >= _nextFlows && _change is null)
                {
                    _nextFlows = at + Second;
                    _flows?.Turn(state.Index, state.Tables);
                }

                if (state.Errors.Recover(state.Index, at))
                {
                    state.Peers.ShowUnreachable(state.Index, Now);
                }

                _nextTick = at + length;
            }
        }
    }

    /// <summary>
    /// In production ten a second. In <c>replay</c>, where a capture may be silent for days, whole parts of an age tick of about a
    /// second: entries still age at their very time.
    /// </summary>
    private ulong TickLength(GatewayTables tables)
    {
        if (!_options.Ordered)
        {
            return TickNanoseconds;
        }

        ulong ageTick = (ulong)tables.Fdb.AgeTick.Ticks * 100;
        return ageTick / ((ageTick + Second - 1) / Second);
    }

    private IReadOnlyList<MacAddress> PortMacs(GatewayConfiguration? configuration = null)
    {
        if (_options.PortMacs is { } given)
        {
            return given;
        }

        configuration ??= _first;
        var macs = new MacAddress[configuration.Ports.Count];
        for (int i = 0; i < macs.Length; i++)
        {
            ulong told = _memory.ReadPortState(i).Mac;
            macs[i] = configuration.Ports[i].Mac ?? (told != 0 ? new MacAddress(told) : PortConfiguration.MacFromName(configuration.Ports[i].Name));
        }

        return macs;
    }

    private void SetVlans(GatewayConfiguration configuration)
    {
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            _injects.SetVlan(i, configuration.Ports[i].Vlan ?? 0);
        }
    }

    private void Learned(LearnResult result)
    {
        if (result == LearnResult.RefusedFull)
        {
            _log.Write(EventSeverity.Warning, "fdb_full", ("capacity", Tables.Fdb.Capacity));
        }
        else if (result == LearnResult.RefusedLimit)
        {
            _log.Write(EventSeverity.Warning, "fdb_limit");
        }
    }

    private void AddressConflict(HostKey key, MacAddress mac) => _log.Write(
        EventSeverity.Warning, "address_conflict", ("address", key), ("port", Configuration.Ports[key.Port].Name), ("mac", mac));

    // E-057: somebody must look; the gateway cannot know which of them is right.
    private void TenantDuplicate(uint segment, HostKey address, MacAddress? mac)
    {
        string name = Running.Index.SegmentOf(segment)?.Name ?? segment.ToString(System.Globalization.CultureInfo.InvariantCulture), subject = $"{name} {address}";
        if (mac is { } newest)
        {
            _conditions.Raise("address_duplicate", subject, $"it moves between MACs, last to {newest}: it is not answered for", Now);
        }
        else
        {
            _conditions.Clear("address_duplicate", subject, Now);
        }
    }

    private void LoopChanged(SegmentConfiguration segment, string? text) => SetCondition("loop_detected", segment.Name, text, Now);

    private void NeighborChanged(NeighborChange change)
    {
        if (_state is not { } state)
        {
            return;
        }

        // A next hop out of several is known not to answer before it has failed.
        if (change.To is NextHopState.Failed or NextHopState.Resolved || state.Neighbors.IsWatched(change.Id))
        {
            state.Peers.ShowHop(state.Index, change.Id, Now);
        }
    }

    internal int? HopsTo(uint peer) => _hops.To(peer);

    private bool HandleError(byte[] frame, ulong now)
    {
        State state = Running;
        bool handled = state.Errors.TryHandle(frame, state.Index, state.Own, now);
        if (handled)
        {
            state.Peers.ShowUnreachable(state.Index, Now);
        }

        return handled;
    }

    private void PathMtuChanged(IPAddress address, int before, int after)
    {
        _log.Write(EventSeverity.Info, "path_mtu", ("address", address), ("from", before), ("to", after));
        _state?.Peers.ShowMtus(Index, Now);
    }

    private sealed record State(
        GatewayTables Tables, NeighborTable Neighbors, UnderlayProtocols Protocols, OwnAddresses Own, PlaneIndex Index,
        IReadOnlyList<MacAddress> PortMacs, UnderlayErrors Errors, TenantNeighbors Tenants, GroupMembership Groups, LoopGuard Loops, TenantGroups Snooped, PortOffloadTable Offloads,
        PeerConditions Peers)
    {
        public AnnouncementScope Scope => new(Index, PortMacs, Protocols, Tables.Fdb);
    }
}

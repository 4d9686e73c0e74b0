using System.Runtime.InteropServices;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Flows;

/// <summary>
/// Keeps the wishes for the ports' hardware in step with the tables: a rule is wished for after what it mirrors was published, and taken
/// back before that changes (C-125). What stands in memory is the state. Asks devices what they would take; where they would encapsulate,
/// has workers sample what they forward, and wishes for rules for what is heavy (<see cref="FlowObserver"/>).
/// </summary>
/// <param name="memory">The regions.</param>
/// <param name="log">Takes events.</param>
/// <param name="patience">Milliseconds for which the data process may take no rule back before it is waited for no longer.</param>
internal sealed unsafe class FlowPlanner(GatewayMemory memory, IEventLog log, int patience) : IFdbMirror
{
    private const int LookMilliseconds = 50;
    private readonly Dictionary<(int Port, FlowState State), int> _told = [];
    private readonly FlowObserver _observer = new(memory);
    private readonly List<FlowSlot> _wishes = [];
    private readonly List<HeavyFlow> _flows = [];
    private readonly Dictionary<int, List<int>> _byContent = [];
    private readonly HashSet<ulong> _keys = [];
    private readonly ulong[] _handled = new ulong[FlowTable.Capacity];
    private PlaneIndex? _constantOf;
    private List<FlowSlot> _constant = []; // wishes that the tables of one configuration do not change
    private Departure? _withdrawing;
    private int _installed;
    private ulong? _stoodStillAt;

    private delegate bool Which(FlowSlot* slot);

    /// <summary>Heavy flows of the last seconds that software keeps, and why; how many of each.</summary>
    internal IReadOnlyDictionary<LeftFlows, int> Left => _observer.Left;

    private FlowTable Table => memory.Flows;

    /// <inheritdoc/>
    public bool IsEmpty => _keys.Count == 0;

    /// <inheritdoc/>
    public bool Holds(ulong key) => _keys.Contains(key);

    /// <inheritdoc/>
    public void Release(IReadOnlyCollection<ulong> keys) =>
        Release(s => keys.Contains(FdbTable.Key(s->Mac, s->Segment)) || keys.Contains(FdbTable.Key(s->SourceMac, s->Segment)));

    /// <summary>Takes back what is about MACs that workers saw elsewhere: all of a round at once, since to wait for each would take long.</summary>
    /// <param name="punts">What workers say.</param>
    /// <param name="fdb">The FDB.</param>
    internal void ReleaseMoving(List<Punt> punts, FdbManager fdb)
    {
        if (_keys.Count == 0)
        {
            return;
        }

        var keys = new HashSet<ulong>();
        foreach (Punt punt in punts)
        {
            if (punt.Kind == PuntKind.Learn && _keys.Contains(punt.Key) && fdb.WouldMove(punt.Key, punt.Place))
            {
                keys.Add(punt.Key);
            }
        }

        if (keys.Count > 0)
        {
            Release(keys);
        }
    }

    /// <summary>Takes back what leaves by a next hop, before that changes.</summary>
    /// <param name="id">Next hop id.</param>
    internal void ReleaseHop(uint id) => Release(s => s->Kind == FlowKind.Encapsulate && memory.Current.Peers[s->Peer].NextHop == id);

    /// <summary>Takes back what leads to a peer, before its path MTU changes.</summary>
    /// <param name="id">Peer id.</param>
    internal void ReleasePeer(uint id) => Release(s => s->Peer == id);

    /// <summary>Takes back what is of a segment, before that is blocked.</summary>
    /// <param name="id">Segment id.</param>
    internal void ReleaseSegment(uint id) => Release(s => s->Segment == id);

    /// <summary>
    /// Begins to take back what another configuration does not want, and all hardware encapsulation. Nothing may be placed before
    /// <see cref="HasWithdrawn"/>.
    /// </summary>
    /// <param name="next">The configuration that is about to be put into force.</param>
    internal void Withdraw(GatewayConfiguration next)
    {
        List<FlowSlot> wishes = FlowWishes.Queues(next);
        wishes.AddRange(FlowWishes.QueueProbes(next));
        _withdrawing = TakeBack(s => !wishes.Exists(w => Same(w, s)));
    }

    /// <summary>Whether the data process has done so, or stands still; to be asked every millisecond.</summary>
    /// <returns>Whether the tables may change.</returns>
    internal bool HasWithdrawn()
    {
        if (_withdrawing is null || !HasGone(_withdrawing))
        {
            return _withdrawing is null;
        }

        _withdrawing = null;
        _keys.Clear();
        _installed = 0;
        return true;
    }

    /// <summary>Takes what workers sampled.</summary>
    /// <param name="index">The configuration with its ids.</param>
    /// <param name="fdb">The FDB.</param>
    internal void Collect(PlaneIndex index, FdbManager fdb) => _observer.Collect(index, fdb);

    /// <summary>A second is over: finds what is heavy, and what is no more; places wishes; tells what became of them.</summary>
    /// <param name="index">The configuration in force with its ids.</param>
    /// <param name="tables">The tables.</param>
    internal void Turn(PlaneIndex index, GatewayTables tables)
    {
        _observer.Turn(index);
        Place(index, tables);
        Refresh(tables.Fdb);
        Tell(index.Configuration);
    }

    /// <summary>Wishes for what the published tables allow, and takes back the rest. Cheap when nothing changed.</summary>
    /// <param name="index">The configuration in force with its ids.</param>
    /// <param name="tables">The tables.</param>
    internal void Place(PlaneIndex index, GatewayTables tables)
    {
        _wishes.Clear();
        _flows.Clear();
        if (!ReferenceEquals(index, _constantOf))
        {
            _constant = [.. FlowWishes.Queues(index.Configuration), .. FlowWishes.QueueProbes(index.Configuration), .. FlowWishes.TunnelProbes(memory, index)];
            _constantOf = index;
        }

        _wishes.AddRange(_constant);
        int first = _wishes.Count;
        AddTunnels(index, tables);
        var missing = new HashSet<int>(Enumerable.Range(0, _wishes.Count));
        _byContent.Clear();
        for (int i = 0; i < _wishes.Count; i++)
        {
            FlowSlot wish = _wishes[i];
            (CollectionsMarshal.GetValueRefOrAddDefault(_byContent, HashOf(&wish), out _) ??= []).Add(i);
        }

        for (int i = 0; i < Table.Used; i++)
        {
            FlowSlot* slot = Table[i];
            if (slot->Wanted == 0)
            {
                continue;
            }

            int found = _byContent.TryGetValue(HashOf(slot), out List<int>? candidates) ? candidates.FindIndex(c => missing.Contains(c) && Same(_wishes[c], slot)) : -1;
            if (found < 0)
            {
                Volatile.Write(ref slot->Wanted, 0);
                continue;
            }

            missing.Remove(candidates![found]);
            if (candidates[found] - first is >= 0 and int flow && Volatile.Read(ref slot->Done) == slot->Wanted)
            {
                _flows[flow].Packets = Volatile.Read(ref slot->Packets);
                _flows[flow].IsInstalled = slot->State == FlowState.Installed;
            }
        }

        int free = 0;
        foreach (int i in missing.Order())
        {
            free = Fill(free, _wishes[i]);
            if (free == FlowTable.Capacity)
            {
                break; // the rest is software's
            }
        }

        _keys.Clear();
        _installed = 0;
        for (int i = 0; i < Table.Used; i++)
        {
            FlowSlot* slot = Table[i];
            if (IsTunnel(slot) && (slot->Wanted != 0 || Volatile.Read(ref slot->Done) != 0))
            {
                _keys.Add(FdbTable.Key(slot->Mac, slot->Segment));
                _keys.Add(FdbTable.Key(slot->SourceMac, slot->Segment));
                _installed++;
            }
        }
    }

    private static bool IsTunnel(FlowSlot* slot) => slot->Kind is FlowKind.Encapsulate or FlowKind.Decapsulate && slot->Probe == 0;

    private static bool Same(FlowSlot wish, FlowSlot* slot) => FlowTable.Description(&wish).SequenceEqual(FlowTable.Description(slot));

    private static int HashOf(FlowSlot* slot)
    {
        var hash = default(HashCode);
        hash.AddBytes(FlowTable.Description(slot));
        return hash.ToHashCode();
    }

    // The heavy flows whose tables still say what they said, over ports that would take their rules.
    private void AddTunnels(PlaneIndex index, GatewayTables tables)
    {
        var able = new HashSet<(FlowKind Kind, int Port, int OutPort, byte Family)>();
        ulong sampled = 0;
        for (int i = 0; i < Table.Used; i++)
        {
            FlowSlot* slot = Table[i];
            if (slot->Kind is FlowKind.Encapsulate or FlowKind.Decapsulate && slot->Probe != 0 && slot->Wanted != 0 && slot->Wanted == Volatile.Read(ref slot->Done)
                && slot->State == FlowState.Able)
            {
                able.Add((slot->Kind, slot->Port, slot->OutPort, slot->Family));
                sampled |= 1ul << slot->Port;
            }
        }

        tables.SetSampled(sampled);
        foreach (HeavyFlow flow in _observer.Heavy)
        {
            FlowKey key = flow.Key;
            if (FlowWay.Find(memory, index, key.Segment, key.Attachment, key.Peer) is not { } way
                || FlowConditions.Way(way, key.Encapsulates) is not null
                || key.IsFlow != (key.Encapsulates && way.DiffersByFlow)
                || !Lives(tables.Fdb, key.Encapsulates ? key.SourceKey : key.DestinationKey, key.Attachment, isPeer: false)
                || !Lives(tables.Fdb, key.Encapsulates ? key.DestinationKey : key.SourceKey, key.Peer, isPeer: true))
            {
                _observer.Forget(flow);
                continue;
            }

            FlowSlot wish = FlowWishes.Tunnel(way, key);
            if (able.Contains((wish.Kind, wish.Port, wish.OutPort, wish.Family)))
            {
                _wishes.Add(wish);
                _flows.Add(flow);
            }
        }
    }

    private static bool Lives(FdbManager fdb, ulong key, uint place, bool isPeer) =>
        fdb.TryFind((ushort)key, new(key >> 16), out FdbEntry entry) && entry.Place.IsPeer == isPeer && entry.Place.Id == place;

    // Workers do not see what hardware forwards: without this its sources would age (E-031).
    private void Refresh(FdbManager fdb)
    {
        for (int i = 0; i < Table.Used; i++)
        {
            FlowSlot* slot = Table[i];
            ulong handled = IsTunnel(slot) && slot->Wanted != 0 && slot->Wanted == Volatile.Read(ref slot->Done) ? Volatile.Read(ref slot->Packets) : 0;
            if (handled > _handled[i])
            {
                fdb.Refresh(FdbTable.Key(slot->SourceMac, slot->Segment));
            }

            _handled[i] = handled;
        }
    }

    private void Release(Which which)
    {
        if (_installed != 0)
        {
            Departure leaving = TakeBack(s => IsTunnel(s) && which(s));
            while (!HasGone(leaving))
            {
                Thread.Sleep(1);
            }
        }
    }

    private Departure TakeBack(Which which)
    {
        var waiting = new List<int>();
        for (int i = 0; i < Table.Used; i++)
        {
            FlowSlot* slot = Table[i];
            if ((slot->Wanted != 0 || Volatile.Read(ref slot->Done) != 0) && which(slot))
            {
                waiting.Add(i);
                Volatile.Write(ref slot->Wanted, 0);
            }
        }

        Thread.MemoryBarrier();
        return new Departure(waiting);
    }

    private bool HasGone(Departure leaving)
    {
        // Devices take their time for many rules: as long as some go, the others are waited for.
        leaving.Idle = leaving.Slots.RemoveAll(s => Volatile.Read(ref Table[s]->Done) == 0) > 0 ? 0 : leaving.Idle;
        if (leaving.Slots.Count == 0 || IsGone(leaving.Idle))
        {
            return true; // where there is no data process, its rules went with it
        }

        // One that was waited for before, and has not moved since, is not waited for again.
        if (leaving.Idle++ < patience && Volatile.Read(ref memory.Data->Heartbeat) != _stoodStillAt)
        {
            return false;
        }

        _stoodStillAt = Volatile.Read(ref memory.Data->Heartbeat);
        log.Write(EventSeverity.Warning, "flow_rules_stay", ("rules", leaving.Slots.Count)); // the data process stands still: health tells
        return true;
    }

    private bool IsGone(int milliseconds) => memory.Phase != DataPhase.Forwarding
        || (milliseconds % LookMilliseconds == 0 && memory.Header->Data.ProcessId != 0 && !ProcessMarks.IsAlive(in memory.Header->Data));

    // Never above info, since software serves (C-123).
    private void Tell(GatewayConfiguration configuration)
    {
        var counts = new Dictionary<(int Port, FlowState State), int>();
        for (int i = 0; i < Table.Used; i++)
        {
            FlowSlot* slot = Table[i];
            if (slot->Probe == 0 && slot->Wanted != 0 && slot->Wanted == Volatile.Read(ref slot->Done) && slot->State != FlowState.Waiting)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, (slot->Port, slot->State), out _)++;
            }
        }

        foreach (int port in counts.Keys.Concat(_told.Keys).Select(static k => k.Port).Distinct().Order().ToArray())
        {
            int Of(Dictionary<(int Port, FlowState State), int> from, FlowState state) => from.GetValueOrDefault((port, state));
            FlowState[] states = [FlowState.Installed, FlowState.Refused, FlowState.Failed];
            if (port < configuration.Ports.Count && states.Any(s => Of(counts, s) != Of(_told, s)))
            {
                log.Write(
                    EventSeverity.Info, "flow_rules", ("port", configuration.Ports[port].Name), ("installed", Of(counts, FlowState.Installed)),
                    ("refused", Of(counts, FlowState.Refused)), ("failed", Of(counts, FlowState.Failed)));
            }
        }

        _told.Clear();
        foreach (((int Port, FlowState State) key, int n) in counts)
        {
            _told[key] = n;
        }
    }

    // The first free slot from an index on takes a wish; the next index to look at.
    private int Fill(int from, FlowSlot wish)
    {
        for (int i = from; i < FlowTable.Capacity; i++)
        {
            FlowSlot* slot = Table[i];
            if (slot->Wanted != 0 || Volatile.Read(ref slot->Done) != 0)
            {
                continue;
            }

            FlowTable.Description(&wish).CopyTo(FlowTable.Description(slot));
            slot->Serial = Math.Max(1, slot->Serial + 1);
            Volatile.Write(ref slot->Wanted, slot->Serial);
            if (i >= Table.Used)
            {
                Volatile.Write(ref Table.Used, (uint)i + 1);
            }

            return i + 1;
        }

        return FlowTable.Capacity;
    }

    /// <summary>Rules on their way out: their slots, and the milliseconds for which none of them went.</summary>
    private sealed class Departure(List<int> slots)
    {
        internal List<int> Slots { get; } = slots;

        internal int Idle { get; set; }
    }
}

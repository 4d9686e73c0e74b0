using System.Runtime.InteropServices;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Tables;

/// <summary>
/// The FDB's single writer: records, learning, moves, limits, ageing and flushes. One thread calls it; only
/// <see cref="Enumerate"/>, <see cref="TryFind"/> and the counts may be used from others.
/// </summary>
/// <remarks>
/// How readers are kept safe is told at <see cref="FdbBucket"/>. An emptied way keeps its place until every worker has passed a
/// quiescent point, and only then the place is cleared too: key and place both 0 is what makes a way free. So a control process
/// that takes over sees in the table itself which ways may still be looked at.
/// </remarks>
public sealed unsafe class FdbManager
{
    // A chain this long does not come about at the load that the table is made for, except where somebody picks MACs whose
    // hashes meet: those are then not learned, and nobody's lookups grow beyond it. Records may go to the very end.
    private const int LongestLearnedChain = 16;
    private const int LongestChain = (int)FdbTable.Spare;

    // A MAC is gone when its last frame is 33 ticks of 1/32 of the ageing time back: after 32/32 to 33/32 of it (E-031).
    private const int TicksPerAgeing = 32;
    private const int LastTicks = 255;
    private const int StaleTicks = 64;
    private const ulong Second = 1_000_000_000;

    private readonly GatewayMemory _memory;
    private readonly FdbTable _table;
    private readonly int _lanes;
    private readonly uint _slots;
    private readonly Dictionary<ulong, MoveHistory> _moves = [];
    private readonly List<uint> _emptied = [];
    private readonly List<uint> _settling = [];
    private readonly int[] _segmentCounts;
    private readonly int[] _peerCounts;
    private readonly int[] _portCounts = new int[64];
    private QuiescentMark? _settlingMark;
    private FdbPolicy _policy = FdbPolicy.Empty;
    private int _count;
    private int _staticCount;
    private int _frozenCount;
    private ulong _tickAt;
    private ulong _tickLength = 300 * Second / TicksPerAgeing;
    private ulong _thawAt;
    private ulong _puntTickAt;

    /// <summary>Takes the table over as it stands; before the first configuration nothing is learned.</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="now">Nanoseconds of control's clock.</param>
    internal FdbManager(GatewayMemory memory, ulong now)
    {
        _memory = memory;
        _table = memory.Fdb;
        _lanes = (int)memory.Limits.Workers + 1;
        _slots = (_table.Mask + 1 + FdbTable.Spare) * 8;
        _segmentCounts = new int[memory.Limits.Segments];
        _peerCounts = new int[memory.Limits.Peers];
        _tickAt = now;
        _thawAt = now;
        Recover();
    }

    /// <summary>Raised when a MAC is marked duplicate (E-032).</summary>
    public event Action<FdbEntry>? MarkedDuplicate;

    /// <summary>Whoever holds copies of entries, and gives them back before an entry goes or moves (C-125); null = nobody.</summary>
    internal IFdbMirror? Mirror { get; set; }

    /// <summary>Entries, records included.</summary>
    public int Count => _count;

    /// <summary>Records.</summary>
    public int StaticCount => _staticCount;

    /// <summary>Learned entries.</summary>
    public int LearnedCount => _count - _staticCount;

    /// <summary>Entries that are marked duplicate now.</summary>
    public int FrozenCount => _frozenCount;

    /// <summary>Entries at most (<c>fdb.capacity</c>).</summary>
    public int Capacity => _policy.Configuration?.Capacity ?? (int)_memory.Limits.FdbCapacity;

    /// <summary>Time between two age ticks.</summary>
    public TimeSpan AgeTick => TimeSpan.FromTicks((long)(_tickLength / 100));

    /// <summary>Takes in what a worker says: a source that was not found, or found elsewhere.</summary>
    /// <param name="key">The FDB key (<see cref="PuntSlot.Key"/>).</param>
    /// <param name="place">Where it was seen (<see cref="PuntSlot.Place"/>).</param>
    /// <param name="now">Nanoseconds of control's clock.</param>
    /// <returns>What became of it.</returns>
    public LearnResult Learn(ulong key, uint place, ulong now)
    {
        uint segment = (ushort)key;
        place &= ~Place.Flags;
        if (!IsCurrent(place, segment) || !_policy.Segments[segment].Learning)
        {
            return LearnResult.Ignored;
        }

        var mac = new MacAddress(key >> 16);
        if (!mac.IsUnicast || _policy.OwnMacs.Contains(mac.Value))
        {
            return LearnResult.RefusedAddress;
        }

        uint found = _table.Find(_table.Home(key), key, out uint slot);
        if (found != 0)
        {
            return Seen(key, slot, found, place, now);
        }

        if (LimitReached(segment, place, 0))
        {
            Add(CounterId.FdbLimit);
            return LearnResult.RefusedLimit;
        }

        if (_count >= Capacity || !TryInsert(key, place, LongestLearnedChain))
        {
            Add(CounterId.FdbFull);
            return LearnResult.RefusedFull;
        }

        CountPlace(segment, place, 1);
        Add(CounterId.FdbLearned);
        return LearnResult.Learned;
    }

    /// <summary>Whether an entry is elsewhere and free to move.</summary>
    /// <param name="key">The FDB key.</param>
    /// <param name="place">Where it was seen.</param>
    /// <returns>Whether <see cref="Learn"/> may move it.</returns>
    internal bool WouldMove(ulong key, uint place) =>
        _table.Find(_table.Home(key), key, out _) is not 0 and uint found && (found & (Place.Static | Place.Frozen | Place.FrozenDrop)) == 0 && found != (place & ~Place.Flags);

    /// <summary>A MAC was heard where it is: its frames passed, though no worker saw them (C-126).</summary>
    /// <param name="key">The FDB key.</param>
    internal void Refresh(ulong key)
    {
        if (_table.Find(_table.Home(key), key, out uint slot) != 0)
        {
            _table.Lane(0)[slot] = (byte)_memory.Header->AgeTick;
        }
    }

    /// <summary>Finds an entry.</summary>
    /// <param name="segment">Segment id.</param>
    /// <param name="mac">The MAC.</param>
    /// <param name="entry">The entry.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryFind(uint segment, MacAddress mac, out FdbEntry entry)
    {
        ulong key = FdbTable.Key(mac.Value, segment);
        uint place = _table.Find(_table.Home(key), key, out uint slot);
        entry = place == 0 ? default : EntryOf(key, place, slot);
        return place != 0;
    }

    /// <summary>All entries, in no particular order; may be called from any thread, and then sees each as it is at its turn.</summary>
    /// <returns>The entries.</returns>
    public IEnumerable<FdbEntry> Enumerate()
    {
        for (uint slot = 0; slot < _slots; slot++)
        {
            if (TryRead(slot, out FdbEntry entry))
            {
                yield return entry;
            }
        }
    }

    /// <summary>Removes all learned entries (E-035).</summary>
    /// <returns>How many.</returns>
    public int FlushAll() => Flush(static (_, _) => true);

    /// <summary>Removes the learned entries of a segment.</summary>
    /// <param name="segment">Segment id.</param>
    /// <returns>How many.</returns>
    public int FlushSegment(uint segment) => Flush((key, _) => (ushort)key == segment);

    /// <summary>Removes the learned entries of an access port: also when its link goes down.</summary>
    /// <param name="port">Port index.</param>
    /// <returns>How many.</returns>
    public int FlushPort(int port) => Flush((_, place) => PortOf(place) == port);

    /// <summary>Removes the learned entries of an attachment (a VLAN of a port).</summary>
    /// <param name="attachment">Attachment id.</param>
    /// <returns>How many.</returns>
    public int FlushAttachment(uint attachment) => Flush((_, place) => !new Place(place).IsPeer && new Place(place).Id == attachment);

    /// <summary>Removes the learned entries of a peer of a segment.</summary>
    /// <param name="peer">Peer id.</param>
    /// <returns>How many.</returns>
    public int FlushPeer(uint peer) => Flush((_, place) => new Place(place).IsPeer && new Place(place).Id == peer);

    /// <summary>Removes a learned MAC.</summary>
    /// <param name="mac">The MAC.</param>
    /// <param name="segment">Segment id, 0 = every segment.</param>
    /// <returns>How many.</returns>
    public int FlushMac(MacAddress mac, uint segment = 0) =>
        Flush((key, _) => key >> 16 == mac.Value && (segment == 0 || (ushort)key == segment));

    /// <summary>Whether a configuration's records fit.</summary>
    /// <exception cref="TablesException">They do not.</exception>
    internal void Check(GatewayConfiguration configuration)
    {
        if (configuration.Fdb.Capacity > _memory.Limits.FdbCapacity)
        {
            throw new TablesException(
                $"fdb.capacity {configuration.Fdb.Capacity} is more than the {_memory.Limits.FdbCapacity} that the running gateway was made for: start it anew with this configuration");
        }

        int records = configuration.Segments.Sum(static s => s.Records.Count);
        if (records > configuration.Fdb.Capacity)
        {
            throw new TablesException($"{records} records are more than fdb.capacity {configuration.Fdb.Capacity}");
        }
    }

    /// <summary>
    /// Brings the table after a configuration whose snapshot every worker uses: what leads to a place that is gone goes, records
    /// come and go, everything else stays (F-004).
    /// </summary>
    internal void Reload(TablePlan plan, ulong now)
    {
        FdbPolicy policy = FdbPolicy.Of(plan);
        _policy = policy;
        SetAgeing(policy.Configuration!.AgeingSeconds);
        Dictionary<ulong, uint> records = RecordsOf(plan);
        for (uint slot = NextEntry(0); slot < _slots; slot = NextEntry(slot + 1))
        {
            ulong key = KeyAt(slot);
            uint place = PlaceAt(slot);
            if (records.Remove(key, out uint record))
            {
                if (place != record)
                {
                    _moves.Remove(key);
                    SetPlace(slot, record);
                }
            }
            else if ((place & Place.Static) != 0
                || !IsCurrent(place & ~Place.Flags, (ushort)key)
                || !policy.Segments[(ushort)key].Learning
                || policy.OwnMacs.Contains(key >> 16))
            {
                _moves.Remove(key);
                Remove(slot);
                Add(CounterId.FdbFlushed, (place & Place.Static) == 0 ? 1u : 0);
            }
            else if ((place & (Place.Frozen | Place.FrozenDrop)) != 0 && !_moves.ContainsKey(key))
            {
                _moves[key] = new MoveHistory { TriedAt = now }; // frozen by a former control process
            }
        }

        foreach ((ulong key, uint record) in records)
        {
            InsertRecord(key, record);
        }

        Recount();
        UpdateAllStates();
        RaisePuntTick();
    }

    /// <summary>Lets time pass.</summary>
    internal void Tick(ulong now)
    {
        Settle();
        for (int n = 0; now - _tickAt >= _tickLength && now > _tickAt; n++)
        {
            if (n > TicksPerAgeing + 1)
            {
                _tickAt = now - ((now - _tickAt) % _tickLength); // a long sleep: everything learned is gone already
                break;
            }

            _tickAt += _tickLength;
            uint tick = (_memory.Header->AgeTick % LastTicks) + 1;
            Volatile.Write(ref _memory.Header->AgeTick, tick);
            AgeAll(tick);
        }

        if (now - _puntTickAt >= Second)
        {
            _puntTickAt = now;
            RaisePuntTick(); // what was refused, or lost with a full ring or a former control process, is told again
        }

        if (now - _thawAt >= Second / 10)
        {
            _thawAt = now;
            Thaw(now);
        }
    }

    private static Dictionary<ulong, uint> RecordsOf(TablePlan plan)
    {
        var records = new Dictionary<ulong, uint>();
        foreach (TablePlan.SegmentPlan segment in plan.Segments)
        {
            foreach (RecordConfiguration record in segment.Configuration.Records)
            {
                uint place = record.Pa is { } pa
                    ? plan.PeerPlaces[plan.PeerIds.Live[new PeerKey(segment.Configuration.Vsid, WireAddress.From(pa))]]
                    : plan.AttachmentPlaces[plan.AttachmentIds.Live[new AttachmentKey(record.Port!, record.Vlan!.Value, record.InnerVlan ?? 0, segment.Configuration.Vsid)]];
                records[FdbTable.Key(record.Mac.Value, segment.Id)] = place | Place.Static | (record.Sticky ? Place.Sticky : 0);
            }
        }

        return records;
    }

    private LearnResult Seen(ulong key, uint slot, uint found, uint place, ulong now)
    {
        if ((found & ~Place.Flags) == place)
        {
            _table.Lane(0)[slot] = (byte)_memory.Header->AgeTick;
            return LearnResult.Refreshed;
        }

        if ((found & Place.Static) != 0)
        {
            return LearnResult.RefusedStatic; // counted by the worker, frame by frame (E-033)
        }

        if ((found & (Place.Frozen | Place.FrozenDrop)) != 0)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_moves, key, out _).TriedAt = now;
            return LearnResult.RefusedDuplicate;
        }

        if (LimitReached((ushort)key, place, found))
        {
            Add(CounterId.FdbLimit);
            return LearnResult.RefusedLimit;
        }

        MovesConfiguration moves = _policy.Configuration!.Moves;
        ref MoveHistory history = ref CollectionsMarshal.GetValueRefOrAddDefault(_moves, key, out _);
        history.TriedAt = now;
        history.Times ??= [];
        ulong window = (ulong)moves.WindowSeconds * Second;
        history.Times.RemoveAll(t => now - t >= window);
        if (history.Times.Count >= moves.Limit)
        {
            SetPlace(slot, found | Place.Frozen | (moves.Action == MoveAction.Drop ? Place.FrozenDrop : 0));
            Add(CounterId.FdbDuplicate);
            MarkedDuplicate?.Invoke(EntryOf(key, PlaceAt(slot), slot));
            return LearnResult.RefusedDuplicate;
        }

        history.Times.Add(now);
        Release(key);
        CountPlace((ushort)key, found, -1);
        CountPlace((ushort)key, place, 1);
        PlaceAt(slot) = place; // one store: a reader sees the old place or the new one
        _table.Lane(0)[slot] = (byte)_memory.Header->AgeTick;
        Add(CounterId.FdbMoved);
        return LearnResult.Moved;
    }

    private ref ulong KeyAt(uint slot) => ref _table.Buckets[slot >> 3].Keys[slot & 7];

    private ref uint PlaceAt(uint slot) => ref _table.Buckets[slot >> 3].Places[slot & 7];

    // The next slot from here on that holds an entry; _slots when there is none.
    private uint NextEntry(uint slot)
    {
        while (slot < _slots && ((slot & 7) >= FdbBucket.Ways || KeyAt(slot) == 0))
        {
            slot++;
        }

        return slot;
    }

    private bool TryRead(uint slot, out FdbEntry entry)
    {
        entry = default;
        if ((slot & 7) >= FdbBucket.Ways)
        {
            return false;
        }

        ulong key = Volatile.Read(ref KeyAt(slot));
        uint place = Volatile.Read(ref PlaceAt(slot));
        if (key == 0 || place == 0 || Volatile.Read(ref KeyAt(slot)) != key)
        {
            return false;
        }

        entry = EntryOf(key, place, slot);
        return true;
    }

    private FdbEntry EntryOf(ulong key, uint place, uint slot) => new(
        new MacAddress(key >> 16),
        (ushort)key,
        new Place(place),
        (place & Place.Static) != 0 ? TimeSpan.Zero : AgeTick * Math.Min(TicksSince(slot, _memory.Header->AgeTick), LastTicks));

    private void SetPlace(uint slot, uint place)
    {
        uint old = PlaceAt(slot);
        _frozenCount += ((place & Place.Frozen) != 0 ? 1 : 0) - ((old & Place.Frozen) != 0 ? 1 : 0);
        Volatile.Write(ref PlaceAt(slot), place);
    }

    private bool IsCurrent(uint place, uint segment)
    {
        FdbPolicy.PlacePolicy[] places = (place & Place.Peer) != 0 ? _policy.Peers : _policy.Attachments;
        uint id = place & Place.IdMask;
        return segment != 0 && id < places.Length && places[id].Segment == segment && places[id].Place == place;
    }

    private int PortOf(uint place)
    {
        uint id = place & Place.IdMask;
        return (place & Place.Peer) == 0 && id < _policy.Attachments.Length && _policy.Attachments[id].Segment != 0 ? _policy.Attachments[id].Port : -1;
    }

    /// <summary>Whether one more MAC at a place is one too many; <paramref name="from"/> is where it lives now, or 0.</summary>
    private bool LimitReached(uint segment, uint place, uint from)
    {
        if (from == 0 && _segmentCounts[segment] >= _policy.Segments[segment].Limit.Macs)
        {
            return true;
        }

        uint id = place & Place.IdMask;
        if ((place & Place.Peer) != 0)
        {
            return _peerCounts[id] >= _policy.Peers[id].Limit.Macs;
        }

        int port = _policy.Attachments[id].Port;
        return PortOf(from) != port && _portCounts[port] >= _policy.PortLimits[port].Macs;
    }

    private bool TryInsert(ulong key, uint place, int chain)
    {
        for (bool again = true; ; again = false)
        {
            FdbBucket* home = _table.Home(key);
            for (int d = 0; d < chain; d++)
            {
                FdbBucket* bucket = home + d;
                for (int way = 0; way < FdbBucket.Ways; way++)
                {
                    if (bucket->Keys[way] != 0 || bucket->Places[way] != 0)
                    {
                        continue;
                    }

                    for (FdbBucket* b = home; b < bucket; b++)
                    {
                        b->Overflow++; // before the key: nobody misses it for this
                    }

                    uint slot = (uint)((bucket - _table.Buckets) * 8) + (uint)way;
                    for (int lane = 1; lane < _lanes; lane++)
                    {
                        _table.Lane(lane)[slot] = 0; // what stands there is of another key; no worker writes while there is none
                    }

                    _table.Lane(0)[slot] = (byte)_memory.Header->AgeTick;
                    Volatile.Write(ref bucket->Places[way], place);
                    Volatile.Write(ref bucket->Keys[way], key);
                    _count++;
                    _staticCount += (place & Place.Static) != 0 ? 1 : 0;
                    return true;
                }
            }

            if (!again)
            {
                return false;
            }

            Settle();
        }
    }

    // A record has its place whatever was learned: if need be the oldest learned entry of its chain gives way (E-037).
    private void InsertRecord(ulong key, uint place)
    {
        if (_count >= Capacity)
        {
            EvictOldest(0, _slots);
        }

        if (TryInsert(key, place, LongestChain))
        {
            return;
        }

        uint first = (uint)((_table.Home(key) - _table.Buckets) * 8);
        EvictOldest(first, first + (LongestChain * 8));
        for (int i = 0; !TryInsert(key, place, LongestChain); i++)
        {
            if (i == 999)
            {
                // Some 300 records whose hashes meet: nobody's plan, and the configuration is in force already. It is told like any
                // other MAC that found no room.
                Add(CounterId.FdbFull);
                return;
            }

            Thread.Sleep(1); // until the workers have passed the emptied way
        }
    }

    private void EvictOldest(uint from, uint to)
    {
        uint tick = _memory.Header->AgeTick, oldest = uint.MaxValue;
        int age = -1;
        for (uint slot = NextEntry(from); slot < to; slot = NextEntry(slot + 1))
        {
            if ((PlaceAt(slot) & Place.Static) == 0 && TicksSince(slot, tick) > age)
            {
                age = TicksSince(slot, tick);
                oldest = slot;
            }
        }

        if (oldest != uint.MaxValue)
        {
            _moves.Remove(KeyAt(oldest));
            Remove(oldest);
            Add(CounterId.FdbFlushed);
        }
    }

    private void Remove(uint slot)
    {
        FdbBucket* bucket = _table.Buckets + (slot >> 3);
        ulong key = KeyAt(slot);
        uint place = PlaceAt(slot);
        Release(key);
        Volatile.Write(ref KeyAt(slot), 0);
        for (FdbBucket* b = _table.Home(key); b < bucket; b++)
        {
            b->Overflow--; // after the key: while it stood there, readers came by
        }

        _count--;
        _staticCount -= (place & Place.Static) != 0 ? 1 : 0;
        _frozenCount -= (place & Place.Frozen) != 0 ? 1 : 0;
        _emptied.Add(slot);
        if ((place & Place.Static) == 0)
        {
            CountPlace((ushort)key, place, -1);
        }
    }

    private void Release(ulong key)
    {
        if (Mirror?.Holds(key) == true)
        {
            Mirror.Release([key]);
        }
    }

    // All at once: to wait for each would take long.
    private void Release(Func<uint, bool> goes)
    {
        if (Mirror?.IsEmpty != false)
        {
            return;
        }

        var keys = new HashSet<ulong>();
        for (uint slot = NextEntry(0); slot < _slots; slot = NextEntry(slot + 1))
        {
            if (Mirror.Holds(KeyAt(slot)) && goes(slot))
            {
                keys.Add(KeyAt(slot));
            }
        }

        if (keys.Count > 0)
        {
            Mirror.Release(keys);
        }
    }

    // Emptied ways become free two steps later: all that are emptied together wait for one mark.
    private void Settle()
    {
        for (int i = 0; i < 2; i++)
        {
            if (_settlingMark is { HasPassed: true })
            {
                foreach (uint slot in _settling)
                {
                    PlaceAt(slot) = 0;
                }

                _settling.Clear();
                _settlingMark = null;
            }

            if (_settlingMark is null && _emptied.Count > 0)
            {
                _settling.AddRange(_emptied);
                _emptied.Clear();
                _settlingMark = new QuiescentMark(_memory);
            }
        }
    }

    private int Flush(Func<ulong, uint, bool> which)
    {
        int flushed = 0;
        Release(slot => (PlaceAt(slot) & Place.Static) == 0 && which(KeyAt(slot), PlaceAt(slot) & ~Place.Flags));
        for (uint slot = NextEntry(0); slot < _slots; slot = NextEntry(slot + 1))
        {
            ulong key = KeyAt(slot);
            uint place = PlaceAt(slot);
            if ((place & Place.Static) == 0 && which(key, place & ~Place.Flags))
            {
                _moves.Remove(key);
                Remove(slot);
                flushed++;
            }
        }

        if (flushed > 0)
        {
            RaisePuntTick(); // workers remember that they told of these sources
        }

        Add(CounterId.FdbFlushed, (ulong)flushed);
        return flushed;
    }

    private void RaisePuntTick() => Volatile.Write(ref _memory.Header->PuntTick, _memory.Header->PuntTick + 1);

    private void SetAgeing(int seconds)
    {
        _tickLength = (ulong)seconds * Second / TicksPerAgeing;
        Volatile.Write(ref _memory.Header->AgeTickMilliseconds, (uint)(_tickLength / 1_000_000));
    }

    private int TicksSince(uint slot, uint tick)
    {
        int least = LastTicks;
        for (int lane = 0; lane < _lanes; lane++)
        {
            byte seen = Volatile.Read(ref _table.Lane(lane)[slot]);
            if (seen != 0)
            {
                least = Math.Min(least, (int)((tick + LastTicks - seen) % LastTicks));
            }
        }

        return least;
    }

    private void AgeAll(uint tick)
    {
        Release(slot => HasAged(slot, tick));
        for (uint slot = NextEntry(0); slot < _slots; slot = NextEntry(slot + 1))
        {
            ForgetStale(slot, tick);
            if (HasAged(slot, tick))
            {
                Remove(slot);
                Add(CounterId.FdbAged);
            }
        }
    }

    private bool HasAged(uint slot, uint tick) => (PlaceAt(slot) & (Place.Static | Place.Frozen)) == 0 && TicksSince(slot, tick) > TicksPerAgeing;

    // Ticks repeat after 255 of them: what is long past must not look new again. A worker may store the current tick meanwhile;
    // then the exchange does not happen, or the worker's store comes after it.
    private void ForgetStale(uint slot, uint tick)
    {
        for (int lane = 0; lane < _lanes; lane++)
        {
            ref byte age = ref _table.Lane(lane)[slot];
            byte seen = Volatile.Read(ref age);
            if (seen != 0 && (tick + LastTicks - seen) % LastTicks >= StaleTicks)
            {
                Interlocked.CompareExchange(ref age, 0, seen);
            }
        }
    }

    private void Thaw(ulong now)
    {
        if (_moves.Count == 0 || _policy.Configuration is null)
        {
            return;
        }

        ulong window = (ulong)_policy.Configuration.Moves.WindowSeconds * Second;
        var quiet = new List<ulong>();
        foreach ((ulong key, MoveHistory history) in _moves)
        {
            if (now - history.TriedAt >= window)
            {
                quiet.Add(key);
            }
        }

        foreach (ulong key in quiet)
        {
            _moves.Remove(key);
            uint place = _table.Find(_table.Home(key), key, out uint slot);
            if ((place & (Place.Frozen | Place.FrozenDrop)) != 0)
            {
                SetPlace(slot, place & ~(Place.Frozen | Place.FrozenDrop));
            }
        }
    }

    private void CountPlace(uint segment, uint place, int change)
    {
        _segmentCounts[segment] += change;
        UpdateSegmentState(segment);
        uint id = place & Place.IdMask;
        if ((place & Place.Peer) != 0)
        {
            _peerCounts[id] += change;
            UpdatePeerState(id);
        }
        else if (PortOf(place) is >= 0 and int port)
        {
            _portCounts[port] += change;
            if (_policy.PortLimits[port].Macs != FdbPolicy.Unlimited)
            {
                UpdatePortState(port);
            }
        }
    }

    private void Recount()
    {
        Array.Clear(_segmentCounts);
        Array.Clear(_peerCounts);
        Array.Clear(_portCounts);
        _count = _staticCount = _frozenCount = 0;
        for (uint slot = NextEntry(0); slot < _slots; slot = NextEntry(slot + 1))
        {
            uint place = PlaceAt(slot);
            _count++;
            _frozenCount += (place & Place.Frozen) != 0 ? 1 : 0;
            if ((place & Place.Static) != 0)
            {
                _staticCount++;
                continue;
            }

            _segmentCounts[(ushort)KeyAt(slot)]++;
            if ((place & Place.Peer) != 0)
            {
                _peerCounts[place & Place.IdMask]++;
            }
            else if (PortOf(place) is >= 0 and int port)
            {
                _portCounts[port]++;
            }
        }
    }

    private void UpdateAllStates()
    {
        for (uint id = 1; id < _policy.Segments.Length; id++)
        {
            UpdateSegmentState(id);
        }

        for (uint id = 1; id < _policy.Peers.Length; id++)
        {
            UpdatePeerState(id);
        }

        for (int port = 0; port < _policy.PortLimits.Length; port++)
        {
            UpdatePortState(port);
        }
    }

    private void UpdateSegmentState(uint id)
    {
        if (id < _policy.Segments.Length)
        {
            SetState(_memory.SegmentStates + id, _segmentCounts[id], _policy.Segments[id].Limit);
        }
    }

    private void UpdatePeerState(uint id)
    {
        if (id < _policy.Peers.Length)
        {
            SetState(_memory.PeerStates + id, _peerCounts[id], _policy.Peers[id].Segment == 0 ? new(FdbPolicy.Unlimited, false) : _policy.Peers[id].Limit);
        }
    }

    private void UpdatePortState(int port)
    {
        foreach (uint id in _policy.PortAttachments[port])
        {
            SetState(_memory.AttachmentStates + id, _portCounts[port], _policy.PortLimits[port]);
        }
    }

    // Only the bits of limits are ours; control's other parts set others, on the same thread.
    private static void SetState(byte* state, int count, FdbPolicy.Limit limit)
    {
        PlaceStates bits = count < limit.Macs ? 0 : limit.Drop ? PlaceStates.LimitReached | PlaceStates.LimitDrop : PlaceStates.LimitReached;
        byte wanted = (byte)((*state & ~(byte)(PlaceStates.LimitReached | PlaceStates.LimitDrop)) | (byte)bits);
        if (*state != wanted)
        {
            Volatile.Write(ref *state, wanted);
        }
    }

    private void Add(CounterId counter, ulong n = 1)
    {
        ref ulong value = ref _memory.Header->ControlCounters[(int)counter];
        Volatile.Write(ref value, value + n);
    }

    // What a former control process was in the middle of is made whole: ways it had emptied wait for a new mark, and overflow
    // is counted anew.
    private void Recover()
    {
        var overflow = new uint[_slots / 8];
        for (uint slot = 0; slot < _slots; slot++)
        {
            if ((slot & 7) >= FdbBucket.Ways)
            {
                continue;
            }

            ulong key = KeyAt(slot);
            if (key == 0)
            {
                if (PlaceAt(slot) != 0)
                {
                    _emptied.Add(slot);
                }

                continue;
            }

            for (uint b = FdbTable.Hash(key) & _table.Mask; b < slot >> 3; b++)
            {
                overflow[b]++;
            }
        }

        for (int b = 0; b < overflow.Length; b++)
        {
            if (_table.Buckets[b].Overflow != overflow[b])
            {
                _table.Buckets[b].Overflow = overflow[b];
            }
        }

        Recount();
    }

    private struct MoveHistory
    {
        internal ulong TriedAt;
        internal List<ulong>? Times;
    }
}

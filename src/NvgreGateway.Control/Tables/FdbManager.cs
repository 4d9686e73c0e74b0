using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Tables;

/// <summary>
/// The FDB's single writer: records, learning, moves, limits, ageing and flushes. One thread calls it; only
/// <see cref="Enumerate"/>, <see cref="TryFind"/> and the counts may be used from others.
/// </summary>
public sealed unsafe class FdbManager
{
    // A chain this long does not come about at the load that the table is made for, except where somebody picks MACs whose
    // hashes meet: those are then not learned, and nobody's lookups grow beyond it. Records may go to the very end.
    private const int LongestLearnedChain = 16;
    private const int LongestChain = (int)FdbTable.Spare;

    private const ulong Second = 1_000_000_000;

    private readonly GatewayMemory _memory;
    private readonly FdbWays _ways;
    private readonly FdbAges _ages;
    private readonly FdbMoves _moves = new();
    private readonly FdbLimits _limits;
    private FdbPolicy _policy = FdbPolicy.Empty;
    private ulong _thawAt;
    private ulong _puntTickAt;

    /// <summary>Takes the table over as it stands; before the first configuration nothing is learned.</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="now">Nanoseconds of control's clock.</param>
    internal FdbManager(GatewayMemory memory, ulong now)
    {
        _memory = memory;
        _ways = new FdbWays(memory);
        _ages = new FdbAges(memory, now);
        _limits = new FdbLimits(memory);
        _limits.Recount(_ways);
        _thawAt = now;
    }

    /// <summary>Raised when a MAC is marked duplicate (E-032).</summary>
    public event Action<FdbEntry>? MarkedDuplicate;

    /// <summary>Whoever holds copies of entries, and gives them back before an entry goes or moves (C-125); null = nobody.</summary>
    internal IFdbMirror? Mirror { get; set; }

    /// <summary>Entries, records included.</summary>
    public int Count => _ways.Count;

    /// <summary>Records.</summary>
    public int StaticCount => _ways.StaticCount;

    /// <summary>Learned entries.</summary>
    public int LearnedCount => _ways.Count - _ways.StaticCount;

    /// <summary>Entries that are marked duplicate now.</summary>
    public int FrozenCount => _ways.FrozenCount;

    /// <summary>Entries at most (<c>fdb.capacity</c>).</summary>
    public int Capacity => _policy.Configuration?.Capacity ?? (int)_memory.Limits.FdbCapacity;

    /// <summary>Time between two age ticks.</summary>
    public TimeSpan AgeTick => _ages.TickLength;

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

        uint found = _ways.Find(key, out uint slot);
        if (found != 0)
        {
            return Seen(key, slot, found, place, now);
        }

        if (_limits.IsReached(segment, place, 0))
        {
            Add(CounterId.FdbLimit);
            return LearnResult.RefusedLimit;
        }

        if (Count >= Capacity || !_ways.TryInsert(key, place, LongestLearnedChain))
        {
            Add(CounterId.FdbFull);
            return LearnResult.RefusedFull;
        }

        _limits.Count(segment, place, 1);
        Add(CounterId.FdbLearned);
        return LearnResult.Learned;
    }

    /// <summary>Whether an entry is elsewhere and free to move.</summary>
    /// <param name="key">The FDB key.</param>
    /// <param name="place">Where it was seen.</param>
    /// <returns>Whether <see cref="Learn"/> may move it.</returns>
    internal bool WouldMove(ulong key, uint place) =>
        _ways.Find(key, out _) is not 0 and uint found && (found & (Place.Static | Place.Frozen | Place.FrozenDrop)) == 0 && found != (place & ~Place.Flags);

    /// <summary>A MAC was heard where it is: its frames passed, though no worker saw them (C-126).</summary>
    /// <param name="key">The FDB key.</param>
    internal void Refresh(ulong key)
    {
        if (_ways.Find(key, out uint slot) != 0)
        {
            _ways.Touch(slot);
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
        uint place = _ways.Find(key, out uint slot);
        entry = place == 0 ? default : EntryOf(key, place, slot);
        return place != 0;
    }

    /// <summary>All entries, in no particular order; may be called from any thread, and then sees each as it is at its turn.</summary>
    /// <returns>The entries.</returns>
    public IEnumerable<FdbEntry> Enumerate()
    {
        for (uint slot = 0; slot < _ways.End; slot++)
        {
            if (_ways.TryRead(slot, out ulong key, out uint place))
            {
                yield return EntryOf(key, place, slot);
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
    public int FlushPort(int port) => Flush((_, place) => _limits.PortOf(place) == port);

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
        _limits.Policy = policy;
        _ages.Set(policy.Configuration!.AgeingSeconds);
        Dictionary<ulong, uint> records = RecordsOf(plan);
        for (uint slot = _ways.Next(0); slot < _ways.End; slot = _ways.Next(slot + 1))
        {
            ulong key = _ways.KeyAt(slot);
            uint place = _ways.PlaceAt(slot);
            if (records.Remove(key, out uint record))
            {
                if (place != record)
                {
                    _moves.Forget(key);
                    _ways.SetPlace(slot, record);
                }
            }
            else if ((place & Place.Static) != 0
                || !IsCurrent(place & ~Place.Flags, (ushort)key)
                || !policy.Segments[(ushort)key].Learning
                || policy.OwnMacs.Contains(key >> 16))
            {
                _moves.Forget(key);
                Remove(slot);
                Add(CounterId.FdbFlushed, (place & Place.Static) == 0 ? 1u : 0);
            }
            else if ((place & (Place.Frozen | Place.FrozenDrop)) != 0)
            {
                _moves.Adopt(key, now); // frozen by a former control process
            }
        }

        foreach ((ulong key, uint record) in records)
        {
            InsertRecord(key, record);
        }

        _ways.Recount();
        _limits.Recount(_ways);
        _limits.UpdateAll();
        RaisePuntTick();
    }

    /// <summary>Lets time pass.</summary>
    internal void Tick(ulong now)
    {
        _ways.Settle();
        _ages.Advance(now, AgeAll);
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
            _ways.Touch(slot);
            return LearnResult.Refreshed;
        }

        if ((found & Place.Static) != 0)
        {
            return LearnResult.RefusedStatic; // counted by the worker, frame by frame (E-033)
        }

        if ((found & (Place.Frozen | Place.FrozenDrop)) != 0)
        {
            _moves.Try(key, now);
            return LearnResult.RefusedDuplicate;
        }

        if (_limits.IsReached((ushort)key, place, found))
        {
            Add(CounterId.FdbLimit);
            return LearnResult.RefusedLimit;
        }

        MovesConfiguration moves = _policy.Configuration!.Moves;
        if (!_moves.TryMove(key, moves, now))
        {
            _ways.SetPlace(slot, found | Place.Frozen | (moves.Action == MoveAction.Drop ? Place.FrozenDrop : 0));
            Add(CounterId.FdbDuplicate);
            MarkedDuplicate?.Invoke(EntryOf(key, _ways.PlaceAt(slot), slot));
            return LearnResult.RefusedDuplicate;
        }

        Release(key);
        _limits.Count((ushort)key, found, -1);
        _limits.Count((ushort)key, place, 1);
        _ways.PlaceAt(slot) = place; // one store: a reader sees the old place or the new one
        _ways.Touch(slot);
        Add(CounterId.FdbMoved);
        return LearnResult.Moved;
    }

    private FdbEntry EntryOf(ulong key, uint place, uint slot) => new(
        new MacAddress(key >> 16),
        (ushort)key,
        new Place(place),
        (place & Place.Static) != 0 ? TimeSpan.Zero : AgeTick * _ages.TicksSince(slot, _memory.Header->AgeTick));

    private bool IsCurrent(uint place, uint segment)
    {
        FdbPolicy.PlacePolicy[] places = (place & Place.Peer) != 0 ? _policy.Peers : _policy.Attachments;
        uint id = place & Place.IdMask;
        return segment != 0 && id < places.Length && places[id].Segment == segment && places[id].Place == place;
    }

    // A record has its place whatever was learned: if need be the oldest learned entry of its chain gives way (E-037).
    private void InsertRecord(ulong key, uint place)
    {
        if (Count >= Capacity)
        {
            EvictOldest(0, _ways.End);
        }

        if (_ways.TryInsert(key, place, LongestChain))
        {
            return;
        }

        uint first = _ways.HomeOf(key);
        EvictOldest(first, first + (LongestChain * 8));
        for (int i = 0; !_ways.TryInsert(key, place, LongestChain); i++)
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
        for (uint slot = _ways.Next(from); slot < to; slot = _ways.Next(slot + 1))
        {
            if ((_ways.PlaceAt(slot) & Place.Static) == 0 && _ages.TicksSince(slot, tick) > age)
            {
                age = _ages.TicksSince(slot, tick);
                oldest = slot;
            }
        }

        if (oldest != uint.MaxValue)
        {
            _moves.Forget(_ways.KeyAt(oldest));
            Remove(oldest);
            Add(CounterId.FdbFlushed);
        }
    }

    private void Remove(uint slot)
    {
        ulong key = _ways.KeyAt(slot);
        uint place = _ways.PlaceAt(slot);
        Release(key);
        _ways.Remove(slot);
        if ((place & Place.Static) == 0)
        {
            _limits.Count((ushort)key, place, -1);
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
        for (uint slot = _ways.Next(0); slot < _ways.End; slot = _ways.Next(slot + 1))
        {
            if (Mirror.Holds(_ways.KeyAt(slot)) && goes(slot))
            {
                keys.Add(_ways.KeyAt(slot));
            }
        }

        if (keys.Count > 0)
        {
            Mirror.Release(keys);
        }
    }

    private int Flush(Func<ulong, uint, bool> which)
    {
        int flushed = 0;
        Release(slot => (_ways.PlaceAt(slot) & Place.Static) == 0 && which(_ways.KeyAt(slot), _ways.PlaceAt(slot) & ~Place.Flags));
        for (uint slot = _ways.Next(0); slot < _ways.End; slot = _ways.Next(slot + 1))
        {
            ulong key = _ways.KeyAt(slot);
            uint place = _ways.PlaceAt(slot);
            if ((place & Place.Static) == 0 && which(key, place & ~Place.Flags))
            {
                _moves.Forget(key);
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

    private void AgeAll(uint tick)
    {
        Release(slot => HasAged(slot, tick));
        for (uint slot = _ways.Next(0); slot < _ways.End; slot = _ways.Next(slot + 1))
        {
            _ages.ForgetStale(slot, tick);
            if (HasAged(slot, tick))
            {
                Remove(slot);
                Add(CounterId.FdbAged);
            }
        }
    }

    private bool HasAged(uint slot, uint tick) => (_ways.PlaceAt(slot) & (Place.Static | Place.Frozen)) == 0 && _ages.IsOver(slot, tick);

    private void Thaw(ulong now)
    {
        if (_moves.IsEmpty || _policy.Configuration is null)
        {
            return;
        }

        foreach (ulong key in _moves.TakeQuiet(_policy.Configuration.Moves, now))
        {
            uint place = _ways.Find(key, out uint slot);
            if ((place & (Place.Frozen | Place.FrozenDrop)) != 0)
            {
                _ways.SetPlace(slot, place & ~(Place.Frozen | Place.FrozenDrop));
            }
        }
    }

    private void Add(CounterId counter, ulong n = 1)
    {
        ref ulong value = ref _memory.Header->ControlCounters[(int)counter];
        Volatile.Write(ref value, value + n);
    }
}

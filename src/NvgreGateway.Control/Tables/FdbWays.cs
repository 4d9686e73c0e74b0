using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Tables;

/// <summary>
/// The ways of the shared FDB: how entries come into buckets and leave them while workers look them up. A slot is bucket * 8 + way.
/// </summary>
/// <remarks>
/// How readers are kept safe is told at <see cref="FdbBucket"/>. An emptied way keeps its place until every worker has passed a
/// quiescent point, and only then the place is cleared too: key and place both 0 is what makes a way free. So a control process
/// that takes over sees in the table itself which ways may still be looked at.
/// </remarks>
internal sealed unsafe class FdbWays
{
    private readonly GatewayMemory _memory;
    private readonly FdbTable _table;
    private readonly int _lanes;
    private readonly List<uint> _emptied = [];
    private readonly List<uint> _settling = [];
    private QuiescentMark? _settlingMark;

    /// <summary>Takes the table over as it stands.</summary>
    /// <param name="memory">The regions.</param>
    internal FdbWays(GatewayMemory memory)
    {
        _memory = memory;
        _table = memory.Fdb;
        _lanes = (int)memory.Limits.Workers + 1;
        End = (_table.Mask + 1 + FdbTable.Spare) * 8;
        Recover();
    }

    /// <summary>The slot behind the last one.</summary>
    internal uint End { get; }

    /// <summary>Entries, records included.</summary>
    internal int Count { get; private set; }

    /// <summary>Records.</summary>
    internal int StaticCount { get; private set; }

    /// <summary>Entries that are marked duplicate.</summary>
    internal int FrozenCount { get; private set; }

    /// <summary>The key of a slot; 0 = no entry.</summary>
    internal ref ulong KeyAt(uint slot) => ref _table.Buckets[slot >> 3].Keys[slot & 7];

    /// <summary>The place of a slot, flags included.</summary>
    internal ref uint PlaceAt(uint slot) => ref _table.Buckets[slot >> 3].Places[slot & 7];

    /// <summary>Finds a key.</summary>
    /// <param name="key">The FDB key.</param>
    /// <param name="slot">Its slot.</param>
    /// <returns>Its place, or 0.</returns>
    internal uint Find(ulong key, out uint slot) => _table.Find(_table.Home(key), key, out slot);

    /// <summary>The slot where a key would stand first.</summary>
    internal uint HomeOf(ulong key) => (uint)((_table.Home(key) - _table.Buckets) * 8);

    /// <summary>The next slot from here on that holds an entry; <see cref="End"/> when there is none.</summary>
    internal uint Next(uint slot)
    {
        while (slot < End && ((slot & 7) >= FdbBucket.Ways || KeyAt(slot) == 0))
        {
            slot++;
        }

        return slot;
    }

    /// <summary>Reads a slot, as workers do: from any thread.</summary>
    /// <returns>Whether it holds an entry.</returns>
    internal bool TryRead(uint slot, out ulong key, out uint place)
    {
        key = 0;
        place = 0;
        if ((slot & 7) >= FdbBucket.Ways)
        {
            return false;
        }

        key = Volatile.Read(ref KeyAt(slot));
        place = Volatile.Read(ref PlaceAt(slot));
        return key != 0 && place != 0 && Volatile.Read(ref KeyAt(slot)) == key;
    }

    /// <summary>Changes an entry's place or its flags, by one store: a reader sees the old one or the new one.</summary>
    internal void SetPlace(uint slot, uint place)
    {
        uint old = PlaceAt(slot);
        FrozenCount += ((place & Place.Frozen) != 0 ? 1 : 0) - ((old & Place.Frozen) != 0 ? 1 : 0);
        Volatile.Write(ref PlaceAt(slot), place);
    }

    /// <summary>Says that an entry was seen in this tick.</summary>
    internal void Touch(uint slot) => _table.Lane(0)[slot] = (byte)_memory.Header->AgeTick;

    /// <summary>Puts an entry into a way of its chain.</summary>
    /// <param name="key">The FDB key; it has no entry.</param>
    /// <param name="place">Its place with flags.</param>
    /// <param name="chain">Buckets that it may use, from its home on.</param>
    /// <returns>False when none of them has a free way.</returns>
    internal bool TryInsert(ulong key, uint place, int chain)
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

                    Touch(slot);
                    Volatile.Write(ref bucket->Places[way], place);
                    Volatile.Write(ref bucket->Keys[way], key);
                    Count++;
                    StaticCount += (place & Place.Static) != 0 ? 1 : 0;
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

    /// <summary>Empties a slot that holds an entry.</summary>
    internal void Remove(uint slot)
    {
        FdbBucket* bucket = _table.Buckets + (slot >> 3);
        ulong key = KeyAt(slot);
        uint place = PlaceAt(slot);
        Volatile.Write(ref KeyAt(slot), 0);
        for (FdbBucket* b = _table.Home(key); b < bucket; b++)
        {
            b->Overflow--; // after the key: while it stood there, readers came by
        }

        Count--;
        StaticCount -= (place & Place.Static) != 0 ? 1 : 0;
        FrozenCount -= (place & Place.Frozen) != 0 ? 1 : 0;
        _emptied.Add(slot);
    }

    /// <summary>Frees the ways that no worker looks at any more. Emptied ways become free two steps later: all that are emptied together wait for one mark.</summary>
    internal void Settle()
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

    /// <summary>Counts the entries anew.</summary>
    internal void Recount()
    {
        Count = StaticCount = FrozenCount = 0;
        for (uint slot = Next(0); slot < End; slot = Next(slot + 1))
        {
            uint place = PlaceAt(slot);
            Count++;
            FrozenCount += (place & Place.Frozen) != 0 ? 1 : 0;
            StaticCount += (place & Place.Static) != 0 ? 1 : 0;
        }
    }

    // What a former control process was in the middle of is made whole: ways it had emptied wait for a new mark, and overflow
    // is counted anew.
    private void Recover()
    {
        var overflow = new uint[End / 8];
        for (uint slot = 0; slot < End; slot++)
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
}

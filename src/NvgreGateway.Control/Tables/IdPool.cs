namespace NvgreGateway.Control.Tables;

/// <summary>
/// Gives ids to keys. An id whose key is gone stays reserved for it, so that what comes back is the same as before; it goes to
/// another key only when no unused id is left, and never before it was released.
/// </summary>
internal sealed class IdPool<TKey>
    where TKey : notnull
{
    private readonly uint _limit;
    private readonly string _what;
    private readonly Func<uint, bool> _mayStart;
    private readonly Queue<uint> _gaps = new();
    private readonly Dictionary<TKey, uint> _retired = [];
    private readonly HashSet<uint> _unreleased = [];
    private volatile View _view = new([], []);
    private uint _next = 1;

    /// <summary>Makes an empty pool.</summary>
    /// <param name="limit">Ids, id 0 included.</param>
    /// <param name="what">What the ids are of, for messages.</param>
    /// <param name="mayStart">Whether an id that is free may be given now.</param>
    internal IdPool(uint limit, string what, Func<uint, bool>? mayStart = null)
    {
        _limit = limit;
        _what = what;
        _mayStart = mayStart ?? (static _ => true);
    }

    /// <summary>First id that was never used: every id that any table may hold is below it.</summary>
    internal uint Next => _next;

    /// <summary>The keys in force with their ids. The object never changes: readable from any thread.</summary>
    internal IReadOnlyDictionary<TKey, uint> Live => _view.Ids;

    /// <summary>Takes over what a former control process had given out.</summary>
    /// <param name="live">Keys with their ids.</param>
    /// <param name="next">First id that no table holds.</param>
    internal void Recover(Dictionary<TKey, uint> live, uint next)
    {
        _next = Math.Max(1, next);
        var used = new HashSet<uint>(live.Values);
        for (uint id = 1; id < _next; id++)
        {
            if (!used.Contains(id))
            {
                _gaps.Enqueue(id);
            }
        }

        _view = View.Of(live);
    }

    internal uint Find(TKey key) => _view.Ids.GetValueOrDefault(key);

    internal bool TryGetKey(uint id, out TKey key) => _view.Keys.TryGetValue(id, out key!);

    /// <summary>Says which ids the wanted keys would have.</summary>
    /// <param name="wanted">The keys; repeated ones count once.</param>
    /// <returns>The plan; the pool is as before.</returns>
    /// <exception cref="TablesException">There are not enough ids.</exception>
    internal IdPlan<TKey> Plan(IEnumerable<TKey> wanted)
    {
        Dictionary<TKey, uint> current = _view.Ids;
        var plan = new IdPlan<TKey> { Next = _next };
        var needed = new List<TKey>();
        foreach (TKey key in wanted)
        {
            if (!plan.Live.TryAdd(key, current.TryGetValue(key, out uint id) ? id : _retired.GetValueOrDefault(key)))
            {
                continue;
            }

            if (plan.Live[key] == 0)
            {
                needed.Add(key);
            }
            else if (id == 0)
            {
                plan.Revived.Add(key);
            }
        }

        Dictionary<TKey, uint>.Enumerator retired = _retired.GetEnumerator();
        Queue<uint>.Enumerator gaps = _gaps.GetEnumerator();
        foreach (TKey key in needed)
        {
            uint id = plan.Next < _limit ? plan.Next++ : FromGaps(plan, ref gaps);
            if (id == 0)
            {
                id = FromRetired(plan, ref retired);
            }

            if (id == 0)
            {
                throw new TablesException(
                    $"{plan.Live.Count} {_what} do not fit the running gateway, which has room for {_limit - 1} (those removed a moment ago included): start it anew with this configuration");
            }

            plan.Live[key] = id;
            plan.Fresh.Add(new(key, id));
        }

        foreach (KeyValuePair<TKey, uint> pair in current)
        {
            if (!plan.Live.ContainsKey(pair.Key))
            {
                plan.Retired.Add(pair);
            }
        }

        return plan;
    }

    /// <summary>Puts a plan into force. It must be the last one made.</summary>
    internal void Commit(IdPlan<TKey> plan)
    {
        for (int i = 0; i < plan.GapsTaken; i++)
        {
            _gaps.Dequeue();
        }

        foreach (uint id in plan.GapsSkipped)
        {
            _gaps.Enqueue(id);
        }

        foreach (TKey key in plan.Revived)
        {
            _unreleased.Remove(_retired[key]);
            _retired.Remove(key);
        }

        foreach (TKey key in plan.Displaced)
        {
            _retired.Remove(key);
        }

        foreach (KeyValuePair<TKey, uint> pair in plan.Retired)
        {
            _retired.Add(pair.Key, pair.Value);
            _unreleased.Add(pair.Value);
        }

        _next = plan.Next;
        _view = View.Of(plan.Live);
    }

    /// <summary>Nothing uses these ids any more.</summary>
    internal void Release(IEnumerable<uint> ids) => _unreleased.ExceptWith(ids);

    private uint FromGaps(IdPlan<TKey> plan, ref Queue<uint>.Enumerator gaps)
    {
        while (gaps.MoveNext())
        {
            plan.GapsTaken++;
            if (_mayStart(gaps.Current))
            {
                return gaps.Current;
            }

            plan.GapsSkipped.Add(gaps.Current);
        }

        return 0;
    }

    private uint FromRetired(IdPlan<TKey> plan, ref Dictionary<TKey, uint>.Enumerator retired)
    {
        while (retired.MoveNext())
        {
            KeyValuePair<TKey, uint> old = retired.Current;
            if (!_unreleased.Contains(old.Value) && !plan.Live.ContainsKey(old.Key) && _mayStart(old.Value))
            {
                plan.Displaced.Add(old.Key);
                return old.Value;
            }
        }

        return 0;
    }

    private sealed record View(Dictionary<TKey, uint> Ids, Dictionary<uint, TKey> Keys)
    {
        internal static View Of(Dictionary<TKey, uint> ids)
        {
            var keys = new Dictionary<uint, TKey>(ids.Count);
            foreach (KeyValuePair<TKey, uint> pair in ids)
            {
                keys.Add(pair.Value, pair.Key);
            }

            return new View(ids, keys);
        }
    }
}

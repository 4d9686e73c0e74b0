using System.Net;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Groups;

/// <summary>
/// The host side of IGMPv3 (RFC 3376 section 5) or MLDv2 (RFC 3810 section 6) on one port: the groups that are joined from any source,
/// what was changed and is to be told, and what was asked and is to be answered. While a querier of an older version was heard of it
/// speaks that version (RFC 3376 section 7.2, RFC 3810 section 8.2). Other hosts' reports never silence it.
/// </summary>
/// <param name="six">Whether it is MLD.</param>
/// <param name="delay">A time up to the one given, at which something is to be done: random, but the latest in <c>replay</c>.</param>
/// <param name="send">Sends records in version 3 of IGMP or version 2 of MLD, or one record in the version that is given.</param>
internal sealed class GroupInterface(bool six, Func<ulong, ulong> delay, Action<int, IReadOnlyList<GroupRecord>> send)
{
    private const ulong Second = 1_000_000_000, Never = ulong.MaxValue;
    private const int DefaultRobustness = 2, DefaultInterval = 125, MostSources = 64;
    private readonly SortedSet<IPAddress> _joined = new(AddressOrder.Instance);
    private readonly SortedDictionary<IPAddress, (bool Join, int Left)> _changes = new(AddressOrder.Instance);
    private readonly SortedDictionary<IPAddress, (ulong Due, HashSet<IPAddress> Sources)> _answers = new(AddressOrder.Instance);
    private readonly ulong[] _olderUntil = new ulong[3];
    private ulong _answerAll = Never;
    private ulong _changesDue = Never;
    private int _robustness = DefaultRobustness;
    private int _interval = DefaultInterval;

    /// <summary>What it speaks: IGMP 1 to 3, MLD 1 or 2.</summary>
    public int Version { get; private set; } = Newest(six);

    /// <summary>The groups that are joined.</summary>
    public IReadOnlyCollection<IPAddress> Joined => _joined;

    /// <summary>When something is to be done, nanoseconds; <see cref="ulong.MaxValue"/> = nothing.</summary>
    public ulong Due
    {
        get
        {
            ulong due = Math.Min(_answerAll, _changesDue);
            foreach ((ulong at, _) in _answers.Values)
            {
                due = Math.Min(due, at);
            }

            foreach (ulong until in _olderUntil)
            {
                due = until == 0 ? due : Math.Min(due, until);
            }

            return due;
        }
    }

    /// <summary>Joins and leaves until exactly these groups are joined, and tells so.</summary>
    /// <param name="groups">The groups wanted.</param>
    /// <param name="tell">Whether to tell now; else it is known only.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Set(IReadOnlySet<IPAddress> groups, bool tell, ulong now)
    {
        foreach (IPAddress gone in _joined.Where(g => !groups.Contains(g)).ToArray())
        {
            _joined.Remove(gone);
            _answers.Remove(gone);
            _changes[gone] = (false, _robustness);
        }

        foreach (IPAddress added in groups)
        {
            if (_joined.Add(added))
            {
                _changes[added] = (true, _robustness);
            }
        }

        if (!tell)
        {
            _changes.Clear();
        }
        else if (_changes.Values.Any(c => c.Left == _robustness))
        {
            TellChanges(now);
        }
    }

    /// <summary>Tells of every group as if it were joined now.</summary>
    /// <param name="now">Nanoseconds.</param>
    public void TellAgain(ulong now)
    {
        foreach (IPAddress group in _joined)
        {
            _changes[group] = (true, _robustness);
        }

        if (_joined.Count > 0)
        {
            TellChanges(now);
        }
    }

    /// <summary>A query was heard.</summary>
    /// <param name="query">The query, of this family.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Heard(in GroupQuery query, ulong now)
    {
        if (query.Version < Newest(six))
        {
            if (query.Group is null)
            {
                _olderUntil[query.Version] = now + ((ulong)_robustness * (ulong)_interval * Second) + query.MaxResponse;
                SetVersion(now);
            }
        }
        else
        {
            _robustness = query.Robustness != 0 ? query.Robustness : DefaultRobustness;
            _interval = query.IntervalSeconds != 0 ? query.IntervalSeconds : DefaultInterval;
        }

        ulong due = now + delay(query.MaxResponse);
        if (_answerAll <= due || _joined.Count == 0 || (query.Group is { } asked && !_joined.Contains(asked)))
        {
            return; // rule 1: what is due anyway says it all
        }

        if (query.Group is { } group)
        {
            Ask(group, query.Sources, due);
        }
        else if (Version == Newest(six))
        {
            _answerAll = due;
        }
        else
        {
            // RFC 2236 section 3: every group has a delay of its own.
            foreach (IPAddress one in _joined)
            {
                Ask(one, [], now + delay(query.MaxResponse));
            }
        }
    }

    /// <summary>Does what is due.</summary>
    /// <param name="now">Nanoseconds.</param>
    public void Fire(ulong now)
    {
        if (_olderUntil.Any(until => until != 0 && until <= now))
        {
            for (int i = 0; i < _olderUntil.Length; i++)
            {
                _olderUntil[i] = _olderUntil[i] <= now ? 0 : _olderUntil[i];
            }

            SetVersion(now);
        }

        if (_answerAll <= now)
        {
            _answerAll = Never;
            send(Version, [.. _joined.Select(static g => new GroupRecord(GroupRecordType.ModeIsExclude, g, []))]);
        }

        foreach ((IPAddress group, (ulong due, HashSet<IPAddress> sources)) in _answers.ToArray())
        {
            if (due <= now)
            {
                _answers.Remove(group);
                GroupRecordType type = sources.Count == 0 ? GroupRecordType.ModeIsExclude : GroupRecordType.ModeIsInclude;
                send(Version, [new GroupRecord(type, group, [.. sources.Order(AddressOrder.Instance)])]);
            }
        }

        if (_changesDue <= now)
        {
            TellChanges(now);
        }
    }

    private static int Newest(bool six) => six ? 2 : 3;

    // RFC 3376 section 5.2, rules 3 to 5.
    private void Ask(IPAddress group, IReadOnlyList<IPAddress> sources, ulong due)
    {
        if (!_answers.TryGetValue(group, out (ulong Due, HashSet<IPAddress> Sources) pending))
        {
            _answers[group] = (due, [.. sources.Take(MostSources)]);
            return;
        }

        if (sources.Count == 0 || pending.Sources.Count == 0 || pending.Sources.Count + sources.Count > MostSources)
        {
            pending.Sources.Clear();
        }
        else
        {
            pending.Sources.UnionWith(sources);
        }

        _answers[group] = (Math.Min(due, pending.Due), pending.Sources);
    }

    // Every change is told as often as the robustness says: at once, then at random times of the unsolicited report interval.
    private void TellChanges(ulong now)
    {
        var records = new List<GroupRecord>();
        foreach ((IPAddress group, (bool join, int left)) in _changes.ToArray())
        {
            records.Add(new GroupRecord(join ? GroupRecordType.ChangeToExclude : GroupRecordType.ChangeToInclude, group, []));
            bool again = left > 1 && (join || Version == Newest(six)); // a leave of an older version is told once
            if (again)
            {
                _changes[group] = (join, left - 1);
            }
            else
            {
                _changes.Remove(group);
            }
        }

        if (records.Count > 0)
        {
            send(Version, records);
        }

        ulong interval = (Version == Newest(six) ? 1ul : 10ul) * Second;
        _changesDue = _changes.Count > 0 ? now + delay(interval) : Never;
    }

    // Whoever changes its version forgets what it had to say (RFC 3376 section 7.2.1).
    private void SetVersion(ulong now)
    {
        int version = Newest(six);
        for (int older = version - 1; older > 0; older--)
        {
            version = _olderUntil[older] > now ? older : version;
        }

        if (version != Version)
        {
            Version = version;
            _answers.Clear();
            _changes.Clear();
            _answerAll = _changesDue = Never;
        }
    }
}

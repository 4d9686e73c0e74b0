using System.Net;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Neighbors;

/// <summary>
/// The state machine of the underlay's next hops (A-051, A-054, A-055, E-063): RFC 826 and RFC 4861 section 7, cut down to what
/// a gateway that keeps every configured next hop needs.
/// <code>
/// Idle --needed--> Pending --answer--> Resolved --reachable time over, no answer to unicast--> Idle
///                  Pending --give-up time over--> Failed --3 s--> Idle
/// </code>
/// Where peers have several next hops (<see cref="Watch"/>), all of them are asked as soon as one is needed, and none is left Idle again:
/// one that does not answer is asked on, Pending and Failed by turns, under a mark that keeps flows away (A-121, F-053).
/// An answer is taken in every state. The states stand in shared memory, so that a restart of control finds them again; only
/// timers are private.
/// </summary>
internal sealed unsafe class NeighborTable
{
    /// <summary>How long a failed next hop drops frames before it is tried again .</summary>
    public const ulong FailedNanoseconds = 3 * Second;

    private const ulong Second = 1_000_000_000;
    private const ulong Never = ulong.MaxValue;

    /// <summary>RFC 4861 section 10, DELAY_FIRST_PROBE_TIME: how soon an entry that may be wrong is probed.</summary>
    private const ulong StaleProbe = 5 * Second;

    private readonly GatewayMemory _memory;
    private readonly InjectQueue _injects;
    private readonly Action<NeighborChange> _changed;
    private readonly Dictionary<HostKey, uint> _ids = [];
    private readonly Dictionary<uint, Work> _work = [];
    private readonly PriorityQueue<(uint Id, ulong Due), (ulong Due, uint Id)> _timers = new();
    private readonly Dictionary<uint, HashSet<uint>> _together = [];
    private readonly HashSet<int> _portsDown = [];
    private OwnAddresses _own;
    private ulong _retry;
    private ulong _giveUp;
    private ulong _reachable;

    /// <param name="memory">The regions.</param>
    /// <param name="injects">Where requests go.</param>
    /// <param name="changed">Told of every change of state.</param>
    /// <param name="own">The gateway's own addresses.</param>
    public NeighborTable(GatewayMemory memory, InjectQueue injects, OwnAddresses own, Action<NeighborChange> changed)
    {
        _memory = memory;
        _injects = injects;
        _own = own;
        _changed = changed;
    }

    /// <summary>When the next timer is due, nanoseconds; null = none runs.</summary>
    public ulong? NextTimer
    {
        get
        {
            while (_timers.TryPeek(out (uint Id, ulong Due) next, out _))
            {
                if (_work.TryGetValue(next.Id, out Work? work) && work.Due == next.Due)
                {
                    return next.Due;
                }

                _timers.Dequeue(); // was set anew, or its next hop is gone
            }

            return null;
        }
    }

    /// <summary>The next hops in use.</summary>
    public IEnumerable<(uint Id, HostKey Key)> All => _work.OrderBy(static p => p.Value.Key.Port).ThenBy(static p => p.Key).Select(static p => (p.Key, p.Value.Key));

    /// <summary>Whether a next hop did not answer, and has not answered since.</summary>
    /// <param name="id">Next hop id.</param>
    public bool IsUnreachable(uint id) => _work.TryGetValue(id, out Work? work) && work.Unreachable;

    /// <summary>Whether flows take a next hop when they have the choice.</summary>
    /// <param name="id">Next hop id.</param>
    public bool IsUsable(uint id) => ((_memory.NextHops + id)->Word & NextHopSlot.Unreachable) == 0;

    /// <summary>Called with the id of a next hop before workers see it change; null = nobody.</summary>
    internal Action<uint>? Changing { get; set; }

    /// <summary>Takes over what a published configuration says: new and removed next hops, static ones, times, own addresses.</summary>
    /// <param name="configuration">The configuration in force.</param>
    /// <param name="own">The gateway's own addresses under it.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Refresh(GatewayConfiguration configuration, OwnAddresses own, ulong now)
    {
        _own = own;
        _retry = (ulong)configuration.Neighbors.RetrySeconds * Second;
        _giveUp = (ulong)configuration.Neighbors.GiveUpSeconds * Second;
        _reachable = (ulong)configuration.Neighbors.ReachableSeconds * Second;
        var wanted = new Dictionary<HostKey, MacAddress>();
        for (int port = 0; port < configuration.Ports.Count; port++)
        {
            foreach (NeighborConfiguration neighbor in configuration.Ports[port].Neighbors)
            {
                wanted.TryAdd(HostKey.Of(port, neighbor.Address), neighbor.Mac);
            }
        }

        var before = new Dictionary<uint, Work>(_work);
        _work.Clear();
        _ids.Clear();
        for (uint id = 1; id < _memory.Limits.NextHops; id++)
        {
            NextHopSlot* slot = _memory.NextHops + id;
            if (slot->Family == 0)
            {
                continue;
            }

            var key = new HostKey(slot->Port, slot->Family, slot->AddressHigh, slot->AddressLow);
            bool known = before.TryGetValue(id, out Work? work) && work.Key == key;
            work = known ? work! : new Work(key);
            _work[id] = work;
            _ids[key] = id;
            MacAddress mac;
            if (wanted.TryGetValue(key, out mac) || IsGroup(key, out mac))
            {
                slot->Static = 1;
                work.Unreachable = false;
                SetState(id, work, NextHopState.Resolved, mac.Value);
                SetTimer(id, work, Never);
            }
            else if (slot->Static != 0)
            {
                slot->Static = 0;
                SetState(id, work, NextHopState.Idle, 0);
                SetTimer(id, work, Never);
            }
            else if (!known)
            {
                Adopt(id, work, now);
            }
        }
    }

    // A group's MAC is made from its address.
    private static bool IsGroup(HostKey key, out MacAddress mac)
    {
        bool isGroup = Tables.GroupPlanner.IsGroup(key.Family, key.High);
        mac = isGroup ? Tables.GroupPlanner.MacOf(new Tables.WireAddress(key.High, key.Low, key.Family)) : default;
        return isGroup;
    }

    /// <summary>Takes over which next hops peers have beside each other; to be called after <see cref="Refresh"/>.</summary>
    /// <param name="sets">The sets of more than one.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Watch(IReadOnlyList<IReadOnlyList<PlaneIndex.HopView>> sets, ulong now)
    {
        _together.Clear();
        foreach (IReadOnlyList<PlaneIndex.HopView> set in sets)
        {
            foreach (PlaneIndex.HopView hop in set)
            {
                if (!_together.TryGetValue(hop.Id, out HashSet<uint>? others))
                {
                    _together.Add(hop.Id, others = []);
                }

                others.UnionWith(set.Select(static h => h.Id));
            }
        }

        foreach (uint id in _together.Keys)
        {
            // One that joins others which are in use.
            if (State(id) == NextHopState.Idle && _together[id].Any(o => State(o) != NextHopState.Idle && (_memory.NextHops + o)->Static == 0))
            {
                Begin(id, _work[id], 0, now);
            }
        }
    }

    /// <summary>Whether some peer has other next hops beside this one.</summary>
    /// <param name="id">Next hop id.</param>
    public bool IsWatched(uint id) => _together.ContainsKey(id);

    /// <summary>A port without a link leads nowhere: its next hops lose their flows to others at once, and have them back with the link.</summary>
    /// <param name="port">Port index.</param>
    /// <param name="up">Whether it is up.</param>
    public void SetPort(int port, bool up)
    {
        if (up ? _portsDown.Remove(port) : _portsDown.Add(port))
        {
            foreach ((uint id, Work work) in _work.Where(w => w.Value.Key.Port == port))
            {
                SetState(id, work, State(id), MacOf(id));
            }
        }
    }

    /// <summary>A packet waits for a next hop.</summary>
    /// <param name="id">Next hop id, as a worker says it.</param>
    /// <param name="sequence">The sequence of that packet.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Need(ulong id, ulong sequence, ulong now)
    {
        if (id < _memory.Limits.NextHops && _work.TryGetValue((uint)id, out Work? work) && State((uint)id) == NextHopState.Idle)
        {
            Begin((uint)id, work, sequence, now);
            foreach (uint other in _together.GetValueOrDefault((uint)id, []).Where(o => State(o) == NextHopState.Idle).Order())
            {
                Begin(other, _work[other], sequence, now);
            }
        }
    }

    /// <summary>
    /// Looks for packets that wait for a next hop that nobody asks for: a punt may have been lost in a full ring, or control
    /// died between taking it and asking.
    /// </summary>
    /// <param name="now">Nanoseconds.</param>
    public void Rescue(ulong now)
    {
        foreach ((uint id, Work work) in _work)
        {
            NextHopSlot* slot = _memory.NextHops + id;
            if (Volatile.Read(ref slot->Held) > 0 && slot->State == NextHopState.Idle)
            {
                Begin(id, work, 0, now);
            }
        }
    }

    /// <summary>
    /// An ARP packet named a host as its sender: RFC 826 updates what is known already, whether it asks or answers, and adds nothing.
    /// </summary>
    /// <param name="key">Port and sender address.</param>
    /// <param name="mac">Sender MAC.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Seen(HostKey key, MacAddress mac, ulong now)
    {
        if (Find(key, out uint id, out Work work))
        {
            Confirm(id, work, mac, now);
        }
    }

    /// <summary>A solicitation named its sender's MAC: taken, but not as a proof that it can be reached (RFC 4861 section 7.2.3).</summary>
    /// <param name="key">Port and source address.</param>
    /// <param name="mac">Its MAC.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Solicited(HostKey key, MacAddress mac, ulong now)
    {
        if (!Find(key, out uint id, out Work work))
        {
            return;
        }

        if (State(id) != NextHopState.Resolved)
        {
            Confirm(id, work, mac, now);
        }
        else if (MacOf(id) != mac.Value)
        {
            SetState(id, work, NextHopState.Resolved, mac.Value);
            Doubt(id, work, now);
        }
    }

    /// <summary>An advertisement: the override rules of RFC 4861 section 7.2.5.</summary>
    /// <param name="port">Port it came in on.</param>
    /// <param name="message">The message.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Advertised(int port, in NeighborMessage message, ulong now)
    {
        if (!Find(new HostKey(port, message.Target), out uint id, out Work work))
        {
            return;
        }

        bool known = State(id) == NextHopState.Resolved;
        if (message.LinkLayer is { } mac && !mac.IsUnicast)
        {
            return;
        }

        if (!known)
        {
            // Without a MAC an advertisement says nothing that can be used here.
            if (message.LinkLayer is { } first)
            {
                Confirm(id, work, first, now);
            }

            return;
        }

        bool differs = message.LinkLayer is { } other && other.Value != MacOf(id);
        if (differs && !message.IsOverride)
        {
            Doubt(id, work, now); // somebody else claims it, without the right to: keep what is known and ask
        }
        else if (message.IsSolicited)
        {
            Confirm(id, work, message.LinkLayer ?? new MacAddress(MacOf(id)), now);
        }
        else if (differs)
        {
            SetState(id, work, NextHopState.Resolved, message.LinkLayer!.Value.Value);
            Doubt(id, work, now);
        }
    }

    /// <summary>Fires the timers that are due.</summary>
    /// <param name="until">Nanoseconds; timers of exactly this time fire too.</param>
    public void Fire(ulong until)
    {
        while (NextTimer is { } due && due <= until)
        {
            (uint id, _) = _timers.Dequeue();
            Work work = _work[id];
            work.Due = Never;
            Expire(id, work, due);
        }
    }

    private void Expire(uint id, Work work, ulong now)
    {
        switch (State(id))
        {
            case NextHopState.Pending when now >= work.Started + _giveUp:
                work.Unreachable = true;
                SetState(id, work, NextHopState.Failed, 0);
                SetTimer(id, work, now + FailedNanoseconds);
                break;
            case NextHopState.Pending:
                Ask(id, work, 0, unicast: false);
                SetTimer(id, work, Math.Min(now + _retry, work.Started + _giveUp));
                break;
            case NextHopState.Failed when IsWatched(id):
                Begin(id, work, 0, now);
                break;
            case NextHopState.Failed:
                SetState(id, work, NextHopState.Idle, 0);
                break;
            case NextHopState.Resolved when work.Probing && now >= work.Started + _giveUp && IsWatched(id):
                work.Unreachable = true; // the others take its flows now
                Begin(id, work, 0, now);
                break;
            case NextHopState.Resolved when work.Probing && now >= work.Started + _giveUp:
                work.Probing = false;
                SetState(id, work, NextHopState.Idle, 0); // it may have another MAC now: the next packet asks everybody
                break;
            case NextHopState.Resolved:
                if (!work.Probing)
                {
                    work.Probing = true;
                    work.Started = now;
                }

                Ask(id, work, 0, unicast: true);
                SetTimer(id, work, Math.Min(now + _retry, work.Started + _giveUp));
                break;
            default:
                break; // Idle waits for a packet, not for time
        }
    }

    private void Begin(uint id, Work work, ulong sequence, ulong now)
    {
        work.Started = now;
        work.Probing = false;
        SetState(id, work, NextHopState.Pending, 0);
        Ask(id, work, sequence, unicast: false);
        SetTimer(id, work, now + Math.Min(_retry, _giveUp));
    }

    private void Confirm(uint id, Work work, MacAddress mac, ulong now)
    {
        if ((_memory.NextHops + id)->Static != 0)
        {
            return;
        }

        work.Probing = false;
        work.Unreachable = false;
        (_memory.NextHops + id)->ConfirmedAt = now / 1_000_000;
        SetState(id, work, NextHopState.Resolved, mac.Value);
        SetTimer(id, work, now + _reachable);
    }

    /// <summary>What is known of a resolved next hop may be wrong: probe it soon, unless that is under way already.</summary>
    private void Doubt(uint id, Work work, ulong now)
    {
        if (!work.Probing)
        {
            SetTimer(id, work, Math.Min(work.Due, now + StaleProbe));
        }
    }

    /// <summary>Takes over a next hop that stands in memory and that this process has not seen before.</summary>
    private void Adopt(uint id, Work work, ulong now)
    {
        switch (State(id))
        {
            case NextHopState.Resolved:
                // The clock of an earlier control process is the same one (monotonic since boot); a later time is not from it.
                ulong confirmed = (_memory.NextHops + id)->ConfirmedAt * 1_000_000;
                SetTimer(id, work, confirmed <= now ? Math.Max(confirmed + _reachable, now) : now + _reachable);
                break;
            case NextHopState.Pending:
                work.Unreachable = ((_memory.NextHops + id)->Word & NextHopSlot.Unreachable) != 0;
                Begin(id, work, 0, now);
                break;
            case NextHopState.Failed:
                work.Unreachable = true;
                SetTimer(id, work, now + FailedNanoseconds);
                break;
            default:
                SetState(id, work, NextHopState.Idle, 0);
                break;
        }
    }

    private void Ask(uint id, Work work, ulong sequence, bool unicast)
    {
        HostKey target = work.Key;
        if (_own.SourceFor(target) is not { } source)
        {
            return; // no address of that family on the port: nobody can answer, and the give-up timer says so
        }

        MacAddress own = _own.MacOf(target.Port);
        MacAddress? destination = unicast ? new MacAddress(MacOf(id)) : null;
        Span<byte> frame = stackalloc byte[ControlPackets.NeighborLength];
        int length = target.Family == 4
            ? ControlPackets.ArpRequest(frame, own, source.Ipv4, target.Ipv4, destination)
            : ControlPackets.NeighborSolicitation(frame, own, source.Ipv6, target.Ipv6, destination);
        _injects.Send(sequence, target.Port, frame[..length]);
    }

    private bool Find(HostKey key, out uint id, out Work work)
    {
        if (_ids.TryGetValue(key, out id) && (_memory.NextHops + id)->Static == 0)
        {
            work = _work[id];
            return true;
        }

        work = null!;
        return false;
    }

    private NextHopState State(uint id) => (_memory.NextHops + id)->State;

    private ulong MacOf(uint id) => (_memory.NextHops + id)->Word & MacAddress.Mask;

    private void SetState(uint id, Work work, NextHopState state, ulong mac)
    {
        NextHopSlot* slot = _memory.NextHops + id;
        NextHopState before = slot->State;
        ulong word = NextHopSlot.Pack(mac, state, work.Unreachable || _portsDown.Contains(work.Key.Port));
        if (slot->Word != word)
        {
            Changing?.Invoke(id);
        }

        Volatile.Write(ref slot->Word, word);
        if (before != state)
        {
            _changed(new NeighborChange(id, work.Key, before, state));
        }
    }

    private void SetTimer(uint id, Work work, ulong due)
    {
        work.Due = due;
        if (due != Never)
        {
            _timers.Enqueue((id, due), (due, id));
            if (_timers.Count > (4 * _work.Count) + 1024)
            {
                Tidy();
            }
        }
    }

    // Entries of timers that were set anew go when their time comes; a host that speaks all the time would heap them up until then.
    private void Tidy()
    {
        _timers.Clear();
        foreach ((uint id, Work work) in _work)
        {
            if (work.Due != Never)
            {
                _timers.Enqueue((id, work.Due), (work.Due, id));
            }
        }
    }

    private sealed class Work(HostKey key)
    {
        /// <summary>Port and address.</summary>
        public HostKey Key { get; } = key;

        /// <summary>When its timer is due.</summary>
        public ulong Due { get; set; } = Never;

        /// <summary>When the resolution or probing began.</summary>
        public ulong Started { get; set; }

        /// <summary>Resolved, and asked whether it is still there.</summary>
        public bool Probing { get; set; }

        /// <summary>It did not answer, and has not since.</summary>
        public bool Unreachable { get; set; }
    }
}

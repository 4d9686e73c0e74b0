using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Neighbors;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Snooping;

/// <summary>
/// Where members of tenants' multicast groups and multicast routers are (A-091, RFC 4541), from IGMP, MLD and PIM hellos that workers hand
/// over in segments with <c>snooping</c>. By group, whatever the sources; link-local groups have no members, since they are always
/// flooded. What is not heard of again ages; after a leave there is time for others to say that they stay.
/// </summary>
internal sealed unsafe class TenantGroups
{
    /// <summary>Life of a membership and of a router without news: twice the query interval of 125 s, and 10 s to answer (RFC 3376 section 8.4).</summary>
    public const ulong Life = 260 * Second;

    /// <summary>What is left of it after a leave: two queries of the last member, a second each (RFC 3376 section 8.10).</summary>
    public const ulong LastMember = 2 * Second;

    private const ulong Second = 1_000_000_000;
    private readonly GatewayMemory _memory;
    private readonly GroupMembers _table;
    private readonly Action _full;
    private readonly TokenBucket _budget;
    private readonly Dictionary<Membership, ulong> _ends = [];
    private ulong _next = ulong.MaxValue;

    /// <param name="memory">The regions; what a former control process knew is taken over.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="full">Told that a membership found no room.</param>
    /// <param name="now">Nanoseconds.</param>
    public TenantGroups(GatewayMemory memory, GatewayConfiguration configuration, Action full, ulong now)
    {
        _memory = memory;
        _full = full;
        _table = memory.Groups;
        _budget = new TokenBucket(configuration.Budgets.Igmp);
        IReadOnlyList<(uint Segment, uint Family, ulong High, ulong Low, uint Place)> found = _table.All();
        if (found.Count == 0)
        {
            _table.Clear();
        }

        foreach ((uint segment, uint family, ulong high, ulong low, uint place) in found)
        {
            _ends[new Membership(segment, new HostKey(0, (byte)family, high, low), place)] = now + Life;
            _next = now + Life;
        }
    }

    /// <summary>When something ends, nanoseconds, or before; null when nothing will.</summary>
    public ulong? NextTimer => _ends.Count == 0 ? null : _next;

    /// <summary>All memberships with their ends (nanoseconds), in no order.</summary>
    public IEnumerable<(Membership Membership, ulong End)> All => _ends.Select(static e => (e.Key, e.Value));

    /// <summary>Takes over a published configuration: what it has no place for is forgotten.</summary>
    /// <param name="index">The configuration with its ids.</param>
    public void Refresh(PlaneIndex index)
    {
        _budget.SetRate(index.Configuration.Budgets.Igmp);
        foreach (Membership membership in _ends.Keys.Where(m => !IsPlaceOf(index, m.Segment, m.Place)).ToArray())
        {
            Remove(membership);
        }
    }

    /// <summary>Works off a tenant's message.</summary>
    /// <param name="punt">The punt; its frame may hold anything.</param>
    /// <param name="index">The configuration with its ids.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Handle(in Punt punt, PlaneIndex index, ulong now)
    {
        if (!_budget.TryTake(now))
        {
            if (punt.Kind == PuntKind.TenantGroupOnly)
            {
                ulong* counter = &_memory.Header->ControlDrops[(int)DropReason.CppIgmp];
                Volatile.Write(ref *counter, *counter + 1);
            }

            return;
        }

        uint place = punt.Place & (Place.IdMask | Place.Peer);
        if (punt.Frame.Length < EthernetHeader.Size || !IsPlaceOf(index, punt.Segment, place)
            || !MembershipMessage.TryRead(punt.Frame.AsSpan(EthernetHeader.Size), out MembershipMessage message))
        {
            return;
        }

        if (message.IsFromRouter)
        {
            Keep(new Membership(punt.Segment, new HostKey(0, message.Family, 0, 0), place), now);
        }

        for (int at = 0; message.Next(ref at, out MembershipChange change, out ReadOnlySpan<byte> bytes);)
        {
            HostKey group = message.Family == 4 ? new HostKey(0, Ipv4Address.FromBytes(bytes)) : new HostKey(0, Ipv6Address.FromBytes(bytes));
            if (!HasMembers(bytes))
            {
                continue;
            }

            var membership = new Membership(punt.Segment, group, place);
            if (change == MembershipChange.Join)
            {
                Keep(membership, now);
            }
            else if (change == MembershipChange.Leave && _ends.TryGetValue(membership, out ulong end))
            {
                End(membership, Math.Min(end, now + LastMember));
            }
        }
    }

    /// <summary>Ends what is over.</summary>
    /// <param name="now">Nanoseconds.</param>
    public void Fire(ulong now)
    {
        if (now < _next)
        {
            return;
        }

        foreach (Membership membership in _ends.Where(e => e.Value <= now).Select(static e => e.Key).ToArray())
        {
            Remove(membership);
        }

        _next = _ends.Count == 0 ? ulong.MaxValue : _ends.Values.Min();
    }

    // Groups that are flooded whatever is said of them have no members, nor has what is no group.
    private static bool HasMembers(ReadOnlySpan<byte> group) => group.Length == 4
        ? group[0] >> 4 == 0xE && !(group[0] == 224 && group[1] == 0 && group[2] == 0)
        : group[0] == 0xFF && group[1] != 2;

    private static bool IsPlaceOf(PlaneIndex index, uint segment, uint place)
    {
        SegmentConfiguration? owner = (place & Place.Peer) != 0 ? index.PeerOf(place & Place.IdMask)?.Segment : index.AttachmentOf(place)?.Segment;
        return owner is { Snooping: true } && ReferenceEquals(owner, index.SegmentOf(segment));
    }

    private void Keep(Membership membership, ulong now)
    {
        if (!_ends.ContainsKey(membership))
        {
            if (_ends.Count >= _table.Capacity)
            {
                _full();
                return;
            }

            _table.Add(membership.Segment, membership.Group.Family, membership.Group.High, membership.Group.Low, membership.Place);
        }

        End(membership, now + Life);
    }

    private void End(Membership membership, ulong at)
    {
        _ends[membership] = at;
        _next = Math.Min(_next, at);
    }

    private void Remove(Membership membership)
    {
        _ends.Remove(membership);
        _table.Remove(membership.Segment, membership.Group.Family, membership.Group.High, membership.Group.Low, membership.Place);
    }
}

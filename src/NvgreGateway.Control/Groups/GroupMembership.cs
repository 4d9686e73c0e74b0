using System.Net;
using System.Net.Sockets;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Neighbors;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Groups;

/// <summary>
/// Tells the routers and snooping switches of the underlay which PA groups the gateway listens to: one
/// <see cref="GroupInterface"/> for each underlay port and family. Nothing is said before <see cref="Begin"/>.
/// </summary>
internal sealed class GroupMembership
{
    private readonly InjectQueue _injects;
    private readonly Func<ulong, ulong> _delay;
    private readonly SortedDictionary<(int Port, bool Six), GroupInterface> _interfaces = [];
    private readonly TokenBucket _budget;
    private readonly byte[] _frame = new byte[GatewayMemory.LongestFrame];
    private OwnAddresses _own;
    private GatewayConfiguration _configuration;
    private bool _begun;

    /// <param name="injects">Where reports go.</param>
    /// <param name="own">The gateway's own addresses.</param>
    /// <param name="configuration">The configuration in force.</param>
    /// <param name="delay">A time up to the one given, nanoseconds.</param>
    public GroupMembership(InjectQueue injects, OwnAddresses own, GatewayConfiguration configuration, Func<ulong, ulong> delay)
    {
        _injects = injects;
        _delay = delay;
        _own = own;
        _configuration = configuration;
        _budget = new TokenBucket(configuration.Budgets.Igmp);
        Refresh(configuration, own, 0);
    }

    /// <summary>When something is to be done by itself, nanoseconds; <see cref="ulong.MaxValue"/> = nothing.</summary>
    public ulong NextTimer
    {
        get
        {
            ulong next = ulong.MaxValue;
            foreach (GroupInterface one in _interfaces.Values)
            {
                next = Math.Min(next, one.Due);
            }

            return next;
        }
    }

    /// <summary>Takes over what a published configuration says: joins what is new, leaves what is gone.</summary>
    /// <param name="configuration">The configuration in force.</param>
    /// <param name="own">The gateway's own addresses under it.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Refresh(GatewayConfiguration configuration, OwnAddresses own, ulong now)
    {
        _configuration = configuration;
        _own = own;
        _budget.SetRate(configuration.Budgets.Igmp);
        var wanted = new Dictionary<(int Port, bool Six), HashSet<IPAddress>>();
        foreach (SegmentConfiguration segment in configuration.Segments)
        {
            foreach (IPAddress group in segment.PaGroups)
            {
                if (PaGroupPath.Of(configuration.Ports, segment, group) is { } path)
                {
                    (int Port, bool Six) key = (path.PortIndex, group.AddressFamily == AddressFamily.InterNetworkV6);
                    wanted.TryAdd(key, []);
                    wanted[key].Add(group);
                }
            }
        }

        foreach ((int port, bool six) in wanted.Keys)
        {
            if (!_interfaces.ContainsKey((port, six)))
            {
                _interfaces[(port, six)] = new GroupInterface(six, _delay, (version, records) => Send(port, six, version, records));
            }
        }

        foreach (((int Port, bool Six) key, GroupInterface one) in _interfaces)
        {
            one.Set(wanted.GetValueOrDefault(key, []), _begun, now);
        }
    }

    /// <summary>Forwarding begins, or began anew: tells of every group.</summary>
    /// <param name="now">Nanoseconds.</param>
    public void Begin(ulong now)
    {
        _begun = true;
        foreach (GroupInterface one in _interfaces.Values)
        {
            one.TellAgain(now);
        }
    }

    /// <summary>A port has its link back: whoever is behind it may know nothing.</summary>
    /// <param name="port">Port index.</param>
    /// <param name="now">Nanoseconds.</param>
    public void PortUp(int port, ulong now)
    {
        foreach (((int Port, bool Six) key, GroupInterface one) in _interfaces)
        {
            if (_begun && key.Port == port)
            {
                one.TellAgain(now);
            }
        }
    }

    /// <summary>The gateway ends: leaves every group.</summary>
    /// <param name="now">Nanoseconds.</param>
    public void End(ulong now)
    {
        foreach (GroupInterface one in _interfaces.Values)
        {
            one.Set(new HashSet<IPAddress>(), _begun, now);
        }
    }

    /// <summary>Fires the timers that are due.</summary>
    /// <param name="until">Nanoseconds; timers of exactly this time fire too.</param>
    public void Fire(ulong until)
    {
        foreach (GroupInterface one in _interfaces.Values)
        {
            if (one.Due <= until)
            {
                one.Fire(until);
            }
        }
    }

    /// <summary>Works off IGMP or MLD.</summary>
    /// <param name="port">Port it came in on.</param>
    /// <param name="packet">The IP packet; may hold anything.</param>
    /// <param name="now">Nanoseconds.</param>
    /// <returns>Why it is refused (F-047, or cut short, or a wrong checksum), or none.</returns>
    public DropReason Handle(int port, ReadOnlySpan<byte> packet, ulong now)
    {
        if (!_budget.TryTake(now))
        {
            return DropReason.CppIgmp;
        }

        switch (GroupQuery.Read(packet, out GroupQuery query))
        {
            case GroupQueryResult.Short:
                return DropReason.IpLen;
            case GroupQueryResult.BadChecksum:
                return DropReason.IpCksum;
            case GroupQueryResult.Query when _begun && _interfaces.TryGetValue((port, packet[0] >> 4 == 6), out GroupInterface? one):
                one.Heard(in query, now);
                return DropReason.None;
            default:
                return DropReason.None;
        }
    }

    private void Send(int port, bool six, int version, IReadOnlyList<GroupRecord> records)
    {
        IPAddress? first = _own.Of(port).FirstOrDefault(o => o.IsPa && !six && o.Address.AddressFamily == AddressFamily.InterNetwork)?.Address;
        MacAddress mac = _own.MacOf(port);
        Ipv4Address source = first is null ? default : HostKey.Of(port, first).Ipv4; // RFC 3376 section 4.2.13: 0.0.0.0 without one
        Ipv6Address source6 = OwnAddress.LinkLocal(mac);
        if (version < (six ? 2 : 3))
        {
            foreach (GroupRecord record in records)
            {
                SendOld(port, version, record, mac, source, source6);
            }

            return;
        }

        // What fits into one packet of the port.
        int room = Math.Min(_configuration.Ports[port].Mtu + EthernetHeader.Size, _frame.Length) - (six ? GroupPackets.MldHeaders : GroupPackets.IgmpHeaders);
        for (int at = 0; at < records.Count;)
        {
            var some = new List<GroupRecord>();
            for (int left = room; at < records.Count && (some.Count == 0 || records[at].Size <= left); at++)
            {
                some.Add(records[at]);
                left -= records[at].Size;
            }

            int length = six ? GroupPackets.MldReport(_frame, mac, source6, some) : GroupPackets.IgmpReport(_frame, mac, source, some);
            _injects.Send(0, port, _frame.AsSpan(0, length));
        }
    }

    private void SendOld(int port, int version, GroupRecord record, MacAddress mac, Ipv4Address source, Ipv6Address source6)
    {
        bool leave = record.Type == GroupRecordType.ChangeToInclude;
        HostKey group = HostKey.Of(port, record.Group);
        if (group.Family == 4 && version == 1 && leave)
        {
            return; // IGMPv1 knows no leave
        }

        int length = group.Family == 6
            ? GroupPackets.MldOld(_frame, leave ? IcmpHeader.ListenerDone6 : IcmpHeader.ListenerReportV1, mac, source6, group.Ipv6)
            : GroupPackets.IgmpOld(_frame, leave ? GroupPackets.IgmpLeave : version == 1 ? GroupPackets.IgmpReportV1 : GroupPackets.IgmpReportV2, mac, source, group.Ipv4);
        _injects.Send(0, port, _frame.AsSpan(0, length));
    }
}

using System.Net;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Tables;

/// <summary>
/// PA groups as the tables hold them: peers that are only sent to, whose next hop is known beforehand, as a group's MAC is made from
/// its address.
/// </summary>
internal static class GroupPlanner
{
    /// <summary>The next hop of a group of a segment.</summary>
    internal static NextHopKey HopOf(GatewayConfiguration configuration, SegmentConfiguration segment, IPAddress group) =>
        new(PathOf(configuration, segment, group).PortIndex, WireAddress.From(group));

    /// <summary>The MAC of a group.</summary>
    internal static MacAddress MacOf(WireAddress group) => group.IsIpv6
        ? GroupMac.Of(Ipv6Address.FromRaw(group.High, group.Low))
        : GroupMac.Of(Ipv4Address.FromRaw((uint)group.High));

    /// <summary>Whether an address of the tables is a group.</summary>
    internal static bool IsGroup(byte family, ulong high) => family == 6 ? (byte)high == 0xFF : (byte)high is >= 224 and < 240;

    /// <summary>The groups of a segment, the default ones first.</summary>
    internal static TablePlan.PeerPlan[] Plan(
        GatewayConfiguration configuration, SegmentConfiguration segment, Func<PeerKey, uint> idOf, Func<NextHopKey, uint> hopOf) =>
    [
        .. segment.PaGroups.Select(group =>
        {
            PaGroupPath path = PathOf(configuration, segment, group);
            WireAddress address = WireAddress.From(group);
            var hop = new NextHopKey(path.PortIndex, address);
            return new TablePlan.PeerPlan(
                idOf(new PeerKey(segment.Vsid, address)), [WireAddress.From(path.Source)], [new(hopOf(hop), hop)], address, ConfigurationOf(configuration, segment, group))
            {
                IsGroup = true,
            };
        }),
    ];

    /// <summary>A group as a peer: one packet for all, so that what not every peer of the family takes is left out.</summary>
    internal static PeerConfiguration ConfigurationOf(GatewayConfiguration configuration, SegmentConfiguration segment, IPAddress group)
    {
        PeerConfiguration[] peers = [.. segment.Peers.Where(p => p.Address.AddressFamily == group.AddressFamily)];
        DscpConfiguration dscp = peers.Select(static p => p.Dscp).Distinct().Count() == 1
            ? peers[0].Dscp
            : new DscpConfiguration { Encapsulate = DscpEncapsulation.Copy, Decapsulate = DscpDecapsulationMode.Pipe };
        return new PeerConfiguration
        {
            Address = group,
            FlowId = peers.Length == 0 ? configuration.FlowId : peers.All(static p => p.FlowId == FlowIdMode.Hash) ? FlowIdMode.Hash : FlowIdMode.Zero,
            Ecn = peers.Length > 0 && peers.All(static p => p.Ecn == EcnMode.Normal) ? EcnMode.Normal : EcnMode.Compatibility,
            Dscp = dscp,
            AdminState = AdminState.Up,
            AcceptInnerTag = false,
            Pmtud = false,
            Mtu = null,
            Limits = new LimitsConfiguration { Macs = null, Action = LimitAction.Forward },
        };
    }

    private static PaGroupPath PathOf(GatewayConfiguration configuration, SegmentConfiguration segment, IPAddress group) =>
        PaGroupPath.Of(configuration.Ports, segment, group) ?? throw new TablesException($"no source address for group {group} of segment {segment.Name}");
}

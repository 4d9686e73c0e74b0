using System.Net;
using System.Net.Sockets;

namespace NvgreGateway.Control.Configuration;

/// <summary>What ties PA groups to the rest of a configuration .</summary>
internal sealed class GroupValidator(GatewayConfiguration configuration, ReadContext context, UnderlayRoutes routes, List<ConfigurationWarning> warnings)
{
    // All hosts and all nodes: every host has joined them, no report is ever sent for them (RFC 3376 section 6, RFC 3810 section 6).
    private static readonly IPAddress[] s_everybody = [IPAddress.Parse("224.0.0.1"), IPAddress.Parse("ff02::1")];

    /// <summary>Reports every error to the context and adds the warnings.</summary>
    public void Run()
    {
        bool portsKnown = context.Complete(JsonPath.Root["ports"]);
        for (int i = 0; i < configuration.Segments.Count; i++)
        {
            SegmentConfiguration segment = configuration.Segments[i];
            JsonPath path = JsonPath.Root["segments"][i];
            Check(segment, path, segment.MulticastPa, path["multicastPa"], portsKnown);
            foreach (GroupMapping mapping in segment.Groups)
            {
                Check(segment, path, mapping.PaGroups, path["groups"][mapping.Group.ToString()], portsKnown);
            }

            if (portsKnown && segment.MulticastPa.Count > 0 && context.Complete(path))
            {
                WarnOfPeers(segment, path["multicastPa"]);
            }
        }
    }

    private static string FamilyOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";

    private void Check(SegmentConfiguration segment, JsonPath path, ValueList<IPAddress> groups, JsonPath place, bool portsKnown)
    {
        for (int k = 0; k < groups.Count; k++)
        {
            JsonPath at = context.PlaceOf(place, k);
            if (!context.Known(at))
            {
                continue;
            }

            if (s_everybody.Contains(groups[k]))
            {
                context.Reject(at, $"\"{groups[k]}\"", "is the group of all hosts", "a group that hosts join, such as \"239.1.19.137\" or \"ff08::1:1389\"");
                continue;
            }

            if (portsKnown && context.Complete(path["sourceAddresses"]) && segment.SourceFor(groups[k]) is null)
            {
                context.Reject(at, $"\"{groups[k]}\"", $"has no source address: no local PA among the segment's is {FamilyOf(groups[k])}", $"a group of the family of a source address, or an {FamilyOf(groups[k])} address on an underlay port (and in sourceAddresses)");
            }

            if (!AddressMath.IsScopedGroup(groups[k]))
            {
                warnings.Add(new ConfigurationWarning("group_scope", at.ToString(), $"\"{groups[k]}\"", $"group {groups[k]} is not administratively scoped: tenant frames may leave the site; use 239.0.0.0/8, ff05::/16 or ff08::/16"));
            }
        }
    }

    // Who cannot hear the group gets nothing that is flooded.
    private void WarnOfPeers(SegmentConfiguration segment, JsonPath path)
    {
        foreach (PeerConfiguration peer in segment.Peers)
        {
            IPAddress? group = segment.MulticastPa.FirstOrDefault(g => g.AddressFamily == peer.Address.AddressFamily);
            if (group is null)
            {
                warnings.Add(new ConfigurationWarning("peer_without_group", path.ToString(), peer.Address.ToString(), $"no group of the segment is {FamilyOf(peer.Address)}: peer {peer.Address} gets what is flooded only if it joins a group of the other family"));
            }
            else if (PaGroupPath.Of(configuration.Ports, segment, group) is { } way && routes.Find(peer.Address) is { Count: > 0 } toPeer && toPeer.All(p => p.PortIndex != way.PortIndex))
            {
                warnings.Add(new ConfigurationWarning("peer_off_group_port", path.ToString(), peer.Address.ToString(), $"group {group} leaves on port \"{configuration.Ports[way.PortIndex].Name}\", peer {peer.Address} is behind port \"{configuration.Ports[toPeer[0].PortIndex].Name}\""));
            }
        }
    }
}

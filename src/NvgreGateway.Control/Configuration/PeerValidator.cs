using System.Net;
using static NvgreGateway.Control.Configuration.ErrorText;

namespace NvgreGateway.Control.Configuration;

/// <summary>What peers need of the ports: a way, a source address, a path MTU that the port can send.</summary>
/// <param name="configuration">What was read.</param>
/// <param name="context">Takes the errors.</param>
/// <param name="ports">The ports, checked.</param>
/// <param name="routes">The ways into the underlay.</param>
/// <param name="warnings">Takes the warnings.</param>
internal sealed class PeerValidator(GatewayConfiguration configuration, ReadContext context, PortValidator ports, UnderlayRoutes routes, List<ConfigurationWarning> warnings)
{
    private static JsonPath PortsPath => JsonPath.Root["ports"];

    private static JsonPath SegmentsPath => JsonPath.Root["segments"];

    /// <summary>Reports every error.</summary>
    public void Run()
    {
        bool portsKnown = context.Complete(PortsPath);
        for (int i = 0; i < configuration.Segments.Count; i++)
        {
            SegmentConfiguration segment = configuration.Segments[i];
            bool sourcesKnown = portsKnown && context.Complete(SegmentsPath[i]["sourceAddresses"]);
            Dictionary<IPAddress, JsonPath> seen = [];
            for (int k = 0; k < segment.Peers.Count; k++)
            {
                IPAddress address = segment.Peers[k].Address;
                if (segment.Peers[k].AcceptInnerTag)
                {
                    warnings.Add(new ConfigurationWarning("non_compliant", SegmentsPath[i]["peers"][k]["acceptInnerTag"].ToString(), "true", $"frames of peer {address} with an inner VLAN tag are accepted, which RFC 7637 section 3.3 forbids"));
                }

                JsonPath place = context.PlaceOf(SegmentsPath[i]["peers"][k], "address");
                if (!context.Known(place))
                {
                    continue;
                }

                CheckPathMtu(segment.Peers[k], SegmentsPath[i]["peers"][k]["mtu"], portsKnown);
                if (!seen.TryAdd(address, place))
                {
                    context.Reject(place, Quote(address), $"is a peer of this segment already, {seen[address]}", "each peer of a segment once");
                    continue;
                }

                if (ports.Local.TryGetValue(address, out JsonPath? own))
                {
                    context.Reject(place, Quote(address), $"is our own address, {own}", "the PA of another endpoint");
                    continue;
                }

                if (ports.IsSubnets(address))
                {
                    context.Reject(place, Quote(address), "is the broadcast or network address of a local prefix", "a unicast address");
                    continue;
                }

                if (portsKnown && routes.Find(address).Count == 0)
                {
                    context.Reject(place, Quote(address), "has no route", "an address on-link on an underlay port, or inside a prefix of its routes");
                }

                int sources = sourcesKnown ? segment.SourcesFor(address).Count() : 1;
                if (sources > Exchange.PathSet.Most)
                {
                    context.Reject(
                        SegmentsPath[i]["spread"], "\"flow\"", $"would send to {address} from {Number(sources)} addresses", $"up to {Number(Exchange.PathSet.Most)} addresses of a family in sourceAddresses");
                    break;
                }

                if (sources == 0)
                {
                    string family = Family(address.AddressFamily);
                    context.Reject(place, Quote(address), $"has no source address: no local PA among the segment's is {family}", $"a peer of the family of a source address, or an {family} address on an underlay port (and in sourceAddresses)");
                }
            }
        }
    }

    /// <summary>A fixed path MTU is no more than the port sends, and leaves what every IPv4 host takes (B-060).</summary>
    private void CheckPathMtu(PeerConfiguration peer, JsonPath path, bool portsKnown)
    {
        if (peer.Mtu is not { } mtu || !portsKnown || !context.Known(path))
        {
            return;
        }

        foreach (UnderlayPath way in routes.Find(peer.Address))
        {
            PortConfiguration port = configuration.Ports[way.PortIndex];
            int tenant = TenantMtu.Of(port, mtu, peer.Address.AddressFamily);
            if (mtu > port.Mtu || tenant < TenantMtu.Least)
            {
                string problem = mtu > port.Mtu ? $"is more than port \"{port.Name}\" sends" : $"leaves {Number(tenant)} bytes for tenant packets";
                context.Reject(path, Number(mtu), problem, $"{Number(TenantMtu.Least + mtu - tenant)} to {Number(port.Mtu)}");
                return;
            }
        }
    }
}

using System.Net;
using System.Net.Sockets;
using static NvgreGateway.Control.Configuration.ErrorText;

namespace NvgreGateway.Control.Configuration;

/// <summary>Compares what each underlay port can carry, per family of its peers, with the VLANs behind it .</summary>
/// <param name="configuration">What was read.</param>
/// <param name="context">Takes the errors.</param>
/// <param name="ports">The ports, checked.</param>
/// <param name="routes">The ways into the underlay.</param>
/// <param name="warnings">Takes the warnings.</param>
internal sealed class MtuValidator(GatewayConfiguration configuration, ReadContext context, PortValidator ports, UnderlayRoutes routes, List<ConfigurationWarning> warnings)
{
    private static JsonPath PortsPath => JsonPath.Root["ports"];

    private static JsonPath SegmentsPath => JsonPath.Root["segments"];

    /// <summary>Reports every error.</summary>
    public void Run()
    {
        Dictionary<(int Port, AddressFamily Family), VlanMtu> vlans = LargestVlanMtus();
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            PortConfiguration port = configuration.Ports[i];
            JsonPath path = PortsPath[i]["mtu"];
            if (!context.Known(path) || !context.Known(PortsPath[i]["extraOverhead"]) || !context.Known(PortsPath[i]["role"]) || port.Role != PortRole.Underlay)
            {
                continue;
            }

            bool overIpv4 = vlans.TryGetValue((i, AddressFamily.InterNetwork), out VlanMtu side4);
            bool overIpv6 = vlans.TryGetValue((i, AddressFamily.InterNetworkV6), out VlanMtu side6);
            if (!overIpv4 && !overIpv6)
            {
                continue;
            }

            AddressFamily family = overIpv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
            int least = overIpv4 ? TenantMtu.Least : TenantMtu.LeastForIpv6;
            int tenant = TenantMtu.Of(port, family);
            if (tenant < least)
            {
                int overhead = port.Mtu - tenant;
                context.Reject(path, Number(port.Mtu), $"leaves {Number(tenant)} bytes for tenant packets over {Family(family)}", $"{Number(least + overhead)} to 9216 ({Number(least)} for the tenant and {Number(overhead)} for the encapsulation)");
                continue;
            }

            if (overIpv4)
            {
                Warn(port, path, AddressFamily.InterNetwork, side4);
            }

            if (overIpv6)
            {
                Warn(port, path, AddressFamily.InterNetworkV6, side6);
            }
        }
    }

    private void Warn(PortConfiguration underlay, JsonPath path, AddressFamily family, VlanMtu side)
    {
        int tenant = TenantMtu.Of(underlay, family);
        if (tenant < side.Mtu)
        {
            warnings.Add(new ConfigurationWarning(
                "mtu_below_vlan",
                path.ToString(),
                Number(tenant),
                $"tenant packets of segment \"{side.Segment}\" over {Family(family)} may have {Number(tenant)} bytes, those of port \"{side.Port}\" have up to {Number(side.Mtu)}; an mtu of {Number(underlay.Mtu + side.Mtu - tenant)} carries them all"));
        }
    }

    /// <summary>
    /// For each underlay port and family of peers behind it, the largest MTU among the access ports of their segments;
    /// 0 where none is known, no entry where there is no such peer.
    /// </summary>
    private Dictionary<(int Port, AddressFamily Family), VlanMtu> LargestVlanMtus()
    {
        Dictionary<(int Port, AddressFamily Family), VlanMtu> largest = [];
        for (int i = 0; i < configuration.Segments.Count; i++)
        {
            SegmentConfiguration segment = configuration.Segments[i];
            VlanMtu side = new(segment.Name, string.Empty, 0);
            foreach (AttachmentConfiguration attachment in segment.Attachments)
            {
                if (ports.ByName.TryGetValue(attachment.Port, out int port) && context.Known(PortsPath[port]["mtu"]) && configuration.Ports[port].Mtu > side.Mtu)
                {
                    side = new VlanMtu(segment.Name, attachment.Port, configuration.Ports[port].Mtu);
                }
            }

            for (int k = 0; k < segment.Peers.Count; k++)
            {
                IPAddress peer = segment.Peers[k].Address;
                foreach (UnderlayPath way in context.Known(context.PlaceOf(SegmentsPath[i]["peers"][k], "address")) ? routes.Find(peer) : [])
                {
                    if (!largest.TryGetValue((way.PortIndex, peer.AddressFamily), out VlanMtu before) || before.Mtu < side.Mtu)
                    {
                        largest[(way.PortIndex, peer.AddressFamily)] = side;
                    }
                }
            }
        }

        return largest;
    }

    private readonly record struct VlanMtu(string Segment, string Port, int Mtu);
}

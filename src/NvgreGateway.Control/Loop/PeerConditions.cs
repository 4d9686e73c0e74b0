using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Icmp;
using NvgreGateway.Control.Neighbors;
using NvgreGateway.Control.Tables;

namespace NvgreGateway.Control;

/// <summary>What stands between the gateway and its peers: next hops that do not answer, routers that refuse, paths that carry less than wanted.</summary>
/// <param name="conditions">Where it is shown.</param>
/// <param name="tables">For learned path MTUs.</param>
/// <param name="neighbors">For next hops.</param>
/// <param name="errors">For what routers told.</param>
internal sealed class PeerConditions(Conditions conditions, GatewayTables tables, NeighborTable neighbors, UnderlayErrors errors)
{
    /// <summary>Shows all of it; after another configuration came into force.</summary>
    /// <param name="index">The configuration.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Show(PlaneIndex index, ulong now)
    {
        conditions.Set("peer_down", index.Peers.Where(IsDown).Select(p => (p.Subject, DownText(index, p))), now);
        ShowHops(index, now);
        ShowMtus(index, now);
    }

    /// <summary>Shows what became of a next hop.</summary>
    /// <param name="index">The configuration in force.</param>
    /// <param name="hop">Its id.</param>
    /// <param name="now">Nanoseconds.</param>
    public void ShowHop(PlaneIndex index, uint hop, ulong now)
    {
        foreach (PlaneIndex.PeerView peer in index.Peers.Where(p => p.Hops.Any(h => h.Id == hop)))
        {
            if (IsDown(peer))
            {
                conditions.Raise("peer_down", peer.Subject, DownText(index, peer), now);
            }
            else
            {
                conditions.Clear("peer_down", peer.Subject, now);
            }
        }

        ShowHops(index, now);
    }

    /// <summary>Shows which peers routers called unreachable.</summary>
    /// <param name="index">The configuration in force.</param>
    /// <param name="now">Nanoseconds.</param>
    public void ShowUnreachable(PlaneIndex index, ulong now) => conditions.Set(
        "peer_unreachable", errors.Unreachable.Select(u => (index.PeerOf(u.Peer)?.Subject ?? string.Empty, u.Text)).Where(static u => u.Item1.Length > 0), now);

    /// <summary>
    /// Shows peers whose path carries less than their port (A-073, B-016): what the port alone costs, the configuration's warnings say.
    /// </summary>
    /// <param name="index">The configuration in force.</param>
    /// <param name="now">Nanoseconds.</param>
    public void ShowMtus(PlaneIndex index, ulong now)
    {
        var below = new Dictionary<string, string>();
        var tunnel = new List<(string, string)>();
        foreach (PlaneIndex.SegmentView segment in index.Segments)
        {
            int vlan = -1;
            foreach (PlaneIndex.PeerView peer in segment.Peers)
            {
                if (NarrowestPort(index, peer) is not { } port)
                {
                    continue;
                }

                int pathMtu = TenantMtu.PathTo(port, peer.Peer, tables.LearnedPathMtu(peer.Peer.Address));
                int tenant = TenantMtu.Of(port, pathMtu, peer.Peer.Address.AddressFamily);
                if (tenant < TenantMtu.LeastForIpv6)
                {
                    tunnel.Add((peer.Subject, $"the path carries {pathMtu} bytes, {tenant} of them for tenant packets: IPv6 needs {TenantMtu.LeastForIpv6}"));
                }

                if (pathMtu < port.Mtu)
                {
                    vlan = vlan >= 0 ? vlan : segment.Attachments.Max(a => index.Configuration.Ports[a.Port].Mtu);
                    if (tenant < vlan)
                    {
                        below[peer.Subject] = $"the path carries {pathMtu} bytes: tenant packets may have {tenant}, those of the VLAN side have up to {vlan}";
                    }
                }
            }
        }

        conditions.Set("ipv6_tunnel_mtu", tunnel, now);
        foreach (Condition raised in conditions.All)
        {
            if (raised.Name == "mtu_below_vlan" && !raised.Subject.Contains('[', StringComparison.Ordinal) && !below.ContainsKey(raised.Subject))
            {
                conditions.Clear(raised.Name, raised.Subject, now);
            }
        }

        foreach ((string subject, string text) in below)
        {
            conditions.Raise("mtu_below_vlan", subject, text, now);
        }
    }

    /// <summary>Whether any next hop of a peer may answer.</summary>
    public bool IsReachable(PlaneIndex.PeerView peer) => peer.Hops.Count > 0 && !IsDown(peer);

    /// <summary>Why a peer cannot be reached.</summary>
    public static string DownText(PlaneIndex index, PlaneIndex.PeerView peer) => peer.Hops.Count switch
    {
        0 => "no route",
        1 => $"next hop {HopText(index, peer.Hops[0])} does not answer",
        _ => $"next hops {string.Join(", ", peer.Hops.Select(h => HopText(index, h)))} do not answer",
    };

    /// <summary>The port of a peer's paths that leaves tenants least room; null without a route.</summary>
    public PortConfiguration? NarrowestPort(PlaneIndex index, PlaneIndex.PeerView peer) => peer.Narrowest(index.Configuration, tables.LearnedPathMtu(peer.Peer.Address));

    /// <summary>The path MTU to a peer, bytes; null without a route.</summary>
    public int? PathMtuOf(PlaneIndex index, PlaneIndex.PeerView peer) => NarrowestPort(index, peer) is { } port
        ? TenantMtu.PathTo(port, peer.Peer, tables.LearnedPathMtu(peer.Peer.Address))
        : null;

    private static string HopText(PlaneIndex index, PlaneIndex.HopView hop) => $"{hop.Path.NextHop} on {index.Configuration.Ports[hop.Path.PortIndex].Name}";

    private bool IsDown(PlaneIndex.PeerView peer) => peer.Hops.Count > 0 && peer.Hops.All(h => neighbors.IsUnreachable(h.Id));

    // What a peer that is up by others does not show.
    private void ShowHops(PlaneIndex index, ulong now) => conditions.Set(
        "next_hop_down",
        index.HopSets.SelectMany(static set => set).Distinct().Where(h => neighbors.IsUnreachable(h.Id))
            .Select(h => (HopText(index, h), "it does not answer: flows take the other next hops")),
        now);
}

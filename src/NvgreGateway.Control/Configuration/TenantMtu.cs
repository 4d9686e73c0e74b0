using System.Net.Sockets;

namespace NvgreGateway.Control.Configuration;

/// <summary>The size arithmetic of the encapsulation. A tag of the outer frame is no part of the IP MTU and does not count.</summary>
public static class TenantMtu
{
    /// <summary>The least tenant MTU that is accepted: every IPv4 host takes packets of this size (RFC 791).</summary>
    public const int Least = 576;

    /// <summary>The least tenant MTU where all peers are IPv6: the least link MTU there (RFC 8200 section 5).</summary>
    public const int LeastForIpv6 = 1280;

    private const int GreHeader = 8, InnerEthernetHeader = 14, Ipv4Header = 20, Ipv6Header = 40;

    /// <summary>
    /// The path MTU toward a peer: the port's MTU, or less by the peer's fixed <c>mtu</c>, or by what was learned of the path (B-060,
    /// B-061, B-064).
    /// </summary>
    /// <param name="underlay">The underlay port toward it.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="learned">What routers reported; null = nothing.</param>
    /// <returns>Bytes of outer IP packet.</returns>
    public static int PathTo(PortConfiguration underlay, PeerConfiguration peer, int? learned)
    {
        ArgumentNullException.ThrowIfNull(underlay);
        ArgumentNullException.ThrowIfNull(peer);
        return Math.Min(underlay.Mtu, peer.Mtu ?? (peer.Pmtud ? learned : null) ?? underlay.Mtu);
    }

    /// <summary>The largest tenant IP packet toward a peer by one of its paths: <see cref="PathTo"/> less the encapsulation.</summary>
    /// <param name="underlay">The underlay port of the path.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="learned">What routers reported; null = nothing.</param>
    /// <returns>Bytes of tenant IP packet; may be small or negative.</returns>
    public static int Toward(PortConfiguration underlay, PeerConfiguration peer, int? learned)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return Of(underlay, PathTo(underlay, peer, learned), peer.Address.AddressFamily);
    }

    /// <summary>The largest tenant IP packet that a path carries .</summary>
    /// <param name="underlay">The underlay port that it begins at.</param>
    /// <param name="pathMtu">Its MTU.</param>
    /// <param name="family">Family of the outer header.</param>
    /// <returns>Bytes of tenant IP packet; may be small or negative.</returns>
    public static int Of(PortConfiguration underlay, int pathMtu, AddressFamily family) => Of(underlay, family) - underlay.Mtu + pathMtu;

    /// <summary>The largest tenant IP packet that fits an underlay port's MTU: 42 bytes less over IPv4, 62 over IPv6, and the port's extra overhead .</summary>
    /// <param name="underlay">An underlay port.</param>
    /// <param name="family">Family of the outer header.</param>
    /// <returns>Bytes of tenant IP packet; may be small or negative for a port that is not validated.</returns>
    public static int Of(PortConfiguration underlay, AddressFamily family)
    {
        ArgumentNullException.ThrowIfNull(underlay);
        int outer = family == AddressFamily.InterNetworkV6 ? Ipv6Header : Ipv4Header;
        return underlay.Mtu - underlay.ExtraOverhead - outer - GreHeader - InnerEthernetHeader;
    }
}

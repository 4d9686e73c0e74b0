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

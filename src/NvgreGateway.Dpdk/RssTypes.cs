namespace NvgreGateway.Dpdk;

/// <summary>Packet fields that choose a receive queue (<c>RTE_ETH_RSS_*</c>); checked against the shim at start.</summary>
[Flags]
public enum RssTypes : ulong
{
    /// <summary>No spreading.</summary>
    None = 0,
    /// <summary>IPv4 addresses.</summary>
    IPv4 = 1ul << 2,
    /// <summary>IPv4 addresses of fragments.</summary>
    FragmentIPv4 = 1ul << 3,
    /// <summary>IPv4 TCP.</summary>
    IPv4Tcp = 1ul << 4,
    /// <summary>IPv4 UDP.</summary>
    IPv4Udp = 1ul << 5,
    /// <summary>IPv4 with another protocol, GRE among them.</summary>
    IPv4Other = 1ul << 7,
    /// <summary>IPv6 addresses.</summary>
    IPv6 = 1ul << 8,
    /// <summary>IPv6 addresses of fragments.</summary>
    FragmentIPv6 = 1ul << 9,
    /// <summary>IPv6 TCP.</summary>
    IPv6Tcp = 1ul << 10,
    /// <summary>IPv6 UDP.</summary>
    IPv6Udp = 1ul << 11,
    /// <summary>IPv6 with another protocol.</summary>
    IPv6Other = 1ul << 13,
    /// <summary>MAC addresses.</summary>
    L2Payload = 1ul << 14,
    /// <summary>IPv6 addresses behind extension headers.</summary>
    IPv6Extension = 1ul << 15,
    /// <summary>IPv6 TCP behind extension headers.</summary>
    IPv6TcpExtension = 1ul << 16,
    /// <summary>IPv6 UDP behind extension headers.</summary>
    IPv6UdpExtension = 1ul << 17,
    /// <summary>Inner headers of NVGRE, the VSID among them.</summary>
    Nvgre = 1ul << 21,
    /// <summary>All of IPv4 and IPv6 that spreads by address or L4 port.</summary>
    Ip = IPv4 | FragmentIPv4 | IPv4Other | IPv4Tcp | IPv4Udp | IPv6 | FragmentIPv6 | IPv6Other | IPv6Tcp | IPv6Udp
        | IPv6Extension | IPv6TcpExtension | IPv6UdpExtension,
    /// <summary>Not a field: the other fields are those of the innermost packet (level 2).</summary>
    Innermost = 2ul << 50,
    /// <summary>What spreads NVGRE best: all of IP, of the inner packet where the device can.</summary>
    Inner = Ip | Nvgre | Innermost,
}

namespace NvgreGateway.Packets;

/// <summary>IP protocol and IPv6 next header numbers.</summary>
public static class IpProtocol
{
    /// <summary>IPv6 hop-by-hop options.</summary>
    public const byte HopByHop = 0;

    /// <summary>ICMP for IPv4.</summary>
    public const byte Icmp = 1;

    /// <summary>IGMP.</summary>
    public const byte Igmp = 2;

    /// <summary>TCP.</summary>
    public const byte Tcp = 6;

    /// <summary>UDP.</summary>
    public const byte Udp = 17;

    /// <summary>DCCP; its ports lie where those of TCP do.</summary>
    public const byte Dccp = 33;

    /// <summary>IPv6 routing header.</summary>
    public const byte Routing = 43;

    /// <summary>IPv6 fragment header.</summary>
    public const byte Fragment = 44;

    /// <summary>GRE.</summary>
    public const byte Gre = 47;

    /// <summary>Authentication header.</summary>
    public const byte Authentication = 51;

    /// <summary>ICMPv6.</summary>
    public const byte Icmpv6 = 58;

    /// <summary>IPv6: nothing follows.</summary>
    public const byte NoNextHeader = 59;

    /// <summary>IPv6 destination options.</summary>
    public const byte DestinationOptions = 60;

    /// <summary>PIM.</summary>
    public const byte Pim = 103;

    /// <summary>SCTP; its ports lie where those of TCP do.</summary>
    public const byte Sctp = 132;

    /// <summary>IPv6 mobility header.</summary>
    public const byte Mobility = 135;

    /// <summary>UDP-Lite; its ports lie where those of TCP do.</summary>
    public const byte UdpLite = 136;

    /// <summary>Host identity protocol, an IPv6 extension header (B-015).</summary>
    public const byte HostIdentity = 139;

    /// <summary>Shim6, an IPv6 extension header (B-015).</summary>
    public const byte Shim6 = 140;
}

namespace NvgreGateway.Dpdk;

/// <summary>A field of an item: bytes in network order within the item's struct. The shim's layout table checks every one.</summary>
/// <param name="Item">Whose it is.</param>
/// <param name="Offset">Its first byte.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct FlowField(FlowItemType Item, int Offset, int Length)
{
    /// <summary>Destination MAC.</summary>
    public static FlowField EthernetDestination => new(FlowItemType.Ethernet, 0, 6);

    /// <summary>Source MAC.</summary>
    public static FlowField EthernetSource => new(FlowItemType.Ethernet, 6, 6);

    /// <summary>EtherType.</summary>
    public static FlowField EthernetProtocol => new(FlowItemType.Ethernet, 12, 2);

    /// <summary>Priority and VID.</summary>
    public static FlowField VlanTci => new(FlowItemType.Vlan, 0, 2);

    /// <summary>EtherType behind the tag.</summary>
    public static FlowField VlanProtocol => new(FlowItemType.Vlan, 2, 2);

    /// <summary>Version and length of the header.</summary>
    public static FlowField IPv4VersionLength => new(FlowItemType.IPv4, 0, 1);

    /// <summary>DSCP and ECN.</summary>
    public static FlowField IPv4Tos => new(FlowItemType.IPv4, 1, 1);

    /// <summary>Flags and offset of fragments.</summary>
    public static FlowField IPv4Fragment => new(FlowItemType.IPv4, 6, 2);

    /// <summary>Time to live.</summary>
    public static FlowField IPv4Ttl => new(FlowItemType.IPv4, 8, 1);

    /// <summary>Protocol.</summary>
    public static FlowField IPv4Protocol => new(FlowItemType.IPv4, 9, 1);

    /// <summary>Source address.</summary>
    public static FlowField IPv4Source => new(FlowItemType.IPv4, 12, 4);

    /// <summary>Destination address.</summary>
    public static FlowField IPv4Destination => new(FlowItemType.IPv4, 16, 4);

    /// <summary>Version, traffic class and flow label.</summary>
    public static FlowField IPv6Flow => new(FlowItemType.IPv6, 0, 4);

    /// <summary>Next header.</summary>
    public static FlowField IPv6Protocol => new(FlowItemType.IPv6, 6, 1);

    /// <summary>Hop limit.</summary>
    public static FlowField IPv6HopLimit => new(FlowItemType.IPv6, 7, 1);

    /// <summary>Source address.</summary>
    public static FlowField IPv6Source => new(FlowItemType.IPv6, 8, 16);

    /// <summary>Destination address.</summary>
    public static FlowField IPv6Destination => new(FlowItemType.IPv6, 24, 16);

    /// <summary>Source port.</summary>
    public static FlowField TcpSource => new(FlowItemType.Tcp, 0, 2);

    /// <summary>Destination port.</summary>
    public static FlowField TcpDestination => new(FlowItemType.Tcp, 2, 2);

    /// <summary>Flags: FIN is the lowest bit.</summary>
    public static FlowField TcpFlags => new(FlowItemType.Tcp, 13, 1);

    /// <summary>Source port.</summary>
    public static FlowField UdpSource => new(FlowItemType.Udp, 0, 2);

    /// <summary>Destination port.</summary>
    public static FlowField UdpDestination => new(FlowItemType.Udp, 2, 2);

    /// <summary>Flags and version of GRE.</summary>
    public static FlowField NvgreFlags => new(FlowItemType.Nvgre, 0, 2);

    /// <summary>Protocol of GRE.</summary>
    public static FlowField NvgreProtocol => new(FlowItemType.Nvgre, 2, 2);

    /// <summary>VSID.</summary>
    public static FlowField NvgreVsid => new(FlowItemType.Nvgre, 4, 3);

    /// <summary>FlowID.</summary>
    public static FlowField NvgreFlowId => new(FlowItemType.Nvgre, 7, 1);

    /// <summary>Bytes of the struct of an item, 0 for one that has none here.</summary>
    /// <param name="type">The item.</param>
    /// <returns>Its size.</returns>
    public static int SizeOf(FlowItemType type) => type switch
    {
        FlowItemType.Ethernet => 20,
        FlowItemType.Vlan => 8,
        FlowItemType.IPv4 => 20,
        FlowItemType.IPv6 => 44,
        FlowItemType.Udp => 8,
        FlowItemType.Tcp => 20,
        FlowItemType.Nvgre => 8,
        FlowItemType.RepresentedPort => 2,
        _ => 0,
    };
}

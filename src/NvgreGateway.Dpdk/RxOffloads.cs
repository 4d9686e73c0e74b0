namespace NvgreGateway.Dpdk;

/// <summary>What a device can do for received packets (<c>RTE_ETH_RX_OFFLOAD_*</c>); checked against the shim at start.</summary>
[Flags]
public enum RxOffloads : ulong
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Remove the 802.1Q tag.</summary>
    VlanStrip = 1ul << 0,
    /// <summary>Check IPv4 header checksums.</summary>
    IPv4Checksum = 1ul << 1,
    /// <summary>Check UDP checksums.</summary>
    UdpChecksum = 1ul << 2,
    /// <summary>Check TCP checksums.</summary>
    TcpChecksum = 1ul << 3,
    /// <summary>Join TCP segments.</summary>
    TcpLro = 1ul << 4,
    /// <summary>Remove two tags.</summary>
    QinqStrip = 1ul << 5,
    /// <summary>Check outer IPv4 header checksums.</summary>
    OuterIPv4Checksum = 1ul << 6,
    /// <summary>Filter by VLAN.</summary>
    VlanFilter = 1ul << 9,
    /// <summary>Spread a packet over several buffers.</summary>
    Scatter = 1ul << 13,
    /// <summary>Keep the frame check sequence in the data.</summary>
    KeepCrc = 1ul << 16,
    /// <summary>Deliver the hash that chose the queue.</summary>
    RssHash = 1ul << 19,
}

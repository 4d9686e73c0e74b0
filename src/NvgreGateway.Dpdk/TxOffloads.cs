namespace NvgreGateway.Dpdk;

/// <summary>What a device can do for packets to send (<c>RTE_ETH_TX_OFFLOAD_*</c>); checked against the shim at start.</summary>
[Flags]
public enum TxOffloads : ulong
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Insert an 802.1Q tag.</summary>
    VlanInsert = 1ul << 0,
    /// <summary>Compute IPv4 header checksums.</summary>
    IPv4Checksum = 1ul << 1,
    /// <summary>Compute UDP checksums.</summary>
    UdpChecksum = 1ul << 2,
    /// <summary>Compute TCP checksums.</summary>
    TcpChecksum = 1ul << 3,
    /// <summary>Compute SCTP checksums.</summary>
    SctpChecksum = 1ul << 4,
    /// <summary>Segment TCP.</summary>
    TcpSegmentation = 1ul << 5,
    /// <summary>Segment UDP.</summary>
    UdpSegmentation = 1ul << 6,
    /// <summary>Compute outer IPv4 header checksums.</summary>
    OuterIPv4Checksum = 1ul << 7,
    /// <summary>Segment TCP within GRE.</summary>
    GreTcpSegmentation = 1ul << 10,
    /// <summary>Several threads may send on one queue.</summary>
    LockFree = 1ul << 14,
    /// <summary>Packets of several segments.</summary>
    MultiSegments = 1ul << 15,
    /// <summary>Free without looking: one pool, one holder, no clones. Never asked for unless the caller says so.</summary>
    FastFree = 1ul << 16,
    /// <summary>Segment TCP within any tunnel over IP.</summary>
    IpTunnelTcpSegmentation = 1ul << 19,
}

namespace NvgreGateway.Dpdk;

/// <summary>What a device reports that it can do (<c>rte_eth_dev_info</c>). Reported is not proven.</summary>
public sealed record PortCapabilities
{
    /// <summary>Driver, such as <c>net_ixgbe</c>.</summary>
    public required string Driver { get; init; }

    /// <summary>Kernel interface behind the port, 0 if none.</summary>
    public required uint InterfaceIndex { get; init; }

    /// <summary>NUMA node, -1 if unknown.</summary>
    public required int Socket { get; init; }

    /// <summary>What can be done for received packets.</summary>
    public required RxOffloads RxOffloads { get; init; }

    /// <summary>What can be done for packets to send.</summary>
    public required TxOffloads TxOffloads { get; init; }

    /// <summary>Fields that can choose a receive queue.</summary>
    public required RssTypes RssTypes { get; init; }

    /// <summary>Entries of the table from hash to queue, 0 if there is none.</summary>
    public required int RetaSize { get; init; }

    /// <summary>Bytes of the key of the hash, 0 if it cannot be set.</summary>
    public required int RssKeySize { get; init; }

    /// <summary>Most receive queues.</summary>
    public required int MaxRxQueues { get; init; }

    /// <summary>Most send queues.</summary>
    public required int MaxTxQueues { get; init; }

    /// <summary>Smallest MTU, bytes without the Ethernet header.</summary>
    public required int MinMtu { get; init; }

    /// <summary>Largest MTU that can be set, bytes without the Ethernet header; for a vdev on a kernel interface that is what its ring carries.</summary>
    public required int MaxMtu { get; init; }

    /// <summary>Smallest data room, headroom not included, that a receive queue takes.</summary>
    public required uint MinRxBuffer { get; init; }

    /// <summary>Largest packet that can be received, bytes.</summary>
    public required uint MaxRxPacket { get; init; }

    /// <summary>MAC addresses that can be filtered for.</summary>
    public required int MaxMacAddresses { get; init; }

    /// <summary>Bounds of a receive queue's length.</summary>
    public required (int Min, int Max) RxDescriptors { get; init; }

    /// <summary>Bounds of a send queue's length.</summary>
    public required (int Min, int Max) TxDescriptors { get; init; }

    /// <summary>Most segments of a packet to send; 0 or 65535 if unbounded.</summary>
    public required int MaxTxSegments { get; init; }

    /// <summary>Most segments of a packet to send that is one frame on the wire, and of each frame that the device cuts; 0 or 65535 if unbounded.</summary>
    public required int MaxFrameSegments { get; init; }

    /// <summary>Whether link changes are reported by interrupt.</summary>
    public required bool LinkInterrupt { get; init; }

    /// <summary>Whether removal is reported by interrupt.</summary>
    public required bool RemovalInterrupt { get; init; }
}

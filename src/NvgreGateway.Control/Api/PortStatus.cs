namespace NvgreGateway.Control.Api;

/// <summary>A port as <c>show ports</c> tells it.</summary>
public sealed record PortStatus
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary><c>access</c> or <c>underlay</c>.</summary>
    public required string Role { get; init; }

    /// <summary>PCI address or vdev string.</summary>
    public required string Device { get; init; }

    /// <summary>Administrative state: <c>up</c> or <c>down</c>.</summary>
    public required string Admin { get; init; }

    /// <summary>Operational state: <c>up</c>, <c>down</c>, or <c>unknown</c> while nothing was asked of it (F-011).</summary>
    public required string Oper { get; init; }

    /// <summary>Why it is not up; null when it is.</summary>
    public string? Reason { get; init; }

    /// <summary>DPDK driver.</summary>
    public string? Driver { get; init; }

    /// <summary>MAC in force.</summary>
    public string? Mac { get; init; }

    /// <summary>MTU in force; 0 before the port was opened.</summary>
    public required int Mtu { get; init; }

    /// <summary>Link speed, Mbit/s; null = unknown.</summary>
    public long? SpeedMbps { get; init; }

    /// <summary>Receive queues in force.</summary>
    public required int RxQueues { get; init; }

    /// <summary>Transmit queues in force.</summary>
    public required int TxQueues { get; init; }

    /// <summary>NUMA node, -1 = none.</summary>
    public required int NumaNode { get; init; }

    /// <summary>Flow control by pause frames: <c>off</c>, <c>none</c> (the device has none) or <c>on</c> (it refuses to switch it off); null before the port was started (E-077).</summary>
    public string? Pause { get; init; }

    /// <summary>Priority flow control: <c>off</c>, as nothing switches it on; null before the port was started (E-077).</summary>
    public string? PriorityFlowControl { get; init; }

    /// <summary>Transmit offloads in force, DPDK bits.</summary>
    public required ulong TxOffloads { get; init; }

    /// <summary>Receive offloads in force, DPDK bits.</summary>
    public required ulong RxOffloads { get; init; }

    /// <summary>Its addresses with prefix length, the link-local one last.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>The same addresses with their states.</summary>
    public required IReadOnlyList<AddressStatus> AddressStates { get; init; }

    /// <summary>Received.</summary>
    public required PacketCount Rx { get; init; }

    /// <summary>Sent.</summary>
    public required PacketCount Tx { get; init; }

    /// <summary>Frames received here that ended as a drop.</summary>
    public required ulong Dropped { get; init; }

    /// <summary>Frames the device missed for want of descriptors.</summary>
    public required ulong Missed { get; init; }

    /// <summary>Frames the device received with errors.</summary>
    public required ulong RxErrors { get; init; }

    /// <summary>Frames the device failed to send.</summary>
    public required ulong TxErrors { get; init; }

    /// <summary>Frames lost for want of mbufs.</summary>
    public required ulong RxNoMbuf { get; init; }
}

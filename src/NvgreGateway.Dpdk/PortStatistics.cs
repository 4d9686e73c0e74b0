namespace NvgreGateway.Dpdk;

/// <summary>Counters of a port since it was started, as its driver keeps them.</summary>
public readonly struct PortStatistics
{
    /// <summary>Packets received.</summary>
    public readonly ulong RxPackets;
    /// <summary>Packets sent.</summary>
    public readonly ulong TxPackets;
    /// <summary>Bytes received.</summary>
    public readonly ulong RxBytes;
    /// <summary>Bytes sent.</summary>
    public readonly ulong TxBytes;
    /// <summary>Packets the device dropped because the queue was full.</summary>
    public readonly ulong RxMissed;
    /// <summary>Packets received broken.</summary>
    public readonly ulong RxErrors;
    /// <summary>Packets that could not be sent.</summary>
    public readonly ulong TxErrors;
    /// <summary>Times the driver found the mempool empty.</summary>
    public readonly ulong RxNoMbuf;
}

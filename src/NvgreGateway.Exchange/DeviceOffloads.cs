namespace NvgreGateway.Exchange;

/// <summary>Offloads of a device, as far as the gateway has a use for them: what it reports, what may be asked of it, what it was set up with.</summary>
[Flags]
public enum DeviceOffloads : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Transmit: IPv4 header checksum.</summary>
    TxIp4 = 1 << 0,

    /// <summary>Transmit: TCP checksum.</summary>
    TxTcp = 1 << 1,

    /// <summary>Transmit: UDP checksum.</summary>
    TxUdp = 1 << 2,

    /// <summary>Transmit: TCP segmentation.</summary>
    TxTcpSegmentation = 1 << 3,

    /// <summary>Transmit: UDP segmentation.</summary>
    TxUdpSegmentation = 1 << 4,

    /// <summary>Transmit: outer IPv4 header checksum.</summary>
    TxOuterIp4 = 1 << 5,

    /// <summary>Transmit: TCP segmentation within GRE.</summary>
    TxGreSegmentation = 1 << 6,

    /// <summary>Transmit: TCP segmentation within any tunnel over IP.</summary>
    TxTunnelSegmentation = 1 << 7,

    /// <summary>Transmit: packets of several segments.</summary>
    TxSegments = 1 << 8,

    /// <summary>Receive: IPv4 header checksum.</summary>
    RxIp4 = 1 << 9,

    /// <summary>Receive: TCP checksum.</summary>
    RxTcp = 1 << 10,

    /// <summary>Receive: UDP checksum.</summary>
    RxUdp = 1 << 11,

    /// <summary>Receive: outer IPv4 header checksum.</summary>
    RxOuterIp4 = 1 << 12,

    /// <summary>Receive: large frames.</summary>
    RxLro = 1 << 13,

    /// <summary>All of transmission.</summary>
    Tx = TxIp4 | TxTcp | TxUdp | TxTcpSegmentation | TxUdpSegmentation | TxOuterIp4 | TxGreSegmentation | TxTunnelSegmentation | TxSegments,

    /// <summary>All of reception: a change takes a port that is stopped (C-076).</summary>
    Rx = RxIp4 | RxTcp | RxUdp | RxOuterIp4 | RxLro,

    /// <summary>All.</summary>
    All = Tx | Rx,
}

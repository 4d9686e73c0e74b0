using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Data;

/// <summary>DPDK's bits of the offloads that the gateway has a use for.</summary>
internal static class DeviceOffloadBits
{
    private static readonly FlagMap<DeviceOffloads, TxOffloads> s_tx = new(
        (DeviceOffloads.TxIp4, TxOffloads.IPv4Checksum),
        (DeviceOffloads.TxTcp, TxOffloads.TcpChecksum),
        (DeviceOffloads.TxUdp, TxOffloads.UdpChecksum),
        (DeviceOffloads.TxTcpSegmentation, TxOffloads.TcpSegmentation),
        (DeviceOffloads.TxUdpSegmentation, TxOffloads.UdpSegmentation),
        (DeviceOffloads.TxOuterIp4, TxOffloads.OuterIPv4Checksum),
        (DeviceOffloads.TxGreSegmentation, TxOffloads.GreTcpSegmentation),
        (DeviceOffloads.TxTunnelSegmentation, TxOffloads.IpTunnelTcpSegmentation),
        (DeviceOffloads.TxSegments, TxOffloads.MultiSegments));

    private static readonly FlagMap<DeviceOffloads, RxOffloads> s_rx = new(
        (DeviceOffloads.RxIp4, RxOffloads.IPv4Checksum),
        (DeviceOffloads.RxTcp, RxOffloads.TcpChecksum),
        (DeviceOffloads.RxUdp, RxOffloads.UdpChecksum),
        (DeviceOffloads.RxOuterIp4, RxOffloads.OuterIPv4Checksum),
        (DeviceOffloads.RxLro, RxOffloads.TcpLro));

    /// <summary>Ours of DPDK's.</summary>
    /// <param name="tx">Transmit offloads.</param>
    /// <param name="rx">Receive offloads.</param>
    /// <returns>Those of them that the gateway has a use for.</returns>
    internal static DeviceOffloads From(TxOffloads tx, RxOffloads rx) => s_tx.Ours(tx) | s_rx.Ours(rx);

    /// <summary>DPDK's of ours: transmit.</summary>
    /// <param name="ours">Offloads.</param>
    /// <returns>DPDK's bits.</returns>
    internal static TxOffloads Tx(DeviceOffloads ours) => s_tx.Dpdk(ours);

    /// <summary>DPDK's of ours: receive.</summary>
    /// <param name="ours">Offloads.</param>
    /// <returns>DPDK's bits; what large frames take is with them.</returns>
    internal static RxOffloads Rx(DeviceOffloads ours)
    {
        RxOffloads found = s_rx.Dpdk(ours);
        return (found & RxOffloads.TcpLro) != 0 ? found | RxOffloads.Scatter : found;
    }
}

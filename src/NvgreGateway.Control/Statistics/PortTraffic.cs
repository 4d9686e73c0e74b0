namespace NvgreGateway.Control.Statistics;

/// <summary>Frames and bytes (without FCS) that crossed a port.</summary>
/// <param name="RxPackets">Frames received.</param>
/// <param name="RxBytes">Their bytes.</param>
/// <param name="TxPackets">Frames that the port took.</param>
/// <param name="TxBytes">Their bytes.</param>
/// <param name="RxDropped">Frames received here that ended as a drop, as far as workers dropped them.</param>
public readonly record struct PortTraffic(ulong RxPackets, ulong RxBytes, ulong TxPackets, ulong TxBytes, ulong RxDropped);

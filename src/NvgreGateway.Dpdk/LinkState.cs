namespace NvgreGateway.Dpdk;

/// <summary>Link of a port.</summary>
/// <param name="IsUp">Whether there is a link.</param>
/// <param name="SpeedMbps">Megabits per second; 0 without a link, <see cref="uint.MaxValue"/> if unknown.</param>
/// <param name="IsFullDuplex">Whether both sides may send at once.</param>
public readonly record struct LinkState(bool IsUp, uint SpeedMbps, bool IsFullDuplex);

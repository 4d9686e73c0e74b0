using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Offload;

/// <summary>What workers are told of a port's offloads: what a snapshot holds.</summary>
/// <param name="Plain">What it does to plain frames.</param>
/// <param name="Nvgre4">What it does to NVGRE over IPv4.</param>
/// <param name="Nvgre6">What it does to NVGRE over IPv6.</param>
/// <param name="TakesRequests">Whether what it says of received frames asks for something.</param>
/// <param name="ChecksInner">Whether what it says of the checksums of tenant packets can be believed (C-042).</param>
public readonly record struct PortOffloadSets(PortOffloads Plain, PortOffloads Nvgre4, PortOffloads Nvgre6, bool TakesRequests, bool ChecksInner = false)
{
    /// <summary>What it does to NVGRE over one or the other.</summary>
    public PortOffloads Nvgre => Nvgre4 | Nvgre6;
}

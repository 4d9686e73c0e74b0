using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Offload;

/// <summary>What workers are told of a port's offloads: what a snapshot holds.</summary>
/// <param name="Plain">What it does to plain frames.</param>
/// <param name="Nvgre">What it does to NVGRE.</param>
/// <param name="TakesRequests">Whether what it says of received frames asks for something.</param>
/// <param name="ChecksInner">Whether what it says of the checksums of tenant packets can be believed (C-042).</param>
public readonly record struct PortOffloadSets(PortOffloads Plain, PortOffloads Nvgre, bool TakesRequests, bool ChecksInner = false);

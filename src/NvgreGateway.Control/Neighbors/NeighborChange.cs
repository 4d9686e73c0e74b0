using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Neighbors;

/// <summary>A change that a person may want to know of.</summary>
/// <param name="Id">Next hop id.</param>
/// <param name="Key">Port and address.</param>
/// <param name="From">The state before.</param>
/// <param name="To">The state now.</param>
internal readonly record struct NeighborChange(uint Id, HostKey Key, NextHopState From, NextHopState To);

using System.Net;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Configuration;

/// <summary>A static neighbour of an underlay port; an entry of <c>ports[].neighbors</c>.</summary>
public sealed record NeighborConfiguration
{
    /// <summary>An on-link address of the port, not one of its own.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>Its unicast MAC.</summary>
    public required MacAddress Mac { get; init; }
}

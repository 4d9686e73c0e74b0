using System.Net;

namespace NvgreGateway.Control.Configuration;

/// <summary>A static route of an underlay port; an entry of <c>ports[].routes</c>. Several of one prefix share its flows .</summary>
public sealed record RouteConfiguration
{
    /// <summary>Destinations; host bits are zero.</summary>
    public required IPNetwork Prefix { get; init; }

    /// <summary>The next hop, on-link on the same port.</summary>
    public required IPAddress Via { get; init; }
}

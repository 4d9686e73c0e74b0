namespace NvgreGateway.Control.Api;

/// <summary>Traffic of one direction of a tunnel by inner destination (F-021).</summary>
public sealed record CastTunnelTraffic
{
    /// <summary>To one station.</summary>
    public required TunnelTraffic Unicast { get; init; }

    /// <summary>To a group.</summary>
    public required TunnelTraffic Multicast { get; init; }

    /// <summary>To everybody.</summary>
    public required TunnelTraffic Broadcast { get; init; }
}

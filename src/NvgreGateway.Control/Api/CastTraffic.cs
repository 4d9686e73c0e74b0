namespace NvgreGateway.Control.Api;

/// <summary>Traffic of one direction by destination (F-021).</summary>
public sealed record CastTraffic
{
    /// <summary>To one station.</summary>
    public required Traffic Unicast { get; init; }

    /// <summary>To a group.</summary>
    public required Traffic Multicast { get; init; }

    /// <summary>To everybody.</summary>
    public required Traffic Broadcast { get; init; }
}

namespace NvgreGateway.Control.Api;

/// <summary>Traffic of one direction by destination (F-021).</summary>
public sealed record CastTraffic
{
    /// <summary>To one station.</summary>
    public required PacketCount Unicast { get; init; }

    /// <summary>To a group.</summary>
    public required PacketCount Multicast { get; init; }

    /// <summary>To everybody.</summary>
    public required PacketCount Broadcast { get; init; }
}

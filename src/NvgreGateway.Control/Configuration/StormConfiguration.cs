namespace NvgreGateway.Control.Configuration;

/// <summary>How much of a kind is flooded at most; key <c>storm</c> of ports (what comes in there) and segments (F-045).</summary>
public sealed record StormConfiguration
{
    /// <summary>To everybody; null is unlimited.</summary>
    public required StormRate? Broadcast { get; init; }

    /// <summary>To other groups; null is unlimited.</summary>
    public required StormRate? Multicast { get; init; }

    /// <summary>To stations outside the FDB; null is unlimited.</summary>
    public required StormRate? Unknown { get; init; }
}

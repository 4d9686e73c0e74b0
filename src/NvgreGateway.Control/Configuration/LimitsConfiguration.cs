namespace NvgreGateway.Control.Configuration;

/// <summary>A limit of learned MACs; key <c>limits</c> of segments, access ports and peers (E-034). Records do not count.</summary>
public sealed record LimitsConfiguration
{
    /// <summary>The most learned MACs; null is unlimited.</summary>
    public required int? Macs { get; init; }

    /// <summary>What happens to frames of further sources.</summary>
    public required LimitAction Action { get; init; }
}

namespace NvgreGateway.Control.Api;

/// <summary>One offload of a port.</summary>
public sealed record OffloadNameStatus
{
    /// <summary>Its name, as in the configuration.</summary>
    public required string Name { get; init; }

    /// <summary>What of it the device reports: <c>plain</c> and <c>nvgre</c> for transmission, <c>rx</c> for reception.</summary>
    public required IReadOnlyList<string> Device { get; init; }

    /// <summary>What is asked for: <c>on</c>, <c>off</c>, <c>tx</c> or <c>rx</c>.</summary>
    public required string Asked { get; init; }

    /// <summary>What of it the device does now; the rest is done in software.</summary>
    public required IReadOnlyList<string> InForce { get; init; }

    /// <summary>Why not more of it; null if nothing is missing.</summary>
    public string? Reason { get; init; }

    /// <summary>How what the device does to frames that are sent was tested before it was used; null if it does nothing.</summary>
    public string? Checked { get; init; }
}

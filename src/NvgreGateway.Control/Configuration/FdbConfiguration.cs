namespace NvgreGateway.Control.Configuration;

/// <summary>The forwarding table; key <c>fdb</c>.</summary>
public sealed record FdbConfiguration
{
    /// <summary>The most entries, of all segments together.</summary>
    public required int Capacity { get; init; }

    /// <summary>A learned entry ages out after this many seconds without a frame (E-031).</summary>
    public required int AgeingSeconds { get; init; }

    /// <summary>Detection of duplicate MACs (E-032).</summary>
    public required MovesConfiguration Moves { get; init; }
}

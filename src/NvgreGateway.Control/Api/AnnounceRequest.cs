namespace NvgreGateway.Control.Api;

/// <summary>What to announce.</summary>
public sealed record AnnounceRequest
{
    /// <summary>Segment name: only its router and the MACs behind its peers; null = everything.</summary>
    public string? Segment { get; init; }
}

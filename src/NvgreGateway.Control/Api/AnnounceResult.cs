namespace NvgreGateway.Control.Api;

/// <summary>What an announcement begins to tell.</summary>
public sealed record AnnounceResult
{
    /// <summary>Addresses of the gateway's.</summary>
    public required int Addresses { get; init; }

    /// <summary>MACs behind peers.</summary>
    public required int Macs { get; init; }
}

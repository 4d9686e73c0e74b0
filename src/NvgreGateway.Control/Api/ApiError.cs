namespace NvgreGateway.Control.Api;

/// <summary>What went wrong with a request.</summary>
public sealed record ApiError
{
    /// <summary>The text.</summary>
    public required string Error { get; init; }
}

namespace NvgreGateway.Control.Api;

/// <summary>What a flush did.</summary>
public sealed record FlushResult
{
    /// <summary>Entries that went.</summary>
    public required int Flushed { get; init; }
}

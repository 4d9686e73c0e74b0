namespace NvgreGateway.Control.Api;

/// <summary>What switching an offload did; every worker has acknowledged it (C-075).</summary>
public sealed record OffloadResult
{
    /// <summary>Whether anything is other than before.</summary>
    public required bool Changed { get; init; }

    /// <summary>Whether the port was restarted for it.</summary>
    public required bool Restarted { get; init; }
}

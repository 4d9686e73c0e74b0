using NvgreGateway.Control.Statistics;

namespace NvgreGateway.Control.Api;

/// <summary>What is active now of a port's offloads, and why not more: <c>show offloads</c> (C-072).</summary>
public sealed record OffloadStatus
{
    /// <summary>Port name.</summary>
    public required string Port { get; init; }

    /// <summary>Its driver; null before it was opened.</summary>
    public string? Driver { get; init; }

    /// <summary>Each offload by name.</summary>
    public required IReadOnlyList<OffloadNameStatus> Offloads { get; init; }

    /// <summary>Each function of NVGRE offload that is active, as a set over <c>inner4</c>, <c>inner6</c>, <c>outer4</c>, <c>outer6</c>; empty = not active (C-070).</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Active { get; init; }

    /// <summary>Who settled what frames asked for that left through the port, so far.</summary>
    public required OffloadTraffic Requests { get; init; }
}

namespace NvgreGateway.Control.Api;

/// <summary>What one receive queue of a port gave, or what one worker forwarded of it.</summary>
public sealed record QueueShare
{
    /// <summary>Index of the queue, or of the worker.</summary>
    public required int Index { get; init; }

    /// <summary>Packets.</summary>
    public required ulong Packets { get; init; }

    /// <summary>Percent of the port's packets; null before the first.</summary>
    public double? Percent { get; init; }

    /// <summary>Percent to be expected of many flows; null where nobody knows.</summary>
    public double? Expected { get; init; }

    /// <summary>A worker: packets that it took from its queue and handed to others; else null.</summary>
    public ulong? HandedOn { get; init; }

    /// <summary>A worker: packets that others handed to it; else null.</summary>
    public ulong? TakenOver { get; init; }
}

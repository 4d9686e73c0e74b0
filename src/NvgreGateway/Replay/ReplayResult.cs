using NvgreGateway.Exchange;

namespace NvgreGateway.Replay;

/// <summary>What a replay did. Frames that the gateway made itself count in the ports' transmitted and in copies only.</summary>
public sealed record ReplayResult
{
    /// <summary>Packets received on all ports.</summary>
    public required ulong Received { get; init; }

    /// <summary>Received packets of which a copy left.</summary>
    public required ulong Transmitted { get; init; }

    /// <summary>Received packets handed to control.</summary>
    public required ulong Consumed { get; init; }

    /// <summary>Frames written, over all ports.</summary>
    public required ulong Copies { get; init; }

    /// <summary>Drops by reason, those above 0, in the order of the stages.</summary>
    public required IReadOnlyDictionary<string, ulong> Drops { get; init; }

    /// <summary>Counters of the requirements' section 7 that are above 0.</summary>
    public required IReadOnlyDictionary<string, ulong> Counters { get; init; }

    /// <summary>Ports in the order of the configuration.</summary>
    public required IReadOnlyList<ReplayPortResult> Ports { get; init; }

    /// <summary>Events of a trace that are missing because there was no room for them.</summary>
    public uint TraceLost { get; init; }

    /// <summary>mbufs that were still held by somebody at the end; anything but 0 is a leak.</summary>
    public required int MbufsInUse { get; init; }

    /// <summary>received - transmitted - consumed - drops: anything but 0 is a hole in the accounting (F-020).</summary>
    public long Difference => (long)(Received - Transmitted - Consumed - Drops.Values.Aggregate(0UL, (a, b) => a + b));
}

namespace NvgreGateway.Control.Api;

/// <summary>How a device chooses a receive queue (C-055).</summary>
public sealed record RssStatus
{
    /// <summary>What is hashed: <c>ipv4</c>, <c>tcp4</c>, <c>nvgre</c> and so on.</summary>
    public required IReadOnlyList<string> Fields { get; init; }

    /// <summary><c>inner</c> or <c>outer</c>: whose headers those are in NVGRE.</summary>
    public required string Level { get; init; }

    /// <summary>The same in DPDK's bits (<c>rss_hf</c>), hexadecimal.</summary>
    public required string RssHf { get; init; }

    /// <summary>Whether the device itself said so; otherwise it is what it was set up with.</summary>
    public required bool ReadBack { get; init; }

    /// <summary>The key of the hash, hexadecimal; null if it is not told.</summary>
    public string? Key { get; init; }

    /// <summary>Whether both directions of a flow have the same hash (C-057); null if the key is not told.</summary>
    public bool? Symmetric { get; init; }

    /// <summary>Entries of the table from hash to queue, 0 if there is none or it is not told.</summary>
    public required int TableSize { get; init; }

    /// <summary>Entries of the queue that has the fewest.</summary>
    public required int TableLeast { get; init; }

    /// <summary>Entries of the queue that has the most.</summary>
    public required int TableMost { get; init; }
}

namespace NvgreGateway.Control.Api;

/// <summary>A segment as <c>show segments</c> tells it.</summary>
public sealed record SegmentStatus
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>VSID.</summary>
    public required int Vsid { get; init; }

    /// <summary>Administrative state: <c>up</c> or <c>down</c>.</summary>
    public required string Admin { get; init; }

    /// <summary>Operational state: <c>up</c>, <c>down</c>, or <c>unknown</c> while nothing was asked of it (F-011).</summary>
    public required string Oper { get; init; }

    /// <summary>Why it is not up; null when it is.</summary>
    public string? Reason { get; init; }

    /// <summary>MACs of the FDB in this segment.</summary>
    public required int Macs { get; init; }

    /// <summary>Whether sources are learned.</summary>
    public required bool Learning { get; init; }

    /// <summary><c>flood</c> or <c>drop</c>.</summary>
    public required string UnknownUnicast { get; init; }

    /// <summary>Its attachments.</summary>
    public required IReadOnlyList<AttachmentStatus> Attachments { get; init; }

    /// <summary>The PAs of its peers.</summary>
    public required IReadOnlyList<string> Peers { get; init; }

    /// <summary>PA groups that what is flooded goes to; none: a copy for each peer .</summary>
    public required IReadOnlyList<string> MulticastPa { get; init; }

    /// <summary>Tenant groups that have PA groups of their own .</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Groups { get; init; }

    /// <summary>Drops by reason, those above 0.</summary>
    public required IReadOnlyDictionary<string, ulong> Drops { get; init; }
}

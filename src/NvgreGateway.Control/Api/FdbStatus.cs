namespace NvgreGateway.Control.Api;

/// <summary>The FDB as <c>show fdb</c> tells it.</summary>
public sealed record FdbStatus
{
    /// <summary>MACs that it is to hold.</summary>
    public required int Capacity { get; init; }

    /// <summary>MACs in it.</summary>
    public required int Size { get; init; }

    /// <summary>Seconds after which a silent MAC goes.</summary>
    public required int AgeingSeconds { get; init; }

    /// <summary>MACs learned so far.</summary>
    public required ulong Learned { get; init; }

    /// <summary>Moves so far.</summary>
    public required ulong Moved { get; init; }

    /// <summary>MACs that went silent so far.</summary>
    public required ulong Aged { get; init; }

    /// <summary>MACs flushed so far.</summary>
    public required ulong Flushed { get; init; }

    /// <summary>Frames whose source found no room.</summary>
    public required ulong Full { get; init; }

    /// <summary>The MACs, by segment and MAC.</summary>
    public required IReadOnlyList<FdbEntryStatus> Entries { get; init; }
}

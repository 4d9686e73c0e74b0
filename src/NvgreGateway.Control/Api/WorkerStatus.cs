namespace NvgreGateway.Control.Api;

/// <summary>A worker as <c>show workers</c> tells it.</summary>
public sealed record WorkerStatus
{
    /// <summary>Index.</summary>
    public required int Index { get; init; }

    /// <summary>Core it runs on.</summary>
    public required int Core { get; init; }

    /// <summary><c>polling</c>, <c>sleeping</c>, <c>stalled</c> or <c>stopped</c>.</summary>
    public required string State { get; init; }

    /// <summary>Generation of the tables it uses.</summary>
    public required ulong Generation { get; init; }

    /// <summary>Loops.</summary>
    public required ulong Polls { get; init; }

    /// <summary>Loops without a packet.</summary>
    public required ulong EmptyPolls { get; init; }

    /// <summary>Packets received.</summary>
    public required ulong Received { get; init; }

    /// <summary>Time stamp counter cycles of loops that had packets.</summary>
    public required ulong BusyCycles { get; init; }

    /// <summary>Of those, in receive bursts.</summary>
    public required ulong ReceiveCycles { get; init; }

    /// <summary>Of those, in the paths.</summary>
    public required ulong ProcessCycles { get; init; }

    /// <summary>Of those, in transmit bursts.</summary>
    public required ulong TransmitCycles { get; init; }

    /// <summary>Busy cycles by packets received; 0 before the first packet.</summary>
    public required double CyclesPerPacket { get; init; }

    /// <summary>Receive bursts of 1, 2-3, 4-7, 8-15, 16-31, 32-63, 64-127 and 128 packets.</summary>
    public required IReadOnlyList<ulong> BurstSizes { get; init; }
}

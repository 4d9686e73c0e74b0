namespace NvgreGateway.Control.Statistics;

/// <summary>What one worker did.</summary>
public sealed record WorkerReport
{
    /// <summary>Loops.</summary>
    public required ulong Polls { get; init; }

    /// <summary>Loops without a packet.</summary>
    public required ulong EmptyPolls { get; init; }

    /// <summary>Generation of the snapshot in use.</summary>
    public required ulong Generation { get; init; }

    /// <summary>Whether it sleeps now.</summary>
    public required bool Sleeping { get; init; }

    /// <summary>Cycles of loops that had packets.</summary>
    public required ulong BusyCycles { get; init; }

    /// <summary>Of those, in receive bursts.</summary>
    public required ulong ReceiveCycles { get; init; }

    /// <summary>Of those, in the paths.</summary>
    public required ulong ProcessCycles { get; init; }

    /// <summary>Of those, in transmit bursts.</summary>
    public required ulong TransmitCycles { get; init; }

    /// <summary>Receive bursts of 1, 2-3, 4-7, 8-15, 16-31, 32-63, 64-127 and 128 packets.</summary>
    public required IReadOnlyList<ulong> BurstSizes { get; init; }

    /// <summary>Packets received.</summary>
    public required ulong Received { get; init; }
}

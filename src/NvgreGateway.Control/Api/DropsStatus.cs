namespace NvgreGateway.Control.Api;

/// <summary>The accounting as <c>show drops</c> tells it: received = transmitted + consumed + held + the sum of drops (F-020).</summary>
public sealed record DropsStatus
{
    /// <summary>Packets received.</summary>
    public required ulong Received { get; init; }

    /// <summary>Received packets of which at least one copy left.</summary>
    public required ulong Transmitted { get; init; }

    /// <summary>Received packets that control took.</summary>
    public required ulong Consumed { get; init; }

    /// <summary>Received packets that wait for a neighbour now.</summary>
    public required ulong Held { get; init; }

    /// <summary>The sum of drops.</summary>
    public required ulong Dropped { get; init; }

    /// <summary>Every reason with its <c>drop.</c> prefix, in the order of its stages; 0 included.</summary>
    public required IReadOnlyDictionary<string, ulong> Drops { get; init; }

    /// <summary>Counters that are not drops; 0 included.</summary>
    public required IReadOnlyDictionary<string, ulong> Counters { get; init; }

    /// <summary>Conditions that are raised now.</summary>
    public required IReadOnlyList<ConditionStatus> Conditions { get; init; }
}

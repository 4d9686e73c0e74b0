namespace NvgreGateway.Control.Api;

/// <summary>How a port's packets are spread over queues and workers, as <c>show queues</c> tells it.</summary>
public sealed record QueueStatus
{
    /// <summary>Port.</summary>
    public required string Port { get; init; }

    /// <summary><c>access</c> or <c>underlay</c>.</summary>
    public required string Role { get; init; }

    /// <summary>
    /// Who spreads: <c>hardware</c>, <c>kernel</c>, <c>software</c>, or <c>none</c>; <c>paused</c> = software would, but workers forward more when
    /// each keeps what it receives.
    /// </summary>
    public required string Mode { get; init; }

    /// <summary>Why it is so.</summary>
    public required string Reason { get; init; }

    /// <summary>
    /// Packets that workers forward when each keeps what it receives, for each that they forward when they hand them to each other, at
    /// the last trial under load; null before the first, or where software has nothing to spread.
    /// </summary>
    public double? Alone { get; init; }

    /// <summary>Such trials since the data process began; null where software has nothing to spread.</summary>
    public uint? Trials { get; init; }

    /// <summary>The device's hash; null if it has none, or one queue.</summary>
    public RssStatus? Rss { get; init; }

    /// <summary>Queues of chosen VSIDs and MACs; null without any.</summary>
    public IReadOnlyList<QueueRuleStatus>? Rules { get; init; }

    /// <summary>What each receive queue gave; worker <c>i</c> polls queue <c>i</c>.</summary>
    public required IReadOnlyList<QueueShare> Queues { get; init; }

    /// <summary>What each worker forwarded.</summary>
    public required IReadOnlyList<QueueShare> Workers { get; init; }
}

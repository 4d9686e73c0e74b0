namespace NvgreGateway.Control.Api;

/// <summary>How a port's packets are spread over queues and workers, as <c>show queues</c> tells it.</summary>
public sealed record QueueStatus
{
    /// <summary>Port.</summary>
    public required string Port { get; init; }

    /// <summary><c>access</c> or <c>underlay</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Who spreads: <c>hardware</c>, <c>kernel</c>, <c>software</c>, or <c>none</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>Why it is so.</summary>
    public required string Reason { get; init; }

    /// <summary>The device's hash; null if it has none, or one queue.</summary>
    public RssStatus? Rss { get; init; }

    /// <summary>Queues of chosen VSIDs and MACs; null without any.</summary>
    public IReadOnlyList<QueueRuleStatus>? Rules { get; init; }

    /// <summary>What each receive queue gave; worker <c>i</c> polls queue <c>i</c>.</summary>
    public required IReadOnlyList<QueueShare> Queues { get; init; }

    /// <summary>What each worker forwarded.</summary>
    public required IReadOnlyList<QueueShare> Workers { get; init; }
}

namespace NvgreGateway.Control.Api;

/// <summary>A rule for a port's hardware as <c>show flows</c> tells it.</summary>
public sealed record FlowStatus
{
    /// <summary>The port that packets arrive on.</summary>
    public required string Port { get; init; }

    /// <summary><c>vsid-queues</c>, <c>inner-mac-queues</c>, <c>mac-queues</c>, <c>inner-spread</c>, <c>encapsulate</c> or <c>decapsulate</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What it matches, in words.</summary>
    public required string Match { get; init; }

    /// <summary>Receive queues that it leads to; empty where it leads to a port.</summary>
    public required IReadOnlyList<int> Queues { get; init; }

    /// <summary>The port that it leads to.</summary>
    public string? OutPort { get; init; }

    /// <summary>The peer of hardware encapsulation.</summary>
    public string? Peer { get; init; }

    /// <summary>The FlowID that hardware gives the flow: the one that software gives it (C-122).</summary>
    public int? FlowId { get; init; }

    /// <summary>
    /// <c>waiting</c>, <c>installed</c>, <c>refused</c> (the device does not do that), <c>failed</c> (it did not take the rule, as when its table is full) or
    /// <c>software</c>: heavy flows that need what no rule does.
    /// </summary>
    public required string State { get; init; }

    /// <summary>Which form of the rule is installed, where it has several.</summary>
    public string? Form { get; init; }

    /// <summary>Why it is not installed: the driver's words and error.</summary>
    public string? Reason { get; init; }

    /// <summary>Packets that the hardware forwarded by it; they count among those of segment, peer, attachment and ports too.</summary>
    public ulong Packets { get; init; }

    /// <summary>Bytes of those, as they arrived.</summary>
    public ulong Bytes { get; init; }
}

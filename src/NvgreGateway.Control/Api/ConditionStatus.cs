namespace NvgreGateway.Control.Api;

/// <summary>A condition that is raised: something a person should look at.</summary>
public sealed record ConditionStatus
{
    /// <summary>Stable name, for example <c>peer_down</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it is about, for example <c>blue 192.0.2.2</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>What is wrong.</summary>
    public required string Text { get; init; }

    /// <summary>For how long, seconds.</summary>
    public required double Seconds { get; init; }
}

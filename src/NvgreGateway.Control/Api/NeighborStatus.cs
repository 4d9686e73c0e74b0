namespace NvgreGateway.Control.Api;

/// <summary>A next hop as <c>show neighbors</c> tells it.</summary>
public sealed record NeighborStatus
{
    /// <summary>Underlay port.</summary>
    public required string Port { get; init; }

    /// <summary>Its address.</summary>
    public required string Address { get; init; }

    /// <summary>Its MAC, when known.</summary>
    public string? Mac { get; init; }

    /// <summary><c>idle</c>, <c>pending</c>, <c>resolved</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>Whether it is configured.</summary>
    public required bool Static { get; init; }

    /// <summary>Packets that wait for it.</summary>
    public required int Held { get; init; }

    /// <summary>Seconds since it was last confirmed; null when it never was, or is static.</summary>
    public double? ConfirmedSecondsAgo { get; init; }
}

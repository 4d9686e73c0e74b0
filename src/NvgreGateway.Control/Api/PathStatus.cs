namespace NvgreGateway.Control.Api;

/// <summary>A next hop of a peer as <c>show peers</c> tells it.</summary>
public sealed record PathStatus
{
    /// <summary>Underlay port.</summary>
    public required string Port { get; init; }

    /// <summary>Address of the next hop.</summary>
    public required string NextHop { get; init; }

    /// <summary>Its MAC, when known.</summary>
    public string? Mac { get; init; }

    /// <summary>
    /// <c>up</c>, <c>down</c> when it does not answer (flows take the others, if any is not down), or <c>unknown</c> while nothing was asked
    /// of it.
    /// </summary>
    public required string State { get; init; }
}

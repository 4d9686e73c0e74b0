namespace NvgreGateway.Control.Api;

/// <summary>An address of a port as <c>show ports</c> tells it.</summary>
public sealed record AddressStatus
{
    /// <summary>Address with prefix length.</summary>
    public required string Address { get; init; }

    /// <summary><c>pa</c>, or <c>link-local</c>: not configured, serves ND alone.</summary>
    public required string Kind { get; init; }

    /// <summary>Administrative state: <c>up</c>.</summary>
    public required string Admin { get; init; }

    /// <summary>Operational state: <c>up</c> or <c>down</c> (F-011).</summary>
    public required string Oper { get; init; }

    /// <summary>Why it is not up; null when it is.</summary>
    public string? Reason { get; init; }
}

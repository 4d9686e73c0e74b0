namespace NvgreGateway.Control.Api;

/// <summary>A peer of a segment as <c>show peers</c> tells it: a (VSID, PA) pair.</summary>
public sealed record PeerStatus
{
    /// <summary>Segment name.</summary>
    public required string Segment { get; init; }

    /// <summary>VSID.</summary>
    public required int Vsid { get; init; }

    /// <summary>PA.</summary>
    public required string Address { get; init; }

    /// <summary>Administrative state: <c>up</c> or <c>down</c>.</summary>
    public required string Admin { get; init; }

    /// <summary>Operational state: <c>up</c>, <c>down</c>, or <c>unknown</c> while nothing was asked of it (F-011).</summary>
    public required string Oper { get; init; }

    /// <summary>Why it is not up; null when it is.</summary>
    public string? Reason { get; init; }

    /// <summary>Something about it that is against the specification and was configured so; null when nothing is.</summary>
    public string? NonCompliant { get; init; }

    /// <summary>The PA that sends to it, of several the first; null when no address of its family is there.</summary>
    public string? Source { get; init; }

    /// <summary>The PAs that send to it: more than one with <c>spread: flow</c>.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Underlay port toward it, of several ways the first; so below.</summary>
    public string? Port { get; init; }

    /// <summary>Next hop toward it.</summary>
    public string? NextHop { get; init; }

    /// <summary>MAC of the next hop, when known.</summary>
    public string? NextHopMac { get; init; }

    /// <summary>All next hops toward it.</summary>
    public IReadOnlyList<PathStatus> Paths { get; init; } = [];

    /// <summary>Path MTU in force, bytes of outer IP packet (B-060); null without a route.</summary>
    public int? PathMtu { get; init; }

    /// <summary>Seconds until a path MTU that routers reported ends; null when it was not learned.</summary>
    public long? PathMtuSeconds { get; init; }

    /// <summary>Largest tenant IP packet toward it .</summary>
    public int? TenantMtu { get; init; }

    /// <summary>Routers on the way from it, as far as seen (B-082).</summary>
    public int? Hops { get; init; }

    /// <summary>What routers say of the way to it; null when nothing bad (B-056).</summary>
    public string? Unreachable { get; init; }

    /// <summary><c>hash</c> or <c>zero</c>.</summary>
    public required string FlowId { get; init; }

    /// <summary>MACs of the FDB behind it.</summary>
    public required int Macs { get; init; }

    /// <summary>Received from it.</summary>
    public required CastTunnelTraffic Rx { get; init; }

    /// <summary>Sent to it.</summary>
    public required CastTunnelTraffic Tx { get; init; }

    /// <summary>Drops by reason, those above 0.</summary>
    public required IReadOnlyDictionary<string, ulong> Drops { get; init; }
}

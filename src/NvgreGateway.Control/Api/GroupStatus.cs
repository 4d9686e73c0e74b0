namespace NvgreGateway.Control.Api;

/// <summary>A place with members of a tenant's multicast group, or with a multicast router, as <c>show groups</c> tells it.</summary>
public sealed record GroupStatus
{
    /// <summary>Segment name.</summary>
    public required string Segment { get; init; }

    /// <summary>VSID.</summary>
    public required int Vsid { get; init; }

    /// <summary>The group; null for a router, which gets every group of its family.</summary>
    public string? Group { get; init; }

    /// <summary><c>ipv4</c> or <c>ipv6</c>.</summary>
    public required string Family { get; init; }

    /// <summary>Port name, when it is an attachment.</summary>
    public string? Port { get; init; }

    /// <summary>VLAN id, when it is an attachment.</summary>
    public int? Vlan { get; init; }

    /// <summary>VLAN id of the inner tag, when it is a QinQ pair.</summary>
    public int? InnerVlan { get; init; }

    /// <summary>PA, when it is a peer.</summary>
    public string? Peer { get; init; }

    /// <summary>Seconds until it is forgotten, unless it is heard of again.</summary>
    public required int ExpiresSeconds { get; init; }
}

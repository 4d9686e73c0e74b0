namespace NvgreGateway.Control.Api;

/// <summary>A tenant's address as <c>show bindings</c> tells it; only segments that answer ARP and ND have any.</summary>
public sealed record BindingStatus
{
    /// <summary>Segment name.</summary>
    public required string Segment { get; init; }

    /// <summary>Its VSID.</summary>
    public required int Vsid { get; init; }

    /// <summary>The tenant's address.</summary>
    public required string Address { get; init; }

    /// <summary>The MAC that answers.</summary>
    public required string Mac { get; init; }

    /// <summary><c>record</c>, <c>learned</c>, or <c>duplicate</c>: it moved too often and is not answered for.</summary>
    public required string Source { get; init; }

    /// <summary>Access port that the MAC is behind, if it is behind one.</summary>
    public string? Port { get; init; }

    /// <summary>VLAN on that port.</summary>
    public int? Vlan { get; init; }

    /// <summary>Inner VLAN of a QinQ pair.</summary>
    public int? InnerVlan { get; init; }

    /// <summary>Peer that the MAC is behind, if it is behind one.</summary>
    public string? Peer { get; init; }

    /// <summary>Seconds since it was last told of; null for records.</summary>
    public int? AgeSeconds { get; init; }
}

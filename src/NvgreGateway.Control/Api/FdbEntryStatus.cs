namespace NvgreGateway.Control.Api;

/// <summary>A MAC of the FDB as <c>show fdb</c> tells it.</summary>
public sealed record FdbEntryStatus
{
    /// <summary>Segment name.</summary>
    public required string Segment { get; init; }

    /// <summary>VSID.</summary>
    public required int Vsid { get; init; }

    /// <summary>MAC.</summary>
    public required string Mac { get; init; }

    /// <summary>Port name, when it lives on an attachment.</summary>
    public string? Port { get; init; }

    /// <summary>VLAN id, when it lives on an attachment.</summary>
    public int? Vlan { get; init; }

    /// <summary>VLAN id of the inner tag, when it lives on a QinQ pair.</summary>
    public int? InnerVlan { get; init; }

    /// <summary>PA, when it lives behind a peer.</summary>
    public string? Peer { get; init; }

    /// <summary><c>learned</c>, <c>static</c>, <c>sticky</c>, or <c>duplicate</c> (moved too often).</summary>
    public required string Kind { get; init; }

    /// <summary>Seconds since traffic last came from it, to the age tick; 0 for entries that do not age.</summary>
    public required int AgeSeconds { get; init; }
}

namespace NvgreGateway.Control.Api;

/// <summary>What to flush from the FDB: learned entries that match everything given; nothing given = all.</summary>
public sealed record FlushRequest
{
    /// <summary>Segment name.</summary>
    public string? Segment { get; init; }

    /// <summary>Port name.</summary>
    public string? Port { get; init; }

    /// <summary>VLAN id; needs a port.</summary>
    public int? Vlan { get; init; }

    /// <summary>PA.</summary>
    public string? Peer { get; init; }

    /// <summary>MAC.</summary>
    public string? Mac { get; init; }
}

namespace NvgreGateway.Control.Api;

/// <summary>Traffic of one direction of a tunnel.</summary>
public sealed record TunnelTraffic
{
    /// <summary>Packets.</summary>
    public required ulong Packets { get; init; }

    /// <summary>Bytes of the untagged inner frames.</summary>
    public required ulong TenantBytes { get; init; }

    /// <summary>Bytes of the outer frames without FCS.</summary>
    public required ulong OuterBytes { get; init; }
}

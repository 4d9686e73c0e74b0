namespace NvgreGateway.Control.Api;

/// <summary>An attachment of a segment as <c>show segments</c> tells it.</summary>
public sealed record AttachmentStatus
{
    /// <summary>Port name.</summary>
    public required string Port { get; init; }

    /// <summary>VLAN id, 1 to 4094.</summary>
    public required int Vlan { get; init; }

    /// <summary>VLAN id of the inner tag, of a QinQ pair; null when there is none (E-007).</summary>
    public int? InnerVlan { get; init; }

    /// <summary>Administrative state: <c>up</c> or <c>down</c>.</summary>
    public required string Admin { get; init; }

    /// <summary>Operational state: <c>up</c>, <c>down</c>, or <c>unknown</c> while nothing was asked of it (F-011).</summary>
    public required string Oper { get; init; }

    /// <summary>Why it is not up; null when it is.</summary>
    public string? Reason { get; init; }

    /// <summary>MACs of the FDB that live here.</summary>
    public required int Macs { get; init; }

    /// <summary>Received from the VLAN.</summary>
    public required CastTraffic Rx { get; init; }

    /// <summary>Sent into the VLAN.</summary>
    public required CastTraffic Tx { get; init; }
}

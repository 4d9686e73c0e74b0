namespace NvgreGateway.Control.Configuration;

/// <summary>A (port, VLAN) point of a segment; an entry of <c>segments[].attachments</c> (E-020, E-021). It is in no other segment (E-023).</summary>
public sealed record AttachmentConfiguration
{
    /// <summary>Name of an access port.</summary>
    public required string Port { get; init; }

    /// <summary>
    /// 1 to 4094: of a QinQ port, the VID of the S-tag. Where it is the port's native VLAN and there is no inner one, untagged frames
    /// belong here and frames leave untagged. 0 only beside <see cref="Vlans"/>.
    /// </summary>
    public required int Vlan { get; init; }

    /// <summary>VID of the C-tag, 1 to 4094; null where frames carry none (E-007).</summary>
    public int? InnerVlan { get; init; }

    /// <summary>
    /// A range of VLANs of a segment that stands for one for each of them (E-022); null in every configuration that was loaded: there
    /// each VLAN has a segment of its own.
    /// </summary>
    public VlanRange? Vlans { get; init; }
}

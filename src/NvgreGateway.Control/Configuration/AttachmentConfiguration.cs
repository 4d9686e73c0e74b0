namespace NvgreGateway.Control.Configuration;

/// <summary>A (port, VLAN) point of a segment; an entry of <c>segments[].attachments</c> (E-020, E-021). It is in no other segment (E-023).</summary>
public sealed record AttachmentConfiguration
{
    /// <summary>Name of an access port.</summary>
    public required string Port { get; init; }

    /// <summary>1 to 4094. Where it is the port's native VLAN, untagged frames belong here and frames leave untagged.</summary>
    public required int Vlan { get; init; }
}

namespace NvgreGateway.Control.Configuration;

/// <summary>How an access port uses VLAN tags; key <c>ports[].mode</c> (E-001).</summary>
public enum PortMode
{
    /// <summary>A list of tagged VLANs, with an optional native VLAN.</summary>
    Trunk,

    /// <summary>One VLAN, untagged on the wire (E-002).</summary>
    Access,

    /// <summary>An S-tag alone, or pairs of an S-tag and a C-tag (E-006, E-007).</summary>
    Qinq,
}

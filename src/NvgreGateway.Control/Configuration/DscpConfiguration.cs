namespace NvgreGateway.Control.Configuration;

/// <summary>How the DSCP passes between tenant and outer header; key <c>peers[].dscp</c> (B-032).</summary>
public sealed record DscpConfiguration
{
    /// <summary>VLAN to NVGRE.</summary>
    public required DscpEncapsulation Encapsulate { get; init; }

    /// <summary>NVGRE to VLAN.</summary>
    public required DscpDecapsulationMode Decapsulate { get; init; }
}

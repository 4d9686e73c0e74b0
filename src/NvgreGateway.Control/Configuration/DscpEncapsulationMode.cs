namespace NvgreGateway.Control.Configuration;

/// <summary>Where the outer DSCP comes from (B-030).</summary>
public enum DscpEncapsulationMode
{
    /// <summary>From the inner DSCP.</summary>
    Copy,

    /// <summary>From the PCP by the segment's map.</summary>
    Pcp,

    /// <summary>A fixed number.</summary>
    Fixed,
}

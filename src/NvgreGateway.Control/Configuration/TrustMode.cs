namespace NvgreGateway.Control.Configuration;

/// <summary>Which priority mark of a tenant frame sets the outer DSCP; key <c>ports[].trust</c> (B-038).</summary>
public enum TrustMode
{
    /// <summary>The inner DSCP; the PCP for frames that are not IP.</summary>
    Dscp,

    /// <summary>The PCP through the segment's map, for IP too.</summary>
    Pcp,

    /// <summary>Neither: the outer DSCP is the default one.</summary>
    None,
}

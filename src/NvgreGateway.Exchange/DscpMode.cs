namespace NvgreGateway.Exchange;

/// <summary>Where the outer DSCP comes from (B-030).</summary>
public enum DscpMode : byte
{
    /// <summary>The inner DSCP; for a frame that is not IP the PCP map.</summary>
    Copy,

    /// <summary>The PCP map of the segment.</summary>
    Pcp,

    /// <summary>A fixed value.</summary>
    Fixed,
}

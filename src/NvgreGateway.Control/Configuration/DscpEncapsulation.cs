namespace NvgreGateway.Control.Configuration;

/// <summary>Where the outer DSCP of a peer comes from; key <c>dscp.encapsulate</c> (B-030).</summary>
/// <param name="Mode">The source of the value.</param>
/// <param name="Value">The DSCP, 0 to 63, of <see cref="DscpEncapsulationMode.Fixed"/>; 0 otherwise.</param>
public readonly record struct DscpEncapsulation(DscpEncapsulationMode Mode, byte Value)
{
    /// <summary>The inner DSCP is copied.</summary>
    public static DscpEncapsulation Copy => new(DscpEncapsulationMode.Copy, 0);

    /// <summary>The PCP chooses by the segment's map.</summary>
    public static DscpEncapsulation Pcp => new(DscpEncapsulationMode.Pcp, 0);

    /// <summary>A fixed value.</summary>
    /// <param name="value">0 to 63.</param>
    /// <returns>The setting.</returns>
    public static DscpEncapsulation Fixed(byte value) => new(DscpEncapsulationMode.Fixed, value);
}

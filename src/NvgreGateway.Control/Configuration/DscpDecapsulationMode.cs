namespace NvgreGateway.Control.Configuration;

/// <summary>What becomes of the inner DSCP on decapsulation; key <c>dscp.decapsulate</c> (B-031, RFC 2983 section 5.1).</summary>
public enum DscpDecapsulationMode
{
    /// <summary>The inner one is kept.</summary>
    Pipe,

    /// <summary>It is replaced by the outer one.</summary>
    Uniform,
}

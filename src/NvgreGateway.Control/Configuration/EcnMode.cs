namespace NvgreGateway.Control.Configuration;

/// <summary>How the outer ECN field is set on encapsulation; key <c>peers[].ecn</c> (B-022, RFC 6040 section 4.3).</summary>
public enum EcnMode
{
    /// <summary>Always 00, safe with every peer.</summary>
    Compatibility,

    /// <summary>A copy of the inner field, for peers known to propagate congestion marks.</summary>
    Normal,
}

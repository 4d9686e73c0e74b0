namespace NvgreGateway.Exchange;

/// <summary>What a peer of a segment is and wants.</summary>
[Flags]
public enum PeerFlags : byte
{
    /// <summary>None of the below.</summary>
    None = 0,

    /// <summary><c>adminState: up</c> (A-089, A-093).</summary>
    Up = 1,

    /// <summary>Its PA is IPv6.</summary>
    Ipv6 = 2,

    /// <summary><c>flowId: hash</c>; else FlowID is 0 .</summary>
    FlowIdHash = 4,

    /// <summary><c>ecn: normal</c>: the outer ECN field is a copy of the inner one (B-020); else 00 (B-021).</summary>
    EcnNormal = 8,

    /// <summary><c>dscp.decapsulate: uniform</c> (B-031).</summary>
    DscpUniform = 16,

    /// <summary><c>acceptInnerTag</c> (A-045).</summary>
    AcceptInnerTag = 32,

    /// <summary>The limit of this peer drops frames of new sources (E-034).</summary>
    LimitDrop = 64,

    /// <summary>It is a PA group: nothing comes from it, and it is in no FDB entry .</summary>
    Group = 128,
}

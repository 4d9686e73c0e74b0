namespace NvgreGateway.Exchange;

/// <summary>What a segment does.</summary>
[Flags]
public enum SegmentFlags : uint
{
    /// <summary>None of the below.</summary>
    None = 0,

    /// <summary><c>adminState: up</c> (E-026), and not blocked for a loop (E-073).</summary>
    Up = 1,

    /// <summary>Sources are learned .</summary>
    Learning = 2,

    /// <summary><c>unknownUnicast: flood</c> (A-087).</summary>
    FloodUnknown = 4,

    /// <summary>Frames pass between its attachments (E-024).</summary>
    LocalSwitching = 8,

    /// <summary><c>lossless: forward</c>: FCoE and FIP pass .</summary>
    ForwardLossless = 16,

    /// <summary><c>limits.action: drop</c> (E-034).</summary>
    LimitDrop = 32,

    /// <summary><c>rewriteInnerDscp</c>: the PCP map sets the DSCP of tenant packets from the VLAN (E-044).</summary>
    RewriteInnerDscp = 64,

    /// <summary><c>mssClamp</c> (B-072).</summary>
    MssClamp = 1u << 20,

    /// <summary><c>fragment</c>: inner IPv4 with DF=0 that is too long is fragmented, else dropped (B-067).</summary>
    Fragment = 1u << 21,

    /// <summary>It has a <c>router</c>: frames to a MAC of the gateway's are consumed .</summary>
    Router = 1u << 22,

    /// <summary><c>relay</c>: known unicast from one peer goes to another .</summary>
    Relay = 1u << 23,

    /// <summary><c>arp: suppress</c> or <c>proxy</c>: tenants' ARP and ND are watched and answered (E-050).</summary>
    AnswerNeighbors = 1u << 12,

    /// <summary><c>arp: proxy</c>: what cannot be answered is dropped (E-050).</summary>
    ProxyNeighbors = 1u << 13,

    /// <summary><c>strictArp</c>: malformed ARP and ND is dropped (E-059).</summary>
    StrictNeighbors = 1u << 14,

    /// <summary><c>snooping</c>: tenant multicast goes to members and routers .</summary>
    Snooping = 1u << 15,

    /// <summary><c>dropBadInnerChecksum</c> (C-044).</summary>
    DropBadChecksum = 128,

    /// <summary><c>loopDetection</c>: own probes that come back are handed to control (E-073).</summary>
    LoopDetection = 1u << 16,

    /// <summary>The id is in use.</summary>
    Valid = 1u << 31,
}

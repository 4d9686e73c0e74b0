namespace NvgreGateway.Exchange;

/// <summary>What a punt says.</summary>
public enum PuntKind : byte
{
    /// <summary>A whole frame of the underlay for control: ARP, ND or ICMP; its bytes follow.</summary>
    Frame,

    /// <summary>A source MAC seen at a place where it is not in the FDB (<see cref="PuntSlot.Key"/>, <see cref="PuntSlot.Place"/>).</summary>
    Learn,

    /// <summary>A packet waits for a next hop (<see cref="PuntSlot.Key"/> is its id).</summary>
    NextHopNeeded,

    /// <summary>
    /// A tenant frame was too long and is dropped already; the front of it follows, untagged, for an ICMP error (B-065, B-066, B-071).
    /// <see cref="PuntSlot.Place"/> is where it came from; the low half of <see cref="PuntSlot.Key"/> is the MTU to tell, the high
    /// half the place that was too small.
    /// </summary>
    TooBig,

    /// <summary>
    /// Spanning tree told of a topology change on an access port (E-072): <see cref="PuntSlot.Place"/> is the attachment of the tag that it
    /// came with, 0 = it came untagged and is about the whole port.
    /// </summary>
    TopologyChange,

    /// <summary>
    /// A tenant asks for an address that somebody is known to have (E-050): the whole untagged frame follows, consumed.
    /// <see cref="PuntSlot.Place"/> is where it came from and where the answer goes.
    /// </summary>
    TenantQuestion,

    /// <summary>A copy of a tenant's ARP or ND frame that tells who has an address (E-054, E-055); the frame itself goes its way.</summary>
    TenantEvidence,

    /// <summary>
    /// A probe of a gateway's came back to it, it seems (E-073); consumed. What stood behind its EtherType follows;
    /// <see cref="PuntSlot.Place"/> is where it came from, 0 = from NVGRE.
    /// </summary>
    LoopProbe,

    /// <summary>A copy of a tenant's IGMP, MLD or PIM message, untagged; the frame itself goes its way.</summary>
    TenantGroup,

    /// <summary>The same, and nobody else gets it: the frame is consumed.</summary>
    TenantGroupOnly,
}

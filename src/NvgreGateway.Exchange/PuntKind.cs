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
}

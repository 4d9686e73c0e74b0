namespace NvgreGateway.Exchange;

/// <summary>The classes of what workers hand to control: each has a ring and a budget of its own.</summary>
public enum PuntClass : byte
{
    /// <summary>ARP and ND of the underlay, and next hops that are needed.</summary>
    Neighbor,

    /// <summary>Sources that were not found, or found elsewhere.</summary>
    Learn,

    /// <summary>ARP and ND of tenants.</summary>
    TenantNeighbor,

    /// <summary>ICMP to the gateway's own addresses; and, while it is half empty, packets that were too big.</summary>
    Icmp,

    /// <summary>IGMP, MLD and PIM hellos of tenants.</summary>
    TenantGroup,

    /// <summary>Not a class: how many there are.</summary>
    Count,
}

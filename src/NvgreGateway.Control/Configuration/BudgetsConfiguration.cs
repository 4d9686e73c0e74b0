namespace NvgreGateway.Control.Configuration;

/// <summary>How much control work packets may cause; key <c>budgets</c> (F-047). Packets a second.</summary>
public sealed record BudgetsConfiguration
{
    /// <summary>ARP on underlay ports.</summary>
    public required int Arp { get; init; }

    /// <summary>Neighbour discovery on underlay ports.</summary>
    public required int Nd { get; init; }

    /// <summary>IGMP and MLD on underlay ports, and as much again of tenants .</summary>
    public int Igmp { get; init; }

    /// <summary>ICMP errors to the tenants of each segment (B-070), 10 of them at once.</summary>
    public required int IcmpErrors { get; init; }

    /// <summary>Echo requests to the gateway's own addresses.</summary>
    public required int IcmpEcho { get; init; }
}

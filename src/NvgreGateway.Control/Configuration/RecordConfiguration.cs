using System.Net;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Configuration;

/// <summary>A static FDB entry; an entry of <c>segments[].records</c>. It leads to a peer (<see cref="Pa"/>) or to an attachment (<see cref="Port"/> and <see cref="Vlan"/>), never both.</summary>
public sealed record RecordConfiguration
{
    /// <summary>The tenant's unicast MAC; unique in the segment.</summary>
    public required MacAddress Mac { get; init; }

    /// <summary>The tenant's address (CA), or null.</summary>
    public required IPAddress? Ca { get; init; }

    /// <summary>The peer that the MAC is behind, or null.</summary>
    public required IPAddress? Pa { get; init; }

    /// <summary>The access port that the MAC is behind, or null.</summary>
    public required string? Port { get; init; }

    /// <summary>The VLAN on that port, or null.</summary>
    public required int? Vlan { get; init; }

    /// <summary>The inner VLAN of a QinQ pair, or null.</summary>
    public int? InnerVlan { get; init; }

    /// <summary>Frames with this source from elsewhere are dropped as <c>drop.fdb.move_blocked</c> (E-033).</summary>
    public required bool Sticky { get; init; }
}

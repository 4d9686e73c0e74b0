using System.Net;

namespace NvgreGateway.Control.Configuration;

/// <summary>One remote endpoint of a segment, every default filled in; an entry of <c>segments[].peers</c>.</summary>
public sealed record PeerConfiguration
{
    /// <summary>The peer's PA, unicast, not one of ours .</summary>
    public required IPAddress Address { get; init; }

    /// <summary>The FlowID sent to it; the top's <c>flowId</c> by default .</summary>
    public required FlowIdMode FlowId { get; init; }

    /// <summary>How the outer ECN is set (B-022).</summary>
    public required EcnMode Ecn { get; init; }

    /// <summary>How DSCP passes in both directions (B-030, B-031).</summary>
    public required DscpConfiguration Dscp { get; init; }

    /// <summary>Down: nothing is sent to it .</summary>
    public required AdminState AdminState { get; init; }

    /// <summary>Whether frames from it that carry an inner tag are accepted; a non-compliant exception .</summary>
    public required bool AcceptInnerTag { get; init; }

    /// <summary>Least outer TTL or hop limit taken from it, 1 to 255; null when any is (B-055).</summary>
    public int? MinTtl { get; init; }

    /// <summary>Whether the path MTU follows what routers of the underlay report (B-061, B-064).</summary>
    public required bool Pmtud { get; init; }

    /// <summary>A fixed path MTU, bytes of outer IP packet; null: the port's MTU, and what <see cref="Pmtud"/> finds.</summary>
    public required int? Mtu { get; init; }

    /// <summary>Limit of MACs learned behind it (E-034).</summary>
    public required LimitsConfiguration Limits { get; init; }
}

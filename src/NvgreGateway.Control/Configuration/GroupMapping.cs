using System.Net;

namespace NvgreGateway.Control.Configuration;

/// <summary>A tenant's multicast group with PA groups of its own; an entry of <c>segments[].groups</c> (A-083).</summary>
/// <param name="Group">The tenant group, IPv4 or IPv6.</param>
/// <param name="PaGroups">Where its packets go: one group, or one of each family .</param>
public sealed record GroupMapping(IPAddress Group, ValueList<IPAddress> PaGroups);

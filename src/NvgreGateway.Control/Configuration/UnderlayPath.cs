using System.Net;

namespace NvgreGateway.Control.Configuration;

/// <summary>How packets to a PA leave: the port, and the neighbour they are sent to .</summary>
/// <param name="PortIndex">Index of the underlay port in <see cref="GatewayConfiguration.Ports"/>.</param>
/// <param name="NextHop">The PA itself where it is on-link, else a router of the best route.</param>
public readonly record struct UnderlayPath(int PortIndex, IPAddress NextHop);

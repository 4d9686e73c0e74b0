using NvgreGateway.Control.Tables;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Neighbors;

/// <summary>What <see cref="Announcements"/> looks at: the configuration in force and the tables.</summary>
/// <param name="Index">The configuration with its ids.</param>
/// <param name="PortMacs">The MAC of each port, by index.</param>
/// <param name="Protocols">Knows the provider addresses.</param>
/// <param name="Fdb">Knows the MACs behind peers.</param>
internal readonly record struct AnnouncementScope(PlaneIndex Index, IReadOnlyList<MacAddress> PortMacs, UnderlayProtocols Protocols, FdbManager Fdb);

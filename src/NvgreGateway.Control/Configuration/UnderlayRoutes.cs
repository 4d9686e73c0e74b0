using System.Net;

namespace NvgreGateway.Control.Configuration;

/// <summary>
/// The on-link prefixes and static routes of all underlay ports as one table: the longest prefix wins, on-link before a
/// route of the same length, an earlier port before a later one.
/// </summary>
public sealed class UnderlayRoutes
{
    private readonly Dictionary<(IPAddress Network, int Length), (int Port, IPAddress? Via)> table = [];
    private readonly int[] lengths;

    /// <summary>Makes the table of a configuration's ports.</summary>
    /// <param name="ports">All ports in their order; access ports add nothing.</param>
    public UnderlayRoutes(IReadOnlyList<PortConfiguration> ports)
    {
        ArgumentNullException.ThrowIfNull(ports);
        for (int i = 0; i < ports.Count; i++)
        {
            foreach (InterfaceAddress address in ports[i].Addresses)
            {
                table.TryAdd((address.Network.BaseAddress, address.PrefixLength), (i, null));
            }
        }

        for (int i = 0; i < ports.Count; i++)
        {
            foreach (RouteConfiguration route in ports[i].Routes)
            {
                table.TryAdd((route.Prefix.BaseAddress, route.Prefix.PrefixLength), (i, route.Via));
            }
        }

        lengths = [.. table.Keys.Select(static key => key.Length).Distinct().OrderDescending()];
    }

    /// <summary>Finds how packets to an address leave.</summary>
    /// <param name="destination">A PA.</param>
    /// <returns>Port and next hop, or null where no prefix covers the address.</returns>
    public UnderlayPath? Find(IPAddress destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        int bits = AddressMath.Bits(destination);
        foreach (int length in lengths)
        {
            if (length <= bits && table.TryGetValue((AddressMath.Mask(destination, length), length), out (int Port, IPAddress? Via) entry))
            {
                return new UnderlayPath(entry.Port, entry.Via ?? destination);
            }
        }

        return null;
    }
}

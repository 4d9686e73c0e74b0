using System.Net;

namespace NvgreGateway.Control.Configuration;

/// <summary>
/// The on-link prefixes and static routes of all underlay ports as one table: the longest prefix wins, on-link before a
/// route of the same length, an on-link prefix of an earlier port before a later one. All routes of one prefix count: they
/// are the next hops that flows are spread over.
/// </summary>
public sealed class UnderlayRoutes
{
    private readonly Dictionary<(IPAddress Network, int Length), List<(int Port, IPAddress? Via)>> table = [];
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
                table.TryAdd((address.Network.BaseAddress, address.PrefixLength), [(i, null)]);
            }
        }

        for (int i = 0; i < ports.Count; i++)
        {
            foreach (RouteConfiguration route in ports[i].Routes)
            {
                (IPAddress, int) key = (route.Prefix.BaseAddress, route.Prefix.PrefixLength);
                if (!table.TryGetValue(key, out List<(int Port, IPAddress? Via)>? hops))
                {
                    table.Add(key, [(i, route.Via)]);
                }
                else if (hops[0].Via is not null && !hops.Contains((i, route.Via)))
                {
                    hops.Add((i, route.Via));
                }
            }
        }

        lengths = [.. table.Keys.Select(static key => key.Length).Distinct().OrderDescending()];
    }

    /// <summary>Finds how packets to an address leave.</summary>
    /// <param name="destination">A PA.</param>
    /// <returns>Ports and next hops in the order of the configuration; none where no prefix covers the address.</returns>
    public ValueList<UnderlayPath> Find(IPAddress destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        int bits = AddressMath.Bits(destination);
        foreach (int length in lengths)
        {
            if (length <= bits && table.TryGetValue((AddressMath.Mask(destination, length), length), out List<(int Port, IPAddress? Via)>? hops))
            {
                return [.. hops.Select(hop => new UnderlayPath(hop.Port, hop.Via ?? destination))];
            }
        }

        return [];
    }
}

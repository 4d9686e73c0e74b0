using System.Net;

namespace NvgreGateway.Control.Configuration;

/// <summary>How packets of a segment leave toward a PA group: no route is looked up, the port that has the source address sends .</summary>
/// <param name="PortIndex">The underlay port, which is also where the group is joined .</param>
/// <param name="Source">The local PA they come from.</param>
internal readonly record struct PaGroupPath(int PortIndex, IPAddress Source)
{
    /// <summary>Finds it.</summary>
    /// <param name="ports">All ports.</param>
    /// <param name="segment">The segment, whose <c>sourceAddresses</c> decide.</param>
    /// <param name="group">A PA group.</param>
    /// <returns>The path, or null where the segment has no source address of the group's family; a validated configuration has one.</returns>
    public static PaGroupPath? Of(IReadOnlyList<PortConfiguration> ports, SegmentConfiguration segment, IPAddress group)
    {
        if (segment.SourceFor(group) is { } source)
        {
            for (int i = 0; i < ports.Count; i++)
            {
                if (ports[i].Addresses.Any(a => a.Address.Equals(source)))
                {
                    return new PaGroupPath(i, source);
                }
            }
        }

        return null;
    }
}

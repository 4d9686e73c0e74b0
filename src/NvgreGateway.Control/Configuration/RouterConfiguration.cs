using System.Net.Sockets;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Configuration;

/// <summary>The router of a segment, every default filled in; key <c>segments[].router</c>: what ICMP errors to its tenants come from (B-069).</summary>
public sealed record RouterConfiguration
{
    /// <summary>Its addresses, with the tenants' prefix around each; the first of a family is the source of errors.</summary>
    public required ValueList<InterfaceAddress> Addresses { get; init; }

    /// <summary>Its MAC; null: that of the access port concerned. Frames to it are the gateway's .</summary>
    public required MacAddress? Mac { get; init; }

    /// <summary>Its first address of a family.</summary>
    /// <param name="family">IPv4 or IPv6.</param>
    /// <returns>The address, or null where there is none.</returns>
    public InterfaceAddress? First(AddressFamily family)
    {
        foreach (InterfaceAddress address in Addresses)
        {
            if (address.Address.AddressFamily == family)
            {
                return address;
            }
        }

        return null;
    }
}

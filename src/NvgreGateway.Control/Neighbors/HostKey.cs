using System.Net;
using System.Net.Sockets;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Neighbors;

/// <summary>An address on a port, as tables of the shared memory write it.</summary>
/// <param name="Port">Port index.</param>
/// <param name="Family">4 or 6.</param>
/// <param name="High">IPv4 in the low 32 bits, else bytes 0-7, as the wire bytes load little-endian.</param>
/// <param name="Low">IPv6 bytes 8-15 likewise.</param>
internal readonly record struct HostKey(int Port, byte Family, ulong High, ulong Low)
{
    public HostKey(int port, Ipv4Address address)
        : this(port, 4, address.Raw, 0)
    {
    }

    public HostKey(int port, Ipv6Address address)
        : this(port, 6, address.RawHigh, address.RawLow)
    {
    }

    /// <summary>The key of an address.</summary>
    public static HostKey Of(int port, IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? new HostKey(port, Ipv4Address.FromBytes(bytes))
            : new HostKey(port, Ipv6Address.FromBytes(bytes));
    }

    public Ipv4Address Ipv4 => Ipv4Address.FromRaw((uint)High);

    public Ipv6Address Ipv6 => Ipv6Address.FromRaw(High, Low);

    /// <summary>The address as people write it.</summary>
    public override string ToString() => Family == 4 ? Ipv4.ToString() : Ipv6.ToString();
}

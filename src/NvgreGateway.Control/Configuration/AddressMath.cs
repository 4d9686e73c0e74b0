using System.Net;
using System.Net.Sockets;

namespace NvgreGateway.Control.Configuration;

/// <summary>Prefix arithmetic on addresses of both families.</summary>
internal static class AddressMath
{
    /// <summary>Bits of an address of the family of <paramref name="address"/>.</summary>
    public static int Bits(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;

    /// <summary>The address with all bits behind the prefix cleared.</summary>
    public static IPAddress Mask(IPAddress address, int prefixLength)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] &= PrefixByte(prefixLength, i);
        }

        return new IPAddress(bytes);
    }

    /// <summary>The directed broadcast address of an IPv4 prefix that has one (shorter than /31), else null.</summary>
    public static IPAddress? Broadcast(IPAddress address, int prefixLength)
    {
        if (address.AddressFamily != AddressFamily.InterNetwork || prefixLength > 30)
        {
            return null;
        }

        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] |= (byte)~PrefixByte(prefixLength, i);
        }

        return new IPAddress(bytes);
    }

    /// <summary>Whether an address is a multicast group: 224.0.0.0/4 or ff00::/8.</summary>
    public static bool IsGroup(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? address.GetAddressBytes()[0] is >= 224 and < 240 : address.IsIPv6Multicast;

    /// <summary>Whether a group is administratively scoped: 239.0.0.0/8 (RFC 2365), ff05::/16 or ff08::/16 (RFC 4291), of whatever flags .</summary>
    public static bool IsScopedGroup(IPAddress group)
    {
        byte[] bytes = group.GetAddressBytes();
        return bytes.Length == 4 ? bytes[0] == 239 : (bytes[1] & 0xF) is 5 or 8;
    }

    /// <summary>Why an address cannot be that of one interface, or null if it can .</summary>
    public static string? WhyNotUnicast(IPAddress address)
    {
        byte first = address.GetAddressBytes()[0];
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return address.Equals(IPAddress.Any) ? "is the unspecified address"
                : address.Equals(IPAddress.Broadcast) ? "is the broadcast address"
                : first == 0 ? "is an address of \"this network\" (0.0.0.0/8)"
                : first == 127 ? "is a loopback address"
                : first is >= 224 and < 240 ? "is a group address"
                : first >= 240 ? "is a reserved address (240.0.0.0/4)"
                : null;
        }

        return address.Equals(IPAddress.IPv6Any) ? "is the unspecified address"
            : address.Equals(IPAddress.IPv6Loopback) ? "is the loopback address"
            : address.IsIPv6Multicast ? "is a group address"
            : address.IsIPv4MappedToIPv6 ? "is an IPv4 address in IPv6 form"
            : null;
    }

    private static byte PrefixByte(int prefixLength, int index) => (byte)(0xFF00 >> Math.Clamp(prefixLength - (8 * index), 0, 8));
}

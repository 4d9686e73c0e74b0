using System.Net;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Neighbors;

/// <summary>An address of the gateway's own on a port.</summary>
/// <param name="Port">Port index.</param>
/// <param name="Address">The address.</param>
/// <param name="PrefixLength">Prefix length of its subnet.</param>
/// <param name="IsPa">Whether it is a configured PA; else the link-local address that every IPv6 port has.</param>
internal sealed record OwnAddress(int Port, IPAddress Address, int PrefixLength, bool IsPa)
{
    /// <summary>The link-local address of a MAC: modified EUI-64 (RFC 4291 appendix A).</summary>
    public static Ipv6Address LinkLocal(MacAddress mac)
    {
        Span<byte> b = stackalloc byte[6];
        mac.CopyTo(b);
        ulong id = ((ulong)(b[0] ^ 0x02) << 56) | ((ulong)b[1] << 48) | ((ulong)b[2] << 40) | 0xFF_FE00_0000
            | ((ulong)b[3] << 16) | ((ulong)b[4] << 8) | b[5];
        return Ipv6Address.FromHost(0xFE80_0000_0000_0000, id);
    }

    /// <summary>Whether another address is in its subnet.</summary>
    public bool IsOnLink(IPAddress other) => new InterfaceAddress(Address, PrefixLength).IsOnLink(other);
}

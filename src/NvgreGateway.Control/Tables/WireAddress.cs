using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace NvgreGateway.Control.Tables;

/// <summary>An IP address in the form that the shared tables hold: its wire bytes loaded little-endian.</summary>
/// <param name="High">IPv4 in the low 32 bits, else bytes 0-7.</param>
/// <param name="Low">IPv6 bytes 8-15; 0 for IPv4.</param>
/// <param name="Family">4 or 6.</param>
public readonly record struct WireAddress(ulong High, ulong Low, byte Family)
{
    /// <summary>Whether it is IPv6.</summary>
    public bool IsIpv6 => Family == 6;

    /// <summary>Takes an address over; a scope is not kept.</summary>
    /// <param name="address">IPv4 or IPv6.</param>
    /// <returns>The same address.</returns>
    public static WireAddress From(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _); // 16 bytes hold either family
        return address.AddressFamily == AddressFamily.InterNetwork
            ? new WireAddress(BinaryPrimitives.ReadUInt32LittleEndian(bytes), 0, 4)
            : new WireAddress(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), 6);
    }

    /// <summary>The address as the rest of .NET knows it.</summary>
    /// <returns>The same address.</returns>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        CopyTo(bytes);
        return new IPAddress(bytes[..(IsIpv6 ? 16 : 4)]);
    }

    /// <summary>Writes the wire bytes.</summary>
    /// <param name="destination">16 bytes for IPv6, else 4; more are left alone.</param>
    public void CopyTo(Span<byte> destination)
    {
        if (IsIpv6)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, High);
            BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Low);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)High);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => ToIPAddress().ToString();
}

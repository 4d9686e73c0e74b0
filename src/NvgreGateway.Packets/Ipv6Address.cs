using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>An IPv6 address as its sixteen wire bytes; also the form of the field inside a packet (no alignment).</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = Size)]
public readonly struct Ipv6Address : IEquatable<Ipv6Address>
{
    /// <summary>Length on the wire, in bytes.</summary>
    public const int Size = 16;

    private readonly ulong _rawHigh;
    private readonly ulong _rawLow;

    private Ipv6Address(ulong rawHigh, ulong rawLow)
    {
        _rawHigh = rawHigh;
        _rawLow = rawLow;
    }

    /// <summary>Wire bytes 0-7 loaded in the order of this machine; for compares, hashes and checksums.</summary>
    public ulong RawHigh => _rawHigh;

    /// <summary>Wire bytes 8-15 loaded in the order of this machine.</summary>
    public ulong RawLow => _rawLow;

    /// <summary>The unspecified address <c>::</c>.</summary>
    public static Ipv6Address Unspecified => default;

    /// <summary>ff02::1, every node on the link.</summary>
    public static Ipv6Address AllNodes => FromHost(0xFF02_0000_0000_0000, 1);

    /// <summary>True for <c>::</c>.</summary>
    public bool IsUnspecified => (_rawHigh | _rawLow) == 0;

    /// <summary>True for <c>::1</c>.</summary>
    public bool IsLoopback => _rawHigh == 0 && HostLow == 1;

    /// <summary>True for ff00::/8.</summary>
    public bool IsMulticast => HostHigh >> 56 == 0xFF;

    /// <summary>True for fe80::/10.</summary>
    public bool IsLinkLocal => HostHigh >> 54 == 0xFE80 >> 6;

    /// <summary>Bytes 0-7 as a number whose top byte is the first on the wire.</summary>
    public ulong HostHigh => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(_rawHigh) : _rawHigh;

    /// <summary>Bytes 8-15 as a number whose top byte is the first on the wire.</summary>
    public ulong HostLow => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(_rawLow) : _rawLow;

    /// <summary>Equal when all sixteen bytes are.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when equal.</returns>
    public static bool operator ==(Ipv6Address left, Ipv6Address right) => left.Equals(right);

    /// <summary>Different when any of the sixteen bytes is.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when different.</returns>
    public static bool operator !=(Ipv6Address left, Ipv6Address right) => !left.Equals(right);

    /// <summary>Makes an address of two numbers whose top bytes come first on the wire.</summary>
    /// <param name="high">Bytes 0-7 (0x20010DB8000A0000 for 2001:db8:a::/64).</param>
    /// <param name="low">Bytes 8-15, the interface identifier.</param>
    /// <returns>The address.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ipv6Address FromHost(ulong high, ulong low) => BitConverter.IsLittleEndian
        ? new Ipv6Address(BinaryPrimitives.ReverseEndianness(high), BinaryPrimitives.ReverseEndianness(low))
        : new Ipv6Address(high, low);

    /// <summary>Makes an address of what <see cref="RawHigh"/> and <see cref="RawLow"/> give.</summary>
    /// <param name="rawHigh">Bytes 0-7 loaded in the order of this machine.</param>
    /// <param name="rawLow">Bytes 8-15 likewise.</param>
    /// <returns>The address.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ipv6Address FromRaw(ulong rawHigh, ulong rawLow) => new(rawHigh, rawLow);

    /// <summary>Reads sixteen wire bytes.</summary>
    /// <param name="bytes">At least sixteen bytes.</param>
    /// <returns>The address.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than sixteen bytes.</exception>
    public static Ipv6Address FromBytes(ReadOnlySpan<byte> bytes) =>
        FromHost(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Writes the sixteen wire bytes.</summary>
    /// <param name="destination">At least sixteen bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than sixteen bytes.</exception>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], HostLow);
        BinaryPrimitives.WriteUInt64BigEndian(destination, HostHigh);
    }

    /// <summary>
    /// The group a neighbour solicitation for this address is sent to, ff02::1:ffXX:XXXX with the low 24 bits of the
    /// address (RFC 4291 section 2.7.1).
    /// </summary>
    /// <returns>The solicited-node group.</returns>
    public Ipv6Address SolicitedNode() => FromHost(0xFF02_0000_0000_0000, 0x0000_0001_FF00_0000 | (HostLow & 0xFF_FFFF));

    /// <inheritdoc/>
    public bool Equals(Ipv6Address other) => ((_rawHigh ^ other._rawHigh) | (_rawLow ^ other._rawLow)) == 0;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Ipv6Address other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_rawHigh, _rawLow);

    /// <summary>The text form of RFC 5952.</summary>
    /// <returns>For example <c>2001:db8:a::1</c>.</returns>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return new IPAddress(bytes).ToString();
    }
}

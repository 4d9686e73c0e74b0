using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>An IPv4 address as its four wire bytes; also the form of the field inside a packet (no alignment).</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = Size)]
public readonly struct Ipv4Address : IEquatable<Ipv4Address>
{
    /// <summary>Length on the wire, in bytes.</summary>
    public const int Size = 4;

    private readonly uint _raw;

    private Ipv4Address(uint raw) => _raw = raw;

    /// <summary>The wire bytes loaded in the order of this machine; for compares, hashes and checksums.</summary>
    public uint Raw => _raw;

    /// <summary>0.0.0.0.</summary>
    public static Ipv4Address Unspecified => default;

    /// <summary>True for 0.0.0.0.</summary>
    public bool IsUnspecified => _raw == 0;

    /// <summary>True for 255.255.255.255, the limited broadcast address.</summary>
    public bool IsBroadcast => _raw == uint.MaxValue;

    /// <summary>True for 127.0.0.0/8.</summary>
    public bool IsLoopback => ToHost() >> 24 == 127;

    /// <summary>True for 224.0.0.0/4.</summary>
    public bool IsMulticast => ToHost() >> 28 == 0xE;

    /// <summary>Equal when all four bytes are.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when equal.</returns>
    public static bool operator ==(Ipv4Address left, Ipv4Address right) => left._raw == right._raw;

    /// <summary>Different when any of the four bytes is.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when different.</returns>
    public static bool operator !=(Ipv4Address left, Ipv4Address right) => left._raw != right._raw;

    /// <summary>Makes an address of the number whose top byte is the first one on the wire (10.1.1.11 is 0x0A01010B).</summary>
    /// <param name="host">The number.</param>
    /// <returns>The address.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ipv4Address FromHost(uint host) => new(UInt32BigEndian.FromHost(host).Raw);

    /// <summary>Makes an address of what <see cref="Raw"/> gives.</summary>
    /// <param name="raw">The wire bytes loaded in the order of this machine.</param>
    /// <returns>The address.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ipv4Address FromRaw(uint raw) => new(raw);

    /// <summary>Reads four wire bytes.</summary>
    /// <param name="bytes">At least four bytes.</param>
    /// <returns>The address.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than four bytes.</exception>
    public static Ipv4Address FromBytes(ReadOnlySpan<byte> bytes) => FromHost(BinaryPrimitives.ReadUInt32BigEndian(bytes));

    /// <summary>Writes the four wire bytes.</summary>
    /// <param name="destination">At least four bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than four bytes.</exception>
    public void CopyTo(Span<byte> destination) => BinaryPrimitives.WriteUInt32BigEndian(destination, ToHost());

    /// <summary>The number whose top byte is the first one on the wire.</summary>
    /// <returns>0x0A01010B for 10.1.1.11.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint ToHost() => UInt32BigEndian.FromRaw(_raw).ToHost();

    /// <inheritdoc/>
    public bool Equals(Ipv4Address other) => _raw == other._raw;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Ipv4Address other && other._raw == _raw;

    /// <inheritdoc/>
    public override int GetHashCode() => _raw.GetHashCode();

    /// <summary>The dotted form.</summary>
    /// <returns>For example <c>10.1.1.11</c>.</returns>
    public override string ToString()
    {
        uint host = ToHost();
        return $"{host >> 24}.{(host >> 16) & 0xFF}.{(host >> 8) & 0xFF}.{host & 0xFF}";
    }
}

using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>
/// A 16-bit field in network byte order, two bytes long and without alignment needs. There is no conversion operator
/// in either direction: whoever wants a number has to say <see cref="ToHost"/>, so that an order mistake does not compile.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public readonly struct UInt16BigEndian : IEquatable<UInt16BigEndian>
{
    private readonly ushort _raw;

    private UInt16BigEndian(ushort raw) => _raw = raw;

    /// <summary>The bytes as they lie in memory, loaded in the order of this machine; for compares and checksums only.</summary>
    public ushort Raw => _raw;

    /// <summary>Equal when all bytes are.</summary>
    /// <param name="left">One field.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when equal.</returns>
    public static bool operator ==(UInt16BigEndian left, UInt16BigEndian right) => left._raw == right._raw;

    /// <summary>Different when any byte is.</summary>
    /// <param name="left">One field.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when different.</returns>
    public static bool operator !=(UInt16BigEndian left, UInt16BigEndian right) => left._raw != right._raw;

    /// <summary>The field that holds a number.</summary>
    /// <param name="host">The number.</param>
    /// <returns>Its wire form.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt16BigEndian FromHost(ushort host) =>
        new(BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(host) : host);

    /// <summary>The field whose bytes were loaded in the order of this machine.</summary>
    /// <param name="raw">What <see cref="Raw"/> gives.</param>
    /// <returns>The field.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt16BigEndian FromRaw(ushort raw) => new(raw);

    /// <summary>Reads the field at <paramref name="p"/>, which needs no alignment.</summary>
    /// <param name="p">Two readable bytes.</param>
    /// <returns>The field.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe UInt16BigEndian Read(byte* p) => new(Unsafe.ReadUnaligned<ushort>(p));

    /// <summary>Writes the field at <paramref name="p"/>, which needs no alignment.</summary>
    /// <param name="p">Two writable bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Write(byte* p) => Unsafe.WriteUnaligned(p, _raw);

    /// <summary>The number that the field holds.</summary>
    /// <returns>The number.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ushort ToHost() => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(_raw) : _raw;

    /// <summary>True when the field holds <paramref name="host"/>; against a constant it is one compare, no swap.</summary>
    /// <param name="host">The number.</param>
    /// <returns>True when it does.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Is(ushort host) => _raw == FromHost(host)._raw;

    /// <inheritdoc/>
    public bool Equals(UInt16BigEndian other) => _raw == other._raw;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is UInt16BigEndian other && other._raw == _raw;

    /// <inheritdoc/>
    public override int GetHashCode() => _raw.GetHashCode();

    /// <summary>The bytes in wire order as hexadecimal digits.</summary>
    /// <returns>4 digits.</returns>
    public override string ToString() => ToHost().ToString("x4", null);
}

using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace NvgreGateway.Packets;

/// <summary>
/// A 48-bit Ethernet MAC address. <see cref="Value"/> holds the six wire bytes loaded little-endian into the low
/// 48 bits: wire byte 0 in bits 0-7, wire byte 5 in bits 40-47, bits 48-63 zero. It is the form the FDB key uses, and
/// the one a single 8-byte load and a mask produce on the machines we run on.
/// </summary>
public readonly struct MacAddress : IEquatable<MacAddress>, IComparable<MacAddress>, ISpanFormattable, ISpanParsable<MacAddress>
{
    /// <summary>Length on the wire, in bytes.</summary>
    public const int Size = 6;

    /// <summary>Length of the text form <c>02:00:00:00:01:01</c>, in characters.</summary>
    public const int TextLength = 17;

    /// <summary>Mask of the bits of <see cref="Value"/> that belong to the address.</summary>
    public const ulong Mask = 0x0000_FFFF_FFFF_FFFF;

    private const ulong GroupBit = 0x01;
    private const ulong LocalBit = 0x02;

    /// <summary>Makes an address of the six wire bytes loaded little-endian.</summary>
    /// <param name="value">Wire byte 0 in bits 0-7. Bits 48-63 are ignored, so that an 8-byte load needs no mask.</param>
    public MacAddress(ulong value) => Value = value & Mask;

    /// <summary>Makes an address of six bytes in the order they are sent and written.</summary>
    /// <param name="b0">First byte on the wire; its lowest bit is the group bit.</param>
    /// <param name="b1">Second byte.</param>
    /// <param name="b2">Third byte.</param>
    /// <param name="b3">Fourth byte.</param>
    /// <param name="b4">Fifth byte.</param>
    /// <param name="b5">Sixth byte.</param>
    public MacAddress(byte b0, byte b1, byte b2, byte b3, byte b4, byte b5) =>
        Value = b0 | ((ulong)b1 << 8) | ((ulong)b2 << 16) | ((ulong)b3 << 24) | ((ulong)b4 << 32) | ((ulong)b5 << 40);

    /// <summary>The six wire bytes loaded little-endian into the low 48 bits; bits 48-63 are zero.</summary>
    public ulong Value { get; }

    /// <summary>ff:ff:ff:ff:ff:ff.</summary>
    public static MacAddress Broadcast => new(Mask);

    /// <summary>00:00:00:00:00:00, which is never a valid source or destination.</summary>
    public static MacAddress Zero => default;

    /// <summary>True for a group (multicast or broadcast) address: lowest bit of the first wire byte.</summary>
    public bool IsGroup => (Value & GroupBit) != 0;

    /// <summary>True for ff:ff:ff:ff:ff:ff.</summary>
    public bool IsBroadcast => Value == Mask;

    /// <summary>True for 00:00:00:00:00:00.</summary>
    public bool IsZero => Value == 0;

    /// <summary>True for a locally administered address: second lowest bit of the first wire byte.</summary>
    public bool IsLocallyAdministered => (Value & LocalBit) != 0;

    /// <summary>
    /// True for 01:80:c2:00:00:00 to 01:80:c2:00:00:0f, the addresses IEEE 802.1Q reserves for link-local protocols,
    /// which a bridge never forwards.
    /// </summary>
    public bool IsLinkLocalReserved => (Value & 0x0000_F0FF_FFFF_FFFF) == 0x0000_0000_00C2_8001;

    /// <summary>True when the address may be that of one interface: neither group nor zero.</summary>
    public bool IsUnicast => (Value & GroupBit) == 0 && Value != 0;

    /// <summary>Equal when all six bytes are.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when equal.</returns>
    public static bool operator ==(MacAddress left, MacAddress right) => left.Value == right.Value;

    /// <summary>Different when any of the six bytes is.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when different.</returns>
    public static bool operator !=(MacAddress left, MacAddress right) => left.Value != right.Value;

    /// <summary>Orders by wire bytes.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when <paramref name="left"/> sorts first.</returns>
    public static bool operator <(MacAddress left, MacAddress right) => left.CompareTo(right) < 0;

    /// <summary>Orders by wire bytes.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when <paramref name="left"/> sorts last.</returns>
    public static bool operator >(MacAddress left, MacAddress right) => left.CompareTo(right) > 0;

    /// <summary>Orders by wire bytes.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when <paramref name="left"/> does not sort last.</returns>
    public static bool operator <=(MacAddress left, MacAddress right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by wire bytes.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when <paramref name="left"/> does not sort first.</returns>
    public static bool operator >=(MacAddress left, MacAddress right) => left.CompareTo(right) >= 0;

    /// <summary>Reads six wire bytes.</summary>
    /// <param name="bytes">At least six bytes.</param>
    /// <returns>The address.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than six bytes.</exception>
    public static MacAddress FromBytes(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes) | ((ulong)BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]) << 32));

    /// <summary>Reads exactly the six bytes at <paramref name="p"/>; the pointer needs no alignment.</summary>
    /// <param name="p">Six readable bytes.</param>
    /// <returns>The address.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe MacAddress Read(byte* p) => new(ReadValue(p));

    /// <summary><see cref="Value"/> of the six bytes at <paramref name="p"/>; reads exactly those.</summary>
    /// <param name="p">Six readable bytes.</param>
    /// <returns>The wire bytes little-endian in the low 48 bits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe ulong ReadValue(byte* p) => BitConverter.IsLittleEndian
        ? Unsafe.ReadUnaligned<uint>(p) | ((ulong)Unsafe.ReadUnaligned<ushort>(p + 4) << 32)
        : FromBytes(new ReadOnlySpan<byte>(p, Size)).Value;

    /// <summary>
    /// <see cref="Value"/> of the six bytes at <paramref name="p"/> by one 8-byte load: for a MAC that is known to have
    /// two more readable bytes behind it, as both MACs of an Ethernet header have.
    /// </summary>
    /// <param name="p">Eight readable bytes.</param>
    /// <returns>The wire bytes little-endian in the low 48 bits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe ulong ReadValueWide(byte* p) => BitConverter.IsLittleEndian
        ? Unsafe.ReadUnaligned<ulong>(p) & Mask
        : ReadValue(p);

    /// <summary>Writes exactly the six bytes at <paramref name="p"/>; the pointer needs no alignment.</summary>
    /// <param name="p">Six writable bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Write(byte* p)
    {
        if (BitConverter.IsLittleEndian)
        {
            Unsafe.WriteUnaligned(p, (uint)Value);
            Unsafe.WriteUnaligned(p + 4, (ushort)(Value >> 32));
        }
        else
        {
            CopyTo(new Span<byte>(p, Size));
        }
    }

    /// <summary>Writes the six wire bytes to the front of <paramref name="destination"/>.</summary>
    /// <param name="destination">At least six bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than six bytes.</exception>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], (ushort)(Value >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)Value);
    }

    /// <summary>Reads <c>02:00:00:00:01:01</c>: six pairs of hexadecimal digits of either case, all separated by colons or all by hyphens.</summary>
    /// <param name="s">The text, without surrounding blanks.</param>
    /// <param name="result">The address, or zero on failure.</param>
    /// <returns>False when the text has another form.</returns>
    public static bool TryParse(ReadOnlySpan<char> s, out MacAddress result)
    {
        result = default;
        if (s.Length != TextLength || s[2] is not (':' or '-'))
        {
            return false;
        }

        ulong value = 0;
        for (int i = 0; i < Size; i++)
        {
            int at = i * 3;
            if (!char.IsAsciiHexDigit(s[at]) || !char.IsAsciiHexDigit(s[at + 1]) || (i > 0 && s[at - 1] != s[2]))
            {
                return false;
            }

            value |= (ulong)((Digit(s[at]) << 4) | Digit(s[at + 1])) << (8 * i);
        }

        result = new MacAddress(value);
        return true;
    }

    /// <summary>Reads the text form; see <see cref="TryParse(ReadOnlySpan{char}, out MacAddress)"/>.</summary>
    /// <param name="s">The text, or null.</param>
    /// <param name="result">The address, or zero on failure.</param>
    /// <returns>False when the text is null or has another form.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out MacAddress result) => TryParse(s.AsSpan(), out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out MacAddress result) => TryParse(s.AsSpan(), out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out MacAddress result) => TryParse(s, out result);

    /// <summary>Reads the text form; see <see cref="TryParse(ReadOnlySpan{char}, out MacAddress)"/>.</summary>
    /// <param name="s">The text.</param>
    /// <returns>The address.</returns>
    /// <exception cref="FormatException">The text has another form.</exception>
    public static MacAddress Parse(string s)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), null);
    }

    /// <inheritdoc/>
    public static MacAddress Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc/>
    public static MacAddress Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => TryParse(s, out MacAddress mac)
        ? mac
        : throw new FormatException($"'{s}' is not a MAC address of the form 02:00:00:00:01:01.");

    /// <summary>Compares by wire bytes, first byte first, as the text forms compare.</summary>
    /// <param name="other">The address to compare with.</param>
    /// <returns>Negative, zero or positive.</returns>
    public int CompareTo(MacAddress other) =>
        BinaryPrimitives.ReverseEndianness(Value).CompareTo(BinaryPrimitives.ReverseEndianness(other.Value));

    /// <inheritdoc/>
    public bool Equals(MacAddress other) => Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is MacAddress other && other.Value == Value;

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>The text form, lower case: <c>02:00:00:00:01:01</c>.</summary>
    /// <returns>17 characters.</returns>
    public override string ToString() => string.Create(TextLength, Value, static (span, value) => Format(value, span));

    /// <summary>The text form; there is one format only, so both arguments are ignored.</summary>
    /// <param name="format">Ignored.</param>
    /// <param name="formatProvider">Ignored.</param>
    /// <returns>17 characters.</returns>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        if (destination.Length < TextLength)
        {
            charsWritten = 0;
            return false;
        }

        Format(Value, destination);
        charsWritten = TextLength;
        return true;
    }

    private static void Format(ulong value, Span<char> text)
    {
        const string Digits = "0123456789abcdef";
        for (int i = 0; i < Size; i++)
        {
            int b = (int)(value >> (8 * i)) & 0xFF;
            text[i * 3] = Digits[b >> 4];
            text[(i * 3) + 1] = Digits[b & 0xF];
            if (i < Size - 1)
            {
                text[(i * 3) + 2] = ':';
            }
        }
    }

    private static int Digit(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

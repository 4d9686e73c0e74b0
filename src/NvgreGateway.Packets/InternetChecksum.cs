using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NvgreGateway.Packets;

/// <summary>
/// The Internet checksum (RFC 1071) and its incremental update (RFC 1624). A running sum is a 64-bit count of words
/// as this machine loads them: one's complement sums do not depend on byte order, so only <see cref="Finish"/> gives
/// the result a type. Nothing here reads beyond the bytes it is given.
/// </summary>
public static unsafe class InternetChecksum
{
    // The loops over vectors are optimised when they are first compiled: as the run-time compiler leaves them at first, a sum over 1400 bytes
    // takes thousands of cycles, until it comes to compile them again under traffic.

    // Below these lengths setting up the wider accumulators costs more than it saves.
    private const uint MinVector128 = 32;
    private const uint MinVector256 = 64;
    private const uint MinVector512 = 256;

    /// <summary>Adds bytes that start at an even offset of the data the checksum covers.</summary>
    /// <param name="sum">Sum so far, 0 at first.</param>
    /// <param name="p">The bytes; no alignment needed.</param>
    /// <param name="length">How many; an odd last byte counts as if a zero byte followed.</param>
    /// <returns>The new sum; it cannot overflow before 2^32 words have been added.</returns>
    public static ulong Add(ulong sum, byte* p, uint length)
    {
        uint wide = 0;
        if (Vector512.IsHardwareAccelerated && length >= MinVector512)
        {
            wide = length & ~127u;
            sum += Sum512(p, wide);
        }
        else if (Vector256.IsHardwareAccelerated && length >= MinVector256)
        {
            wide = length & ~31u;
            sum += Sum256(p, wide);
        }
        else if (Vector128.IsHardwareAccelerated && length >= MinVector128)
        {
            wide = length & ~31u;
            sum += Sum128(p, wide);
        }

        p += wide;
        length -= wide;
        for (; length >= 8; p += 8, length -= 8)
        {
            ulong word = Unsafe.ReadUnaligned<ulong>(p);
            sum += (uint)word + (word >> 32);
        }

        if ((length & 4) != 0)
        {
            sum += Unsafe.ReadUnaligned<uint>(p);
            p += 4;
        }

        if ((length & 2) != 0)
        {
            sum += Unsafe.ReadUnaligned<ushort>(p);
            p += 2;
        }

        if ((length & 1) != 0)
        {
            sum += BitConverter.IsLittleEndian ? *p : (uint)*p << 8;
        }

        return sum;
    }

    /// <summary>Adds bytes of a span; see <see cref="Add(ulong, byte*, uint)"/>.</summary>
    /// <param name="sum">Sum so far.</param>
    /// <param name="bytes">The bytes, starting at an even offset of the covered data.</param>
    /// <returns>The new sum.</returns>
    public static ulong Add(ulong sum, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* p = bytes)
        {
            return Add(sum, p, (uint)bytes.Length);
        }
    }

    /// <summary>Adds bytes that start anywhere in the covered data, as the pieces of a chained packet do.</summary>
    /// <param name="sum">Sum so far.</param>
    /// <param name="p">The bytes.</param>
    /// <param name="length">How many.</param>
    /// <param name="offset">How many bytes were added before these; only its lowest bit matters.</param>
    /// <returns>The new sum.</returns>
    public static ulong AddAt(ulong sum, byte* p, uint length, uint offset)
    {
        if ((offset & 1) == 0)
        {
            return Add(sum, p, length);
        }

        // RFC 1071 section 2 (B): the sum of swapped words is the swapped sum.
        return sum + BinaryPrimitives.ReverseEndianness(Fold(Add(0, p, length)));
    }

    /// <summary>
    /// Copies bytes and adds them, in one pass; see <see cref="AddAt"/>. Neither reads nor writes beyond what it is given.
    /// </summary>
    /// <param name="sum">Sum so far.</param>
    /// <param name="to">Where to; the two do not overlap.</param>
    /// <param name="p">The bytes.</param>
    /// <param name="length">How many.</param>
    /// <param name="offset">How many bytes were added before these; only its lowest bit matters.</param>
    /// <returns>The new sum.</returns>
    public static ulong CopyAt(ulong sum, byte* to, byte* p, uint length, uint offset)
    {
        ulong added = 0;
        uint wide = 0;
        if (Vector256.IsHardwareAccelerated && length >= MinVector256)
        {
            wide = length & ~31u;
            added = CopySum256(to, p, wide);
        }
        else if (Vector128.IsHardwareAccelerated && length >= MinVector128)
        {
            wide = length & ~31u;
            added = CopySum128(to, p, wide);
        }

        uint rest = length - wide;
        Unsafe.CopyBlockUnaligned(to + wide, p + wide, rest);
        added = Add(added, p + wide, rest);
        return sum + ((offset & 1) == 0 ? added : BinaryPrimitives.ReverseEndianness(Fold(added)));
    }

    /// <summary>Adds a 16-bit field.</summary>
    /// <param name="sum">Sum so far.</param>
    /// <param name="field">The field at an even offset.</param>
    /// <returns>The new sum.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Add(ulong sum, UInt16BigEndian field) => sum + field.Raw;

    /// <summary>Adds a 32-bit field.</summary>
    /// <param name="sum">Sum so far.</param>
    /// <param name="field">The field at an even offset.</param>
    /// <returns>The new sum.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Add(ulong sum, UInt32BigEndian field) => sum + field.Raw;

    /// <summary>The sum of exactly 20 bytes, an IPv4 header without options, in straight line.</summary>
    /// <param name="p">Twenty readable bytes.</param>
    /// <returns>Their sum, to be given to <see cref="Finish"/> or <see cref="IsValid"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Header20(byte* p)
    {
        ulong a = Unsafe.ReadUnaligned<ulong>(p), b = Unsafe.ReadUnaligned<ulong>(p + 8);
        return (uint)a + (a >> 32) + (uint)b + (b >> 32) + Unsafe.ReadUnaligned<uint>(p + 16);
    }

    /// <summary>Folds a sum to 16 bits with end-around carry.</summary>
    /// <param name="sum">Any sum.</param>
    /// <returns>The one's complement sum in the order of this machine; 0 only if every byte was 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Fold(ulong sum)
    {
        // Adding a number to itself with halves swapped leaves hi + lo + carry in the upper half.
        uint half = (uint)((sum + BitOperations.RotateLeft(sum, 32)) >> 32);
        return (ushort)((half + BitOperations.RotateLeft(half, 16)) >> 16);
    }

    /// <summary>The checksum field of a sum: its complement.</summary>
    /// <param name="sum">The sum over the covered data with the checksum field zero.</param>
    /// <returns>The field to store.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt16BigEndian Finish(ulong sum) => UInt16BigEndian.FromRaw((ushort)~Fold(sum));

    /// <summary>The checksum field for UDP, where 0 would mean "none" and is sent as 0xFFFF (RFC 768).</summary>
    /// <param name="sum">The sum over pseudo header, header with zero checksum field, and payload.</param>
    /// <returns>The field to store.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt16BigEndian FinishUdp(ulong sum)
    {
        UInt16BigEndian field = Finish(sum);
        return field.Raw == 0 ? UInt16BigEndian.FromRaw(0xFFFF) : field;
    }

    /// <summary>True when a sum over data that includes its checksum field says the data is intact.</summary>
    /// <param name="sum">The sum.</param>
    /// <returns>False on any single changed bit.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsValid(ulong sum) => Fold(sum) == 0xFFFF;

    /// <summary>The checksum field for data whose own checksum field is zero.</summary>
    /// <param name="p">The data.</param>
    /// <param name="length">Its length.</param>
    /// <returns>The field to store.</returns>
    public static UInt16BigEndian Compute(byte* p, uint length) => Finish(Add(0, p, length));

    /// <summary>The checksum field for data whose own checksum field is zero.</summary>
    /// <param name="bytes">The data.</param>
    /// <returns>The field to store.</returns>
    public static UInt16BigEndian Compute(ReadOnlySpan<byte> bytes) => Finish(Add(0, bytes));

    /// <summary>
    /// Follows the change of one 16-bit word, RFC 1624 equation 3: HC' = ~(~HC + ~m + m'). A wrong checksum stays wrong
    /// by the same amount, so that corruption is never hidden (B-027).
    /// </summary>
    /// <param name="checksum">The field before.</param>
    /// <param name="from">The word before.</param>
    /// <param name="to">The word after.</param>
    /// <returns>The field after; exactly the one before when the word did not change.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt16BigEndian Update16(UInt16BigEndian checksum, UInt16BigEndian from, UInt16BigEndian to)
    {
        // Without this, 0xFFFF (a wrong field) would turn into 0x0000 although nothing changed.
        if (from == to)
        {
            return checksum;
        }

        uint sum = (ushort)~checksum.Raw + (uint)(ushort)~from.Raw + to.Raw;
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum += sum >> 16;
        return UInt16BigEndian.FromRaw((ushort)~sum);
    }

    /// <summary>Follows the change of a 32-bit field at an even offset; see <see cref="Update16"/>.</summary>
    /// <param name="checksum">The field before.</param>
    /// <param name="from">The word before.</param>
    /// <param name="to">The word after.</param>
    /// <returns>The field after.</returns>
    public static UInt16BigEndian Update32(UInt16BigEndian checksum, UInt32BigEndian from, UInt32BigEndian to) => from == to
        ? checksum
        : Finish((ulong)(ushort)~checksum.Raw + ~from.Raw + to.Raw);

    /// <summary>The sum of the IPv4 pseudo header (RFC 793, RFC 768).</summary>
    /// <param name="source">Source address.</param>
    /// <param name="destination">Destination address.</param>
    /// <param name="protocol">Protocol.</param>
    /// <param name="length">Transport header and payload, in bytes, below 65536.</param>
    /// <returns>A sum to go on with.</returns>
    public static ulong PseudoHeader(Ipv4Address source, Ipv4Address destination, byte protocol, uint length) =>
        (ulong)source.Raw + destination.Raw + UInt16BigEndian.FromHost(protocol).Raw + UInt16BigEndian.FromHost((ushort)length).Raw;

    /// <summary>The sum of the IPv6 pseudo header (RFC 8200 section 8.1).</summary>
    /// <param name="source">Source address.</param>
    /// <param name="destination">Final destination address.</param>
    /// <param name="nextHeader">Number of the transport header.</param>
    /// <param name="length">Transport header and payload, in bytes.</param>
    /// <returns>A sum to go on with.</returns>
    public static ulong PseudoHeader(Ipv6Address source, Ipv6Address destination, byte nextHeader, uint length) =>
        (uint)source.RawHigh + (source.RawHigh >> 32) + (uint)source.RawLow + (source.RawLow >> 32)
        + (uint)destination.RawHigh + (destination.RawHigh >> 32) + (uint)destination.RawLow + (destination.RawLow >> 32)
        + UInt32BigEndian.FromHost(length).Raw + UInt16BigEndian.FromHost(nextHeader).Raw;

    // The ones below add 32-bit words in 64-bit lanes, so that no carry is lost: whole lanes, which overflow, and their upper halves, which
    // do not; what the lower halves add up to is the difference. Each gives the same sum on any machine, only faster where its vectors
    // are registers; tests call all of them.

    /// <param name="p">First byte.</param>
    /// <param name="length">A multiple of 128.</param>
    /// <returns>The sum of the words.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static ulong Sum512(byte* p, uint length)
    {
        Vector512<ulong> whole = default, upper = default;
        for (byte* end = p + length; p != end; p += 128)
        {
            Vector512<ulong> a = Vector512.Load(p).AsUInt64(), b = Vector512.Load(p + 64).AsUInt64();
            whole += a + b;
            upper += (a >>> 32) + (b >>> 32);
        }

        return Vector512.Sum(whole - (upper << 32) + upper);
    }

    /// <param name="p">First byte.</param>
    /// <param name="length">A multiple of 32.</param>
    /// <returns>The sum of the words.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static ulong Sum256(byte* p, uint length)
    {
        Vector256<ulong> whole = default, upper = default;
        byte* end = p + length;
        for (byte* unrolled = p + (length & ~127u); p != unrolled; p += 128)
        {
            Vector256<ulong> a = Vector256.Load(p).AsUInt64(), b = Vector256.Load(p + 32).AsUInt64();
            Vector256<ulong> c = Vector256.Load(p + 64).AsUInt64(), d = Vector256.Load(p + 96).AsUInt64();
            whole += (a + b) + (c + d);
            upper += ((a >>> 32) + (b >>> 32)) + ((c >>> 32) + (d >>> 32));
        }

        for (; p != end; p += 32)
        {
            Vector256<ulong> a = Vector256.Load(p).AsUInt64();
            whole += a;
            upper += a >>> 32;
        }

        return Vector256.Sum(whole - (upper << 32) + upper);
    }

    /// <param name="p">First byte.</param>
    /// <param name="length">A multiple of 32.</param>
    /// <returns>The sum of the words.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static ulong Sum128(byte* p, uint length)
    {
        Vector128<ulong> whole = default, upper = default;
        for (byte* end = p + length; p != end; p += 32)
        {
            Vector128<ulong> a = Vector128.Load(p).AsUInt64(), b = Vector128.Load(p + 16).AsUInt64();
            whole += a + b;
            upper += (a >>> 32) + (b >>> 32);
        }

        return Vector128.Sum(whole - (upper << 32) + upper);
    }

    // The two that copy are bound by the stores, so that wider vectors would add little.

    /// <param name="to">Where to; the two do not overlap.</param>
    /// <param name="p">First byte.</param>
    /// <param name="length">A multiple of 32.</param>
    /// <returns>The sum of the words.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static ulong CopySum256(byte* to, byte* p, uint length)
    {
        Vector256<ulong> whole = default, upper = default;
        byte* end = p + length;
        for (byte* unrolled = p + (length & ~127u); p != unrolled; p += 128, to += 128)
        {
            Vector256<ulong> a = Vector256.Load(p).AsUInt64(), b = Vector256.Load(p + 32).AsUInt64();
            Vector256<ulong> c = Vector256.Load(p + 64).AsUInt64(), d = Vector256.Load(p + 96).AsUInt64();
            a.AsByte().Store(to);
            b.AsByte().Store(to + 32);
            c.AsByte().Store(to + 64);
            d.AsByte().Store(to + 96);
            whole += (a + b) + (c + d);
            upper += ((a >>> 32) + (b >>> 32)) + ((c >>> 32) + (d >>> 32));
        }

        for (; p != end; p += 32, to += 32)
        {
            Vector256<ulong> a = Vector256.Load(p).AsUInt64();
            a.AsByte().Store(to);
            whole += a;
            upper += a >>> 32;
        }

        return Vector256.Sum(whole - (upper << 32) + upper);
    }

    /// <param name="to">Where to; the two do not overlap.</param>
    /// <param name="p">First byte.</param>
    /// <param name="length">A multiple of 32.</param>
    /// <returns>The sum of the words.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static ulong CopySum128(byte* to, byte* p, uint length)
    {
        Vector128<ulong> whole = default, upper = default;
        for (byte* end = p + length; p != end; p += 32, to += 32)
        {
            Vector128<ulong> a = Vector128.Load(p).AsUInt64(), b = Vector128.Load(p + 16).AsUInt64();
            a.AsByte().Store(to);
            b.AsByte().Store(to + 16);
            whole += a + b;
            upper += (a >>> 32) + (b >>> 32);
        }

        return Vector128.Sum(whole - (upper << 32) + upper);
    }
}

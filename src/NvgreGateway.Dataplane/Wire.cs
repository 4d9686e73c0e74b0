using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace NvgreGateway.Dataplane;

/// <summary>Unaligned loads and stores, and constants of wire fields as they load on this (little-endian) machine.</summary>
internal static unsafe class Wire
{
    /// <summary>48 bits of a MAC.</summary>
    public const ulong MacMask = 0xFFFF_FFFF_FFFF;

    /// <summary>TPID 0x8100 as it loads.</summary>
    public const ushort Vlan = 0x0081;

    /// <summary>EtherType 0x0800 as it loads.</summary>
    public const ushort Ipv4 = 0x0008;

    /// <summary>EtherType 0x86DD as it loads.</summary>
    public const ushort Ipv6 = 0xDD86;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load64(byte* p) => Unsafe.ReadUnaligned<ulong>(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Load32(byte* p) => Unsafe.ReadUnaligned<uint>(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Load16(byte* p) => Unsafe.ReadUnaligned<ushort>(p);

    /// <summary>A big-endian field as a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Big16(byte* p) => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ushort>(p));

    /// <summary>A big-endian field as a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Big32(byte* p) => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(p));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store64(byte* p, ulong value) => Unsafe.WriteUnaligned(p, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store32(byte* p, uint value) => Unsafe.WriteUnaligned(p, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store16(byte* p, ushort value) => Unsafe.WriteUnaligned(p, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBig16(byte* p, uint value) => Unsafe.WriteUnaligned(p, BinaryPrimitives.ReverseEndianness((ushort)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBig32(byte* p, uint value) => Unsafe.WriteUnaligned(p, BinaryPrimitives.ReverseEndianness(value));

    /// <summary>Asks for a cache line that will be needed soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* p)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(p);
        }
    }

    /// <summary>Whether an EtherType, as it loads, is a tag: 0x8100, 0x88A8, 0x9100 or 0x9200 .</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsTag(ushort type) => type is Vlan or 0xA888 or 0x0091 or 0x0092;
}

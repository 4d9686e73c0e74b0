using System.Runtime.CompilerServices;

namespace NvgreGateway.Packets;

/// <summary>
/// What both paths need to know of a tenant frame's network header: whether it is IP that parses, and its TOS or
/// traffic class. An IP header that does not parse (cut short, wrong version, IHL below 5) makes the frame "not IP"
/// (WIRE-FORMAT 1.5, B-026).
/// </summary>
public readonly unsafe struct TenantHeader
{
    /// <summary><see cref="Family"/> of a frame that is not IP.</summary>
    public const uint NotIp = 0;

    /// <summary><see cref="Family"/> of IPv4.</summary>
    public const uint Ipv4 = 4;

    /// <summary><see cref="Family"/> of IPv6.</summary>
    public const uint Ipv6 = 6;

    private TenantHeader(uint family, uint trafficClass)
    {
        Family = family;
        TrafficClass = trafficClass;
    }

    /// <summary>4, 6, or 0 for anything that is not IP.</summary>
    public uint Family { get; }

    /// <summary>TOS byte of IPv4, traffic class of IPv6, 0 otherwise: DSCP in the upper six bits, ECN in the lower two.</summary>
    public uint TrafficClass { get; }

    /// <summary>Looks at a frame.</summary>
    /// <param name="l3">First byte behind the EtherType; the EtherType is read from the two bytes before it.</param>
    /// <param name="l3Length">Bytes from <paramref name="l3"/> to the end of the frame.</param>
    /// <returns>What it is.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TenantHeader Inspect(byte* l3, uint l3Length)
    {
        UInt16BigEndian type = UInt16BigEndian.Read(l3 - 2);
        if (type.Is(EtherType.Ipv4) && ParsesAsIpv4(l3, l3Length))
        {
            return new TenantHeader(Ipv4, l3[1]);
        }

        return type.Is(EtherType.Ipv6) && ParsesAsIpv6(l3, l3Length)
            ? new TenantHeader(Ipv6, Class6(l3))
            : default;
    }

    /// <summary>True for an IPv4 header that lies within the frame: version 4, IHL of 5 or more.</summary>
    /// <param name="l3">First byte of the header.</param>
    /// <param name="l3Length">Bytes from there to the end of the frame.</param>
    /// <returns>True when it parses.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool ParsesAsIpv4(byte* l3, uint l3Length) =>
        l3Length >= Ipv4Header.Size && *l3 - 0x45u <= 0x4Fu - 0x45u && (*l3 & 0xFu) * 4 <= l3Length;

    /// <summary>True for a fixed IPv6 header that lies within the frame.</summary>
    /// <param name="l3">First byte of the header.</param>
    /// <param name="l3Length">Bytes from there to the end of the frame.</param>
    /// <returns>True when it parses.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool ParsesAsIpv6(byte* l3, uint l3Length) => l3Length >= Ipv6Header.Size && *l3 >> 4 == 6;

    /// <summary>Replaces the ECN field of a header that <see cref="Inspect"/> found.</summary>
    /// <param name="l3">First byte of the IP header.</param>
    /// <param name="family">4 or 6.</param>
    /// <param name="ecn">The new field; higher bits are ignored.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetEcn(byte* l3, uint family, uint ecn) => SetBits(l3, family, ecn, Ecn.Mask);

    /// <summary>Replaces the DSCP of a header that <see cref="Inspect"/> found.</summary>
    /// <param name="l3">First byte of the IP header.</param>
    /// <param name="family">4 or 6.</param>
    /// <param name="dscp">The new DSCP, 0 to 63.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetDscp(byte* l3, uint family, uint dscp) => SetBits(l3, family, dscp << 2, 0xFC);

    /// <summary>
    /// Replaces the whole TOS or traffic class of a header that <see cref="Inspect"/> found. The IPv4 checksum follows
    /// incrementally, and not at all when nothing changes (B-027).
    /// </summary>
    /// <param name="l3">First byte of the IP header.</param>
    /// <param name="family">4 or 6.</param>
    /// <param name="trafficClass">The new byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetTrafficClass(byte* l3, uint family, uint trafficClass) => SetBits(l3, family, trafficClass, 0xFF);

    /// <summary>Traffic class of an IPv6 header.</summary>
    /// <param name="l3">First two bytes of the header.</param>
    /// <returns>DSCP and ECN.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Class6(byte* l3) => ((uint)UInt16BigEndian.Read(l3).ToHost() >> 4) & 0xFF;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetBits(byte* l3, uint family, uint value, uint mask)
    {
        if (family == Ipv4)
        {
            UInt16BigEndian before = UInt16BigEndian.Read(l3);
            l3[1] = (byte)((l3[1] & ~mask) | (value & mask));
            UInt16BigEndian after = UInt16BigEndian.Read(l3);
            InternetChecksum.Update16(UInt16BigEndian.Read(l3 + 10), before, after).Write(l3 + 10);
        }
        else
        {
            uint word = UInt16BigEndian.Read(l3).ToHost();
            UInt16BigEndian.FromHost((ushort)((word & ~(mask << 4)) | ((value & mask) << 4))).Write(l3);
        }
    }
}

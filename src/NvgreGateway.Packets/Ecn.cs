using System.Runtime.CompilerServices;

namespace NvgreGateway.Packets;

/// <summary>The ECN field and what decapsulation makes of it (RFC 6040 section 4.2, B-023 to B-025).</summary>
public static class Ecn
{
    /// <summary>Not ECN-capable.</summary>
    public const uint NotEct = 0;

    /// <summary>ECN-capable, ECT(1).</summary>
    public const uint Ect1 = 1;

    /// <summary>ECN-capable, ECT(0).</summary>
    public const uint Ect0 = 2;

    /// <summary>Congestion experienced.</summary>
    public const uint Ce = 3;

    /// <summary>The two bits of a TOS or traffic class byte that are ECN.</summary>
    public const uint Mask = 3;

    /// <summary>In a verdict: count <c>ecn.anomaly</c>.</summary>
    public const uint Anomaly = 4;

    /// <summary>In a verdict: drop as <c>drop.ecn.notect_ce</c>; the other bits mean nothing.</summary>
    public const uint Drop = 8;

    // Four bits for each pair, at inner << 2 | outer: one shift instead of a load.
    private const ulong Table =
        (NotEct << (4 * 0)) | ((NotEct | Anomaly) << (4 * 1)) | ((NotEct | Anomaly) << (4 * 2)) | (Drop << (4 * 3))
        | (Ect1 << (4 * 4)) | (Ect1 << (4 * 5)) | ((Ect1 | Anomaly) << (4 * 6)) | (Ce << (4 * 7))
        | ((ulong)Ect0 << (4 * 8)) | ((ulong)Ect1 << (4 * 9)) | ((ulong)Ect0 << (4 * 10)) | ((ulong)Ce << (4 * 11))
        | ((ulong)Ce << (4 * 12)) | ((ulong)(Ce | Anomaly) << (4 * 13)) | ((ulong)Ce << (4 * 14)) | ((ulong)Ce << (4 * 15));

    /// <summary>The ECN field of a decapsulated IP packet.</summary>
    /// <param name="inner">TOS or traffic class of the inner header; only its ECN bits count.</param>
    /// <param name="outer">TOS or traffic class of the outer header; likewise.</param>
    /// <returns>The new ECN field in the lowest two bits, with <see cref="Anomaly"/> or <see cref="Drop"/> where they apply.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Decapsulate(uint inner, uint outer) =>
        (uint)(Table >> (int)((((inner & Mask) << 2) | (outer & Mask)) * 4)) & 0xF;
}

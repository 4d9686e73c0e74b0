using System.Numerics;

namespace NvgreGateway.Dataplane;

/// <summary>What a rule of a <see cref="SpreadPlan"/> is about: a VSID, the inner destination MAC of NVGRE, or a destination MAC.</summary>
public readonly struct SpreadKey
{
    internal const ulong Hardware = 1ul << 58;
    private const ulong Six = 1ul << 59;

    /// <summary>Equal for equal keys, and never 0 but for the default.</summary>
    public readonly ulong Value;

    private SpreadKey(ulong kind, bool outer6, ulong value) => Value = kind << 60 | (outer6 ? Six : 0) | value;

    internal uint Hash => BitOperations.Crc32C(0, Value);

    /// <summary>NVGRE of a VSID.</summary>
    /// <param name="outer6">Whether its outer header is IPv6.</param>
    /// <param name="vsid">The VSID, 24 bits.</param>
    /// <returns>The key.</returns>
    public static SpreadKey Vsid(bool outer6, uint vsid) => new(1, outer6, vsid);

    /// <summary>NVGRE with an inner destination MAC.</summary>
    /// <param name="outer6">Whether its outer header is IPv6.</param>
    /// <param name="mac">The MAC, its first byte lowest.</param>
    /// <returns>The key.</returns>
    public static SpreadKey InnerMac(bool outer6, ulong mac) => new(2, outer6, mac);

    /// <summary>Frames to a MAC on an access port.</summary>
    /// <param name="mac">The MAC, its first byte lowest.</param>
    /// <returns>The key.</returns>
    public static SpreadKey Mac(ulong mac) => new(3, false, mac);
}

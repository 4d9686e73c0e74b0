using System.Runtime.CompilerServices;

namespace NvgreGateway.Packets;

/// <summary>
/// The virtual subnet identifier of RFC 7637: 24 bits, one broadcast domain. Which values may be configured is
/// A-021; section 3.4 of the RFC sets the rest aside.
/// </summary>
public static class Vsid
{
    /// <summary>Lowest VSID that a segment may have, 0x001000.</summary>
    public const uint Min = 0x001000;

    /// <summary>Highest VSID that a segment may have, 0xFFFFFE.</summary>
    public const uint Max = 0xFFFFFE;

    /// <summary>0xFFFFFF, for vendor-specific traffic between endpoints; never a tenant .</summary>
    public const uint Vendor = 0xFFFFFF;

    /// <summary>True for a VSID that a segment may have .</summary>
    /// <param name="vsid">Any number.</param>
    /// <returns>True from <see cref="Min"/> to <see cref="Max"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsTenant(uint vsid) => vsid - Min <= Max - Min;

    /// <summary>True for 0 to 0xFFF, reserved for future use .</summary>
    /// <param name="vsid">A 24-bit number.</param>
    /// <returns>True when reserved.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsReserved(uint vsid) => vsid < Min;

    /// <summary>True for 0xFFFFFF.</summary>
    /// <param name="vsid">A 24-bit number.</param>
    /// <returns>True for the vendor VSID.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsVendor(uint vsid) => vsid == Vendor;

    /// <summary>The VSID of a GRE key.</summary>
    /// <param name="key">The key field.</param>
    /// <returns>Its upper 24 bits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint FromKey(UInt32BigEndian key) => key.ToHost() >> 8;

    /// <summary>The GRE key of a VSID and a FlowID (RFC 7637 section 3.2).</summary>
    /// <param name="vsid">24 bits.</param>
    /// <param name="flowId">8 bits; 0 when FlowIDs are off .</param>
    /// <returns>The key field.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt32BigEndian ToKey(uint vsid, uint flowId) => UInt32BigEndian.FromHost((vsid << 8) | (flowId & 0xFF));
}

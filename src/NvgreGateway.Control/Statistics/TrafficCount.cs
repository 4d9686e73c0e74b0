namespace NvgreGateway.Control.Statistics;

/// <summary>Packets with their bytes.</summary>
/// <param name="Packets">Packets.</param>
/// <param name="TenantBytes">Bytes of tenant frames without FCS; on the VLAN side with their tags.</param>
/// <param name="EncapsulatedBytes">Bytes of the outer frames without FCS; 0 on the VLAN side.</param>
public readonly record struct TrafficCount(ulong Packets, ulong TenantBytes, ulong EncapsulatedBytes)
{
    /// <summary>The sum.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>The sum, field by field.</returns>
    public static TrafficCount operator +(TrafficCount left, TrafficCount right) =>
        new(left.Packets + right.Packets, left.TenantBytes + right.TenantBytes, left.EncapsulatedBytes + right.EncapsulatedBytes);
}

using System.Runtime.CompilerServices;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// A tenant frame that is longer than its way out takes (B-065 to B-068, B-071; without ICMP and without fragmentation yet).
/// Outcomes: <c>drop.mtu.df</c> (IPv4), <c>.v6</c>, <c>.nonip</c>.
/// </summary>
internal static class SizeStage
{
    /// <summary>The reason for a frame that is too long.</summary>
    /// <param name="family">4, 6, or 0 when not IP.</param>
    /// <returns>The reason.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static DropReason TooLong(uint family) => family switch
    {
        TenantHeader.Ipv4 => DropReason.MtuDf,
        TenantHeader.Ipv6 => DropReason.MtuV6,
        _ => DropReason.MtuNonip,
    };
}

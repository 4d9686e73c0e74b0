using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Data;

/// <summary>From DPDK's words for what a device hashes to those of the exchange.</summary>
internal static class RssFieldBits
{
    private static readonly (RssTypes Types, RssFields Field)[] s_all =
    [
        (RssTypes.IPv4 | RssTypes.IPv4Other, RssFields.Ipv4),
        (RssTypes.IPv6 | RssTypes.IPv6Other, RssFields.Ipv6),
        (RssTypes.IPv4Tcp, RssFields.Tcp4),
        (RssTypes.IPv6Tcp, RssFields.Tcp6),
        (RssTypes.IPv4Udp, RssFields.Udp4),
        (RssTypes.IPv6Udp, RssFields.Udp6),
        (RssTypes.L2Payload, RssFields.Mac),
        (RssTypes.Nvgre, RssFields.Nvgre),
        (RssTypes.Innermost, RssFields.Innermost),
    ];

    internal static RssFields From(RssTypes types)
    {
        RssFields fields = RssFields.None;
        foreach ((RssTypes any, RssFields field) in s_all)
        {
            fields |= (types & any) != 0 ? field : RssFields.None;
        }

        return fields;
    }
}

using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Data;

/// <summary>From DPDK's words for what a device hashes to those of the exchange.</summary>
internal static class RssFieldBits
{
    private static readonly FlagMap<RssFields, RssTypes> s_all = new(
        (RssFields.Ipv4, RssTypes.IPv4 | RssTypes.IPv4Other),
        (RssFields.Ipv6, RssTypes.IPv6 | RssTypes.IPv6Other),
        (RssFields.Tcp4, RssTypes.IPv4Tcp),
        (RssFields.Tcp6, RssTypes.IPv6Tcp),
        (RssFields.Udp4, RssTypes.IPv4Udp),
        (RssFields.Udp6, RssTypes.IPv6Udp),
        (RssFields.Mac, RssTypes.L2Payload),
        (RssFields.Nvgre, RssTypes.Nvgre),
        (RssFields.Innermost, RssTypes.Innermost));

    internal static RssFields From(RssTypes types) => s_all.Ours(types);
}

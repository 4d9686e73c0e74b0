using System.Net.Sockets;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Neighbors;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Icmp;

/// <summary>
/// Answers tenants whose packets were too big (B-065, B-066, B-069 to B-071): the error goes back the way the packet came, into its
/// VLAN or through NVGRE. The packet is counted as a drop already; an error that is not due or over its budget is not sent, and is no
/// second drop.
/// </summary>
internal sealed class TenantErrors(InjectQueue injects)
{
    /// <summary>Errors of a segment at once (B-070).</summary>
    public const int Burst = 10;

    // 192.0.0.8, the dummy address of RFC 7600.
    private static readonly Ipv4Address s_dummy = Ipv4Address.FromHost(0xC000_0008);

    private readonly Dictionary<uint, TokenBucket> _budgets = [];
    private readonly byte[] _error = new byte[IcmpErrors.MaxLength];

    /// <summary>Takes over what a published configuration says.</summary>
    /// <param name="index">The configuration with its ids.</param>
    public void Refresh(PlaneIndex index)
    {
        foreach (uint gone in _budgets.Keys.Where(id => index.SegmentOf(id) is null).ToArray())
        {
            _budgets.Remove(gone);
        }

        foreach (TokenBucket budget in _budgets.Values)
        {
            budget.SetRate(index.Configuration.Budgets.IcmpErrors);
        }
    }

    /// <summary>Works off a packet that was too big.</summary>
    /// <param name="punt">The punt; its frame may hold anything.</param>
    /// <param name="index">The configuration with its ids.</param>
    /// <param name="macs">The MAC of each port.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Handle(in Punt punt, PlaneIndex index, IReadOnlyList<MacAddress> macs, ulong now)
    {
        var from = new Place(punt.Place);
        var tooSmall = new Place((uint)(punt.Key >> 32));

        // The MAC is that of the access port it came in on; of a packet from NVGRE that of the attachment that was too small (B-071).
        PlaneIndex.AttachmentView? side = index.AttachmentOf(from.IsPeer ? tooSmall.Id : from.Id);
        if (index.SegmentOf(punt.Segment) is not { } segment || side is null || (from.IsPeer && tooSmall.IsPeer))
        {
            return; // gone with a reload
        }

        MacAddress mac = segment.Router?.Mac ?? macs[side.Port];
        Ipv4Address source4 = segment.Router?.First(AddressFamily.InterNetwork) is { } four ? HostKey.Of(0, four.Address).Ipv4 : s_dummy;
        Ipv6Address source6 = segment.Router?.First(AddressFamily.InterNetworkV6) is { } six ? HostKey.Of(0, six.Address).Ipv6 : OwnAddress.LinkLocal(mac);
        int length = IcmpErrors.TooBig(punt.Frame, mac, source4, source6, (int)(uint)punt.Key, _error);
        if (length == 0)
        {
            return;
        }

        if (!_budgets.TryGetValue(punt.Segment, out TokenBucket? budget))
        {
            _budgets[punt.Segment] = budget = new TokenBucket(index.Configuration.Budgets.IcmpErrors, Burst);
        }

        if (budget.TryTake(now))
        {
            injects.SendTenant(punt.Sequence, from, side.Port, _error.AsSpan(0, length));
        }
    }
}

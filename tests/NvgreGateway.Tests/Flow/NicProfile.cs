using NvgreGateway.Dpdk;

namespace NvgreGateway.Tests.Flow;

/// <summary>What a device takes.</summary>
internal sealed record NicProfile
{
    private static readonly FlowItemType[] s_headers =
        [FlowItemType.Ethernet, FlowItemType.Vlan, FlowItemType.IPv4, FlowItemType.IPv6, FlowItemType.Udp, FlowItemType.Tcp, FlowItemType.Nvgre];

    /// <summary>Everything: as mlx5 documents both NVGRE actions.</summary>
    internal static NicProfile Full => new()
    {
        Items = [.. s_headers, FlowItemType.RepresentedPort],
        Actions =
        [
            FlowActionType.Queue, FlowActionType.Rss, FlowActionType.Count, FlowActionType.NvgreEncap, FlowActionType.NvgreDecap, FlowActionType.RawEncap,
            FlowActionType.RawDecap, FlowActionType.RepresentedPort, FlowActionType.PortId, FlowActionType.PopVlan, FlowActionType.PushVlan,
            FlowActionType.SetVlanVid, FlowActionType.SetVlanPcp,
        ],
        RssLevel = 2,
        Transfers = true,
    };

    /// <summary>Queues by NVGRE and nothing else, as ixgbe or ice have it.</summary>
    internal static NicProfile QueuesOnly => new() { Items = s_headers, Actions = [FlowActionType.Queue, FlowActionType.Rss], RssLevel = 0 };

    /// <summary>No rules at all, as af_packet and most virtual devices.</summary>
    internal static NicProfile None => new() { Items = [], Actions = [], KnowsNoRules = true };

    internal required IReadOnlyCollection<FlowItemType> Items { get; init; }

    internal required IReadOnlyCollection<FlowActionType> Actions { get; init; }

    internal uint RssLevel { get; init; }

    internal int Queues { get; init; } = 4;

    internal int TableSize { get; init; } = 256;

    internal bool Transfers { get; init; }

    internal bool KnowsNoRules { get; init; }
}

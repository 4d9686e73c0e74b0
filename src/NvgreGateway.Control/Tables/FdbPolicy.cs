using NvgreGateway.Control.Configuration;

namespace NvgreGateway.Control.Tables;

/// <summary>What the FDB must know of a configuration: which places exist, who may learn, how much.</summary>
internal sealed class FdbPolicy
{
    internal const int Unlimited = int.MaxValue;

    /// <summary>Before the first configuration: no place exists.</summary>
    internal static FdbPolicy Empty { get; } = new()
    {
        Configuration = null,
        Segments = [],
        Attachments = [],
        Peers = [],
        PortLimits = [],
        PortAttachments = [],
        OwnMacs = [],
    };

    internal required FdbConfiguration? Configuration { get; init; }

    /// <summary>By segment id.</summary>
    internal required SegmentPolicy[] Segments { get; init; }

    /// <summary>By attachment id.</summary>
    internal required PlacePolicy[] Attachments { get; init; }

    /// <summary>By peer id.</summary>
    internal required PlacePolicy[] Peers { get; init; }

    /// <summary>By port index.</summary>
    internal required Limit[] PortLimits { get; init; }

    /// <summary>The attachment ids of each port.</summary>
    internal required List<uint>[] PortAttachments { get; init; }

    /// <summary>MACs of the gateway itself .</summary>
    internal required HashSet<ulong> OwnMacs { get; init; }

    internal static FdbPolicy Of(TablePlan plan)
    {
        GatewayConfiguration c = plan.Configuration;
        var policy = new FdbPolicy
        {
            Configuration = c.Fdb,
            Segments = new SegmentPolicy[plan.SegmentIds.Next],
            Attachments = new PlacePolicy[plan.AttachmentIds.Next],
            Peers = new PlacePolicy[plan.PeerIds.Next],
            PortLimits = [.. c.Ports.Select(static p => Limit.Of(p.Limits))],
            PortAttachments = [.. c.Ports.Select(static _ => new List<uint>())],
            OwnMacs = [.. plan.PortMacs.Select(static m => m.Value)],
        };
        foreach (TablePlan.SegmentPlan segment in plan.Segments)
        {
            policy.Segments[segment.Id] = new(true, segment.Configuration.Learning, Limit.Of(segment.Configuration.Limits));
            foreach (TablePlan.AttachmentPlan a in segment.Attachments)
            {
                policy.Attachments[a.Id] = new(plan.AttachmentPlaces[a.Id], segment.Id, a.Port, default);
                policy.PortAttachments[a.Port].Add(a.Id);
            }

            foreach (TablePlan.PeerPlan p in segment.Peers)
            {
                policy.Peers[p.Id] = new(plan.PeerPlaces[p.Id], segment.Id, p.Hops[0].Port, Limit.Of(p.Configuration.Limits));
            }
        }

        return policy;
    }

    /// <summary>A limit of learned MACs (E-034).</summary>
    internal readonly record struct Limit(int Macs, bool Drop)
    {
        internal static Limit Of(LimitsConfiguration c) => new(c.Macs ?? Unlimited, c.Action == LimitAction.Drop);
    }

    internal readonly record struct SegmentPolicy(bool Valid, bool Learning, Limit Limit);

    /// <summary>Of an id that is not in use the segment is 0. The limit is a peer's; attachments have their port's.</summary>
    internal readonly record struct PlacePolicy(uint Place, uint Segment, int Port, Limit Limit);
}

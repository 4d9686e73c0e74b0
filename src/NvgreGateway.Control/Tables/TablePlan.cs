using NvgreGateway.Control.Configuration;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Tables;

/// <summary>A configuration with the ids that everything in it will have: what a snapshot is built from.</summary>
internal sealed class TablePlan
{
    internal required GatewayConfiguration Configuration { get; init; }

    /// <summary>The MAC of each port, by index.</summary>
    internal required IReadOnlyList<MacAddress> PortMacs { get; init; }

    internal required IdPlan<int> SegmentIds { get; init; }

    internal required IdPlan<AttachmentKey> AttachmentIds { get; init; }

    internal required IdPlan<PeerKey> PeerIds { get; init; }

    internal required IdPlan<NextHopKey> NextHopIds { get; init; }

    /// <summary>The segments in the order of the configuration.</summary>
    internal required SegmentPlan[] Segments { get; init; }

    /// <summary>Static MACs of next hops that have one.</summary>
    internal required Dictionary<NextHopKey, MacAddress> StaticNeighbors { get; init; }

    /// <summary>The place of each attachment id, those not in use included (their generation is already the next one).</summary>
    internal required uint[] AttachmentPlaces { get; init; }

    /// <summary>The place of each peer id likewise.</summary>
    internal required uint[] PeerPlaces { get; init; }

    /// <summary>The path MTU that routers reported, by PA (B-061).</summary>
    internal IReadOnlyDictionary<System.Net.IPAddress, int> LearnedPathMtus { get; set; } = new Dictionary<System.Net.IPAddress, int>();

    /// <summary>Ids of segments that are blocked for a loop (E-073).</summary>
    internal IReadOnlySet<uint> Blocked { get; set; } = new HashSet<uint>();

    /// <summary>What each port does of offloads, by index; a port beyond its end does nothing.</summary>
    internal IReadOnlyList<Offload.PortOffloadSets> Offloads { get; set; } = [];

    /// <summary>Ports of which workers sample flows, a bit for each.</summary>
    internal ulong Sampled { get; set; }

    /// <summary>MACs of routers of segments that are no port's .</summary>
    internal MacAddress[] RouterMacs =>
        [.. Configuration.Segments.Select(static s => s.Router?.Mac).OfType<MacAddress>().Where(m => !PortMacs.Contains(m)).Distinct().Take(Exchange.ExchangeLimits.RouterMacs)];

    internal sealed record SegmentPlan(uint Id, SegmentConfiguration Configuration, AttachmentPlan[] Attachments, PeerPlan[] Peers)
    {
        /// <summary>Its PA groups, each once; no peers.</summary>
        internal PeerPlan[] Groups { get; init; } = [];
    }

    internal readonly record struct AttachmentPlan(uint Id, int Port, AttachmentConfiguration Configuration);

    /// <summary>A peer: the local PAs that send to it, more than one with <c>spread: flow</c>, and the next hops toward it.</summary>
    internal readonly record struct PeerPlan(uint Id, WireAddress[] Sources, HopPlan[] Hops, WireAddress Address, PeerConfiguration Configuration)
    {
        /// <summary>Whether it is a PA group: only sent to .</summary>
        internal bool IsGroup { get; init; }

        /// <summary>Bytes of its <see cref="Exchange.PathSet"/>; 0 when it has a single path.</summary>
        internal int PathBytes => Exchange.PathSet.BytesOf(Sources.Length, Hops.Length);
    }

    internal readonly record struct HopPlan(uint Id, NextHopKey Key)
    {
        internal int Port => Key.Port;
    }
}

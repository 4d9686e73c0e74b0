using System.Net;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;

namespace NvgreGateway.Control;

/// <summary>A configuration with the ids that its members have in the tables: from names to ids and back.</summary>
internal sealed class PlaneIndex
{
    private readonly Dictionary<uint, SegmentConfiguration> _segments = [];
    private readonly Dictionary<uint, SegmentView> _views = [];
    private readonly Dictionary<uint, AttachmentView> _attachments = [];
    private readonly Dictionary<uint, PeerView> _peers = [];
    private readonly Dictionary<(int Vsid, IPAddress Address), PeerView> _peersByAddress = [];
    private readonly Dictionary<string, int> _ports = new(StringComparer.Ordinal);

    public PlaneIndex(GatewayConfiguration configuration, IdStore ids)
    {
        Configuration = configuration;
        var routes = new UnderlayRoutes(configuration.Ports);
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            _ports[configuration.Ports[i].Name] = i;
        }

        var ways = new Dictionary<IPAddress, HopView[]>();
        foreach (SegmentConfiguration segment in configuration.Segments)
        {
            uint id = ids.SegmentOf(segment.Vsid);
            _segments[id] = segment;
            var attachments = new List<AttachmentView>();
            foreach (AttachmentConfiguration attachment in segment.Attachments)
            {
                var view = new AttachmentView(ids.AttachmentOf(attachment.Port, attachment.Vlan, attachment.InnerVlan ?? 0), segment, attachment, _ports[attachment.Port]);
                attachments.Add(view);
                _attachments[view.Id] = view;
            }

            var peers = new List<PeerView>();
            foreach (PeerConfiguration peer in segment.Peers)
            {
                if (!ways.TryGetValue(peer.Address, out HopView[]? hops))
                {
                    hops = [.. routes.Find(peer.Address).Select(p => new HopView(ids.NextHopOf(p.PortIndex, p.NextHop), p))];
                    ways.Add(peer.Address, hops);
                }

                var view = new PeerView(ids.PeerOf(segment.Vsid, peer.Address), segment, peer, hops);
                peers.Add(view);
                _peers[view.Id] = view;
                _peersByAddress[(segment.Vsid, peer.Address)] = view;
            }

            var segmentView = new SegmentView(id, segment, attachments, peers, GroupsOf(configuration, segment, ids));
            Segments.Add(segmentView);
            _views[id] = segmentView;
        }

        HopSets = [.. ways.Values.Where(static hops => hops.Length > 1).DistinctBy(static hops => string.Join(',', hops.Select(static h => h.Id)))];
    }

    public GatewayConfiguration Configuration { get; }

    /// <summary>The segments in the order of the configuration.</summary>
    public List<SegmentView> Segments { get; } = [];

    /// <summary>All peers of all segments.</summary>
    public IEnumerable<PeerView> Peers => Segments.SelectMany(static s => s.Peers);

    /// <summary>The different sets of next hops that peers share their flows among.</summary>
    public IReadOnlyList<IReadOnlyList<HopView>> HopSets { get; }

    /// <summary>All PA groups of all segments, as peers that are only sent to.</summary>
    public IEnumerable<PeerView> Groups => Segments.SelectMany(static s => s.Groups);

    public int? PortOf(string name) => _ports.TryGetValue(name, out int index) ? index : null;

    public SegmentConfiguration? SegmentOf(uint id) => _segments.GetValueOrDefault(id);

    public SegmentView? ViewOf(uint segment) => _views.GetValueOrDefault(segment);

    public AttachmentView? AttachmentOf(uint id) => _attachments.GetValueOrDefault(id);

    public PeerView? PeerOf(uint id) => _peers.GetValueOrDefault(id);

    public PeerView? PeerOf(int vsid, IPAddress address) => _peersByAddress.GetValueOrDefault((vsid, address));

    private static List<PeerView> GroupsOf(GatewayConfiguration configuration, SegmentConfiguration segment, IdStore ids) =>
    [
        .. segment.PaGroups.Select(group => new PeerView(
            ids.PeerOf(segment.Vsid, group),
            segment,
            GroupPlanner.ConfigurationOf(configuration, segment, group),
            PaGroupPath.Of(configuration.Ports, segment, group) is { } p ? [new HopView(ids.NextHopOf(p.PortIndex, group), new UnderlayPath(p.PortIndex, group))] : [])),
    ];

    internal sealed record SegmentView(
        uint Id, SegmentConfiguration Segment, IReadOnlyList<AttachmentView> Attachments, IReadOnlyList<PeerView> Peers, IReadOnlyList<PeerView> Groups);

    internal sealed record AttachmentView(uint Id, SegmentConfiguration Segment, AttachmentConfiguration Attachment, int Port);

    internal readonly record struct HopView(uint Id, UnderlayPath Path);

    internal sealed record PeerView(uint Id, SegmentConfiguration Segment, PeerConfiguration Peer, IReadOnlyList<HopView> Hops)
    {
        public string Subject => $"{Segment.Name} {Peer.Address}";

        /// <summary>The first way to it; null = none.</summary>
        public UnderlayPath? Path => Hops.Count == 0 ? null : Hops[0].Path;

        /// <summary>The port that leaves tenants least room; null without a way.</summary>
        public PortConfiguration? Narrowest(GatewayConfiguration configuration, int? learned) => Hops
            .Select(h => configuration.Ports[h.Path.PortIndex])
            .MinBy(port => TenantMtu.Toward(port, Peer, learned));
    }
}

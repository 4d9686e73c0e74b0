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
                UnderlayPath? path = routes.Find(peer.Address);
                uint nextHop = path is { } p ? ids.NextHopOf(p.PortIndex, p.NextHop) : 0;
                var view = new PeerView(ids.PeerOf(segment.Vsid, peer.Address), segment, peer, path, nextHop);
                peers.Add(view);
                _peers[view.Id] = view;
                _peersByAddress[(segment.Vsid, peer.Address)] = view;
            }

            var segmentView = new SegmentView(id, segment, attachments, peers);
            Segments.Add(segmentView);
            _views[id] = segmentView;
        }
    }

    public GatewayConfiguration Configuration { get; }

    /// <summary>The segments in the order of the configuration.</summary>
    public List<SegmentView> Segments { get; } = [];

    /// <summary>All peers of all segments.</summary>
    public IEnumerable<PeerView> Peers => Segments.SelectMany(static s => s.Peers);

    public int? PortOf(string name) => _ports.TryGetValue(name, out int index) ? index : null;

    public SegmentConfiguration? SegmentOf(uint id) => _segments.GetValueOrDefault(id);

    public SegmentView? ViewOf(uint segment) => _views.GetValueOrDefault(segment);

    public AttachmentView? AttachmentOf(uint id) => _attachments.GetValueOrDefault(id);

    public PeerView? PeerOf(uint id) => _peers.GetValueOrDefault(id);

    public PeerView? PeerOf(int vsid, IPAddress address) => _peersByAddress.GetValueOrDefault((vsid, address));

    internal sealed record SegmentView(
        uint Id, SegmentConfiguration Segment, IReadOnlyList<AttachmentView> Attachments, IReadOnlyList<PeerView> Peers);

    internal sealed record AttachmentView(uint Id, SegmentConfiguration Segment, AttachmentConfiguration Attachment, int Port);

    internal sealed record PeerView(uint Id, SegmentConfiguration Segment, PeerConfiguration Peer, UnderlayPath? Path, uint NextHop)
    {
        public string Subject => $"{Segment.Name} {Peer.Address}";
    }
}

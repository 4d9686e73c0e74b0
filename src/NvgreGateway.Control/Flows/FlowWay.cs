using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Flows;

/// <summary>A VLAN and a peer of one segment: what hardware would forward between, as the published tables have them.</summary>
/// <param name="Memory">The regions.</param>
/// <param name="Index">The configuration with its ids.</param>
/// <param name="Segment">The segment.</param>
/// <param name="Attachment">One of its attachments.</param>
/// <param name="Peer">One of its peers.</param>
internal sealed unsafe record FlowWay(
    GatewayMemory Memory, PlaneIndex Index, PlaneIndex.SegmentView Segment, PlaneIndex.AttachmentView Attachment, PlaneIndex.PeerView Peer)
{
    /// <summary>The peer's entry.</summary>
    public PeerEntry* Entry => Memory.Current.Peers + Peer.Id;

    /// <summary>The access port.</summary>
    public PortConfiguration Access => Index.Configuration.Ports[Attachment.Port];

    /// <summary>The underlay port.</summary>
    public PortConfiguration Underlay => Index.Configuration.Ports[Entry->Port];

    /// <summary>Family of the outer header.</summary>
    public byte Family => (byte)((Entry->Flags & PeerFlags.Ipv6) != 0 ? 6 : 4);

    /// <summary>
    /// Whether something of the outer header differs by flow, so that a rule may be of one flow only: the FlowID where it is a hash, and the
    /// flow label of IPv6 always.
    /// </summary>
    public bool DiffersByFlow => (Entry->Flags & (PeerFlags.FlowIdHash | PeerFlags.Ipv6)) != 0;

    /// <summary>Finds what a flow leads through.</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="index">The configuration with its ids.</param>
    /// <param name="segment">Segment id.</param>
    /// <param name="attachment">Attachment id.</param>
    /// <param name="peer">Peer id.</param>
    /// <returns>It, or null where the configuration has no such thing any more.</returns>
    public static FlowWay? Find(GatewayMemory memory, PlaneIndex index, uint segment, uint attachment, uint peer) =>
        index.ViewOf(segment) is { } s && index.AttachmentOf(attachment) is { } a && index.PeerOf(peer) is { } p && ReferenceEquals(a.Segment, s.Segment) && ReferenceEquals(p.Segment, s.Segment)
            ? new FlowWay(memory, index, s, a, p) : null;
}

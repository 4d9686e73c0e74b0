using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Flows;

/// <summary>
/// What hardware cannot be left to do, all of it, each with the reason that <c>show flows</c> gives. A rule's actions add or take off headers
/// that are the same for each packet, and look at nothing: no length, no mark, no checksum, no address but those of its pattern. Whatever a
/// feature would have to look at or change is software's, packet by packet or by not wishing for the rule at all (C-124).
/// <para>
/// By the pattern of the rule (<c>FlowForms</c>): fragments, SYNs (MSS), other marks than the flow's, other protocols than TCP and UDP, options
/// and fragments of the outer header, ECN marks on it, other senders. By their nature not known unicast, and so never here: what storm
/// limits, flooding, groups, snooping, ARP and ND are about.
/// </para>
/// <para>
/// What is left to the device: whether a damaged outer IPv4 checksum is noticed, and bytes behind the end of the outer packet. No rule can
/// ask about either; software drops the one (<c>drop.ip.cksum</c>) and cuts off the other.
/// </para>
/// </summary>
internal static unsafe class FlowConditions
{
    private const int Ethernet = 14;
    private const byte EcnMask = 3;
    private const OffloadNames Encapsulation = OffloadNames.EncapEnabled | OffloadNames.EncapNvgre;

    /// <summary>Whether a port may do anything of NVGRE at all.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="port">Port index.</param>
    /// <returns>Whether it may.</returns>
    internal static bool IsAllowed(GatewayConfiguration configuration, int port) => (configuration.OffloadOf(port).Tx & Encapsulation) == Encapsulation;

    /// <summary>Why nothing of a way is forwarded by hardware in a direction.</summary>
    /// <param name="way">The way.</param>
    /// <param name="encapsulates">From the VLAN side; else from NVGRE.</param>
    /// <returns>The reason; null = there is none.</returns>
    internal static string? Way(FlowWay way, bool encapsulates)
    {
        GatewayConfiguration configuration = way.Index.Configuration;
        PeerEntry* entry = way.Entry;
        PortConfiguration access = way.Access;
        AttachmentConfiguration attachment = way.Attachment.Attachment;
        SegmentConfiguration segment = way.Segment.Segment;
        return (way.Memory.Current.Segments[way.Segment.Id].Flags & SegmentFlags.Up) == 0 ? "the segment is down"
            : entry->Segment == 0 || way.Peer.Hops.Count == 0 ? "the peer has no route"
            : entry->HeaderLength == 0 ? "the peer has several paths: which one is chosen flow by flow"
            : (entry->Flags & PeerFlags.Up) == 0 || (way.Memory.PeerStates[way.Peer.Id] & (byte)PlaceStates.Down) != 0 ? "the peer is down"
            : !IsAllowed(configuration, way.Attachment.Port) ? $"off by configuration of {access.Name}"
            : !IsAllowed(configuration, entry->Port) ? $"off by configuration of {way.Underlay.Name}"
            : access.Mode != PortMode.Trunk || access.Tpid != 0x8100 || access.NativeVlan == attachment.Vlan || attachment.InnerVlan is not null
                ? "the VLAN's frames do not have one tag of 0x8100"
            : segment.DropBadInnerChecksum ? "dropBadInnerChecksum: no rule checks tenants' checksums"
            : encapsulates ? Encapsulating(way) : Decapsulating(way);
    }

    /// <summary>Why packets with a mark are not.</summary>
    /// <param name="tos">Inner TOS byte or traffic class.</param>
    /// <returns>The reason; null = there is none.</returns>
    internal static string? Mark(byte tos) => (tos & EcnMask) != 0 ? "ECN: a flow's packets are marked one by one" : null;

    /// <summary>Software's outer TOS byte or traffic class (B-020, B-021, B-030, B-033, B-038), where it does not depend on a tag's PCP.</summary>
    /// <param name="way">The way.</param>
    /// <param name="tos">Inner TOS byte or traffic class without ECN.</param>
    /// <returns>It, or null.</returns>
    internal static byte? OuterTos(FlowWay way, byte tos) => way.Entry->Dscp == DscpMode.Fixed ? (byte)(way.Entry->FixedTos & ~EcnMask)
        : way.Access.Trust switch
        {
            TrustMode.Dscp when way.Entry->Dscp == DscpMode.Copy => (byte)(tos & ~EcnMask),
            TrustMode.None => 0,
            _ => null,
        };

    private static string? Encapsulating(FlowWay way)
    {
        PeerEntry* entry = way.Entry;
        int longest = way.Access.Mtu + Ethernet;
        ulong word = entry->NextHop < way.Memory.Limits.NextHops ? Volatile.Read(ref way.Memory.NextHops[entry->NextHop].Word) : 0;
        return NextHopSlot.StateOf(word) != NextHopState.Resolved || (word & NextHopSlot.Unreachable) != 0 ? "the next hop's MAC is not known"
            : longest > entry->FastInnerFrame
                ? $"no rule looks at lengths: the VLAN side brings packets of up to {way.Access.Mtu} bytes, the tunnel takes {Math.Max(0, entry->MaxInnerFrame - Ethernet)}"
            : way.Segment.Segment.RewriteInnerDscp ? "rewriteInnerDscp: the PCP of each frame sets its DSCP"
            : OuterTos(way, 0) is null ? "the PCP of each frame sets the outer DSCP"
            : null;
    }

    private static string? Decapsulating(FlowWay way)
    {
        PeerEntry* entry = way.Entry;
        int longest = way.Underlay.Mtu - (entry->HeaderLength - entry->L3Offset);
        return longest > way.Access.Mtu + Ethernet
                ? $"no rule looks at lengths: the tunnel brings packets of up to {longest - Ethernet} bytes, the VLAN side takes {way.Access.Mtu}"
            : entry->MinTtl != 0 ? "minTtl: no rule compares TTLs"
            : (entry->Flags & PeerFlags.DscpUniform) != 0 ? "dscp uniform: the outer DSCP of each packet sets the inner one"
            : null;
    }
}

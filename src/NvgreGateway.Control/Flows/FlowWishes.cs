using System.Net;
using System.Net.Sockets;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Flows;

/// <summary>
/// Which rules the ports' hardware should have. Hardware forwards by itself only what needs nothing but its headers changed: TCP and UDP
/// between two stations that records name, toward or from a peer of one path whose FlowID is always 0. Where FlowIDs differ by flow a rule
/// would lend them all one (C-122, A-030), so such peers are left to software.
/// </summary>
internal static unsafe class FlowWishes
{
    private const int Ethernet = 14;

    // Pairs of stations that are looked at: as many as the table of rules holds, and few beside the square of many records.
    private const int MostPairs = 512;
    private static readonly (byte Family, byte Protocol)[] s_inner = [(4, 6), (4, 17), (6, 6), (6, 17)];

    /// <summary>All rules that a configuration wants, but for hardware encapsulation: those need no tables.</summary>
    /// <param name="configuration">A valid configuration.</param>
    /// <returns>Descriptions.</returns>
    internal static List<FlowSlot> Queues(GatewayConfiguration configuration)
    {
        var wishes = new List<FlowSlot>();
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            PortConfiguration port = configuration.Ports[i];
            foreach (QueueRuleConfiguration rule in port.VsidQueues)
            {
                ulong queues = Mask(rule.Queues);
                if (port.Role == PortRole.Access)
                {
                    wishes.Add(new FlowSlot { Kind = FlowKind.MacQueues, Port = (ushort)i, Mac = rule.Mac!.Value.Value, Queues = queues });
                    continue;
                }

                foreach (byte family in FamiliesOf(port))
                {
                    wishes.Add(new FlowSlot
                    {
                        Kind = rule.Vsid is null ? FlowKind.InnerMacQueues : FlowKind.VsidQueues,
                        Family = family,
                        Port = (ushort)i,
                        OuterVlan = (ushort)(port.Vlan ?? 0),
                        Vsid = (uint)(rule.Vsid ?? 0),
                        Mac = rule.Mac?.Value ?? 0,
                        Queues = queues,
                    });
                }
            }

            if (port.Role == PortRole.Underlay && port.Queues > 1 && IsAllowed(configuration, i))
            {
                foreach (byte family in FamiliesOf(port))
                {
                    wishes.Add(new FlowSlot
                    {
                        Kind = FlowKind.InnerSpread, Family = family, Port = (ushort)i, OuterVlan = (ushort)(port.Vlan ?? 0), Queues = ulong.MaxValue >> (64 - port.Queues),
                    });
                }
            }
        }

        return wishes;
    }

    /// <summary>The rules of hardware encapsulation that the published tables allow now.</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="index">The configuration with its ids.</param>
    /// <returns>Descriptions.</returns>
    internal static List<FlowSlot> Tunnels(GatewayMemory memory, PlaneIndex index)
    {
        var wishes = new List<FlowSlot>();
        Snapshot tables = memory.Current;
        int pairs = 0;
        foreach (PlaneIndex.SegmentView segment in index.Segments)
        {
            if (segment.Segment.Records.Count < 2 || (tables.Segments[segment.Id].Flags & SegmentFlags.Up) == 0)
            {
                continue;
            }

            // Once for a segment, not once for each of its remote stations; more than all pairs together are never used.
            List<(MacAddress Mac, PlaneIndex.AttachmentView Attachment)> locals = [.. LocalsOf(segment).Take(MostPairs)];
            if (locals.Count == 0)
            {
                continue;
            }

            foreach (RecordConfiguration remote in segment.Segment.Records.Where(static r => r.Pa is not null))
            {
                if (index.PeerOf(segment.Segment.Vsid, remote.Pa!) is not { } peer || !Suits(memory, tables, index.Configuration, peer))
                {
                    continue;
                }

                foreach ((MacAddress local, PlaneIndex.AttachmentView attachment) in locals)
                {
                    if (pairs++ == MostPairs)
                    {
                        return wishes;
                    }

                    Add(wishes, memory, tables, index.Configuration, segment, attachment, peer, local, remote.Mac);
                }
            }
        }

        return wishes;
    }

    private static IEnumerable<(MacAddress Mac, PlaneIndex.AttachmentView Attachment)> LocalsOf(PlaneIndex.SegmentView segment)
    {
        foreach (RecordConfiguration local in segment.Segment.Records.Where(static r => r.Port is not null))
        {
            if (segment.Attachments.FirstOrDefault(a => a.Attachment.Port == local.Port && a.Attachment.Vlan == local.Vlan && a.Attachment.InnerVlan is null) is { } attachment)
            {
                yield return (local.Mac, attachment);
            }
        }
    }

    private static void Add(
        List<FlowSlot> wishes, GatewayMemory memory, Snapshot tables, GatewayConfiguration configuration, PlaneIndex.SegmentView segment,
        PlaneIndex.AttachmentView attachment, PlaneIndex.PeerView peer, MacAddress local, MacAddress remote)
    {
        PeerEntry* entry = tables.Peers + peer.Id;
        PortConfiguration access = configuration.Ports[attachment.Port], underlay = configuration.Ports[entry->Port];
        if (access.Mode != PortMode.Trunk || access.Tpid != 0x8100 || access.NativeVlan == attachment.Attachment.Vlan || !IsAllowed(configuration, attachment.Port))
        {
            return;
        }

        int header = entry->HeaderLength, l3 = entry->L3Offset;
        FlowSlot wish = new()
        {
            Family = (byte)((entry->Flags & PeerFlags.Ipv6) != 0 ? 6 : 4),
            Vsid = (uint)segment.Segment.Vsid,
            Attachment = attachment.Id,
            Peer = peer.Id,
            Vlan = (ushort)attachment.Attachment.Vlan,
            OuterVlan = (ushort)(underlay.Vlan ?? 0),
            HeaderLength = (byte)header,
            Pcp = segment.Segment.DscpToPcp[0],
            Ttl = (byte)underlay.Ttl,
        };
        CopyAddresses(entry, l3, ref wish);
        ulong own = Mac(entry->Template + 6), word = Volatile.Read(ref memory.NextHops[entry->NextHop].Word);

        // Hardware looks at no length: what the VLAN can send must fit the path, and what the path can bring the VLAN.
        bool resolved = NextHopSlot.StateOf(word) == NextHopState.Resolved && (word & NextHopSlot.Unreachable) == 0;
        if (resolved && (entry->Flags & PeerFlags.FlowIdHash) == 0 && access.Mtu + Ethernet <= entry->FastInnerFrame && access.Trust != TrustMode.Pcp && !segment.Segment.RewriteInnerDscp
            && entry->Dscp == DscpMode.Copy)
        {
            FlowSlot encapsulate = wish;
            (encapsulate.Kind, encapsulate.Port, encapsulate.OutPort) = (FlowKind.Encapsulate, (ushort)attachment.Port, entry->Port);
            (encapsulate.Mac, encapsulate.SourceMac) = (remote.Value, local.Value);
            (encapsulate.OuterMac, encapsulate.OuterSourceMac) = (word & 0xFFFF_FFFF_FFFF, own);
            CopyHeader(entry, encapsulate.OuterMac, ref encapsulate);
            AddInner(wishes, encapsulate);
        }

        if (underlay.Mtu - (header - l3) <= access.Mtu + Ethernet && entry->MinTtl == 0 && (entry->Flags & PeerFlags.DscpUniform) == 0)
        {
            FlowSlot decapsulate = wish;
            (decapsulate.Kind, decapsulate.Port, decapsulate.OutPort) = (FlowKind.Decapsulate, entry->Port, (ushort)attachment.Port);
            (decapsulate.Mac, decapsulate.SourceMac, decapsulate.OuterMac) = (local.Value, remote.Value, own);
            CopyHeader(entry, own, ref decapsulate);
            AddInner(wishes, decapsulate);
        }
    }

    private static void AddInner(List<FlowSlot> wishes, FlowSlot wish)
    {
        foreach ((byte family, byte protocol) in s_inner)
        {
            (wish.InnerFamily, wish.InnerProtocol) = (family, protocol);
            wishes.Add(wish);
        }
    }

    // Up, one path, and a port that may do anything of NVGRE at all.
    private static bool Suits(GatewayMemory memory, Snapshot tables, GatewayConfiguration configuration, PlaneIndex.PeerView peer)
    {
        PeerEntry* entry = tables.Peers + peer.Id;
        return entry->Segment != 0 && entry->HeaderLength != 0 && (entry->Flags & PeerFlags.Up) != 0
            && entry->NextHop < memory.Limits.NextHops && IsAllowed(configuration, entry->Port);
    }

    private static bool IsAllowed(GatewayConfiguration configuration, int port) =>
        (configuration.OffloadOf(port).Tx & (OffloadNames.EncapEnabled | OffloadNames.EncapNvgre)) == (OffloadNames.EncapEnabled | OffloadNames.EncapNvgre);

    private static void CopyAddresses(PeerEntry* entry, int l3, ref FlowSlot wish)
    {
        int length = wish.Family == 6 ? 16 : 4, at = l3 + (wish.Family == 6 ? 8 : 12);
        for (int i = 0; i < length; i++)
        {
            wish.LocalAddress[i] = entry->Template[at + i];
            wish.PeerAddress[i] = entry->Template[at + length + i];
        }
    }

    private static void CopyHeader(PeerEntry* entry, ulong destination, ref FlowSlot wish)
    {
        for (int i = 0; i < entry->HeaderLength; i++)
        {
            wish.Header[i] = i < 6 ? (byte)(destination >> (8 * i)) : entry->Template[i];
        }
    }

    private static ulong Mac(byte* wire)
    {
        ulong value = 0;
        for (int i = 0; i < 6; i++)
        {
            value |= (ulong)wire[i] << (8 * i);
        }

        return value;
    }

    private static ulong Mask(ValueList<int> queues) => queues.Aggregate(0ul, static (mask, queue) => mask | (1ul << queue));

    private static IEnumerable<byte> FamiliesOf(PortConfiguration port) =>
        port.Addresses.Select(static a => a.Address).Select(static (IPAddress a) => (byte)(a.AddressFamily == AddressFamily.InterNetworkV6 ? 6 : 4)).Distinct().Order();
}

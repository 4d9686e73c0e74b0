using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Flows;

/// <summary>
/// Describes rules: those of queues that a configuration wants, probes of what devices would take, and those of hardware encapsulation, whose
/// outer header is byte for byte what software writes for the same flow (C-124).
/// </summary>
internal static unsafe class FlowWishes
{
    /// <summary>Pairs of ports that are asked about hardware encapsulation at most.</summary>
    internal const int MostPairs = 64;

    // Stations and flows that no device ever meets: what is probed with is never installed.
    private const ulong ProbeMac = 0x0100_0000_0002;
    private const uint ProbeVsid = 4096;
    private const int Ethernet = 14;

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
                    wishes.Add(ForQueues(rule.Vsid is null ? FlowKind.InnerMacQueues : FlowKind.VsidQueues, i, port, family, (uint)(rule.Vsid ?? 0), rule.Mac?.Value ?? 0, queues));
                }
            }

            if (port.Role == PortRole.Underlay && port.Queues > 1 && FlowConditions.IsAllowed(configuration, i))
            {
                foreach (byte family in FamiliesOf(port))
                {
                    wishes.Add(ForQueues(FlowKind.InnerSpread, i, port, family, 0, 0, ulong.MaxValue >> (64 - port.Queues)));
                }
            }
        }

        return wishes;
    }

    /// <summary>What every port is asked about before there is a use for it: queues for a VSID, for an inner MAC, and for a MAC (C-053, C-054, C-070).</summary>
    /// <param name="configuration">A valid configuration.</param>
    /// <returns>Descriptions.</returns>
    internal static List<FlowSlot> QueueProbes(GatewayConfiguration configuration)
    {
        var probes = new List<FlowSlot>();
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            PortConfiguration port = configuration.Ports[i];
            if (port.Role == PortRole.Access)
            {
                probes.Add(new FlowSlot { Kind = FlowKind.MacQueues, Port = (ushort)i, Mac = ProbeMac, Queues = 1, Probe = 1 });
                continue;
            }

            foreach (byte family in (byte[])[4, 6])
            {
                foreach ((FlowKind kind, uint vsid, ulong mac) in ((FlowKind, uint, ulong)[])[(FlowKind.VsidQueues, ProbeVsid, 0), (FlowKind.InnerMacQueues, 0, ProbeMac)])
                {
                    FlowSlot probe = ForQueues(kind, i, port, family, vsid, mac, 1);
                    probe.Probe = 1;
                    probes.Add(probe);
                }
            }
        }

        return probes;
    }

    /// <summary>What pairs of ports are asked about: encapsulation and decapsulation between the VLANs of the one and the peers behind the other (C-121, C-122).</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="index">The configuration with its ids.</param>
    /// <returns>Descriptions, two for each pair and outer family.</returns>
    internal static List<FlowSlot> TunnelProbes(GatewayMemory memory, PlaneIndex index)
    {
        var probes = new List<FlowSlot>();
        var seen = new HashSet<(int Access, int Underlay, byte Family)>();
        foreach (PlaneIndex.SegmentView segment in index.Segments)
        {
            foreach (PlaneIndex.PeerView peer in segment.Peers.DistinctBy(static p => (p.Path?.PortIndex, p.Peer.Address.AddressFamily)))
            {
                foreach (PlaneIndex.AttachmentView attachment in segment.Attachments.DistinctBy(static a => a.Port))
                {
                    var way = new FlowWay(memory, index, segment, attachment, peer);
                    if (way.Entry->HeaderLength == 0 || peer.Hops.Count == 0 || !FlowConditions.IsAllowed(index.Configuration, attachment.Port)
                        || !FlowConditions.IsAllowed(index.Configuration, way.Entry->Port)
                        || seen.Count == MostPairs || !seen.Add((attachment.Port, way.Entry->Port, way.Family)))
                    {
                        continue;
                    }

                    foreach (bool encapsulates in (bool[])[true, false])
                    {
                        var flow = new FlowKey(
                            encapsulates, encapsulates && way.DiffersByFlow, FdbTable.Key(ProbeMac, segment.Id), FdbTable.Key(ProbeMac | 0x0100, segment.Id), attachment.Id, peer.Id, 4,
                            17, 0, 0x0101_000A, 0x0201_000A, 1, 1, 0);
                        FlowSlot probe = Tunnel(way, flow);
                        probe.Probe = 1;
                        probe.OuterMac = ProbeMac; // a next hop may not be known yet
                        probes.Add(probe);
                    }
                }
            }
        }

        return probes;
    }

    /// <summary>The rule for a flow.</summary>
    /// <param name="way">What it leads through; nothing of <see cref="FlowConditions"/> stands against it.</param>
    /// <param name="flow">The flow.</param>
    /// <returns>Its description.</returns>
    internal static FlowSlot Tunnel(FlowWay way, FlowKey flow)
    {
        PeerEntry* entry = way.Entry;
        ValueList<byte> pcps = way.Segment.Segment.DscpToPcp;
        byte outer = FlowConditions.OuterTos(way, flow.Tos) ?? 0;
        bool hashes = flow.Encapsulates && (entry->Flags & PeerFlags.FlowIdHash) != 0;
        ulong own = MacAt(entry->Template + 6);
        FlowSlot wish = new()
        {
            Kind = flow.Encapsulates ? FlowKind.Encapsulate : FlowKind.Decapsulate,
            Family = way.Family,
            InnerFamily = flow.Family,
            InnerProtocol = flow.Protocol,
            Port = flow.Encapsulates ? (ushort)way.Attachment.Port : entry->Port,
            OutPort = flow.Encapsulates ? entry->Port : (ushort)way.Attachment.Port,
            Vsid = (uint)way.Segment.Segment.Vsid,
            Segment = way.Segment.Id,
            Attachment = way.Attachment.Id,
            Peer = way.Peer.Id,
            Vlan = (ushort)way.Attachment.Attachment.Vlan,
            OuterVlan = (ushort)(way.Underlay.Vlan ?? 0),
            Mac = flow.DestinationKey >> 16,
            SourceMac = flow.SourceKey >> 16,
            OuterMac = flow.Encapsulates ? Volatile.Read(ref way.Memory.NextHops[entry->NextHop].Word) & MacAddress.Mask : own,
            OuterSourceMac = flow.Encapsulates ? own : 0,
            HeaderLength = entry->HeaderLength,
            Tos = flow.Tos,
            IsFlow = flow.IsFlow ? (byte)1 : (byte)0,
            InnerSourcePort = flow.SourcePort,
            InnerDestinationPort = flow.DestinationPort,
        };
        *(UInt128*)wish.InnerSource = flow.Source;
        *(UInt128*)wish.InnerDestination = flow.Destination;
        new ReadOnlySpan<byte>(entry->Template, entry->HeaderLength).CopyTo(new Span<byte>(wish.Header, FlowSlot.MostHeader));
        CopyAddresses(entry, ref wish);
        if (!flow.Encapsulates)
        {
            wish.Pcp = pcps[flow.Tos >> 2];
            return wish;
        }

        wish.Ttl = entry->Template[entry->L3Offset + (wish.Family == 6 ? 7 : 8)];
        wish.FlowId = (byte)(hashes ? FlowHash.FlowId(flow.Crc) : 0);
        wish.FlowLabel = wish.Family == 6 ? FlowHash.FlowLabel(flow.Crc) : 0;
        wish.OuterTos = outer;
        wish.OuterPcp = wish.OuterVlan == 0 ? (byte)0 : pcps[outer >> 2];
        Complete(entry->L3Offset, ref wish);
        return wish;
    }

    private static FlowSlot ForQueues(FlowKind kind, int index, PortConfiguration port, byte family, uint vsid, ulong mac, ulong queues) => new()
    {
        Kind = kind, Family = family, Port = (ushort)index, OuterVlan = (ushort)(port.Vlan ?? 0), Vsid = vsid, Mac = mac, Queues = queues,
    };

    // What software patches for each packet is constant here: next hop, PCP, TOS or class and label, FlowID. Lengths and the sum are the device's.
    private static void Complete(int l3, ref FlowSlot wish)
    {
        fixed (byte* p = wish.Header)
        {
            var header = new Span<byte>(p, wish.HeaderLength);
            new MacAddress(wish.OuterMac).CopyTo(header);
            if (l3 != Ethernet)
            {
                header[Ethernet] |= (byte)(wish.OuterPcp << 5);
            }

            BinaryPrimitives.WriteUInt32BigEndian(header[l3..], wish.Family == 6 ? 0x6000_0000 | ((uint)wish.OuterTos << 20) | wish.FlowLabel : 0x4500_0000 | ((uint)wish.OuterTos << 16));
            header[^1] = wish.FlowId;
        }
    }

    private static void CopyAddresses(PeerEntry* entry, ref FlowSlot wish)
    {
        int length = wish.Family == 6 ? 16 : 4, at = entry->L3Offset + (wish.Family == 6 ? 8 : 12);
        for (int i = 0; i < length; i++)
        {
            wish.LocalAddress[i] = entry->Template[at + i];
            wish.PeerAddress[i] = entry->Template[at + length + i];
        }
    }

    private static ulong MacAt(byte* wire) => BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(wire, 4)) | ((ulong)BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(wire + 4, 2)) << 32);

    private static ulong Mask(ValueList<int> queues) => queues.Aggregate(0ul, static (mask, queue) => mask | (1ul << queue));

    private static IEnumerable<byte> FamiliesOf(PortConfiguration port) =>
        port.Addresses.Select(static a => a.Address).Select(static (IPAddress a) => (byte)(a.AddressFamily == AddressFamily.InterNetworkV6 ? 6 : 4)).Distinct().Order();
}

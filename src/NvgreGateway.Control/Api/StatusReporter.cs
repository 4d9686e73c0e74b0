using System.Buffers.Binary;
using System.Globalization;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Neighbors;
using NvgreGateway.Control.Snooping;
using NvgreGateway.Control.Statistics;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Api;

/// <summary>Tells what the show API tells, from a plane that nobody changes meanwhile. Every object has its state and a reason (F-011).</summary>
internal static unsafe class StatusReporter
{
    private const string Up = "up", Down = "down", Unknown = "unknown";

    /// <summary>The segments.</summary>
    public static IReadOnlyList<SegmentStatus> Segments(ControlPlane plane)
    {
        MacCount macs = Count(plane);
        var list = new List<SegmentStatus>();
        ulong[] drops = new ulong[128];
        foreach (PlaneIndex.SegmentView view in plane.Index.Segments)
        {
            SegmentConfiguration segment = view.Segment;
            bool admin = segment.AdminState == AdminState.Up;
            var attachments = view.Attachments.Select(a => Attachment(plane, a, admin, macs)).ToList();
            (string oper, string? reason) = !admin ? (Down, "administratively down")
                : plane.Loops.IsBlocked(view.Id) ? (Down, "blocked: a loop was detected")
                : attachments.Count > 0 && attachments.All(static a => a.Oper == Down) ? (Down, "no attachment is up: " + attachments[0].Reason)
                : attachments.Find(static a => a.Oper == Down) is { } some ? (Up, $"{some.Port} VLAN {some.Vlan} is down: {some.Reason}")
                : (Up, (string?)null);
            plane.Statistics.SegmentDrops(view.Id, drops);
            list.Add(new SegmentStatus
            {
                Name = segment.Name,
                Vsid = segment.Vsid,
                Admin = admin ? Up : Down,
                Oper = oper,
                Reason = reason,
                Macs = macs.Segments.GetValueOrDefault(view.Id),
                Learning = segment.Learning,
                UnknownUnicast = segment.UnknownUnicast.ToString().ToLowerInvariant(),
                Attachments = attachments,
                Peers = [.. segment.Peers.Select(static p => p.Address.ToString())],
                MulticastPa = [.. segment.MulticastPa.Select(static g => g.ToString())],
                Groups = segment.Groups.ToDictionary(static g => g.Group.ToString(), static g => (IReadOnlyList<string>)[.. g.PaGroups.Select(static p => p.ToString())]),
                Drops = Occurred(drops),
            });
        }

        return list;
    }

    /// <summary>The peers.</summary>
    public static IReadOnlyList<PeerStatus> Peers(ControlPlane plane)
    {
        MacCount macs = Count(plane);
        var list = new List<PeerStatus>();
        ulong[] drops = new ulong[128];
        foreach (PlaneIndex.PeerView view in plane.Index.Peers)
        {
            bool admin = view.Peer.AdminState == AdminState.Up;
            PathStatus[] paths = [.. view.Hops.Select(h => PathOf(plane, h))];
            PathStatus? first = paths.FirstOrDefault();
            (string oper, string? reason) = !admin ? (Down, "administratively down")
                : view.Segment.AdminState == AdminState.Down ? (Down, "its segment is administratively down")
                : first is null ? (Down, "no route")
                : view.Hops.All(h => plane.PortReason(h.Path.PortIndex) is not null) ? (Down, $"port {first.Port}: {plane.PortReason(view.Hops[0].Path.PortIndex)}")
                : !plane.Peers.IsReachable(view) ? (Down, PeerConditions.DownText(plane.Index, view))
                : paths.Any(static p => p.State == Up) ? (Up, paths.Any(static p => p.State == Down) ? $"{paths.Count(static p => p.State == Down)} of {paths.Length} next hops down" : null)
                : (Unknown, view.Hops.Any(h => plane.Memory.NextHops[h.Id].State == NextHopState.Pending) ? "its next hop is being resolved" : "nothing was sent to it yet");
            string[] sources = [.. view.Segment.SourcesFor(view.Peer.Address).Select(static a => a.ToString())];
            Statistics.Traffic traffic = plane.Statistics.Peer(view.Id);
            plane.Statistics.PeerDrops(view.Id, drops);
            list.Add(new PeerStatus
            {
                Segment = view.Segment.Name,
                Vsid = view.Segment.Vsid,
                Address = view.Peer.Address.ToString(),
                Admin = admin ? Up : Down,
                Oper = oper,
                Reason = reason,
                NonCompliant = view.Peer.AcceptInnerTag ? "acceptInnerTag" : null,
                Source = sources.FirstOrDefault(),
                Sources = sources,
                Port = first?.Port,
                NextHop = first?.NextHop,
                NextHopMac = first?.Mac,
                Paths = paths,
                PathMtu = plane.Peers.PathMtuOf(plane.Index, view),
                PathMtuSeconds = plane.Errors.ExpiryOf(view.Peer.Address) is { } until && view.Peer is { Pmtud: true, Mtu: null } ? (long)((until - Math.Min(until, plane.Now)) / 1_000_000_000) : null,
                TenantMtu = plane.Peers.PathMtuOf(plane.Index, view) is { } mtu ? TenantMtu.Of(plane.Peers.NarrowestPort(plane.Index, view)!, mtu, view.Peer.Address.AddressFamily) : null,
                Hops = plane.HopsTo(view.Id),
                Unreachable = plane.Errors.TextOf(view.Id),
                FlowId = view.Peer.FlowId.ToString().ToLowerInvariant(),
                Macs = macs.Peers.GetValueOrDefault(view.Id),
                Rx = Tunnel(traffic, receive: true),
                Tx = Tunnel(traffic, receive: false),
                Drops = Occurred(drops),
            });
        }

        return list;
    }

    private static unsafe PathStatus PathOf(ControlPlane plane, PlaneIndex.HopView view)
    {
        NextHopSlot hop = view.Id == 0 ? default : plane.Memory.NextHops[view.Id];
        bool resolved = hop.State == NextHopState.Resolved;
        return new PathStatus
        {
            Port = plane.Configuration.Ports[view.Path.PortIndex].Name,
            NextHop = view.Path.NextHop.ToString(),
            Mac = resolved ? new MacAddress(hop.Word).ToString() : null,
            State = plane.PortReason(view.Path.PortIndex) is not null || plane.Neighbors.IsUnreachable(view.Id) ? Down : resolved ? Up : Unknown,
        };
    }

    /// <summary>The FDB, all entries.</summary>
    public static FdbStatus Fdb(ControlPlane plane)
    {
        IReadOnlyList<ulong> counters = plane.Statistics.Totals().Counters;
        return new FdbStatus
        {
            Capacity = plane.Tables.Fdb.Capacity,
            Size = plane.Tables.Fdb.Count,
            AgeingSeconds = plane.Configuration.Fdb.AgeingSeconds,
            Learned = counters[(int)CounterId.FdbLearned],
            Moved = counters[(int)CounterId.FdbMoved],
            Aged = counters[(int)CounterId.FdbAged],
            Flushed = counters[(int)CounterId.FdbFlushed],
            Full = counters[(int)CounterId.FdbFull],
            Entries = [.. plane.Tables.Fdb.Enumerate().Select(e => Entry(plane.Index, e)).OrderBy(static e => e.Vsid).ThenBy(static e => e.Mac, StringComparer.Ordinal)],
        };
    }

    /// <summary>The next hops.</summary>
    public static IReadOnlyList<NeighborStatus> Neighbors(ControlPlane plane)
    {
        var list = new List<NeighborStatus>();
        foreach ((uint id, HostKey key) in plane.Neighbors.All)
        {
            NextHopSlot slot = plane.Memory.NextHops[id];
            bool counted = slot.Static == 0 && slot.State == NextHopState.Resolved;
            list.Add(new NeighborStatus
            {
                Port = plane.Configuration.Ports[key.Port].Name,
                Address = key.ToString(),
                Mac = slot.State == NextHopState.Resolved ? new MacAddress(slot.Word).ToString() : null,
                State = slot.State.ToString().ToLowerInvariant(),
                Static = slot.Static != 0,
                Held = slot.Held,
                ConfirmedSecondsAgo = counted ? Math.Max(0, ((long)(plane.Now / 1_000_000) - (long)slot.ConfirmedAt) / 1000.0) : null,
            });
        }

        return list;
    }

    /// <summary>The addresses of tenants, by segment and address.</summary>
    public static IReadOnlyList<BindingStatus> Bindings(ControlPlane plane)
    {
        var list = new List<BindingStatus>();
        foreach ((uint segment, HostKey address, TenantBinding binding) in plane.Tenants.All
            .OrderBy(static b => b.Segment).ThenBy(static b => b.Address.Family)
            .ThenBy(static b => BinaryPrimitives.ReverseEndianness(b.Address.High)).ThenBy(static b => BinaryPrimitives.ReverseEndianness(b.Address.Low)))
        {
            SegmentConfiguration? of = plane.Index.SegmentOf(segment);
            bool placed = plane.Tables.Fdb.TryFind(segment, binding.Mac, out FdbEntry entry);
            PlaneIndex.AttachmentView? attachment = placed && !entry.Place.IsPeer ? plane.Index.AttachmentOf(entry.Place.Id) : null;
            list.Add(new BindingStatus
            {
                Segment = of?.Name ?? "",
                Vsid = of?.Vsid ?? 0,
                Address = address.ToString(),
                Mac = binding.Mac.ToString(),
                Source = binding.Static ? "record" : binding.IsDuplicate ? "duplicate" : "learned",
                Port = attachment?.Attachment.Port,
                Vlan = attachment?.Attachment.Vlan,
                InnerVlan = attachment?.Attachment.InnerVlan,
                Peer = placed && entry.Place.IsPeer ? plane.Index.PeerOf(entry.Place.Id)?.Peer.Address.ToString() : null,
                AgeSeconds = binding.Static ? null : (int)((plane.Now - Math.Min(plane.Now, binding.SeenAt)) / 1_000_000_000),
            });
        }

        return list;
    }

    /// <summary>Members of tenants' multicast groups, and multicast routers .</summary>
    public static IReadOnlyList<GroupStatus> Groups(ControlPlane plane)
    {
        return [.. plane.Snooped.All.Select(e => Of(plane, e.Membership, e.End))
            .OrderBy(static g => g.Vsid).ThenBy(static g => g.Group, StringComparer.Ordinal).ThenBy(static g => g.Vlan).ThenBy(static g => g.Peer, StringComparer.Ordinal)];

        static GroupStatus Of(ControlPlane plane, Membership m, ulong end)
        {
            SegmentConfiguration? segment = plane.Index.SegmentOf(m.Segment);
            var place = new Place(m.Place);
            PlaneIndex.AttachmentView? attachment = place.IsPeer ? null : plane.Index.AttachmentOf(place.Id);
            return new GroupStatus
            {
                Segment = segment?.Name ?? "",
                Vsid = segment?.Vsid ?? 0,
                Group = m.IsRouter ? null : m.Group.ToString(),
                Family = m.Group.Family == 4 ? "ipv4" : "ipv6",
                Port = attachment?.Attachment.Port,
                Vlan = attachment?.Attachment.Vlan,
                InnerVlan = attachment?.Attachment.InnerVlan,
                Peer = place.IsPeer ? plane.Index.PeerOf(place.Id)?.Peer.Address.ToString() : null,
                ExpiresSeconds = (int)((end - Math.Min(end, plane.Now)) / 1_000_000_000),
            };
        }
    }

    /// <summary>The ports.</summary>
    public static IReadOnlyList<PortStatus> Ports(ControlPlane plane)
    {
        var list = new List<PortStatus>();
        for (int i = 0; i < plane.Configuration.Ports.Count; i++)
        {
            PortConfiguration port = plane.Configuration.Ports[i];
            PortState state = plane.Memory.ReadPortState(i);
            PortTraffic traffic = plane.Statistics.Port(i);
            string? reason = plane.PortReason(i);
            string driver = GatewayMemory.Text(state.Driver, 32);
            list.Add(new PortStatus
            {
                Name = port.Name,
                Role = port.Role.ToString().ToLowerInvariant(),
                Device = port.Device,
                Admin = Up,
                Oper = reason is null ? Up : Down,
                Reason = reason,
                Driver = driver.Length > 0 ? driver : null,
                Mac = plane.Own.MacOf(i).ToString(),
                Mtu = state.Mtu,
                SpeedMbps = state.SpeedMbps is 0 or uint.MaxValue ? null : state.SpeedMbps,
                RxQueues = state.RxQueues,
                TxQueues = state.TxQueues,
                NumaNode = state.NumaNode,
                Pause = state.Pause switch { 1 => "none", 2 => "off", 3 => "on", _ => null },
                PriorityFlowControl = state.Pause == 0 ? null : "off",
                TxOffloads = state.TxOffloads,
                RxOffloads = state.RxOffloads,
                Addresses = [.. plane.Own.Of(i).Select(static a => $"{a.Address}/{a.PrefixLength}")],
                AddressStates = [.. plane.Own.Of(i).Select(a => new AddressStatus
                {
                    Address = $"{a.Address}/{a.PrefixLength}",
                    Kind = a.IsPa ? "pa" : "link-local",
                    Admin = Up,
                    Oper = reason is null ? Up : Down,
                    Reason = reason is null ? null : "its port is down: " + reason,
                })],
                Rx = new PacketCount { Packets = traffic.RxPackets, Bytes = traffic.RxBytes },
                Tx = new PacketCount { Packets = traffic.TxPackets, Bytes = traffic.TxBytes },
                Dropped = traffic.RxDropped,
                Missed = state.Missed,
                RxErrors = state.RxErrors,
                TxErrors = state.TxErrors,
                RxNoMbuf = state.RxNoMbuf,
            });
        }

        return list;
    }

    /// <summary>The workers.</summary>
    /// <param name="plane">The plane.</param>
    /// <param name="isStalled">Whether a worker stands still.</param>
    public static IReadOnlyList<WorkerStatus> Workers(ControlPlane plane, Func<int, bool> isStalled)
    {
        var list = new List<WorkerStatus>();
        DataPhase phase = plane.Memory.Phase;
        for (int i = 0; i < plane.Configuration.Workers.Cores.Count; i++)
        {
            WorkerReport report = plane.Statistics.Worker(i);
            list.Add(new WorkerStatus
            {
                Index = i,
                Core = plane.Configuration.Workers.Cores[i],
                State = phase != DataPhase.Forwarding ? "stopped" : isStalled(i) ? "stalled" : report.Sleeping ? "sleeping" : "polling",
                Generation = report.Generation,
                Polls = report.Polls,
                EmptyPolls = report.EmptyPolls,
                Received = report.Received,
                BusyCycles = report.BusyCycles,
                ReceiveCycles = report.ReceiveCycles,
                ProcessCycles = report.ProcessCycles,
                TransmitCycles = report.TransmitCycles,
                CyclesPerPacket = report.Received == 0 ? 0 : Math.Round((double)report.BusyCycles / report.Received, 1),
                BurstSizes = report.BurstSizes,
            });
        }

        return list;
    }

    /// <summary>The accounting.</summary>
    public static DropsStatus Drops(ControlPlane plane)
    {
        GatewayTotals totals = plane.Statistics.Totals();
        var drops = new Dictionary<string, ulong>();
        for (int i = 1; i < (int)DropReason.Count; i++)
        {
            drops.Add(CounterNames.Of((DropReason)i), totals.Drops[i]);
        }

        var counters = new Dictionary<string, ulong>();
        for (int i = 0; i < (int)CounterId.Count; i++)
        {
            counters.Add(CounterNames.Of((CounterId)i), totals.Counters[i]);
        }

        foreach ((int type, ulong packets) in totals.GreProtocols)
        {
            counters.Add(string.Create(CultureInfo.InvariantCulture, $"gre.proto.{type:x4}"), packets);
        }

        if (totals.GreProtocolsOther > 0)
        {
            counters.Add("gre.proto.other", totals.GreProtocolsOther);
        }

        return new DropsStatus
        {
            Received = totals.Received,
            Transmitted = totals.Transmitted,
            Consumed = totals.Consumed,
            Held = totals.Held,
            Dropped = totals.Dropped,
            Drops = drops,
            Counters = counters,
            Conditions = [.. plane.RaisedConditions.Select(c => new ConditionStatus
            {
                Name = c.Name,
                Subject = c.Subject,
                Text = c.Text,
                Seconds = plane.Now > c.Since ? (plane.Now - c.Since) / 1_000_000 / 1000.0 : 0,
            })],
        };
    }

    /// <summary>Flushes what a request names.</summary>
    /// <param name="plane">The plane.</param>
    /// <param name="request">The request.</param>
    /// <param name="error">What is wrong with it; null when nothing is.</param>
    /// <returns>How many entries went.</returns>
    public static int Flush(ControlPlane plane, FlushRequest request, out string? error)
    {
        PlaneIndex index = plane.Index;
        FdbManager fdb = plane.Tables.Fdb;
        error = null;
        PlaneIndex.SegmentView? segment = null;
        if (request.Segment is not null && (segment = index.Segments.Find(s => s.Segment.Name == request.Segment)) is null)
        {
            error = $"segment: \"{request.Segment}\": no such segment";
            return 0;
        }

        if (request.Port is not null && index.PortOf(request.Port) is null)
        {
            error = $"port: \"{request.Port}\": no such port";
            return 0;
        }

        if (request.Vlan is not null && request.Port is null)
        {
            error = "vlan: names a VLAN of a port: give the port too";
            return 0;
        }

        if (request.Mac is not null)
        {
            if (!MacAddress.TryParse(request.Mac, out MacAddress mac))
            {
                error = $"mac: \"{request.Mac}\": not a MAC address; allowed: the form 02:00:00:00:01:01";
                return 0;
            }

            if (request.Port is not null || request.Peer is not null)
            {
                error = "mac: goes with a segment, or alone";
                return 0;
            }

            return fdb.FlushMac(mac, segment?.Id ?? 0);
        }

        if (request.Peer is not null)
        {
            List<PlaneIndex.PeerView> peers = [.. index.Peers.Where(p => (segment is null || p.Segment == segment.Segment) && p.Peer.Address.ToString() == request.Peer)];
            if (peers.Count == 0 || request.Port is not null)
            {
                error = request.Port is not null ? "peer: goes with a segment, or alone" : $"peer: \"{request.Peer}\": no such peer{(segment is null ? "" : " of that segment")}";
                return 0;
            }

            return peers.Sum(p => fdb.FlushPeer(p.Id));
        }

        if (request.Port is not null)
        {
            if (request.Vlan is null && segment is null)
            {
                return fdb.FlushPort(index.PortOf(request.Port)!.Value);
            }

            List<PlaneIndex.AttachmentView> attachments = [.. index.Segments.SelectMany(static s => s.Attachments).Where(a =>
                (segment is null || a.Segment == segment.Segment) && a.Attachment.Port == request.Port
                && (request.Vlan is null || a.Attachment.Vlan == request.Vlan))];
            if (attachments.Count == 0)
            {
                error = request.Vlan is { } vlan
                    ? string.Create(CultureInfo.InvariantCulture, $"vlan: {vlan}: no such attachment on {request.Port}")
                    : $"port: \"{request.Port}\": not an attachment of that segment";
                return 0;
            }

            return attachments.Sum(a => fdb.FlushAttachment(a.Id));
        }

        return segment is null ? fdb.FlushAll() : fdb.FlushSegment(segment.Id);
    }

    private static AttachmentStatus Attachment(ControlPlane plane, PlaneIndex.AttachmentView view, bool admin, MacCount macs)
    {
        Statistics.Traffic traffic = plane.Statistics.Attachment(view.Id);
        string? reason = !admin ? "its segment is administratively down"
            : plane.PortReason(view.Port) is { } port ? $"port {view.Attachment.Port}: {port}"
            : null;
        return new AttachmentStatus
        {
            Port = view.Attachment.Port,
            Vlan = view.Attachment.Vlan,
            InnerVlan = view.Attachment.InnerVlan,
            Admin = Up,
            Oper = reason is null ? Up : Down,
            Reason = reason,
            Macs = macs.Attachments.GetValueOrDefault(view.Id),
            Rx = Vlan(traffic, receive: true),
            Tx = Vlan(traffic, receive: false),
        };
    }

    private static FdbEntryStatus Entry(PlaneIndex index, FdbEntry entry)
    {
        SegmentConfiguration? segment = index.SegmentOf(entry.Segment);
        PlaneIndex.AttachmentView? attachment = entry.Place.IsPeer ? null : index.AttachmentOf(entry.Place.Id);
        return new FdbEntryStatus
        {
            Segment = segment?.Name ?? "",
            Vsid = segment?.Vsid ?? 0,
            Mac = entry.Mac.ToString(),
            Port = attachment?.Attachment.Port,
            Vlan = attachment?.Attachment.Vlan,
            InnerVlan = attachment?.Attachment.InnerVlan,
            Peer = entry.Place.IsPeer ? index.PeerOf(entry.Place.Id)?.Peer.Address.ToString() : null,
            Kind = (entry.Place.Value & Place.Sticky) != 0 ? "sticky" : entry.IsStatic ? "static" : entry.IsFrozen ? "duplicate" : "learned",
            AgeSeconds = (int)entry.Age.TotalSeconds,
        };
    }

    private static CastTraffic Vlan(Statistics.Traffic traffic, bool receive)
    {
        return new CastTraffic { Unicast = Of(CastKind.Unicast), Multicast = Of(CastKind.Multicast), Broadcast = Of(CastKind.Broadcast) };

        PacketCount Of(CastKind kind)
        {
            TrafficCount count = receive ? traffic.Rx(kind) : traffic.Tx(kind);
            return new PacketCount { Packets = count.Packets, Bytes = count.TenantBytes };
        }
    }

    private static CastTunnelTraffic Tunnel(Statistics.Traffic traffic, bool receive)
    {
        return new CastTunnelTraffic { Unicast = Of(CastKind.Unicast), Multicast = Of(CastKind.Multicast), Broadcast = Of(CastKind.Broadcast) };

        TunnelTraffic Of(CastKind kind)
        {
            TrafficCount count = receive ? traffic.Rx(kind) : traffic.Tx(kind);
            return new TunnelTraffic { Packets = count.Packets, TenantBytes = count.TenantBytes, OuterBytes = count.EncapsulatedBytes };
        }
    }

    private static Dictionary<string, ulong> Occurred(ulong[] drops)
    {
        var occurred = new Dictionary<string, ulong>();
        for (int i = 1; i < (int)DropReason.Count; i++)
        {
            if (drops[i] > 0)
            {
                occurred.Add(CounterNames.Of((DropReason)i), drops[i]);
            }
        }

        return occurred;
    }

    private static MacCount Count(ControlPlane plane)
    {
        var count = new MacCount([], [], []);
        foreach (FdbEntry entry in plane.Tables.Fdb.Enumerate())
        {
            Add(count.Segments, entry.Segment);
            Add(entry.Place.IsPeer ? count.Peers : count.Attachments, entry.Place.Id);
        }

        return count;

        static void Add(Dictionary<uint, int> map, uint id) => map[id] = map.GetValueOrDefault(id) + 1;
    }

    private sealed record MacCount(Dictionary<uint, int> Segments, Dictionary<uint, int> Attachments, Dictionary<uint, int> Peers);
}

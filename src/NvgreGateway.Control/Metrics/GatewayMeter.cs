using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Statistics;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Metrics;

/// <summary>
/// The gateway's instruments: everything is read when somebody asks, from counters that workers keep anyway, so that reading
/// stops nobody (F-023). Labels are bounded by the configuration (F-024): ports, segments, attachments, peers, reasons, workers.
/// Names are those of Prometheus: base units, <c>_total</c> on counters.
/// </summary>
internal sealed unsafe class GatewayMeter : IDisposable
{
    private static readonly string[] s_sizes = ["1", "2-3", "4-7", "8-15", "16-31", "32-63", "64-127", "128"];
    private static readonly string[] s_casts = ["unicast", "multicast", "broadcast"];
    private readonly ControlService _service;
    private readonly GatewayMemory _memory;

    /// <param name="service">The running control plane.</param>
    /// <param name="memory">The regions.</param>
    public GatewayMeter(ControlService service, GatewayMemory memory)
    {
        _service = service;
        _memory = memory;
        string version = typeof(GatewayMeter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        Meter = new Meter("NvgreGateway", version);
        Gauge("build_info", "What runs: always 1.", _ => One(1, ("version", version), ("name", GatewayMemory.Text(memory.Header->Name, 64))), early: true);
        AddAccounting();
        AddPorts();
        AddSegments();
        AddPeers();
        AddTables();
        AddWorkers();
        AddProcesses();
    }

    private delegate IEnumerable<Measurement<long>> Read(ControlPlane plane);

    /// <summary>The meter.</summary>
    public Meter Meter { get; }

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    private void AddAccounting()
    {
        Counter("received_packets_total", "Packets received on all ports.", p => One(p.Statistics.Totals().Received), "packets");
        Counter("received_bytes_total", "Bytes received on all ports.", p => One(p.Statistics.Totals().ReceivedBytes), "bytes");
        Counter("transmitted_packets_total", "Received packets of which at least one copy left.", p => One(p.Statistics.Totals().Transmitted), "packets");
        Counter("punted_packets_total", "Received packets handed to control, those that it refused (and that are in drops) included.", p => One(Punted(p)), "packets");
        Counter("punt_refused_packets_total", "Packets handed to control that it refused, which are in drops too: received = transmitted + punted - these + held + drops.", p => One(Refused(p)), "packets");
        Gauge("held_packets", "Received packets that wait for a neighbour.", p => One(p.Statistics.Totals().Held), "packets");
        Counter("injected_packets_total", "Packets of control's own that were sent.", p => One(p.Statistics.Totals().Injected), "packets");
        Counter("inject_failed_packets_total", "Packets of control's own that were lost.", p => One(p.Statistics.Totals().InjectFailed), "packets");
        Counter("drops_total", "Received packets dropped, by reason (without the prefix drop.).", Drops, "packets");
        Rising("events_total", "Things counted that are not drops, by name.", Events);
        Counter("gre_protocol_packets_total", "Packets dropped for their GRE protocol type, by type.", GreProtocols, "packets");
        Gauge("conditions", "Conditions that are raised, by name.", p => p.RaisedConditions
            .GroupBy(static c => c.Name).Select(static g => new Measurement<long>(g.Count(), Tag("name", g.Key))));

        static ulong Punted(ControlPlane plane) => plane.Statistics.Totals().Consumed + Refused(plane);

        static ulong Refused(ControlPlane plane)
        {
            ulong refused = 0;
            for (int i = 0; i < 128; i++)
            {
                refused += Volatile.Read(ref plane.Memory.Header->ControlDrops[i]);
            }

            return refused;
        }

        static IEnumerable<Measurement<long>> Drops(ControlPlane plane)
        {
            IReadOnlyList<ulong> drops = plane.Statistics.Totals().Drops;
            for (int i = 1; i < (int)DropReason.Count; i++)
            {
                yield return Value(drops[i], Tag("reason", Reason(i)));
            }
        }

        static IEnumerable<Measurement<long>> Events(ControlPlane plane)
        {
            IReadOnlyList<ulong> counters = plane.Statistics.Totals().Counters;
            for (int i = 0; i < (int)CounterId.Count; i++)
            {
                yield return Value(counters[i], Tag("name", CounterNames.Of((CounterId)i)));
            }
        }

        static IEnumerable<Measurement<long>> GreProtocols(ControlPlane plane)
        {
            GatewayTotals totals = plane.Statistics.Totals();
            foreach ((int type, ulong packets) in totals.GreProtocols)
            {
                yield return Value(packets, Tag("protocol", string.Create(CultureInfo.InvariantCulture, $"0x{type:x4}")));
            }

            yield return Value(totals.GreProtocolsOther, Tag("protocol", "other"));
        }
    }

    private void AddPorts()
    {
        Counter("port_receive_packets_total", "Frames received.", p => Ports(p, static t => t.RxPackets), "packets");
        Counter("port_receive_bytes_total", "Bytes of frames received, without FCS.", p => Ports(p, static t => t.RxBytes), "bytes");
        Counter("port_transmit_packets_total", "Frames that the port took, copies and control's own included.", p => Ports(p, static t => t.TxPackets), "packets");
        Counter("port_transmit_bytes_total", "Bytes of those, without FCS.", p => Ports(p, static t => t.TxBytes), "bytes");
        Counter("port_drops_total", "Frames received here that ended as a drop.", p => Ports(p, static t => t.RxDropped), "packets");
        Counter("port_device_errors_total", "Frames that the device lost, by kind: missed, rx_errors, tx_errors, rx_no_mbuf.", DeviceErrors, "packets");
        Gauge("port_up", "1 when the port is there, started and has a link.", p => EachPort(p, i => p.PortReason(i) is null ? 1 : 0));
        Gauge("port_offload_in_force", "1 when the device does it: by port, name and frames (plain, nvgre, rx); else software does.", Offloads);
        Counter("port_offload_requests_total", "Frames sent that asked for a checksum or to be cut, by who does it: device or software.", Requests, "packets");
        Counter("port_coalesced_frames_total", "Large frames sent that were made of several received ones.", p => Joins(p, static t => t.Joins), "packets");
        Counter("port_coalesced_segments_total", "Received frames that those were made of.", p => Joins(p, static t => t.Joined), "packets");
        Gauge("port_mtu_bytes", "MTU in force.", p => EachPort(p, i => p.Memory.ReadPortState(i).Mtu), "bytes");

        static IEnumerable<Measurement<long>> Ports(ControlPlane plane, Func<PortTraffic, ulong> part) =>
            EachPort(plane, i => (long)part(plane.Statistics.Port(i)));

        static IEnumerable<Measurement<long>> Joins(ControlPlane plane, Func<OffloadTraffic, ulong> part) =>
            EachPort(plane, i => (long)part(plane.Statistics.Offloads(i)));

        static IEnumerable<Measurement<long>> Offloads(ControlPlane plane)
        {
            for (int i = 0; i < plane.Offloads.Count; i++)
            {
                KeyValuePair<string, object?> port = Tag("port", plane.Configuration.Ports[i].Name);
                foreach (Offload.OffloadState state in plane.Offloads[i].States())
                {
                    foreach (string frames in (string[])["plain", "nvgre", "rx"])
                    {
                        yield return Value(state.InForce.Contains(frames) ? 1ul : 0, port, Tag("name", state.Word), Tag("frames", frames));
                    }
                }
            }
        }

        static IEnumerable<Measurement<long>> Requests(ControlPlane plane)
        {
            for (int i = 0; i < plane.Offloads.Count; i++)
            {
                OffloadTraffic settled = plane.Statistics.Offloads(i);
                KeyValuePair<string, object?> port = Tag("port", plane.Configuration.Ports[i].Name), sum = Tag("kind", "checksum"), cut = Tag("kind", "segmentation");
                KeyValuePair<string, object?> device = Tag("by", "device"), software = Tag("by", "software");
                yield return Value(settled.SumsAsked, port, sum, device);
                yield return Value(settled.SumsDone, port, sum, software);
                yield return Value(settled.CutsAsked, port, cut, device);
                yield return Value(settled.CutsDone, port, cut, software);
            }
        }

        static IEnumerable<Measurement<long>> DeviceErrors(ControlPlane plane)
        {
            for (int i = 0; i < plane.Configuration.Ports.Count; i++)
            {
                PortState state = plane.Memory.ReadPortState(i);
                KeyValuePair<string, object?> port = Tag("port", plane.Configuration.Ports[i].Name);
                yield return Value(state.Missed, port, Tag("kind", "missed"));
                yield return Value(state.RxErrors, port, Tag("kind", "rx_errors"));
                yield return Value(state.TxErrors, port, Tag("kind", "tx_errors"));
                yield return Value(state.RxNoMbuf, port, Tag("kind", "rx_no_mbuf"));
            }
        }
    }

    private void AddSegments()
    {
        foreach ((string side, string what) in new[] { ("vlan", "its attachments"), ("nvgre", "its peers") })
        {
            bool vlan = side == "vlan";
            Counter($"segment_{side}_receive_packets_total", $"Packets received from {what}.", p => Segments(p, vlan, receive: true, static c => c.Packets), "packets");
            Counter($"segment_{side}_receive_bytes_total", $"Tenant bytes received from {what}.", p => Segments(p, vlan, receive: true, static c => c.TenantBytes), "bytes");
            Rising($"segment_{side}_transmit_packets_total", $"Packets sent to {what}.", p => Segments(p, vlan, receive: false, static c => c.Packets), "packets");
            Rising($"segment_{side}_transmit_bytes_total", $"Tenant bytes sent to {what}.", p => Segments(p, vlan, receive: false, static c => c.TenantBytes), "bytes");
        }

        Counter("segment_drops_total", "Packets dropped, by segment and reason; reasons that never occurred are left out.", SegmentDrops, "packets");
        Counter("attachment_receive_packets_total", "Frames received from a VLAN of a port.", p => Attachments(p, receive: true, static c => c.Packets), "packets");
        Counter("attachment_receive_bytes_total", "Bytes of those, tags included.", p => Attachments(p, receive: true, static c => c.TenantBytes), "bytes");
        Rising("attachment_transmit_packets_total", "Frames sent into a VLAN of a port.", p => Attachments(p, receive: false, static c => c.Packets), "packets");
        Rising("attachment_transmit_bytes_total", "Bytes of those, tags included.", p => Attachments(p, receive: false, static c => c.TenantBytes), "bytes");

        static IEnumerable<Measurement<long>> Segments(ControlPlane plane, bool vlan, bool receive, Func<TrafficCount, ulong> part)
        {
            foreach (PlaneIndex.SegmentView view in plane.Index.Segments)
            {
                SegmentTraffic traffic = plane.Statistics.Segment(view.Id);
                foreach (Measurement<long> m in Casts(vlan ? traffic.Vlan : traffic.Nvgre, receive, part, SegmentTags(view.Segment)))
                {
                    yield return m;
                }
            }
        }

        static IEnumerable<Measurement<long>> Attachments(ControlPlane plane, bool receive, Func<TrafficCount, ulong> part)
        {
            foreach (PlaneIndex.AttachmentView view in plane.Index.Segments.SelectMany(static s => s.Attachments))
            {
                KeyValuePair<string, object?>[] tags = [.. SegmentTags(view.Segment), Tag("port", view.Attachment.Port), Tag("vlan", view.Attachment.Vlan), .. view.Attachment.InnerVlan is { } inner ? (KeyValuePair<string, object?>[])[Tag("inner_vlan", inner)] : []];
                foreach (Measurement<long> m in Casts(plane.Statistics.Attachment(view.Id), receive, part, tags))
                {
                    yield return m;
                }
            }
        }

        static IEnumerable<Measurement<long>> SegmentDrops(ControlPlane plane)
        {
            ulong[] drops = new ulong[128];
            foreach (PlaneIndex.SegmentView view in plane.Index.Segments)
            {
                plane.Statistics.SegmentDrops(view.Id, drops);
                foreach (Measurement<long> m in Occurred(drops, SegmentTags(view.Segment)))
                {
                    yield return m;
                }
            }
        }
    }

    private void AddPeers()
    {
        foreach ((string direction, bool receive, string verb) in new[] { ("receive", true, "received from"), ("transmit", false, "sent to") })
        {
            Rising($"peer_{direction}_packets_total", $"Packets {verb} a peer or PA group of a segment.", p => Peers(p, receive, static c => c.Packets), "packets");
            Rising($"peer_{direction}_tenant_bytes_total", $"Bytes of the inner frames {verb} it.", p => Peers(p, receive, static c => c.TenantBytes), "bytes");
            Rising($"peer_{direction}_outer_bytes_total", $"Bytes of the outer frames {verb} it, without FCS.", p => Peers(p, receive, static c => c.EncapsulatedBytes), "bytes");
        }

        Counter("peer_drops_total", "Packets dropped, by peer and reason; reasons that never occurred are left out.", PeerDrops, "packets");
        Gauge("peer_up", "0 when a peer is administratively down or none of its next hops answers.", p => p.Index.Peers.Select(v => Value(
            v.Peer.AdminState == AdminState.Up && p.Peers.IsReachable(v) ? 1ul : 0, PeerTags(v))));

        Gauge("peer_path_mtu_bytes", "Largest outer IP packet that the path to a peer carries.", p => p.Index.Peers.Where(static v => v.Path is not null).Select(v => Value(
            (ulong)p.Peers.PathMtuOf(p.Index, v)!.Value, PeerTags(v))), "bytes");

        static IEnumerable<Measurement<long>> Peers(ControlPlane plane, bool receive, Func<TrafficCount, ulong> part)
        {
            foreach (PlaneIndex.PeerView view in receive ? plane.Index.Peers : plane.Index.Peers.Concat(plane.Index.Groups))
            {
                foreach (Measurement<long> m in Casts(plane.Statistics.Peer(view.Id), receive, part, PeerTags(view)))
                {
                    yield return m;
                }
            }
        }

        static IEnumerable<Measurement<long>> PeerDrops(ControlPlane plane)
        {
            ulong[] drops = new ulong[128];
            foreach (PlaneIndex.PeerView view in plane.Index.Peers.Concat(plane.Index.Groups))
            {
                plane.Statistics.PeerDrops(view.Id, drops);
                foreach (Measurement<long> m in Occurred(drops, PeerTags(view)))
                {
                    yield return m;
                }
            }
        }
    }

    private void AddTables()
    {
        Gauge("snapshot_generation", "Generation of the published tables.", p => One(p.Tables.Generation));
        Gauge("fdb_capacity", "MACs that the FDB is to hold.", p => One(p.Tables.Fdb.Capacity), "entries");
        Gauge("fdb_entries", "MACs in the FDB, by kind: learned, static, duplicate.", Entries, "entries");
        Counter("fdb_learned_total", "MACs learned.", p => One(Counted(p, CounterId.FdbLearned)), "entries");
        Counter("fdb_moved_total", "MACs that moved.", p => One(Counted(p, CounterId.FdbMoved)), "entries");
        Counter("fdb_aged_total", "MACs that went silent.", p => One(Counted(p, CounterId.FdbAged)), "entries");
        Counter("fdb_flushed_total", "MACs that were flushed.", p => One(Counted(p, CounterId.FdbFlushed)), "entries");
        Gauge("neighbors", "Next hops, by state.", NextHops, "entries");
        Gauge("next_hop_up", "0 when a next hop does not answer or its port is down: flows that have another take that.", static p => p.Neighbors.All.Select(n => Value(
            p.Neighbors.IsUsable(n.Id) ? 1ul : 0, Tag("port", p.Configuration.Ports[n.Key.Port].Name), Tag("address", n.Key.ToString()))));

        static ulong Counted(ControlPlane plane, CounterId id) => plane.Statistics.Totals().Counters[(int)id];

        static IEnumerable<Measurement<long>> Entries(ControlPlane plane)
        {
            int all = plane.Tables.Fdb.Count, fixedOnes = plane.Tables.Fdb.StaticCount, duplicate = plane.Tables.Fdb.FrozenCount;
            yield return new Measurement<long>(all - fixedOnes - duplicate, Tag("kind", "learned"));
            yield return new Measurement<long>(fixedOnes, Tag("kind", "static"));
            yield return new Measurement<long>(duplicate, Tag("kind", "duplicate"));
        }

        static IEnumerable<Measurement<long>> NextHops(ControlPlane plane)
        {
            long[] counts = new long[5];
            foreach ((uint id, _) in plane.Neighbors.All)
            {
                counts[Math.Min((int)NextHop(plane, id).State, 4)]++;
            }

            for (NextHopState state = NextHopState.Idle; state <= NextHopState.Failed; state++)
            {
                yield return new Measurement<long>(counts[(int)state], Tag("state", state.ToString().ToLowerInvariant()));
            }
        }

        static NextHopSlot NextHop(ControlPlane plane, uint id) => plane.Memory.NextHops[id];
    }

    private void AddWorkers()
    {
        Counter("worker_polls_total", "Loops of a worker.", p => Workers(p, static w => w.Polls));
        Counter("worker_empty_polls_total", "Loops in which no port had a packet.", p => Workers(p, static w => w.EmptyPolls));
        Counter("worker_receive_packets_total", "Packets received by a worker.", p => Workers(p, static w => w.Received), "packets");
        Counter("worker_forwarded_packets_total", "Packets that a worker forwarded or dropped, by the port that received them.", p => Spread(p, static s => s.Forwarded), "packets");
        Counter("worker_handed_packets_total", "Packets that a worker received and handed to others, by port.", p => Spread(p, static s => s.HandedOn), "packets");
        Counter("worker_taken_packets_total", "Packets that others received and handed to a worker, by port.", p => Spread(p, static s => s.TakenOver), "packets");
        Gauge("worker_generation", "Generation of the tables that a worker uses.", p => Workers(p, static w => w.Generation));
        Gauge("worker_sleeping", "1 while a worker sleeps.", p => Workers(p, static w => w.Sleeping ? 1ul : 0));
        Counter("worker_bursts_total", "Receive bursts, by packets in them.", Bursts);
        Counter("worker_cycles_total", "Time stamp counter cycles of loops that had packets, by stage.", Cycles, "cycles");
        Gauge("timestamp_hertz", "Frequency of the time stamp counter.", _ => One(_memory.Data->TscHz), "hertz", early: true);
        Gauge("mbuf_capacity", "Packet buffers in the pools.", _ => One(_memory.Data->MbufCapacity), early: true);
        Gauge("mbuf_in_use", "Packet buffers in use.", _ => One(_memory.Data->MbufInUse), early: true);

        static IEnumerable<Measurement<long>> Workers(ControlPlane plane, Func<WorkerReport, ulong> part)
        {
            for (int i = 0; i < plane.Configuration.Workers.Cores.Count; i++)
            {
                yield return Value(part(plane.Statistics.Worker(i)), Tag("worker", i));
            }
        }

        static IEnumerable<Measurement<long>> Spread(ControlPlane plane, Func<SpreadCount, ulong> part)
        {
            for (int port = 0; port < plane.Configuration.Ports.Count; port++)
            {
                for (int i = 0; i < plane.Configuration.Workers.Cores.Count; i++)
                {
                    yield return Value(part(plane.Statistics.Spread(port, i)), Tag("worker", i), Tag("port", plane.Configuration.Ports[port].Name));
                }
            }
        }

        static IEnumerable<Measurement<long>> Bursts(ControlPlane plane)
        {
            for (int i = 0; i < plane.Configuration.Workers.Cores.Count; i++)
            {
                IReadOnlyList<ulong> sizes = plane.Statistics.Worker(i).BurstSizes;
                for (int size = 0; size < s_sizes.Length; size++)
                {
                    yield return Value(sizes[size], Tag("worker", i), Tag("size", s_sizes[size]));
                }
            }
        }

        static IEnumerable<Measurement<long>> Cycles(ControlPlane plane)
        {
            for (int i = 0; i < plane.Configuration.Workers.Cores.Count; i++)
            {
                WorkerReport report = plane.Statistics.Worker(i);
                ulong staged = report.ReceiveCycles + report.ProcessCycles + report.TransmitCycles;
                yield return Value(report.ReceiveCycles, Tag("worker", i), Tag("stage", "receive"));
                yield return Value(report.ProcessCycles, Tag("worker", i), Tag("stage", "process"));
                yield return Value(report.TransmitCycles, Tag("worker", i), Tag("stage", "transmit"));
                yield return Value(report.BusyCycles > staged ? report.BusyCycles - staged : 0, Tag("worker", i), Tag("stage", "other"));
            }
        }
    }

    private void AddProcesses()
    {
        Counter("gc_collections_total", "Garbage collections of a process since it began; the data process has none while it forwards.", _ =>
        [
            new Measurement<long>(GC.CollectionCount(0), Tag("process", "control")),
            Value(_memory.Data->CollectionsTotal, Tag("process", "dataplane")),
        ], early: true);
        Gauge("gc_steady_collections", "Garbage collections of the data process since its workers began: must be 0.", _ => One(_memory.Data->Collections), early: true);
        Gauge("gc_steady_allocated_bytes", "Bytes allocated in the data process since its workers began: must be 0.", _ => One(_memory.Data->AllocatedBytes), "bytes", early: true);
        Counter("gc_allocated_bytes_total", "Bytes allocated on the managed heap of a process since it began.", _ =>
        [
            new Measurement<long>(GC.GetTotalAllocatedBytes(), Tag("process", "control")),
            Value(_memory.Data->AllocatedBytesTotal, Tag("process", "dataplane")),
        ], "bytes", early: true);
        Meter.CreateObservableCounter("nvgre_gateway_gc_pause_seconds_total", () => new[]
        {
            new Measurement<double>(GC.GetTotalPauseDuration().TotalSeconds, Tag("process", "control")),
            new Measurement<double>(_memory.Data->PauseNanoseconds / 1e9, Tag("process", "dataplane")),
        }, "seconds", "Time that a process stood still for garbage collection.");
        Gauge("process_up", "1 while a process of the gateway is alive.", _ => Processes(static m => ProcessMarks.IsAlive(in m) ? 1ul : 0), early: true);
        Counter("process_starts_total", "How often a process was started on these regions.", _ => Processes(static m => m.Starts), early: true);
        Gauge("hugepages", "Huge pages of the machine, by size in bytes and state.", _ => HugePages(), early: true);

        IEnumerable<Measurement<long>> Processes(Func<ProcessMark, ulong> part) =>
        [
            Value(part(_memory.Header->Supervisor), Tag("process", "supervisor")),
            Value(part(_memory.Header->Control), Tag("process", "control")),
            Value(part(_memory.Header->Data), Tag("process", "dataplane")),
        ];
    }

    private static IEnumerable<Measurement<long>> HugePages()
    {
        const string Folder = "/sys/kernel/mm/hugepages", Prefix = "hugepages-", Suffix = "kB";
        if (!Directory.Exists(Folder))
        {
            yield break;
        }

        foreach (string path in Directory.EnumerateDirectories(Folder, Prefix + "*" + Suffix).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(path);
            if (!long.TryParse(name.AsSpan(Prefix.Length, name.Length - Prefix.Length - Suffix.Length), CultureInfo.InvariantCulture, out long kilobytes))
            {
                continue;
            }

            foreach ((string file, string state) in new[] { ("nr_hugepages", "total"), ("free_hugepages", "free") })
            {
                if (long.TryParse(File.ReadAllText(Path.Combine(path, file)).Trim(), CultureInfo.InvariantCulture, out long pages))
                {
                    yield return new Measurement<long>(pages, Tag("size_bytes", kilobytes * 1024), Tag("state", state));
                }
            }
        }
    }

    private static IEnumerable<Measurement<long>> EachPort(ControlPlane plane, Func<int, long> value)
    {
        for (int i = 0; i < plane.Configuration.Ports.Count; i++)
        {
            yield return new Measurement<long>(value(i), Tag("port", plane.Configuration.Ports[i].Name));
        }
    }

    private static IEnumerable<Measurement<long>> Casts(
        Statistics.Traffic traffic, bool receive, Func<TrafficCount, ulong> part, KeyValuePair<string, object?>[] tags)
    {
        for (CastKind kind = 0; kind < CastKind.Count; kind++)
        {
            yield return Value(part(receive ? traffic.Rx(kind) : traffic.Tx(kind)), [.. tags, Tag("cast", s_casts[(int)kind])]);
        }
    }

    private static IEnumerable<Measurement<long>> Occurred(ulong[] drops, KeyValuePair<string, object?>[] tags)
    {
        for (int i = 1; i < (int)DropReason.Count; i++)
        {
            if (drops[i] > 0)
            {
                yield return Value(drops[i], [.. tags, Tag("reason", Reason(i))]);
            }
        }
    }

    private static string Reason(int reason) => CounterNames.Of((DropReason)reason)["drop.".Length..];

    private static KeyValuePair<string, object?>[] SegmentTags(SegmentConfiguration segment) => [Tag("segment", segment.Name), Tag("vsid", segment.Vsid)];

    private static KeyValuePair<string, object?>[] PeerTags(PlaneIndex.PeerView view) => [.. SegmentTags(view.Segment), Tag("peer", view.Peer.Address)];

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);

    private static Measurement<long> Value(ulong value, params KeyValuePair<string, object?>[] tags) => new((long)value, tags);

    private static IEnumerable<Measurement<long>> One(ulong value) => [new Measurement<long>((long)value)];

    private static IEnumerable<Measurement<long>> One(long value, params (string Name, object Value)[] tags) =>
        [new Measurement<long>(value, tags.Select(static t => Tag(t.Name, t.Value)))];

    private void Counter(string name, string help, Read read, string? unit = null, bool early = false) =>
        Meter.CreateObservableCounter("nvgre_gateway_" + name, () => Measure(read, early), unit, help);

    /// <summary>Of what workers may count back.</summary>
    private void Rising(string name, string help, Read read, string? unit = null)
    {
        var series = new RisingSeries();
        Meter.CreateObservableCounter(
            "nvgre_gateway_" + name,
            () => _service.TryUse(plane => series.Hold([.. read(plane)], plane.Statistics.Epoch), out Measurement<long>[]? all) ? all! : [],
            unit,
            help);
    }

    private void Gauge(string name, string help, Read read, string? unit = null, bool early = false) =>
        Meter.CreateObservableGauge("nvgre_gateway_" + name, () => Measure(read, early), unit, help);

    /// <summary>Reads while nobody changes the plane; before it is started only what does not need it.</summary>
    private IEnumerable<Measurement<long>> Measure(Read read, bool early)
    {
        if (early)
        {
            return read(null!);
        }

        return _service.TryUse(plane => read(plane).ToArray(), out Measurement<long>[]? all) ? all! : [];
    }
}

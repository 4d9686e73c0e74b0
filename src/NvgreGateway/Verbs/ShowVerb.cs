using System.Globalization;
using System.Text.Json;
using NvgreGateway.Control.Api;
using Spectre.Console;

namespace NvgreGateway.Verbs;

internal static class ShowVerb
{
    private static readonly string[] s_what = ["segments", "peers", "fdb", "neighbors", "bindings", "groups", "ports", "workers", "queues", "offloads", "capabilities", "flows", "drops", "config"];

    internal static int Run(ShowOptions options)
    {
        string what = options.What ?? "";
        if (!s_what.Contains(what) || options.Rest.Any())
        {
            string wrong = what.Length == 0 ? "what?" : options.Rest.Any() ? $"'{string.Join(' ', options.Rest)}' is too much: it takes one word" : $"'{what}' is not known";
            Tables.Complain($"show: {wrong}; it is one of {string.Join(", ", s_what)}");
            return ExitCode.Usage;
        }

        string? name = Running.Find(options.Name, out string error);
        if (name is null)
        {
            Console.Error.WriteLine(error);
            return ExitCode.Failed;
        }

        using var client = new ControlClient(name);
        if (options.Json || what == "config")
        {
            Console.Out.WriteLine(Indented(client.GetTextAsync("/" + what).GetAwaiter().GetResult()));
            return ExitCode.Done;
        }

        switch (what)
        {
            case "segments":
                Segments(client.SegmentsAsync().GetAwaiter().GetResult());
                break;
            case "peers":
                Peers(client.PeersAsync().GetAwaiter().GetResult());
                break;
            case "fdb":
                Fdb(client.FdbAsync().GetAwaiter().GetResult());
                break;
            case "neighbors":
                Neighbors(client.NeighborsAsync().GetAwaiter().GetResult());
                break;
            case "bindings":
                Bindings(client.BindingsAsync().GetAwaiter().GetResult());
                break;
            case "groups":
                Groups(client.GroupsAsync().GetAwaiter().GetResult());
                break;
            case "ports":
                Ports(client.PortsAsync().GetAwaiter().GetResult());
                break;
            case "workers":
                Workers(client.WorkersAsync().GetAwaiter().GetResult());
                break;
            case "queues":
                QueueTables.Print(client.QueuesAsync().GetAwaiter().GetResult());
                break;
            case "offloads":
                OffloadTables.Active(client.OffloadsAsync().GetAwaiter().GetResult());
                break;
            case "capabilities":
                OffloadTables.Capable(client.CapabilitiesAsync().GetAwaiter().GetResult());
                break;
            case "flows":
                FlowTables.Print(client.FlowsAsync().GetAwaiter().GetResult());
                break;
            default:
                Drops(client.DropsAsync().GetAwaiter().GetResult());
                break;
        }

        return ExitCode.Done;
    }

    private static string Indented(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            document.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    // "200", or "200.7" for the pair of an S-tag and a C-tag.
    private static string VlanText(int vlan, int? inner) => inner is { } c ? string.Create(CultureInfo.InvariantCulture, $"{vlan}.{c}") : Tables.Plain(vlan);

    private static string State(string admin, string oper) => admin == oper ? oper : $"{oper} (admin {admin})";

    private static ulong Sum(CastTraffic t) => t.Unicast.Packets + t.Multicast.Packets + t.Broadcast.Packets;

    private static ulong Sum(CastTunnelTraffic t) => t.Unicast.Packets + t.Multicast.Packets + t.Broadcast.Packets;

    private static ulong Bytes(CastTunnelTraffic t) => t.Unicast.TenantBytes + t.Multicast.TenantBytes + t.Broadcast.TenantBytes;

    // "239.1.19.137 224.1.1.1>239.7.7.7": the segment's groups, then the tenant groups that have others.
    private static string Groups(SegmentStatus s) => string.Join(' ', [.. s.MulticastPa, .. s.Groups.Select(static g => $"{g.Key}>{string.Join(',', g.Value)}")]);

    private static void Segments(IReadOnlyList<SegmentStatus> segments)
    {
        Table table = Tables.Make("segment", "#vsid", "state", "attachment", "#vlan", "state", "#macs", "#rx packets", "#tx packets", "peers", "groups", "~reason");
        foreach (SegmentStatus s in segments)
        {
            bool first = true;
            foreach (AttachmentStatus a in s.Attachments)
            {
                table.AddRow(
                    Tables.Text(first ? s.Name : " "), Tables.Text(first ? Tables.Plain(s.Vsid) : " "), Tables.Text(first ? State(s.Admin, s.Oper) : " "),
                    Tables.Text(a.Port), Tables.Text(VlanText(a.Vlan, a.InnerVlan)), Tables.Text(State(a.Admin, a.Oper)), Tables.Number(a.Macs), Tables.Number(Sum(a.Rx)),
                    Tables.Number(Sum(a.Tx)), Tables.Text(first ? string.Join(' ', s.Peers) : " "), Tables.Text(first ? Groups(s) : " "), Tables.Text(first ? s.Reason ?? a.Reason : a.Reason));
                first = false;
            }
        }

        Tables.Print(table);
    }

    private static void Peers(IReadOnlyList<PeerStatus> peers)
    {
        Table table = Tables.Make(
            "segment", "#vsid", "peer", "state", "from", "port", "next hop", "next hop MAC", "#path MTU", "#tenant MTU", "flowId", "#macs", "#rx packets", "#rx bytes", "#tx packets", "#tx bytes", "~reason");
        foreach (PeerStatus p in peers)
        {
            table.AddRow(
                Tables.Text(p.Segment), Tables.Text(Tables.Plain(p.Vsid)), Tables.Text(p.Address), Tables.Text(State(p.Admin, p.Oper)),
                Tables.Text(string.Join(' ', p.Sources)), Tables.Text(Each(p, static h => h.Port)), Tables.Text(Each(p, h => p.Paths.Count > 1 ? $"{h.NextHop} ({h.State})" : h.NextHop)), Tables.Text(Each(p, static h => h.Mac)),
                Tables.Text(p.PathMtu is { } path ? Tables.Plain(path) : null), Tables.Text(p.TenantMtu is { } tenant ? Tables.Plain(tenant) : null), Tables.Text(p.FlowId), Tables.Number(p.Macs),
                Tables.Number(Sum(p.Rx)), Tables.Number(Bytes(p.Rx)), Tables.Number(Sum(p.Tx)), Tables.Number(Bytes(p.Tx)), Tables.Text(p.Reason ?? p.Unreachable ?? (p.NonCompliant is { } key ? $"not compliant: {key}" : null)));
        }

        Tables.Print(table);
    }

    private static string Each(PeerStatus peer, Func<PathStatus, string?> part) => string.Join(' ', peer.Paths.Select(h => part(h) ?? "-"));

    private static void Fdb(FdbStatus fdb)
    {
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{fdb.Size:N0} of {fdb.Capacity:N0} MACs, ageing {fdb.AgeingSeconds} s; learned {fdb.Learned:N0}, moved {fdb.Moved:N0}, aged {fdb.Aged:N0}, flushed {fdb.Flushed:N0}, not learned for want of room {fdb.Full:N0}"));
        Table table = Tables.Make("segment", "#vsid", "mac", "port", "vlan", "peer", "kind", "#age s");
        foreach (FdbEntryStatus e in fdb.Entries)
        {
            table.AddRow(
                Tables.Text(e.Segment), Tables.Text(Tables.Plain(e.Vsid)), Tables.Text(e.Mac), Tables.Text(e.Port),
                Tables.Text(e.Vlan is { } vlan ? VlanText(vlan, e.InnerVlan) : null), Tables.Text(e.Peer), Tables.Text(e.Kind), Tables.Number(e.AgeSeconds));
        }

        Tables.Print(table);
    }

    private static void Neighbors(IReadOnlyList<NeighborStatus> neighbors)
    {
        Table table = Tables.Make("port", "address", "mac", "state", "static", "#held", "#confirmed s ago");
        foreach (NeighborStatus n in neighbors)
        {
            table.AddRow(
                Tables.Text(n.Port), Tables.Text(n.Address), Tables.Text(n.Mac), Tables.Text(n.State), Tables.Text(n.Static ? "yes" : "no"), Tables.Number(n.Held),
                Tables.Text(n.ConfirmedSecondsAgo?.ToString("F1", CultureInfo.InvariantCulture)));
        }

        Tables.Print(table);
    }

    private static void Bindings(IReadOnlyList<BindingStatus> bindings)
    {
        Table table = Tables.Make("segment", "#vsid", "address", "mac", "port", "vlan", "peer", "source", "#age s");
        foreach (BindingStatus b in bindings)
        {
            table.AddRow(
                Tables.Text(b.Segment), Tables.Text(Tables.Plain(b.Vsid)), Tables.Text(b.Address), Tables.Text(b.Mac), Tables.Text(b.Port),
                Tables.Text(b.Vlan is { } vlan ? VlanText(vlan, b.InnerVlan) : null), Tables.Text(b.Peer), Tables.Text(b.Source),
                Tables.Text(b.AgeSeconds is { } age ? Tables.Plain(age) : null));
        }

        Tables.Print(table);
    }

    private static void Groups(IReadOnlyList<GroupStatus> groups)
    {
        Table table = Tables.Make("segment", "#vsid", "group", "port", "vlan", "peer", "#expires s");
        foreach (GroupStatus g in groups)
        {
            table.AddRow(
                Tables.Text(g.Segment), Tables.Text(Tables.Plain(g.Vsid)), Tables.Text(g.Group ?? $"router ({g.Family})"), Tables.Text(g.Port),
                Tables.Text(g.Vlan is { } vlan ? VlanText(vlan, g.InnerVlan) : null), Tables.Text(g.Peer), Tables.Number(g.ExpiresSeconds));
        }

        Tables.Print(table);
    }

    private static void Ports(IReadOnlyList<PortStatus> ports)
    {
        Table table = Tables.Make(
            "port", "role", "state", "device", "driver", "mac", "#mtu", "#queues", "pause", "addresses", "#rx packets", "#tx packets", "#dropped", "#missed", "#errors", "~reason");
        foreach (PortStatus p in ports)
        {
            table.AddRow(
                Tables.Text(p.Name), Tables.Text(p.Role), Tables.Text(State(p.Admin, p.Oper)), Tables.Text(p.Device), Tables.Text(p.Driver), Tables.Text(p.Mac),
                Tables.Text(Tables.Plain(p.Mtu)), Tables.Text($"{p.RxQueues}/{p.TxQueues}"), Tables.Text(p.Pause), Tables.Text(string.Join(' ', p.Addresses)), Tables.Number(p.Rx.Packets),
                Tables.Number(p.Tx.Packets), Tables.Number(p.Dropped), Tables.Number(p.Missed + p.RxNoMbuf), Tables.Number(p.RxErrors + p.TxErrors), Tables.Text(p.Reason));
        }

        Tables.Print(table);
    }

    private static void Workers(IReadOnlyList<WorkerStatus> workers)
    {
        Table table = Tables.Make("#worker", "#core", "state", "#received", "#polls", "#empty %", "#cycles/packet", "#snapshot", "bursts of 1 2- 4- 8- 16- 32- 64- 128");
        foreach (WorkerStatus w in workers)
        {
            table.AddRow(
                Tables.Number(w.Index), Tables.Number(w.Core), Tables.Text(w.State), Tables.Number(w.Received), Tables.Number(w.Polls),
                Tables.Text(w.Polls == 0 ? null : (100.0 * w.EmptyPolls / w.Polls).ToString("F1", CultureInfo.InvariantCulture)),
                Tables.Text(w.Received == 0 ? null : w.CyclesPerPacket.ToString("F1", CultureInfo.InvariantCulture)), Tables.Number(w.Generation),
                Tables.Text(string.Join(' ', w.BurstSizes)));
        }

        Tables.Print(table);
    }

    private static void Drops(DropsStatus drops)
    {
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"received {drops.Received:N0} = transmitted {drops.Transmitted:N0} + consumed {drops.Consumed:N0} + held {drops.Held:N0} + dropped {drops.Dropped:N0}"));
        Table table = Tables.Make("reason or counter", "#count");
        foreach ((string name, ulong n) in drops.Drops.Concat(drops.Counters).Where(d => d.Value > 0))
        {
            table.AddRow(Tables.Text(name), Tables.Number(n));
        }

        Tables.Print(table);
        if (drops.Conditions.Count > 0)
        {
            Table conditions = Tables.Make("condition", "subject", "#since s", "~what");
            foreach (ConditionStatus c in drops.Conditions)
            {
                conditions.AddRow(Tables.Text(c.Name), Tables.Text(c.Subject), Tables.Number((long)c.Seconds), Tables.Text(c.Text));
            }

            Tables.Print(conditions);
        }
    }
}

using System.Net;
using NvgreGateway.Packets;
using static NvgreGateway.Control.Configuration.ErrorText;

namespace NvgreGateway.Control.Configuration;

/// <summary>
/// What ties settings together: names, addresses and attachments that refer to each other. Single values were checked
/// when they were read; a place that could not be read is left alone here.
/// </summary>
internal sealed class ConfigurationValidator(GatewayConfiguration configuration, ReadContext context)
{
    private readonly List<ConfigurationWarning> warnings = [];
    private readonly UnderlayRoutes routes = new(configuration.Ports);
    private readonly PortValidator ports = new(configuration, context);

    private static JsonPath PortsPath => JsonPath.Root["ports"];

    private static JsonPath SegmentsPath => JsonPath.Root["segments"];

    /// <summary>Reports every error to the context.</summary>
    /// <returns>The warnings.</returns>
    public ValueList<ConfigurationWarning> Run()
    {
        CheckWorkers();
        CheckNeighborTimes();
        warnings.AddRange(ports.Run());
        CheckSegmentIdentities();
        CheckRanges();
        CheckAttachments();
        new PeerValidator(configuration, context, ports, routes, warnings).Run();
        new GroupValidator(configuration, context, routes, warnings).Run();
        CheckRouters();
        CheckRecords();
        CheckTotals();
        new MtuValidator(configuration, context, ports, routes, warnings).Run();
        new QueueRuleValidator(configuration, context).Run();
        new ExceptionPortValidator(configuration, context).Run();
        return [.. warnings];
    }

    private void CheckWorkers()
    {
        JsonPath path = JsonPath.Root["workers"]["cores"];
        Dictionary<int, JsonPath> seen = [];
        int highest = Processors.Highest();
        for (int i = 0; i < configuration.Workers.Cores.Count; i++)
        {
            JsonPath place = path[i];
            int core = configuration.Workers.Cores[i];
            if (!context.Known(place))
            {
                continue;
            }

            if (!seen.TryAdd(core, place))
            {
                context.Reject(place, Number(core), $"is the core of another worker, {seen[core]}", "each core once");
            }
            else if (core > highest)
            {
                warnings.Add(new ConfigurationWarning("core_absent", place.ToString(), Number(core), $"this machine has the cores 0 to {Number(highest)}"));
            }
        }
    }

    private void CheckNeighborTimes()
    {
        JsonPath path = JsonPath.Root["neighbors"];
        NeighborResolutionConfiguration times = configuration.Neighbors;
        if (context.Known(path["giveUpSeconds"]) && context.Known(path["retrySeconds"]) && times.GiveUpSeconds < times.RetrySeconds)
        {
            context.Reject(path["giveUpSeconds"], Number(times.GiveUpSeconds), "is shorter than one retry", $"at least retrySeconds, {Number(times.RetrySeconds)}");
        }
    }

    private void CheckSegmentIdentities()
    {
        Dictionary<string, JsonPath> names = new(StringComparer.Ordinal);
        Dictionary<int, JsonPath> vsids = [];
        for (int i = 0; i < configuration.Segments.Count; i++)
        {
            SegmentConfiguration segment = configuration.Segments[i];
            JsonPath path = SegmentsPath[i];
            if (context.Known(path["name"]) && !names.TryAdd(segment.Name, path["name"]))
            {
                context.Reject(path["name"], Quote(segment.Name), $"is the name of another segment, {names[segment.Name]}", "a name that no other segment has");
            }

            if (VlanRanges.Has(segment))
            {
                CheckRangeIdentities(segment, path, names, vsids);
            }
            else if (context.Known(path["vsid"]) && !vsids.TryAdd(segment.Vsid, path["vsid"]))
            {
                context.Reject(path["vsid"], Number(segment.Vsid), $"is the VSID of another segment, {vsids[segment.Vsid]}", "a VSID that no other segment has, 4096 to 16777214");
            }

            CheckSources(segment, path["sourceAddresses"]);
        }
    }

    /// <summary>A segment of ranges has the VSIDs and the names of all that it stands for (E-022).</summary>
    private void CheckRangeIdentities(SegmentConfiguration segment, JsonPath path, Dictionary<string, JsonPath> names, Dictionary<int, JsonPath> vsids)
    {
        if (!context.Known(path["vsid"]) || !context.Known(path["name"]))
        {
            return;
        }

        foreach (int vlan in VlanRanges.VlansOf(segment))
        {
            int vsid = segment.Vsid + vlan;
            string name = VlanRanges.NameOf(segment, vlan);
            if (vsid > ConfigurationLimits.HighestVsid)
            {
                context.Reject(path["vsid"], Number(segment.Vsid), $"is too high: with VLAN {Number(vlan)} the VSID would be {Number(vsid)}", $"4096 to {Number(ConfigurationLimits.HighestVsid - VlanRanges.VlansOf(segment).Last())}");
                return;
            }

            if (name.Length > ConfigurationLimits.NameLength)
            {
                context.Reject(path["name"], Quote(segment.Name), $"is too long: the segment of VLAN {Number(vlan)} would be {Quote(name)}", $"up to {Number(ConfigurationLimits.NameLength - 5)} characters with a range");
                return;
            }

            if (!vsids.TryAdd(vsid, path["vsid"]))
            {
                context.Reject(path["vsid"], Number(segment.Vsid), $"gives VLAN {Number(vlan)} the VSID {Number(vsid)} of another segment, {vsids[vsid]}", "VSIDs (vsid + VLAN) that no other segment has");
                return;
            }

            if (!names.TryAdd(name, path["name"]))
            {
                context.Reject(path["name"], Quote(segment.Name), $"gives VLAN {Number(vlan)} the name {Quote(name)} of another segment, {names[name]}", "a name that no other segment has, with the VLAN behind it");
                return;
            }
        }
    }

    /// <summary>What stands in a segment of ranges is the same for every VLAN of it (E-022).</summary>
    private void CheckRanges()
    {
        for (int i = 0; i < configuration.Segments.Count; i++)
        {
            SegmentConfiguration segment = configuration.Segments[i];
            if (!VlanRanges.Has(segment))
            {
                continue;
            }

            for (int k = 0; k < segment.Attachments.Count; k++)
            {
                JsonPath path = SegmentsPath[i]["attachments"][k];
                if (segment.Attachments[k].Vlans is null && context.Known(path["vlan"]) && context.Known(path))
                {
                    context.Reject(path["vlan"], Number(segment.Attachments[k].Vlan), "stands beside a range", "ranges of VLANs in all attachments of a segment, or in none");
                }
            }

            if (segment.Records.Count > 0)
            {
                context.Reject(SegmentsPath[i]["records"], $"{Number(segment.Records.Count)} records", "stand beside a range of VLANs", "records in a segment of one VLAN");
            }
        }
    }

    private void CheckSources(SegmentConfiguration segment, JsonPath path)
    {
        if (!context.Complete(PortsPath) || !context.Known(path))
        {
            return;
        }

        HashSet<IPAddress> seen = [];
        for (int k = 0; k < segment.SourceAddresses.Count; k++)
        {
            IPAddress source = segment.SourceAddresses[k];
            JsonPath place = path[k];
            if (!context.Known(place))
            {
                continue;
            }

            if (!ports.Local.ContainsKey(source))
            {
                context.Reject(place, Quote(source), "is not a local PA", ports.LocalText());
            }
            else if (!seen.Add(source))
            {
                context.Reject(place, Quote(source), "stands here a second time", "each address once");
            }
        }
    }

    private void CheckAttachments()
    {
        Dictionary<(string Port, int Vlan, int Inner), JsonPath> bound = [];
        bool portsKnown = context.Known(PortsPath) && Enumerable.Range(0, configuration.Ports.Count).All(i => context.Known(PortsPath[i]["name"]));
        for (int i = 0; i < configuration.Segments.Count; i++)
        {
            ValueList<AttachmentConfiguration> attachments = configuration.Segments[i].Attachments;
            for (int k = 0; k < attachments.Count; k++)
            {
                AttachmentConfiguration attachment = attachments[k];
                JsonPath path = SegmentsPath[i]["attachments"][k];
                if (!context.Known(path["port"]))
                {
                    continue;
                }

                bool found = ports.ByName.TryGetValue(attachment.Port, out int port);
                if (!found && portsKnown)
                {
                    context.Reject(path["port"], Quote(attachment.Port), "is no port" + Similar.Suggest(attachment.Port, ports.ByName.Keys), AccessPortsText());
                }
                else if (found && context.Known(PortsPath[port]["role"]) && configuration.Ports[port].Role != PortRole.Access)
                {
                    context.Reject(path["port"], Quote(attachment.Port), "is an underlay port", AccessPortsText());
                }

                if (!context.Known(path) || !context.Known(path["vlan"]) || !context.Known(path["innerVlan"]) || !context.Known(path["vlans"]))
                {
                    continue;
                }

                if (!Bind(bound, attachment, path))
                {
                    continue;
                }

                if (found && attachment.InnerVlan is { } inner && configuration.Ports[port].Mode != PortMode.Qinq && context.Known(PortsPath[port]["mode"]))
                {
                    context.Reject(path["innerVlan"], Number(inner), $"needs two tags, which port \"{attachment.Port}\" does not take", "with mode \"qinq\" only");
                }
                else if (found)
                {
                    CheckAccessMode(configuration.Ports[port], PortsPath[port], attachment, path[attachment.Vlans is null ? "vlan" : "vlans"]);
                }
            }
        }
    }

    /// <summary>Each VLAN of a port, and each pair of VLANs, is in one segment (E-022, E-023).</summary>
    private bool Bind(Dictionary<(string Port, int Vlan, int Inner), JsonPath> bound, AttachmentConfiguration attachment, JsonPath path)
    {
        foreach (int vlan in attachment.Vlans?.Ids ?? [attachment.Vlan])
        {
            (string Port, int Vlan, int Inner) key = (attachment.Port, vlan, attachment.InnerVlan ?? 0);
            if (!bound.TryAdd(key, path))
            {
                string inner = attachment.InnerVlan is { } c ? $", innerVlan {Number(c)}" : string.Empty;
                context.Reject(path, $"port \"{attachment.Port}\", vlan {Number(vlan)}{inner}", $"is attached already, {bound[key]}", "a VLAN of a port in one segment, once");
                return false;
            }
        }

        return true;
    }

    private void CheckAccessMode(PortConfiguration port, JsonPath portPath, AttachmentConfiguration attachment, JsonPath path)
    {
        if (port.Mode == PortMode.Access && port.NativeVlan is { } native && (native != attachment.Vlan || attachment.InnerVlan is not null) && context.Known(portPath["nativeVlan"]))
        {
            context.Reject(path, attachment.Vlans is { } range ? Quote(range) : Number(attachment.Vlan), $"is not the VLAN of port \"{port.Name}\", whose mode is \"access\"", $"its nativeVlan, {Number(native)}");
        }
    }

    private string AccessPortsText()
    {
        string[] names = [.. configuration.Ports.Where(static p => p.Role == PortRole.Access).Select(static p => Quote(p.Name))];
        return names.Length == 0 ? "an access port, of which there are none" : $"an access port: {string.Join(", ", names)}";
    }

    /// <summary>Router MACs are compared with every frame: the ports' and a few more, one for many segments by preference (A-103).</summary>
    private void CheckRouters()
    {
        HashSet<MacAddress> different = [];
        for (int i = 0; i < configuration.Segments.Count; i++)
        {
            JsonPath path = SegmentsPath[i]["router"]["mac"];
            if (configuration.Segments[i].Router?.Mac is { } mac && context.Known(path) && !ports.Macs.ContainsKey(mac) && different.Add(mac)
                && different.Count == Exchange.ExchangeLimits.RouterMacs + 1)
            {
                context.Reject(path, Quote(mac), $"is one router MAC more than {Number(Exchange.ExchangeLimits.RouterMacs)}", "the same MAC for routers of several segments, or that of a port");
            }
        }
    }

    private void CheckRecords()
    {
        for (int i = 0; i < configuration.Segments.Count; i++)
        {
            SegmentConfiguration segment = configuration.Segments[i];
            bool peersKnown = context.Complete(SegmentsPath[i]["peers"]);
            bool attachmentsKnown = context.Complete(SegmentsPath[i]["attachments"]);
            HashSet<IPAddress> peers = [.. segment.Peers.Select(static p => p.Address)];
            HashSet<(string, int, int?)> attachments = [.. segment.Attachments.Select(static a => (a.Port, a.Vlan, a.InnerVlan))];
            Dictionary<MacAddress, JsonPath> seen = [];
            for (int k = 0; k < segment.Records.Count; k++)
            {
                RecordConfiguration record = segment.Records[k];
                JsonPath path = SegmentsPath[i]["records"][k];
                if (context.Known(path["mac"]))
                {
                    CheckRecordMac(record.Mac, path["mac"], seen);
                }

                if (!context.Known(path))
                {
                    continue;
                }

                if (record.Pa is { } pa && context.Known(path["pa"]) && peersKnown && !peers.Contains(pa))
                {
                    context.Reject(path["pa"], Quote(pa), "is not a peer of the segment", segment.Peers.Count == 0 ? "an address of its peers, of which there are none" : "an address of its peers");
                }
                else if (record is { Port: { } port, Vlan: { } vlan } && context.Known(path["port"]) && context.Known(path["vlan"]) && attachmentsKnown && context.Known(path["innerVlan"]) && !attachments.Contains((port, vlan, record.InnerVlan)))
                {
                    context.Reject(path, $"port \"{port}\", vlan {Number(vlan)}", "is not an attachment of the segment", "port and vlan of one of its attachments");
                }
            }
        }
    }

    private void CheckRecordMac(MacAddress mac, JsonPath path, Dictionary<MacAddress, JsonPath> seen)
    {
        if (!seen.TryAdd(mac, path))
        {
            context.Reject(path, Quote(mac), $"has a record in this segment already, {seen[mac]}", "each MAC of a segment once");
        }
        else if (ports.Macs.TryGetValue(mac, out string? port))
        {
            context.Reject(path, Quote(mac), $"is the gateway's own, of port \"{port}\"", "the MAC of a tenant");
        }
    }

    private void CheckTotals()
    {
        CheckTotal(SegmentsPath, configuration.Segments.Sum(VlanRanges.CountOf), ConfigurationLimits.Segments, "segments, those of ranges included,");
        CheckTotal(SegmentsPath, configuration.Segments.Sum(VlanRanges.AttachmentsOf), ConfigurationLimits.Attachments, "attachments");
        CheckTotal(SegmentsPath, configuration.Segments.Sum(static s => (s.Peers.Count + s.PaGroups.Count()) * VlanRanges.CountOf(s)), ConfigurationLimits.Peers, "peers, PA groups included,");
        int records = configuration.Segments.Sum(static s => s.Records.Count);
        JsonPath capacity = JsonPath.Root["fdb"]["capacity"];
        if (context.Known(capacity) && records > configuration.Fdb.Capacity)
        {
            context.Reject(capacity, Number(configuration.Fdb.Capacity), $"is too small for the {Number(records)} records of the segments", $"at least the number of records, up to {Number(ConfigurationLimits.FdbCapacity)}");
        }
    }

    private void CheckTotal(JsonPath path, int count, int most, string what)
    {
        if (count > most)
        {
            context.Reject(path, Number(count), $"is the number of {what} of all segments", $"up to {Number(most)}");
        }
    }
}

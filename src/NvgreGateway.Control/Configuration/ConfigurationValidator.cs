using System.Globalization;
using System.Net;
using System.Net.Sockets;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Configuration;

/// <summary>
/// What ties settings together: names, addresses and attachments that refer to each other. Single values were checked
/// when they were read; a place that could not be read is left alone here.
/// </summary>
internal sealed class ConfigurationValidator(GatewayConfiguration configuration, ReadContext context)
{
    private readonly List<ConfigurationWarning> warnings = [];
    private readonly UnderlayRoutes routes = new(configuration.Ports);
    private readonly Dictionary<IPAddress, JsonPath> local = [];
    private readonly Dictionary<string, int> portByName = new(StringComparer.Ordinal);
    private readonly HashSet<IPAddress> broadcasts = [];
    private readonly HashSet<IPAddress> networks = [];
    private readonly Dictionary<MacAddress, string> ownMacs = [];

    private static JsonPath PortsPath => JsonPath.Root["ports"];

    private static JsonPath SegmentsPath => JsonPath.Root["segments"];

    /// <summary>Reports every error to the context.</summary>
    /// <returns>The warnings.</returns>
    public ValueList<ConfigurationWarning> Run()
    {
        CheckWorkers();
        CheckNeighborTimes();
        CheckPortIdentities();
        CheckLocalAddresses();
        CheckRoutesAndNeighbors();
        CheckSegmentIdentities();
        CheckRanges();
        CheckAttachments();
        CheckPeers();
        new GroupValidator(configuration, context, routes, warnings).Run();
        CheckRouters();
        CheckRecords();
        CheckTotals();
        CheckMtus();
        new QueueRuleValidator(configuration, context).Run();
        new ExceptionPortValidator(configuration, context).Run();
        return [.. warnings];
    }

    private static string Quote(object value) => $"\"{value}\"";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

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

    private void CheckPortIdentities()
    {
        Dictionary<string, JsonPath> devices = new(StringComparer.Ordinal);
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            PortConfiguration port = configuration.Ports[i];
            JsonPath path = PortsPath[i];
            if (context.Known(path["name"]) && !portByName.TryAdd(port.Name, i))
            {
                context.Reject(path["name"], Quote(port.Name), $"is the name of another port, {PortsPath[portByName[port.Name]]["name"]}", "a name that no other port has");
            }

            if (context.Known(path["device"]) && !devices.TryAdd(DeviceIdentity(port.Device), path["device"]))
            {
                context.Reject(path["device"], Quote(port.Device), $"is the device of another port, {devices[DeviceIdentity(port.Device)]}", "a device (for a vdev: its name before the first comma) that no other port has");
            }

            if (port.Mac is { } mac && context.Known(path["mac"]))
            {
                ownMacs.TryAdd(mac, port.Name);
            }

            if (context.Known(path["queues"]) && context.Complete(JsonPath.Root["workers"]["cores"]) && port.Queues > configuration.Workers.Cores.Count)
            {
                // A queue belongs to the worker of its number: nobody would empty the others, and frames would vanish there.
                context.Reject(path["queues"], Number(port.Queues), "is more than there are workers", $"1 to {Number(configuration.Workers.Cores.Count)}");
            }

            if (port.Mode == PortMode.Access && port.NativeVlan is null && context.Known(path["mode"]) && context.Known(path["nativeVlan"]))
            {
                context.Reject(path["nativeVlan"], "missing", "is required by mode \"access\"", "1 to 4094");
            }
        }
    }

    /// <summary>What DPDK tells devices apart by: the PCI address with its domain, or the vdev's name.</summary>
    private static string DeviceIdentity(string device)
    {
        int comma = device.IndexOf(',', StringComparison.Ordinal);
        string name = comma < 0 ? device : device[..comma];
        bool isPci = name.Contains(':', StringComparison.Ordinal);
        return !isPci ? name : (name.Count(static c => c == ':') == 1 ? "0000:" + name : name).ToUpperInvariant();
    }

    private void CheckLocalAddresses()
    {
        Dictionary<IPNetwork, int> portOfPrefix = [];
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            ValueList<InterfaceAddress> addresses = configuration.Ports[i].Addresses;
            for (int k = 0; k < addresses.Count; k++)
            {
                JsonPath place = PortsPath[i]["addresses"][k];
                if (!context.Known(place))
                {
                    continue;
                }

                InterfaceAddress address = addresses[k];
                if (!local.TryAdd(address.Address, place))
                {
                    context.Reject(place, Quote(address), $"is a local PA already, {local[address.Address]}", "each address once");
                }

                if (!portOfPrefix.TryAdd(address.Network, i) && portOfPrefix[address.Network] is var first && first != i)
                {
                    warnings.Add(new ConfigurationWarning("prefix_on_two_ports", place.ToString(), address.Network.ToString(), $"the prefix is on-link on port \"{configuration.Ports[first].Name}\" too, which alone sends to it"));
                }

                if (address.Broadcast is { } broadcast)
                {
                    broadcasts.Add(broadcast);
                    networks.Add(address.Network.BaseAddress);
                }
            }
        }
    }

    private void CheckRoutesAndNeighbors()
    {
        Dictionary<(int Port, IPNetwork Prefix, IPAddress Via), JsonPath> known = [];
        Dictionary<IPNetwork, int> hops = [];
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            PortConfiguration port = configuration.Ports[i];
            bool addressesKnown = context.Complete(PortsPath[i]["addresses"]) && context.Known(PortsPath[i]["role"]);
            for (int k = 0; k < port.Routes.Count; k++)
            {
                RouteConfiguration route = port.Routes[k];
                JsonPath path = PortsPath[i]["routes"][k];
                bool prefixKnown = context.Known(path["prefix"]);
                if (!context.Known(path["via"]))
                {
                    continue;
                }

                if (prefixKnown && !known.TryAdd((i, route.Prefix, route.Via), path))
                {
                    context.Reject(path["via"], Quote(route.Via), $"is a next hop of that prefix already, {known[(i, route.Prefix, route.Via)]}", "each next hop of a prefix once");
                    continue;
                }

                int count = prefixKnown ? hops[route.Prefix] = hops.GetValueOrDefault(route.Prefix) + 1 : 0;
                if (count == Exchange.PathSet.Most + 1)
                {
                    context.Reject(path["prefix"], Quote(route.Prefix), $"has {Number(count)} next hops", $"up to {Number(Exchange.PathSet.Most)}, over all ports");
                }

                if (prefixKnown && route.Prefix.BaseAddress.AddressFamily != route.Via.AddressFamily)
                {
                    context.Reject(path["via"], Quote(route.Via), "is not of the family of the prefix", $"an {Family(route.Prefix.BaseAddress.AddressFamily)} address");
                }
                else if (addressesKnown)
                {
                    CheckOnLink(port, route.Via, path["via"]);
                }
            }

            Dictionary<IPAddress, JsonPath> seen = [];
            for (int k = 0; k < port.Neighbors.Count; k++)
            {
                JsonPath path = PortsPath[i]["neighbors"][k]["address"];
                if (!context.Known(path))
                {
                    continue;
                }

                IPAddress address = port.Neighbors[k].Address;
                if (!seen.TryAdd(address, path))
                {
                    context.Reject(path, Quote(address), $"is a neighbour already, {seen[address]}", "each neighbour of a port once");
                }
                else if (addressesKnown)
                {
                    CheckOnLink(port, address, path);
                }
            }
        }
    }

    private void CheckOnLink(PortConfiguration port, IPAddress address, JsonPath path)
    {
        string allowed = port.Addresses.Count == 0
            ? "an address inside a prefix of the port's addresses, of which there are none"
            : $"an address inside {string.Join(", ", port.Addresses.Select(static a => a.Network))}";
        if (local.ContainsKey(address))
        {
            context.Reject(path, Quote(address), "is a local PA", allowed + ", not our own");
        }
        else if (broadcasts.Contains(address) || networks.Contains(address))
        {
            context.Reject(path, Quote(address), "is the broadcast or network address of a local prefix", allowed);
        }
        else if (!port.Addresses.Any(a => a.IsOnLink(address) || (address.IsIPv6LinkLocal && a.Address.AddressFamily == AddressFamily.InterNetworkV6)))
        {
            context.Reject(path, Quote(address), "is not on-link on this port", allowed);
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

            if (!local.ContainsKey(source))
            {
                context.Reject(place, Quote(source), "is not a local PA", LocalText());
            }
            else if (!seen.Add(source))
            {
                context.Reject(place, Quote(source), "stands here a second time", "each address once");
            }
        }
    }

    private string LocalText()
    {
        const int Shown = 8;
        string all = string.Join(", ", local.Keys.Take(Shown)) + (local.Count > Shown ? ", ..." : string.Empty);
        return local.Count == 0 ? "one of the addresses of the underlay ports, of which there are none" : $"one of the addresses of the underlay ports: {all}";
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

                bool found = portByName.TryGetValue(attachment.Port, out int port);
                if (!found && portsKnown)
                {
                    context.Reject(path["port"], Quote(attachment.Port), "is no port" + Similar.Suggest(attachment.Port, portByName.Keys), AccessPortsText());
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

    private void CheckPeers()
    {
        bool portsKnown = context.Complete(PortsPath);
        for (int i = 0; i < configuration.Segments.Count; i++)
        {
            SegmentConfiguration segment = configuration.Segments[i];
            bool sourcesKnown = portsKnown && context.Complete(SegmentsPath[i]["sourceAddresses"]);
            Dictionary<IPAddress, JsonPath> seen = [];
            for (int k = 0; k < segment.Peers.Count; k++)
            {
                IPAddress address = segment.Peers[k].Address;
                if (segment.Peers[k].AcceptInnerTag)
                {
                    warnings.Add(new ConfigurationWarning("non_compliant", SegmentsPath[i]["peers"][k]["acceptInnerTag"].ToString(), "true", $"frames of peer {address} with an inner VLAN tag are accepted, which RFC 7637 section 3.3 forbids"));
                }

                JsonPath place = context.PlaceOf(SegmentsPath[i]["peers"][k], "address");
                if (!context.Known(place))
                {
                    continue;
                }

                CheckPathMtu(segment.Peers[k], SegmentsPath[i]["peers"][k]["mtu"], portsKnown);
                if (!seen.TryAdd(address, place))
                {
                    context.Reject(place, Quote(address), $"is a peer of this segment already, {seen[address]}", "each peer of a segment once");
                    continue;
                }

                if (local.TryGetValue(address, out JsonPath? own))
                {
                    context.Reject(place, Quote(address), $"is our own address, {own}", "the PA of another endpoint");
                    continue;
                }

                if (broadcasts.Contains(address) || networks.Contains(address))
                {
                    context.Reject(place, Quote(address), "is the broadcast or network address of a local prefix", "a unicast address");
                    continue;
                }

                if (portsKnown && routes.Find(address).Count == 0)
                {
                    context.Reject(place, Quote(address), "has no route", "an address on-link on an underlay port, or inside a prefix of its routes");
                }

                int sources = sourcesKnown ? segment.SourcesFor(address).Count() : 1;
                if (sources > Exchange.PathSet.Most)
                {
                    context.Reject(
                        SegmentsPath[i]["spread"], "\"flow\"", $"would send to {address} from {Number(sources)} addresses", $"up to {Number(Exchange.PathSet.Most)} addresses of a family in sourceAddresses");
                    break;
                }

                if (sources == 0)
                {
                    string family = Family(address.AddressFamily);
                    context.Reject(place, Quote(address), $"has no source address: no local PA among the segment's is {family}", $"a peer of the family of a source address, or an {family} address on an underlay port (and in sourceAddresses)");
                }
            }
        }
    }

    /// <summary>A fixed path MTU is no more than the port sends, and leaves what every IPv4 host takes (B-060).</summary>
    private void CheckPathMtu(PeerConfiguration peer, JsonPath path, bool portsKnown)
    {
        if (peer.Mtu is not { } mtu || !portsKnown || !context.Known(path))
        {
            return;
        }

        foreach (UnderlayPath way in routes.Find(peer.Address))
        {
            PortConfiguration port = configuration.Ports[way.PortIndex];
            int tenant = TenantMtu.Of(port, mtu, peer.Address.AddressFamily);
            if (mtu > port.Mtu || tenant < TenantMtu.Least)
            {
                string problem = mtu > port.Mtu ? $"is more than port \"{port.Name}\" sends" : $"leaves {Number(tenant)} bytes for tenant packets";
                context.Reject(path, Number(mtu), problem, $"{Number(TenantMtu.Least + mtu - tenant)} to {Number(port.Mtu)}");
                return;
            }
        }
    }

    /// <summary>Router MACs are compared with every frame: the ports' and a few more, one for many segments by preference (A-103).</summary>
    private void CheckRouters()
    {
        HashSet<MacAddress> different = [];
        for (int i = 0; i < configuration.Segments.Count; i++)
        {
            JsonPath path = SegmentsPath[i]["router"]["mac"];
            if (configuration.Segments[i].Router?.Mac is { } mac && context.Known(path) && !ownMacs.ContainsKey(mac) && different.Add(mac)
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
        else if (ownMacs.TryGetValue(mac, out string? port))
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

    /// <summary>Compares what each underlay port can carry, per family of its peers, with the VLANs behind it (A-073, A-074).</summary>
    private void CheckMtus()
    {
        Dictionary<(int Port, AddressFamily Family), VlanMtu> vlans = LargestVlanMtus();
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            PortConfiguration port = configuration.Ports[i];
            JsonPath path = PortsPath[i]["mtu"];
            if (!context.Known(path) || !context.Known(PortsPath[i]["extraOverhead"]) || !context.Known(PortsPath[i]["role"]) || port.Role != PortRole.Underlay)
            {
                continue;
            }

            bool overIpv4 = vlans.TryGetValue((i, AddressFamily.InterNetwork), out VlanMtu side4);
            bool overIpv6 = vlans.TryGetValue((i, AddressFamily.InterNetworkV6), out VlanMtu side6);
            if (!overIpv4 && !overIpv6)
            {
                continue;
            }

            AddressFamily family = overIpv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
            int least = overIpv4 ? TenantMtu.Least : TenantMtu.LeastForIpv6;
            int tenant = TenantMtu.Of(port, family);
            if (tenant < least)
            {
                int overhead = port.Mtu - tenant;
                context.Reject(path, Number(port.Mtu), $"leaves {Number(tenant)} bytes for tenant packets over {Family(family)}", $"{Number(least + overhead)} to 9216 ({Number(least)} for the tenant and {Number(overhead)} for the encapsulation)");
                continue;
            }

            if (overIpv4)
            {
                Warn(port, path, AddressFamily.InterNetwork, side4);
            }

            if (overIpv6)
            {
                Warn(port, path, AddressFamily.InterNetworkV6, side6);
            }
        }
    }

    private void Warn(PortConfiguration underlay, JsonPath path, AddressFamily family, VlanMtu side)
    {
        int tenant = TenantMtu.Of(underlay, family);
        if (tenant < side.Mtu)
        {
            warnings.Add(new ConfigurationWarning(
                "mtu_below_vlan",
                path.ToString(),
                Number(tenant),
                $"tenant packets of segment \"{side.Segment}\" over {Family(family)} may have {Number(tenant)} bytes, those of port \"{side.Port}\" have up to {Number(side.Mtu)}; an mtu of {Number(underlay.Mtu + side.Mtu - tenant)} carries them all"));
        }
    }

    /// <summary>
    /// For each underlay port and family of peers behind it, the largest MTU among the access ports of their segments;
    /// 0 where none is known, no entry where there is no such peer.
    /// </summary>
    private Dictionary<(int Port, AddressFamily Family), VlanMtu> LargestVlanMtus()
    {
        Dictionary<(int Port, AddressFamily Family), VlanMtu> largest = [];
        for (int i = 0; i < configuration.Segments.Count; i++)
        {
            SegmentConfiguration segment = configuration.Segments[i];
            VlanMtu side = new(segment.Name, string.Empty, 0);
            foreach (AttachmentConfiguration attachment in segment.Attachments)
            {
                if (portByName.TryGetValue(attachment.Port, out int port) && context.Known(PortsPath[port]["mtu"]) && configuration.Ports[port].Mtu > side.Mtu)
                {
                    side = new VlanMtu(segment.Name, attachment.Port, configuration.Ports[port].Mtu);
                }
            }

            for (int k = 0; k < segment.Peers.Count; k++)
            {
                IPAddress peer = segment.Peers[k].Address;
                foreach (UnderlayPath way in context.Known(context.PlaceOf(SegmentsPath[i]["peers"][k], "address")) ? routes.Find(peer) : [])
                {
                    if (!largest.TryGetValue((way.PortIndex, peer.AddressFamily), out VlanMtu before) || before.Mtu < side.Mtu)
                    {
                        largest[(way.PortIndex, peer.AddressFamily)] = side;
                    }
                }
            }
        }

        return largest;
    }

    private static string Family(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";

    private readonly record struct VlanMtu(string Segment, string Port, int Mtu);
}

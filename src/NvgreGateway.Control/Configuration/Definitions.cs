using System.Net;
using System.Text.Json.Nodes;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Configuration;

/// <summary>
/// Every setting there is: key, kind and range, default, meaning and the rows behind it. The reader, the validation of
/// single values, the writer, the JSON Schema and the settings table all come from here, and no default stands anywhere
/// else. A static field may use only those above it: the order of this file is the order of initialisation.
/// </summary>
internal static class Definitions
{
    private static readonly FlagKind Flag = new();
    private static readonly NumberKind Vid = new(1, 4094);
    private static readonly MacKind Mac = new();
    private static readonly WordKind<AdminState> AdminWords = new([("up", AdminState.Up), ("down", AdminState.Down)]);
    private static readonly WordKind<FramePolicy> DropOrForward = new([("drop", FramePolicy.Drop), ("forward", FramePolicy.Forward)]);
    private static readonly WordKind<FlowIdMode> FlowIdWords = new([("hash", FlowIdMode.Hash), ("zero", FlowIdMode.Zero)]);
    private static readonly PatternKind ItemName = new("[A-Za-z0-9][A-Za-z0-9._-]{0,31}", "1 to 32 letters, digits, '.', '_' and '-', a letter or digit first");
    private static readonly PatternKind PortReference = new("[A-Za-z0-9][A-Za-z0-9._-]{0,31}", "the name of an access port");
    private static readonly PatternKind GatewayName = new("[a-z0-9-]{1,32}", "1 to 32 of a-z, 0-9 and '-'");
    private static readonly PatternKind Device = new(
        "(?:[0-9A-Fa-f]{4,8}:)?[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\\.[0-7](?:,[!-~]{1,320})?|[A-Za-z][A-Za-z0-9_.-]{0,61}(?:,[!-~]{1,320})?",
        "a PCI address such as \"0000:01:00.0\" or a DPDK vdev string such as \"net_af_packet0,iface=eth0\", without blanks, arguments up to 320 characters");

    public static readonly ObjectKind<LimitsConfiguration> Limits = DefineLimits();
    public static readonly ObjectKind<StormConfiguration> Storm = DefineStorm();
    public static readonly ObjectKind<RouteConfiguration> Route = DefineRoute();
    public static readonly ObjectKind<NeighborConfiguration> Neighbor = DefineNeighbor();
    public static readonly ObjectKind<QueueRuleConfiguration> QueueRule = DefineQueueRule();
    public static readonly ObjectKind<PortConfiguration> Port = DefinePort();
    public static readonly ObjectKind<AttachmentConfiguration> Attachment = DefineAttachment();
    public static readonly ObjectKind<DscpConfiguration> Dscp = DefineDscp();
    public static readonly ObjectKind<PeerConfiguration> Peer = DefinePeer();
    public static readonly ObjectKind<RecordConfiguration> Record = DefineRecord();
    public static readonly ObjectKind<RouterConfiguration> Router = DefineRouter();
    public static readonly ObjectKind<SegmentConfiguration> Segment = DefineSegment();
    public static readonly ObjectKind<MovesConfiguration> Moves = DefineMoves();
    public static readonly ObjectKind<FdbConfiguration> Fdb = DefineFdb();
    public static readonly ObjectKind<WorkersConfiguration> Workers = DefineWorkers();
    public static readonly ObjectKind<BudgetsConfiguration> Budgets = DefineBudgets();
    public static readonly ObjectKind<NeighborResolutionConfiguration> Neighbors = DefineNeighbors();
    public static readonly ObjectKind<AnnounceConfiguration> Announce = DefineAnnounce();
    public static readonly ObjectKind<MemoryConfiguration> Memory = DefineMemory();
    public static readonly ObjectKind<MetricsConfiguration> Metrics = DefineMetrics();
    public static readonly ObjectKind<LenientConfiguration> Lenient = DefineLenient();
    public static readonly ObjectKind<LogConfiguration> Log = DefineLog();
    public static readonly ObjectKind<GatewayConfiguration> Gateway = DefineGateway();

    // B-041: without DF the 16-bit identification would have to be unique for 120 s, a few seconds' worth of packets at most.
    private static void RefuseFragments<T>(ObjectKind<T> kind) => kind.Refuse(
        "df", "cannot be set: without DF routers could fragment outer packets, of which no more than 65536 in 120 s can be told apart (RFC 6864)", "leave the key out: outer packets always carry DF");

    private static ObjectKind<LimitsConfiguration> DefineLimits()
    {
        ObjectKind<LimitsConfiguration> kind = new("limits");
        var macs = kind.Optional("macs", new MaybeKind<int>(new NumberKind(1, ConfigurationLimits.FdbCapacity, "MACs")), null, static l => l.Macs, "The most MACs learned here; records do not count.", "E-034");
        var action = kind.Optional("action", new WordKind<LimitAction>([("forward", LimitAction.Forward), ("drop", LimitAction.Drop)]), LimitAction.Forward, static l => l.Action, "What happens to frames of further sources.", "E-034");
        kind.BuiltBy(v => new LimitsConfiguration { Macs = v.Get(macs), Action = v.Get(action) });
        return kind;
    }

    private static ObjectKind<StormConfiguration> DefineStorm()
    {
        ObjectKind<StormConfiguration> kind = new("storm limits");
        MaybeKind<StormRate> rate = new(new StormRateKind());
        var broadcast = kind.Optional("broadcast", rate, null, static s => s.Broadcast, "Broadcast.", "F-045");
        var multicast = kind.Optional("multicast", rate, null, static s => s.Multicast, "Multicast.", "F-045");
        var unknown = kind.Optional("unknown", rate, null, static s => s.Unknown, "Unicast to a MAC outside the FDB.", "F-045");
        kind.BuiltBy(v => new StormConfiguration { Broadcast = v.Get(broadcast), Multicast = v.Get(multicast), Unknown = v.Get(unknown) });
        return kind;
    }

    private static ObjectKind<RouteConfiguration> DefineRoute()
    {
        ObjectKind<RouteConfiguration> kind = new("a route");
        var prefix = kind.Required("prefix", new PrefixKind(), static r => r.Prefix, "Destinations.", "A-051");
        var via = kind.Required("via", new AddressKind("a next hop"), static r => r.Via, "Next hop, on-link on this port.", "A-051");
        kind.BuiltBy(v => new RouteConfiguration { Prefix = v.Get(prefix), Via = v.Get(via) });
        return kind;
    }

    private static ObjectKind<NeighborConfiguration> DefineNeighbor()
    {
        ObjectKind<NeighborConfiguration> kind = new("a neighbour");
        var address = kind.Required("address", new AddressKind("a neighbour"), static n => n.Address, "An on-link address.", "A-051");
        var mac = kind.Required("mac", Mac, static n => n.Mac, "Its MAC.", "A-051");
        kind.BuiltBy(v => new NeighborConfiguration { Address = v.Get(address), Mac = v.Get(mac) });
        return kind;
    }

    private static ObjectKind<QueueRuleConfiguration> DefineQueueRule()
    {
        ObjectKind<QueueRuleConfiguration> kind = new("a queue rule");
        var vsid = kind.Optional("vsid", new MaybeKind<int>(new NumberKind(4096, 16777214)), null, static q => q.Vsid, "NVGRE of this VSID; underlay ports.", "C-054");
        var mac = kind.Optional("mac", new MaybeKind<MacAddress>(Mac), null, static q => q.Mac, "Frames to this MAC; on underlay ports the inner one counts. Instead of `vsid`.", "C-053");
        var queues = kind.Required("queues", new ListKind<int>(new NumberKind(0, ConfigurationLimits.Workers - 1), 1, ConfigurationLimits.Workers), static q => q.Queues, "Queues, from 0 to the port's number of `queues` less one; over several the flows are spread.", "C-054");
        kind.BuiltBy(v => new QueueRuleConfiguration { Vsid = v.Get(vsid), Mac = v.Get(mac), Queues = v.Get(queues) });
        return kind;
    }

    private static ObjectKind<PortConfiguration> DefinePort()
    {
        const string Access = "access", Underlay = "underlay";
        ObjectKind<PortConfiguration> kind = new("a port");
        var name = kind.Required("name", ItemName, static p => p.Name, "Name of the port, unique.");
        var role = kind.Required("role", new WordKind<PortRole>([(Access, PortRole.Access), (Underlay, PortRole.Underlay)]), static p => p.Role, "`access`: the VLAN side; `underlay`: the PA side.");
        var device = kind.Required("device", Device, static p => p.Device, "PCI address or DPDK vdev string; `replay` does not use it.");
        var mac = kind.Optional("mac", new MaybeKind<MacAddress>(Mac), null, static p => p.Mac, "MAC of the port.", "A-050", defaultText: "the device's own; in `replay` one made from the port's name");
        var mtu = kind.Optional("mtu", new NumberKind(68, 9216, "bytes"), 1500, static p => p.Mtu, "Largest IP packet on the port.", "A-073, E-076");
        var queues = kind.Derived("queues", new NumberKind(1, ConfigurationLimits.Workers), static v => v.Context.Workers, "number of workers", static p => p.Queues, "Queues of the port in each direction; no more than there are workers.");
        var vsidQueues = kind.Optional("vsidQueues", new ListKind<QueueRuleConfiguration>(QueueRule, 0, ConfigurationLimits.QueueRules), [], static p => p.VsidQueues, "Receive queues, and with them workers, for chosen VSIDs or MACs (VMQ), by the device where it takes the rules, else by the workers that receive them; `show queues` tells.", "C-053, C-054, C-137", defaultText: "none");

        var mode = kind.Optional("mode", new WordKind<PortMode>([("trunk", PortMode.Trunk), ("access", PortMode.Access), ("qinq", PortMode.Qinq)]), PortMode.Trunk, static p => p.Mode, "`access` needs `nativeVlan` and has no other attachment; `qinq` takes an S-tag, or an S-tag and a C-tag.", "E-001, E-007", Access);
        var tpid = kind.Derived("tpid", new TpidKind(), v => v.Get(mode) == PortMode.Qinq ? 0x88A8 : 0x8100, "`0x8100`; with `qinq` `0x88A8`", static p => p.Tpid, "TPID of the outer tag.", "E-006", Access);
        var nativeVlan = kind.Optional("nativeVlan", new MaybeKind<int>(Vid), null, static p => p.NativeVlan, "VLAN of untagged frames.", "E-004, E-005", Access);
        var trust = kind.Optional("trust", new WordKind<TrustMode>([("dscp", TrustMode.Dscp), ("pcp", TrustMode.Pcp), ("none", TrustMode.None)]), TrustMode.Dscp, static p => p.Trust, "Which mark of the tenant sets the outer DSCP.", "B-038, E-040", Access);
        var controlFrames = kind.Optional("controlFrames", DropOrForward, FramePolicy.Drop, static p => p.ControlFrames, "Destinations 01-80-C2-00-00-00, 01-00-0C-CC-CC-CC and -CD toward NVGRE.", "E-072, E-074", Access);
        var coalesce = kind.Optional("coalesce", Flag, false, static p => p.Coalesce, "TCP segments of one flow that leave in one burst are joined into one frame, where the device cuts it again or a guest takes it whole (GRO).", "C-025", Access);
        var flushOnTopologyChange = kind.Optional("flushOnTopologyChange", Flag, false, static p => p.FlushOnTopologyChange, "A topology change of spanning tree flushes what was learned: on the VLAN of its tag, or untagged on the whole port.", "E-072", Access);
        var limits = kind.Group("limits", Limits, static p => p.Limits, "Limit of learned MACs.", "E-034", Access);

        var addresses = kind.Optional("addresses", new ListKind<InterfaceAddress>(new InterfaceAddressKind(), 0, ConfigurationLimits.AddressesPerPort), [], static p => p.Addresses, "Local PAs with their on-link prefixes.", "A-060, A-061", Underlay);
        var routes = kind.Optional("routes", new ListKind<RouteConfiguration>(Route, 0, ConfigurationLimits.RoutesPerPort), [], static p => p.Routes, "Static routes. Several of one prefix, on one port or several (up to 8), share its flows; one that does not answer is left out.", "A-051, A-120", Underlay);
        var neighbors = kind.Optional("neighbors", new ListKind<NeighborConfiguration>(Neighbor, 0, ConfigurationLimits.NeighborsPerPort), [], static p => p.Neighbors, "Static neighbours.", "A-051", Underlay);
        var vlan = kind.Optional("vlan", new MaybeKind<int>(Vid), null, static p => p.Vlan, "VID of the outer tag.", "A-052", Underlay);
        var extraOverhead = kind.Optional("extraOverhead", new NumberKind(0, 512, "bytes"), 0, static p => p.ExtraOverhead, "Bytes that the underlay adds to each packet, as IPsec does; lowers the tenant MTU.", "A-141", Underlay);
        var ttl = kind.Optional("ttl", new NumberKind(1, 255), 64, static p => p.Ttl, "Outer TTL or hop limit.", string.Empty, Underlay);
        var multicastTtl = kind.Optional("multicastTtl", new NumberKind(1, 255), 32, static p => p.MulticastTtl, "Outer TTL or hop limit of what goes to PA groups.", "B-054", Underlay);

        var exceptionPort = kind.Optional("exceptionPort", new MaybeReferenceKind<string>(PortReference), null, static p => p.ExceptionPort, "An access port without attachments, such as a `net_tap` to the kernel: what would be `drop.ip.not_local` or `drop.ip.proto` leaves by it unchanged, and what comes in there leaves here, unchanged.", "B-018, C-045", Underlay, defaultText: "none: dropped");

        var storm = kind.Group("storm", Storm, static p => p.Storm, "The most that is flooded of what comes in here.", "F-045");
        var offload = kind.Optional("offload", new OffloadSettingKind(), OffloadConfiguration.Auto, static p => p.Offload, "What its device may do of segmentation and checksums; the rest is done in software. In an object what is not named is on.", "C.6, C-077");
        var segmentIds = kind.Optional("segmentIds", new WordKind<SegmentIds>([("16bit", SegmentIds.Full), ("15bit", SegmentIds.Short)]), SegmentIds.Full, static p => p.SegmentIds, "IPv4 identifications of the frames that a large one is cut into, outside and inside: the first keeps the packet's, each next is one higher, in 16 bits; `15bit`: 0x7FFF is followed by 0, as with NDIS LSOv2 devices, and segmentation is always done in software.", "C-020");
        var selfTest = kind.Optional("selfTest", new WordKind<SelfTest>([("auto", SelfTest.Auto), ("off", SelfTest.Off), ("force", SelfTest.Force)]), SelfTest.Auto, static p => p.SelfTest, "What the device does is tested before the port is used. `auto`: by loopback where the device can and nothing reaches the wire, else by asking its driver; `off`: the driver alone is asked; `force`: what did not pass by loopback is done in software.", "C-073");
        RefuseFragments(kind);
        kind.DiscriminatedBy(role);
        kind.BuiltBy(v => new PortConfiguration
        {
            Name = v.Get(name),
            Role = v.Get(role),
            Device = v.Get(device),
            Mac = v.Get(mac),
            Mtu = v.Get(mtu),
            Queues = v.Get(queues),
            VsidQueues = v.Get(vsidQueues),
            Mode = v.Get(mode),
            Tpid = v.Get(tpid),
            NativeVlan = v.Get(nativeVlan),
            Trust = v.Get(trust),
            ControlFrames = v.Get(controlFrames),
            FlushOnTopologyChange = v.Get(flushOnTopologyChange),
            Coalesce = v.Get(coalesce),
            Limits = v.Get(limits),
            Addresses = v.Get(addresses),
            Routes = v.Get(routes),
            Neighbors = v.Get(neighbors),
            Vlan = v.Get(vlan),
            ExtraOverhead = v.Get(extraOverhead),
            Ttl = v.Get(ttl),
            MulticastTtl = v.Get(multicastTtl),
            ExceptionPort = v.Get(exceptionPort),
            Storm = v.Get(storm),
            Offload = v.Get(offload),
            SegmentIds = v.Get(segmentIds),
            SelfTest = v.Get(selfTest),
        });
        return kind;
    }

    private static ObjectKind<AttachmentConfiguration> DefineAttachment()
    {
        ObjectKind<AttachmentConfiguration> kind = new("an attachment");
        var port = kind.Required("port", PortReference, static a => a.Port, "Name of an access port.", "E-020");
        var vlan = kind.Optional("vlan", new MaybeKind<int>(Vid), null, static a => a.Vlan == 0 ? null : a.Vlan, "VLAN on that port, in no other segment; on a `qinq` port the S-tag.", "E-005, E-020, E-023", defaultText: "required, or `vlans`");
        var inner = kind.Optional("innerVlan", new MaybeKind<int>(Vid), null, static a => a.InnerVlan, "The C-tag behind it; with `mode` `qinq`.", "E-007", defaultText: "none");
        var range = kind.Optional("vlans", new MaybeReferenceKind<VlanRange>(new VlanRangeKind()), null, static a => a.Vlans, "A range such as \"1000-1999\": the segment stands for one for each VLAN, with VSID = `vsid` + VLAN and the name NAME.VLAN.", "E-022", defaultText: "none");
        kind.AlsoInSchema(new JsonObject
        {
            ["oneOf"] = new JsonArray(
                new JsonObject { ["required"] = new JsonArray("vlan"), ["properties"] = new JsonObject { ["vlans"] = false } },
                new JsonObject { ["required"] = new JsonArray("vlans"), ["properties"] = new JsonObject { ["vlan"] = false, ["innerVlan"] = false } }),
        });
        kind.CheckedBy((values, path, element) =>
        {
            bool one = values.IsPresent(vlan), many = values.IsPresent(range);
            if (!one && !many)
            {
                values.Context.Fail(path["vlan"], "missing", "is required", "1 to 4094, or \"vlans\" with a range");
            }
            else if (many && (one || values.IsPresent(inner)))
            {
                values.Context.Fail(path, ReadContext.Show(element), "names a VLAN and a range", "either \"vlan\" or \"vlans\"");
            }
        });
        kind.BuiltBy(v => new AttachmentConfiguration { Port = v.Get(port), Vlan = v.Get(vlan) ?? 0, InnerVlan = v.Get(inner), Vlans = v.Get(range) });
        return kind;
    }

    private static ObjectKind<DscpConfiguration> DefineDscp()
    {
        ObjectKind<DscpConfiguration> kind = new("DSCP settings");
        var encapsulate = kind.Optional("encapsulate", new DscpEncapsulationKind(), DscpEncapsulation.Copy, static d => d.Encapsulate, "Outer DSCP: copied, from the PCP, or fixed.", "B-030, B-032");
        var decapsulate = kind.Optional("decapsulate", new WordKind<DscpDecapsulationMode>([("pipe", DscpDecapsulationMode.Pipe), ("uniform", DscpDecapsulationMode.Uniform)]), DscpDecapsulationMode.Pipe, static d => d.Decapsulate, "Inner DSCP: kept, or replaced by the outer one.", "B-031, B-032");
        kind.BuiltBy(v => new DscpConfiguration { Encapsulate = v.Get(encapsulate), Decapsulate = v.Get(decapsulate) });
        return kind;
    }

    private static ObjectKind<PeerConfiguration> DefinePeer()
    {
        ObjectKind<PeerConfiguration> kind = new("a peer");
        var address = kind.Required("address", new AddressKind("a PA"), static p => p.Address, "The peer's PA.", "A-069, A-140");
        var flowId = kind.Derived("flowId", FlowIdWords, static v => v.Context.FlowId, "the top's `flowId`", static p => p.FlowId, "FlowID sent to it; Linux gretap takes only zero.", "A-031");
        var ecn = kind.Optional("ecn", new WordKind<EcnMode>([("compatibility", EcnMode.Compatibility), ("normal", EcnMode.Normal)]), EcnMode.Compatibility, static p => p.Ecn, "Outer ECN: 00, or a copy of the inner one.", "B-020, B-022");
        var dscp = kind.Group("dscp", Dscp, static p => p.Dscp, "How DSCP passes.", "B-030, B-031");
        var adminState = kind.Optional("adminState", AdminWords, AdminState.Up, static p => p.AdminState, "`down`: nothing is sent to it.", "A-089, A-093");
        var acceptInnerTag = kind.Optional("acceptInnerTag", Flag, false, static p => p.AcceptInnerTag, "Accept frames from it with an inner tag; not compliant.", "A-045");
        var pmtud = kind.Optional("pmtud", Flag, true, static p => p.Pmtud, "Routers of the underlay may lower its path MTU for ten minutes.", "B-061, B-063, B-064");
        var mtu = kind.Optional("mtu", new MaybeKind<int>(new NumberKind(618, 9216, "bytes")), null, static p => p.Mtu, "A fixed path MTU, up to the port's.", "B-060, B-064", defaultText: "the underlay port's");
        var limits = kind.Group("limits", Limits, static p => p.Limits, "Limit of MACs learned behind it.", "E-034");
        var minTtl = kind.Optional("minTtl", new MaybeKind<int>(new NumberKind(1, 255)), null, static p => p.MinTtl, "Least outer TTL or hop limit taken from it.", "B-055", defaultText: "off");
        RefuseFragments(kind);
        kind.ShortenedTo(address);
        kind.BuiltBy(v => new PeerConfiguration
        {
            Address = v.Get(address),
            FlowId = v.Get(flowId),
            Ecn = v.Get(ecn),
            Dscp = v.Get(dscp),
            AdminState = v.Get(adminState),
            AcceptInnerTag = v.Get(acceptInnerTag),
            MinTtl = v.Get(minTtl),
            Pmtud = v.Get(pmtud),
            Mtu = v.Get(mtu),
            Limits = v.Get(limits),
        });
        return kind;
    }

    private static ObjectKind<RecordConfiguration> DefineRecord()
    {
        ObjectKind<RecordConfiguration> kind = new("a record");
        var mac = kind.Required("mac", Mac, static r => r.Mac, "The tenant's MAC, once in the segment.", "A-100, A-103");
        var ca = kind.Optional("ca", new MaybeReferenceKind<IPAddress>(new AddressKind("a CA")), null, static r => r.Ca, "The tenant's address.", "A-100");
        var pa = kind.Optional("pa", new MaybeReferenceKind<IPAddress>(new AddressKind("a PA")), null, static r => r.Pa, "The peer that it is behind; else `port` and `vlan`.", "A-100");
        var port = kind.Optional("port", new MaybeReferenceKind<string>(PortReference), null, static r => r.Port, "The access port that it is behind.", "A-100");
        var vlan = kind.Optional("vlan", new MaybeKind<int>(Vid), null, static r => r.Vlan, "The VLAN on that port.", "A-100");
        var innerVlan = kind.Optional("innerVlan", new MaybeKind<int>(Vid), null, static r => r.InnerVlan, "The inner VLAN, of a QinQ pair.", "E-007", defaultText: "none");
        var sticky = kind.Optional("sticky", Flag, false, static r => r.Sticky, "Drop frames with this source from elsewhere.", "E-033");
        kind.AlsoInSchema(new JsonObject
        {
            ["oneOf"] = new JsonArray(
                new JsonObject { ["required"] = new JsonArray("pa"), ["properties"] = new JsonObject { ["port"] = false, ["vlan"] = false, ["innerVlan"] = false } },
                new JsonObject { ["required"] = new JsonArray("port", "vlan"), ["properties"] = new JsonObject { ["pa"] = false } }),
        });
        kind.CheckedBy((values, path, element) =>
        {
            bool behindPeer = values.IsPresent(pa), hasPort = values.IsPresent(port), hasVlan = values.IsPresent(vlan);
            if (behindPeer ? hasPort || hasVlan || values.IsPresent(innerVlan) : !(hasPort && hasVlan))
            {
                string problem = behindPeer ? "names a peer and an attachment" : hasPort || hasVlan ? "names half an attachment" : "names no place";
                values.Context.Fail(path, ReadContext.Show(element), problem, "either \"pa\", or \"port\" and \"vlan\"");
            }
        });
        kind.BuiltBy(v => new RecordConfiguration { Mac = v.Get(mac), Ca = v.Get(ca), Pa = v.Get(pa), Port = v.Get(port), Vlan = v.Get(vlan), InnerVlan = v.Get(innerVlan), Sticky = v.Get(sticky) });
        return kind;
    }

    private static ObjectKind<RouterConfiguration> DefineRouter()
    {
        ObjectKind<RouterConfiguration> kind = new("a router");
        var addresses = kind.Optional("addresses", new ListKind<InterfaceAddress>(new RouterAddressKind(), 0, ConfigurationLimits.AddressesPerPort), [], static r => r.Addresses, "Its addresses; the first of a family is the source of ICMP errors.", "B-069", defaultText: "none: 192.0.0.8, and the link-local address of the MAC");
        var mac = kind.Optional("mac", new MaybeKind<MacAddress>(Mac), null, static r => r.Mac, "Its MAC; frames to it are consumed.", "A-103, B-069", defaultText: "that of the access port");
        kind.BuiltBy(v => new RouterConfiguration { Addresses = v.Get(addresses), Mac = v.Get(mac) });
        return kind;
    }

    private static ObjectKind<SegmentConfiguration> DefineSegment()
    {
        ValueList<byte> classSelectors = [.. Enumerable.Range(0, 8).Select(static pcp => (byte)(pcp * 8))];
        ValueList<byte> classes = [.. Enumerable.Range(0, 64).Select(static dscp => (byte)(dscp / 8))];
        ObjectKind<SegmentConfiguration> kind = new("a segment");
        var name = kind.Required("name", ItemName, static s => s.Name, "Name of the segment, unique.");
        var vsid = kind.Required("vsid", new NumberKind(4096, 16777214), static s => s.Vsid, "VSID, in no other segment.", "A-021, A-027");
        var attachments = kind.Required("attachments", new ListKind<AttachmentConfiguration>(Attachment, 1, ConfigurationLimits.AttachmentsPerSegment), static s => s.Attachments, "The VLAN side.", "E-020, E-021");
        var peers = kind.Optional("peers", new ListKind<PeerConfiguration>(Peer, 0, ConfigurationLimits.PeersPerSegment), [], static s => s.Peers, "The PA side: nobody else is accepted.", "A-140", defaultText: "none");
        var sources = kind.Derived("sourceAddresses", new ListKind<IPAddress>(new AddressKind("a local PA"), 1, ConfigurationLimits.AddressesPerPort), static v => v.Context.LocalAddresses, "every local PA", static s => s.SourceAddresses, "Local PAs that send to its peers.", "A-061, A-062");
        var spread = kind.Optional("spread", new WordKind<SourceSpread>([("first", SourceSpread.First), ("flow", SourceSpread.Flow)]), SourceSpread.First, static s => s.Spread, "`first`: the first source address of a peer's family sends to it; `flow`: all of them (up to 8), each flow from one. Switches that hash outer addresses alone put one pair of PAs on one path, whatever the FlowID: several PAs and `flow` are the remedy.", "A-066, A-122");
        var adminState = kind.Optional("adminState", AdminWords, AdminState.Up, static s => s.AdminState, "`down`: nothing passes in either direction.", "E-026");
        var learning = kind.Optional("learning", Flag, true, static s => s.Learning, "Sources of accepted frames enter the FDB.", "A-101");
        var unknownUnicast = kind.Derived(
            "unknownUnicast",
            new WordKind<UnknownUnicastPolicy>([("flood", UnknownUnicastPolicy.Flood), ("drop", UnknownUnicastPolicy.Drop)]),
            v => v.Get(learning) ? UnknownUnicastPolicy.Flood : UnknownUnicastPolicy.Drop,
            "`flood`; `drop` when `learning` is false",
            static s => s.UnknownUnicast,
            "Unicast to a MAC outside the FDB.",
            "A-087");
        var records = kind.Optional("records", new ListKind<RecordConfiguration>(Record, 0, ConfigurationLimits.FdbCapacity), [], static s => s.Records, "Static FDB entries: { `mac`, `ca`, `pa` } or { `mac`, `port`, `vlan` }.", "A-100, A-102", defaultText: "none");
        var arp = kind.Optional("arp", new WordKind<ArpMode>([("forward", ArpMode.Forward), ("suppress", ArpMode.Suppress), ("proxy", ArpMode.Proxy)]), ArpMode.Forward, static s => s.Arp, "ARP and ND of tenants: forwarded; answered for owners that are known and else forwarded; or answered or dropped.", "A-105, E-050");
        var strictArp = kind.Optional("strictArp", Flag, false, static s => s.StrictArp, "With `arp` `suppress` or `proxy`: malformed ARP and ND is dropped, not forwarded.", "E-059");
        var localSwitching = kind.Optional("localSwitching", Flag, true, static s => s.LocalSwitching, "Frames pass from one attachment to another.", "E-024");
        var loopDetection = kind.Optional("loopDetection", Flag, false, static s => s.LoopDetection, "Probes twice a second on each attachment; one that comes back blocks the segment until none did for 5 to 10 s.", "E-073");
        var limits = kind.Group("limits", Limits, static s => s.Limits, "Limit of learned MACs.", "E-034");
        var lossless = kind.Optional("lossless", DropOrForward, FramePolicy.Drop, static s => s.Lossless, "FCoE and FIP.", "A-146");
        var pcpToDscp = kind.Optional("pcpToDscp", new ListKind<byte>(new ByteKind(0, 63), 8, 8), classSelectors, static s => s.PcpToDscp, "DSCP for each PCP.", "E-040", defaultText: "class selectors: PCP n gives 8n");
        var dscpToPcp = kind.Optional("dscpToPcp", new ListKind<byte>(new ByteKind(0, 7), 64, 64), classes, static s => s.DscpToPcp, "PCP for each DSCP.", "E-040", defaultText: "class selectors: DSCP d gives d/8");
        var rewriteInnerDscp = kind.Optional("rewriteInnerDscp", Flag, false, static s => s.RewriteInnerDscp, "The PCP of the tag sets the DSCP of tenant packets from the VLAN, by `pcpToDscp`; not on ports with `trust` `none`.", "E-044");
        var mssClamp = kind.Optional("mssClamp", Flag, true, static s => s.MssClamp, "Lower the MSS of TCP SYNs to what the tunnel carries.", "B-072");
        var fragment = kind.Optional("fragment", Flag, true, static s => s.Fragment, "Fragment inner IPv4 packets with DF=0 that are too long, or drop them.", "B-067");
        var router = kind.Optional("router", new MaybeReferenceKind<RouterConfiguration>(Router), null, static s => s.Router, "The segment's router: source of ICMP errors to tenants.", "A-103, B-069");
        var multicastPa = kind.Optional("multicastPa", new PaGroupsKind(), [], static s => s.MulticastPa, "PA group: what is flooded goes there once, instead of to each peer.", "A-080, A-082", defaultText: "none: a copy for each peer");
        var groups = kind.Optional("groups", new GroupMapKind(ConfigurationLimits.GroupsPerSegment), [], static s => s.Groups, "Tenant groups that have PA groups of their own: { tenant group: PA group }.", "A-083", defaultText: "none");
        var snooping = kind.Optional("snooping", Flag, false, static s => s.Snooping, "IGMP and MLD of tenants are watched: multicast goes to members and multicast routers only.", "A-091");
        var relay = kind.Optional("relay", Flag, false, static s => s.Relay, "Known unicast from one peer goes to the other peer that has its destination; broadcast, multicast and unknown unicast never do.", "A-092");
        var dropBad = kind.Optional("dropBadInnerChecksum", Flag, false, static s => s.DropBadInnerChecksum, "Tenant packets with a bad IPv4 header, TCP or UDP checksum are dropped, not bridged as they are. Checked by the device where it can be trusted, else in software.", "C-044, C-135");
        RefuseFragments(kind);
        var storm = kind.Group("storm", Storm, static s => s.Storm, "The most that is flooded in it, from either side.", "F-045");
        kind.BuiltBy(v => new SegmentConfiguration
        {
            Name = v.Get(name),
            Vsid = v.Get(vsid),
            Attachments = v.Get(attachments),
            Peers = v.Get(peers),
            SourceAddresses = v.Get(sources),
            Spread = v.Get(spread),
            AdminState = v.Get(adminState),
            Learning = v.Get(learning),
            UnknownUnicast = v.Get(unknownUnicast),
            Records = v.Get(records),
            Arp = v.Get(arp),
            StrictArp = v.Get(strictArp),
            LocalSwitching = v.Get(localSwitching),
            LoopDetection = v.Get(loopDetection),
            Limits = v.Get(limits),
            Lossless = v.Get(lossless),
            RewriteInnerDscp = v.Get(rewriteInnerDscp),
            DropBadInnerChecksum = v.Get(dropBad),
            Relay = v.Get(relay),
            Snooping = v.Get(snooping),
            Storm = v.Get(storm),
            MulticastPa = v.Get(multicastPa),
            Groups = v.Get(groups),
            PcpToDscp = v.Get(pcpToDscp),
            DscpToPcp = v.Get(dscpToPcp),
            MssClamp = v.Get(mssClamp),
            Fragment = v.Get(fragment),
            Router = v.Get(router),
        });
        return kind;
    }

    private static ObjectKind<MovesConfiguration> DefineMoves()
    {
        ObjectKind<MovesConfiguration> kind = new("move detection");
        var limit = kind.Optional("limit", new NumberKind(1, 1000, "moves"), 5, static m => m.Limit, "Moves followed within the window.", "E-032");
        var window = kind.Optional("windowSeconds", new NumberKind(1, 86400, "s"), 180, static m => m.WindowSeconds, "Length of the window, and of the quiet time that thaws the MAC.", "E-032");
        var action = kind.Optional("action", new WordKind<MoveAction>([("freeze", MoveAction.Freeze), ("drop", MoveAction.Drop)]), MoveAction.Freeze, static m => m.Action, "What happens to the frame of a refused move.", "E-032");
        kind.BuiltBy(v => new MovesConfiguration { Limit = v.Get(limit), WindowSeconds = v.Get(window), Action = v.Get(action) });
        return kind;
    }

    private static ObjectKind<FdbConfiguration> DefineFdb()
    {
        ObjectKind<FdbConfiguration> kind = new("the FDB's settings");
        var capacity = kind.Optional("capacity", new NumberKind(16, ConfigurationLimits.FdbCapacity, "entries"), 65536, static f => f.Capacity, "MACs of all segments together.");
        var ageing = kind.Optional("ageingSeconds", new NumberKind(10, 1000000, "s"), 300, static f => f.AgeingSeconds, "Life of a learned entry without a frame.", "E-031");
        var moves = kind.Group("moves", Moves, static f => f.Moves, "Detection of duplicate MACs.", "E-032");
        kind.BuiltBy(v => new FdbConfiguration { Capacity = v.Get(capacity), AgeingSeconds = v.Get(ageing), Moves = v.Get(moves) });
        return kind;
    }

    private static ObjectKind<WorkersConfiguration> DefineWorkers()
    {
        ObjectKind<WorkersConfiguration> kind = new("the workers' settings");
        var cores = kind.Optional("cores", new ListKind<int>(new NumberKind(0, 1023), 1, ConfigurationLimits.Workers), [1], static w => w.Cores, "Processor of each worker.");
        var idle = kind.Optional("idle", new WordKind<IdleMode>([("poll", IdleMode.Poll), ("sleep", IdleMode.Sleep)]), IdleMode.Poll, static w => w.Idle, "`sleep` gives the processor back when nothing arrives.");
        var burst = kind.Optional("burst", new NumberKind(1, ConfigurationLimits.Burst, "packets"), 32, static w => w.Burst, "The most packets taken from a queue at once.");
        var spread = kind.Optional("spread", new WordKind<SpreadMode>([("auto", SpreadMode.Auto), ("always", SpreadMode.Always), ("off", SpreadMode.Off)]), SpreadMode.Auto, static w => w.Spread, "`auto`: where a port does not spread what it receives over the workers by inner flows - it has fewer queues than there are workers, or its hash sees outer headers only - they hand it to each other; under load that is tried against keeping it, and the faster of both is done. `always`: they hand it on untried. `off`: whoever received it forwards it.", "C-056");
        kind.BuiltBy(v => new WorkersConfiguration { Cores = v.Get(cores), Idle = v.Get(idle), Burst = v.Get(burst), Spread = v.Get(spread) });
        return kind;
    }

    private static ObjectKind<BudgetsConfiguration> DefineBudgets()
    {
        NumberKind rate = new(0, 1000000, "packets a second");
        ObjectKind<BudgetsConfiguration> kind = new("budgets");
        var arp = kind.Optional("arp", rate, 1000, static b => b.Arp, "ARP on underlay ports; as much again of tenants where `arp` answers.", "F-047");
        var nd = kind.Optional("nd", rate, 1000, static b => b.Nd, "Neighbour discovery on underlay ports; as much again of tenants where `arp` answers.", "F-047");
        var icmpEcho = kind.Optional("icmpEcho", rate, 100, static b => b.IcmpEcho, "Echo requests to the gateway's own addresses.", "F-047");
        var igmp = kind.Optional("igmp", rate, 1000, static b => b.Igmp, "IGMP and MLD on underlay ports that have joined PA groups; as much again of tenants where `snooping` is on.", "F-047, A-085, A-091");
        kind.Later("dhcp", "F-047");
        kind.Later("bfd", "F-047");
        var icmpErrors = kind.Optional("icmpErrors", rate, 100, static b => b.IcmpErrors, "ICMP errors to the tenants of each segment, 10 of them at once.", "B-070");
        kind.BuiltBy(v => new BudgetsConfiguration { Arp = v.Get(arp), Nd = v.Get(nd), Igmp = v.Get(igmp), IcmpEcho = v.Get(icmpEcho), IcmpErrors = v.Get(icmpErrors) });
        return kind;
    }

    private static ObjectKind<NeighborResolutionConfiguration> DefineNeighbors()
    {
        ObjectKind<NeighborResolutionConfiguration> kind = new("neighbour resolution");
        var hold = kind.Optional("hold", new NumberKind(0, 1024, "packets"), 64, static n => n.Hold, "Packets held for an unresolved next hop.", "A-054");
        var retry = kind.Optional("retrySeconds", new NumberKind(1, 60, "s"), 1, static n => n.RetrySeconds, "Time between solicitations.", "A-055");
        var giveUp = kind.Optional("giveUpSeconds", new NumberKind(1, 3600, "s"), 3, static n => n.GiveUpSeconds, "Time until a silent next hop counts as unreachable, and then until the next attempt.", "A-055");
        var reachable = kind.Optional("reachableSeconds", new NumberKind(1, 86400, "s"), 30, static n => n.ReachableSeconds, "Time until a resolved neighbour is verified again.", "A-055");
        kind.BuiltBy(v => new NeighborResolutionConfiguration { Hold = v.Get(hold), RetrySeconds = v.Get(retry), GiveUpSeconds = v.Get(giveUp), ReachableSeconds = v.Get(reachable) });
        return kind;
    }

    private static ObjectKind<AnnounceConfiguration> DefineAnnounce()
    {
        ObjectKind<AnnounceConfiguration> kind = new("announcements");
        var repeats = kind.Optional("repeats", new NumberKind(0, 60), 3, static a => a.Repeats, "How often the first one is repeated, a second apart.", "E-060");
        var interval = kind.Optional("intervalSeconds", new NumberKind(0, 86400, "s"), 60, static a => a.IntervalSeconds, "Time between the later ones; 0: none.", "E-060");
        kind.BuiltBy(v => new AnnounceConfiguration { Repeats = v.Get(repeats), IntervalSeconds = v.Get(interval) });
        return kind;
    }

    private static ObjectKind<MemoryConfiguration> DefineMemory()
    {
        ObjectKind<MemoryConfiguration> kind = new("memory settings");
        var hugepages = kind.Optional("hugepages", new WordKind<HugepageMode>([("auto", HugepageMode.Auto), ("off", HugepageMode.Off)]), HugepageMode.Auto, static m => m.Hugepages, "`off` runs without hugepages.");
        var megabytes = kind.Optional("megabytes", new MaybeKind<int>(new NumberKind(16, 1048576, "MiB")), null, static m => m.Megabytes, "Memory for DPDK.", defaultText: "what the ports and workers need");
        kind.BuiltBy(v => new MemoryConfiguration { Hugepages = v.Get(hugepages), Megabytes = v.Get(megabytes) });
        return kind;
    }

    private static ObjectKind<MetricsConfiguration> DefineMetrics()
    {
        ObjectKind<MetricsConfiguration> kind = new("metrics settings");
        var listen = kind.Optional("listen", new EndPointKind(), new IPEndPoint(IPAddress.Loopback, 9471), static m => m.Listen, "Address and TCP port of `/metrics`, `/healthz` and `/readyz`.", "F-010, F-024");
        kind.BuiltBy(v => new MetricsConfiguration { Listen = v.Get(listen) });
        return kind;
    }

    private static ObjectKind<LenientConfiguration> DefineLenient()
    {
        ObjectKind<LenientConfiguration> kind = new("leniency");
        var checksum = kind.Optional("checksum", Flag, false, static l => l.Checksum, "Take GRE packets with a checksum, if it is right.", "B-005, B-006");
        var sequence = kind.Optional("sequence", Flag, false, static l => l.Sequence, "Take GRE packets with a sequence number, in whatever order they come.", "B-010");
        kind.BuiltBy(v => new LenientConfiguration { Checksum = v.Get(checksum), Sequence = v.Get(sequence) });
        return kind;
    }

    private static ObjectKind<LogConfiguration> DefineLog()
    {
        ObjectKind<LogConfiguration> kind = new("log settings");
        var ecnAnomalies = kind.Optional("ecnAnomalies", Flag, true, static l => l.EcnAnomalies, "Tell of dangerous combinations of inner and outer ECN, once a second at most.", "B-025");
        kind.BuiltBy(v => new LogConfiguration { EcnAnomalies = v.Get(ecnAnomalies) });
        return kind;
    }

    /// <summary>What is a default of ports and segments stands before them.</summary>
    private static ObjectKind<GatewayConfiguration> DefineGateway()
    {
        ObjectKind<GatewayConfiguration> kind = new("a gateway");
        var name = kind.Required("name", GatewayName, static g => g.Name, "Name of the gateway; file prefix, regions, socket and lock derive from it.");
        var flowId = kind.Optional("flowId", FlowIdWords, FlowIdMode.Hash, static g => g.FlowId, "FlowID sent to peers that do not say otherwise.", "A-031", publish: static (context, value) => context.FlowId = value);
        var workers = kind.Group("workers", Workers, static g => g.Workers, "The poll threads.", publish: static (context, value) => context.Workers = Math.Max(1, value.Cores.Count));
        var fdb = kind.Group("fdb", Fdb, static g => g.Fdb, "The forwarding table.");
        var budgets = kind.Group("budgets", Budgets, static g => g.Budgets, "How much control work packets may cause.", "F-047");
        var lenient = kind.Group("lenient", Lenient, static g => g.Lenient, "What is taken of GRE beyond NVGRE.", "B-005, B-010");
        var log = kind.Group("log", Log, static g => g.Log, "Events that traffic causes.", "B-025");
        var neighbors = kind.Group("neighbors", Neighbors, static g => g.Neighbors, "How underlay next hops are resolved.", "A-054, A-055");
        var announce = kind.Group("announce", Announce, static g => g.Announce, "Gratuitous ARP and unsolicited NA for provider addresses and routers, when forwarding begins and later.", "E-060");
        var memory = kind.Group("memory", Memory, static g => g.Memory, "Where packets live.");
        var metrics = kind.Group("metrics", Metrics, static g => g.Metrics, "Metrics and health.", "F-024");
        var ports = kind.Optional("ports", new ListKind<PortConfiguration>(Port, 0, ConfigurationLimits.Ports), [], static g => g.Ports, "The ports.", publish: static (context, value) => context.LocalAddresses = [.. value.SelectMany(static p => p.Addresses).Select(static a => a.Address).Distinct()], defaultText: "none");
        var segments = kind.Optional("segments", new ListKind<SegmentConfiguration>(Segment, 0, ConfigurationLimits.Segments), [], static g => g.Segments, "The segments.", defaultText: "none");
        var offload = kind.Optional("offload", new WordKind<OffloadMode>([("auto", OffloadMode.Auto), ("off", OffloadMode.Off)]), OffloadMode.Auto, static g => g.Offload, "`off`: no port uses any, whatever its own `offload` says.", "C.6");
        kind.Ignore("$schema");
        kind.BuiltBy(v => new GatewayConfiguration
        {
            Name = v.Get(name),
            FlowId = v.Get(flowId),
            Workers = v.Get(workers),
            Fdb = v.Get(fdb),
            Budgets = v.Get(budgets),
            Lenient = v.Get(lenient),
            Log = v.Get(log),
            Neighbors = v.Get(neighbors),
            Announce = v.Get(announce),
            Memory = v.Get(memory),
            Metrics = v.Get(metrics),
            Ports = v.Get(ports),
            Segments = v.Get(segments),
            Offload = v.Get(offload),
        });
        return kind;
    }
}

using CommandLine;
using CommandLine.Text;

namespace NvgreGateway.Verbs;

[Verb("run", HelpText = "Run a gateway in the foreground until SIGINT or SIGTERM; SIGHUP reads the configuration again.")]
internal sealed class RunOptions : PlainOptions
{
    [Option('c', "config", Required = true, MetaValue = "FILE", HelpText = "The configuration file (JSON).")]
    public string Config { get; set; } = "";

    [Usage]
    public static IEnumerable<Example> Examples => [new("Run the gateway of a configuration file", new RunOptions { Config = "gateway.json" })];
}

[Verb("validate", HelpText = "Check a configuration file and say everything that is wrong with it; or print the JSON Schema, or all settings.")]
internal sealed class ValidateOptions : PlainOptions
{
    [Option('c', "config", MetaValue = "FILE", HelpText = "The configuration file (JSON).")]
    public string? Config { get; set; }

    [Option("schema", HelpText = "Print the JSON Schema of configuration files.")]
    public bool Schema { get; set; }

    [Option("settings", HelpText = "Print the table of all settings (Markdown).")]
    public bool Settings { get; set; }

    [Option("json", HelpText = "Print errors and warnings as JSON.")]
    public bool Json { get; set; }
}

[Verb("show", HelpText = "Show what a running gateway knows: segments, peers, fdb, neighbors, bindings, groups, ports, workers, queues, offloads, capabilities, flows, drops or config.")]
internal sealed class ShowOptions
{
    [Value(0, MetaName = "WHAT", HelpText = "segments | peers | fdb | neighbors | bindings | groups | ports | workers | queues | offloads | capabilities | flows | drops | config")]
    public string? What { get; set; }

    [Value(1, Hidden = true)]
    public IEnumerable<string> Rest { get; set; } = [];

    [Option('n', "name", MetaValue = "NAME", HelpText = "Which gateway; not needed while one is running.")]
    public string? Name { get; set; }

    [Option("json", HelpText = "Print JSON, for programs.")]
    public bool Json { get; set; }
}

[Verb("flush", HelpText = "Forget learned MACs of a running gateway: all, or those of a segment, port, VLAN, peer or MAC.")]
internal sealed class FlushOptions : PlainOptions
{
    [Option('n', "name", MetaValue = "NAME", HelpText = "Which gateway; not needed while one is running.")]
    public string? Name { get; set; }

    [Option("segment", MetaValue = "NAME", HelpText = "Only MACs of this segment.")]
    public string? Segment { get; set; }

    [Option("port", MetaValue = "PORT", HelpText = "Only MACs behind this access port.")]
    public string? Port { get; set; }

    [Option("vlan", MetaValue = "VID", HelpText = "Only MACs of this VLAN.")]
    public int? Vlan { get; set; }

    [Option("peer", MetaValue = "PA", HelpText = "Only MACs behind this peer.")]
    public string? Peer { get; set; }

    [Option("mac", MetaValue = "MAC", HelpText = "Only this MAC.")]
    public string? Mac { get; set; }
}

[Verb("set", HelpText = "Switch an offload of a port of a running gateway: set offload PORT NAME STATE. It lasts until the configuration is read again.")]
internal sealed class SetOptions
{
    [Value(0, MetaName = "WHAT", HelpText = "offload")]
    public string? What { get; set; }

    [Value(1, MetaName = "PORT", HelpText = "The port's name.")]
    public string? Port { get; set; }

    [Value(2, MetaName = "NAME", HelpText = "An offload as 'show offloads' names it, or all.")]
    public string? Name { get; set; }

    [Value(3, MetaName = "STATE", HelpText = "on | off | no-change; of csum.* also tx | rx, for one direction alone.")]
    public string? State { get; set; }

    [Value(4, Hidden = true)]
    public IEnumerable<string> Rest { get; set; } = [];

    [Option("disruptive", HelpText = "Restart the port where the change takes that; else such a change is refused.")]
    public bool Disruptive { get; set; }

    [Option('n', "name", MetaValue = "NAME", HelpText = "Which gateway; not needed while one is running.")]
    public string? Gateway { get; set; }

    [Usage]
    public static IEnumerable<Example> Examples =>
    [
        new("Leave TCP segmentation over IPv4 to software", new SetOptions { What = "offload", Port = "underlay0", Name = "tso.inner4", State = "off" }),
        new("Ask nothing of a device any more", new SetOptions { What = "offload", Port = "underlay0", Name = "all", State = "off" }),
    ];
}

[Verb("import-nic-properties", HelpText = "Translate what Get-NetAdapterAdvancedProperty printed of Windows NICs (table, list, CSV or JSON) into settings of ports; what has none is told.")]
internal sealed class ImportOptions : PlainOptions
{
    [Value(0, MetaName = "FILE", Required = true, HelpText = "The dump.")]
    public string File { get; set; } = "";

    [Option("keys", HelpText = "Print the gateway's keys with the numbers of NDIS instead of JSON.")]
    public bool Keys { get; set; }
}

[Verb("announce", HelpText = "Tell the network that a running gateway's addresses, and the MACs behind its peers, are here: as after a failover.")]
internal sealed class AnnounceOptions : PlainOptions
{
    [Option('n', "name", MetaValue = "NAME", HelpText = "Which gateway; not needed while one is running.")]
    public string? Name { get; set; }

    [Option("segment", MetaValue = "NAME", HelpText = "Only the router and the MACs of this segment; no provider address.")]
    public string? Segment { get; set; }
}

[Verb("replay", HelpText = "Run captures through the gateway's own code, without NICs or privileges, and write what each port would send.")]
internal sealed class ReplayVerbOptions : PlainOptions
{
    [Option('c', "config", Required = true, MetaValue = "FILE", HelpText = "The configuration file; its devices are not opened.")]
    public string Config { get; set; } = "";

    [Option('i', "in", Required = true, MetaValue = "PORT=FILE", HelpText = "A capture (pcap or pcapng) that a port receives; may be given several times.")]
    public IEnumerable<string> In { get; set; } = [];

    [Option('o', "out", Required = true, MetaValue = "DIR", HelpText = "Folder for PORT.pcap of every port, with --offload for PORT.pcapng; made if needed.")]
    public string Out { get; set; } = "";

    [Option("json", HelpText = "Print one JSON object, for programs.")]
    public bool Json { get; set; }

    [Option("offload", MetaValue = "NAMES", HelpText = "What the ports' devices do (all, csum, tso4, ...): frames are written as such devices are given them, with what they ask for.")]
    public string? Offload { get; set; }

    [Option("burst", MetaValue = "N", HelpText = "Packets of one burst at most (1 to 128; more than 32 count as 32); the configuration's if not given. The result does not depend on it.")]
    public int? Burst { get; set; }

    [Option("workers", MetaValue = "N", Default = 1, HelpText = "Workers (1 to 64). The result does not depend on it.")]
    public int Workers { get; set; }
}

[Verb("trace", HelpText = "Tell what becomes of packets, stage by stage: of captures offline, or of the next packets of a running gateway.")]
internal sealed class TraceOptions : PlainOptions
{
    [Option('c', "config", MetaValue = "FILE", HelpText = "Offline: the configuration file; its devices are not opened.")]
    public string? Config { get; set; }

    [Option('i', "in", MetaValue = "PORT=FILE", HelpText = "Offline: a capture (pcap or pcapng) that a port receives; may be given several times.")]
    public IEnumerable<string> In { get; set; } = [];

    [Option('n', "name", MetaValue = "NAME", HelpText = "Which running gateway; not needed while one is running.")]
    public string? Name { get; set; }

    [Option("count", MetaValue = "N", HelpText = "Packets at most. Of a running gateway 1 to 1000, 10 if not given; offline all.")]
    public int? Count { get; set; }

    [Option("timeout", MetaValue = "SECONDS", Default = 30, HelpText = "How long to wait for them on a running gateway, 1 to 60.")]
    public int Timeout { get; set; }

    [Option("vsid", MetaValue = "VSID", HelpText = "Only packets of this virtual subnet, in both directions.")]
    public int? Vsid { get; set; }

    [Option("vlan", MetaValue = "VID", HelpText = "Only packets of this VLAN, and NVGRE of its segment.")]
    public int? Vlan { get; set; }

    [Option("mac", MetaValue = "MAC", HelpText = "Only packets with this MAC as source or destination, of the frame or of the one inside.")]
    public string? Mac { get; set; }

    [Option("peer", MetaValue = "PA", HelpText = "Only packets from this peer or to it.")]
    public string? Peer { get; set; }

    [Option('x', "bytes", HelpText = "Show the first bytes of each packet, as it came and as it left.")]
    public bool Bytes { get; set; }

    [Option("json", HelpText = "Print one JSON object a line for each packet, for programs.")]
    public bool Json { get; set; }
}

[Verb("dataplane", Hidden = true, HelpText = "The data process; started by 'run'.")]
internal sealed class DataplaneOptions
{
    [Option("name", Required = true, HelpText = "The gateway's name.")]
    public string Name { get; set; } = "";
}

[Verb("control", Hidden = true, HelpText = "The control process; started by 'run'.")]
internal sealed class ControlVerbOptions
{
    [Option("name", Required = true, HelpText = "The gateway's name.")]
    public string Name { get; set; } = "";

    [Option("config", Required = true, HelpText = "The configuration file.")]
    public string Config { get; set; } = "";
}

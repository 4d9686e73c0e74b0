using System.Text.Json;
using NvgreGateway.Tests.Conformance;

namespace NvgreGateway.Tests.CommandLine;

/// <summary>The verb trace as a process, offline: what people read, JSON, filters, mistakes.</summary>
public sealed class TraceCommandTests
{
    private const string Conversation = """
        #1  22:13:20.000000  access0  78 bytes
            02:00:00:00:0a:01 > 00:15:5d:00:00:0b, VLAN 100 PCP 5, IPv4 10.1.1.200 > 10.1.1.11 ICMP type 8 code 0
            segment      access0 VLAN 100 is segment blue, VSID 5001
            inner        74 bytes untagged, IPv4
            source       02:00:00:00:0a:01 is new: to be learned at access0 VLAN 100
            destination  00:15:5d:00:00:0b is unknown
            replicate    the segment has 1 attachment and 1 peer
            size         74 bytes, peer 198.51.100.10 takes 1472
            encapsulate  IPv4 192.0.2.1 > 198.51.100.10 DSCP 0 ECN 0 TTL 64, GRE VSID 5001 FlowID 0x24
            neighbour    next hop 192.0.2.254 is 02:00:00:00:02:fe
            transmit     underlay0, 116 bytes
          = transmitted

        #2  22:13:20.001000  underlay0  116 bytes
            02:00:00:00:02:fe > 02:00:00:00:02:01, IPv4 198.51.100.10 > 192.0.2.1, GRE VSID 5001 FlowID 0xdb [00:15:5d:00:00:0b > 02:00:00:00:0a:01, IPv4 10.1.1.11 > 10.1.1.200 ICMP type 0 code 0]
            outer        IPv4 198.51.100.10 > 192.0.2.1 DSCP 0 ECN 0 TTL 62, GRE VSID 5001 FlowID 0xdb
            segment      segment blue, VSID 5001; peer 198.51.100.10 is one of its peers
            inner        74 bytes untagged, IPv4
            source       00:15:5d:00:00:0b is new: to be learned at peer 198.51.100.10
            destination  02:00:00:00:0a:01 is at access0 VLAN 100
            tag          VLAN 100
            transmit     access0, 78 bytes
          = transmitted


        """;

    [Fact]
    [Requirement("F-033")]
    public async Task TellsPeopleEveryStage()
    {
        Cli run = await Trace("w01-w03-conversation", "--count", "2");
        Assert.Equal(Conversation, run.Ended(Cli.Done).Output);
    }

    [Fact]
    public async Task TellsAnAnswerOfTheGatewayAfterTheQuestion()
    {
        Cli run = (await Trace("arp-proxy")).Ended(Cli.Done);
        Assert.StartsWith(
            """
            #1  22:13:20.000000  access0  46 bytes
                02:00:00:00:0a:01 > ff:ff:ff:ff:ff:ff, VLAN 100, ARP who has 10.1.1.11, tell 10.1.1.200
                segment      access0 VLAN 100 is segment blue, VSID 5001
                inner        42 bytes untagged, not IP
                source       02:00:00:00:0a:01 is at access0 VLAN 100
                control      gets the question: the owner of the address is known
              = handed to control

            gateway  22:13:20.000000  access0  60 bytes
                00:15:5d:00:00:0b > 02:00:00:00:0a:01, VLAN 100, ARP 10.1.1.11 is at 00:15:5d:00:00:0b
                transmit     made by the gateway, to access0 VLAN 100

            """,
            run.Output,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vsid-reserved", "= dropped: drop.vsid.reserved (A-022)")]
    [InlineData("arp-budget", "= dropped: drop.cpp.arp (F-047)")]
    [InlineData("fragmented-before-encapsulation", ": fragmented")]
    [InlineData("flooded-syn", "mss          1460 lowered to ")]
    [InlineData("hold-of-ten", "= dropped: drop.neigh.pending (A-054)")]
    [InlineData("hold-of-ten", "neighbour    held: the MAC of next hop ")]
    public async Task TellsWhatHappened(string name, string line) =>
        Assert.Contains(line, (await Trace(name)).Ended(Cli.Done).Output, StringComparison.Ordinal);

    [Fact]
    public async Task WritesAnObjectALineForPrograms()
    {
        Cli run = (await Trace("w01-w03-conversation", "--json", "--mac", "00:15:5d:00:00:0b", "--vsid", "5001", "--peer", "198.51.100.10", "--vlan", "100")).Ended(Cli.Done);
        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        using JsonDocument first = JsonDocument.Parse(lines[0]);
        JsonElement root = first.RootElement;
        Assert.Equal((1, "access0", "transmitted", 78), (root.GetProperty("number").GetInt32(), root.GetProperty("port").GetString(), root.GetProperty("verdict").GetString(), root.GetProperty("length").GetInt32()));
        JsonElement last = root.GetProperty("steps").EnumerateArray().Last();
        Assert.Equal(("transmit", "underlay0", 116), (last.GetProperty("stage").GetString(), last.GetProperty("port").GetString(), last.GetProperty("length").GetInt32()));
    }

    [Theory]
    [InlineData("vsid: 77: no segment has it (there are 5001)", "--vsid", "77")]
    [InlineData("peer: 192.0.2.77: no segment has it (there are 198.51.100.10)", "--peer", "192.0.2.77")]
    [InlineData("mac: \"zz\": it is six bytes", "--mac", "zz")]
    [InlineData("vlan: 4095: it is 1 to 4094", "--vlan", "4095")]
    [InlineData("--count is at least 1", "--count", "0")]
    public async Task SaysWhatIsWrongWithAFilter(string message, params string[] filter) =>
        Assert.Contains(message, (await Trace("w01-vlan-to-nvgre", filter)).Ended(Cli.Usage).Errors, StringComparison.Ordinal);

    [Fact]
    public async Task WantsACaptureOrAGateway()
    {
        Assert.Contains("--in PORT=FILE", (await Cli.Run("trace", "--config", "x.json")).Ended(Cli.Usage).Errors, StringComparison.Ordinal);
        Assert.Contains("it is not running", (await Cli.Run("trace", "--name", "nobody")).Ended(Cli.Failed).Errors, StringComparison.Ordinal);
    }

    private static Task<Cli> Trace(string name, params string[] more)
    {
        string folder = Tree.Case(name);
        IEnumerable<string> inputs = Directory.GetFiles(folder, "in-*.pcap").Order(StringComparer.Ordinal)
            .SelectMany(static f => (string[])["--in", $"{Path.GetFileNameWithoutExtension(f)[3..]}={f}"]);
        return Cli.Run(["trace", "--config", Path.Combine(folder, "config.json"), .. inputs, .. more]);
    }
}

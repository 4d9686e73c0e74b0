using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using NvgreGateway.Control.Configuration;

namespace NvgreGateway.Tests.Conformance;

/// <summary>What replay writes, read by somebody else's decoder: tshark with all its checksum validation on.</summary>
public sealed class TsharkTests : IDisposable
{
    /// <summary>Cases whose inputs are malformed inside or wrong already: what the gateway must not repair.</summary>
    private static readonly string[] s_wrongInput =
    [
        "any-ethertype", "arp-not-strict", "ecn-non-ip", "ecn-wrong-checksums-stay", "ecn-wrong-checksums-stay-uniform", "flow-id-key-classes", "inner-cut-at-every-byte",
        "lossless-forwarded", "mss-left-alone", "mss-wrong-checksum", "padding-behind-a-packet", "receive-verdicts", "reserved-group-macs", "segments-with-wrong-checksums", "snoop-malformed", "tenant-cut-at-every-byte", "tenant-gre-in-disguise",
        "source-routes-are-not-summed", "tenant-gre-is-a-loop", "udp-checksum-zero", "unknown-inner-checksums-pass", "w11-outer-padding", "wrong-inner-checksums-stay",
    ];

    /// <summary>The frames of other cases that came in wrong and must leave equally wrong.</summary>
    private static readonly string[] s_wrongFrames =
    [
        "ecn-of-what-is-not-ip, frame 2 of access0", "ecn-on-receipt, frame 31 of access0", "uniform-dscp, frame 8 of access0",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("nvgre-tshark-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task FindsNothingMalformedAndNoBadChecksum()
    {
        (List<Frame> sent, List<string> whose) = Sent(wrongInput: false);
        string[] bad = await Tshark(sent, "frame.number", "_ws.malformed or _ws.expert.severity == error or " +
            string.Join(" or ", new[] { "ip", "tcp", "udp", "icmp", "icmpv6" }.Select(p => $"{p}.checksum.status == \"Bad\"")));
        Assert.Equal(s_wrongFrames, bad.Select(b => whose[int.Parse(b, CultureInfo.InvariantCulture) - 1]));
        Assert.True(sent.Count > 4000, $"only {sent.Count} frames");

        // and it sees what we mean: every GRE packet is NVGRE by its first word, in an IP packet that must not be fragmented
        string[] strange = await Tshark(sent, "frame.number", "gre and not (gre.flags_and_version == 0x2000 and gre.proto == 0x6558 and (ipv6 or ip.flags.df == 1))");
        Assert.True(strange.All(s => whose[int.Parse(s, CultureInfo.InvariantCulture) - 1].StartsWith("nvgre-in-nvgre", StringComparison.Ordinal)), string.Join('\n', strange));
    }

    [Fact]
    public async Task DecodesTheWorkedPackets()
    {
        string folder = Tree.Case("w01-vlan-to-nvgre");
        string[] fields = await Tshark(Pcap.Read(Path.Combine(folder, "out-underlay0.pcap")), "frame.protocols|ip.src|ip.dst|ip.ttl|gre.key|eth.dst|icmp.seq", "gre");
        Assert.Equal(["eth:ethertype:ip:gre:eth:ethertype:ip:icmp:data|192.0.2.1,10.1.1.200|198.51.100.10,10.1.1.11|64,128|0x00138924|02:00:00:00:02:fe,00:15:5d:00:00:0b|1"], fields);
    }

    /// <summary>Where tenants send rubbish, what the gateway puts around it is right.</summary>
    [Fact]
    public async Task FindsNothingWrongAroundWrongPackets()
    {
        (List<Frame> sent, List<string> whose) = Sent(wrongInput: true);
        // #1: the outermost of its kind
        string[] bad = await Tshark(sent, "frame.number", "gre and (ip.checksum.status#1 == \"Bad\" or eth.type#1 == 0x0800 and not (gre.flags_and_version#1 == 0x2000 and gre.proto#1 == 0x6558 and ip.flags.df#1 == 1))");
        Assert.Empty(bad.Select(b => whose[int.Parse(b, CultureInfo.InvariantCulture) - 1]));
        Assert.NotEmpty(await Tshark(sent, "frame.number", "gre and ip.checksum.status#1 == \"Good\""));
    }

    /// <summary>All frames that the gateway sends in the cases, and which case's each is.</summary>
    private static (List<Frame> Sent, List<string> Whose) Sent(bool wrongInput)
    {
        List<Frame> sent = [];
        List<string> whose = [];
        foreach (string folder in Directory.GetDirectories(Path.Combine(Tree.Conformance, "cases")).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(folder);
            if (s_wrongInput.Contains(name) != wrongInput)
            {
                continue;
            }

            GatewayConfiguration configuration = Replayed.Configure(File.ReadAllText(Path.Combine(folder, "config.json")));
            using JsonDocument expect = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expect.json")));
            Replayed run = Replayed.Run(
                configuration,
                [.. expect.RootElement.GetProperty("inputs").EnumerateArray().Select(p => (p.GetString()!, (IReadOnlyList<Frame>)Pcap.ReadInput(folder, p.GetString()!)))],
                32,
                1);
            for (int port = 0; port < run.Output.Count; port++)
            {
                if (configuration.Ports.Any(static p => p.ExceptionPort is not null) && configuration.Ports[port].Name != "access0")
                {
                    continue; // what passes an exception port, either way, is not of our making
                }

                sent.AddRange(run.Output[port]);
                whose.AddRange(run.Output[port].Select((_, i) => $"{name}, frame {i} of {configuration.Ports[port].Name}"));
            }
        }

        return (sent, whose);
    }

    private async Task<string[]> Tshark(IEnumerable<Frame> frames, string fields, string filter)
    {
        string file = Path.Combine(_folder, "all.pcap");
        // time stamps in order: a decoder that follows conversations must not see time run backwards
        Pcap.Write(file, frames.Select((f, i) => f with { Nanoseconds = 1_700_000_000_000_000_000UL + ((ulong)i * 1000) }));
        ProcessStartInfo start = new("tshark") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["-r", file, "-n", "-Y", filter, "-T", "fields", "-E", "separator=|"])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (string field in fields.Split('|'))
        {
            start.ArgumentList.Add("-e");
            start.ArgumentList.Add(field);
        }

        foreach (string option in (string[])["ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE", "tcp.analyze_sequence_numbers:FALSE"])
        {
            start.ArgumentList.Add("-o");
            start.ArgumentList.Add(option);
        }

        using Process tshark = Process.Start(start)!;
        Task<string> errors = tshark.StandardError.ReadToEndAsync();
        string output = await tshark.StandardOutput.ReadToEndAsync();
        await tshark.WaitForExitAsync();
        Assert.True(tshark.ExitCode == 0, await errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

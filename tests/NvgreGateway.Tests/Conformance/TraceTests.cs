using System.Text;
using System.Text.Json;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tracing;
using NvgreGateway.Replay;

namespace NvgreGateway.Tests.Conformance;

/// <summary><c>trace</c> over the conformance cases: it changes nothing, and what it says adds up to what the counters say (F-033).</summary>
public sealed class TraceTests
{
    [Fact]
    [Requirement("F-033")]
    public void EveryPacketOfEveryCaseEndsInOneVerdict()
    {
        StringBuilder wrong = new();
        HashSet<string> reasons = [];
        foreach (string folder in Directory.GetDirectories(Path.Combine(Tree.Conformance, "cases")).Order(StringComparer.Ordinal))
        {
            foreach ((int burst, int workers) in ((int, int)[])[(32, 1), (1, 2)])
            {
                string? problem = Compare(folder, burst, workers, reasons);
                if (problem is not null)
                {
                    wrong.Append($"{Path.GetFileName(folder)}, burst {burst}, {workers} worker(s): {problem}\n");
                }
            }
        }

        Assert.True(wrong.Length == 0, wrong.ToString());
        Assert.True(reasons.Count > 40, string.Join(", ", reasons.Order()));
    }

    [Fact]
    [Requirement("F-033")]
    public void TraceOfW01EndsWithW02()
    {
        (List<TracePacket> told, _) = Trace(Tree.Case("w01-vlan-to-nvgre"), 32, 1);
        Frame want = Assert.Single(Pcap.Read(Path.Combine(Tree.Case("w01-vlan-to-nvgre"), "out-underlay0.pcap")), static f => f.Bytes[12] == 8 && f.Bytes[13] == 0);
        TracePacket packet = Assert.Single(told, static p => p.Number == 1);
        TraceStep last = packet.Steps[^1];
        Assert.Equal(("transmit", "underlay0", (uint)want.Bytes.Length), (last.Stage, last.Port, last.Length));
        Assert.Equal(Convert.ToHexStringLower(want.Bytes), last.Bytes);
        Assert.Equal("transmitted", packet.Verdict);
    }

    [Fact]
    [Requirement("F-033")]
    public void TheNextHopThatAFlowTookIsNamed()
    {
        (List<TracePacket> told, _) = Trace(Tree.Case("flows-over-two-next-hops"), 32, 1);
        string[] said = [.. told.Select(static p => Assert.Single(p.Steps, static s => s.Stage == "neighbour").Text).Distinct().Order()];
        Assert.Equal(["next hop 192.0.2.253 is 02:00:00:00:02:fd, by the flow's hash one of 2", "next hop 192.0.2.254 is 02:00:00:00:02:fe, by the flow's hash one of 2"], said);
    }

    private static (List<TracePacket> Told, Replayed Run) Trace(string folder, int burst, int workers)
    {
        List<TracePacket> told = [];
        return (told, Run(folder, burst, workers, told.Add));
    }

    private static Replayed Run(string folder, int burst, int workers, Action<TracePacket>? trace)
    {
        GatewayConfiguration configuration = Replayed.Configure(File.ReadAllText(Path.Combine(folder, "config.json")));
        using JsonDocument expect = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expect.json")));
        List<(string, IReadOnlyList<Frame>)> inputs = [.. expect.RootElement.GetProperty("inputs").EnumerateArray()
            .Select(p => (p.GetString()!, (IReadOnlyList<Frame>)Pcap.ReadInput(folder, p.GetString()!)))];
        return Replayed.Run(configuration, inputs, burst, workers, trace);
    }

    private static string? Compare(string folder, int burst, int workers, HashSet<string> reasons)
    {
        Replayed plain = Run(folder, burst, workers, null);
        (List<TracePacket> told, Replayed traced) = Trace(folder, burst, workers);
        ReplayResult a = plain.Result, b = traced.Result;
        for (int port = 0; port < plain.Output.Count; port++)
        {
            if (!plain.Output[port].Select(Text).SequenceEqual(traced.Output[port].Select(Text)))
            {
                return $"port {port} sends other frames while it is traced";
            }
        }

        if (!Same(a.Drops, b.Drops) || !Same(a.Counters, b.Counters) || (a.Received, a.Transmitted, a.Consumed, a.Copies) != (b.Received, b.Transmitted, b.Consumed, b.Copies))
        {
            return "other counters while it is traced";
        }

        if (b.TraceLost != 0 || b.MbufsInUse != 0)
        {
            return $"{b.TraceLost} events lost, {b.MbufsInUse} buffers in use";
        }

        List<TracePacket> received = [.. told.Where(static p => p.Number != 0)];
        if (!received.Select(static p => (int)p.Number).SequenceEqual(Enumerable.Range(1, (int)b.Received)))
        {
            return $"{received.Count} packets told, {b.Received} received";
        }

        ulong Count(string verdict) => (ulong)received.Count(p => p.Verdict == verdict);
        if ((Count("transmitted"), Count("consumed")) != (b.Transmitted, b.Consumed))
        {
            return $"told {Count("transmitted")} transmitted, {Count("consumed")} consumed, {Count("open")} open; counted {b.Transmitted} and {b.Consumed}";
        }

        Dictionary<string, ulong> drops = received.Where(static p => p.Verdict == "dropped").GroupBy(static p => p.Reason!).ToDictionary(static g => g.Key, static g => (ulong)g.Count());
        if (!Same(drops, b.Drops))
        {
            return "told other drops: " + string.Join(", ", drops);
        }

        // Every frame that left is told as it left: of a packet, or one that the gateway made.
        List<string> left = [.. told.SelectMany(static p => p.Number == 0 ? [(p.Length, p.Bytes)] : p.Steps.Where(static s => s.Bytes is not null).Select(static s => (s.Length!.Value, s.Bytes!)))
            .Select(static f => $"{f.Item1} {f.Item2}").Order(StringComparer.Ordinal)];
        List<string> sent = [.. traced.Output.SelectMany(static f => f).Select(static f => $"{f.Bytes.Length} {Convert.ToHexStringLower(f.Bytes.AsSpan(0, Math.Min(192, f.Bytes.Length)))}").Order(StringComparer.Ordinal)];
        if (!left.SequenceEqual(sent))
        {
            return $"{left.Count} frames told to leave, {sent.Count} left";
        }

        foreach (TracePacket packet in told)
        {
            Assert.DoesNotContain("gone", TraceText.Of(packet, bytes: true), StringComparison.Ordinal);
            if (packet.Reason is not null)
            {
                reasons.Add(packet.Reason);
                Assert.NotEmpty(packet.Rules!);
            }
        }

        return null;
    }

    private static string Text(Frame frame) => $"{frame.Nanoseconds} {Convert.ToHexStringLower(frame.Bytes)}";

    private static bool Same(IReadOnlyDictionary<string, ulong> a, IReadOnlyDictionary<string, ulong> b) =>
        a.Count == b.Count && a.All(p => b.GetValueOrDefault(p.Key) == p.Value);
}

using System.Text;
using System.Text.Json;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Replay;

namespace NvgreGateway.Tests.Conformance;

/// <summary>Runs one folder of <c>tests/conformance/cases</c> in every way and compares all that came out with what must.</summary>
internal static class CaseRunner
{
    public static void Run(string name) => RunFolder(Tree.Case(name));

    public static void RunFolder(string folder)
    {
        string name = Path.GetFileName(folder);
        GatewayConfiguration configuration = Replayed.Configure(File.ReadAllText(Path.Combine(folder, "config.json")));
        using JsonDocument expect = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expect.json")));
        List<(string, IReadOnlyList<Frame>)> inputs = [.. expect.RootElement.GetProperty("inputs").EnumerateArray()
            .Select(p => (p.GetString()!, (IReadOnlyList<Frame>)Pcap.ReadInput(folder, p.GetString()!)))];
        List<List<Frame>> output = [.. configuration.Ports.Select(p => Pcap.Read(Path.Combine(folder, $"out-{p.Name}.pcap")))];

        StringBuilder wrong = new();
        foreach ((int burst, int workers) in Replayed.Ways)
        {
            Replayed run = Replayed.Run(configuration, inputs, burst, workers);
            int before = wrong.Length;
            Numbers(wrong, expect.RootElement, run.Result, "");
            for (int port = 0; port < configuration.Ports.Count; port++)
            {
                Frames(wrong, configuration.Ports[port].Name, output[port], run.Output[port]);
            }

            if (wrong.Length > before)
            {
                wrong.Insert(before, $"\n--- {name}, burst {burst}, {workers} worker(s)\n");
                continue;
            }

            Replayed.AssertClosed(run.Result);
        }

        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    /// <summary>Compares the numbers of a run with those of a case.</summary>
    public static void Numbers(StringBuilder wrong, JsonElement expect, ReplayResult result, string run)
    {
        int before = wrong.Length;
        Number(wrong, "received", (ulong)expect.GetProperty("received").GetInt64(), result.Received);
        Number(wrong, "transmitted", (ulong)expect.GetProperty("transmitted").GetInt64(), result.Transmitted);
        Number(wrong, "consumed", (ulong)expect.GetProperty("consumed").GetInt64(), result.Consumed);
        Number(wrong, "copies", (ulong)expect.GetProperty("copies").GetInt64(), result.Copies);
        Map(wrong, expect.GetProperty("drops"), result.Drops);
        Map(wrong, expect.GetProperty("counters"), result.Counters);
        Number(wrong, "difference", 0, (ulong)result.Difference);
        Number(wrong, "buffers in use", 0, (ulong)result.MbufsInUse);
        if (wrong.Length > before && run.Length > 0)
        {
            wrong.Insert(before, $"\n--- {Path.GetFileName(run)}\n");
        }
    }

    private static void Map(StringBuilder wrong, JsonElement expect, IReadOnlyDictionary<string, ulong> got)
    {
        foreach (string key in expect.EnumerateObject().Select(p => p.Name).Union(got.Keys))
        {
            Number(wrong, key, expect.TryGetProperty(key, out JsonElement value) ? (ulong)value.GetInt64() : 0, got.GetValueOrDefault(key));
        }
    }

    private static void Number(StringBuilder wrong, string what, ulong want, ulong got)
    {
        if (want != got)
        {
            wrong.Append($"{what}: want {want}, got {got}\n");
        }
    }

    /// <summary>Compares the frames of a port with those that must be.</summary>
    public static void Frames(StringBuilder wrong, string port, List<Frame> want, List<Frame> got)
    {
        for (int i = 0; i < Math.Max(want.Count, got.Count); i++)
        {
            if (i < want.Count && i < got.Count && want[i].Nanoseconds == got[i].Nanoseconds && want[i].Bytes.AsSpan().SequenceEqual(got[i].Bytes))
            {
                continue;
            }

            wrong.Append($"{port}: frame {i} of {want.Count} differs, {got.Count} were sent\n");
            Show(wrong, "want", want, i);
            Show(wrong, "got ", got, i);
            return;
        }
    }

    private static void Show(StringBuilder wrong, string what, List<Frame> frames, int i)
    {
        for (int j = i; j < Math.Min(i + 2, frames.Count); j++)
        {
            wrong.Append($"  {what} {frames[j].Nanoseconds} ({frames[j].Bytes.Length}) {Convert.ToHexStringLower(frames[j].Bytes.AsSpan(0, Math.Min(160, frames[j].Bytes.Length)))}\n");
        }
    }
}

using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json.Nodes;
using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>The process that polls allocates nothing and never collects while packets flow.</summary>
public class SteadyStateTests
{
    private const long Packets = 100_000_000;

    [Fact]
    [Requirement("F-023")]
    public void A_hundred_scrapes_a_second_at_full_speed_lose_no_packet()
    {
        using Lab lab = new();
        Gateway gateway = Start(lab);
        long dropped = Accounting.Dropped(gateway);
        using HttpClient client = new() { Timeout = TimeSpan.FromSeconds(20) };
        Uri metrics = new($"http://{gateway.MetricsAddress}/metrics");
        MetricsSnapshot last = gateway.Metrics();
        // What comes is read afterwards, so that reading slows no scrape down.
        List<string> bodies = [];
        Stopwatch watch = Stopwatch.StartNew();
        while (bodies.Count < 500 && watch.Elapsed < TimeSpan.FromSeconds(10))
        {
            using HttpRequestMessage request = new(HttpMethod.Get, metrics);
            using HttpResponseMessage response = client.Send(request);
            using StreamReader body = new(response.Content.ReadAsStream());
            bodies.Add(body.ReadToEnd());
            int wait = (bodies.Count * 10) - (int)watch.ElapsedMilliseconds;
            Thread.Sleep(Math.Max(0, wait));
        }

        Assert.True(bodies.Count == 500, $"only {bodies.Count} scrapes in 10 s");
        foreach (string body in bodies)
        {
            MetricsSnapshot next = MetricsSnapshot.Parse(body);
            Assert.Empty(next.CountersBelow(last));
            last = next;
        }

        Assert.Equal(dropped, Accounting.Dropped(gateway));

        // A change of the configuration leaves the counters as they are.
        gateway.Configuration["segments"]!.AsArray().Add(JsonNode.Parse("""
            { "name": "other", "vsid": 6000, "attachments": [ { "port": "access0", "vlan": 600 } ], "peers": [ "10.0.0.2" ] }
            """));
        gateway.WriteConfiguration();
        gateway.Supervisor.Signal(1);
        Assert.True(Shell.Eventually(() => gateway.Show("segments").ToJsonString().Contains("\"vsid\":6000", StringComparison.Ordinal), 30), "the change did not come");
        Assert.Empty(gateway.Metrics().CountersBelow(last));
        Assert.Equal(dropped, Accounting.Dropped(gateway));
        gateway.Stop();
    }

    [Fact]
    public void A_hundred_million_packets_allocate_nothing_and_collect_nothing()
    {
        using Lab lab = new();
        Gateway gateway = Start(lab);
        MetricsSnapshot before = gateway.Metrics(), after = before;
        long start = before.Count(MetricNames.PortTx, ("port", "underlay0"));
        Assert.True(Shell.Eventually(() => (after = gateway.Metrics()).Count(MetricNames.PortTx, ("port", "underlay0")) - start >= Packets, 240, 1000),
            $"only {after.Count(MetricNames.PortTx, ("port", "underlay0")) - start} packets in 240 s");

        File.AppendAllText(lab.LogFile("figures"), $"{before.NonZero(MetricNames.AllocatedBytes)}\n{after.NonZero(MetricNames.AllocatedBytes)}\n");
        (string, string) data = ("process", "dataplane");
        Assert.Equal(before.Sum(MetricNames.AllocatedBytes, data), after.Sum(MetricNames.AllocatedBytes, data));
        Assert.Equal(before.Sum(MetricNames.Collections, data), after.Sum(MetricNames.Collections, data));
        Assert.Equal(0, after.Sum(MetricNames.SteadyAllocatedBytes));
        Assert.Equal(0, after.Sum(MetricNames.SteadyCollections));
        Assert.True(after.Sum(MetricNames.AllocatedBytes, data) > 0, "a process that has allocated nothing at all is not read from inside");
        gateway.Stop();
    }

    [Fact]
    [Requirement("F-033")]
    public void Tracing_at_full_speed_takes_what_fits_and_allocates_nothing()
    {
        using Lab lab = new();
        Gateway gateway = Start(lab);
        long dropped = Accounting.Dropped(gateway);
        string trace = $"{Machine.Root}/nvgre-gateway trace --name {gateway.Name} --json";
        JsonNode[] packets = Lines(Shell.Run($"{trace} --count 1000 --mac 02:00:00:00:00:05 --vsid 5001", 60));
        Assert.Equal(1000, packets.Length);
        Assert.All(packets, p => Assert.Equal("transmitted", p["verdict"]!.GetValue<string>()));
        Assert.All(packets, p => Assert.StartsWith("020000000202" + "020000000005" + "81000064", p["bytes"]!.GetValue<string>(), StringComparison.Ordinal));
        Assert.All(packets, p => Assert.Equal("underlay0", p["steps"]!.AsArray()[^1]!["port"]!.GetValue<string>()));
        Assert.All(packets, p => Assert.Contains(p["steps"]!.AsArray(), s => s!["text"]!.GetValue<string>() == "02:00:00:00:02:02 is at peer 10.0.0.2"));
        Assert.Equal(Enumerable.Range(1, 1000), packets.Select(p => p["number"]!.GetValue<int>()).Order());

        // One at a time; it ends with its time, and with its client.
        string silent = $"{trace} --mac 02:00:00:00:ff:ff";
        BackgroundProcess Wait() => new(lab.LogFile("trace"), "sh", "-c", $"exec {silent} --timeout 60");
        BackgroundProcess waiting = Wait();
        try
        {
            bool refused = Shell.Eventually(
                () =>
                {
                    if (waiting.HasExited)
                    {
                        // The other one came first, and this one was refused.
                        waiting.Dispose();
                        waiting = Wait();
                    }

                    return Shell.Try($"{silent} --timeout 1").Output.Contains("a trace is running already", StringComparison.Ordinal);
                },
                60,
                2000);
            Assert.True(refused, "two traces at once");
            waiting.Signal(9);
            Assert.Equal(10, Lines(Shell.Run($"for i in $(seq 40); do {trace} --vlan 100 2>/dev/null && exit 0; sleep 0.25; done; exit 1", 90)).Length);
        }
        finally
        {
            waiting.Dispose();
        }

        Assert.Empty(Lines(Shell.Run($"{silent} --timeout 1")));
        Assert.Contains("vsid: 77: no segment has it", Shell.Try($"{trace} --vsid 77").Output, StringComparison.Ordinal);
        Assert.Contains("it is 1 to 1000", Shell.Try($"{trace} --count 1001").Output, StringComparison.Ordinal);
        MetricsSnapshot after = gateway.Metrics();
        Assert.Equal(0, after.Sum(MetricNames.SteadyAllocatedBytes));
        Assert.Equal(0, after.Sum(MetricNames.SteadyCollections));
        Assert.Equal(dropped, Accounting.Dropped(gateway));
        gateway.Stop();
    }

    private static JsonNode[] Lines(string output) => [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static l => l[0] == '{').Select(static l => JsonNode.Parse(l)!)];

    /// <summary>A gateway that encapsulates the same frames without end, past its warm-up.</summary>
    private static Gateway Start(Lab lab)
    {
        string pcap = Path.Combine(lab.Folder, "in.pcap");
        WriteFrames(pcap, flows: 64);
        Gateway gateway = new(lab, Configurations.Parse($$"""
            {
              "ports": [
                { "name": "access0", "role": "access", "device": "net_pcap0,rx_pcap={{pcap}},infinite_rx=1", "mac": "{{Configurations.AccessMac}}" },
                { "name": "underlay0", "role": "underlay", "device": "net_null0,no-rx=1", "mtu": 1600, "mac": "{{Configurations.UnderlayMac}}",
                  "addresses": ["10.0.0.1/24"], "neighbors": [ { "address": "10.0.0.2", "mac": "02:aa:00:00:00:02" } ] }
              ],
              "segments": [
                { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ], "peers": [ "10.0.0.2" ],
                  "records": [ { "mac": "02:00:00:00:02:02", "ca": "192.168.100.2", "pa": "10.0.0.2" } ] }
              ],
              "workers": { "cores": [{{Gateway.WorkerCore}}], "idle": "poll" }
            }
            """));
        gateway.Start();

        // The learning of 64 sources and the warm-up are over once the first million is through.
        Assert.True(Shell.Eventually(() => gateway.Metrics().Count(MetricNames.PortTx, ("port", "underlay0")) > 1_000_000, 60, 500), "no packets flow");
        return gateway;
    }

    /// <summary>VLAN 100, 60 bytes, known destination, one source MAC and one UDP flow each.</summary>
    private static void WriteFrames(string path, int flows)
    {
        using FileStream file = File.Create(path);
        Span<byte> header = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xa1b2c3d4);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 65535);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        file.Write(header);
        Span<byte> record = stackalloc byte[16 + 60];
        for (int i = 0; i < flows; i++)
        {
            record.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(record[8..], 60);
            BinaryPrimitives.WriteUInt32LittleEndian(record[12..], 60);
            Span<byte> f = record[16..];
            Convert.FromHexString("020000000202" + $"0200000000{i:x2}" + "81000064" + "0800").CopyTo(f);
            // IPv4 192.168.100.1 to .2, UDP 20000+i to 9; the gateway bridges and looks at no inner checksum
            Convert.FromHexString("4500002a" + "00000000" + "40110000" + "c0a86401" + "c0a86402").CopyTo(f[18..]);
            BinaryPrimitives.WriteUInt16BigEndian(f[38..], (ushort)(20000 + i));
            BinaryPrimitives.WriteUInt16BigEndian(f[40..], 9);
            BinaryPrimitives.WriteUInt16BigEndian(f[42..], 22);
            file.Write(record);
        }
    }
}

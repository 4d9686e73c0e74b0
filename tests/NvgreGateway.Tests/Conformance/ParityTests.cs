using System.Diagnostics;
using System.Text;
using System.Text.Json;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;
using NvgreGateway.Replay;

namespace NvgreGateway.Tests.Conformance;

/// <summary>
/// What a port's device does changes nothing (C-124): the cases run with devices that offer offloads, a reference NIC of another hand
/// (<c>tests/conformance/nic.py</c>) does what the frames ask for, and what is on the wire then, the numbers, drops and counters must be
/// those of the cases, which <see cref="Cases"/> holds the software to.
/// </summary>
public sealed class ParityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nvgre-parity-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [Requirement("C-124", "C-022", "C-024", "C-030", "C-037", "C-130", "C-131", "C-132", "C-133")]
    public async Task EveryCaseWithAllOffloads() => await Compare(ReplayOffloads.All, static _ => true, [(32, 1)], leastAsked: 600);

    [Theory]
    [InlineData(ReplayOffloads.Checksums, 1800)]
    [InlineData(ReplayOffloads.All & ~(PortOffloads.Outer6 | PortOffloads.Uso4 | PortOffloads.Uso6), 350)]
    [InlineData(ReplayOffloads.All & ~PortOffloads.Outer4, 200)]
    [InlineData((ReplayOffloads.All & ~(PortOffloads.Tso6 | PortOffloads.Tcp6 | PortOffloads.Udp4)) | PortOffloads.TunnelIp, 350)]
    [InlineData(ReplayOffloads.All & ~PortOffloads.OuterIp4, 1300)]
    [InlineData(ReplayOffloads.All | PortOffloads.Flat, 1700)]
    [Requirement("C-124", "C-023", "C-038")]
    public async Task WhatDevicesSayWithSomeOffloads(PortOffloads offloads, int leastAsked) =>
        await Compare(offloads, static folder => Directory.GetFiles(folder, "*.pcapng").Length > 0, [(32, 1)], leastAsked);

    [Theory]
    [InlineData(ReplayOffloads.All, 1500)]
    [InlineData(ReplayOffloads.Checksums, 5000)]
    [Requirement("C-124", "C-001", "C-016")]
    public async Task WhatDevicesSayInEveryWay(PortOffloads offloads, int leastAsked) =>
        await Compare(offloads, static folder => Directory.GetFiles(folder, "*.pcapng").Length > 0, [(1, 1), (32, 2), (1, 2)], leastAsked);

    // As net_virtio and net_vhost are: no header checksum is ever asked for, nothing with CWR to be cut, outer headers count as layer 2, and
    // vhost wants the length in a begun checksum.
    private const PortOffloads Virtio = PortOffloads.Tcp4 | PortOffloads.Tcp6 | PortOffloads.Udp4 | PortOffloads.Udp6 | PortOffloads.Tso4 | PortOffloads.Tso6
        | PortOffloads.Outer4 | PortOffloads.Outer6 | PortOffloads.Flat | PortOffloads.OwnIp4 | PortOffloads.OwnCwr;

    [Theory]
    [InlineData(Virtio)]
    [InlineData(Virtio | PortOffloads.PseudoLength)]
    [InlineData(ReplayOffloads.All | PortOffloads.PseudoLength)]
    [Requirement("C-124", "C-013", "C-022")]
    public async Task WhatDevicesSayWithOffloadsOfVirtio(PortOffloads offloads) =>
        await Compare(offloads, static folder => Directory.GetFiles(folder, "*.pcapng").Length > 0, [(32, 1), (1, 2)], leastAsked: 1400);

    /// <summary>Ports that join what they send (C-025): cut again by the reference, that is frame for frame what came.</summary>
    [Theory]
    [InlineData(ReplayOffloads.All)]
    [InlineData(Virtio)]
    [InlineData(Virtio | PortOffloads.PseudoLength)]
    [InlineData(ReplayOffloads.All & ~PortOffloads.Tso4)]
    [Requirement("C-124", "C-025", "C-013")]
    public async Task SegmentsThatAreJoined(PortOffloads offloads) =>
        await Compare(offloads, static folder => Path.GetFileName(folder).StartsWith("segments-", StringComparison.Ordinal), [(32, 1), (128, 1), (7, 2)], leastAsked: 400, joins: true);

    [Fact]
    [Requirement("C-124", "C-025")]
    public async Task EveryCaseOnPortsThatJoin() => await Compare(Virtio | PortOffloads.PseudoLength, static _ => true, [(32, 1)], leastAsked: 2000, joins: true);

    private async Task Compare(PortOffloads offloads, Func<string, bool> which, (int Burst, int Workers)[] ways, int leastAsked, bool joins = false)
    {
        StringBuilder wrong = new();
        List<(string Case, string Output, GatewayConfiguration Configuration)> ran = [];
        int asked = 0;
        foreach (string folder in Directory.GetDirectories(Path.Combine(Tree.Conformance, "cases")).Where(which).Order(StringComparer.Ordinal))
        {
            GatewayConfiguration configuration = Replayed.Configure(File.ReadAllText(Path.Combine(folder, "config.json")));
            if (joins)
            {
                configuration = configuration with { Ports = [.. configuration.Ports.Select(static p => p with { Coalesce = p.Role == PortRole.Access })] };
            }

            using JsonDocument expect = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expect.json")));
            List<(string, IReadOnlyList<Frame>)> inputs = [.. expect.RootElement.GetProperty("inputs").EnumerateArray()
                .Select(p => (p.GetString()!, (IReadOnlyList<Frame>)Pcap.ReadInput(folder, p.GetString()!)))];
            foreach ((int burst, int workers) in ways)
            {
                string output = Path.Combine(_folder, $"{Path.GetFileName(folder)}-{burst}-{workers}");
                Directory.CreateDirectory(output);
                PcapngWriter[] writers = [.. configuration.Ports.Select(p => new PcapngWriter(Path.Combine(output, p.Name + ".pcapng")))];
                ReplayResult result = Replayed.RunOffering(
                    configuration,
                    inputs,
                    new ReplayOptions { Burst = burst, Workers = workers, Offloads = offloads },
                    (port, frame) =>
                    {
                        asked += frame.Asked is null ? 0 : 1;
                        writers[port].Write(frame.Nanoseconds, frame.Bytes, frame.Asked);
                    });
                Array.ForEach(writers, static w => w.Dispose());
                CaseRunner.Numbers(wrong, expect.RootElement, result, output);
                Replayed.AssertClosed(result);
                ran.Add((folder, output, configuration));
            }
        }

        await PutOnTheWire(offloads);
        foreach ((string folder, string output, GatewayConfiguration configuration) in ran)
        {
            foreach (PortConfiguration port in configuration.Ports)
            {
                List<Frame> wanted = Pcap.Read(Path.Combine(folder, $"out-{port.Name}.pcap")), wire = Pcap.Read(Path.Combine(output, port.Name + ".pcap"));
                CaseRunner.Frames(wrong, $"{Path.GetFileName(output)} {port.Name}", joins ? ByFlow(wanted) : wanted, joins ? ByFlow(wire) : wire);
            }
        }

        Assert.True(wrong.Length == 0, wrong.ToString());
        Assert.True(asked >= leastAsked, $"devices were asked for {asked} frames only: little was compared");
    }

    // A segment that is joined passes those of other flows that left between; each flow of TCP, and all the rest, keeps its order.
    private static List<Frame> ByFlow(List<Frame> frames) => [.. frames.OrderBy(static f => f.Nanoseconds).ThenBy(static f => Flow(f.Bytes), StringComparer.Ordinal)];

    private static string Flow(byte[] f)
    {
        int at = 12;
        while (at + 60 <= f.Length && f[at] == 0x81 && f[at + 1] == 0)
        {
            at += 4;
        }

        if (at + 2 + 20 + 20 > f.Length)
        {
            return "";
        }

        int ip = at + 2, ports = f[at] == 8 && f[ip + 9] == 6 ? ip + ((f[ip] & 15) * 4) : f[at] == 0x86 && f[ip + 6] == 6 ? ip + 40 : f[at] == 0x86 && f[ip + 6] == 0 && f[ip + 40] == 6 ? ip + 48 : 0;
        return ports == 0 || ports + 4 > f.Length ? "" : Convert.ToHexString([.. f[..at], .. f[(f[at] == 8 ? ip + 12 : ip + 8)..(f[at] == 8 ? ip + 20 : ip + 40)], .. f[ports..(ports + 4)]]);
    }

    private async Task PutOnTheWire(PortOffloads offloads)
    {
        var start = new ProcessStartInfo("/usr/bin/python3")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] ways = [.. (offloads & PortOffloads.OwnIp4) != 0 ? ["--own-ip4"] : (string[])[], .. (offloads & PortOffloads.PseudoLength) != 0 ? ["--pseudo-length"] : (string[])[]];
        foreach (string argument in (string[])[Path.Combine(Tree.Conformance, "nic.py"), .. ways, _folder])
        {
            start.ArgumentList.Add(argument);
        }

        using Process nic = Process.Start(start)!;
        Task<string> errors = nic.StandardError.ReadToEndAsync();
        string output = await nic.StandardOutput.ReadToEndAsync();
        await nic.WaitForExitAsync();
        Assert.True(nic.ExitCode == 0, $"nic.py (needs the package python3-scapy):\n{output}\n{await errors}");
    }
}

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
    [Requirement("C-124", "C-022", "C-024", "C-030", "C-037")]
    public async Task EveryCaseWithAllOffloads() => await Compare(ReplayOffloads.All, static _ => true, [(32, 1)], leastAsked: 600);

    [Theory]
    [InlineData(ReplayOffloads.Checksums, 250)]
    [InlineData(ReplayOffloads.All & ~(PortOffloads.Outer6 | PortOffloads.Uso4 | PortOffloads.Uso6), 350)]
    [InlineData(ReplayOffloads.All & ~PortOffloads.Outer4, 200)]
    [InlineData((ReplayOffloads.All & ~(PortOffloads.Tso6 | PortOffloads.Tcp6 | PortOffloads.Udp4)) | PortOffloads.TunnelIp, 350)]
    [InlineData(ReplayOffloads.All & ~PortOffloads.OuterIp4, 300)]
    [InlineData(ReplayOffloads.All | PortOffloads.Flat, 300)]
    [Requirement("C-124", "C-023", "C-038")]
    public async Task WhatDevicesSayWithSomeOffloads(PortOffloads offloads, int leastAsked) =>
        await Compare(offloads, static folder => Directory.GetFiles(folder, "*.pcapng").Length > 0, [(32, 1)], leastAsked);

    [Fact]
    [Requirement("C-124")]
    public async Task WhatDevicesSayInEveryWay() =>
        await Compare(ReplayOffloads.All, static folder => Directory.GetFiles(folder, "*.pcapng").Length > 0, [(1, 1), (32, 2), (1, 2)], leastAsked: 1500);

    private async Task Compare(PortOffloads offloads, Func<string, bool> which, (int Burst, int Workers)[] ways, int leastAsked)
    {
        StringBuilder wrong = new();
        List<(string Case, string Output, GatewayConfiguration Configuration)> ran = [];
        int asked = 0;
        foreach (string folder in Directory.GetDirectories(Path.Combine(Tree.Conformance, "cases")).Where(which).Order(StringComparer.Ordinal))
        {
            GatewayConfiguration configuration = Replayed.Configure(File.ReadAllText(Path.Combine(folder, "config.json")));
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

        await PutOnTheWire();
        foreach ((string folder, string output, GatewayConfiguration configuration) in ran)
        {
            foreach (PortConfiguration port in configuration.Ports)
            {
                CaseRunner.Frames(wrong, $"{Path.GetFileName(output)} {port.Name}", Pcap.Read(Path.Combine(folder, $"out-{port.Name}.pcap")), Pcap.Read(Path.Combine(output, port.Name + ".pcap")));
            }
        }

        Assert.True(wrong.Length == 0, wrong.ToString());
        Assert.True(asked >= leastAsked, $"devices were asked for {asked} frames only: little was compared");
    }

    private async Task PutOnTheWire()
    {
        using Process nic = Process.Start(new ProcessStartInfo("/usr/bin/python3")
        {
            ArgumentList = { Path.Combine(Tree.Conformance, "nic.py"), _folder },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = nic.StandardError.ReadToEndAsync();
        string output = await nic.StandardOutput.ReadToEndAsync();
        await nic.WaitForExitAsync();
        Assert.True(nic.ExitCode == 0, $"nic.py (needs the package python3-scapy):\n{output}\n{await errors}");
    }
}

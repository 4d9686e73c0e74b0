using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NvgreGateway.Control.Api;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Loop;

/// <summary>The control process: start, health, reload, restart.</summary>
public sealed class ControlHostTests
{
    [Fact]
    [Requirement("F-008")]
    public unsafe void ForwardingIsAskedForOnlyWhenPortsAndTablesAreReady()
    {
        using var f = new HostFixture();
        f.StartHost();
        HostFixture.Eventually(() => f.Get("/healthz").Status == 503, "metrics are not served while it starts");
        Thread.Sleep(300);
        Assert.Equal(0ul, f.Memory.Header->Published); // no MACs yet: nothing can be in force
        Assert.Equal(0ul, f.Memory.Mailbox->Requested);
        Assert.Contains("not applied yet", f.Get("/readyz").Body, StringComparison.Ordinal);

        using var data = new FakeDataProcess(f.Memory, 2);
        f.WaitUntilReady();
        Assert.Equal((MailboxCommand.Forward, 0u), Assert.Single(data.Commands));
        Assert.NotEqual(0ul, f.Memory.Header->Published);
        Assert.Equal((200, "ok\n"), f.Get("/healthz"));
        Assert.Equal(1, f.Log.Count("forwarding"));

        // Its own addresses are announced now that it forwards.
        HostFixture.Eventually(() => f.Memory.Inject(0).Count >= 3, "no announcement");
        Assert.Equal(0, f.StopHost());
        Assert.Equal(DataPhase.Forwarding, f.Memory.Phase); // its end stops nobody
    }

    [Fact]
    [Requirement("F-010")]
    public void AStalledWorkerFailsLivenessWithinTwoSecondsByName()
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        data.Loops = false;
        Stopwatch watch = Stopwatch.StartNew();
        double asked = 0;
        HostFixture.Eventually(
            () =>
            {
                double now = watch.Elapsed.TotalSeconds;
                bool fails = f.Get("/healthz").Status == 503;
                asked = fails ? asked : now;
                return fails;
            },
            "liveness still holds");
        Assert.True(watch.Elapsed.TotalSeconds >= 1.0, "liveness is hasty");
        // When it was asked for the last time that it still held: how long an answer takes is the machine's, and a second is for a busy one.
        Assert.InRange(asked, 0, 3);
        Assert.Equal("worker 0: stalled\n", f.Get("/healthz").Body);
        using ControlClient client = f.Client();
        Assert.Equal("stalled", client.WorkersAsync().Answer()[0].State);
        data.Loops = true;
        HostFixture.Eventually(() => f.Get("/healthz").Status == 200, "liveness does not come back");
    }

    [Fact]
    [Requirement("F-010")]
    public unsafe void AWorkerIsStalledTwoSecondsAfterItsLastLoopAndNotAfterOne()
    {
        using GatewayMemory memory = GatewayMemory.CreatePrivate(GatewayTables.LimitsFor(PlaneFixture.Parse(PlaneFixture.Json())));
        var health = new HealthMonitor(memory, 1, 0);
        const ulong Tenth = 100_000_000; // it looks so often
        memory.Phase = DataPhase.Forwarding;
        memory.Statistics(0)->Polls = 7; // its last loop was just before a look, or just after the one before that
        for (ulong now = 100; now <= 120; now++)
        {
            memory.Data->Heartbeat++;
            health.Look(now * Tenth);
            IReadOnlyList<string> problems = health.Problems(now * Tenth);
            Assert.False(now <= 110 && problems.Count > 0, $"{(now - 100) * 100} ms");
            Assert.False(now >= 119 && problems is not ["worker 0: stalled"], $"{(now - 100) * 100} ms");
        }
    }

    [Fact]
    [Requirement("F-010")]
    public unsafe void AWorkerThatBeginsAfterALongRestartIsNotStalled()
    {
        using GatewayMemory memory = GatewayMemory.CreatePrivate(GatewayTables.LimitsFor(PlaneFixture.Parse(PlaneFixture.Json())));
        var health = new HealthMonitor(memory, 1, 0);
        const ulong Second = 1_000_000_000;
        memory.Phase = DataPhase.Starting;
        health.Look(10 * Second);
        memory.Phase = DataPhase.Forwarding;
        Assert.Empty(health.Problems(10 * Second)); // its first loop is still to come

        // One that never begins is stalled all the same.
        health.Look(11 * Second);
        Assert.Equal(["data process: no heartbeat", "worker 0: stalled"], health.Problems(12 * Second));
    }

    [Fact]
    [Requirement("F-010")]
    public unsafe void ReadinessNamesThePortThatIsDown()
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        f.Memory.PortStates[1].LinkUp = 0;
        HostFixture.Eventually(() => f.Get("/readyz").Status == 503, "still ready");
        Assert.Equal("port underlay0: no link\n", f.Get("/readyz").Body);
        Assert.Equal(200, f.Get("/healthz").Status);

        // One that vanished is asked to be opened again.
        f.Memory.PortStates[1].Present = 0;
        HostFixture.Eventually(() => data.Commands.Contains((MailboxCommand.ReopenPort, 1u)), "nobody asks for the port");
    }

    [Fact]
    public unsafe void ARestartedDataProcessIsLetForwardAgain()
    {
        using var f = new HostFixture();
        var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        data.Dispose();
        HostFixture.Eventually(() => f.Get("/healthz").Status == 503, "liveness holds without a data process");
        using var successor = new FakeDataProcess(f.Memory, 2);
        f.WaitUntilReady();
        Assert.Equal(MailboxCommand.Forward, successor.Commands[0].Command);
    }

    [Fact]
    public unsafe void APortWithAnotherMacAfterARestartIsPreparedAnew()
    {
        using var f = new HostFixture();
        string json = f.Json().Replace(", \"mac\": \"02:00:00:00:02:01\"", "", StringComparison.Ordinal);
        f.WriteConfiguration(json);
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        Assert.Equal(f.Memory.PortStates[1].Mac, f.Memory.Current.Ports[1].Mac);
        f.Memory.PortStates[1].Mac = 0x0706_0504_0302;
        HostFixture.Eventually(() => f.Memory.Current.Ports[1].Mac == 0x0706_0504_0302, "the tables still have the old MAC");
    }

    [Fact]
    [Requirement("F-002")]
    public void AnInvalidFileIsRefusedAndAValidOneIsApplied()
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        using ControlClient client = f.Client();
        string before = client.ConfigAsync().Answer();

        f.WriteConfiguration(f.Json().Replace("5001", "12", StringComparison.Ordinal));
        ReloadReport report = client.ReloadAsync().Answer();
        Assert.False(report.Accepted);
        Assert.Contains("segments[0].vsid", Assert.Single(report.Errors), StringComparison.Ordinal);
        Assert.Equal(before, client.ConfigAsync().Answer());

        f.WriteConfiguration(f.Json("\"192.0.2.2\", \"192.0.2.3\""));
        f.Host!.RequestReload();
        HostFixture.Eventually(() => client.PeersAsync().Answer().Count == 2, "the change did not come");
        report = client.ReloadAsync().Answer();
        Assert.Equal((true, false), (report.Accepted, report.Changed));

        // Nobody asked for what stands in the file now: a successor carries on with what is in force.
        f.WriteConfiguration("{");
        f.StopHost();
        using var stop = new CancellationTokenSource();
        Task<int> successor = Task.Run(() => new ControlHost(f.Log).RunAsync(f.Name, f.ConfigurationPath, stop.Token));
        f.WaitUntilReady();
        Assert.Equal(2, client.PeersAsync().Answer().Count);
        stop.Cancel();
        Assert.Equal(0, successor.Answer());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Requirement("F-002")]
    public void ASuccessorTakesWhatTheTablesWereBuiltFrom(bool published)
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        string copy = Path.Combine(GatewayPaths.Runtime(f.Name), "running.json"), before = File.ReadAllText(copy);
        f.WriteConfiguration(f.Json("\"192.0.2.2\", \"192.0.2.3\""));
        using ControlClient client = f.Client();
        Assert.True(client.ReloadAsync().Answer().Changed);
        string after = File.ReadAllText(copy);
        Assert.NotEqual(before, after);
        f.StopHost();

        // As if it had died after it published what it had staged, or before.
        File.WriteAllText(copy, published ? before : after);
        File.WriteAllText(copy + ".next", published ? after : before);
        using var stop = new CancellationTokenSource();
        Task<int> successor = Task.Run(() => new ControlHost(f.Log).RunAsync(f.Name, f.ConfigurationPath, stop.Token));
        f.WaitUntilReady();
        Assert.Equal(2, client.PeersAsync().Answer().Count);
        Assert.Equal(after, File.ReadAllText(copy));
        Assert.False(File.Exists(copy + ".next"));
        stop.Cancel();
        Assert.Equal(0, successor.Answer());
    }

    [Fact]
    public unsafe void ANewRunAsksForItsFile()
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        f.StopHost();

        // Another supervisor took the regions over, with another file.
        f.Memory.Header->Supervisor = new ProcessMark { ProcessId = 1, StartTime = f.Memory.Header->Control.StartTime + 1, Starts = 2 };
        f.WriteConfiguration(f.Json("\"192.0.2.2\", \"192.0.2.3\""));
        using var stop = new CancellationTokenSource();
        Task<int> successor = Task.Run(() => new ControlHost(f.Log).RunAsync(f.Name, f.ConfigurationPath, stop.Token));
        f.WaitUntilReady();
        using ControlClient client = f.Client();
        HostFixture.Eventually(() => client.PeersAsync().Answer().Count == 2, "it goes on with the old file");
        stop.Cancel();
        Assert.Equal(0, successor.Answer());
    }

    [Fact]
    public void AMetricsAddressThatIsTakenIsToldAndTakenWhenItIsFree()
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        using (var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            taken.Bind(new IPEndPoint(IPAddress.Loopback, f.MetricsPort));
            taken.Listen();
            f.StartHost();
            HostFixture.Eventually(() => f.Log.Count("metrics_down") == 1, "it says nothing");
            Assert.Contains(f.Log.Events, e => e.Name == "metrics_down" && e.Text.Contains("cannot listen on 127.0.0.1:", StringComparison.Ordinal));
            HostFixture.Eventually(() => data.Commands.Count > 0, "without metrics it does not forward");
        }

        f.WaitUntilReady();
        Assert.Equal(1, f.Log.Count("metrics_down_cleared"));
    }

    [Fact]
    public async Task WithoutRegionsOrConfigurationItEndsWithItsReason()
    {
        var log = new RecordingLog();
        Assert.Equal(1, await new ControlHost(log).RunAsync("unit-no-such-gateway", "/nonexistent", CancellationToken.None));
        Assert.Equal(1, log.Count("regions_unusable"));
        using var f = new HostFixture();
        f.WriteConfiguration("{ \"name\": 1 }");
        Assert.Equal(2, await new ControlHost(log).RunAsync(f.Name, f.ConfigurationPath, CancellationToken.None));
        Assert.Equal(1, log.Count("configuration_refused"));
    }
}

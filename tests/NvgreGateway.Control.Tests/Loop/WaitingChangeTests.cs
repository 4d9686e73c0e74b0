using NvgreGateway.Control.Api;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Offload;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Loop;

/// <summary>A change that waits for a worker or for a device: nothing waits for it but the next change.</summary>
public sealed unsafe class WaitingChangeTests
{
    private static readonly ControlOptions s_patient = new() { Announce = true, PatienceMilliseconds = int.MaxValue, DevicePatienceMilliseconds = int.MaxValue };

    [Fact]
    [Requirement("F-002")]
    public void WhileItWaitsForAWorkerTheOthersAreAnswered()
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost(s_patient);
        f.WaitUntilReady();
        using ControlClient client = f.Client();
        data.Loops = false;
        ulong before = f.Memory.Header->Published;
        Task<ReloadReport> reload = Reload(f, "\"192.0.2.2\", \"192.0.2.3\"");
        HostFixture.Eventually(() => f.Memory.Header->Published != before, "nothing is published");
        OthersAreAnswered(f, client, peers: 2);
        Assert.False(reload.IsCompleted);
        data.Loops = true;
        Assert.True(reload.Answer() is { Accepted: true, Changed: true });
    }

    [Fact]
    [Requirement("F-002", "C-125")]
    public void WhileItWaitsForADeviceTheOthersAreAnswered()
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost(s_patient);
        f.WaitUntilReady();
        using ControlClient client = f.Client();
        FlowSlot* rule = f.Memory.Flows[0];
        rule->Kind = FlowKind.Encapsulate;
        Volatile.Write(ref rule->Done, 1u);
        Volatile.Write(ref f.Memory.Flows.Used, 1u);
        ulong before = f.Memory.Header->Published;
        Task<ReloadReport> reload = Reload(f, "\"192.0.2.2\", \"192.0.2.3\"");
        for (int i = 0; i < 5; i++)
        {
            OthersAreAnswered(f, client, peers: 1);
        }

        Assert.False(reload.IsCompleted);
        Assert.Equal(before, f.Memory.Header->Published); // the rule still does what the old tables say
        Volatile.Write(ref rule->Done, 0u);
        Assert.True(reload.Answer() is { Accepted: true, Changed: true });
        Assert.Equal(2, client.PeersAsync().Answer().Count);
    }

    [Fact]
    [Requirement("F-002", "C-075")]
    public void TheNextChangeBeginsWhenItIsOver()
    {
        using var f = new HostFixture();
        PortState* port = f.Memory.PortStates + 1;
        port->Reported = port->Asked = DeviceOffloads.All & ~DeviceOffloads.RxLro;
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost(s_patient);
        f.WaitUntilReady();
        using ControlClient client = f.Client();
        data.Loops = false;
        ulong before = f.Memory.Header->Published;
        Task<ReloadReport> reload = Reload(f, "\"192.0.2.2\", \"192.0.2.3\"");
        HostFixture.Eventually(() => f.Memory.Header->Published != before, "nothing is published");
        ulong published = f.Memory.Header->Published;
        Task<OffloadChange?> offload = Task.Run(() => f.Host!.SetOffload(new OffloadSwitch("underlay0", "tso.inner4", "off", false)));
        Task<ReloadReport> again = Task.Run(() => f.Host!.Reload());
        for (int i = 0; i < 5; i++)
        {
            OthersAreAnswered(f, client, peers: 2);
        }

        Assert.False(reload.IsCompleted || offload.IsCompleted || again.IsCompleted);
        Assert.Equal(published, f.Memory.Header->Published);
        data.Loops = true;
        Assert.True(reload.Answer() is { Accepted: true, Changed: true });
        Assert.True(offload.Answer() is { Problem: null, Changed: true });
        Assert.True(again.Answer().Accepted);
        Assert.Equal(2, client.PeersAsync().Answer().Count);
        string kept = File.ReadAllText(Path.Combine(GatewayPaths.Runtime(f.Name), "running.json"));
        Assert.Equal(client.ConfigAsync().Answer().TrimEnd(), kept.TrimEnd()); // whichever of the last two came last
    }

    [Fact]
    public void AWorkerThatStandsStillIsNotWaitedForForever()
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost(s_patient with { PatienceMilliseconds = 50 });
        f.WaitUntilReady();
        data.Loops = false;
        Assert.True(Reload(f, "\"192.0.2.2\", \"192.0.2.3\"").Answer().Accepted); // in force, whenever the worker looks
        ReloadReport refused = Reload(f, "\"192.0.2.2\", \"192.0.2.4\"").Answer();
        Assert.Contains("a worker has not begun a new loop", Assert.Single(refused.Errors), StringComparison.Ordinal);
        data.Loops = true;
        HostFixture.Eventually(() => f.Host!.Reload() is { Accepted: true, Changed: true }, "it does not go on");
    }

    private static Task<ReloadReport> Reload(HostFixture f, string peers)
    {
        f.WriteConfiguration(f.Json(peers));
        return Task.Run(() => f.Host!.Reload());
    }

    private static void OthersAreAnswered(HostFixture f, ControlClient client, int peers)
    {
        ulong beats = f.Memory.Header->Control.Heartbeat;
        Assert.Equal(peers, client.PeersAsync().Answer().Count);
        Assert.Equal(2, client.PortsAsync().Answer().Count);
        Assert.Contains("nvgre_gateway_build_info", f.Get("/metrics").Body, StringComparison.Ordinal);
        HostFixture.Eventually(() => f.Memory.Header->Control.Heartbeat != beats, "control stands still");
    }
}

using NvgreGateway.Control;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Dataplane;
using NvgreGateway.Dataplane.Tests;
using NvgreGateway.Exchange;

namespace NvgreGateway.Tests.Live;

/// <summary>A control plane and one worker over private memory, between made-up devices; the test is their clock and calls both.</summary>
internal abstract unsafe class LiveRig : IDisposable
{
    internal const ulong Second = 1_000_000_000, Millisecond = 1_000_000;
    private readonly WorkerGroup _group;

    /// <summary>Starts control, then the worker, at second 1000.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="buffers">How many the devices have.</param>
    /// <param name="links">Whether control watches the ports' links: they are up. Else it takes every port as it is.</param>
    private protected LiveRig(GatewayConfiguration configuration, int buffers, bool links = false)
    {
        int ports = configuration.Ports.Count;
        Device = new FakeDevice(ports, 1, buffers);
        _group = new WorkerGroup(1, [.. Enumerable.Repeat(1, ports)]);
        Memory = GatewayMemory.CreatePrivate(GatewayTables.LimitsFor(configuration));
        PortTableWriter.Write(Memory, configuration);
        for (int i = 0; links && i < ports; i++)
        {
            PortState* state = Memory.PortStates + i;
            state->Present = state->Started = state->LinkUp = 1;
        }

        Plane = StartControl(configuration, links);
        Worker = MakeWorker();
        Worker.Poll();
    }

    internal GatewayMemory Memory { get; }

    internal ControlPlane Plane { get; private protected set; }

    /// <summary>Nanoseconds.</summary>
    internal ulong Now { get; private protected set; } = 1000 * Second;

    internal WorkerStatistics* Statistics => Memory.Statistics(0);

    private protected FakeDevice Device { get; }

    private protected Worker<FakePorts> Worker { get; private set; }

    /// <summary>Frames that the ports were given.</summary>
    private protected ulong Given { get; private set; }

    internal static GatewayConfiguration Parse(string json)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(json);
        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        return result.Configuration;
    }

    /// <summary>A port receives a frame, when the worker polls next.</summary>
    internal void Receive(int port, byte[] frame, int headroom = 128) => Device.Inputs[port][0].Enqueue((nint)Device.Pool.Receive(frame, ++Given, headroom));

    internal void RestartWorker()
    {
        Worker.Release();
        Worker = MakeWorker();
    }

    public void Dispose()
    {
        Check();
        Assert.Equal(0ul, Statistics->InjectFailed);
        Assert.Equal(0, Device.Pool.InUse);
        Worker.Release();
        _group.Dispose();
        Device.Dispose();
        Memory.Dispose();
    }

    /// <summary>What must be true of the account at the end.</summary>
    private protected abstract void Check();

    private protected ControlPlane StartControl(GatewayConfiguration configuration, bool links)
    {
        var plane = new ControlPlane(Memory, configuration, new NoLog(), new ControlOptions());
        plane.Start(Now);
        if (links)
        {
            plane.WatchPorts(Now);
        }

        return plane;
    }

    private protected void PollToTheEnd()
    {
        while (Worker.Poll())
        {
        }
    }

    /// <summary>Frames that the worker dropped.</summary>
    private protected ulong Dropped()
    {
        ulong dropped = 0;
        for (int i = 0; i < 128; i++)
        {
            dropped += Statistics->Drops[i];
        }

        return dropped;
    }

    private Worker<FakePorts> MakeWorker() => new(Memory, 0, Device.Inputs.Length, 32, new FakePorts(Device, 0), _group);
}

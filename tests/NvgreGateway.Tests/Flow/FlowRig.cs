using NvgreGateway.Control;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Data.Flows;
using NvgreGateway.Dataplane;
using NvgreGateway.Dataplane.Tests;
using NvgreGateway.Exchange;

namespace NvgreGateway.Tests.Flow;

/// <summary>
/// A control plane, a worker and a keeper of rules over private memory, between two devices that the test looks into: what their rules do not
/// take is the worker's.
/// </summary>
internal sealed unsafe class FlowRig : IDisposable, IEventLog
{
    internal const int Access = 0, Underlay = 1;
    internal const ushort AccessDevice = 7, UnderlayDevice = 9;

    /// <summary>One station on each side.</summary>
    internal const string Records = """{ "mac": "02:00:00:00:0a:01", "port": "access0", "vlan": 100 }, { "mac": "02:00:00:00:0b:01", "pa": "192.0.2.2" }""";

    private const ulong Second = 1_000_000_000, Round = 20_000_000;
    private const int Burst = 32, Heaviness = 8192;
    private readonly FakeDevice _device = new(2, 1, 512);
    private readonly WorkerGroup _group = new(1, [1, 1]);
    private readonly Worker<FakePorts> _worker;
    private ulong _sequence;
    private ulong _now = 1000 * Second;
    private Thread? _house;
    private volatile bool _stop;

    internal FlowRig(string json, NicProfile? profile = null)
    {
        Configuration = Parse(json);
        Memory = GatewayMemory.CreatePrivate(GatewayTables.LimitsFor(Configuration));
        PortTableWriter.Write(Memory, Configuration);
        for (int i = 0; i < Memory.Limits.Workers; i++)
        {
            Memory.Statistics(i)->Sleeping = 1; // but for the moments when it works
        }

        Plane = new ControlPlane(Memory, Configuration, this, new ControlOptions());
        Plane.Start(_now);
        Memory.Phase = DataPhase.Forwarding;
        AccessNic = new FakeNic(profile ?? NicProfile.Full, AccessDevice);
        Nic = new FakeNic(profile ?? NicProfile.Full, UnderlayDevice);
        Keeper = new FlowKeeper(Memory);
        Keeper.Attach(Access, AccessDevice, AccessNic);
        Keeper.Attach(Underlay, UnderlayDevice, Nic);
        _worker = new Worker<FakePorts>(Memory, 0, 2, Burst, new FakePorts(_device, 0), _group);
    }

    internal GatewayConfiguration Configuration { get; }

    internal GatewayMemory Memory { get; }

    internal ControlPlane Plane { get; }

    internal FakeNic AccessNic { get; }

    internal FakeNic Nic { get; }

    internal FlowKeeper Keeper { get; }

    internal List<(EventSeverity Severity, string Name)> Events { get; } = [];

    internal ulong RuleFailures => Plane.Statistics.Totals().Counters[(int)CounterId.OffloadRuleFail];

    internal int PacketsInUse => _device.Pool.InUse;

    /// <summary>Ports with four queues; the peer 192.0.2.2 with FlowID 0.</summary>
    internal static string Json(string vsidQueues = "", string peers = """{ "address": "192.0.2.2", "flowId": "zero" }""", string records = "", string accessQueues = "", string underlay = "", string top = "") => $$"""
        {
          "name": "unit", "workers": { "cores": [0, 1, 2, 3] },
          "ports": [
            { "name": "access0", "role": "access", "device": "net_null0", "mac": "02:00:00:00:01:01", "mtu": 1500, "vsidQueues": [ {{accessQueues}} ] },
            { "name": "underlay0", "role": "underlay", "device": "net_null1", "mac": "02:00:00:00:02:01", "mtu": 1542, "addresses": ["192.0.2.1/24"],
              "neighbors": [ { "address": "192.0.2.2", "mac": "02:00:00:00:02:fe" } ], "vsidQueues": [ {{vsidQueues}} ]{{underlay}} }
          ],
          "segments": [
            { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ], "peers": [ {{peers}} ], "records": [ {{records}} ] }
          ]{{top}}
        }
        """;

    internal static GatewayConfiguration Parse(string json)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(json);
        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        return result.Configuration;
    }

    /// <summary>Control and housekeeping work until both are at rest: some seconds of the gateway's.</summary>
    internal void Settle(int rounds = 150)
    {
        for (int i = 0; i < rounds; i++)
        {
            Plane.Collect();
            Plane.Process(_now += Round);
            if (_house is null)
            {
                Keeper.Keep();
            }
            else
            {
                Thread.Sleep(1);
            }
        }
    }

    /// <summary>Some time of control, in steps of a housekeeping round.</summary>
    internal void Pass(int seconds) => Settle((int)((ulong)seconds * Second / Round));

    /// <summary>The place of a MAC of the segment, in control's words: empty when it is in no entry.</summary>
    internal string PlaceOf(byte[] mac) =>
        Plane.Tables.Fdb.TryFind(Plane.Tables.Ids.SegmentOf(5001), new(BitConverter.ToUInt64([.. mac, 0, 0])), out FdbEntry entry) ? entry.Place.ToString() : string.Empty;

    /// <summary>A frame arrives at a port: what leaves, and whether a device did it. Where no rule takes it, it is the worker's.</summary>
    internal (bool Hardware, int Port, byte[] Frame)? Forward(int port, byte[] frame)
    {
        NicOutcome outcome = (port == Access ? AccessNic : Nic).Receive(frame);
        if (outcome.Port >= 0)
        {
            return (true, outcome.Port == AccessDevice ? Access : Underlay, outcome.Frame);
        }

        _device.Outputs.Clear();
        Poll(port, [frame]);
        return _device.Outputs.Count == 0 ? null : (false, Assert.Single(_device.Outputs).Port, _device.Outputs[0].Bytes);
    }

    /// <summary>Frames go through the worker, and control hears of them.</summary>
    internal void Software(int port, params byte[][] frames)
    {
        Poll(port, frames);
        Plane.Collect();
        Plane.Process(_now += Round);
        _device.Outputs.Clear();
    }

    /// <summary>So many frames that the worker forwards, without the devices' help, that their flow is heavy; then control and housekeeping work.</summary>
    internal void MakeHeavy(params (int Port, byte[] Frame)[] flows)
    {
        Settle();
        _device.KeepOutputs = false;
        foreach ((int port, byte[] frame) in flows)
        {
            for (int i = 0; i < Heaviness; i += Burst)
            {
                Poll(port, Enumerable.Repeat(frame, Burst));
                Plane.Process(_now);
            }
        }

        _device.KeepOutputs = true;
        Settle();
    }

    /// <summary>The flow between the stations of <see cref="Records"/> is heavy in both directions.</summary>
    internal void MakeHeavy() => MakeHeavy(
        (Access, FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, FlowFrames.Udp(1000, 2000), vlan: 100)),
        (Underlay, FlowFrames.Tunnel(5001, FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, FlowFrames.Udp(2000, 1000)))));

    internal ReloadResult Reload(string json) => Plane.Apply(Parse(json), _now);

    /// <summary>Housekeeping on a thread of its own, as in the data process.</summary>
    internal void KeepHouse()
    {
        _house = new Thread(() =>
        {
            while (!_stop)
            {
                Keeper.Keep();
                Thread.Sleep(1);
            }
        });
        _house.Start();
    }

    internal IEnumerable<FlowSlot> Slots(FlowKind kind)
    {
        var all = new List<FlowSlot>();
        for (int i = 0; i < Memory.Flows.Used; i++)
        {
            FlowSlot slot = *Memory.Flows[i];
            if (slot.Wanted != 0 && slot.Kind == kind && slot.Probe == 0)
            {
                all.Add(slot);
            }
        }

        return all;
    }

    public void Write(EventSeverity severity, string name, params ReadOnlySpan<(string Key, object? Value)> details) => Events.Add((severity, name));

    public void Dispose()
    {
        _stop = true;
        _house?.Join();
        _worker.Release();
        Assert.Equal(0, _device.Pool.InUse);
        _group.Dispose();
        _device.Dispose();
        Memory.Dispose();
    }

    private void Poll(int port, IEnumerable<byte[]> frames)
    {
        _worker.LeaveSleep();
        foreach (byte[] frame in frames)
        {
            _device.Inputs[port][0].Enqueue((nint)_device.Pool.Receive(frame, ++_sequence));
        }

        _worker.Poll();
        _worker.EnterSleep();
    }
}

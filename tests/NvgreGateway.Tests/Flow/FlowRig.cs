using NvgreGateway.Control;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Data.Flows;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Tests.Flow;

/// <summary>A control plane and a keeper of rules over private memory, with two devices that the test looks into.</summary>
internal sealed unsafe class FlowRig : IDisposable, IEventLog
{
    internal const int Access = 0, Underlay = 1;

    /// <summary>One station on each side.</summary>
    internal const string Records = """{ "mac": "02:00:00:00:0a:01", "port": "access0", "vlan": 100 }, { "mac": "02:00:00:00:0b:01", "pa": "192.0.2.2" }""";

    private const ulong Second = 1_000_000_000;
    private ulong _now = 1000 * Second;
    private Thread? _house;
    private volatile bool _stop;

    internal FlowRig(string json, NicProfile? profile = null)
    {
        Configuration = Parse(json);
        Memory = GatewayMemory.CreatePrivate(GatewayTables.LimitsFor(Configuration));
        PortTableWriter.Write(Memory, Configuration);
        Plane = new ControlPlane(Memory, Configuration, this, new ControlOptions());
        Plane.Start(_now);
        Volatile.Write(ref Memory.Data->Phase, 2);
        AccessNic = new FakeNic(profile ?? NicProfile.Full, 7);
        Nic = new FakeNic(profile ?? NicProfile.Full, 9);
        Keeper = new FlowKeeper(Memory);
        Keeper.Attach(Access, 7, AccessNic);
        Keeper.Attach(Underlay, 9, Nic);
    }

    internal GatewayConfiguration Configuration { get; }

    internal GatewayMemory Memory { get; }

    internal ControlPlane Plane { get; }

    internal FakeNic AccessNic { get; }

    internal FakeNic Nic { get; }

    internal FlowKeeper Keeper { get; }

    internal List<(EventSeverity Severity, string Name)> Events { get; } = [];

    internal ulong RuleFailures => Plane.Statistics.Totals().Counters[(int)CounterId.OffloadRuleFail];

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

    /// <summary>Control and housekeeping work until both are at rest.</summary>
    internal void Settle()
    {
        for (int i = 0; i < 60; i++)
        {
            Tick();
            Keeper.Keep();
        }

        Tick();
    }

    /// <summary>A second of control.</summary>
    internal void Tick() => Plane.Process(_now += Second);

    internal ReloadResult Reload(string json) => Plane.Apply(Parse(json), _now);

    /// <summary>Housekeeping on a thread of its own, as in the data process, and workers that look at the tables.</summary>
    internal void KeepHouse()
    {
        _house = new Thread(() =>
        {
            while (!_stop)
            {
                Keeper.Keep();
                for (int i = 0; i < Memory.Limits.Workers; i++)
                {
                    Volatile.Write(ref Memory.Statistics(i)->Polls, Memory.Statistics(i)->Polls + 1);
                }

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
            if (slot.Wanted != 0 && slot.Kind == kind)
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
        Memory.Dispose();
    }
}

using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Offload;
using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Configuration;

/// <summary>The exception port of an underlay port: which one may be it, and what workers are told (B-018, C-045).</summary>
public sealed unsafe class ExceptionPortTests
{
    private const string Punt = "{ \"name\": \"punt0\", \"role\": \"access\", \"device\": \"net_tap9,iface=punt0\", \"mtu\": 2000 }";
    private const string Allowed = "an access port of its own, without attachments";

    [Fact]
    [Requirement("B-018")]
    public void APortOfItsOwnIsAccepted()
    {
        string json = Samples.Edit(Samples.Full, ("ports[4]", Punt), ("ports[2].exceptionPort", "\"punt0\""));
        GatewayConfiguration made = Samples.Accept(json);
        Assert.Equal("punt0", made.Ports[2].ExceptionPort);
        Assert.Equal([false, false, false, false, true], Enumerable.Range(0, 5).Select(made.IsExceptionPort));
        Assert.Equal(made, Samples.Accept(made.ToJson()));
        Assert.Null(Samples.Accept(Samples.Full).Ports[2].ExceptionPort);
    }

    [Fact]
    [Requirement("B-018")]
    public void EachHasOneOfItsOwnAndOneThatTakesItsFrames()
    {
        (string, string?) port = ("ports[4]", Punt), u0 = ("ports[2].exceptionPort", "\"punt0\"");
        ConfigurationError twice = Samples.RefuseOnce(Samples.Edit(Samples.Full, port, u0, ("ports[3].exceptionPort", "\"punt0\"")));
        Assert.Equal(("ports[3].exceptionPort", "is the exception port of another port, ports[2].exceptionPort", Allowed), (twice.Path, twice.Problem, twice.Allowed));
        ConfigurationError small = Samples.RefuseOnce(Samples.Edit(Samples.Full, port, u0, ("ports[4].mtu", "1999")));
        Assert.Equal(("ports[2].exceptionPort", "has mtu 1999", "a port with mtu 2000, which this one has, or more"), (small.Path, small.Problem, small.Allowed));
        ConfigurationError late = Samples.RefuseOnce(Samples.Edit(Samples.Full, port, u0, ("segments[1].attachments[1]", "{ \"port\": \"punt0\", \"vlan\": 5 }")));
        Assert.Equal(("ports[2].exceptionPort", "has an attachment, segments[1].attachments[1]", Allowed), (late.Path, late.Problem, late.Allowed));
    }

    [Fact]
    [Requirement("B-018", "C-045")]
    public void WorkersAreToldOfBothEnds()
    {
        const string Port = "{ \"name\": \"punt0\", \"role\": \"access\", \"device\": \"net_vhost9,iface=x\", \"mtu\": 1600, \"coalesce\": true }";
        string json = Samples.Edit(PlaneFixture.Json(), ("ports[2]", Port), ("ports[1].exceptionPort", "\"punt0\""));
        using var f = new PlaneFixture(json);
        PortEntry* ports = f.Memory.Current.Ports;
        Assert.Equal((0u, 3u, 2u), (ports[0].Beside, ports[1].Beside, ports[2].Beside));
        const PortFlags Asked = PortFlags.Exception | PortFlags.Coalesces | PortFlags.TakesRequests;
        Assert.Equal((PortFlags.None, PortFlags.None, PortFlags.Exception), (ports[0].Flags & Asked, ports[1].Flags & Asked, ports[2].Flags & Asked));
        Assert.Equal((0, 0, 1), (f.Memory.PortTable[0].Exception, f.Memory.PortTable[1].Exception, f.Memory.PortTable[2].Exception));

        // Its device is asked to complete what frames ask for: nobody looks at them.
        var state = new PortState { Tested = 1 };
        GatewayMemory.SetText(state.Driver, 32, "net_vhost");
        Assert.True(OffloadFacts.Of(state, f.Configuration.Ports[2], exception: true).Underlay);
        Assert.False(new OffloadPlan(OffloadFacts.Of(state, f.Configuration.Ports[2], exception: true), OffloadConfiguration.Auto).Sets.TakesRequests);
        Assert.True(new OffloadPlan(OffloadFacts.Of(state, f.Configuration.Ports[2], exception: false), OffloadConfiguration.Auto).Sets.TakesRequests);
    }

    [Fact]
    [Requirement("B-018", "C-045", "F-002")]
    public void ItChangesWhileTheGatewayRuns()
    {
        const string Ports = "{ \"name\": \"punt0\", \"role\": \"access\", \"device\": \"net_tap0\", \"mtu\": 1600 }, { \"name\": \"punt1\", \"role\": \"access\", \"device\": \"net_tap1\", \"mtu\": 1600 }";
        string without = Samples.Edit(PlaneFixture.Json(), "ports[2]", Ports.Split("}, ")[0] + "}");
        without = Samples.Edit(without, "ports[3]", Ports.Split("}, ")[1]);
        using var f = new PlaneFixture(without);
        foreach ((string? name, uint beside) in new (string?, uint)[] { ("punt0", 3), ("punt1", 4), (null, 0) })
        {
            GatewayConfiguration next = PlaneFixture.Parse(name is null ? without : Samples.Edit(without, "ports[1].exceptionPort", $"\"{name}\""));
            Assert.True(f.Plane.Apply(next, f.Now) is { Accepted: true, Changed: true });
            PortEntry* ports = f.Memory.Current.Ports;
            Assert.Equal(beside, ports[1].Beside);
            for (uint port = 2; port < 4; port++)
            {
                bool isIt = port + 1 == beside;
                Assert.Equal((isIt ? 2u : 0, isIt), (ports[port].Beside, (ports[port].Flags & PortFlags.Exception) != 0));
                Assert.Equal(isIt ? 1 : 0, f.Memory.PortTable[port].Exception); // what it is when its device is opened the next time
            }
        }
    }

    [Fact]
    [Requirement("C-045", "C-076")]
    public void APortWhoseDeviceWouldHaveToBeSetUpAnewDoesNotBecomeOne()
    {
        const string Port = "{ \"name\": \"punt0\", \"role\": \"access\", \"device\": \"net_virtio_user0\", \"mtu\": 1600 }";
        string without = Samples.Edit(PlaneFixture.Json(), "ports[2]", Port), with = Samples.Edit(without, "ports[1].exceptionPort", "\"punt0\"");
        var memory = GatewayMemory.CreatePrivate(Control.Tables.GatewayTables.LimitsFor(PlaneFixture.Parse(without)));
        PortState* state = memory.PortStates + 2;
        GatewayMemory.SetText(state->Driver, 32, "net_virtio_user");
        state->Reported = state->Asked = DeviceOffloads.RxLro | DeviceOffloads.RxTcp | DeviceOffloads.TxSegments; // frames joined by whoever is behind it
        using var f = new PlaneFixture(without, memory: memory);
        ReloadResult refused = f.Plane.Apply(PlaneFixture.Parse(with), f.Now);
        Assert.StartsWith("ports[1].exceptionPort: the device of port \"punt0\"", Assert.Single(refused.Problems), StringComparison.Ordinal);
        Assert.Equal(0u, f.Memory.Current.Ports[1].Beside);

        // One that was opened as such goes on as such.
        state->Asked = DeviceOffloads.TxSegments;
        Assert.True(f.Plane.Apply(PlaneFixture.Parse(with), f.Now) is { Accepted: true, Changed: true });
        Assert.Equal(3u, f.Memory.Current.Ports[1].Beside);
    }
}

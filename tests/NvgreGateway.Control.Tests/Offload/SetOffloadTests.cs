using NvgreGateway.Control.Api;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Offload;
using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Offload;

/// <summary>Offloads switched while a gateway runs.</summary>
public sealed unsafe class SetOffloadTests
{
    private const DeviceOffloads Device = DeviceOffloads.All & ~DeviceOffloads.RxLro;

    [Fact]
    [Requirement("C-072", "C-074")]
    public void ASwitchChangesTheTablesAndIsTold()
    {
        using PlaneFixture f = Plane();
        Assert.Equal(PortOffloads.Tso4, Nvgre(f) & PortOffloads.Tso4);
        ulong generation = f.Plane.Tables.Generation;
        Assert.Equal(new OffloadChange(null, false, true, 1), Set(f, "tso.inner4", "off"));
        Assert.Equal(generation + 1, f.Plane.Tables.Generation);
        Assert.Equal(PortOffloads.Tso6, Nvgre(f) & (PortOffloads.Tso4 | PortOffloads.Tso6));
        Assert.Equal(["inner4", "inner6", "outer4", "outer6"], Function(f, "lsov2").Capable);
        Assert.Equal(["inner6", "outer4", "outer6"], Function(f, "lsov2").Active);

        // No change is an answer, and no event.
        Assert.Equal(new OffloadChange(null, false, false, 1), Set(f, "tso.inner4", "off"));
        Assert.Equal(new OffloadChange(null, false, false, 1), Set(f, "tso.inner4", "no-change"));
        Assert.Equal(generation + 1, f.Plane.Tables.Generation);
        Set(f, "tso.inner4", "on");
        Assert.Equal(2, f.Log.Count("offload_changed"));
        Set(f, "all", "off");
        Assert.Equal(PortOffloads.None, Nvgre(f));
        Assert.Equal(OffloadNames.Checksums, f.Plane.Configuration.Ports[1].Offload.Rx); // that takes a restart, and can wait
        Assert.Contains("nvgre=none", f.Log.Last("offload_changed"), StringComparison.Ordinal);
        Set(f, "all", "on");
        Assert.Equal(PortOffloads.Tso4, Nvgre(f) & PortOffloads.Tso4);
        Assert.Equal(4, f.Log.Count("offload_changed"));
    }

    [Fact]
    [Requirement("C-076")]
    public void WhatTakesAStoppedPortIsRefused()
    {
        using PlaneFixture f = Plane();
        Set(f, "csum.tcp4", "tx"); // TCP over IPv6 still asks for the same of the device
        OffloadChange refused = Set(f, "csum.tcp6", "off");
        Assert.Equal((true, false), (refused.RequiresRestart, refused.Changed));
        Assert.Contains("requires_restart", refused.Problem, StringComparison.Ordinal);
        Assert.Equal("on", f.Plane.Configuration.Ports[1].Offload.StateOf(OffloadNames.CsumTcp6));
        Assert.True(f.Plane.SetOffload(new OffloadSwitch("underlay0", "csum.tcp6", "off", true), f.Now) is { Problem: null, RequiresRestart: true, Changed: true });
        Assert.Equal(DeviceOffloads.None, f.Memory.PortTable[1].Wanted & DeviceOffloads.RxTcp);
        Assert.Equal(DeviceOffloads.RxUdp, f.Memory.PortTable[1].Wanted & DeviceOffloads.RxUdp);

        // So is a file that asks for it.
        GatewayConfiguration next = f.Plane.Configuration with { Ports = [f.Plane.Configuration.Ports[0], f.Plane.Configuration.Ports[1] with { Offload = OffloadConfiguration.Off }] };
        ReloadResult result = f.Plane.Apply(next, f.Now);
        Assert.False(result.Accepted);
        Assert.StartsWith("ports[1].offload: ", Assert.Single(result.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere", "tso.inner4", "off", "no such port; ports: access0, underlay0")]
    [InlineData("underlay0", "tso.inner5", "off", "no such offload; all, or encap.enabled")]
    [InlineData("underlay0", "tso.inner4", "rx", "not a state of tso.inner4; on or off")]
    [InlineData("underlay0", "all", "rx", "not a state of all; on or off")]
    public void WhatIsNotThereIsRefused(string port, string name, string state, string why)
    {
        using PlaneFixture f = Plane();
        Assert.Contains(why, f.Plane.SetOffload(new OffloadSwitch(port, name, state, false), f.Now).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void TheOneSwitchOverAllPortsWins()
    {
        using PlaneFixture f = Plane(", \"offload\": \"off\"");
        Assert.Equal(PortOffloads.None, Nvgre(f));
        Assert.Contains("off for all ports", Set(f, "tso.inner4", "on").Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatAGuestTakesIsFollowed()
    {
        using PlaneFixture f = Plane();
        f.Memory.PortStates[1].Peer = PortOffloads.All & ~PortOffloads.Tso4;
        f.Plane.WatchPorts(f.Now);
        Assert.Equal(PortOffloads.Tso6, Nvgre(f) & (PortOffloads.Tso4 | PortOffloads.Tso6));
        Assert.Equal(1, f.Log.Count("offload_state"));
        ulong generation = f.Plane.Tables.Generation;
        f.Plane.WatchPorts(f.Now);
        Assert.Equal(generation, f.Plane.Tables.Generation);
    }

    [Fact]
    [Requirement("C-072", "C-074", "C-076")]
    public void TheApiTellsAndSwitches()
    {
        using var f = new HostFixture();
        Describe(f.Memory);
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        using ControlClient client = f.Client();
        OffloadStatus before = client.OffloadsAsync().Answer()[1];
        Assert.Equal(["plain", "nvgre"], before.Offloads.Single(static o => o.Name == "tso.inner6").InForce);
        CapabilityStatus can = client.CapabilitiesAsync().Answer()[1];
        Assert.Equal((256, 8, null), (can.MaxHeader, can.MaxBuffers, can.MaxLargeBuffers));
        Assert.Equal(["inner4", "inner6", "outer4", "outer6"], can.Capable["lsov2"]);
        Assert.True(client.SetOffloadAsync(new OffloadSwitch("underlay0", "tso.inner6", "off", false)).Answer() is { Changed: true, Restarted: false });
        OffloadNameStatus off = client.OffloadsAsync().Answer()[1].Offloads.Single(static o => o.Name == "tso.inner6");
        Assert.Equal(("off", 0, "plain, nvgre: off by configuration"), (off.Asked, off.InForce.Count, off.Reason));
        Assert.Equal(can.Capable["lsov2"], client.CapabilitiesAsync().Answer()[1].Capable["lsov2"]);
        Assert.Contains("port_offload_in_force{port=\"underlay0\",name=\"tso.inner6\",frames=\"nvgre\"} 0", f.Get("/metrics").Body, StringComparison.Ordinal);
        Assert.Contains("port_offload_in_force{port=\"underlay0\",name=\"tso.inner4\",frames=\"nvgre\"} 1", f.Get("/metrics").Body, StringComparison.Ordinal);

        // All of UDP on receive: refused, then with a restart of the port.
        Assert.True(client.SetOffloadAsync(new OffloadSwitch("underlay0", "csum.udp4", "tx", false)).Answer().Changed);
        IOException refused = Assert.Throws<IOException>(() => client.SetOffloadAsync(new OffloadSwitch("underlay0", "csum.udp6", "tx", false)).Answer());
        Assert.Contains("requires_restart", refused.Message, StringComparison.Ordinal);
        Assert.True(client.SetOffloadAsync(new OffloadSwitch("underlay0", "csum.udp6", "tx", true)).Answer() is { Changed: true, Restarted: true });
        // What is told next is of the port that came back.
        Assert.DoesNotContain("rx", client.OffloadsAsync().Answer()[1].Offloads.Single(static o => o.Name == "csum.udp6").InForce);
        lock (data.Commands)
        {
            Assert.Contains((MailboxCommand.ReopenPort, 1u), data.Commands);
        }

        Assert.Equal(DeviceOffloads.None, f.Memory.ReadPortState(1).Asked & DeviceOffloads.RxUdp);
        // A successor of this process carries on with it; a file that is read again puts its own into force.
        Assert.Contains("\"tso.inner6\": \"off\"", client.ConfigAsync().Answer(), StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("C-025")]
    public void SegmentsAreJoinedOnlyForAPortThatCuts()
    {
        using PlaneFixture f = Plane();
        Assert.False(Joins());
        Join(true);
        Assert.False(Joins()); // this device does not cut
        PortState* state = f.Memory.PortStates;
        GatewayMemory.SetText(state->Driver, 32, "net_fake");
        state->Reported = state->Asked = Device;
        state->Tested = 1;
        state->Peer = PortOffloads.All;
        Join(true);
        Assert.True(Joins());
        f.Plane.SetOffload(new OffloadSwitch("access0", "all", "off", false), f.Now);
        Assert.False(Joins());
        f.Plane.SetOffload(new OffloadSwitch("access0", "all", "on", false), f.Now);
        Assert.True(Joins());
        Join(false);
        Assert.False(Joins());

        bool Joins() => (f.Memory.Current.Ports[0].Flags & PortFlags.Coalesces) != 0;

        void Join(bool on)
        {
            GatewayConfiguration c = f.Plane.Configuration;
            Assert.Empty(f.Plane.Apply(c with { Ports = [c.Ports[0] with { Coalesce = on }, .. c.Ports.Skip(1)] }, f.Now).Problems);
        }
    }

    private static PlaneFixture Plane(string top = "")
    {
        string json = PlaneFixture.Json(top: top);
        var memory = GatewayMemory.CreatePrivate(Control.Tables.GatewayTables.LimitsFor(PlaneFixture.Parse(json)));
        Describe(memory);
        return new PlaneFixture(json, memory: memory);
    }

    private static void Describe(GatewayMemory memory)
    {
        PortState* state = memory.PortStates + 1;
        GatewayMemory.SetText(state->Driver, 32, "net_fake");
        state->Reported = state->Asked = Device;
        state->Tested = 1;
        state->Peer = PortOffloads.All;
        state->MostBuffers = 8;
        state->MostLargeBuffers = ushort.MaxValue;
    }

    private static PortOffloads Nvgre(PlaneFixture f) => f.Memory.Current.Ports[1].Nvgre;

    private static OffloadFunction Function(PlaneFixture f, string name) => f.Plane.Offloads[1].Functions().Single(x => x.Name == name);

    private static OffloadChange Set(PlaneFixture f, string name, string state) => f.Plane.SetOffload(new OffloadSwitch("underlay0", name, state, false), f.Now);
}

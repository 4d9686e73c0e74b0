using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Offload;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Loop;

/// <summary>A control process that dies in the middle of a reload: its successor finds the old configuration or the new one, whole.</summary>
public sealed unsafe class ReloadCrashTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("running-copy").FullName;

    private string FilePath => Path.Combine(_folder, "running.json");

    // What differs reaches every place that a reload writes: peers, next hops, records, wishes of devices.
    private static GatewayConfiguration Old => PlaneFixture.Parse(PlaneFixture.Json(
        underlay: ", \"neighbors\": [ { \"address\": \"192.0.2.9\", \"mac\": \"02:00:00:00:09:01\" } ]", peers: "\"192.0.2.2\", \"192.0.2.9\""));

    private static GatewayConfiguration New => PlaneFixture.Parse(PlaneFixture.Json(
        underlay: ", \"offload\": { \"tso.inner4\": \"off\" }, \"neighbors\": [ { \"address\": \"192.0.2.9\", \"mac\": \"02:00:00:00:09:02\" } ]",
        peers: "\"192.0.2.3\", \"192.0.2.9\"",
        segments: ", { \"name\": \"red\", \"vsid\": 5002, \"attachments\": [ { \"port\": \"access0\", \"vlan\": 200 } ], \"peers\": [ \"192.0.2.3\" ], \"records\": [ { \"mac\": \"02:00:00:00:aa:01\", \"pa\": \"192.0.2.3\" } ] }"));

    public static TheoryData<string> Steps => [.. Enum.GetNames<ChangeStep>()];

    [Theory]
    [MemberData(nameof(Steps))]
    [Requirement("F-002")]
    public void WhoeverDiesLeavesTheOldOrTheNewWhole(string step)
    {
        ChangeStep death = Enum.Parse<ChangeStep>(step);
        using GatewayMemory memory = GatewayMemory.CreatePrivate(Control.Tables.GatewayTables.LimitsFor(Old));
        PortTableWriter(memory);
        ControlPlane first = Start(memory, Old, at => Die(at == death));
        Assert.Throws<IOException>(() => first.Apply(New, PlaneFixture.Start));

        bool isNew = death >= ChangeStep.Published;
        GatewayConfiguration expected = isNew ? New : Old;
        Assert.Equal(RunningCopy.DigestOf(expected.ToJson()), memory.Current.Header->ConfigurationDigest); // what the data process forwards by
        GatewayConfiguration found = Found(memory);
        Assert.Equal(expected, found); // what a successor carries on with
        Assert.Equal(expected.ToJson(), File.ReadAllText(FilePath));
        Assert.False(File.Exists(FilePath + ".next"));

        ControlPlane successor = Start(memory, found, null);
        HoldsOnly(memory, successor, isNew);

        // It is none the worse for it.
        Assert.True(successor.Apply(isNew ? Old : New, PlaneFixture.Start) is { Accepted: true, Changed: true });
        HoldsOnly(memory, successor, !isNew);
        Assert.Equal(isNew ? Old : New, Found(memory));
    }

    [Fact]
    public void WhatWasWrittenInPartIsNotTaken()
    {
        using GatewayMemory memory = GatewayMemory.CreatePrivate(Control.Tables.GatewayTables.LimitsFor(Old));
        PortTableWriter(memory);
        Start(memory, Old, null);
        string next = New.ToJson();
        File.WriteAllText(FilePath + ".next", next[..(next.Length / 2)]);
        Assert.Equal(Old, Found(memory));
        Assert.False(File.Exists(FilePath + ".next"));
    }

    [Fact]
    public void WhatCannotBeKeptIsRefused()
    {
        using GatewayMemory memory = GatewayMemory.CreatePrivate(Control.Tables.GatewayTables.LimitsFor(Old));
        PortTableWriter(memory);
        ControlPlane plane = Start(memory, Old, null);
        Directory.CreateDirectory(FilePath + ".next"); // nothing can be written there
        ulong generation = plane.Tables.Generation;
        ReloadResult refused = plane.Apply(New, PlaneFixture.Start);
        Assert.False(refused.Accepted);
        Assert.Contains($"cannot be kept for a restart of the control process, in {FilePath}", Assert.Single(refused.Problems), StringComparison.Ordinal);
        Assert.Equal(generation, plane.Tables.Generation);
        Assert.Equal(Old, plane.Configuration);
        Directory.Delete(FilePath + ".next");
        Assert.True(plane.Apply(New, PlaneFixture.Start).Changed);
        Assert.Equal(New, Found(memory));
    }

    [Fact]
    public void WhatTheTablesRefuseLeavesNothingBehind()
    {
        using GatewayMemory memory = GatewayMemory.CreatePrivate(Control.Tables.GatewayTables.LimitsFor(Old));
        PortTableWriter(memory);
        ControlPlane plane = Start(memory, Old, null);
        string peers = string.Join(", ", Enumerable.Range(1, 300).Select(static i => $"\"198.18.{i / 250}.{(i % 250) + 1}\""));
        Assert.False(plane.Apply(PlaneFixture.Parse(PlaneFixture.Json(peers: peers)), PlaneFixture.Start).Accepted);
        Assert.Equal(["running.json"], Directory.GetFiles(_folder).Select(static f => Path.GetFileName(f)));
        Assert.Equal(Old.ToJson(), File.ReadAllText(FilePath));
    }

    [Fact]
    public void ASwitchedOffloadIsKept()
    {
        using GatewayMemory memory = GatewayMemory.CreatePrivate(Control.Tables.GatewayTables.LimitsFor(Old));
        PortTableWriter(memory);
        ControlPlane plane = Start(memory, Old, null);
        Assert.True(plane.SetOffload(new OffloadSwitch("underlay0", "tso.inner4", "off", false), PlaneFixture.Start).Changed);
        Assert.Equal("off", Found(memory).Ports[1].Offload.StateOf(OffloadNames.TsoInner4));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Die(bool now)
    {
        if (now)
        {
            throw new IOException("the process is gone");
        }
    }

    private static void PortTableWriter(GatewayMemory memory) => Control.Tables.PortTableWriter.Write(memory, Old);

    private static void HoldsOnly(GatewayMemory memory, ControlPlane plane, bool isNew)
    {
        GatewayConfiguration configuration = isNew ? New : Old;
        Assert.Equal(configuration, plane.Configuration);
        Assert.Equal(RunningCopy.DigestOf(configuration.ToJson()), memory.Current.Header->ConfigurationDigest);
        Assert.Equal(isNew, plane.Tables.Ids.SegmentOf(5002) != 0);
        Assert.Equal(isNew, plane.Tables.Ids.PeerOf(5001, System.Net.IPAddress.Parse("192.0.2.3")) != 0);
        Assert.Equal(!isNew, plane.Tables.Ids.PeerOf(5001, System.Net.IPAddress.Parse("192.0.2.2")) != 0);
        uint hop = plane.Tables.Ids.NextHopOf(PlaneFixture.Underlay, System.Net.IPAddress.Parse("192.0.2.9"));
        Assert.Equal(NextHopSlot.Pack(MacAddress.Parse(isNew ? "02:00:00:00:09:02" : "02:00:00:00:09:01").Value, NextHopState.Resolved), memory.NextHops[hop].Word);
        Assert.Equal(isNew ? 1 : 0, plane.Tables.Fdb.StaticCount);
        Assert.Equal(isNew, plane.Tables.Fdb.TryFind(plane.Tables.Ids.SegmentOf(5002), MacAddress.Parse("02:00:00:00:aa:01"), out _));
        Assert.Equal(OffloadPlan.Wishes(configuration.OffloadOf(1)), memory.PortTable[1].Wanted);
    }

    private GatewayConfiguration Found(GatewayMemory memory) => new RunningCopy(FilePath).Load(memory.Current.Header->ConfigurationDigest)!.Configuration!;

    private ControlPlane Start(GatewayMemory memory, GatewayConfiguration configuration, Action<ChangeStep>? reached)
    {
        var copy = new RunningCopy(FilePath);
        Assert.Null(copy.Keep(configuration));
        var plane = new ControlPlane(memory, configuration, new RecordingLog(), new ControlOptions { Ordered = true, Copy = copy, Reached = reached });
        plane.Start(PlaneFixture.Start);
        return plane;
    }
}

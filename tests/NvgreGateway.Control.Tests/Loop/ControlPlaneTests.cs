using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Control.Tests.Neighbors;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Loop;

/// <summary>The control plane as a whole: order, restart, live changes, links.</summary>
public sealed class ControlPlaneTests
{
    [Fact]
    [Requirement("A-101")]
    public unsafe void WorkersTellAgainOfWhatWasNotLearnedWithinASecondHoweverSlowlyEntriesAge()
    {
        using var f = new PlaneFixture(PlaneFixture.Json(top: ", \"fdb\": { \"ageingSeconds\": 1000000 }"), new ControlOptions());
        uint age = f.Memory.Header->AgeTick, punt = f.Memory.Header->PuntTick;
        for (ulong tenth = 1; tenth <= 30; tenth++)
        {
            f.Plane.Process(PlaneFixture.Start + (tenth * PlaneFixture.Second / 10));
        }

        Assert.Equal(age, f.Memory.Header->AgeTick);
        Assert.InRange(f.Memory.Header->PuntTick - punt, 2u, 4u);
    }

    [Fact]
    public void PuntsOfSeveralWorkersAreWorkedOffInTheOrderOfTheInputs()
    {
        using var f = new PlaneFixture(PlaneFixture.Json(top: ", \"workers\": { \"cores\": [0, 0] }").Replace("[0, 0]", "[0, 1]", StringComparison.Ordinal));
        f.Punt(PuntKind.Frame, frame: Frames.EchoRequest, sequence: 4, worker: 0);
        f.Punt(PuntKind.Frame, frame: Frames.ArpRequestForUs, sequence: 3, worker: 1);
        f.Punt(PuntKind.Frame, frame: Frames.NsForUs, sequence: 1, worker: 1, ring: PuntClass.Icmp);
        f.Need(f.NextHop("192.0.2.254"), sequence: 2);
        f.Round();
        Assert.Equal([1ul, 2, 3, 4], f.Sent().Select(static s => s.Sequence));
    }

    [Fact]
    public void ALearnPuntReachesTheFdb()
    {
        using var f = new PlaneFixture();
        uint segment = f.Plane.Tables.Ids.SegmentOf(5001), attachment = f.Plane.Tables.Ids.AttachmentOf("access0", 100);
        MacAddress mac = MacAddress.Parse("02:00:00:00:0a:01");
        f.Punt(PuntKind.Learn, FdbTable.Key(mac.Value, segment), Place.OfAttachment(attachment, 0).Value);
        f.Round();
        Assert.True(f.Plane.Tables.Fdb.TryFind(segment, mac, out FdbEntry entry));
        Assert.Equal(attachment, entry.Place.Id);
        Assert.Equal(1ul, f.Plane.Statistics.Totals().Counters[(int)CounterId.FdbLearned]);
    }

    [Fact]
    public void WhatDoesNotFitTheInjectRingWaitsAndKeepsItsOrder()
    {
        using var f = new PlaneFixture(PlaneFixture.Json(top: ", \"budgets\": { \"arp\": 1000 }"));
        for (ulong i = 1; i <= 300; i++)
        {
            f.Frame(Frames.ArpRequestForUs, i);
        }

        f.Round();
        Assert.False(f.Plane.FlushInjects());
        var sent = f.Sent();
        while (!f.Plane.FlushInjects())
        {
            sent.AddRange(f.Sent());
        }

        sent.AddRange(f.Sent());
        Assert.Equal(Enumerable.Range(1, 300).Select(static i => (ulong)i), sent.Select(static s => s.Sequence));
    }

    [Fact]
    public void ASilenceOfYearsInACaptureCostsNothingAndAgesNothingThatIsNew()
    {
        using var f = new PlaneFixture(PlaneFixture.Json(top: ", \"fdb\": { \"ageingSeconds\": 10 }"));
        uint segment = f.Plane.Tables.Ids.SegmentOf(5001), attachment = f.Plane.Tables.Ids.AttachmentOf("access0", 100);
        uint place = PlaceOf(f, attachment);
        f.Punt(PuntKind.Learn, FdbTable.Key(0x010A_0000_0002, segment), place);
        f.Round();
        Assert.NotNull(f.Plane.NextTimer);
        f.Advance(9);
        Assert.Equal(1, f.Plane.Tables.Fdb.Count);
        f.Advance(2);
        Assert.Equal(0, f.Plane.Tables.Fdb.Count);
        Assert.Null(f.Plane.NextTimer); // nothing to wait for

        f.Advance(50.0 * 365 * 86400);
        f.Punt(PuntKind.Learn, FdbTable.Key(0x020A_0000_0002, segment), place);
        f.Round();
        f.Advance(9);
        Assert.Equal(1, f.Plane.Tables.Fdb.Count);
        f.Advance(2);
        Assert.Equal(0, f.Plane.Tables.Fdb.Count);
    }

    [Fact]
    public unsafe void AnyBytesFromAWorkerAreSurvived()
    {
        using var f = new PlaneFixture(PlaneFixture.Json(peers: "\"192.0.2.2\" ], \"multicastPa\": [ \"239.1.1.1\", \"ff08::1\""));
        var random = new Random(20261122);
        string[] seeds = [Frames.ArpRequestForUs, Frames.NsForUs, Frames.NaOfPeer, Frames.EchoRequest, Frames.EchoRequest6, Frames.ArpRequestTagged, Frames.NaLyingOption, Groups.GroupMembershipTests.OldQuery6, Groups.GroupMembershipTests.SourceQuery];
        ulong punted = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] bytes = Convert.FromHexString(seeds[random.Next(seeds.Length)]);
            for (int change = random.Next(4); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            f.Punt(PuntKind.Frame, frame: Convert.ToHexString(bytes.AsSpan(0, random.Next(10) == 0 ? random.Next(bytes.Length) : bytes.Length)));
            punted++;
            if (i % 100 == 0)
            {
                f.Advance(0.1);
                f.Sent();
            }
        }

        f.Advance(1);
        Assert.InRange(f.AllDrops(), 1ul, punted);
        Assert.Equal(f.AllDrops(), f.Drops(DropReason.ArpInvalid) + f.Drops(DropReason.CppArp) + f.Drops(DropReason.CppNd) + f.Drops(DropReason.CppIcmp)
            + f.Drops(DropReason.CppIgmp) + f.Drops(DropReason.IpLen) + f.Drops(DropReason.IpCksum));
    }

    [Fact]
    [Requirement("B-025")]
    public unsafe void AMillionEcnAnomaliesAreToldOnceASecondOrNotAtAll()
    {
        using var f = new PlaneFixture(options: new ControlOptions());
        using var quiet = new PlaneFixture(PlaneFixture.Json(top: ", \"log\": { \"ecnAnomalies\": false }"), new ControlOptions());
        for (int i = 0; i < 100; i++)
        {
            foreach (PlaneFixture plane in (PlaneFixture[])[f, quiet])
            {
                plane.Memory.Statistics(0)->Counters[(int)CounterId.EcnAnomaly] += 10_000;
                plane.Advance(0.1);
            }
        }

        Assert.Equal(1_000_000ul, f.Plane.Statistics.Totals().Counters[(int)CounterId.EcnAnomaly]);
        Assert.InRange(f.Log.Count("ecn_anomaly"), 9, 11); // ten seconds
        Assert.Equal(0, quiet.Log.Count("ecn_anomaly"));
        f.Advance(5);
        int told = f.Log.Count("ecn_anomaly");
        f.Advance(5);
        Assert.Equal(told, f.Log.Count("ecn_anomaly"));
        Assert.Equal(1_000_000, f.Log.Events.Where(static e => e.Name == "ecn_anomaly").Sum(static e => int.Parse(e.Text.Split('=')[1], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    [Requirement("E-032")]
    public unsafe void AMacThatIsMarkedADuplicateIsLoggedOnce()
    {
        using var f = new PlaneFixture();
        uint segment = f.Plane.Tables.Ids.SegmentOf(5001);
        ulong key = FdbTable.Key(0x0A0A_0000_0002, segment);
        uint[] places = [f.Memory.Current.Attachments[f.Plane.Tables.Ids.AttachmentOf("access0", 100)].Place,
            f.Memory.Current.Peers[f.Plane.Tables.Ids.PeerOf(5001, System.Net.IPAddress.Parse("192.0.2.2"))].Place];
        for (int i = 0; i < 9; i++)
        {
            f.Punt(PuntKind.Learn, key: key, place: places[i % 2]);
            f.Advance(1);
            Assert.Equal(i < 6 ? 0 : 1, f.Log.Count("fdb_duplicate"));
        }

        Assert.Contains("mac=02:00:00:00:0a:0a", f.Log.Events.Single(static e => e.Name == "fdb_duplicate").Text, StringComparison.Ordinal);
        Assert.Equal(5ul, f.Memory.Header->ControlCounters[(int)CounterId.FdbMoved]);
        Assert.Equal(1ul, f.Memory.Header->ControlCounters[(int)CounterId.FdbDuplicate]);
    }

    [Fact]
    [Requirement("F-004")]
    public void AnUnchangedConfigurationChangesNothing()
    {
        using var f = new PlaneFixture();
        ulong generation = f.Plane.Tables.Generation;
        f.Frame(Frames.ArpReplyOfPeer);
        f.Round();
        ReloadResult result = f.Plane.Apply(PlaneFixture.Parse(PlaneFixture.Json()), f.Now);
        Assert.Equal((true, false), (result.Accepted, result.Changed));
        Assert.Equal(generation, f.Plane.Tables.Generation);
        Assert.Equal(NextHopState.Resolved, f.Slot(f.NextHop("192.0.2.2")).State);
    }

    [Fact]
    public void ALiveChangeKeepsWhatIsKnownOfTheOthers()
    {
        using var f = new PlaneFixture();
        f.Frame(Frames.ArpReplyOfPeer);
        f.Round();
        ulong generation = f.Plane.Tables.Generation;
        ReloadResult result = f.Plane.Apply(PlaneFixture.Parse(PlaneFixture.Json(peers: "\"192.0.2.2\", \"192.0.2.3\"")), f.Now);
        Assert.Equal((true, true), (result.Accepted, result.Changed));
        Assert.Equal(generation + 1, f.Plane.Tables.Generation);
        Assert.Equal(NextHopState.Resolved, f.Slot(f.NextHop("192.0.2.2")).State);
        Assert.Equal(NextHopState.Idle, f.Slot(f.NextHop("192.0.2.3")).State);
        f.Need(f.NextHop("192.0.2.3"));
        f.Round();
        Assert.Single(f.SentFrames());
    }

    [Theory]
    [InlineData("\"name\": \"unit\"", "\"name\": \"other\"", "name")]
    [InlineData("net_null1", "net_null9", "ports[1].device")]
    [InlineData("\"mtu\": 1600", "\"mtu\": 1700", "ports[1].mtu")]
    [InlineData("02:00:00:00:01:01", "02:00:00:00:01:09", "ports[0].mac")]
    [InlineData("\"segments\":", "\"fdb\": { \"capacity\": 1024 }, \"segments\":", "fdb.capacity")]
    [InlineData("\"segments\":", "\"workers\": { \"idle\": \"sleep\" }, \"segments\":", "workers.idle")]
    [InlineData("\"segments\":", "\"memory\": { \"hugepages\": \"off\" }, \"segments\":", "memory.hugepages")]
    [InlineData("\"segments\":", "\"metrics\": { \"listen\": \"127.0.0.1:9999\" }, \"segments\":", "metrics.listen")]
    [Requirement("F-002")]
    public void WhatOnlyARestartCanChangeIsRefusedAndTheRunningOneStays(string from, string to, string path)
    {
        using var f = new PlaneFixture();
        ulong generation = f.Plane.Tables.Generation;
        string changed = PlaneFixture.Json().Replace(from, to, StringComparison.Ordinal);
        ReloadResult result = f.Plane.Apply(PlaneFixture.Parse(changed), f.Now);
        Assert.False(result.Accepted);
        Assert.StartsWith(path + ": ", Assert.Single(result.Problems), StringComparison.Ordinal);
        Assert.Equal(generation, f.Plane.Tables.Generation);
        Assert.Equal(f.Configuration, f.Plane.Configuration);
    }

    [Fact]
    public void ARestartOfControlDisturbsNothing()
    {
        using var f = new PlaneFixture();
        uint segment = f.Plane.Tables.Ids.SegmentOf(5001), attachment = f.Plane.Tables.Ids.AttachmentOf("access0", 100);
        MacAddress mac = MacAddress.Parse("02:00:00:00:0a:01");
        f.Punt(PuntKind.Learn, FdbTable.Key(mac.Value, segment), Place.OfAttachment(attachment, 0).Value);
        f.Frame(Frames.ArpReplyOfPeer);
        f.Need(f.NextHop("2001:db8::2"));
        f.Round();
        f.Sent();
        uint resolved = f.NextHop("192.0.2.2"), pending = f.NextHop("2001:db8::2");
        ulong word = f.Slot(resolved).Word;

        var successor = new ControlPlane(f.Memory, f.Configuration, f.Log, new ControlOptions { Ordered = true });
        successor.Start(f.Now + PlaneFixture.Second);
        successor.Process(f.Now + PlaneFixture.Second);
        Assert.Equal(resolved, successor.Tables.Ids.NextHopOf(PlaneFixture.Underlay, System.Net.IPAddress.Parse("192.0.2.2")));
        Assert.Equal(word, f.Slot(resolved).Word);
        Assert.True(successor.Tables.Fdb.TryFind(segment, mac, out FdbEntry entry));
        Assert.Equal(attachment, entry.Place.Id);

        // What was being resolved is asked for again, and the confirmed one is probed when its time comes, not anew.
        Assert.Equal(NextHopState.Pending, f.Slot(pending).State);
        Assert.Equal([Frames.NsForPeer], f.SentFrames());
        successor.Process(f.Now + (30 * PlaneFixture.Second));
        Assert.Contains(Frames.ArpProbeUnicast, f.SentFrames());
    }

    [Fact]
    public unsafe void APacketThatWaitsForANextHopNobodyAsksForIsRescued()
    {
        using var f = new PlaneFixture(options: new ControlOptions());
        uint id = f.NextHop("192.0.2.2");
        f.Memory.NextHops[id].Held = 1; // its punt was lost
        f.Advance(1.1);
        Assert.Equal([Frames.ArpRequestForPeer], f.SentFrames());
    }

    [Fact]
    [Requirement("F-011")]
    public unsafe void APortThatGoesDownIsToldAndLosesItsEntries()
    {
        using var f = new PlaneFixture(options: new ControlOptions());
        Up(f, PlaneFixture.Access, true);
        Up(f, PlaneFixture.Underlay, true);
        f.Plane.WatchPorts(f.Now);
        uint segment = f.Plane.Tables.Ids.SegmentOf(5001), attachment = f.Plane.Tables.Ids.AttachmentOf("access0", 100);
        MacAddress mac = MacAddress.Parse("02:00:00:00:0a:01");
        f.Punt(PuntKind.Learn, FdbTable.Key(mac.Value, segment), Place.OfAttachment(attachment, 0).Value);
        f.Round();
        Assert.Equal(1, f.Plane.Tables.Fdb.Count);

        Up(f, PlaneFixture.Access, false);
        f.Plane.WatchPorts(f.Now);
        Assert.Equal(0, f.Plane.Tables.Fdb.Count);
        Condition condition = Assert.Single(f.Plane.RaisedConditions);
        Assert.Equal(("port_down", "access0", "no link"), (condition.Name, condition.Subject, condition.Text));
        f.Plane.WatchPorts(f.Now);
        Assert.Equal(1, f.Log.Count("port_down"));

        Up(f, PlaneFixture.Access, true);
        f.Plane.WatchPorts(f.Now);
        Assert.Empty(f.Plane.RaisedConditions);
        Assert.Equal(1, f.Log.Count("port_down_cleared"));

        // A link that is not up yet after a restart of the data process forgets nothing.
        f.Punt(PuntKind.Learn, FdbTable.Key(mac.Value, segment), f.Memory.Current.Attachments[attachment].Place);
        f.Round();
        Assert.Equal(1, f.Plane.Tables.Fdb.Count);
        f.Plane.DataProcessReady(f.Now);
        Up(f, PlaneFixture.Access, false);
        f.Plane.WatchPorts(f.Now);
        Assert.Equal(1, f.Plane.Tables.Fdb.Count);
        Assert.Single(f.Plane.RaisedConditions);
    }

    [Fact]
    [Requirement("F-008")]
    public void OwnAddressesAreAnnouncedOnlyWhenTold()
    {
        using var f = new PlaneFixture();
        f.Advance(1);
        Assert.Empty(f.SentFrames());
        f.Plane.Announce(f.Now);
        List<string> sent = f.SentFrames();
        Assert.Equal(3, sent.Count);
        Assert.Equal(Frames.GratuitousOfOurs, sent[0]);
        Assert.Equal(Frames.NaToAllNodes, sent[1]);
    }

    [Fact]
    public void WarningsOfTheConfigurationAreConditions()
    {
        using var f = new PlaneFixture(PlaneFixture.Json().Replace("\"mtu\": 1600", "\"mtu\": 1500", StringComparison.Ordinal));
        ConfigurationResult result = ConfigurationLoader.Parse(PlaneFixture.Json().Replace("\"mtu\": 1600", "\"mtu\": 1500", StringComparison.Ordinal));
        Assert.NotEmpty(result.Warnings);
        f.Plane.SetWarnings(result.Warnings);
        Assert.Contains(f.Plane.RaisedConditions, static c => c.Name == "mtu_below_vlan");
        f.Plane.SetWarnings([]);
        Assert.DoesNotContain(f.Plane.RaisedConditions, static c => c.Name == "mtu_below_vlan");
    }

    private static unsafe uint PlaceOf(PlaneFixture f, uint attachment) => f.Memory.Current.Attachments[attachment].Place;

    private static unsafe void Up(PlaneFixture f, int port, bool up)
    {
        PortState* state = f.Memory.PortStates + port;
        state->Present = state->Started = 1;
        state->LinkUp = up ? 1u : 0;
    }
}

using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Neighbors;

/// <summary>ARP on an underlay port: next hops and own addresses.</summary>
public sealed class ArpTests
{
    [Fact]
    [Requirement("E-063")]
    public void TwoFramesToAnUnresolvedNextHopAskOnceFromTheAddressOnItsSubnet()
    {
        using var f = new PlaneFixture();
        uint id = f.NextHop("192.0.2.2");
        f.Need(id, sequence: 7);
        f.Need(id, sequence: 8);
        f.Round();

        (ulong sequence, int port, string hex) = Assert.Single(f.Sent());
        Assert.Equal(Frames.ArpRequestForPeer, hex);
        Assert.Equal(PlaneFixture.Underlay, port);
        Assert.Equal(7ul, sequence);
        Assert.Equal(NextHopState.Pending, f.Slot(id).State);

        f.Frame(Frames.ArpReplyOfPeer);
        f.Advance(0.5);
        Assert.Equal(NextHopSlot.Pack(Frames.PeerMac, NextHopState.Resolved), f.Slot(id).Word);
        Assert.Empty(f.Sent());
        Assert.Equal(0ul, f.AllDrops());
    }

    [Fact]
    [Requirement("A-051")]
    public void APeerBehindARouterIsReachedByTheRoutersMac()
    {
        using var f = new PlaneFixture();
        uint router = f.NextHop("192.0.2.254");
        Assert.Equal(0u, f.Plane.Tables.Ids.NextHopOf(PlaneFixture.Underlay, System.Net.IPAddress.Parse("198.51.100.7")));
        f.Need(router);
        f.Round();
        // The same request as for the peer, but for the router's address in its last four bytes.
        Assert.Equal(Frames.ArpRequestForPeer[..^8] + "c00002fe", Assert.Single(f.SentFrames()));
    }

    [Fact]
    [Requirement("A-055")]
    public void ASilentNextHopFailsAfterThreeRequestsAndIsTriedAgainThreeSecondsLater()
    {
        using var f = new PlaneFixture();
        uint id = f.NextHop("192.0.2.2");
        f.Need(id);
        f.Round();
        f.Advance(0.999);
        Assert.Single(f.SentFrames());
        f.Advance(1.999);
        Assert.Equal([Frames.ArpRequestForPeer, Frames.ArpRequestForPeer], f.SentFrames());
        Assert.Equal(NextHopState.Pending, f.Slot(id).State);

        f.Advance(0.002);
        Assert.Equal(NextHopState.Failed, f.Slot(id).State);
        Assert.Equal(1, f.Log.Count("peer_down"));
        Assert.Contains(f.Log.Events, e => e.Name == "peer_down" && e.Text.Contains("blue 192.0.2.2", StringComparison.Ordinal));
        Assert.Equal("peer_down", Assert.Single(f.Plane.RaisedConditions).Name);

        // Frames punt nothing now; a late punt changes nothing either.
        f.Need(id);
        f.Advance(2.99);
        Assert.Equal(NextHopState.Failed, f.Slot(id).State);
        Assert.Empty(f.SentFrames());
        f.Advance(0.02);
        Assert.Equal(NextHopState.Idle, f.Slot(id).State);
        Assert.Single(f.Plane.RaisedConditions);

        f.Need(id);
        f.Round();
        Assert.Equal([Frames.ArpRequestForPeer], f.SentFrames());
        f.Frame(Frames.ArpReplyOfPeer);
        f.Round();
        Assert.Equal(NextHopState.Resolved, f.Slot(id).State);
        Assert.Empty(f.Plane.RaisedConditions);
        Assert.Equal(1, f.Log.Count("peer_down_cleared"));
    }

    [Fact]
    [Requirement("A-055")]
    public void AnAnswerIsTakenInEveryState()
    {
        using var f = new PlaneFixture();
        uint id = f.NextHop("192.0.2.2");
        f.Frame(Frames.ArpReplyOfPeer); // nobody asked
        f.Round();
        Assert.Equal(NextHopSlot.Pack(Frames.PeerMac, NextHopState.Resolved), f.Slot(id).Word);

        f.Frame(Frames.GratuitousOfPeer); // it moved to another MAC
        f.Round();
        Assert.Equal(NextHopSlot.Pack(Frames.OtherMac, NextHopState.Resolved), f.Slot(id).Word);

        uint router = f.NextHop("192.0.2.254");
        f.Need(router);
        f.Round();
        f.Advance(3.5);
        Assert.Equal(NextHopState.Failed, f.Slot(router).State);
        f.Frame(Frames.ArpReplyOfPeer.Replace("c0000202", "c00002fe", StringComparison.Ordinal));
        f.Round();
        Assert.Equal(NextHopSlot.Pack(Frames.PeerMac, NextHopState.Resolved), f.Slot(router).Word);
    }

    [Fact]
    public void AnAnswerAtTheVeryMomentOfGivingUpCounts()
    {
        using var f = new PlaneFixture();
        uint id = f.NextHop("192.0.2.2");
        f.Need(id);
        f.Round();
        f.Frame(Frames.ArpReplyOfPeer);
        f.Plane.Collect();
        f.Plane.Process(f.Now + (3 * PlaneFixture.Second));
        Assert.Equal(NextHopState.Resolved, f.Slot(id).State);
        Assert.Equal(0, f.Log.Count("peer_down"));
    }

    [Fact]
    [Requirement("E-063")]
    public void AResolvedNextHopIsProbedByUnicastAndGoesOnForwardingMeanwhile()
    {
        using var f = new PlaneFixture();
        uint id = f.NextHop("192.0.2.2");
        f.Frame(Frames.ArpReplyOfPeer);
        f.Round();
        f.Advance(29.99);
        Assert.Empty(f.SentFrames());
        f.Advance(0.02);
        Assert.Equal([Frames.ArpProbeUnicast], f.SentFrames());
        Assert.Equal(NextHopState.Resolved, f.Slot(id).State);
        f.Frame(Frames.ArpReplyOfPeer);
        f.Round();
        f.Advance(29.9);
        Assert.Empty(f.SentFrames());

        // Now it is gone: three probes a second apart, then it must be asked for anew.
        f.Advance(3.0);
        Assert.Equal([Frames.ArpProbeUnicast, Frames.ArpProbeUnicast, Frames.ArpProbeUnicast], f.SentFrames());
        Assert.Equal(NextHopState.Resolved, f.Slot(id).State);
        f.Advance(0.2);
        Assert.Equal(NextHopState.Idle, f.Slot(id).State);
        Assert.Empty(f.SentFrames());
    }

    [Fact]
    public void AStaticNeighborIsNeverAskedForAndNeverChanges()
    {
        using var f = new PlaneFixture(PlaneFixture.Json(underlay: ", \"neighbors\": [ { \"address\": \"192.0.2.2\", \"mac\": \"02:00:00:00:bb:02\" } ]"));
        uint id = f.NextHop("192.0.2.2");
        ulong word = NextHopSlot.Pack(0x02_BB_00_00_00_02, NextHopState.Resolved);
        Assert.Equal(word, f.Slot(id).Word);
        f.Frame(Frames.GratuitousOfPeer);
        f.Need(id);
        f.Advance(100);
        Assert.Equal(word, f.Slot(id).Word);
        Assert.Empty(f.SentFrames());

        // Taken out of the configuration it is a next hop like any other; put back it is static again.
        Assert.True(f.Plane.Apply(PlaneFixture.Parse(PlaneFixture.Json()), f.Now).Accepted);
        Assert.Equal(NextHopState.Idle, f.Slot(id).State);
        f.Need(id);
        f.Round();
        Assert.Equal([Frames.ArpRequestForPeer], f.SentFrames());
        Assert.True(f.Plane.Apply(f.Configuration, f.Now).Accepted);
        Assert.Equal(word, f.Slot(id).Word);
        f.Advance(10);
        Assert.Empty(f.SentFrames());
    }

    [Theory]
    [Requirement("E-063")]
    [InlineData(Frames.ArpRequestForUs, Frames.ArpReplyOfOurs)]
    [InlineData(Frames.ArpProbeForUs, Frames.ArpReplyToProbe)]
    public void ARequestForAnOwnAddressIsAnswered(string request, string reply)
    {
        using var f = new PlaneFixture();
        f.Frame(request, sequence: 42);
        f.Round();
        (ulong sequence, int port, string hex) = Assert.Single(f.Sent());
        Assert.Equal(reply, hex);
        Assert.Equal(PlaneFixture.Underlay, port);
        Assert.Equal(42ul, sequence);
        Assert.Equal(0ul, f.AllDrops());
    }

    [Fact]
    [Requirement("A-052")]
    public void AnswersAndRequestsCarryTheOuterVlan()
    {
        using var f = new PlaneFixture(PlaneFixture.Json(underlay: ", \"vlan\": 103"));
        f.Frame(Frames.ArpRequestTagged);
        f.Round();
        Assert.Equal([Frames.ArpReplyTagged], f.SentFrames());
        f.Need(f.NextHop("192.0.2.254"));
        f.Round();
        string asked = Assert.Single(f.SentFrames());
        Assert.Equal("81000067" + "0806", asked[24..36]);
    }

    [Fact]
    public void ARequestForSomebodyElseIsConsumedAndTeachesNobodyNew()
    {
        using var f = new PlaneFixture();
        f.Frame(Frames.ArpRequestForOther);
        f.Round();
        Assert.Empty(f.SentFrames());
        Assert.Equal(0ul, f.AllDrops());
        Assert.All(new[] { "192.0.2.2", "192.0.2.254" }, a => Assert.Equal(NextHopState.Idle, f.Slot(f.NextHop(a)).State));
    }

    [Fact]
    public void AnotherHostWithOurAddressIsReportedNotBelieved()
    {
        using var f = new PlaneFixture();
        f.Frame(Frames.ArpOfOurAddress);
        f.Frame(Frames.GratuitousOfOurs); // our own frame, come back: no conflict
        f.Round();
        Assert.Equal(1, f.Log.Count("address_conflict"));
        Assert.Empty(f.SentFrames());
    }

    [Theory]
    [InlineData(Frames.ArpWrongHardware)]
    [InlineData("ffffffffffff02000000aa0208060001080006040001")] // cut short
    [InlineData("ffffffffffff02000000aa0208060001080006040001ffffffffffffc0000202000000000000c0000201")] // a group MAC as sender
    [InlineData("ffffffffffff02000000aa020806000108000604000102000000aa02e0000001000000000000c0000201")] // a group as sender
    [InlineData("ffffffffffff02000000aa020806000108000504000102000000aa02c0000202000000000000c0000201")] // MACs of five bytes
    public void AMalformedPacketIsADropAndNothingElse(string hex)
    {
        PlaneFixture.DropsAsInvalid(hex, nextHop: "192.0.2.2");
    }

    [Fact]
    [Requirement("F-047")]
    public void MoreThanTheBudgetIsDroppedByName()
    {
        using var f = new PlaneFixture(PlaneFixture.Json(top: ", \"budgets\": { \"arp\": 10 }"));
        f.Frame(Frames.ArpRequestForUs, count: 25);
        f.Round();
        Assert.Equal(10, f.SentFrames().Count);
        Assert.Equal(15ul, f.Drops(DropReason.CppArp));
        Assert.Equal(15ul, f.AllDrops());

        f.Advance(0.5);
        f.Frame(Frames.ArpRequestForUs, count: 25);
        f.Round();
        Assert.Equal(5, f.SentFrames().Count);
        Assert.Equal(35ul, f.Drops(DropReason.CppArp));
    }
}

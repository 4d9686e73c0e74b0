using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Neighbors;

/// <summary>ND on an underlay port: next hops and own addresses.</summary>
public sealed class NeighborDiscoveryTests
{
    [Fact]
    [Requirement("E-063")]
    public void ANextHopIsAskedForByItsSolicitedNodeGroupFromTheAddressOnItsSubnet()
    {
        using var f = new PlaneFixture();
        uint id = f.NextHop("2001:db8::2");
        f.Need(id);
        f.Round();
        Assert.Equal([Frames.NsForPeer], f.SentFrames());
        f.Frame(Frames.NaOfPeer);
        f.Round();
        Assert.Equal(NextHopSlot.Pack(Frames.PeerMac, NextHopState.Resolved), f.Slot(id).Word);

        f.Advance(30.01);
        Assert.Equal([Frames.NsUnicastProbe], f.SentFrames());
        Assert.Equal(NextHopState.Resolved, f.Slot(id).State);
        f.Frame(Frames.NaOfPeer);
        f.Round();
        f.Advance(10);
        Assert.Empty(f.SentFrames());
    }

    [Fact]
    public void AnotherMacWithoutTheOverrideFlagIsNotTakenButDoubtedSoon()
    {
        using var f = new PlaneFixture();
        uint id = f.NextHop("2001:db8::2");
        f.Frame(Frames.NaOfPeer);
        f.Round();
        f.Frame(Frames.NaOtherNoOverride);
        f.Round();
        Assert.Equal(NextHopSlot.Pack(Frames.PeerMac, NextHopState.Resolved), f.Slot(id).Word);
        f.Advance(5.01);
        Assert.Equal([Frames.NsUnicastProbe], f.SentFrames());
    }

    [Fact]
    public void AnotherMacWithTheOverrideFlagIsTaken()
    {
        using var f = new PlaneFixture();
        uint id = f.NextHop("2001:db8::2");
        f.Frame(Frames.NaOfPeer);
        f.Frame(Frames.NaOtherOverride);
        f.Round();
        Assert.Equal(NextHopSlot.Pack(Frames.OtherMac, NextHopState.Resolved), f.Slot(id).Word);
    }

    [Fact]
    public void AnAdvertisementThatNobodyAskedForResolvesAConfiguredNextHop()
    {
        using var f = new PlaneFixture();
        f.Frame(Frames.NaOtherNoOverride);
        f.Round();
        Assert.Equal(NextHopSlot.Pack(Frames.OtherMac, NextHopState.Resolved), f.Slot(f.NextHop("2001:db8::2")).Word);
    }

    [Theory]
    [Requirement("E-063")]
    [InlineData(Frames.NsForUs, Frames.NaOfOurs)]
    [InlineData(Frames.DadForUs, Frames.NaToAllNodes)]
    [InlineData(Frames.NsForLinkLocal, Frames.NaOfLinkLocal)]
    public void ASolicitationForAnOwnAddressIsAnswered(string solicitation, string advertisement)
    {
        using var f = new PlaneFixture();
        f.Frame(solicitation);
        f.Round();
        Assert.Equal([advertisement], f.SentFrames());
        Assert.Equal(0ul, f.AllDrops());
    }

    [Fact]
    public void TheSenderOfASolicitationIsLearntOnlyWhereANextHopWaits()
    {
        using var f = new PlaneFixture();
        f.Frame(Frames.NsForUs);
        f.Round();
        Assert.Equal(NextHopSlot.Pack(Frames.PeerMac, NextHopState.Resolved), f.Slot(f.NextHop("2001:db8::2")).Word);
        Assert.Equal(NextHopState.Idle, f.Slot(f.NextHop("192.0.2.2")).State);
    }

    [Theory]
    [InlineData(Frames.NaHopLimit64)]
    [InlineData(Frames.NaBadChecksum)]
    [InlineData(Frames.NaLyingOption)]
    public void AMalformedMessageIsADropAndNothingElse(string hex)
    {
        PlaneFixture.DropsAsInvalid(hex, nextHop: "2001:db8::2");
    }

    [Fact]
    [Requirement("F-047")]
    public void MoreThanTheBudgetIsDroppedByName()
    {
        using var f = new PlaneFixture(PlaneFixture.Json(top: ", \"budgets\": { \"nd\": 3 }"));
        f.Frame(Frames.NsForUs, count: 5);
        f.Round();
        Assert.Equal(3, f.SentFrames().Count);
        Assert.Equal(2ul, f.Drops(DropReason.CppNd));
        Assert.Equal(2ul, f.AllDrops());
    }

    [Fact]
    public void ALinkLocalRouterIsAskedForFromTheLinkLocalAddress()
    {
        using var f = new PlaneFixture(
            PlaneFixture.Json(underlay: "").Replace("\"via\": \"192.0.2.254\" }", "\"via\": \"192.0.2.254\" }, { \"prefix\": \"2001:db8:9::/48\", \"via\": \"fe80::99\" }", StringComparison.Ordinal)
            .Replace("\"2001:db8::2\"", "\"2001:db8:9::7\"", StringComparison.Ordinal));
        f.Need(f.NextHop("fe80::99"));
        f.Round();
        string asked = Assert.Single(f.SentFrames());
        Assert.Equal("fe80000000000000" + "000000fffe000201", asked[44..76]); // IPv6 source, from byte 22 on
        Assert.Equal("ff0200000000000000000001ff000099", asked[76..108]);
    }
}

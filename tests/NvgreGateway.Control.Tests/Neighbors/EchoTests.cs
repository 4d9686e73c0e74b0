using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Neighbors;

/// <summary>Echo to the gateway's own addresses.</summary>
public sealed class EchoTests
{
    [Theory]
    [Requirement("E-064")]
    [InlineData(Frames.EchoRequest, Frames.EchoReply)]
    [InlineData(Frames.EchoRequest6, Frames.EchoReply6)]
    public void AnEchoRequestIsAnswered(string request, string reply)
    {
        using var f = new PlaneFixture();
        f.Frame(request);
        f.Round();
        Assert.Equal([reply], f.SentFrames());
        Assert.Equal(0ul, f.AllDrops());
    }

    [Fact]
    [Requirement("E-064")]
    public void AnOuterVlanIsKept()
    {
        using var f = new PlaneFixture(PlaneFixture.Json(underlay: ", \"vlan\": 103"));
        f.Frame(Frames.EchoRequestTagged);
        f.Round();
        Assert.Equal([Frames.EchoReplyTagged], f.SentFrames());
    }

    [Fact]
    public void OtherIcmpIsConsumedInSilence()
    {
        using var f = new PlaneFixture();
        f.Frame(Frames.IcmpUnreachable);
        f.Frame(Frames.EchoReply);
        f.Frame(Frames.EchoRequest[..^2] + "00"); // a wrong checksum
        f.Round();
        Assert.Empty(f.SentFrames());
        Assert.Equal(0ul, f.AllDrops());
    }

    [Fact]
    [Requirement("F-047")]
    public void MoreThanTheBudgetIsDroppedByName()
    {
        using var f = new PlaneFixture(PlaneFixture.Json(top: ", \"budgets\": { \"icmpEcho\": 2 }"));
        for (int i = 0; i < 5; i++)
        {
            f.Frame(Frames.EchoRequest);
        }

        f.Round();
        Assert.Equal(2, f.SentFrames().Count);
        Assert.Equal(3ul, f.Drops(DropReason.CppIcmp));
        Assert.Equal(3ul, f.AllDrops());
    }
}

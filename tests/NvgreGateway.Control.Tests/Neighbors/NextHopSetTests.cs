using NvgreGateway.Control.Api;
using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Neighbors;

/// <summary>Next hops that peers have beside each other: asked together, watched, and marked while they do not answer.</summary>
public sealed class NextHopSetTests
{
    private const string A = "192.0.2.253", B = "192.0.2.254", Peer = "198.51.100.7";

    private static string Json(string routes = """, { "prefix": "0.0.0.0/0", "via": "192.0.2.253" }""", string top = "") =>
        PlaneFixture.Json(peers: $"\"{Peer}\"", top: top).Replace("\"via\": \"192.0.2.254\" }", "\"via\": \"192.0.2.254\" }" + routes, StringComparison.Ordinal);

    [Fact]
    [Requirement("A-120", "E-063")]
    public void OneThatIsNeededHasAllAsked()
    {
        using var f = new PlaneFixture(Json());
        Assert.Empty(f.SentFrames());
        f.Need(f.NextHop(A));
        f.Round();
        Assert.Equal([Request(A), Request(B)], f.SentFrames());
        f.Need(f.NextHop(B));
        f.Round();
        Assert.Empty(f.SentFrames());
        Assert.Equal((false, false), (IsMarked(f, A), IsMarked(f, B))); // nobody knows yet
    }

    [Fact]
    [Requirement("A-121", "A-055")]
    public void OneThatDoesNotAnswerIsMarkedAskedOnAndShown()
    {
        using var f = new PlaneFixture(Json());
        f.Need(f.NextHop(A));
        f.Round();
        f.Frame(Reply(A));
        f.Round();
        f.Advance(3);
        Assert.Equal((false, true), (IsMarked(f, A), IsMarked(f, B)));
        Assert.Equal(NextHopState.Failed, f.Slot(f.NextHop(B)).State);
        Condition condition = Assert.Single(f.Plane.RaisedConditions);
        Assert.Equal(("next_hop_down", "192.0.2.254 on underlay0"), (condition.Name, condition.Subject));
        PeerStatus peer = Assert.Single(StatusReporter.Peers(f.Plane));
        Assert.Equal(("up", "1 of 2 next hops down"), (peer.Oper, peer.Reason));
        Assert.Equal([(B, "down"), (A, "up")], peer.Paths.Select(static p => (p.NextHop, p.State)));

        // Asked again after three seconds, by itself; the mark stays while it is Pending.
        f.SentFrames();
        f.Advance(3);
        Assert.Equal([Request(B)], f.SentFrames());
        Assert.Equal(NextHopState.Pending, f.Slot(f.NextHop(B)).State);
        Assert.True(IsMarked(f, B));
        f.Frame(Reply(B));
        f.Round();
        Assert.Equal((false, false), (IsMarked(f, A), IsMarked(f, B)));
        Assert.Empty(f.Plane.RaisedConditions);
        Assert.Null(Assert.Single(StatusReporter.Peers(f.Plane)).Reason);
    }

    [Fact]
    [Requirement("A-055")]
    public void APeerIsDownWhenNoNextHopAnswers()
    {
        using var f = new PlaneFixture(Json());
        f.Need(f.NextHop(A));
        f.Round();
        f.Advance(3);
        Assert.Equal(["next_hop_down", "next_hop_down", "peer_down"], f.Plane.RaisedConditions.Select(static c => c.Name).Order());
        PeerStatus peer = Assert.Single(StatusReporter.Peers(f.Plane));
        Assert.Equal(("down", "next hops 192.0.2.254 on underlay0, 192.0.2.253 on underlay0 do not answer"), (peer.Oper, peer.Reason));
        f.Frame(Reply(B));
        f.Round();
        Assert.Equal("next_hop_down", Assert.Single(f.Plane.RaisedConditions).Name);
    }

    [Fact]
    [Requirement("A-121")]
    public void OneThatFallsSilentIsMarkedBeforeEverybodyIsAsked()
    {
        using var f = new PlaneFixture(Json(top: """, "neighbors": { "reachableSeconds": 2, "giveUpSeconds": 2 }"""));
        f.Need(f.NextHop(A));
        f.Round();
        f.Frame(Reply(A));
        f.Frame(Reply(B));
        f.Round();
        f.Advance(3.9);
        Assert.Equal(NextHopState.Resolved, f.Slot(f.NextHop(B)).State);
        f.Frame(Reply(A));
        f.Round();
        f.Advance(0.2);
        Assert.Equal(NextHopState.Pending, f.Slot(f.NextHop(B)).State);
        Assert.Equal((false, true), (IsMarked(f, A), IsMarked(f, B)));
        Assert.Equal("next_hop_down", Assert.Single(f.Plane.RaisedConditions).Name);
    }

    [Fact]
    public void ARestartedControlKeepsTheMark()
    {
        using var f = new PlaneFixture(Json());
        f.Need(f.NextHop(A));
        f.Round();
        f.Frame(Reply(A));
        f.Round();
        f.Advance(6.5); // Pending again
        var plane = new ControlPlane(f.Memory, f.Configuration, f.Log, new ControlOptions { Ordered = true });
        plane.Start(f.Now);
        Assert.Equal(NextHopState.Pending, f.Slot(f.NextHop(B)).State);
        Assert.Equal((false, true), (IsMarked(f, A), IsMarked(f, B)));
        Assert.Contains(plane.RaisedConditions, static c => c.Name == "next_hop_down");
    }

    [Fact]
    public void OneThatJoinsOthersIsAskedAtOnce()
    {
        using var f = new PlaneFixture(Json(""));
        f.Need(f.NextHop(B));
        f.Round();
        f.Frame(Reply(B));
        f.Round();
        f.SentFrames();
        Assert.True(f.Plane.Apply(PlaneFixture.Parse(Json()), f.Now).Changed);
        Assert.Equal([Request(A)], f.SentFrames());
    }

    [Fact]
    public void OneThatBecomesStaticIsMarkedNoMore()
    {
        using var f = new PlaneFixture(Json());
        f.Need(f.NextHop(A));
        f.Round();
        f.Advance(3);
        Assert.True(IsMarked(f, A));
        string json = Json().Replace("\"routes\"", $"\"neighbors\": [ {{ \"address\": \"{A}\", \"mac\": \"02:00:00:00:aa:09\" }} ], \"routes\"", StringComparison.Ordinal);
        Assert.True(f.Plane.Apply(PlaneFixture.Parse(json), f.Now).Changed);
        Assert.Equal((false, true), (IsMarked(f, A), IsMarked(f, B)));
        Assert.Equal("192.0.2.254 on underlay0", Assert.Single(f.Plane.RaisedConditions).Subject);
    }

    [Fact]
    public void OneOfItsOwnIsLeftAloneAsBefore()
    {
        using var f = new PlaneFixture(Json(""));
        f.Need(f.NextHop(B));
        f.Round();
        f.Advance(6.5);
        Assert.Equal(NextHopState.Idle, f.Slot(f.NextHop(B)).State);
        Assert.Equal("peer_down", Assert.Single(f.Plane.RaisedConditions).Name);
    }

    private static bool IsMarked(PlaneFixture f, string address) => (f.Slot(f.NextHop(address)).Word & NextHopSlot.Unreachable) != 0;

    private static string Request(string address) => Frames.ArpRequestForPeer[..^8] + Hex(address);

    private static string Reply(string address) => Frames.ArpReplyOfPeer.Replace("c0000202", Hex(address), StringComparison.Ordinal);

    private static string Hex(string address) => Convert.ToHexStringLower(System.Net.IPAddress.Parse(address).GetAddressBytes());
}

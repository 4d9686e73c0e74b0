using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Groups;

/// <summary>What the underlay is told of PA groups. The frames are those of RFC 2236, 2710, 3376 and 3810, made by hand.</summary>
public sealed class GroupMembershipTests
{
    // 192.0.2.1 or fe80::ff:fe00:201, TTL 1, Router Alert; the record's type stands before the group.
    private const string Join = "01005e000016020000000201080046c0002800004000010241f8c0000201e0000016940400002200e9fb0000000104000000ef010101";
    private const string Leave = "01005e000016020000000201080046c0002800004000010241f8c0000201e0000016940400002200eafb0000000103000000ef010101";
    private const string LeaveAndJoinNext = "01005e000016020000000201080046c0003000004000010241f0c0000201e0000016940400002200f6f60000000203000000ef01010104000000ef010102";
    private const string Answer = "01005e000016020000000201080046c0002800004000010241f8c0000201e0000016940400002200ebfb0000000102000000ef010101";
    private const string Join6 = "33330000001602000000020186dd6000000000240001fe80000000000000000000fffe000201ff0200000000000000000000000000163a000502000001008f006f030000000104000000ff080000000000000000000000000001";
    private const string Leave6 = "33330000001602000000020186dd6000000000240001fe80000000000000000000fffe000201ff0200000000000000000000000000163a000502000001008f0070030000000103000000ff080000000000000000000000000001";
    private const string OldReport = "01005e010101020000000201080046c000200000400001023214c0000201ef010101940400001600f9fcef010101";
    private const string OldLeave = "01005e000002020000000201080046c000200000400001024214c0000201e0000002940400001700f8fcef010101";
    private const string OldReport6 = "33330000000102000000020186dd6000000000200001fe80000000000000000000fffe000201ff0800000000000000000000000000013a0005020000010083007f1700000000ff080000000000000000000000000001";
    private const string OldDone6 = "33330000000202000000020186dd6000000000200001fe80000000000000000000fffe000201ff0200000000000000000000000000023a0005020000010084007e1c00000000ff080000000000000000000000000001";

    // From 192.0.2.254 and fe80::ff:fe00:2fe: a second, and ten milliseconds.
    private const string Query = "01005e0000010200000002fe080046c000240000400001024114c00002fee000000194040000110aec7800000000027d0000";
    private const string OldQuery = "01005e0000010200000002fe080046c000200000400001024118c00002fee000000194040000110aeef500000000";
    internal const string SourceQuery = "01005e0101010200000002fe080046c0002c000040000102310bc00002feef01010194040000110ae870ef010101027d00020a0000010a000002";
    internal const string OldQuery6 = "3333000000010200000002fe86dd6000000000200001fe80000000000000000000fffe0002feff0200000000000000000000000000013a0005020000010082007e20000a000000000000000000000000000000000000";

    private static string Json(string groups) => PlaneFixture.Json(peers: "\"192.0.2.2\" ], \"multicastPa\": [ " + groups);

    [Fact]
    [Requirement("A-085")]
    public void AGroupIsJoinedAtTheStartAndLeftWhenItIsRemoved()
    {
        using var f = new PlaneFixture(Json("\"239.1.1.1\", \"ff08::1\""));
        f.Round();
        Assert.Equal([Join, Join6], f.SentFrames());
        f.Advance(1);
        Assert.Equal([Join, Join6], f.SentFrames());
        f.Advance(60);
        Assert.Empty(f.SentFrames());

        Assert.True(f.Plane.Apply(PlaneFixture.Parse(PlaneFixture.Json(peers: "\"192.0.2.2\"")), f.Now).Accepted);
        Assert.Equal([Leave, Leave6], f.SentFrames());
        f.Advance(1);
        Assert.Equal([Leave, Leave6], f.SentFrames());
        f.Frame(Query);
        f.Advance(60);
        Assert.Empty(f.SentFrames());
        Assert.Equal(0ul, f.AllDrops());
    }

    [Fact]
    [Requirement("A-085")]
    public void AReloadTellsOfItsChangesOnly()
    {
        using var f = new PlaneFixture(Json("\"239.1.1.1\""));
        f.Advance(5);
        Assert.Equal([Join, Join], f.SentFrames());
        Assert.True(f.Plane.Apply(PlaneFixture.Parse(Json("\"239.1.1.1\"").Replace("\"vlan\": 100", "\"vlan\": 101", StringComparison.Ordinal)), f.Now).Changed);
        Assert.Empty(f.SentFrames());
        Assert.True(f.Plane.Apply(PlaneFixture.Parse(Json("\"239.1.1.2\"")), f.Now).Changed);
        f.Advance(5);
        Assert.Equal([LeaveAndJoinNext, LeaveAndJoinNext], f.SentFrames());
    }

    [Fact]
    [Requirement("A-085")]
    public void AGroupOfTwoSegmentsIsLeftByTheLast()
    {
        const string Red = ", { \"name\": \"red\", \"vsid\": 5002, \"attachments\": [ { \"port\": \"access0\", \"vlan\": 200 } ], \"multicastPa\": \"239.1.1.1\" }";
        using var f = new PlaneFixture(PlaneFixture.Json(peers: "\"192.0.2.2\" ], \"multicastPa\": [ \"239.1.1.1\"", segments: Red));
        f.Advance(5);
        Assert.Equal([Join, Join], f.SentFrames());
        f.Plane.Apply(PlaneFixture.Parse(Json("\"239.1.1.1\"")), f.Now);
        f.Advance(5);
        Assert.Empty(f.SentFrames());
        f.Plane.Apply(PlaneFixture.Parse(PlaneFixture.Json()), f.Now);
        Assert.Equal([Leave], f.SentFrames());
    }

    /// <summary>An older querier is spoken to in its version; the group is left as that version does it.</summary>
    [Fact]
    [Requirement("A-085")]
    public void OlderQueriersAreToldInTheirVersion()
    {
        using var f = new PlaneFixture(Json("\"239.1.1.1\", \"ff08::1\""));
        f.Advance(5);
        f.SentFrames();
        f.Frame(OldQuery);
        f.Frame(OldQuery6);
        f.Round();
        f.Advance(1);
        Assert.Equal([OldReport6, OldReport], f.SentFrames());
        f.Plane.Apply(PlaneFixture.Parse(PlaneFixture.Json()), f.Now);
        Assert.Equal([OldLeave, OldDone6], f.SentFrames());
        f.Plane.Apply(PlaneFixture.Parse(Json("\"239.1.1.1\", \"ff08::1\"")), f.Now);
        Assert.Equal([OldReport, OldReport6], f.SentFrames());
        f.Advance(9.9);
        Assert.Empty(f.SentFrames());
        f.Advance(0.2);
        Assert.Equal([OldReport, OldReport6], f.SentFrames());
        f.Advance(300);
        f.Frame(Query);
        f.Round();
        f.Advance(1);
        Assert.Equal([Answer], f.SentFrames());
    }

    /// <summary>Production: nothing before forwarding begins, then at once and again at some time within a second.</summary>
    [Fact]
    [Requirement("A-085", "F-008")]
    public void NothingIsSaidBeforeForwardingBegins()
    {
        using var f = new PlaneFixture(Json("\"239.1.1.1\""), new ControlOptions());
        f.Frame(Query);
        f.Advance(2);
        Assert.Empty(f.SentFrames());
        f.Plane.JoinGroups(f.Now);
        Assert.Equal([Join], f.SentFrames());
        f.Advance(1);
        Assert.Equal([Join], f.SentFrames());
        f.Advance(2);
        f.Frame(Query);
        f.Round();
        f.Advance(1);
        Assert.Equal([Answer], f.SentFrames());
        f.Plane.LeaveGroups(f.Now);
        Assert.Equal([Leave], f.SentFrames());
    }

    [Fact]
    [Requirement("F-047")]
    public void QueriesHaveABudget()
    {
        using var f = new PlaneFixture(Json("\"239.1.1.1\"").Replace("\"segments\"", "\"budgets\": { \"igmp\": 2 }, \"segments\"", StringComparison.Ordinal));
        f.Advance(5);
        f.SentFrames();
        for (int i = 0; i < 5; i++)
        {
            f.Frame(Query);
        }

        f.Round();
        f.Advance(1);
        Assert.Equal([Answer], f.SentFrames());
        Assert.Equal(3ul, f.Drops(DropReason.CppIgmp));
    }

    /// <summary>More groups than fit into one packet are told in several.</summary>
    [Fact]
    [Requirement("A-085")]
    public void ManyGroupsTakeSeveralReports()
    {
        string groups = string.Join(", ", Enumerable.Range(0, 400).Select(static i => $"\"224.1.{i / 200}.{i % 200}\": \"239.1.{i / 200}.{i % 200}\""));
        using var f = new PlaneFixture(PlaneFixture.Json(peers: "\"192.0.2.2\" ], \"groups\": { " + groups + " }, \"records\": [ "));
        List<string> sent = f.SentFrames();
        Assert.Equal([14 + 32 + (196 * 8), 14 + 32 + (196 * 8), 14 + 32 + (8 * 8)], sent.Select(static s => s.Length / 2));
        Assert.Equal(400, sent.Sum(static s => Convert.ToInt32(s.Substring((14 + 24 + 6) * 2, 4), 16)));
    }
}

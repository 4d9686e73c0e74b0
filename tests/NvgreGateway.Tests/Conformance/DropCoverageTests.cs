using System.Text.Json;
using NvgreGateway.Exchange;

namespace NvgreGateway.Tests.Conformance;

/// <summary>
/// The closed list of drop reasons: each is reached by a conformance case, or by a test that is named here, or belongs to a feature that
/// is not there yet, and then no code may give it.
/// </summary>
public sealed class DropCoverageTests
{
    /// <summary>What no capture can reach, since it takes a device, a pool or a ring that fails: where it is reached instead.</summary>
    private static readonly Dictionary<DropReason, string> s_elsewhere = new()
    {
        [DropReason.PortDown] = "NvgreGateway.Dataplane.Tests/FaultTests.cs A_port_that_is_down",
        [DropReason.MbufNomem] = "NvgreGateway.Dataplane.Tests/SizeTests.cs FragmentsThatFindNoBufferAreCountedOnce",
        [DropReason.TxFull] = "NvgreGateway.Dataplane.Tests/FaultTests.cs A_port_that_takes_too_little",
        [DropReason.TxError] = "NvgreGateway.Dataplane.Tests/FaultTests.cs A_port_that_vanishes_while_it_sends",
        [DropReason.PuntFull] = "NvgreGateway.Dataplane.Tests/NeighborTests.cs A_full_way_to_control",
        [DropReason.SpreadFull] = "NvgreGateway.Dataplane.Tests/FaultTests.cs A_full_ring_to_the_worker_that_owns_a_queue",
    };

    /// <summary>Reasons of features that the configuration still refuses as not supported.</summary>
    private static readonly DropReason[] s_later =
    [
        DropReason.Standby, DropReason.InnerSpoof, DropReason.AclIn, DropReason.AclOut, DropReason.PolicyNone, DropReason.PolicyNoRecord,
        DropReason.RewriteUnsupported, DropReason.RewriteNoMap, DropReason.NatNoPort, DropReason.NatNoSession, DropReason.RouteNone, DropReason.RouteTtl,
        DropReason.RouteRdid, DropReason.RouteHairpin, DropReason.RouteMcast, DropReason.RateSegment, DropReason.RatePeer, DropReason.CppDhcp, DropReason.CppBfd,
    ];

    public static TheoryData<DropReason> Reasons =>
        [.. Enumerable.Range(1, (int)DropReason.Count - 1).Select(static r => (DropReason)r)];

    [Theory]
    [MemberData(nameof(Reasons))]
    [Requirement("F-022")]
    public void EveryReasonIsReached(DropReason reason)
    {
        bool byCase = ByCases().Contains(CounterNames.Of(reason));
        if (s_later.Contains(reason))
        {
            Assert.False(byCase, $"{reason} is reached by a case: it is later no more");
            Assert.Empty(GivenBy(reason));
            return;
        }

        if (s_elsewhere.TryGetValue(reason, out string? where))
        {
            string[] parts = where.Split(' ');
            string file = File.ReadAllText(Path.Combine(Tree.Root, "tests", parts[0]));
            int begin = parts[1] == "*" ? 0 : file.IndexOf($"public void {parts[1]}(", StringComparison.Ordinal);
            Assert.True(begin >= 0, $"there is no {where}");
            int end = parts[1] == "*" ? -1 : file.IndexOf("    public ", begin + 1, StringComparison.Ordinal);
            Assert.Contains($"AssertDrops(DropReason.{reason},", file[begin..(end < 0 ? file.Length : end)].Replace($"{reason})", $"{reason},", StringComparison.Ordinal), StringComparison.Ordinal);
            return;
        }

        Assert.True(byCase, $"no conformance case reaches {CounterNames.Of(reason)}: add one, or name the test that does in {nameof(s_elsewhere)}");
    }

    [Fact]
    public void NoReasonIsUnknown()
    {
        HashSet<string> all = [.. Enumerable.Range(1, (int)DropReason.Count - 1).Select(static r => CounterNames.Of((DropReason)r))];
        Assert.Equal((int)DropReason.Count - 1, all.Count);
        Assert.Empty(ByCases().Except(all));
        Assert.Empty(s_elsewhere.Keys.Intersect(s_later));
    }

    private static HashSet<string> ByCases()
    {
        HashSet<string> seen = [];
        foreach (string folder in Directory.GetDirectories(Path.Combine(Tree.Conformance, "cases")))
        {
            using JsonDocument expect = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expect.json")));
            seen.UnionWith(expect.RootElement.GetProperty("drops").EnumerateObject().Where(static d => d.Value.GetInt64() > 0).Select(static d => d.Name));
        }

        return seen;
    }

    // Source files that name a reason: only the list itself, and what tells its rows, may name one of a feature that is not there.
    private static IEnumerable<string> GivenBy(DropReason reason)
    {
        foreach (string project in (string[])["NvgreGateway", "NvgreGateway.Dataplane", "NvgreGateway.Control"])
        {
            foreach (string file in Directory.GetFiles(Path.Combine(Tree.Root, "src", project), "*.cs", SearchOption.AllDirectories))
            {
                if (Path.GetFileName(file) != "DropRules.cs" && File.ReadAllText(file).Split($"DropReason.{reason}").Skip(1).Any(static rest => !char.IsLetterOrDigit(rest[0])))
                {
                    yield return file;
                }
            }
        }
    }
}

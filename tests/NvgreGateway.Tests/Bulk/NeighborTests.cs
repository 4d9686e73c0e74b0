using NvgreGateway.Control.Configuration;
using NvgreGateway.Replay;
using NvgreGateway.Tests.Conformance;

namespace NvgreGateway.Tests.Bulk;

/// <summary>Neighbours over minutes, and floods of control traffic: what holds for many packets, not one by one.</summary>
public sealed class NeighborTests
{
    private const ulong Start = 1_700_000_000_000_000_000, Millisecond = 1_000_000;
    private static readonly byte[] s_gateway = [2, 0, 0, 0, 2, 1], s_neighbor = [2, 0, 0, 0, 0xaa, 0x77], s_broadcast = [255, 255, 255, 255, 255, 255];
    private static readonly byte[] s_local = [192, 0, 2, 1], s_peer = [192, 0, 2, 77];

    /// <summary>A neighbour that answers whenever it is asked is never lost: after the first answer nothing waits and nothing is dropped.</summary>
    [Fact]
    [Requirement("E-063")]
    public void ANeighbourThatAnswersStaysReachable()
    {
        (Replayed run, int asked) = Talk(_ => true);
        Assert.Empty(run.Result.Drops);
        Assert.InRange(asked, 2, 8);
        List<Frame> data = [.. run.Output[1].Where(f => f.Bytes[12] == 0x08 && f.Bytes[13] == 0)];
        Assert.Equal(1200, data.Count);
        Assert.All(data, f => Assert.Equal(s_neighbor, f.Bytes[..6]));
        Assert.Equal(Enumerable.Range(1, 1199).Select(i => Start + ((ulong)i * 100 * Millisecond)), data.Skip(1).Select(f => f.Nanoseconds));
        // the refresh is a question to the neighbour or to all, from our address; never anything else
        Assert.All(run.Output[1].Where(f => f.Bytes[13] == 6), f => Assert.True(f.Bytes.AsSpan(0, 6).SequenceEqual(s_broadcast) || f.Bytes.AsSpan(0, 6).SequenceEqual(s_neighbor)));
    }

    /// <summary>One that falls silent is used until its time is over, then its frames are dropped as unresolved, never sent to a broadcast MAC.</summary>
    [Fact]
    [Requirement("A-055")]
    public void ANeighbourThatFallsSilentTimesOut()
    {
        (Replayed run, int asked) = Talk(time => time < 1000 * Millisecond);
        List<Frame> data = [.. run.Output[1].Where(f => f.Bytes[12] == 0x08 && f.Bytes[13] == 0)];
        Assert.All(data, f => Assert.Equal(s_neighbor, f.Bytes[..6]));
        ulong last = data[^1].Nanoseconds - Start;
        Assert.InRange(last, 29_000 * Millisecond, 60_000 * Millisecond);
        Assert.True(asked > 5, "it goes on asking");
        Assert.Equal(["drop.neigh.pending", "drop.neigh.unresolved"], run.Result.Drops.Keys.Append("drop.neigh.pending").Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(1200UL, run.Result.Transmitted + run.Result.Drops.Values.Aggregate(0UL, (a, b) => a + b));
    }

    /// <summary>Ten seconds of 2000 a second against a budget of 100 (echo) or 1000 (ARP, ND): the excess is named, tunnel traffic loses nothing (F-047).</summary>
    [Theory]
    [InlineData("echo", "drop.cpp.icmp", 100)]
    [InlineData("arp", "drop.cpp.arp", 1000)]
    [InlineData("nd", "drop.cpp.nd", 1000)]
    [Requirement("E-064")]
    public void AFloodOfQuestionsIsAnsweredWithinItsBudget(string kind, string drop, int budget)
    {
        const int count = 20_000;
        List<Frame> underlay = [], access = [];
        for (int i = 0; i < count; i++)
        {
            ulong time = Start + ((ulong)(i / 2) * Millisecond);
            underlay.Add(new Frame(time, Question(kind)));
            access.Add(new Frame(time, Reference.Tagged([.. Reference.Vm, .. Reference.Host, 0x88, 0xb5, .. new byte[50]])));
        }

        Replayed run = Replayed.Run(Configuration(true), [("access0", access), ("underlay0", underlay)], 32, 2);
        Replayed.AssertClosed(run.Result);
        int answers = run.Output[1].Count(f => f.Bytes[12] != 0x08 || f.Bytes[13] != 0 || f.Bytes[23] != 47);
        Assert.Equal((ulong)count, run.Result.Transmitted);
        Assert.Equal([drop], run.Result.Drops.Keys);
        Assert.Equal((ulong)count, run.Result.Consumed + run.Result.Drops[drop]);
        Assert.Equal((ulong)answers, run.Result.Consumed);
        Assert.InRange(answers, budget * 98 / 10, budget * 115 / 10); // ten seconds of it, and one bucket to begin with
    }

    /// <summary>
    /// Broadcasts to 600 peers of whom none answers: more than is ever held. What is not held is dropped by name, nothing is thrown,
    /// every buffer comes back.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void HundredsOfSilentPeersExhaustNothing(int workers)
    {
        string peers = string.Join(", ", Enumerable.Range(0, 600).Select(i => $"\"10.0.{i / 200}.{(i % 200) + 1}\""));
        GatewayConfiguration configuration = Replayed.Configure($$"""
            { "name": "silent",
              "ports": [
                { "name": "access0", "role": "access", "device": "net_null0", "mac": "02:00:00:00:01:01" },
                { "name": "underlay0", "role": "underlay", "device": "net_null1", "mac": "02:00:00:00:02:01", "addresses": ["10.0.255.1/16"] } ],
              "segments": [ { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ], "peers": [ {{peers}} ] } ] }
            """);
        List<Frame> hello = [.. Enumerable.Range(0, 200).Select(i => new Frame(Start + ((ulong)(i / 50) * Millisecond), Reference.Tagged([.. s_broadcast, .. Reference.Host, 0x88, 0xb5, .. new byte[50]])))];
        Replayed run = Replayed.Run(configuration, [("access0", hello)], 32, workers);
        Replayed.AssertClosed(run.Result);
        Assert.Equal(["drop.neigh.pending", "drop.neigh.unresolved"], run.Result.Drops.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(200UL, run.Result.Drops.Values.Aggregate(0UL, (a, b) => a + b));
        Assert.All(run.Output[1], f => Assert.Equal(0x0806, (f.Bytes[12] << 8) | f.Bytes[13]));
        Assert.Equal(600 * 3, run.Output[1].Count);
    }

    /// <summary>A host talks to an on-link peer ten times a second for two minutes; whoever is asked answers a millisecond later, if he wants.</summary>
    private static (Replayed Run, int Asked) Talk(Func<ulong, bool> answers)
    {
        GatewayConfiguration configuration = Configuration(false);
        List<Frame> access = [.. Enumerable.Range(0, 1200).Select(i => new Frame(Start + ((ulong)i * 100 * Millisecond), Reference.Tagged([.. Reference.Vm, .. Reference.Host, 0x88, 0xb5, .. new byte[50]])))];
        List<Frame> replies = [];
        while (true)
        {
            Replayed run = Replayed.Run(configuration, [("access0", access), ("underlay0", replies)], 32, 1);
            Replayed.AssertClosed(run.Result);
            List<Frame> asked = [.. run.Output[1].Where(f => f.Bytes[12] == 0x08 && f.Bytes[13] == 0x06)];
            List<Frame> wanted = [.. asked.Where(f => answers(f.Nanoseconds - Start)).Select(f => new Frame(f.Nanoseconds + Millisecond, [.. s_gateway, .. s_neighbor, 8, 6, 0, 1, 8, 0, 6, 4, 0, 2, .. s_neighbor, .. s_peer, .. s_gateway, .. s_local]))];
            if (wanted.Count == replies.Count)
            {
                return (run, asked.Count);
            }

            Assert.True(wanted.Count > replies.Count, "an answer led to fewer questions than before");
            replies = wanted[..(replies.Count + 1)];
        }
    }

    private static byte[] Question(string kind)
    {
        byte[] asker = [2, 0, 0, 0, 0xaa, 0x55];
        return kind switch
        {
            "arp" => [.. s_broadcast, .. asker, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, .. asker, 192, 0, 2, 55, .. new byte[6], .. s_local],
            "nd" => Pcap.Read(Path.Combine(Tree.Case("solicitation-for-a-local-address"), "in-underlay0.pcap"))[0].Bytes,
            _ => Pcap.Read(Path.Combine(Tree.Case("echo"), "in-underlay0.pcap"))[0].Bytes,
        };
    }

    private static GatewayConfiguration Configuration(bool known) => Replayed.Configure($$"""
        { "name": "neighbours",
          "ports": [
            { "name": "access0", "role": "access", "device": "net_null0", "mac": "02:00:00:00:01:01" },
            { "name": "underlay0", "role": "underlay", "device": "net_null1", "mac": "02:00:00:00:02:01", "addresses": ["192.0.2.1/24", "2001:db8:a::1/64"],
              "neighbors": [ { "address": "192.0.2.55", "mac": "02:00:00:00:aa:55" }, { "address": "2001:db8:a::55", "mac": "02:00:00:00:aa:55" }
                {{(known ? """, { "address": "192.0.2.77", "mac": "02:00:00:00:aa:77" }""" : "")}} ] } ],
          "segments": [
            { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ], "peers": [ "192.0.2.77" ],
              "records": [ { "mac": "00:15:5d:00:00:0b", "ca": "10.1.1.11", "pa": "192.0.2.77" }, { "mac": "02:00:00:00:0a:01", "port": "access0", "vlan": 100 } ] } ] }
        """);
}

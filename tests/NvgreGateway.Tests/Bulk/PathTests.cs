using System.Buffers.Binary;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Replay;
using NvgreGateway.Tests.Conformance;

namespace NvgreGateway.Tests.Bulk;

/// <summary>Rows that speak of many flows over several paths, and of many tenants over one.</summary>
public sealed class PathTests
{
    private const ulong Start = 1_700_000_000_000_000_000;
    private const int Underlay = 1, Flows = 10_000;

    /// <summary>
    /// 10 000 flows of one peer and VSID over two next hops: each takes 45 to 55 %, and FlowIDs are as varied within each as over all, or
    /// switches behind one next hop would have less to spread by.
    /// </summary>
    [Theory]
    [InlineData("tuples")]
    [InlineData("source ports")]
    [InlineData("ping")]
    [InlineData("not IP")]
    [Requirement("A-120")]
    public void FlowsAreSpreadOverTwoNextHops(string kind)
    {
        List<byte[]>[] by = Sorted(Configure(2), kind, static outer => outer[5] & 1, 2);
        Assert.All(by, static sent => Assert.InRange(sent.Count, Flows * 45 / 100, Flows * 55 / 100));
        foreach (List<byte[]> sent in by)
        {
            double expected = sent.Count / 256.0;
            double chiSquare = sent.GroupBy(static f => f[41]).Sum(g => Math.Pow(g.Count() - expected, 2) / expected);
            Assert.Equal(256, sent.Select(static f => f[41]).Distinct().Count());
            Assert.True(chiSquare < 330.52, $"chi square {chiSquare:F1} of 255 degrees of freedom: p < 0.001");
        }
    }

    /// <summary>Source address and next hop are chosen independently: each of eight pairs has its share.</summary>
    [Fact]
    [Requirement("A-066", "A-120")]
    public void SourcesAndNextHopsAreIndependent()
    {
        List<byte[]>[] by = Sorted(Configure(4, ""","spread": "flow" """, ""","203.0.113.1/24" """), "source ports", static outer => (outer[5] & 3) | (outer[26] == 203 ? 4 : 0), 8);
        Assert.All(by, static sent => Assert.InRange(sent.Count, Flows * 11 / 100, Flows * 14 / 100));
    }

    /// <summary>One of four next hops is removed: its flows move, to all of the others, and no other flow does.</summary>
    [Fact]
    [Requirement("A-121", "F-053")]
    public void ANextHopThatIsRemovedMovesItsOwnFlows()
    {
        Dictionary<int, int> before = Hops(Configure(4)), after = Hops(Configure(4, without: 2));
        int moved = 0;
        foreach ((int flow, int hop) in before)
        {
            if (hop == 2)
            {
                Assert.NotEqual(2, after[flow]);
                moved++;
            }
            else
            {
                Assert.Equal(hop, after[flow]);
            }
        }

        Assert.InRange(moved, Flows * 23 / 100, Flows * 27 / 100);
        Assert.All(new[] { 0, 1, 3 }, hop => Assert.InRange(after.Count(p => p.Value == hop && before[p.Key] == 2), moved * 29 / 100, moved * 38 / 100));
    }

    /// <summary>10 000 tenant addresses in 100 VSIDs behind one pair of PAs: outside stand the PAs and the MACs of the PA side, nothing of tenants.</summary>
    [Fact]
    [Requirement("A-130", "A-131")]
    public void TenThousandTenantAddressesBehindOnePair()
    {
        const int segments = 100, tenants = 100;
        string list = string.Join(',', Enumerable.Range(0, segments).Select(static s =>
            $$"""{ "name": "s{{s}}", "vsid": {{6000 + s}}, "attachments": [ { "port": "access0", "vlan": {{100 + s}} } ], "peers": [ "198.51.100.10" ], "records": [ { "mac": "02:00:00:00:0a:01", "port": "access0", "vlan": {{100 + s}} } ] }"""));
        GatewayConfiguration configuration = Replayed.Configure($$"""
            { "name": "many", "ports": [ { "name": "access0", "role": "access", "device": "net_null0", "mac": "02:00:00:00:01:01" }, {{UnderlayPort(1)}} ], "segments": [ {{list}} ] }
            """);
        List<Frame> down = [], up = [];
        HashSet<string> wantDown = [], wantUp = [];
        for (int s = 0; s < segments; s++)
        {
            for (int t = 0; t < tenants; t++)
            {
                // The same MACs and addresses in every segment: only the VSID tells them apart.
                byte[] mac = [0x00, 0x15, 0x5D, 0x00, 0x01, (byte)t], vm = [10, 1, 2, (byte)t], host = [10, 1, 1, 200];
                byte[] there = [.. mac, .. Reference.Host, .. Udp(host, vm, 1000 + s)], back = [.. Reference.Host, .. mac, .. Udp(vm, host, 1000 + s)];
                down.Add(new Frame(Start + (ulong)(s * 1000), Outer(back, 6000 + s)));
                wantDown.Add(Convert.ToHexString(Tagged(back, 100 + s)));
                up.Add(new Frame(Start + 1_000_000_000 + (ulong)(s * 1000), Tagged(there, 100 + s)));
                wantUp.Add($"{6000 + s} {Convert.ToHexString(there)}");
            }
        }

        ReplayResult result = Replayed.Run(configuration, [("access0", up), ("underlay0", down)], 32, 2, (port, _, bytes) =>
        {
            if (port != Underlay)
            {
                Assert.True(wantDown.Remove(Convert.ToHexString(bytes)));
                return;
            }

            Assert.Equal("0200000002F0020000000201", Convert.ToHexString(bytes[..12])); // next hop and gateway
            Assert.Equal("C0000201C633640A", Convert.ToHexString(bytes[26..34]));
            Assert.True(wantUp.Remove($"{BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(38)) >> 8} {Convert.ToHexString(bytes[42..])}"));
        });
        Assert.Empty(wantDown);
        Assert.Empty(wantUp);
        Assert.DoesNotContain("fdb.unknown", result.Counters); // every one was learned
        Assert.Empty(result.Drops);
        Replayed.AssertClosed(result);
    }

    private static string UnderlayPort(int hops, string addresses = "", int without = -1)
    {
        int[] kept = [.. Enumerable.Range(0, hops).Where(h => h != without)];
        return $$"""
            { "name": "underlay0", "role": "underlay", "device": "net_null1", "mac": "02:00:00:00:02:01", "addresses": ["192.0.2.1/24"{{addresses}}],
              "routes": [ {{string.Join(',', kept.Select(static h => $$"""{ "prefix": "0.0.0.0/0", "via": "192.0.2.{{240 + h}}" }"""))}} ],
              "neighbors": [ {{string.Join(',', kept.Select(static h => $$"""{ "address": "192.0.2.{{240 + h}}", "mac": "02:00:00:00:02:f{{h}}" }"""))}} ] }
            """;
    }

    private static GatewayConfiguration Configure(int hops, string segment = "", string addresses = "", int without = -1) => Replayed.Configure($$"""
        { "name": "paths",
          "ports": [ { "name": "access0", "role": "access", "device": "net_null0", "mac": "02:00:00:00:01:01" }, {{UnderlayPort(hops, addresses, without)}} ],
          "segments": [ { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ], "peers": [ "198.51.100.10" ],
            "records": [ { "mac": "00:15:5d:00:00:0b", "ca": "10.1.1.11", "pa": "198.51.100.10" } ]{{segment}} } ] }
        """);

    // Every flow twice: both packets of one must go one way.
    private static List<byte[]>[] Sorted(GatewayConfiguration configuration, string kind, Func<byte[], int> of, int count)
    {
        List<Frame> frames = [];
        List<byte[]> inner = [];
        for (int i = 0; i < 2 * Flows; i++)
        {
            inner.Add(Inner(kind, i % Flows));
            frames.Add(new Frame(Start + (ulong)(i / 64), Reference.Tagged(inner[i])));
        }

        var by = new List<byte[]>[count];
        for (int i = 0; i < count; i++)
        {
            by[i] = [];
        }

        var way = new int[Flows];
        int next = 0;
        ReplayResult result = Replayed.Run(configuration, [("access0", frames)], 32, 2, (_, _, bytes) =>
        {
            int flow = next % Flows, chosen = of(bytes);
            Assert.True(bytes.AsSpan(42, inner[next].Length).SequenceEqual(inner[next]));
            if (next++ < Flows)
            {
                way[flow] = chosen;
                by[chosen].Add(bytes);
            }
            else
            {
                Assert.Equal(way[flow], chosen);
            }
        });
        Assert.Equal(2 * Flows, next);
        Assert.Empty(result.Drops);
        Replayed.AssertClosed(result);
        return by;
    }

    private static Dictionary<int, int> Hops(GatewayConfiguration configuration)
    {
        List<byte[]>[] by = Sorted(configuration, "source ports", static outer => outer[5] & 3, 4);
        return by.SelectMany(static (sent, hop) => sent.Select(f => (Flow: (int)BinaryPrimitives.ReadUInt16BigEndian(f.AsSpan(42 + 34)), Hop: hop)))
            .ToDictionary(static p => p.Flow, static p => p.Hop);
    }

    private static byte[] Inner(string kind, int i)
    {
        byte[] low = [(byte)(i >> 8), (byte)i];
        return kind switch
        {
            "tuples" => [.. Reference.Vm, .. Reference.Host, .. Udp([10, (byte)(i * 7), .. low], [10, 200, (byte)(i * 13), (byte)(i >> 5)], i * 31 % 65536)],
            "source ports" => [.. Reference.Vm, .. Reference.Host, .. Udp([10, 1, 1, 200], [10, 1, 1, 11], i)],
            "ping" => [.. Reference.Vm, .. Reference.Host, .. Udp([10, 1, .. low], [10, 1, 1, 11], 0, protocol: 1)],
            _ => [.. Reference.Vm, 0x02, 0x00, 0x00, 0x01, .. low, 0x88, 0xB5, .. new byte[50]],
        };
    }

    // EtherType, IPv4 and the head of UDP, from a port to 443.
    private static byte[] Udp(byte[] source, byte[] destination, int port, byte protocol = 17)
    {
        byte[] ip = [0x45, 0, 0, 48, 0, 0, 0x40, 0, 64, protocol, 0, 0, .. source, .. destination];
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(10), Packets.InternetChecksum.Compute(ip).ToHost());
        return [0x08, 0x00, .. ip, (byte)(port >> 8), (byte)port, 1, 0xBB, 0, 28, 0, 0, .. new byte[20]];
    }

    private static byte[] Tagged(byte[] inner, int vlan) => [.. inner[..12], 0x81, 0, (byte)(vlan >> 8), (byte)vlan, .. inner[12..]];

    private static byte[] Outer(byte[] inner, int vsid)
    {
        byte[] frame = Reference.Tunnelled(inner, 0, 64);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(38), (uint)vsid << 8);
        return frame;
    }
}

using System.Buffers.Binary;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Replay;
using NvgreGateway.Tests.Conformance;

namespace NvgreGateway.Tests.Bulk;

/// <summary>
/// Whatever comes from the wire: the frames of every conformance case, mutated, cut, spliced and grown, on every port. The
/// accounting closes, nothing is thrown, what leaves is well-formed, and burst size and number of workers change nothing.
/// </summary>
public sealed class MutationTests
{
    private const int FramesPerSeed = 30_000;
    private const string Plain = """
        { "name": "mutation",
          "ports": [
            { "name": "access0", "role": "access", "device": "net_null0", "mac": "02:00:00:00:01:01", "nativeVlan": 100 },
            { "name": "access1", "role": "access", "device": "net_null1", "mac": "02:00:00:00:01:02", "mode": "access", "nativeVlan": 300 },
            { "name": "underlay0", "role": "underlay", "device": "net_null2", "mac": "02:00:00:00:02:01", "addresses": ["192.0.2.1/24", "2001:db8:a::1/64"],
              "routes": [ { "prefix": "0.0.0.0/0", "via": "192.0.2.254" }, { "prefix": "::/0", "via": "2001:db8:a::fe" } ],
              "neighbors": [ { "address": "192.0.2.254", "mac": "02:00:00:00:02:fe" }, { "address": "2001:db8:a::fe", "mac": "02:00:00:00:02:fe" } ] } ],
          "segments": [
            { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 }, { "port": "access1", "vlan": 300 } ],
              "peers": [ "198.51.100.10", "2001:db8:b::10", "198.51.100.11", "192.0.2.77" ],
              "records": [ { "mac": "00:15:5d:00:00:0b", "ca": "10.1.1.11", "pa": "198.51.100.10" }, { "mac": "00:15:5d:00:00:77", "ca": "10.1.1.77", "pa": "192.0.2.77" } ] },
            { "name": "green", "vsid": 5002, "attachments": [ { "port": "access0", "vlan": 200 } ], "peers": [ "198.51.100.10" ], "limits": { "macs": 20, "action": "drop" } },
            { "name": "red", "vsid": 1193046, "attachments": [ { "port": "access0", "vlan": 201 } ], "peers": [ { "address": "198.51.100.10", "adminState": "down" } ] } ],
          "fdb": { "capacity": 1024, "ageingSeconds": 10 } }
        """;

    private const string Tagged = """
        { "name": "mutation",
          "ports": [
            { "name": "access0", "role": "access", "device": "net_null0", "mac": "02:00:00:00:01:01", "trust": "none", "controlFrames": "forward" },
            { "name": "access1", "role": "access", "device": "net_null1", "mac": "02:00:00:00:01:02", "mode": "access", "nativeVlan": 300 },
            { "name": "underlay0", "vlan": 103, "ttl": 9, "role": "underlay", "device": "net_null2", "mac": "02:00:00:00:02:01", "addresses": ["192.0.2.1/24", "2001:db8:a::1/64"],
              "routes": [ { "prefix": "0.0.0.0/0", "via": "192.0.2.254" }, { "prefix": "::/0", "via": "2001:db8:a::fe" } ],
              "neighbors": [ { "address": "192.0.2.254", "mac": "02:00:00:00:02:fe" }, { "address": "2001:db8:a::fe", "mac": "02:00:00:00:02:fe" } ] } ],
          "segments": [
            { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 }, { "port": "access1", "vlan": 300 } ],
              "peers": [ { "address": "198.51.100.10", "ecn": "normal", "dscp": { "encapsulate": "pcp", "decapsulate": "uniform" } }, { "address": "2001:db8:b::10", "ecn": "normal", "flowId": "zero" }, "198.51.100.11", "192.0.2.77" ], "localSwitching": false,
              "records": [ { "mac": "00:15:5d:00:00:0b", "ca": "10.1.1.11", "pa": "198.51.100.10" }, { "mac": "00:15:5d:00:00:77", "ca": "10.1.1.77", "pa": "192.0.2.77" } ] },
            { "name": "green", "vsid": 5002, "attachments": [ { "port": "access0", "vlan": 200 } ], "peers": [ "198.51.100.10" ], "learning": false, "records": [ { "mac": "00:15:5d:00:00:0b", "pa": "198.51.100.10", "sticky": true } ] },
            { "name": "red", "vsid": 1193046, "attachments": [ { "port": "access0", "vlan": 201 } ], "peers": [ { "address": "198.51.100.10", "adminState": "down" } ] } ],
          "fdb": { "capacity": 1024, "ageingSeconds": 10, "moves": { "limit": 2, "windowSeconds": 10, "action": "drop" } }, "flowId": "hash", "neighbors": { "hold": 5 } }
        """;

    private const string Stacked = """
        { "name": "mutation",
          "ports": [
            { "name": "access0", "role": "access", "device": "net_null0", "mac": "02:00:00:00:01:01", "mode": "qinq" },
            { "name": "access1", "role": "access", "device": "net_null1", "mac": "02:00:00:00:01:02", "tpid": "0x9100", "nativeVlan": 300, "trust": "pcp" },
            { "name": "underlay0", "role": "underlay", "device": "net_null2", "mac": "02:00:00:00:02:01", "addresses": ["192.0.2.1/24", "2001:db8:a::1/64"],
              "routes": [ { "prefix": "0.0.0.0/0", "via": "192.0.2.254" }, { "prefix": "::/0", "via": "2001:db8:a::fe" } ],
              "neighbors": [ { "address": "192.0.2.254", "mac": "02:00:00:00:02:fe" }, { "address": "2001:db8:a::fe", "mac": "02:00:00:00:02:fe" } ] } ],
          "segments": [
            { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 200, "innerVlan": 7 }, { "port": "access0", "vlan": 100 }, { "port": "access1", "vlan": 300 } ],
              "peers": [ { "address": "198.51.100.10", "minTtl": 3 }, "2001:db8:b::10", "198.51.100.11", "192.0.2.77" ], "rewriteInnerDscp": true,
              "records": [ { "mac": "00:15:5d:00:00:0b", "ca": "10.1.1.11", "pa": "198.51.100.10" }, { "mac": "00:15:5d:00:00:77", "ca": "10.1.1.77", "pa": "192.0.2.77" } ] },
            { "name": "green", "vsid": 4902, "attachments": [ { "port": "access0", "vlans": "101-140" } ], "peers": [ "198.51.100.10" ] },
            { "name": "red", "vsid": 1193046, "attachments": [ { "port": "access1", "vlan": 201 } ], "peers": [ { "address": "198.51.100.10", "adminState": "down" } ] } ],
          "lenient": { "checksum": true, "sequence": true }, "fdb": { "capacity": 1024, "ageingSeconds": 10 } }
        """;

    private static readonly ushort[] s_tags = [0x8100, 0x88A8, 0x9100, 0x9200];
    private static readonly int[] s_vsids = [5001, 5002, 0x123456];

    private static readonly Lazy<List<byte[]>> s_corpus = new(() =>
    [
        .. Directory.GetFiles(Path.Combine(Tree.Conformance, "cases"), "in-*.pcap", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .SelectMany(p => Pcap.Read(p).Take(60)).Select(f => f.Bytes),
    ]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [Requirement("F-020")]
    public void AccountingClosesAndTheWayChangesNothing(int seed)
    {
        // in turn: the defaults; an outer tag on the PA side and other settings; QinQ, VLAN ranges and leniency
        bool tagged = seed % 3 == 0, stacked = seed % 3 == 2;
        GatewayConfiguration configuration = Replayed.Configure(tagged ? Tagged : stacked ? Stacked : Plain);
        IReadOnlyList<(string, IReadOnlyList<Frame>)> inputs = Inputs(new Random(seed), tagged);
        List<(int Port, ulong Time, byte[] Bytes)>? first = null;
        string numbers = "";
        foreach ((int burst, int workers) in Replayed.Ways)
        {
            List<(int Port, ulong Time, byte[] Bytes)> sent = [];
            ReplayResult result = Replayed.Run(configuration, inputs, burst, workers, (port, time, bytes) =>
            {
                WellFormed(port, bytes, tagged, stacked);
                sent.Add((port, time, bytes));
            });
            sent = [.. sent.OrderBy(f => f.Port)]; // a stable sort: for each port the order in which it sent
            Replayed.AssertClosed(result);
            Assert.Equal((ulong)FramesPerSeed, result.Received);
            string now = $"{result.Transmitted} {result.Consumed} {result.Copies} {Text(result.Drops)} {Text(result.Counters)}";
            if (first is null)
            {
                (first, numbers) = (sent, now);
            }

            for (int i = 0; i < Math.Min(first.Count, sent.Count); i++)
            {
                Assert.True(
                    first[i].Port == sent[i].Port && first[i].Time == sent[i].Time && first[i].Bytes.AsSpan().SequenceEqual(sent[i].Bytes),
                    $"burst {burst}, {workers} worker(s), frame {i}: {first[i].Time} {Convert.ToHexStringLower(first[i].Bytes)} on port {first[i].Port}, now {sent[i].Time} {Convert.ToHexStringLower(sent[i].Bytes)} on port {sent[i].Port}");
            }

            Assert.Equal(first.Count, sent.Count);
            Assert.Equal(numbers, now);
            Assert.True(result.Transmitted > FramesPerSeed / 40, "hardly anything got through: the test tests little");
            Assert.True(result.Drops.Count > 30, "few kinds of drops: the test tests little: " + Text(result.Drops));
        }
    }

    /// <summary>A worker keeps a bounded number of protocol types by name and the rest together, so only their sum is the same for all.</summary>
    private static string Text(IReadOnlyDictionary<string, ulong> map) => string.Join(' ', map
        .GroupBy(p => p.Key.StartsWith("gre.proto.", StringComparison.Ordinal) ? "gre.proto" : p.Key, p => (long)p.Value)
        .OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key}={g.Sum()}"));

    private static IReadOnlyList<(string, IReadOnlyList<Frame>)> Inputs(Random random, bool tagged)
    {
        List<Frame>[] frames = [[], [], []];
        ulong time = 1_700_000_000_000_000_000;
        for (int i = 0; i < FramesPerSeed; i++)
        {
            // runs of one time stamp, of all lengths around the burst size; now and then a long silence
            time += random.Next(40) != 0 ? 0 : random.Next(100) == 0 ? 3_000_000_000UL : (ulong)random.Next(20_000_000);
            byte[] frame = Mutated(random);
            bool tunnel = frame.Length >= 6 && frame.AsSpan(0, 6).SequenceEqual((byte[])[2, 0, 0, 0, 2, 1]);
            if (tagged && tunnel && random.Next(10) != 0)
            {
                frame = [.. frame[..Math.Min(12, frame.Length)], 0x81, 0x00, 0x00, 103, .. frame[Math.Min(12, frame.Length)..]];
            }

            int port = random.Next(20) == 0 ? random.Next(3) : tunnel ? 2 : random.Next(4) == 0 ? 1 : 0;
            frames[port].Add(new Frame(time, frame));
        }

        return [("access0", frames[0]), ("access1", frames[1]), ("underlay0", frames[2])];
    }

    private static byte[] Mutated(Random random)
    {
        byte[] frame = [.. s_corpus.Value[random.Next(s_corpus.Value.Count)]];
        for (int changes = random.Next(4); changes > 0; changes--)
        {
            if (frame.Length == 0)
            {
                return [(byte)random.Next(256)];
            }

            int at = random.Next(3) == 0 ? random.Next(frame.Length) : random.Next(Math.Min(frame.Length, 80));
            switch (random.Next(9))
            {
                case 0:
                    frame[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    frame[at] = (byte)random.Next(256);
                    break;
                case 2:
                    frame[at] = random.Next(2) == 0 ? (byte)0 : (byte)0xFF;
                    break;
                case 3:
                    frame = frame[..at];
                    break;
                case 4:
                    frame = [.. frame[..at], .. frame[Math.Min(frame.Length, at + random.Next(9))..]];
                    break;
                case 5:
                    byte[] more = new byte[random.Next(random.Next(10) == 0 ? 1600 : 12)];
                    random.NextBytes(more);
                    frame = [.. frame[..at], .. more, .. frame[at..]];
                    break;
                case 6:
                    byte[] other = s_corpus.Value[random.Next(s_corpus.Value.Count)];
                    frame = [.. frame[..at], .. other[Math.Min(other.Length, at)..]];
                    break;
                case 7:
                    BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(Math.Min(at, Math.Max(0, frame.Length - 2))) is { Length: >= 2 } two ? two : new byte[2], (ushort)random.Next(65536));
                    break;
                default:
                    // a mutation behind an outer IPv4 header is seen only if its checksum is right
                    Repair(frame);
                    break;
            }
        }

        if (random.Next(2) == 0)
        {
            Repair(frame);
        }

        return frame;
    }

    private static void Repair(byte[] frame)
    {
        if (frame.Length < 34 || frame[12] != 0x08 || frame[13] != 0)
        {
            return;
        }

        int length = Math.Min(4 * (frame[14] & 15), frame.Length - 14) & ~1;
        if (length < 20)
        {
            return;
        }

        frame[24] = frame[25] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(24), (ushort)~Sum(frame.AsSpan(14, length)));
    }

    private static uint Sum(ReadOnlySpan<byte> even)
    {
        uint sum = 0;
        for (int i = 0; i < even.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(even[i..]);
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        return (sum & 0xFFFF) + (sum >> 16);
    }

    private static void WellFormed(int port, byte[] frame, bool tagged, bool stacked)
    {
        Assert.InRange(frame.Length, 60, 1522);
        ushort type = Type(frame, 12);
        if (port != 2)
        {
            if (stacked && port == 0)
            {
                Assert.Equal(0x88A8, type);
                int vlan = Type(frame, 14) & 0xFFF;
                Assert.True(vlan == 200 ? Type(frame, 16) == 0x8100 && (Type(frame, 18) & 0xFFF) == 7 : vlan is >= 100 and <= 140);
                type = Type(frame, vlan == 200 ? 20 : 16);
                port = 1;
            }

            if (port == 0 && (tagged || type == 0x8100))
            {
                Assert.Equal(0x8100, type);
                Assert.Contains(Type(frame, 14) & 0xFFF, tagged ? (int[])[100, 200, 201] : [200, 201]); // VLAN 100 is native in one: untagged
                type = Type(frame, 16);
            }

            Assert.DoesNotContain(type, s_tags);
            Assert.Equal(0, frame[6] & 1);
            return;
        }

        Assert.Equal((byte[])[2, 0, 0, 0, 2, 1], frame[6..12]);
        if (tagged)
        {
            Assert.Equal(0x8100, type);
            Assert.Equal(103, Type(frame, 14) & 0xFFF);
            frame = [.. frame[..12], .. frame[16..]];
            type = Type(frame, 12);
        }

        Assert.Contains(type, (ushort[])[0x0800, 0x86DD, 0x0806]);
        int gre = 0;
        string peer = "";
        if (type == 0x0800)
        {
            Assert.Equal(0x45, frame[14]);
            Assert.Equal(0xFFFFu, Sum(frame.AsSpan(14, 20)));
            Assert.Equal(0x4000, Type(frame, 20));
            Assert.Equal((byte[])[192, 0, 2, 1], frame[26..30]);
            gre = frame[23] == 47 ? 34 : 0;
            peer = $"{frame[30]}.{frame[31]}.{frame[32]}.{frame[33]}";
        }
        else if (type == 0x86DD)
        {
            gre = frame[20] == 47 ? 54 : 0;
            peer = new System.Net.IPAddress(frame.AsSpan(38, 16)).ToString();
        }

        if (gre == 0)
        {
            return;
        }

        Assert.Equal(0x20006558u, BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(gre)));
        int vsid = (frame[gre + 4] << 16) | (frame[gre + 5] << 8) | frame[gre + 6];
        Assert.True(s_vsids.Contains(vsid) || (stacked && vsid is >= 4902 + 101 and <= 4902 + 140));
        Assert.NotEqual(1193046, vsid); // its only peer is down
        Assert.Contains(peer, vsid == 5001 ? (string[])["198.51.100.10", "2001:db8:b::10", "198.51.100.11", "192.0.2.77"] : ["198.51.100.10"]);
        Assert.Equal(0, frame[gre + 8 + 6] & 1);
        Assert.DoesNotContain(Type(frame, gre + 8 + 12), s_tags);
    }

    private static ushort Type(byte[] frame, int at) => BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(at));
}

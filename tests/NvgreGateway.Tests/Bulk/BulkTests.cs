using System.Buffers.Binary;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Replay;
using NvgreGateway.Tests.Conformance;

namespace NvgreGateway.Tests.Bulk;

/// <summary>Rows that speak of many packets: random ones, of one flow, of many flows, of many MACs.</summary>
public sealed class BulkTests
{
    private const ulong Start = 1_700_000_000_000_000_000;
    private const int Underlay = 1;

    private static GatewayConfiguration Known(string more = "") => Replayed.Configure($$"""
        { "name": "bulk",
          "ports": [
            { "name": "access0", "role": "access", "device": "net_null0", "mac": "02:00:00:00:01:01" },
            { "name": "underlay0", "role": "underlay", "device": "net_null1", "mac": "02:00:00:00:02:01", "addresses": ["192.0.2.1/24"],
              "routes": [ { "prefix": "0.0.0.0/0", "via": "192.0.2.254" } ], "neighbors": [ { "address": "192.0.2.254", "mac": "02:00:00:00:02:fe" } ] } ],
          "segments": [
            { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ], "peers": [ "198.51.100.10" ],
              "records": [ { "mac": "00:15:5d:00:00:0b", "ca": "10.1.1.11", "pa": "198.51.100.10" }, { "mac": "02:00:00:00:0a:01", "port": "access0", "vlan": 100 } ] } ]
          {{more}} }
        """);

    /// <summary>A million frames each way: every byte of every output, GRE word, lengths, checksum, FlowID, inner bytes.</summary>
    [Fact]
    [Requirement("A-002", "A-003", "A-011", "A-064", "B-003")]
    public void RandomFramesBothWays()
    {
        GatewayConfiguration configuration = Known();
        Random random = new(7637);
        for (int round = 0; round < 20; round++)
        {
            const int count = 50_000;
            List<Frame> up = new(count), down = new(count);
            List<byte[]> wantUp = new(count), wantDown = new(count);
            for (int i = 0; i < count; i++)
            {
                ulong time = Start + (ulong)(i / 50);
                byte[] inner = RandomInner(random, Reference.Vm, Reference.Host);
                up.Add(new Frame(time, Reference.Tagged(inner)));
                wantUp.Add(Reference.Encapsulated(inner));
                inner = RandomInner(random, Reference.Host, Reference.Vm);
                down.Add(new Frame(time, Reference.Tunnelled(inner, (byte)random.Next(256), (byte)random.Next(1, 256))));
                wantDown.Add(Reference.Bridged(inner));
            }

            (int burst, int workers) = Replayed.Ways[round % Replayed.Ways.Count];
            int sentUp = 0, sentDown = 0, wrong = 0;
            ReplayResult result = Replayed.Run(configuration, [("access0", up), ("underlay0", down)], burst, workers, (port, _, bytes) =>
            {
                byte[] want = port == Underlay ? wantUp[sentUp++] : wantDown[sentDown++];
                wrong += bytes.AsSpan().SequenceEqual(want) ? 0 : 1;
                if (port == Underlay)
                {
                    Assert.Equal(0x20006558u, BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(34)));
                }
            });
            Assert.Equal(0, wrong);
            Assert.Equal((count, count), (sentUp, sentDown));
            Assert.Equal(2UL * count, result.Transmitted);
            Assert.Empty(result.Drops);
            Replayed.AssertClosed(result);
        }
    }

    /// <summary>65536 flows that differ in everything, and as many that differ in their source port alone, use all 256 values evenly.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Requirement("A-030")]
    public void FlowIdsAreSpread(bool everything)
    {
        Random random = new(3);
        List<Frame> frames = [];
        HashSet<(int, int, int)> tuples = [];
        for (int i = 0; i < 65536; i++)
        {
            (int source, int destination, int ports) tuple = everything ? (random.Next(), random.Next(), random.Next()) : (0x0A0101C8, 0x0A01010B, (i << 16) | 443);
            if (tuples.Add(tuple))
            {
                frames.Add(new Frame(Start + (ulong)(i / 64), Reference.Tagged(Udp(tuple.source, tuple.destination, tuple.ports, random, 20))));
            }
        }

        int[] seen = new int[256];
        Run(frames, bytes => seen[bytes[41]]++);
        Assert.Equal(65536, seen.Sum());
        Assert.DoesNotContain(0, seen);
        double chiSquare = seen.Sum(n => Math.Pow(n - 256, 2) / 256);
        Assert.True(chiSquare < 330.52, $"chi square {chiSquare:F1} of 255 degrees of freedom: p < 0.001");
    }

    /// <summary>100 000 packets of one TCP flow carry one FlowID, and leave in the order in which they came.</summary>
    [Fact]
    [Requirement("A-032")]
    public void OneFlowHasOneFlowId()
    {
        Random random = new(4);
        List<Frame> frames = [];
        for (int i = 0; i < 100_000; i++)
        {
            byte[] inner = Udp(0x0A0101C8, 0x0A01010B, unchecked((int)0xC00001BB), random, 20 + random.Next(200));
            inner[23] = 6;
            inner[15] = (byte)random.Next(256);
            inner[22] = (byte)random.Next(256);
            inner[46] = 0x50;
            inner[47] = 0x10;
            BinaryPrimitives.WriteInt32BigEndian(inner.AsSpan(38), i);
            frames.Add(new Frame(Start + (ulong)(i / 100), Reference.Tagged(inner)));
        }

        int next = 0;
        Run(frames, bytes =>
        {
            Assert.Equal(0x1E, bytes[41]);
            Assert.Equal(next++, BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(42 + 38)));
        });
        Assert.Equal(100_000, next);
    }

    /// <summary>
    /// 100 000 new MACs within one second of the capture are all learned while everything is forwarded: a frame to each of them
    /// then goes to one place.
    /// </summary>
    [Fact]
    [Requirement("E-036")]
    public void AHundredThousandMacsInASecond()
    {
        const int macs = 100_000;
        GatewayConfiguration configuration = Known(""", "fdb": { "capacity": 262144 } """);
        List<Frame> hello = [], to = [];
        for (int i = 0; i < macs; i++)
        {
            byte[] mac = [0x02, 0x00, 0x77, (byte)(i >> 16), (byte)(i >> 8), (byte)i];
            hello.Add(new Frame(Start + ((ulong)(i / 100) * 1_000_000), Reference.Tunnelled([.. Reference.Host, .. mac, 0x88, 0xB5, .. new byte[50]], 0, 64)));
            to.Add(new Frame(Start + 2_000_000_000 + ((ulong)(i / 100) * 1000), Reference.Tagged([.. mac, .. Reference.Host, 0x88, 0xB5, .. new byte[50]])));
        }

        int sent = 0;
        ReplayResult result = Replayed.Run(configuration, [("access0", to), ("underlay0", hello)], 32, 1, (_, _, _) => sent++);
        Assert.Equal(2 * macs, sent);
        Assert.Empty(result.Drops);
        Assert.DoesNotContain("fdb.unknown", result.Counters);
        Assert.DoesNotContain("tx.bum.copies", result.Counters);
        Replayed.AssertClosed(result);
    }

    private static void Run(List<Frame> frames, Action<byte[]> sent)
    {
        ReplayResult result = Replayed.Run(Known(), [("access0", frames)], 32, 2, (port, _, bytes) =>
        {
            Assert.Equal(Underlay, port);
            sent(bytes);
        });
        Assert.Equal((ulong)frames.Count, result.Transmitted);
        Assert.Empty(result.Drops);
        Replayed.AssertClosed(result);
    }

    private static byte[] Udp(int source, int destination, int ports, Random random, int payload)
    {
        byte[] frame = new byte[14 + 20 + payload];
        random.NextBytes(frame.AsSpan(34));
        Reference.Vm.CopyTo(frame, 0);
        Reference.Host.CopyTo(frame, 6);
        frame[12] = 0x08;
        frame[14] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(16), (ushort)(20 + payload));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(18), (ushort)random.Next(65536));
        frame[22] = 64;
        frame[23] = 17;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(26), source);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(30), destination);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(34), ports);
        return frame;
    }

    /// <summary>A frame whose bytes behind the MACs are random but for what would be a drop: tags, lossless Ethernet, GRE of ours.</summary>
    private static byte[] RandomInner(Random random, byte[] to, byte[] from)
    {
        int payload = random.Next(8) == 0 ? random.Next(1459) : random.Next(120);
        byte[] frame = new byte[14 + payload];
        random.NextBytes(frame);
        to.CopyTo(frame, 0);
        from.CopyTo(frame, 6);
        int kind = random.Next(4);
        ushort type = kind switch { 0 => 0x0800, 1 => 0x86DD, 2 => 0x0806, _ => (ushort)random.Next(65536) };
        if (kind == 3 && type is 0x8100 or 0x88A8 or 0x9100 or 0x9200 or 0x8906 or 0x8914 or 0x86DD)
        {
            type = 0x88B5;
        }

        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), type);
        byte protocol = (byte)(random.Next(3) switch { 0 => 6, 1 => 17, _ => random.Next(61, 132) });
        if (type == 0x0800 && payload >= 20)
        {
            frame[14] = (byte)(random.Next(8) == 0 ? random.Next(256) : 0x45);
            frame[15] &= to == Reference.Vm ? (byte)0xFF : (byte)0x1C; // toward the VLAN: no priority to be set from it
            frame[23] = protocol;
            if (random.Next(2) == 0)
            {
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(16), (ushort)payload);
            }

            if (random.Next(2) == 0)
            {
                frame[20] = frame[21] = 0;
            }

            frame[26] = frame[30] = 10;
        }
        else if (type == 0x86DD && payload >= 2)
        {
            frame[14] = to == Reference.Vm ? (byte)(0x60 | (frame[14] & 15)) : (byte)0x60;
            frame[15] &= to == Reference.Vm ? (byte)0xFF : (byte)0xCF;
            if (payload >= 40)
            {
                frame[20] = protocol;
                frame[22] = frame[38] = 0x20;
            }
        }

        return frame;
    }
}

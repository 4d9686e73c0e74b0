using System.Text;
using NvgreGateway.Tests;

namespace NvgreGateway.Packets.Tests;

public sealed unsafe class FlowHashTests
{
    private const string Macs = "00155d00000b 020000000a01";

    public static TheoryData<string, string, uint> KnownAnswers => new()
    {
        { "ICMP out", $"{Macs} 0800 4500003c01024000 8001e2ea 0a0101c8 0a01010b 0800", 0x24 },
        { "ICMP back", $"{Macs} 0800 4500003c0a0b0000 800119e2 0a01010b 0a0101c8 0000", 0xDB },
        { "TCP", $"{Macs} 0800 4500003002004000 400621f4 0a0101c8 0a01010b c00001bb 11223344", 0x1E },
        { "UDP", $"{Macs} 0800 45ba002d03004000 40112032 0a0101c8 0a01010b 138c138c 0019aa28", 0xE7 },
        {
            "ICMPv6",
            $"{Macs} 86dd 6000000000103a40 20010db800ca00000000000000000200 20010db800ca0000000000000000000b 8000395d", 0x1B
        },
        { "ARP", "ffffffffffff 00155d00000b 0806 000108000604 0001 00155d00000b 0a01010b 000000000000 0a0101c8", 0x49 },
        { "first fragment", $"{Macs} 0800 450005ac05002000 4011396d 0a0101c8 0a01010b 17701771 07d80000", 0xCB },
        { "last fragment", $"{Macs} 0800 4500024c050000b3 40115c1a 0a0101c8 0a01010b 46464646 46464646", 0xCB },
    };

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void KnownAnswer(string name, string hex, uint flowId)
    {
        byte[] frame = Hex.Bytes(hex);
        Assert.True(flowId == FlowHash.FlowId(Crc(frame)), name);
        Assert.True(flowId == FlowHash.FlowId(ReferenceFlow.Of(frame).Crc), $"{name}, reference");
    }

    [Fact]
    public void FlowLabelKnownAnswer()
    {
        byte[] frame = Hex.Bytes($"{Macs} 0800 45ba002d03004000 40112032 0a0101c8 0a01010b 138c138c 0019aa28");
        Assert.Equal(0x5AA35u, FlowHash.FlowLabel(Crc(frame)));
    }

    [Fact]
    public void UnfragmentedFormOfTheFragmentDiffers()
    {
        byte[] frame = Hex.Bytes($"{Macs} 0800 450005ac05000000 4011396d 0a0101c8 0a01010b 17701771 07d80000");
        Assert.Equal(0x3Au, FlowHash.FlowId(Crc(frame)));
    }

    [Fact]
    public void ReferenceHasTheCheckValueOfCastagnoli() => Assert.Equal(0xE3069283, ReferenceFlow.Crc32C(Encoding.ASCII.GetBytes("123456789")));

    // Each pair must hash alike, or must not, by one rule of WIRE-FORMAT 1.5.
    [Theory]
    [InlineData(true, "4500001c 00004000 40110000 0a000001 0a000002 0001 0002", "4500001c 00004000 01110000 0a000001 0a000002 0001 0002")] // TTL does not count
    [InlineData(false, "4500001c 00004000 40110000 0a000001 0a000002 0001 0002", "4500001c 00004000 40110000 0a000001 0a000002 0001 0003")] // ports do
    [InlineData(true, "45000017 00004000 40110000 0a000001 0a000002 0001 0002", "45000017 00004000 40110000 0a000001 0a000002 0001 0003")] // destination port cut by total length
    [InlineData(false, "45000017 00004000 40110000 0a000001 0a000002 0001 0002", "45000017 00004000 40110000 0a000001 0a000002 0002 0002")] // source port inside it
    [InlineData(true, "45000014 00004000 40110000 0a000001 0a000002 0001 0002", "45000014 00004000 40110000 0a000001 0a000002 ffff ffff")] // no ports at all
    [InlineData(true, "45000015 00004000 40110000 0a000001 0a000002 0001 0002", "45000015 00004000 40110000 0a000001 0a000002 ffff ffff")] // half a port is none
    [InlineData(true, "4500001c 00002000 40110000 0a000001 0a000002 0001 0002", "4500001c 00000001 40110000 0a000001 0a000002 0003 0004")] // MF alone or offset alone: the same 3-tuple
    [InlineData(true, "4500001c 00004000 40330000 0a000001 0a000002 0001 0002", "4500001c 00004000 40330000 0a000001 0a000002 0003 0004")] // AH has no ports
    [InlineData(true, "4600001c 00004000 40110000 0a000001 0a000002 01020304 0001 0002", "4600001c 00004000 40110000 0a000001 0a000002 05060708 0001 0002")] // options do not count
    [InlineData(false, "4600001c 00004000 40110000 0a000001 0a000002 01020304 0001 0002", "4600001c 00004000 40110000 0a000001 0a000002 01020304 0001 0003")] // ports behind options do
    [InlineData(true, "4400001c 00004000 40110000 0a000001 0a000002 0001 0002", "4400001c 00004000 40060000 0b000001 0a000009 0001 0003")] // IHL 4: not IP
    [InlineData(true, "6500001c 00004000 40110000 0a000001 0a000002 0001 0002", "6500001c 00004000 40060000 0b000001 0a000009 0001 0003")] // version 6 under 0800: not IP
    [InlineData(true, "4f00001c 00004000 40110000 0a000001 0a000002 0001 0002", "4f00001c 00004000 40060000 0b000001 0a000009 0001 0003")] // options beyond the frame: not IP
    [InlineData(true, "45000013 00004000 40110000 0a000001 0a0000", "45000013 00004000 40110000 0b000001 0a0000")] // 19 bytes: not IP
    public void Ipv4Rule(bool same, string first, string second) => AssertRule(same, "0800", first, second);

    private const string Six = "0a000000000000000000000000000001 0a000000000000000000000000000002";

    [Theory]
    [InlineData(true, "60000000 0008 11 40" + Six + "0001 0002 00080000", "6ab12345 0008 11 01" + Six + "0001 0002 00080000")] // class, label, hop limit
    [InlineData(false, "60000000 0008 11 40" + Six + "0001 0002 00080000", "60000000 0008 11 40" + Six + "0001 0003 00080000")]
    [InlineData(true, "60000000 0003 11 40" + Six + "0001 0002 00080000", "60000000 0003 11 40" + Six + "0001 0003 00080000")] // payload length cuts the port
    [InlineData(true, "60000000 0010 00 40" + Six + "1100000000000000 0001 0002 00080000", "60000000 0008 11 40" + Six + "0001 0002 00080000")] // hop-by-hop walked
    [InlineData(true, "60000000 0010 2b 40" + Six + "1100000000000000 0001 0002 00080000", "60000000 0008 11 40" + Six + "0001 0002 00080000")] // routing
    [InlineData(true, "60000000 0010 3c 40" + Six + "1100000000000000 0001 0002 00080000", "60000000 0008 11 40" + Six + "0001 0002 00080000")] // destination options
    [InlineData(true, "60000000 0010 87 40" + Six + "1100000000000000 0001 0002 00080000", "60000000 0008 11 40" + Six + "0001 0002 00080000")] // mobility
    [InlineData(true, "60000000 0018 00 40" + Six + "1101000000000000 0000000000000000 0001 0002 00080000", "60000000 0008 11 40" + Six + "0001 0002 00080000")] // two units long
    [InlineData(true, "60000000 0010 33 40" + Six + "1100000000000000 0001 0002 00080000", "60000000 0010 33 40" + Six + "0600000000000000 0003 0004 00080000")] // AH ends the walk
    [InlineData(true, "60000000 0010 3b 40" + Six + "1100000000000000 0001 0002 00080000", "60000000 0010 3b 40" + Six + "0600000000000000 0003 0004 00080000")] // 59 too
    [InlineData(false, "60000000 0010 33 40" + Six + "1100000000000000 0001 0002 00080000", "60000000 0008 11 40" + Six + "0000 0000 00080000")]
    [InlineData(true, "60000000 0010 2c 40" + Six + "1100000100000001 0001 0002 00080000", "60000000 0008 11 40" + Six + "0000 0000 00080000")] // first fragment: 3-tuple of UDP
    [InlineData(true, "60000000 0010 2c 40" + Six + "1100000000000001 0001 0002 00080000", "60000000 0008 11 40" + Six + "0000 0000 00080000")] // atomic fragment too
    [InlineData(true, "60000000 0018 2c 40" + Six + "3c00000100000001 1100000000000000 0001 0002 00080000", "60000000 0008 11 40" + Six + "0000 0000 00080000")] // offset 0: walked on
    [InlineData(true, "60000000 0018 2c 40" + Six + "3c00000900000001 1100000000000000 0001 0002 00080000", "60000000 0010 2c 40" + Six + "3c00000900000001 0600000000000000")] // offset above 0: 60 is final
    [InlineData(false, "60000000 0018 2c 40" + Six + "3c00000900000001 1100000000000000 0001 0002 00080000", "60000000 0008 11 40" + Six + "0000 0000 00080000")]
    [InlineData(true, "60000000 0004 3c 40" + Six + "11000000", "60000000 0004 3c 40" + Six + "06000000")] // cut extension header is the protocol
    [InlineData(true, "40000000 0008 11 40" + Six + "0001 0002 00080000", "40000000 0008 06 41" + Six + "0003 0002 00080000")] // version 4 under 86DD: not IP
    public void Ipv6Rule(bool same, string first, string second) => AssertRule(same, "86dd", first, second);

    [Fact]
    public void NotIpHashesMacsAndTypeAndNothingElse()
    {
        uint llc = Crc(Hex.Bytes("01000ccccccc 00155d00000b 0003 aaaa03"));
        Assert.Equal(llc, Crc(Hex.Bytes("01000ccccccc 00155d00000b 0003 424203 0000")));
        Assert.Equal(llc, Crc(Hex.Bytes("01000ccccccc 00155d00000b 0003")));
        Assert.NotEqual(llc, Crc(Hex.Bytes("01000ccccccc 00155d00000b 0004 aaaa03")));
        Assert.NotEqual(llc, Crc(Hex.Bytes("01000ccccccc 00155d00000c 0003 aaaa03")));
        Assert.NotEqual(llc, Crc(Hex.Bytes("01000ccccccd 00155d00000b 0003 aaaa03")));
    }

    [Fact]
    [Requirement("A-038")]
    public void DscpEcnTtlIdAndPayloadDoNotCount()
    {
        byte[] frame = Hex.Bytes($"{Macs} 0800 4500003002004000 400621f4 0a0101c8 0a01010b c00001bb 11223344 00000000 7002faf0 6b380000 020405b4");
        uint crc = Crc(frame);
        foreach (int offset in (int[])[15, 18, 19, 22, 24, 25, 38, 39, 40, 41, 45, 47, 48, 49, 50, 51, 54, 57])
        {
            for (int i = 0; i < 256; i++)
            {
                byte[] other = (byte[])frame.Clone();
                other[offset] = (byte)i;
                Assert.Equal(crc, Crc(other));
            }
        }
    }

    [Fact]
    [Requirement("A-030")]
    public void FlowIdsOfDistinctFlowsAreUniform()
    {
        byte[] frame = Hex.Bytes($"{Macs} 0800 4500003002004000 40110000 0a0101c8 0a01010b c00001bb 00100000");
        int[] ports = new int[256], tuples = new int[256];
        Random random = new(30);
        HashSet<string> seen = [];
        for (int i = 0; i < 65536; i++)
        {
            frame[34] = (byte)(i >> 8);
            frame[35] = (byte)i;
            ports[FlowHash.FlowId(Crc(frame))]++;
        }

        while (seen.Count < 65536)
        {
            random.NextBytes(frame.AsSpan(26, 12));
            if (seen.Add(Convert.ToHexString(frame.AsSpan(26, 12))))
            {
                tuples[FlowHash.FlowId(Crc(frame))]++;
            }
        }

        AssertUniform(ports);
        AssertUniform(tuples);

        // 330.5 is where chi-square with 255 degrees of freedom has p = 0.001.
        static void AssertUniform(int[] counts)
        {
            Assert.DoesNotContain(0, counts);
            double chiSquare = counts.Sum(c => Math.Pow(c - 256.0, 2) / 256.0);
            Assert.True(chiSquare < 330.5, $"chi-square {chiSquare}");
        }
    }

    /// <summary>
    /// Over a million mutated and truncated frames, each with an inaccessible page behind its last byte, tagged and
    /// untagged, against the bitwise reference.
    /// </summary>
    [Fact]
    public void MutatedFramesHashAsTheReferenceSays()
    {
        const int Count = 1_100_000;
        using GuardedMemory plain = new(4096), tagged = new(4096);
        FrameMaker maker = new(15);
        int[] families = new int[7];
        for (int i = 0; i < Count; i++)
        {
            byte[] frame = maker.Next();
            ReferenceFlow.Result expected = ReferenceFlow.Of(frame);
            byte* p = plain.PlaceAtEnd(frame);
            TenantFlow flow = FlowHash.Classify(p, p + 14, (uint)frame.Length - 14);
            byte[] withTag = [.. frame.AsSpan(0, 12), 0x81, 0x00, 0xA0, 0x64, .. frame.AsSpan(12)];
            byte* q = tagged.PlaceAtEnd(withTag);
            TenantFlow tag = FlowHash.Classify(q, q + 18, (uint)withTag.Length - 18);
            TenantHeader header = TenantHeader.Inspect(p + 14, (uint)frame.Length - 14);
            if (flow.Crc != expected.Crc || flow.Family != expected.Family || flow.TrafficClass != expected.TrafficClass
                || tag.Crc != expected.Crc || tag.Family != expected.Family || tag.TrafficClass != expected.TrafficClass
                || header.Family != expected.Family || header.TrafficClass != expected.TrafficClass
                || FlowHash.Crc(p, (uint)frame.Length) != expected.Crc)
            {
                Assert.Fail($"frame {i}: {Convert.ToHexString(frame)} expected {expected}, got {flow.Crc:x8} {flow.Family} {flow.TrafficClass}");
            }

            families[expected.Family]++;
        }

        // The mixture must keep exercising every branch.
        Assert.True(families[4] > Count / 5 && families[6] > Count / 5 && families[0] > Count / 20, string.Join(' ', families));
    }

    [Fact]
    public void AllocatesNothing()
    {
        byte[] frame = Hex.Bytes($"{Macs} 0800 46000030 02004000 400621f4 0a0101c8 0a01010b 01010101 c00001bb");
        uint sum = Crc(frame);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            sum += Crc(frame);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0u, sum);
    }

    private static uint Crc(byte[] frame)
    {
        fixed (byte* p = frame)
        {
            return FlowHash.Crc(p, (uint)frame.Length);
        }
    }

    private static void AssertRule(bool same, string type, string first, string second)
    {
        byte[] a = Hex.Bytes($"{Macs} {type} {first}"), b = Hex.Bytes($"{Macs} {type} {second}");
        Assert.Equal(same, Crc(a) == Crc(b));
        Assert.Equal(ReferenceFlow.Of(a).Crc, Crc(a));
        Assert.Equal(ReferenceFlow.Of(b).Crc, Crc(b));
    }
}

using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>The worked packets, byte for byte, many in one burst so that the two passes are really tested.</summary>
public class VectorTests
{
    private const int Many = 40;

    public static TheoryData<int, int, int> Modes => Rig.Modes;

    [Theory]
    [MemberData(nameof(Modes))]
    [Requirement("A-001", "A-002", "A-003", "A-004", "A-005", "A-009", "A-040", "A-050", "A-060", "A-064", "A-071", "E-020")]
    public void W01_becomes_W02(int burst, int workers, int queues)
    {
        using var rig = new Rig(burst, workers, queues: queues);
        List<Sent> sent = rig.Run(Rig.Access, [.. Enumerable.Repeat(Vectors.W01, Many)]);
        Assert.Equal(Many, sent.Count);
        Assert.All(sent, s => Assert.Equal((Rig.Underlay, Convert.ToHexString(Vectors.W02)), (s.Port, Convert.ToHexString(s.Bytes))));
        rig.AssertNoDrops();
    }

    [Theory]
    [MemberData(nameof(Modes))]
    [Requirement("B-053", "E-020")]
    public void W03_becomes_W04(int burst, int workers, int queues)
    {
        using var rig = new Rig(burst, workers, queues: queues);
        List<Sent> sent = rig.Run(Rig.Underlay, [.. Enumerable.Repeat(Vectors.W03, Many)]);
        Assert.Equal(Many, sent.Count);
        Assert.All(sent, s => Assert.Equal((Rig.Access, Convert.ToHexString(Vectors.W04)), (s.Port, Convert.ToHexString(s.Bytes))));
        rig.AssertNoDrops();
    }

    [Theory]
    [MemberData(nameof(Modes))]
    [Requirement("A-063", "A-065", "B-020")]
    public void W07_mixed_mode_over_IPv6(int burst, int workers, int queues)
    {
        using var rig = new Rig(burst, workers, r => r.Sketch.Peer(r.Peer6, p => p with { Flags = p.Flags | PeerFlags.EcnNormal }), queues: queues);
        rig.Learn(Frames.Vm, Rig.PeerPlace(rig.Peer6));
        List<Sent> sent = rig.Run(Rig.Access, [.. Enumerable.Repeat(OnVlan(Vectors.W07, 62), Many)]);
        Assert.Equal(Many, sent.Count);
        Assert.All(sent, s => Assert.Equal(Convert.ToHexString(Vectors.W07), Convert.ToHexString(s.Bytes)));
        rig.AssertNoDrops();
    }

    [Theory]
    [MemberData(nameof(Modes))]
    [Requirement("A-063")]
    public void W08_mixed_mode_over_IPv4(int burst, int workers, int queues)
    {
        using var rig = new Rig(burst, workers, queues: queues);
        List<Sent> sent = rig.Run(Rig.Access, [.. Enumerable.Repeat(OnVlan(Vectors.W08, 42), Many)]);
        Assert.Equal(Many, sent.Count);
        Assert.All(sent, s => Assert.Equal(Convert.ToHexString(Vectors.W08), Convert.ToHexString(s.Bytes)));
        rig.AssertNoDrops();
    }

    [Theory]
    [MemberData(nameof(Modes))]
    [Requirement("A-013")]
    public void W09_becomes_W10(int burst, int workers, int queues)
    {
        using var rig = new Rig(burst, workers, queues: queues);
        List<Sent> sent = rig.Run(Rig.Underlay, [.. Enumerable.Repeat(Vectors.W09, Many)]);
        Assert.Equal(Many, sent.Count);
        Assert.All(sent, s => Assert.Equal(Convert.ToHexString(Vectors.W10), Convert.ToHexString(s.Bytes)));
        rig.AssertNoDrops();
    }

    [Theory]
    [MemberData(nameof(Modes))]
    [Requirement("A-010", "A-012")]
    public void W11_carries_17_bytes_and_no_padding_of_its_outer_frame(int burst, int workers, int queues)
    {
        using var rig = new Rig(burst, workers, queues: queues);
        byte[] input = Frames.With(Vectors.W11, 59, 0xFF);
        byte[] inner = Vectors.W11[42..59];
        byte[] expected = Frames.Pad(Frames.Join(inner[..12], [0x81, 0, 0, 100], inner[12..]));
        List<Sent> sent = rig.Run(Rig.Underlay, [.. Enumerable.Repeat(input, Many)]);
        Assert.Equal(Many, sent.Count);
        Assert.All(sent, s => Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(s.Bytes)));
        rig.AssertNoDrops();
    }

    [Theory]
    [MemberData(nameof(Modes))]
    [Requirement("A-033")]
    public void W15_both_fragments_carry_one_FlowID(int burst, int workers, int queues)
    {
        using var rig = new Rig(burst, workers, queues: queues);
        byte[][] outer = [Frames.Join(Vectors.W15_0_head, Enumerable.Repeat((byte)0x46, 1428).ToArray()), Frames.Join(Vectors.W15_1_head, Enumerable.Repeat((byte)0x46, 564).ToArray())];
        List<Sent> sent = rig.Run(Rig.Access, OnVlan(outer[0], 42), OnVlan(outer[1], 42));
        Assert.Equal([Convert.ToHexString(outer[0]), Convert.ToHexString(outer[1])], sent.Select(s => Convert.ToHexString(s.Bytes)));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("A-006")]
    public void W17_with_a_GRE_checksum_is_dropped()
    {
        using var rig = new Rig();
        Assert.Empty(rig.Run(Rig.Underlay, Vectors.W17));
        rig.AssertDrops(DropReason.GreCsumPresent);
    }

    [Theory]
    [InlineData("8100")]
    [InlineData("88A8")]
    [InlineData("9100")]
    [InlineData("9200")]
    [Requirement("A-042", "A-043")]
    public void W19_an_inner_tag_is_dropped(string tpid)
    {
        using var rig = new Rig();
        Assert.Empty(rig.Run(Rig.Underlay, Frames.With(Vectors.W19, 54, Convert.FromHexString(tpid))));
        rig.AssertDrops(DropReason.InnerTagged);
    }

    [Fact]
    [Requirement("A-044")]
    public void An_inner_priority_tag_is_dropped()
    {
        using var rig = new Rig();
        Assert.Empty(rig.Run(Rig.Underlay, Frames.With(Vectors.W19, 54, 0x81, 0, 0xA0, 0)));
        rig.AssertDrops(DropReason.InnerTagged);
    }

    [Fact]
    [Requirement("B-027")]
    public void W20_becomes_W20v_and_a_wrong_sum_stays_wrong()
    {
        using var rig = new Rig();
        byte[] corrupt = Frames.With(Vectors.W20, 67, (byte)(Vectors.W20[67] ^ 0x10)); // the low byte of the inner header's checksum
        List<Sent> sent = rig.Run(Rig.Underlay, Vectors.W20, corrupt);
        Assert.Equal(Convert.ToHexString(Vectors.W20v), Convert.ToHexString(sent[0].Bytes));
        byte[] stillCorrupt = Frames.With(Vectors.W20v, 29, (byte)(Vectors.W20v[29] ^ 0x10));
        Assert.Equal(Convert.ToHexString(stillCorrupt), Convert.ToHexString(sent[1].Bytes));
        rig.AssertNoDrops();
    }

    [Theory]
    [InlineData("20006558", DropReason.None)]
    [InlineData("20086558", DropReason.None)]
    [InlineData("20106558", DropReason.None)]
    [InlineData("20206558", DropReason.None)]
    [InlineData("20406558", DropReason.None)]
    [InlineData("20806558", DropReason.None)]
    [InlineData("21006558", DropReason.None)]
    [InlineData("22006558", DropReason.None)]
    [InlineData("23F86558", DropReason.None)]
    [InlineData("00006558", DropReason.GreNoKey)]
    [InlineData("A0006558", DropReason.GreCsumPresent)]
    [InlineData("30006558", DropReason.GreSeqPresent)]
    [InlineData("20000800", DropReason.GreProto)]
    [InlineData("200086DD", DropReason.GreProto)]
    [InlineData("200088BE", DropReason.GreProto)]
    [InlineData("2000880B", DropReason.GreProto)]
    [InlineData("20016558", DropReason.GreVersion)]
    [InlineData("20026558", DropReason.GreVersion)]
    [InlineData("20036558", DropReason.GreVersion)]
    [InlineData("20046558", DropReason.GreVersion)]
    [InlineData("20056558", DropReason.GreVersion)]
    [InlineData("20066558", DropReason.GreVersion)]
    [InlineData("20076558", DropReason.GreVersion)]
    [InlineData("3001880B", DropReason.GreVersion)]
    [InlineData("24006558", DropReason.GreReserved)]
    [InlineData("28006558", DropReason.GreReserved)]
    [InlineData("60006558", DropReason.GreReserved)]
    [Requirement("A-007", "A-008", "B-001", "B-002", "B-004", "B-007")]
    public void The_first_word_of_GRE(string word, DropReason expected)
    {
        using var rig = new Rig();
        byte[] bytes = Convert.FromHexString(word);
        List<Sent> sent = rig.Run(Rig.Underlay, Frames.With(Vectors.W03, 34, bytes));
        if (expected == DropReason.None)
        {
            Assert.Equal(Convert.ToHexString(Vectors.W04), Convert.ToHexString(Assert.Single(sent).Bytes));
            rig.AssertNoDrops();
        }
        else
        {
            Assert.Empty(sent);
            rig.AssertDrops(expected);
        }

        ulong typed = 0;
        unsafe
        {
            var rows = (GreProtocolCount*)rig.Memory.Statistics(0)->GreProtocols;
            for (int i = 0; i < WorkerStatistics.GreProtocolRows; i++)
            {
                typed += rows[i].Type == (0x1_0000u | ((uint)bytes[2] << 8) | bytes[3]) ? rows[i].Packets : 0;
            }
        }

        Assert.Equal(expected == DropReason.GreProto ? 1ul : 0, typed);
    }

    [Theory]
    [MemberData(nameof(EcnVectors))]
    [Requirement("B-023", "B-024")]
    public void ECN_on_the_way_to_the_VLAN(int inner, int outer, int result, bool anomaly, bool ipv6)
    {
        using var rig = new Rig();
        byte[] payload = ipv6 ? Frames.Ip6(Frames.Gateway6, Frames.Remote6, 17, Frames.Udp(1, 2, 20), 0x50 | inner) : Frames.Udp4(0x50 | inner);
        byte[] tenant = Frames.FromVm(payload, type: ipv6 ? 0x86DD : 0x0800);
        List<Sent> four = rig.Run(Rig.Underlay, Frames.Nvgre4(tenant, tos: 0xB8 | outer));
        List<Sent> six = rig.Run(Rig.Underlay, Frames.Nvgre6(Frames.FromVm(payload, type: ipv6 ? 0x86DD : 0x0800), trafficClass: 0xB8 | outer));
        if (result < 0)
        {
            Assert.Empty(four);
            Assert.Empty(six);
            rig.AssertDrops(DropReason.EcnNotectCe, 2);
            return;
        }

        byte[] expected = [.. payload];
        if (ipv6)
        {
            expected[1] = (byte)((expected[1] & 0xCF) | (result << 4));
        }
        else
        {
            expected[1] = (byte)(0x50 | result);
            Frames.Sum(expected);
        }

        byte[] frame = Frames.FromHost(expected, Frames.Host, Frames.Vm, ipv6 ? 0x86DD : 0x0800, Frames.Tag(100 | (2 << 13))); // DSCP 20: PCP 2
        Assert.Equal(Convert.ToHexString(frame), Convert.ToHexString(Assert.Single(four).Bytes));
        Assert.Equal(Convert.ToHexString(frame), Convert.ToHexString(Assert.Single(six).Bytes));
        Assert.Equal(anomaly ? 2ul : 0, rig.Counter(CounterId.EcnAnomaly));
        rig.AssertNoDrops();
    }

    public static TheoryData<int, int, int, bool, bool> EcnVectors()
    {
        // WIRE-FORMAT section 3: rows inner, columns outer 00 10 01 11; -1 is a drop, 8 marks an anomaly.
        int[] inner = [0, 2, 1, 3], outer = [0, 2, 1, 3];
        int[,] table = { { 0, 0 | 8, 0 | 8, -1 }, { 2, 2, 1, 3 }, { 1, 1 | 8, 1, 3 }, { 3, 3, 3 | 8, 3 } };
        var data = new TheoryData<int, int, int, bool, bool>();
        for (int i = 0; i < 4; i++)
        {
            for (int o = 0; o < 4; o++)
            {
                int t = table[i, o];
                data.Add(inner[i], outer[o], t < 0 ? -1 : t & 3, t > 0 && (t & 8) != 0, false);
                data.Add(inner[i], outer[o], t < 0 ? -1 : t & 3, t > 0 && (t & 8) != 0, true);
            }
        }

        return data;
    }

    private static byte[] OnVlan(byte[] outer, int headers) =>
        Frames.Join(outer[headers..(headers + 12)], [0x81, 0, 0, 100], outer[(headers + 12)..]);
}

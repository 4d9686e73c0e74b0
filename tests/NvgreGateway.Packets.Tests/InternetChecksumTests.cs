namespace NvgreGateway.Packets.Tests;

public sealed unsafe class InternetChecksumTests
{
    private const uint MaxLength = 2048;

    [Theory]
    [InlineData("4500003c010240008001 0000 0a0101c80a01010b", 0xE2EA)] // inner header of W-01
    [InlineData("450000660000400040 2f 0000 c0000201c633640a", 0x4E2A)] // outer header of W-02
    [InlineData("450000667fff40003e2f 0000 c633640ac0000201", 0xD02A)] // outer header of W-03
    public void KnownHeaders(string hex, int expected)
    {
        byte[] header = Hex.Bytes(hex);
        fixed (byte* p = header)
        {
            Assert.Equal(expected, InternetChecksum.Finish(InternetChecksum.Header20(p)).ToHost());
            Assert.Equal(expected, InternetChecksum.Compute(p, 20).ToHost());
            UInt16BigEndian.FromHost((ushort)expected).Write(p + 10);
            Assert.True(InternetChecksum.IsValid(InternetChecksum.Header20(p)));
            UInt16BigEndian.FromHost((ushort)(expected + 1)).Write(p + 10);
            Assert.False(InternetChecksum.IsValid(InternetChecksum.Header20(p)));
        }
    }

    /// <summary>Every length at every offset within a vector, the last byte always in front of an inaccessible page.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void EveryLengthAndOffsetEqualsTheNaiveSum(int seed, bool extreme)
    {
        using GuardedMemory memory = new(4096);
        Span<byte> all = new(memory.Start, (int)memory.Size);
        if (extreme)
        {
            all.Fill(0xFF);
        }
        else
        {
            new Random(seed).NextBytes(all);
        }

        // Against the end: lengths differ in their start, so start alignments vary with them.
        for (uint length = 0; length <= MaxLength; length++)
        {
            byte* p = memory.End - length;
            AssertEqual(Naive(p, length), InternetChecksum.Add(0, p, length), length, 0);
        }

        for (uint offset = 0; offset < 64; offset++)
        {
            byte* p = memory.Start + offset;
            ulong naive = 0;
            for (uint length = 0; length <= MaxLength; length++)
            {
                AssertEqual(naive, InternetChecksum.Add(0, p, length), length, offset);
                naive += (length & 1) == 0 ? (uint)p[length] << 8 : p[length];
            }
        }
    }

    [Fact]
    public void ChainedPiecesOfAnyLengthEqualTheWhole()
    {
        Random random = new(7);
        byte[] data = new byte[4096];
        for (int round = 0; round < 20_000; round++)
        {
            uint length = (uint)random.Next(0, round % 10 == 0 ? 4096 : 200);
            random.NextBytes(data.AsSpan(0, (int)length));
            fixed (byte* p = data)
            {
                ulong sum = 0;
                for (uint at = 0; at < length;)
                {
                    uint piece = Math.Min(length - at, (uint)random.Next(1, round % 10 == 0 ? 600 : 40));
                    sum = InternetChecksum.AddAt(sum, p + at, piece, at);
                    at += piece;
                }

                AssertEqual(Naive(p, length), sum, length, 0);
            }
        }
    }

    // Whatever this machine's vectors are, all three widths are computed, also in front of an inaccessible page.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EveryVectorWidthEqualsTheNaiveSum(bool extreme)
    {
        using GuardedMemory memory = new(16384);
        Span<byte> all = new(memory.Start, (int)memory.Size);
        new Random(512).NextBytes(all);
        if (extreme)
        {
            all.Fill(0xFF);
        }

        for (uint length = 0; length <= 9216; length += 32)
        {
            foreach (byte* p in (byte*[])[memory.End - length, memory.Start, memory.Start + 1, memory.Start + 14])
            {
                ulong naive = Naive(p, length);
                uint offset = (uint)(p - memory.Start);
                AssertEqual(naive, InternetChecksum.Sum128(p, length), length, offset);
                AssertEqual(naive, InternetChecksum.Sum256(p, length), length, offset);
                if (length % 128 == 0)
                {
                    AssertEqual(naive, InternetChecksum.Sum512(p, length), length, offset);
                }
            }
        }
    }

    // Both widths and the whole, source and copy in front of an inaccessible page.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ACopyIsTheBytesAndTheirSum(bool extreme)
    {
        using GuardedMemory source = new(4096), copy = new(4096);
        Span<byte> all = new(source.Start, (int)source.Size);
        new Random(1624).NextBytes(all);
        if (extreme)
        {
            all.Fill(0xFF);
        }

        for (uint length = 0; length <= 1500; length += length < 300 ? 1u : 7)
        {
            for (uint shift = 0; shift < 3; shift++)
            {
                byte* p = source.End - length - (shift * 5), to = copy.End - length;
                Span<byte> wanted = new(p, (int)length), made = new(to, (int)length);
                for (uint offset = 6; offset < 8; offset++)
                {
                    to[-1] = 0xA5;
                    made.Fill(0);
                    ulong sum = InternetChecksum.CopyAt(InternetChecksum.Add(0, source.Start, offset), to, p, length, offset);
                    ulong added = InternetChecksum.AddAt(InternetChecksum.Add(0, source.Start, offset), p, length, offset);
                    Assert.Equal(InternetChecksum.Fold(added), InternetChecksum.Fold(sum));
                    Assert.True(wanted.SequenceEqual(made) && to[-1] == 0xA5, $"{length} bytes, {shift}");
                }

                if (length % 32 == 0)
                {
                    made.Fill(0);
                    AssertEqual(Naive(p, length), InternetChecksum.CopySum128(to, p, length), length, shift);
                    Assert.True(wanted.SequenceEqual(made));
                    made.Fill(0);
                    AssertEqual(Naive(p, length), InternetChecksum.CopySum256(to, p, length), length, shift);
                    Assert.True(wanted.SequenceEqual(made));
                }
            }
        }
    }

    [Fact]
    public void TheLargestPacketDoesNotOverflow()
    {
        byte[] data = new byte[1 << 20];
        Array.Fill(data, (byte)0xFF);
        Assert.Equal(0xFFFF, InternetChecksum.Fold(InternetChecksum.Add(0, data)));
        data[^1] = 0xFE;
        Assert.Equal(0x0100, InternetChecksum.Compute(data).Raw);
        Assert.Equal(0xFFFF, InternetChecksum.Fold(ulong.MaxValue));
        Assert.Equal(0, InternetChecksum.Fold(0));
    }

    [Fact]
    public void Update16FollowsEveryChangeAndKeepsAWrongChecksumWrongByTheSameAmount()
    {
        Random random = new(16);
        byte[] header = new byte[20];
        for (int i = 0; i < 200_000; i++)
        {
            random.NextBytes(header);
            header[0] = 0x45;
            fixed (byte* p = header)
            {
                UInt16BigEndian field = UInt16BigEndian.Read(p + 10);
                uint error = InternetChecksum.Fold(InternetChecksum.Header20(p)); // 0xFFFF when right; random here, so wrong
                int at = 2 * random.Next(0, 5);
                UInt16BigEndian from = UInt16BigEndian.Read(p + at), to = UInt16BigEndian.FromHost((ushort)random.Next(65536));
                to.Write(p + at);
                InternetChecksum.Update16(field, from, to).Write(p + 10);
                Assert.Equal(error, InternetChecksum.Fold(InternetChecksum.Header20(p)));
            }
        }
    }

    // RFC 1624 section 4: the case that RFC 1141 gets wrong.
    [Fact]
    public void Update16OfTheRfcExample() => Assert.Equal(
        0x0000,
        InternetChecksum.Update16(UInt16BigEndian.FromHost(0xDD2F), UInt16BigEndian.FromHost(0x5555), UInt16BigEndian.FromHost(0x3285)).ToHost());

    [Theory]
    [InlineData(0x0000)]
    [InlineData(0xFFFF)]
    [InlineData(0x1234)]
    public void UpdateWithoutAChangeLeavesTheFieldAlone(int field)
    {
        UInt16BigEndian before = UInt16BigEndian.FromHost((ushort)field), word = UInt16BigEndian.FromHost(0x4500);
        UInt32BigEndian address = UInt32BigEndian.FromHost(0x0A010101);
        Assert.Equal(before, InternetChecksum.Update16(before, word, word));
        Assert.Equal(before, InternetChecksum.Update32(before, address, address));
    }

    [Fact]
    public void AddressRewriteOfW13()
    {
        UInt16BigEndian ip = UInt16BigEndian.FromHost(0x1FED), udp = UInt16BigEndian.FromHost(0x6706);
        (uint From, uint To)[] addresses = [(0x0A0101C8, 0xC0000282), (0x0A01010B, 0xC633648C)];
        foreach ((uint from, uint to) in addresses)
        {
            ip = InternetChecksum.Update32(ip, UInt32BigEndian.FromHost(from), UInt32BigEndian.FromHost(to));
            udp = InternetChecksum.Update32(udp, UInt32BigEndian.FromHost(from), UInt32BigEndian.FromHost(to));
        }

        Assert.Equal(0x497F, ip.ToHost());
        Assert.Equal(0x9098, udp.ToHost());
    }

    [Fact]
    public void PseudoHeaderOfUdpInW13()
    {
        byte[] udp = Hex.Bytes("9c40 0035 0018 6706 69702d726577726974652d70726f6265");
        ulong pseudo = InternetChecksum.PseudoHeader(
            Ipv4Address.FromHost(0x0A0101C8), Ipv4Address.FromHost(0x0A01010B), IpProtocol.Udp, (uint)udp.Length);
        Assert.True(InternetChecksum.IsValid(InternetChecksum.Add(pseudo, udp)));
        (udp[6], udp[7]) = (0, 0);
        Assert.Equal(0x6706, InternetChecksum.FinishUdp(InternetChecksum.Add(pseudo, udp)).ToHost());
    }

    [Fact]
    public void PseudoHeaderOfIcmpv6InW08()
    {
        byte[] icmp = Hex.Bytes("8000395d 55aa0007 6162636465666768");
        ulong pseudo = InternetChecksum.PseudoHeader(
            Ipv6Address.FromHost(0x20010DB800CA0000, 0x200), Ipv6Address.FromHost(0x20010DB800CA0000, 0xB), IpProtocol.Icmpv6, (uint)icmp.Length);
        Assert.True(InternetChecksum.IsValid(InternetChecksum.Add(pseudo, icmp)));
        icmp[15] ^= 1;
        Assert.False(InternetChecksum.IsValid(InternetChecksum.Add(pseudo, icmp)));
    }

    [Fact]
    public void UdpNeverCarriesAComputedZero()
    {
        Assert.Equal(0xFFFF, InternetChecksum.FinishUdp(0xFFFF).ToHost());
        Assert.Equal(0, InternetChecksum.Finish(0xFFFF).ToHost());
    }

    // Sum of big-endian words, one byte after the other.
    private static ulong Naive(byte* p, uint length)
    {
        ulong sum = 0;
        for (uint i = 0; i < length; i++)
        {
            sum += (i & 1) == 0 ? (uint)p[i] << 8 : p[i];
        }

        return sum;
    }

    private static void AssertEqual(ulong naive, ulong sum, uint length, uint offset)
    {
        while (naive > 0xFFFF)
        {
            naive = (naive & 0xFFFF) + (naive >> 16);
        }

        uint actual = UInt16BigEndian.FromRaw(InternetChecksum.Fold(sum)).ToHost();
        if (actual != naive)
        {
            Assert.Fail($"length {length}, offset {offset}: {actual:x4}, not {naive:x4}");
        }
    }
}

using System.Net;
using NvgreGateway.Packets;
using NvgreGateway.Tests;

namespace NvgreGateway.Packets.Tests;

/// <summary>Queries of IGMP and MLD; the conformance cases hold the reports, byte for byte.</summary>
public sealed class GroupQueryTests
{
    // RFC 3376 section 4.1, for 239.1.1.1 and two sources; RFC 3810 section 5.1, for ff08::1 and one source.
    private const string Igmp = "46c0002c00004000010247590a0000feef0101019404000011 0a 0000 ef010101 02 7d 0002 0a000001 0a000002";
    private const string Mld = "60000000 0034 0001 fe80000000000000000000fffe0002fe ff080000000000000000000000000001 3a00 05020000 0100"
        + "82000000 03e8 0000 ff080000000000000000000000000001 02 7d 0001 20010db8000000000000000000000001";

    [Theory]
    [Requirement("A-085")]
    [InlineData(0x00, 0)]
    [InlineData(0x7F, 12_700)]
    [InlineData(0x80, 12_800)] // (0 | 16) << 3 tenths
    [InlineData(0x8F, 24_800)]
    [InlineData(0xFF, 3_174_400)] // (15 | 16) << 10 tenths
    public void TheTimeOfAnIgmpQueryIsAFloatingPointNumber(int code, int milliseconds)
    {
        byte[] packet = Bytes(Igmp);
        packet[25] = (byte)code;
        SumIgmp(packet);
        Assert.Equal(GroupQueryResult.Query, GroupQuery.Read(packet, out GroupQuery query));
        Assert.Equal((ulong)milliseconds * 1_000_000, query.MaxResponse);
        Assert.Equal((3, 2, 125), (query.Version, query.Robustness, query.IntervalSeconds));
        Assert.Equal(IPAddress.Parse("239.1.1.1"), query.Group);
        Assert.Equal([IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2")], query.Sources);
    }

    [Theory]
    [Requirement("A-085")]
    [InlineData(0x0000, 0)]
    [InlineData(0x7FFF, 32_767)]
    [InlineData(0x8000, 32_768)] // (0 | 4096) << 3
    [InlineData(0xFFFF, 8_387_584)] // (4095 | 4096) << 10
    public void TheTimeOfAnMldQueryIsAFloatingPointNumber(int code, int milliseconds)
    {
        byte[] packet = Bytes(Mld);
        packet[52] = (byte)(code >> 8);
        packet[53] = (byte)code;
        SumMld(packet);
        Assert.Equal(GroupQueryResult.Query, GroupQuery.Read(packet, out GroupQuery query));
        Assert.Equal((ulong)milliseconds * 1_000_000, query.MaxResponse);
        Assert.Equal((2, 2, 125), (query.Version, query.Robustness, query.IntervalSeconds));
        Assert.Equal(IPAddress.Parse("ff08::1"), query.Group);
        Assert.Equal([IPAddress.Parse("2001:db8::1")], query.Sources);
    }

    /// <summary>Whatever comes is read within its bytes, or refused.</summary>
    [Fact]
    public void AnyBytesAreSurvived()
    {
        var random = new Random(20261122);
        string[] seeds = [Igmp, Mld];
        int queries = 0;
        for (int i = 0; i < 200_000; i++)
        {
            byte[] packet = Bytes(seeds[i & 1]);
            if (i % 3 != 0)
            {
                for (int change = random.Next(4); change > 0; change--)
                {
                    packet[random.Next(packet.Length)] = (byte)random.Next(256);
                }
            }

            if (random.Next(2) == 0)
            {
                packet = packet[..random.Next(packet.Length + 1)];
            }
            else if ((i & 1) == 0)
            {
                SumIgmp(packet);
            }
            else
            {
                SumMld(packet);
            }

            queries += GroupQuery.Read(packet, out GroupQuery query) == GroupQueryResult.Query && query.Sources.Count <= 2 ? 1 : 0;
        }

        Assert.InRange(queries, 20_000, 200_000);
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", string.Empty, StringComparison.Ordinal));

    private static void SumIgmp(byte[] packet)
    {
        packet[26] = packet[27] = 0;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(26), InternetChecksum.Compute(packet.AsSpan(24)).ToHost());
    }

    private static void SumMld(byte[] packet)
    {
        packet[50] = packet[51] = 0;
        ulong sum = InternetChecksum.PseudoHeader(Ipv6Address.FromBytes(packet.AsSpan(8)), Ipv6Address.FromBytes(packet.AsSpan(24)), 58, (uint)packet.Length - 48);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(50), InternetChecksum.Finish(InternetChecksum.Add(sum, packet.AsSpan(48))).ToHost());
    }
}

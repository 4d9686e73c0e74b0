using NvgreGateway.Packets;
using NvgreGateway.Tests;

namespace NvgreGateway.Packets.Tests;

/// <summary>ICMP errors to tenants, byte for byte; the conformance cases hold the rest.</summary>
public sealed class IcmpErrorsTests
{
    // W-12 without its VLAN tag, and the front of the 1500-byte packet that it answers.
    private const string W12 = "02000000 0a01 0200 0000 0101 0800 45c0 0038 0000 0000 4001 633b 0a01 0101 0a01 01c8 0304 f126 0000 05b2 4500"
        + "05dc 0201 4000 4006 1c47 0a01 01c8 0a01 010b c000 01bb 1122 3345";

    private const string Offender = "0015 5d00 000b 0200 0000 0a01 0800 4500 05dc 0201 4000 4006 1c47 0a01 01c8 0a01 010b c000 01bb 1122 3345";

    private static readonly MacAddress s_mac = MacAddress.Parse("02:00:00:00:01:01");

    [Fact]
    [Requirement("B-065")]
    public void W12IsMadeFromTheFrontOfTheOffender()
    {
        byte[] buffer = new byte[IcmpErrors.MaxLength];
        byte[] frame = [.. Bytes(Offender), 0xAA, 0xBB]; // what follows is not quoted
        int length = IcmpErrors.TooBig(frame, s_mac, Ipv4Address.FromHost(0x0A01_0101), default, 1458, buffer);
        Assert.Equal(Bytes(W12), buffer[..length]);
    }

    [Theory]
    [Requirement("B-070")]
    [InlineData(0, 0x01)] // a group MAC
    [InlineData(21, 0x01)] // offset 1: a later fragment
    [InlineData(26, 0x7F)] // from loopback
    [InlineData(26, 0xE0)] // from a group
    [InlineData(30, 0xE0)] // to a group
    [InlineData(14, 0x55)] // another version
    [InlineData(14, 0x44)] // a header too short
    [InlineData(12, 0x88)] // not IP
    public void NoneIsDue(int at, byte value)
    {
        byte[] frame = Bytes(Offender);
        frame[at] = value;
        Assert.Equal(0, IcmpErrors.TooBig(frame, s_mac, default, default, 1458, new byte[IcmpErrors.MaxLength]));
    }

    [Theory]
    [Requirement("B-070")]
    [InlineData(3, false)]
    [InlineData(5, false)]
    [InlineData(11, false)]
    [InlineData(12, false)]
    [InlineData(0, true)]
    [InlineData(8, true)]
    public void ErrorsAreNotAnsweredWithErrors(byte type, bool answered)
    {
        byte[] frame = Bytes(Offender);
        frame[23] = 1;
        frame[34] = type;
        Assert.Equal(answered, IcmpErrors.TooBig(frame, s_mac, default, default, 1458, new byte[IcmpErrors.MaxLength]) > 0);
    }

    [Fact]
    [Requirement("B-066")]
    public void AnIpv6ErrorQuotesWhatFitsInto1280()
    {
        byte[] frame = new byte[14 + 1500];
        frame[12] = 0x86;
        frame[13] = 0xDD;
        frame[14] = 0x60;
        frame[18] = 5; // payload length 1460
        frame[19] = 0xB4;
        frame[20] = 17;
        frame[22] = 0x20;
        frame[38] = 0x20;
        byte[] buffer = new byte[IcmpErrors.MaxLength];
        Assert.Equal(14 + 1280, IcmpErrors.TooBig(frame, s_mac, default, Ipv6Address.FromHost(1, 2), 1438, buffer));
        Assert.Equal(frame[14..(14 + 1232)], buffer[(14 + 48)..]);
        Assert.Equal([2, 0], buffer[54..56]);
        Assert.Equal([0, 0, 1438 >> 8, 1438 & 0xFF], buffer[58..62]);
        ulong sum = InternetChecksum.PseudoHeader(Ipv6Address.FromHost(1, 2), Ipv6Address.FromBytes(frame.AsSpan(22)), 58, 1240);
        Assert.True(InternetChecksum.IsValid(InternetChecksum.Add(sum, buffer.AsSpan(54))));
    }

    [Fact]
    public void AFrameThatIsCutShortIsNotReadPastItsEnd()
    {
        byte[] frame = Bytes(Offender);
        for (int n = 0; n < frame.Length; n++)
        {
            Assert.Equal(0, IcmpErrors.TooBig(frame.AsSpan(0, n), s_mac, default, default, 1458, new byte[IcmpErrors.MaxLength]));
        }
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}

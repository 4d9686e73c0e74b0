using System.Net;

namespace NvgreGateway.Packets.Tests;

/// <summary>What control sends and understands, byte for byte against frames that scapy made.</summary>
public sealed class ControlPacketsTests
{
    private static readonly MacAddress Port = MacAddress.Parse("02:00:00:00:02:01");
    private static readonly MacAddress NextHop = MacAddress.Parse("02:00:00:00:02:fe");
    private static readonly Ipv4Address Pa = Four("192.0.2.1");
    private static readonly Ipv4Address Router = Four("192.0.2.254");
    private static readonly Ipv6Address Pa6 = Six("2001:db8:a::1");
    private static readonly Ipv6Address Router6 = Six("2001:db8:a::fe");

    private delegate int Builder(Span<byte> buffer);

    [Fact]
    public void ArpRequest() => AssertBuilds(ScapyPackets.ArpRequest, b => ControlPackets.ArpRequest(b, Port, Pa, Router));

    [Fact]
    public void ArpRequestToAKnownMac() =>
        AssertBuilds(ScapyPackets.ArpUnicast, b => ControlPackets.ArpRequest(b, Port, Pa, Router, NextHop));

    [Fact]
    public void ArpReply() => AssertBuilds(ScapyPackets.ArpReply, b => ControlPackets.ArpReply(b, Port, Pa, NextHop, Router));

    [Fact]
    public void GratuitousArpOfW21()
    {
        const string Tagged = "ffffffffffff 00005e00010a 81000064 0806 0001080006040001 00005e00010a 0a010101 000000000000 0a010101";
        byte[] buffer = new byte[64];
        int length = ControlPackets.GratuitousArp(buffer, MacAddress.Parse("00:00:5e:00:01:0a"), Four("10.1.1.1"));
        Assert.Equal(42, length);
        length = VlanTag.Insert(buffer, length, VlanTag.MakeTci(100, 0));
        Assert.Equal(Hex.Bytes(Tagged), buffer[..length]);
    }

    [Fact]
    public void TagNeedsRoom()
    {
        byte[] buffer = new byte[45];
        int length = ControlPackets.GratuitousArp(buffer, Port, Pa);
        Assert.Throws<ArgumentOutOfRangeException>(() => VlanTag.Insert(buffer, length, 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => VlanTag.Insert(buffer, 13, 100));
    }

    [Fact]
    public void NeighborSolicitation() =>
        AssertBuilds(ScapyPackets.Ns, b => ControlPackets.NeighborSolicitation(b, Port, Pa6, Router6));

    [Fact]
    public void NeighborSolicitationToAKnownMac() =>
        AssertBuilds(ScapyPackets.NsUnicast, b => ControlPackets.NeighborSolicitation(b, Port, Pa6, Router6, NextHop));

    [Fact]
    public void DuplicateAddressDetection() =>
        AssertBuilds(ScapyPackets.Dad, b => ControlPackets.NeighborSolicitation(b, Port, Ipv6Address.Unspecified, Pa6));

    [Fact]
    public void NeighborAdvertisement() =>
        AssertBuilds(ScapyPackets.Na, b => ControlPackets.NeighborAdvertisement(b, Port, Pa6, NextHop, Router6, isRouter: true));

    [Fact]
    public void NeighborAdvertisementToDuplicateAddressDetection() => AssertBuilds(
        ScapyPackets.NaDad, b => ControlPackets.NeighborAdvertisement(b, Port, Pa6, NextHop, Ipv6Address.Unspecified, isRouter: true));

    [Fact]
    public void UnsolicitedAdvertisement()
    {
        AssertBuilds(ScapyPackets.NaDad, b => ControlPackets.UnsolicitedAdvertisement(b, Port, Pa6, isRouter: true));
        AssertBuilds(ScapyPackets.NaHost, b => ControlPackets.UnsolicitedAdvertisement(b, Port, Pa6, isRouter: false));
    }

    [Theory]
    [InlineData(ScapyPackets.Echo4, ScapyPackets.Echo4Reply)]
    [InlineData(ScapyPackets.Echo4Options, ScapyPackets.Echo4Reply)]
    [InlineData(ScapyPackets.Echo4Odd, ScapyPackets.Echo4OddReply)]
    [InlineData(ScapyPackets.Echo6, ScapyPackets.Echo6Reply)]
    public void EchoReply(string request, string reply)
    {
        AssertBuilds(reply, b => ControlPackets.EchoReply(Hex.Bytes(request), b));

        // Ethernet padding is no part of the packet.
        AssertBuilds(reply, b => ControlPackets.EchoReply([.. Hex.Bytes(request), 0xFF, 0xFF, 0xFF], b));
    }

    [Theory]
    [InlineData(ScapyPackets.Echo4)]
    [InlineData(ScapyPackets.Echo4Options)]
    [InlineData(ScapyPackets.Echo6)]
    public void EchoIsNotAnsweredWhenCutOrCorrupt(string request)
    {
        byte[] whole = Hex.Bytes(request), buffer = new byte[256];
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Equal(0, ControlPackets.EchoReply(whole.AsSpan(0, length), buffer));
        }

        // Everything behind the MACs is covered by a checksum, save the class, flow label and hop limit of IPv6.
        bool six = whole[12] == 0x86;
        for (int bit = 14 * 8; bit < whole.Length * 8; bit++)
        {
            bool uncovered = six && (bit / 8 is 15 or 16 or 17 or 21 || (bit / 8 == 14 && bit % 8 < 4));
            byte[] damaged = (byte[])whole.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(uncovered == (ControlPackets.EchoReply(damaged, buffer) != 0), $"bit {bit}");
        }
    }

    [Fact]
    public void EchoIsNotAnsweredToOrFromGroups()
    {
        byte[] buffer = new byte[256], request = Hex.Bytes(ScapyPackets.Echo4);
        Rewrite(request, 26, "224.0.0.1");
        Assert.Equal(0, ControlPackets.EchoReply(request, buffer));
        Rewrite(request, 26, "0.0.0.0");
        Assert.Equal(0, ControlPackets.EchoReply(request, buffer));
        Rewrite(request, 26, "198.51.100.10");
        Assert.NotEqual(0, ControlPackets.EchoReply(request, buffer));
        Rewrite(request, 30, "255.255.255.255");
        Assert.Equal(0, ControlPackets.EchoReply(request, buffer));
        Rewrite(request, 30, "192.0.2.1");
        request[6] |= 1;
        Assert.Equal(0, ControlPackets.EchoReply(request, buffer));
        request[6] &= 0xFE;
        request[0] |= 1;
        Assert.Equal(0, ControlPackets.EchoReply(request, buffer));

        // An address and the checksum that goes with it.
        static void Rewrite(byte[] frame, int at, string address)
        {
            IPAddress.Parse(address).GetAddressBytes().CopyTo(frame, at);
            (frame[24], frame[25]) = (0, 0);
            ushort sum = InternetChecksum.Compute(frame.AsSpan(14, 20)).ToHost();
            (frame[24], frame[25]) = ((byte)(sum >> 8), (byte)sum);
        }
    }

    [Fact]
    public void EchoRepliesAndFragmentsAreNotAnswered()
    {
        byte[] buffer = new byte[256];
        Assert.Equal(0, ControlPackets.EchoReply(Hex.Bytes(ScapyPackets.Echo4Reply), buffer));
        Assert.Equal(0, ControlPackets.EchoReply(Hex.Bytes(ScapyPackets.Echo6Reply), buffer));
        Assert.Equal(0, ControlPackets.EchoReply(Hex.Bytes(ScapyPackets.ArpRequest), buffer));
        byte[] fragment = Hex.Bytes(ScapyPackets.Echo4);
        fragment[20] = 0x20;
        (fragment[24], fragment[25]) = (0, 0);
        ushort sum = InternetChecksum.Compute(fragment.AsSpan(14, 20)).ToHost();
        (fragment[24], fragment[25]) = ((byte)(sum >> 8), (byte)sum);
        Assert.Equal(0, ControlPackets.EchoReply(fragment, buffer));
    }

    [Fact]
    public void ReadsArp()
    {
        Assert.True(ArpPacket.TryRead(Hex.Bytes(ScapyPackets.ArpReply).AsSpan(14), out ArpPacket reply));
        Assert.True(reply.Operation.Is(ArpPacket.Reply));
        Assert.Equal((Port, Pa, NextHop, Router), (reply.SenderMac.Value, reply.SenderAddress, reply.TargetMac.Value, reply.TargetAddress));
        byte[] request = Hex.Bytes(ScapyPackets.ArpRequest);
        Assert.False(ArpPacket.TryRead(request.AsSpan(14, 27), out _));
        foreach (int at in (int[])[14, 15, 16, 17, 18, 19])
        {
            byte[] damaged = (byte[])request.Clone();
            damaged[at] ^= 0x40;
            Assert.False(ArpPacket.TryRead(damaged.AsSpan(14), out _));
        }
    }

    [Fact]
    public void ReadsSolicitation()
    {
        Assert.True(NeighborMessage.TryRead(Packet(ScapyPackets.NsManyOptions), out NeighborMessage ns));
        Assert.True(ns.IsSolicitation);
        Assert.Equal((Six("fe80::fe"), Six("ff02::1:ff00:1"), Pa6), (ns.Source, ns.Destination, ns.Target));
        Assert.Equal(NextHop, ns.LinkLayer);
        Assert.False(ns.IsRouter || ns.IsSolicited || ns.IsOverride);
        Assert.True(NeighborMessage.TryRead(Packet(ScapyPackets.Dad), out NeighborMessage dad));
        Assert.True(dad.IsSolicitation && dad.Source.IsUnspecified && dad.LinkLayer is null);
    }

    [Fact]
    public void ReadsAdvertisement()
    {
        Assert.True(NeighborMessage.TryRead(Packet(ScapyPackets.Na), out NeighborMessage na));
        Assert.False(na.IsSolicitation);
        Assert.True(na.IsRouter && na.IsSolicited && na.IsOverride);
        Assert.Equal((Pa6, (MacAddress?)Port), (na.Target, na.LinkLayer));
        Assert.True(NeighborMessage.TryRead(Packet(ScapyPackets.NaNoOption), out NeighborMessage bare));
        Assert.True(bare.IsRouter && bare.IsSolicited && !bare.IsOverride && bare.LinkLayer is null);
        Assert.True(NeighborMessage.TryRead(Packet(ScapyPackets.NaHost), out NeighborMessage host));
        Assert.True(!host.IsRouter && !host.IsSolicited && host.IsOverride);
    }

    // RFC 4861 sections 7.1.1 and 7.1.2, each with a right checksum.
    [Theory]
    [InlineData(ScapyPackets.NaGroupSolicited)]
    [InlineData(ScapyPackets.DadWithOption)]
    [InlineData(ScapyPackets.DadToAll)]
    [InlineData(ScapyPackets.NsGroupTarget)]
    [InlineData(ScapyPackets.NsHop64)]
    [InlineData(ScapyPackets.NsZeroOption)]
    [InlineData(ScapyPackets.NsLongOption)]
    [InlineData(ScapyPackets.NsCode1)]
    [InlineData(ScapyPackets.Echo6)]
    public void MessagesToBeDiscardedAreNotRead(string frame) => Assert.False(NeighborMessage.TryRead(Packet(frame), out _));

    [Theory]
    [InlineData(ScapyPackets.Ns)]
    [InlineData(ScapyPackets.Na)]
    public void CutOrCorruptMessagesAreNotRead(string frame)
    {
        byte[] whole = Packet(frame);
        Assert.True(NeighborMessage.TryRead([.. whole, 0xFF, 0xFF], out _));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.False(NeighborMessage.TryRead(whole.AsSpan(0, length), out _));
        }

        // All but class and flow label is either checked or covered by the checksum.
        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            bool uncovered = bit / 8 is 1 or 2 or 3 || (bit / 8 == 0 && bit % 8 < 4);
            byte[] damaged = (byte[])whole.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(uncovered == NeighborMessage.TryRead(damaged, out _), $"bit {bit}");
        }
    }

    private static byte[] Packet(string frame) => Hex.Bytes(frame)[14..];

    private static void AssertBuilds(string expected, Builder build)
    {
        byte[] buffer = new byte[256];
        Array.Fill(buffer, (byte)0xEE);
        int length = build(buffer);
        Assert.Equal(Hex.Bytes(expected), buffer[..length]);
        Assert.All(buffer[length..], b => Assert.Equal(0xEE, b));
    }

    private static Ipv4Address Four(string text) => Ipv4Address.FromBytes(IPAddress.Parse(text).GetAddressBytes());

    private static Ipv6Address Six(string text) => Ipv6Address.FromBytes(IPAddress.Parse(text).GetAddressBytes());
}

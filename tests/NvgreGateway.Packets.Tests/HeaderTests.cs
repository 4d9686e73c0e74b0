using System.Runtime.CompilerServices;

namespace NvgreGateway.Packets.Tests;

/// <summary>The views laid over the worked packets of the wire format.</summary>
public sealed unsafe class HeaderTests
{
    private const string W02 = """
        02 00 00 00 02 fe 02 00 00 00 02 01 08 00 45 00 00 66 00 00 40 00 40 2f 4e 2a c0 00 02 01 c6 33
        64 0a 20 00 65 58 00 13 89 24 00 15 5d 00 00 0b 02 00 00 00 0a 01 08 00 45 00 00 3c 01 02 40 00
        80 01 e2 ea 0a 01 01 c8 0a 01 01 0b 08 00 3b 27 12 34 00 01 61 62
        """;

    private const string W07 = """
        02 00 00 00 02 fe 02 00 00 00 02 01 86 dd 6b a5 aa 35 00 43 2f 40 20 01 0d b8 00 0a 00 00 00 00
        00 00 00 00 00 01 20 01 0d b8 00 0b 00 00 00 00 00 00 00 00 00 10 20 00 65 58 00 13 89 e7 00 15
        5d 00 00 0b 02 00 00 00 0a 01 08 00 45 ba 00 2d 03 00 40 00 40 11 20 32 0a 01 01 c8 0a 01 01 0b
        13 8c 13 8c 00 19 aa 28
        """;

    [Fact]
    public void OuterIpv4AndGre()
    {
        fixed (byte* p = Hex.Bytes(W02))
        {
            EthernetHeader* ethernet = (EthernetHeader*)p;
            Assert.Equal("02:00:00:00:02:fe", ethernet->Destination.Value.ToString());
            Assert.Equal("02:00:00:00:02:01", ethernet->Source.Value.ToString());
            Assert.True(ethernet->Type.Is(EtherType.Ipv4));
            Ipv4Header* ip = (Ipv4Header*)(p + EthernetHeader.Size);
            Assert.Equal(Ipv4Header.PlainVersion, ip->VersionIhl);
            Assert.Equal((4u, 20u), (ip->Version, ip->HeaderLength));
            Assert.Equal(102, ip->TotalLength.ToHost());
            Assert.Equal(0, ip->Id.ToHost());
            Assert.Equal(Ipv4Header.DontFragment, ip->FlagsOffset.ToHost());
            Assert.False(ip->IsFragment);
            Assert.Equal((64, IpProtocol.Gre), (ip->Ttl, ip->Protocol));
            Assert.Equal(0x4E2A, ip->Checksum.ToHost());
            Assert.Equal("192.0.2.1", ip->Source.ToString());
            Assert.Equal("198.51.100.10", ip->Destination.ToString());
            GreHeader* gre = (GreHeader*)(p + EthernetHeader.Size + Ipv4Header.Size);
            Assert.Equal(GreHeader.KeyPresent, gre->FlagsVersion.ToHost());
            Assert.True(gre->ProtocolType.Is(EtherType.TransparentEthernet));
            Assert.Equal(5001u, Vsid.FromKey(gre->Key));
            Assert.Equal(Vsid.ToKey(5001, 0x24), gre->Key);
            Assert.Equal("00138924", gre->Key.ToString());
            Assert.Equal(GreHeader.FirstWord, UInt32BigEndian.Read((byte*)gre).ToHost());
            IcmpHeader* icmp = (IcmpHeader*)(p + 76);
            Assert.Equal((IcmpHeader.EchoRequest, 0), (icmp->Type, icmp->Code));
            Assert.Equal(0x3B27, icmp->Checksum.ToHost());
            Assert.Equal(0x12340001u, icmp->Rest.ToHost());
        }
    }

    [Fact]
    public void OuterIpv6AndUdp()
    {
        fixed (byte* p = Hex.Bytes(W07))
        {
            Ipv6Header* ip = (Ipv6Header*)(p + EthernetHeader.Size);
            Assert.Equal((6u, 0xBA, 0x5AA35u), (ip->Version, ip->TrafficClass, ip->FlowLabel));
            Assert.Equal(Ipv6Header.FirstWord(0xBA, 0x5AA35), ip->VersionClassLabel);
            Assert.Equal(67, ip->PayloadLength.ToHost());
            Assert.Equal((IpProtocol.Gre, 64), (ip->NextHeader, ip->HopLimit));
            Assert.Equal("2001:db8:a::1", ip->Source.ToString());
            Assert.Equal("2001:db8:b::10", ip->Destination.ToString());
            UdpHeader* udp = (UdpHeader*)(p + 96);
            Assert.Equal((5004, 5004, 25, 0xAA28), (udp->SourcePort.ToHost(), udp->DestinationPort.ToHost(), udp->Length.ToHost(), udp->Checksum.ToHost()));
        }
    }

    [Fact]
    public void TcpOfW05()
    {
        fixed (byte* p = Hex.Bytes("c000 01bb 11223344 00000001 70 02 faf0 6b38 0005"))
        {
            TcpHeader* tcp = (TcpHeader*)p;
            Assert.Equal((0xC000, 443, 0x11223344u, 1u), (tcp->SourcePort.ToHost(), tcp->DestinationPort.ToHost(), tcp->Sequence.ToHost(), tcp->Acknowledgement.ToHost()));
            Assert.Equal((28u, TcpHeader.Syn), (tcp->HeaderLength, tcp->Flags));
            Assert.Equal((0xFAF0, 0x6B38, 5), (tcp->Window.ToHost(), tcp->Checksum.ToHost(), tcp->Urgent.ToHost()));
        }
    }

    [Fact]
    public void SizesAreThoseOnTheWire()
    {
        Assert.Equal((EthernetHeader.Size, 14), (Unsafe.SizeOf<EthernetHeader>(), EthernetHeader.Size));
        Assert.Equal((VlanTag.Size, 4), (Unsafe.SizeOf<VlanTag>(), VlanTag.Size));
        Assert.Equal((Ipv4Header.Size, 20), (Unsafe.SizeOf<Ipv4Header>(), Ipv4Header.Size));
        Assert.Equal((Ipv6Header.Size, 40), (Unsafe.SizeOf<Ipv6Header>(), Ipv6Header.Size));
        Assert.Equal((GreHeader.Size, 8), (Unsafe.SizeOf<GreHeader>(), GreHeader.Size));
        Assert.Equal((ArpPacket.Size, 28), (Unsafe.SizeOf<ArpPacket>(), ArpPacket.Size));
        Assert.Equal((IcmpHeader.Size, 8), (Unsafe.SizeOf<IcmpHeader>(), IcmpHeader.Size));
        Assert.Equal((UdpHeader.Size, 8), (Unsafe.SizeOf<UdpHeader>(), UdpHeader.Size));
        Assert.Equal((TcpHeader.Size, 20), (Unsafe.SizeOf<TcpHeader>(), TcpHeader.Size));
        Assert.Equal(6, Unsafe.SizeOf<MacAddressField>());
        Assert.Equal(8, Unsafe.SizeOf<TenantFlow>());
    }

    // WIRE-FORMAT 1.2, bit by bit: each bit of the flags word is in exactly one class.
    [Fact]
    public void GreMasksCoverTheWordOnce()
    {
        ushort[] masks =
        [
            GreHeader.ChecksumPresent, GreHeader.KeyPresent, GreHeader.SequencePresent,
            GreHeader.ReservedMask, GreHeader.IgnoredMask, GreHeader.VersionMask,
        ];
        Assert.Equal(0xFFFF, masks.Aggregate(0, (all, mask) => all ^ mask));
        Assert.Equal(16, masks.Sum(mask => System.Numerics.BitOperations.PopCount(mask)));
        int[] bits = [0x8000 >> 1, 0x8000 >> 4, 0x8000 >> 5];
        Assert.Equal<int>(GreHeader.ReservedMask, bits.Sum());
    }

    [Theory]
    [InlineData(0x20006558u, true)]
    [InlineData(0x20086558u, true)]
    [InlineData(0x20106558u, true)]
    [InlineData(0x21006558u, true)]
    [InlineData(0x22006558u, true)]
    [InlineData(0x23F86558u, true)]
    [InlineData(0x00006558u, false)]
    [InlineData(0xA0006558u, false)]
    [InlineData(0x30006558u, false)]
    [InlineData(0x20000800u, false)]
    [InlineData(0x200086DDu, false)]
    [InlineData(0x200088BEu, false)]
    [InlineData(0x2000880Bu, false)]
    [InlineData(0x20016558u, false)]
    [InlineData(0x3001880Bu, false)]
    [InlineData(0x24006558u, false)]
    [InlineData(0x28006558u, false)]
    [InlineData(0x60006558u, false)]
    public void GreFirstWordVectors(uint word, bool accepted) =>
        Assert.Equal(accepted, (word & GreHeader.FirstWordMask) == GreHeader.FirstWord);

    [Fact]
    public void VlanTags()
    {
        fixed (byte* p = Hex.Bytes("8100a064"))
        {
            VlanTag* tag = (VlanTag*)p;
            ushort tci = tag->Tci.ToHost();
            Assert.True(EtherType.IsTag(tag->Tpid));
            Assert.Equal((100u, 5u, 0xA064), (VlanTag.Vid(tci), VlanTag.Priority(tci), VlanTag.MakeTci(100, 5)));
            Assert.Equal(VlanTag.Word(tci), UInt32BigEndian.Read(p));
        }

        ushort[] tags = [.. Enumerable.Range(0, 65536).Select(i => (ushort)i).Where(i => EtherType.IsTag(UInt16BigEndian.FromHost(i)))];
        Assert.Equal([0x8100, 0x88A8, 0x9100, 0x9200], tags);
        Assert.True(EtherType.IsLossless(UInt16BigEndian.FromHost(0x8906)));
        Assert.True(EtherType.IsLossless(UInt16BigEndian.FromHost(0x8914)));
        Assert.False(EtherType.IsLossless(UInt16BigEndian.FromHost(0x8100)));
    }

    [Fact]
    public void VsidRanges()
    {
        Assert.False(Vsid.IsTenant(0));
        Assert.False(Vsid.IsTenant(4095));
        Assert.True(Vsid.IsTenant(4096));
        Assert.True(Vsid.IsTenant(16777214));
        Assert.False(Vsid.IsTenant(16777215));
        Assert.False(Vsid.IsTenant(uint.MaxValue));
        Assert.True(Vsid.IsReserved(4095));
        Assert.False(Vsid.IsReserved(4096));
        Assert.True(Vsid.IsVendor(16777215));
        Assert.False(Vsid.IsVendor(16777214));
    }

    [Fact]
    public void GroupMacs()
    {
        Assert.Equal("01:00:5e:01:13:89", GroupMac.Of(Ipv4Address.FromBytes([239, 1, 19, 137])).ToString()); // W-16
        Assert.Equal("01:00:5e:7f:00:01", GroupMac.Of(Ipv4Address.FromBytes([224, 255, 0, 1])).ToString()); // bit 23 is lost
        Assert.Equal("33:33:00:00:00:01", GroupMac.Of(Ipv6Address.AllNodes).ToString());
        Assert.Equal("33:33:ff:ab:cd:ef", GroupMac.SolicitedNode(Ipv6Address.FromHost(0x20010DB8000A0000, 0x0123456789ABCDEF)).ToString());
        Assert.Equal("ff02::1:ffab:cdef", Ipv6Address.FromHost(0x20010DB8000A0000, 0x0123456789ABCDEF).SolicitedNode().ToString());
    }

    [Fact]
    public void AddressClasses()
    {
        static Ipv4Address Four(string text) => Ipv4Address.FromBytes(System.Net.IPAddress.Parse(text).GetAddressBytes());
        static Ipv6Address Six(string text) => Ipv6Address.FromBytes(System.Net.IPAddress.Parse(text).GetAddressBytes());
        Assert.True(Four("127.1.2.3").IsLoopback && !Four("128.0.0.1").IsLoopback);
        Assert.True(Four("224.0.0.1").IsMulticast && Four("239.255.255.255").IsMulticast && !Four("240.0.0.0").IsMulticast && !Four("223.255.255.255").IsMulticast);
        Assert.True(Four("255.255.255.255").IsBroadcast && Four("0.0.0.0").IsUnspecified);
        Assert.True(Six("::1").IsLoopback && !Six("::2").IsLoopback && Six("::").IsUnspecified);
        Assert.True(Six("ff05::1").IsMulticast && !Six("fe80::1").IsMulticast);
        Assert.True(Six("fe80::1").IsLinkLocal && Six("febf::1").IsLinkLocal && !Six("fec0::1").IsLinkLocal);
        byte[] wire = new byte[16];
        Six("2001:db8::1234").CopyTo(wire);
        Assert.Equal(Six("2001:db8::1234"), Ipv6Address.FromBytes(wire));
        Assert.NotEqual(Six("2001:db8::1234"), Six("2001:db8::1235"));
        Assert.Equal(Six("2001:db8::1234"), Ipv6Address.FromRaw(Six("2001:db8::1234").RawHigh, Six("2001:db8::1234").RawLow));
        Assert.Equal(0x0A01010Bu, Four("10.1.1.11").ToHost());
        Assert.Equal(Four("10.1.1.11"), Ipv4Address.FromRaw(Four("10.1.1.11").Raw));
        Four("10.1.1.11").CopyTo(wire);
        Assert.Equal([10, 1, 1, 11], wire[..4]);
    }

    [Fact]
    public void BigEndianFields()
    {
        byte[] bytes = [0x12, 0x34, 0x56, 0x78];
        fixed (byte* p = bytes)
        {
            Assert.Equal(0x1234, UInt16BigEndian.Read(p).ToHost());
            Assert.Equal(0x12345678u, UInt32BigEndian.Read(p).ToHost());
            UInt16BigEndian.FromHost(0xABCD).Write(p + 1);
            Assert.Equal([0x12, 0xAB, 0xCD, 0x78], bytes);
            UInt32BigEndian.FromHost(0x01020304).Write(p);
            Assert.Equal([1, 2, 3, 4], bytes);
        }

        Assert.True(UInt16BigEndian.FromHost(0x0800).Is(0x0800));
        Assert.False(UInt16BigEndian.FromHost(0x0008).Is(0x0800));
        Assert.Equal("0800", UInt16BigEndian.FromHost(0x0800).ToString());
        Assert.True(UInt32BigEndian.FromHost(1) == UInt32BigEndian.FromRaw(UInt32BigEndian.FromHost(1).Raw));
    }
}

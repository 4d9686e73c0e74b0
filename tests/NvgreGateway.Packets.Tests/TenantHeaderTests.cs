namespace NvgreGateway.Packets.Tests;

public sealed unsafe class TenantHeaderTests
{
    private const string W20Inner = "020000000a01 00155d00000b 0800 45020024000a4000 8001e3f8 0a01010b 0a0101c8 08003c92 00010002 65636e2d74657374";
    private const string W20Output = "020000000a01 00155d00000b 0800 45030024000a4000 8001e3f7 0a01010b 0a0101c8 08003c92 00010002 65636e2d74657374";
    private const string Ipv6Frame = "020000000a01 00155d00000b 86dd 6b212345 0000 3b 40 20010db800ca00000000000000000200 20010db800ca0000000000000000000b";

    [Fact]
    public void InspectsBothFamilies()
    {
        Assert.Equal((4u, 0x02u), Inspect(W20Inner));
        Assert.Equal((6u, 0xB2u), Inspect(Ipv6Frame));
    }

    [Theory]
    [InlineData("020000000a01 00155d00000b 0806 45020024000a4000 8001e3f8 0a01010b 0a0101c8")] // ARP by its EtherType
    [InlineData("020000000a01 00155d00000b 0800 65020024000a4000 8001e3f8 0a01010b 0a0101c8")] // version
    [InlineData("020000000a01 00155d00000b 0800 35020024000a4000 8001e3f8 0a01010b 0a0101c8")]
    [InlineData("020000000a01 00155d00000b 0800 44020024000a4000 8001e3f8 0a01010b 0a0101c8")] // IHL
    [InlineData("020000000a01 00155d00000b 0800 46020024000a4000 8001e3f8 0a01010b 0a0101c8 010101")] // options cut short
    [InlineData("020000000a01 00155d00000b 0800 45020024000a4000 8001e3f8 0a01010b 0a0101")] // 19 bytes
    [InlineData("020000000a01 00155d00000b 0800")]
    [InlineData("020000000a01 00155d00000b 86dd 4b212345 0000 3b 40 20010db800ca00000000000000000200 20010db800ca0000000000000000000b")]
    [InlineData("020000000a01 00155d00000b 86dd 6b212345 0000 3b 40 20010db800ca00000000000000000200 20010db800ca00000000000000000b")] // 39 bytes
    [InlineData("020000000a01 00155d00000b 86dd")]
    public void WhatDoesNotParseIsNotIp(string frame) => Assert.Equal((0u, 0u), Inspect(frame));

    [Fact]
    public void Ipv4WithAllItsOptionsParses() => Assert.Equal(
        (4u, 0x02u), Inspect("020000000a01 00155d00000b 0800 46020024000a4000 8001e3f8 0a01010b 0a0101c8 01010101"));

    [Fact]
    public void CongestionMarkOfW20()
    {
        byte[] frame = Hex.Bytes(W20Inner);
        fixed (byte* p = frame)
        {
            TenantHeader.SetEcn(p + 14, 4, Ecn.Decapsulate(2, 3));
        }

        Assert.Equal(Hex.Bytes(W20Output), frame);
    }

    [Fact]
    public void WrongChecksumStaysWrongByTheSameAmount()
    {
        byte[] frame = Hex.Bytes(W20Inner);
        frame[25] -= 0x10; // 0xE3E8
        fixed (byte* p = frame)
        {
            TenantHeader.SetEcn(p + 14, 4, Ecn.Ce);
        }

        Assert.Equal([0x45, 0x03], frame[14..16]);
        Assert.Equal([0xE3, 0xE7], frame[24..26]);
    }

    [Theory]
    [InlineData(0x0000)]
    [InlineData(0xFFFF)]
    public void SettingWhatIsThereChangesNoByte(int checksum)
    {
        byte[] frame = Hex.Bytes(W20Inner);
        (frame[24], frame[25]) = ((byte)(checksum >> 8), (byte)checksum);
        byte[] before = (byte[])frame.Clone();
        fixed (byte* p = frame)
        {
            TenantHeader.SetEcn(p + 14, 4, Ecn.Ect0);
            TenantHeader.SetDscp(p + 14, 4, 0);
            TenantHeader.SetTrafficClass(p + 14, 4, 2);
        }

        Assert.Equal(before, frame);
    }

    [Fact]
    public void EveryTosToEveryTosLeavesAValidHeader()
    {
        byte[] frame = Hex.Bytes(W20Inner);
        fixed (byte* p = frame)
        {
            for (uint from = 0; from < 256; from++)
            {
                for (uint to = 0; to < 256; to++)
                {
                    TenantHeader.SetTrafficClass(p + 14, 4, from);
                    TenantHeader.SetDscp(p + 14, 4, to >> 2);
                    Assert.Equal((to & 0xFC) | (from & 3), p[15]);
                    TenantHeader.SetEcn(p + 14, 4, to & 3);
                    Assert.Equal(to, p[15]);
                    Assert.True(InternetChecksum.IsValid(InternetChecksum.Header20(p + 14)));
                }
            }
        }
    }

    [Fact]
    public void Ipv6ClassChangesNothingElse()
    {
        byte[] frame = Hex.Bytes(Ipv6Frame);
        fixed (byte* p = frame)
        {
            for (uint to = 0; to < 256; to++)
            {
                TenantHeader.SetDscp(p + 14, 6, to >> 2);
                TenantHeader.SetEcn(p + 14, 6, to);
                Assert.Equal(to, TenantHeader.Inspect(p + 14, 40).TrafficClass);
            }

            TenantHeader.SetTrafficClass(p + 14, 6, 0xB2);
        }

        Assert.Equal(Hex.Bytes(Ipv6Frame), frame);
    }

    private static (uint Family, uint TrafficClass) Inspect(string hex)
    {
        using GuardedMemory memory = new(4096);
        byte[] frame = Hex.Bytes(hex);
        byte* p = memory.PlaceAtEnd(frame);
        TenantHeader header = TenantHeader.Inspect(p + 14, (uint)frame.Length - 14);
        return (header.Family, header.TrafficClass);
    }
}

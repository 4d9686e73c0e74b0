using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Whose word counts where bad tenant checksums are dropped (<c>dropBadInnerChecksum</c>).</summary>
public sealed unsafe class InnerChecksumTests
{
    private const MbufFlags Good = MbufFlags.RxIpChecksumGood | MbufFlags.RxL4ChecksumGood;

    // A wrong TCP checksum passes only where the device may be believed and says both are good.
    [Theory]
    [Requirement("C-042", "C-043", "C-135")]
    [InlineData(true, Good, true)]
    [InlineData(false, Good, false)]
    [InlineData(true, MbufFlags.None, false)]
    [InlineData(true, MbufFlags.RxL4ChecksumGood, false)]
    [InlineData(true, MbufFlags.RxIpChecksumGood, false)]
    [InlineData(true, MbufFlags.RxIpChecksumGood | MbufFlags.RxL4ChecksumBad, false)]
    [InlineData(true, MbufFlags.RxIpChecksumGood | MbufFlags.RxL4ChecksumNone, false)]
    [InlineData(true, MbufFlags.RxIpChecksumBad | MbufFlags.RxL4ChecksumGood, false)]
    [InlineData(true, MbufFlags.RxOuterIpChecksumBad | Good, true)] // the outer sum is checked by ourselves
    public void AVerdictCountsWhereTheDeviceSeesTheInside(bool trusted, MbufFlags said, bool passes)
    {
        foreach (bool fromPeer in (bool[])[false, true])
        {
            using Rig rig = Make(trusted);
            byte[] tcp = [0xC0, 0, 1, 0xBB, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x10, 1, 1, 0x12, 0x34, 0, 0, 7, 7, 7];
            byte[] frame = fromPeer ? Frames.Nvgre4(Frames.FromVm(Frames.Ip4([10, 1, 1, 11], [10, 1, 1, 200], 6, tcp))) : Frames.FromHost(Frames.Ip4([10, 1, 1, 200], [10, 1, 1, 11], 6, tcp));
            Feed(rig, fromPeer ? Rig.Underlay : Rig.Access, frame, said);
            Assert.Equal(passes ? 1 : 0, rig.Outputs.Count);
            rig.AssertDrops(passes ? DropReason.None : DropReason.InnerCksum, passes ? 0ul : 1);
            Assert.Equal(passes ? 0ul : 1, rig.Counter(CounterId.InnerCksumBad));
        }
    }

    // IPv6 has no header checksum: the verdict is the transport's alone. A wrong TCP checksum again.
    [Theory]
    [Requirement("C-042", "C-043", "C-135")]
    [InlineData(true, MbufFlags.RxL4ChecksumGood, true)]
    [InlineData(true, Good, true)]
    [InlineData(false, MbufFlags.RxL4ChecksumGood, false)]
    [InlineData(true, MbufFlags.None, false)]
    [InlineData(true, MbufFlags.RxIpChecksumGood, false)]
    [InlineData(true, MbufFlags.RxL4ChecksumBad, false)]
    [InlineData(true, MbufFlags.RxL4ChecksumNone, false)]
    [InlineData(true, MbufFlags.RxIpChecksumBad | MbufFlags.RxL4ChecksumGood, false)]
    public void AVerdictOfIpv6IsTheTransports(bool trusted, MbufFlags said, bool passes)
    {
        foreach (bool fromPeer in (bool[])[false, true])
        {
            using Rig rig = Make(trusted);
            byte[] tcp = [0xC0, 0, 1, 0xBB, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x10, 1, 1, 0x12, 0x34, 0, 0, 7, 7, 7];
            byte[] ip = Frames.Ip6([.. Frames.Remote6], [.. Frames.Gateway6], 6, tcp);
            byte[] frame = fromPeer ? Frames.Nvgre4(Frames.FromVm(ip, type: 0x86DD)) : Frames.FromHost(ip, type: 0x86DD);
            Feed(rig, fromPeer ? Rig.Underlay : Rig.Access, frame, said);
            rig.AssertDrops(passes ? DropReason.None : DropReason.InnerCksum, passes ? 0ul : 1);
            Assert.Equal(passes ? 0ul : 1, rig.Counter(CounterId.InnerCksumBad));
        }
    }

    // A device that did not see the tunnel speaks of the outer headers; one that saw a tunnel on the VLAN side, of what is in that.
    [Theory]
    [Requirement("C-042", "C-043")]
    [InlineData(Rig.Underlay, 0x0111_6011u, true)]
    [InlineData(Rig.Underlay, 0x0211_4041u, true)]
    [InlineData(Rig.Underlay, 0x11u, false)]
    [InlineData(Rig.Underlay, 0x111u, false)]
    [InlineData(Rig.Underlay, 0x6011u, false)]
    [InlineData(Rig.Underlay, 0u, false)]
    [InlineData(Rig.Access, 0x111u, true)]
    [InlineData(Rig.Access, 0x241u, true)]
    [InlineData(Rig.Access, 0x0111_3211u, false)]
    [InlineData(Rig.Access, 0x11u, false)]
    [InlineData(Rig.Access, 0u, false)]
    public void AVerdictIsAboutWhatTheDeviceSaw(int port, uint type, bool believed)
    {
        using Rig rig = Make(trusted: true);
        byte[] udp = [.. Frames.Big16(1), .. Frames.Big16(2), .. Frames.Big16(12), 0x12, 0x34, 1, 2, 3, 4];
        byte[] frame = port == Rig.Underlay ? Frames.Nvgre4(Frames.FromVm(Frames.Ip4([10, 1, 1, 11], [10, 1, 1, 200], 17, udp))) : Frames.FromHost(Frames.Ip4([10, 1, 1, 200], [10, 1, 1, 11], 17, udp));
        Feed(rig, port, frame, Good, type);
        rig.AssertDrops(believed ? DropReason.None : DropReason.InnerCksum, believed ? 0ul : 1);
    }

    [Fact]
    [Requirement("C-042", "C-043")]
    public void ABadOuterSumIsFoundWhateverIsSaid()
    {
        foreach (MbufFlags said in (MbufFlags[])[MbufFlags.None, Good, Good | MbufFlags.RxOuterL4ChecksumGood])
        {
            using Rig rig = Make(trusted: true);
            byte[] frame = Frames.Nvgre4(Frames.FromVm());
            frame[24] ^= 1;
            Feed(rig, Rig.Underlay, frame, said);
            rig.AssertDrops(DropReason.IpCksum);
        }
    }

    [Fact]
    [Requirement("C-044")]
    public void WithoutTheSettingNothingIsChecked()
    {
        using var rig = new Rig(change: static r => r.Sketch.Port(Rig.Access, static p => p with { Flags = p.Flags | PortFlags.ChecksInner }));
        byte[] frame = Frames.FromHost();
        frame[28] ^= 1;
        Feed(rig, Rig.Access, frame, MbufFlags.RxIpChecksumBad | MbufFlags.RxL4ChecksumBad);
        Assert.Single(rig.Outputs);
        Assert.Equal(0ul, rig.Counter(CounterId.InnerCksumBad));
        rig.AssertNoDrops();
    }

    // A packet that claims more bytes than its frame has cannot be summed: it is unknown, and nothing behind the frame is read.
    [Theory]
    [Requirement("C-044", "C-046", "C-066")]
    [InlineData(4, 0, true)]
    [InlineData(4, 1, false)]
    [InlineData(4, 2, false)]
    [InlineData(4, 1400, false)]
    [InlineData(6, 0, true)]
    [InlineData(6, 1, false)]
    [InlineData(6, 2, false)]
    [InlineData(6, 65000, false)]
    public void WhatClaimsMoreThanThereIsIsUnknown(int version, int more, bool bad)
    {
        byte[] tcp = [0xC0, 0, 1, 0xBB, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x10, 1, 1, 0x12, 0x34, 0, 0, .. new byte[41]]; // a wrong checksum
        foreach (bool fromPeer in (bool[])[false, true])
        {
            byte[] ip = version == 4 ? Frames.Ip4([10, 1, 1, 200], [10, 1, 1, 11], 6, tcp) : Frames.Ip6([.. Frames.Remote6], [.. Frames.Gateway6], 6, tcp);
            Frames.Big16(tcp.Length + (version == 4 ? 20 : 0) + more).CopyTo(ip, version == 4 ? 2 : 4);
            if (version == 4)
            {
                Frames.Sum(ip);
            }

            using Rig rig = Make(trusted: false);
            int type = version == 4 ? 0x0800 : 0x86DD;
            Feed(rig, fromPeer ? Rig.Underlay : Rig.Access, fromPeer ? Frames.Nvgre4(Frames.FromVm(ip, type: type)) : Frames.FromHost(ip, type: type), MbufFlags.None);
            rig.AssertDrops(bad ? DropReason.InnerCksum : DropReason.None, bad ? 1ul : 0);
            Assert.Equal(bad ? 1ul : 0, rig.Counter(CounterId.InnerCksumBad));
            rig.AssertClosed();
        }
    }

    // The whole packet is summed, wherever its buffers end.
    [Fact]
    [Requirement("C-040", "C-064")]
    public void ChainsAreSummedWhole()
    {
        byte[] tcp = [0xC0, 0, 1, 0xBB, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x10, 1, 1, 0, 0, 0, 0, .. new byte[700]];
        byte[] good = Frames.FromHost(Frames.Ip4([10, 1, 1, 200], [10, 1, 1, 11], 6, tcp));
        // By hand: addresses 0A01+01C8+0A01+010B, protocol 6, length 720, C000+01BB+0000+0001+0000+0002+5010+0101.
        uint sum = 0x0A01 + 0x01C8 + 0x0A01 + 0x010B + 6 + 720 + 0xC000 + 0x01BB + 1 + 2 + 0x5010 + 0x0101;
        Frames.Big16((ushort)~((sum & 0xFFFF) + (sum >> 16))).CopyTo(good, 18 + 20 + 16);
        for (int split = 1; split < good.Length; split += 7)
        {
            foreach (bool bad in (bool[])[false, true])
            {
                using Rig rig = Make(trusted: false);
                byte[] frame = [.. good];
                frame[^1] = (byte)(bad ? 1 : 0);
                Mbuf* m = rig.Device.Pool.Receive(frame.AsSpan(0, split), 1, headroom: 128);
                m->Next = rig.Device.Pool.Receive(frame.AsSpan(split), 1);
                m->NbSegs = 2;
                m->PktLen = (uint)frame.Length;
                rig.Enqueue(Rig.Access, (nint)m);
                rig.Settle();
                rig.AssertDrops(bad ? DropReason.InnerCksum : DropReason.None, bad ? 1ul : 0);
            }
        }
    }

    private static Rig Make(bool trusted) => new(change: r =>
    {
        r.Sketch.Segment(r.Segment, static s => s with { Flags = s.Flags | SegmentFlags.DropBadChecksum });
        foreach (int port in (int[])[Rig.Access, Rig.Underlay])
        {
            r.Sketch.Port(port, p => p with { Flags = p.Flags | (trusted ? PortFlags.ChecksInner : 0) });
        }
    });

    private static void Feed(Rig rig, int port, byte[] frame, MbufFlags said, uint? type = null)
    {
        Mbuf* m = rig.Device.Pool.Receive(frame, 1, headroom: 128);
        m->OlFlags = said;
        m->PacketType = type ?? (port == Rig.Underlay ? 0x0111_6011u : 0x111); // TCP over IPv4, in a tunnel of GRE or NVGRE over IPv4
        rig.Enqueue(port, (nint)m);
        rig.Settle();
    }
}

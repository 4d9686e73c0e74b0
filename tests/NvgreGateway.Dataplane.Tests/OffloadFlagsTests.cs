using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>What a device is asked for: flags and lengths of WIRE-FORMAT 1.4 for every request, and only where the port does all that it takes.</summary>
public sealed unsafe class OffloadFlagsTests
{
    private const PortOffloads Csum = PortOffloads.Ip4 | PortOffloads.Tcp4 | PortOffloads.Tcp6 | PortOffloads.Udp4 | PortOffloads.Udp6;
    private const PortOffloads All = Csum | PortOffloads.Tso4 | PortOffloads.Tso6 | PortOffloads.Uso4 | PortOffloads.Uso6
        | PortOffloads.Outer4 | PortOffloads.Outer6 | PortOffloads.OuterIp4;

    public static TheoryData<bool, bool, bool> Combinations
    {
        get
        {
            var data = new TheoryData<bool, bool, bool>();
            foreach (bool outer4 in (bool[])[true, false])
            {
                foreach (bool inner4 in (bool[])[true, false])
                {
                    data.Add(outer4, inner4, false);
                    data.Add(outer4, inner4, true);
                }
            }

            return data;
        }
    }

    // C-032: NDIS calls a packet by its outer header, DPDK by its inner one.
    [Theory]
    [MemberData(nameof(Combinations))]
    [Requirement("C-022", "C-032", "C-133")]
    public void FlagsAndLengthsAreThoseOfTheTable(bool outer4, bool inner4, bool tagged)
    {
        uint l3 = inner4 ? 20u : 40;
        MbufFlags family = inner4 ? MbufFlags.TxIPv4 : MbufFlags.TxIPv6, outer = outer4 ? MbufFlags.TxOuterIPv4 : MbufFlags.TxOuterIPv6;
        MbufFlags cut = (inner4 ? MbufFlags.TxIpChecksum : 0) | (outer4 ? MbufFlags.TxOuterIpChecksum : 0);
        (OffloadKind Kind, uint L4, uint Segment, MbufFlags Flags)[] all =
        [
            (OffloadKind.TcpChecksum, 32, 0, MbufFlags.TxTcpChecksum),
            (OffloadKind.UdpChecksum, 8, 0, MbufFlags.TxUdpChecksum),
            (OffloadKind.TcpSegments, 20, 1400, MbufFlags.TxTcpSegmentation | MbufFlags.TxTcpChecksum | cut),
            (OffloadKind.UdpSegments, 8, 1200, MbufFlags.TxUdpSegmentation | MbufFlags.TxUdpChecksum | cut),
        ];
        foreach ((OffloadKind kind, uint l4, uint segment, MbufFlags wanted) in all)
        {
            Assert.True(Translate(kind, outer4, inner4, tagged, l3, l4, segment, All, out MbufFlags flags, out ulong lengths));
            Assert.Equal(wanted | family | outer | MbufFlags.TxTunnelGre, flags);
            Assert.Equal(Mbuf.PackTxOffload(22, (int)l3, (int)l4, (int)segment, outer4 ? 20 : 40, tagged ? 18 : 14), lengths);
            Assert.True(Translate(kind, outer4, inner4, tagged, l3, l4, segment, All | PortOffloads.TunnelIp, out flags, out _));
            Assert.Equal(wanted | family | outer | MbufFlags.TxTunnelIp, flags);
        }
    }

    // A set that lacks any one thing that a request takes does not do it; nothing else matters.
    [Theory]
    [MemberData(nameof(Combinations))]
    [Requirement("C-023", "C-038", "C-133")]
    public void APortDoesWhatItCoversWhole(bool outer4, bool inner4, bool tagged)
    {
        PortOffloads outer = outer4 ? PortOffloads.Outer4 : PortOffloads.Outer6, outerSum = outer4 ? PortOffloads.OuterIp4 : 0, ip = inner4 ? PortOffloads.Ip4 : 0;
        PortOffloads tcp = inner4 ? PortOffloads.Tcp4 : PortOffloads.Tcp6, udp = inner4 ? PortOffloads.Udp4 : PortOffloads.Udp6;
        (OffloadKind Kind, PortOffloads Needed)[] all =
        [
            (OffloadKind.TcpChecksum, tcp | outer),
            (OffloadKind.UdpChecksum, udp | outer),
            (OffloadKind.TcpSegments, tcp | outer | outerSum | ip | (inner4 ? PortOffloads.Tso4 : PortOffloads.Tso6)),
            (OffloadKind.UdpSegments, udp | outer | outerSum | ip | (inner4 ? PortOffloads.Uso4 : PortOffloads.Uso6)),
        ];
        foreach ((OffloadKind kind, PortOffloads needed) in all)
        {
            for (uint set = 0; set <= (uint)All; set++)
            {
                bool does = Translate(kind, outer4, inner4, tagged, 40, 20, 1000, (PortOffloads)set, out MbufFlags flags, out _);
                Assert.Equal(((PortOffloads)set & needed) == needed, does);
                Assert.True(does || flags == MbufFlags.None);
            }
        }
    }

    [Fact]
    [Requirement("C-065")]
    public void HeadersBeyondWhatDevicesParseAreOurs()
    {
        // 14 + 40 + 8 + 14 bytes before the tenant's IP header.
        Assert.True(Translate(OffloadKind.TcpChecksum, false, false, false, 120, 60, 0, All, out _, out _));
        Assert.False(Translate(OffloadKind.TcpChecksum, false, false, false, 121, 60, 0, All, out _, out _));
    }

    [Fact]
    [Requirement("C-032")]
    public void APortWithoutTunnelsSumsWhatLiesBehindLongHeaders()
    {
        const PortOffloads Flat = All | PortOffloads.Flat;
        Assert.True(Translate(OffloadKind.TcpChecksum, true, false, false, 40, 20, 0, Flat, out MbufFlags flags, out ulong lengths));
        Assert.Equal(MbufFlags.TxTcpChecksum | MbufFlags.TxIPv6, flags);
        Assert.Equal(Mbuf.PackTxOffload(56, 40, 20), lengths);
        Assert.False(Translate(OffloadKind.TcpSegments, true, false, false, 40, 20, 1000, Flat, out _, out _));
    }

    private static bool Translate(
        OffloadKind kind, bool outer4, bool inner4, bool tagged, uint l3, uint l4, uint segment, PortOffloads port, out MbufFlags flags, out ulong lengths)
    {
        byte[] frame = new byte[128];
        (tagged ? Frames.Tag(7) : []).CopyTo(frame, 12);
        Frames.Big16(outer4 ? 0x0800 : 0x86DD).CopyTo(frame, tagged ? 16 : 12);
        frame[tagged ? 18 : 14] = (byte)(outer4 ? 0x45 : 0x60);
        fixed (byte* p = frame)
        {
            return OffloadFlags.TryTranslate(kind, new OffloadFrame(p, true), inner4, l3, l4, segment, port, out flags, out lengths);
        }
    }
}

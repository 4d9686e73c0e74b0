using NvgreGateway.Data;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Tests.Program;

/// <summary>
/// From DPDK's bits to the gateway's words and back: the numbers are those of rte_ethdev.h (22.11), so that an offload or a hash is never
/// taken for another.
/// </summary>
public sealed class DeviceBitsTests
{
    [Theory]
    [InlineData(1, DeviceOffloads.TxIp4)]
    [InlineData(2, DeviceOffloads.TxUdp)]
    [InlineData(3, DeviceOffloads.TxTcp)]
    [InlineData(5, DeviceOffloads.TxTcpSegmentation)]
    [InlineData(6, DeviceOffloads.TxUdpSegmentation)]
    [InlineData(7, DeviceOffloads.TxOuterIp4)]
    [InlineData(10, DeviceOffloads.TxGreSegmentation)]
    [InlineData(15, DeviceOffloads.TxSegments)]
    [InlineData(19, DeviceOffloads.TxTunnelSegmentation)]
    [Requirement("C-023")]
    public void TransmitOffloadsAreDpdks(int bit, DeviceOffloads ours)
    {
        Assert.Equal(ours, DeviceOffloadBits.From((TxOffloads)(1ul << bit), RxOffloads.None));
        Assert.Equal((TxOffloads)(1ul << bit), DeviceOffloadBits.Tx(ours));
        Assert.Equal(RxOffloads.None, DeviceOffloadBits.Rx(ours));
    }

    [Theory]
    [InlineData(1, DeviceOffloads.RxIp4, 1ul << 1)]
    [InlineData(2, DeviceOffloads.RxUdp, 1ul << 2)]
    [InlineData(3, DeviceOffloads.RxTcp, 1ul << 3)]
    [InlineData(4, DeviceOffloads.RxLro, (1ul << 4) | (1ul << 13))] // large frames lie in several buffers: SCATTER
    [InlineData(6, DeviceOffloads.RxOuterIp4, 1ul << 6)]
    [Requirement("C-042", "C-043")]
    public void ReceiveOffloadsAreDpdks(int bit, DeviceOffloads ours, ulong asked)
    {
        Assert.Equal(ours, DeviceOffloadBits.From(TxOffloads.None, (RxOffloads)(1ul << bit)));
        Assert.Equal((RxOffloads)asked, DeviceOffloadBits.Rx(ours));
        Assert.Equal(TxOffloads.None, DeviceOffloadBits.Tx(ours));
    }

    [Fact]
    [Requirement("C-023")]
    public void EveryOffloadHasItsBit()
    {
        Assert.Equal(DeviceOffloads.All, DeviceOffloadBits.From((TxOffloads)ulong.MaxValue, (RxOffloads)ulong.MaxValue));
        Assert.Equal(DeviceOffloads.All, DeviceOffloadBits.From(DeviceOffloadBits.Tx(DeviceOffloads.All), DeviceOffloadBits.Rx(DeviceOffloads.All)));
        Assert.Equal(DeviceOffloads.None, DeviceOffloadBits.From(TxOffloads.FastFree | TxOffloads.LockFree, RxOffloads.Scatter | RxOffloads.RssHash));
    }

    [Theory]
    [InlineData(2, RssFields.Ipv4)]
    [InlineData(4, RssFields.Tcp4)]
    [InlineData(5, RssFields.Udp4)]
    [InlineData(7, RssFields.Ipv4)] // "other"
    [InlineData(8, RssFields.Ipv6)]
    [InlineData(10, RssFields.Tcp6)]
    [InlineData(11, RssFields.Udp6)]
    [InlineData(13, RssFields.Ipv6)]
    [InlineData(14, RssFields.Mac)]
    [InlineData(21, RssFields.Nvgre)]
    [InlineData(51, RssFields.Innermost)] // level 2 of bits 50 and 51
    [InlineData(20, RssFields.None)] // VXLAN
    [InlineData(50, RssFields.None)] // level 1: outermost
    [Requirement("C-055")]
    public void HashesAreDpdks(int bit, RssFields fields) => Assert.Equal(fields, RssFieldBits.From((RssTypes)(1ul << bit)));
}

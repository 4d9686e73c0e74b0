namespace NvgreGateway.Dpdk.Tests;

public sealed class DeviceNameTests
{
    [Theory]
    [InlineData("0000:01:00.0", DeviceKind.Pci, "0000:01:00.0", "", "-a", "0000:01:00.0")]
    [InlineData("01:0A.7", DeviceKind.Pci, "0000:01:0a.7", "", "-a", "0000:01:0a.7")]
    [InlineData("0001:01:00.0,mprq_en=1", DeviceKind.Pci, "0001:01:00.0", "mprq_en=1", "-a", "0001:01:00.0,mprq_en=1")]
    [InlineData("net_af_packet0,iface=x,qpairs=2", DeviceKind.Virtual, "net_af_packet0", "iface=x,qpairs=2", "--vdev", "net_af_packet0,iface=x,qpairs=2")]
    [InlineData("eth_af_xdp1,iface=e", DeviceKind.Virtual, "eth_af_xdp1", "iface=e", "--vdev", "eth_af_xdp1,iface=e")]
    [InlineData("net_null0", DeviceKind.Virtual, "net_null0", "", "--vdev", "net_null0")]
    public void Device_is_read(string text, DeviceKind kind, string port, string arguments, string option, string value)
    {
        var device = DeviceName.Parse(text);
        Assert.Equal((kind, port, arguments), (device.Kind, device.PortName, device.Arguments));
        Assert.Equal([option, value], device.EalArguments);
        Assert.Equal(value, device.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("eth0")]
    [InlineData("net_")]
    [InlineData("NET_NULL0")]
    [InlineData("0000:01:00.8")]
    [InlineData("0000:01:20.0")]
    [InlineData("net_null0\n")]
    [InlineData("net_pcap0,rx_pcap=a\nb")]
    [InlineData("--vdev=net_null0")]
    [InlineData("net_null 0")]
    public void Anything_else_is_refused_with_what_is_allowed(string? text)
    {
        Assert.False(DeviceName.TryParse(text, out var device, out var error));
        Assert.Null(device);
        Assert.Contains("0000:01:00.0", error);
        Assert.Contains("net_af_packet0,iface=eth1", error);
        Assert.Throws<FormatException>(() => DeviceName.Parse(text!));
    }

    [Theory]
    [InlineData("net_af_packet0,iface=x", "librte-net-af-packet23")]
    [InlineData("eth_af_packet0,iface=x", "librte-net-af-packet23")]
    [InlineData("net_virtio_user0", "librte-net-virtio23")]
    [InlineData("net_pcap12", "librte-net-pcap23")]
    [InlineData("net_bonding0", "librte-net-bond23")]
    public void Package_of_a_driver(string device, string package) => Assert.Equal(package, DeviceName.Parse(device).DriverPackage(23));

    [Fact]
    public void Argument_is_found_by_its_key()
    {
        var device = DeviceName.Parse("net_af_packet0,iface=up1,qpairs=2");
        Assert.Equal("up1", device.Argument("iface"));
        Assert.Equal("2", device.Argument("qpairs"));
        Assert.Null(device.Argument("pairs"));
    }

    [Theory]
    [InlineData("net_af_packet0,iface=x", 2144)]
    [InlineData("net_af_packet0,iface=x,framesz=16384,blocksz=16384", 16480)]
    [InlineData("net_pcap0,framesz=16384", 0)]
    [InlineData("0000:01:00.0", 0)]
    public void Room_of_a_ring_frame(string device, int room) => Assert.Equal(room, DeviceName.Parse(device).MinDataRoom);
}

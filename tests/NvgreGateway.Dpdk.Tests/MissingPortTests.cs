namespace NvgreGateway.Dpdk.Tests;

/// <summary>What is said of a PCI device that EAL has no port for, over a made-up /sys.</summary>
public sealed class MissingPortTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("nvgre-dpdk-tests-");
    private readonly DeviceName device = DeviceName.Parse("0000:01:00.0");

    [Fact]
    public void Device_that_is_not_in_the_machine() => Assert.Equal("No such PCI device in this machine", Port.WhyMissing(device, root.FullName));

    [Theory]
    [InlineData(null, "No kernel driver is bound to it: bind it to vfio-pci (scripts/bind-nic.sh bind 0000:01:00.0)")]
    [InlineData("ixgbe", "It is bound to the kernel driver ixgbe: bind it to vfio-pci (scripts/bind-nic.sh bind 0000:01:00.0)")]
    [InlineData("vfio-pci", "It is bound to vfio-pci, but DPDK has no driver for it, or was not allowed to use it. On Debian: apt-get install dpdk librte-meta-net")]
    public void Device_without_a_port(string? driver, string reason)
    {
        var folder = root.CreateSubdirectory(device.PortName).FullName;
        if (driver is not null)
        {
            File.CreateSymbolicLink(Path.Combine(folder, "driver"), $"../../../bus/pci/drivers/{driver}");
        }

        Assert.Equal(reason, Port.WhyMissing(device, root.FullName));
    }

    [Fact]
    public void Vdev_that_nobody_attached() =>
        Assert.Contains("was not started with this device", Port.WhyMissing(DeviceName.Parse("net_null0"), root.FullName));

    public void Dispose() => root.Delete(true);
}

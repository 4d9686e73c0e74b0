namespace NvgreGateway.Dpdk.Tests;

/// <summary>Devices whose link changes are told, and those that must be asked.</summary>
public sealed class PciInterruptsTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("pci-interrupts");
    private readonly DeviceName device = DeviceName.Parse("0000:01:00.0");

    [Theory]
    [InlineData("vfio-pci", new[] { 0x01, 0x05, 0x11 }, true)]
    [InlineData("vfio-pci", new[] { 0x11 }, true)]
    [InlineData("vfio-pci", new[] { 0x01, 0x05, 0x10 }, false)] // power management, MSI, PCI Express
    [InlineData("vfio-pci", new int[0], false)] // an 82545EM as QEMU emulates it
    [InlineData("uio_pci_generic", new int[0], true)] // INTx, which DPDK takes there
    [InlineData(null, new int[0], true)]
    public void Come_behind_vfio_only_as_MSI_X(string? driver, int[] capabilities, bool come)
    {
        Make(driver, Space(capabilities));
        Assert.Equal(come, PciInterrupts.Come(device, root.FullName));
    }

    [Fact]
    public void Of_a_virtual_device_are_not_looked_for() => Assert.True(PciInterrupts.Come(DeviceName.Parse("net_null0"), root.FullName));

    [Fact]
    public void What_cannot_be_read_is_left_to_the_driver()
    {
        Make("vfio-pci", Space([])[..64]); // as the kernel shows it to those without privileges
        Assert.True(PciInterrupts.Come(device, root.FullName));
        File.Delete(Path.Combine(root.FullName, device.PortName, "config"));
        Assert.True(PciInterrupts.Come(device, root.FullName));
    }

    [Fact]
    public void A_list_that_runs_in_a_circle_or_nowhere_ends()
    {
        byte[] space = Space([0x05, 0x01]);
        space[0x49] = 0x40;
        Assert.False(PciInterrupts.HasMsiX(space));
        for (int next = 0; next < 256; next++)
        {
            space[0x49] = (byte)next;
            _ = PciInterrupts.HasMsiX(space);
        }

        space.AsSpan().Fill(0xff); // what a device that is gone reads as
        Assert.False(PciInterrupts.HasMsiX(space));
    }

    public void Dispose() => root.Delete(true);

    private static byte[] Space(int[] capabilities)
    {
        var space = new byte[256];
        space[0x06] = (byte)(capabilities.Length > 0 ? 0x10 : 0);
        space[0x34] = (byte)(capabilities.Length > 0 ? 0x40 : 0);
        for (int i = 0; i < capabilities.Length; i++)
        {
            space[0x40 + (8 * i)] = (byte)capabilities[i];
            space[0x41 + (8 * i)] = (byte)(i + 1 < capabilities.Length ? 0x48 + (8 * i) : 0);
        }

        return space;
    }

    private void Make(string? driver, byte[] space)
    {
        string folder = root.CreateSubdirectory(device.PortName).FullName;
        File.WriteAllBytes(Path.Combine(folder, "config"), space);
        if (driver is not null)
        {
            File.CreateSymbolicLink(Path.Combine(folder, "driver"), $"../../../bus/pci/drivers/{driver}");
        }
    }
}

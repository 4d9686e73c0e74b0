using System.Buffers.Binary;

namespace NvgreGateway.Dpdk;

/// <summary>Whether interrupts of a PCI device reach DPDK, so that its driver can tell of a link that comes and goes.</summary>
internal static class PciInterrupts
{
    // PCI Local Bus Specification 3.0, 6.1 and 6.7; appendix H for the number of MSI-X.
    private const int Status = 0x06, CapabilitiesPointer = 0x34, HasCapabilities = 0x10, MsiX = 0x11, ConfigurationSize = 256;

    /// <summary>
    /// Whether they come. Behind vfio-pci DPDK 22.11 takes MSI-X as soon as the kernel's interface knows the kind, also for a device that
    /// has none of them; the driver is not told that enabling them failed, and would wait for ever with the link as it was at the start.
    /// </summary>
    /// <param name="device">The device; one that is not on PCI has no interrupts to miss.</param>
    /// <param name="pciRoot">Where the kernel shows PCI devices.</param>
    internal static bool Come(DeviceName? device, string pciRoot)
    {
        if (device?.Kind != DeviceKind.Pci)
        {
            return true;
        }

        var folder = Path.Combine(pciRoot, device.PortName);
        if (Path.GetFileName(new DirectoryInfo(Path.Combine(folder, "driver")).LinkTarget) != "vfio-pci")
        {
            return true;
        }

        try
        {
            return HasMsiX(File.ReadAllBytes(Path.Combine(folder, "config")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true; // not known: as the driver says
        }
    }

    /// <summary>Whether a configuration space lists MSI-X among its capabilities; true of one that was not read whole.</summary>
    internal static bool HasMsiX(ReadOnlySpan<byte> space)
    {
        if (space.Length < ConfigurationSize)
        {
            return true;
        }

        if ((BinaryPrimitives.ReadUInt16LittleEndian(space[Status..]) & HasCapabilities) == 0)
        {
            return false;
        }

        // A capability takes at least four bytes, so that a list of more than 48 runs in a circle.
        int at = space[CapabilitiesPointer] & ~3;
        for (int left = 48; at >= 0x40 && left > 0; left--)
        {
            if (space[at] == MsiX)
            {
                return true;
            }

            at = space[at + 1] & ~3;
        }

        return false;
    }
}

namespace NvgreGateway.Dpdk;

/// <summary>How DPDK reaches a device.</summary>
public enum DeviceKind
{
    /// <summary>A PCI function, allowed by <c>-a</c>.</summary>
    Pci,
    /// <summary>A device that a driver makes up, by <c>--vdev</c>.</summary>
    Virtual,
}

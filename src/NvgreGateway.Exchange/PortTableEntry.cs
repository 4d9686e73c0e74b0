using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>What control wants of a port; the data process reads it when it starts.</summary>
[StructLayout(LayoutKind.Sequential, Size = 512)]
public unsafe struct PortTableEntry
{
    /// <summary>Name, UTF-8, zero-terminated.</summary>
    public fixed byte Name[64];

    /// <summary>PCI address or vdev string, UTF-8, zero-terminated.</summary>
    public fixed byte Device[384];

    /// <summary>MAC to set, 0 = the device's own.</summary>
    public ulong Mac;

    /// <summary>MTU, bytes of IP packet.</summary>
    public ushort Mtu;

    /// <summary>Tags that a frame may carry, for buffer and frame sizes (1, or 2 for qinq).</summary>
    public ushort MaxTags;

    /// <summary>Queues wanted in each direction.</summary>
    public ushort Queues;

    /// <summary>1 = underlay port.</summary>
    public ushort Underlay;

    /// <summary>1 = exception port of an underlay port: its device completes what frames ask for, as an underlay port's does.</summary>
    public ushort Exception;

    /// <summary>How far the self-test of its offloads goes.</summary>
    public SelfTest SelfTest;

    /// <summary>Offloads that may be asked of the device.</summary>
    public DeviceOffloads Wanted;
}

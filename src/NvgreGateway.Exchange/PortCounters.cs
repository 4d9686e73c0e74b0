using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>What one worker counts for one port: frames as they crossed the ring, without FCS.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
public struct PortCounters
{
    /// <summary>Frames received.</summary>
    public ulong RxPackets;

    /// <summary>Bytes received.</summary>
    public ulong RxBytes;

    /// <summary>Frames that the port took, replicated copies and control's own frames included.</summary>
    public ulong TxPackets;

    /// <summary>Bytes of those.</summary>
    public ulong TxBytes;

    /// <summary>Frames received here that ended as a drop.</summary>
    public ulong RxDropped;
}

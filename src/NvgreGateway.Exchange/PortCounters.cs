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

    /// <summary>
    /// Frames that this worker took from its receive queue and handed to others, which count them as received (C-056). Its queue gave
    /// <see cref="RxPackets"/> + this - <see cref="TakenOver"/>.
    /// </summary>
    public ulong HandedOn;

    /// <summary>Frames that others took from their queues and handed to this worker.</summary>
    public ulong TakenOver;
}

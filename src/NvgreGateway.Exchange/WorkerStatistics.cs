using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// What one worker counts: plain stores of its own; control reads without stopping it (F-023). Packet accounting (F-020):
/// <see cref="Received"/> = <see cref="Transmitted"/> + <see cref="Consumed"/> + <see cref="Held"/> + the sum of
/// <see cref="Drops"/>, over all workers, since a packet may be received by one and sent by another.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 9216)]
public unsafe struct WorkerStatistics
{
    /// <summary>Rows of <see cref="GreProtocols"/>.</summary>
    public const int GreProtocolRows = 32;

    /// <summary>Classes of <see cref="BurstSizes"/>: 1, 2-3, 4-7, 8-15, 16-31, 32-63, 64-127, 128 packets.</summary>
    public const int BurstClasses = 8;

    /// <summary>Loops of the worker, one quiescent point each; it stops rising only when the worker stalls.</summary>
    public ulong Polls;

    /// <summary>Loops in which no port had a packet.</summary>
    public ulong EmptyPolls;

    /// <summary>Generation of the snapshot in use.</summary>
    public ulong Generation;

    /// <summary>1 while it sleeps (and so holds no reference to any table).</summary>
    public ulong Sleeping;

    /// <summary>Time stamp counter cycles of loops that had packets.</summary>
    public ulong BusyCycles;

    /// <summary>Of those, in receive bursts.</summary>
    public ulong ReceiveCycles;

    /// <summary>Of those, in the paths.</summary>
    public ulong ProcessCycles;

    /// <summary>Of those, in transmit bursts.</summary>
    public ulong TransmitCycles;

    /// <summary>Receive bursts by size (<see cref="BurstClasses"/>).</summary>
    public fixed ulong BurstSizes[BurstClasses];

    /// <summary>Packets received on all ports.</summary>
    public ulong Received;

    /// <summary>Received packets of which at least one copy left.</summary>
    public ulong Transmitted;

    /// <summary>Received packets handed to control.</summary>
    public ulong Consumed;

    /// <summary>Received packets that wait for a neighbour, now.</summary>
    public ulong Held;

    /// <summary>Frames of control that were sent.</summary>
    public ulong Injected;

    /// <summary>Frames of control that were lost (port down, ring full).</summary>
    public ulong InjectFailed;

    /// <summary>Bytes of tenant and outer frames received.</summary>
    public ulong ReceivedBytes;

    private readonly ulong _pad0;

    /// <summary>Drops by <see cref="DropReason"/>.</summary>
    public fixed ulong Drops[128];

    /// <summary>Counters by <see cref="CounterId"/>.</summary>
    public fixed ulong Counters[32];

    /// <summary><see cref="GreProtocolCount"/> rows, two 64-bit words each.</summary>
    public fixed ulong GreProtocols[GreProtocolRows * 2];

    /// <summary><see cref="PortCounters"/> by port index, eight 64-bit words each.</summary>
    public fixed ulong Ports[64 * 8];

    /// <summary><see cref="OffloadCounters"/> by port index, six 64-bit words each.</summary>
    public fixed ulong Offloads[64 * 6];
}

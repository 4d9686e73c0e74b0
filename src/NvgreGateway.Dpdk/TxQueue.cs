using System.Runtime.CompilerServices;

namespace NvgreGateway.Dpdk;

/// <summary>One send queue of a started port. One thread at a time may send on it.</summary>
public readonly unsafe struct TxQueue
{
    private readonly ushort port;
    private readonly ushort queue;

    internal TxQueue(ushort port, ushort queue) => (this.port, this.queue) = (port, queue);

    /// <summary>DPDK's number of the port.</summary>
    public ushort PortId => port;

    /// <summary>Number of the queue within the port, from 0.</summary>
    public ushort QueueId => queue;

    /// <summary>
    /// Hands packets to the device, never waiting. Those accepted, the first ones, belong to the driver from then on; the rest stay the caller's.
    /// A plain transition: some drivers make system calls here.
    /// </summary>
    /// <returns>How many were accepted.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ushort Transmit(Mbuf** packets, ushort count) => Native.TxBurst(port, queue, packets, count);

    /// <summary>
    /// Lets the driver check and complete packets that ask for offloads, before <see cref="Transmit"/>.
    /// </summary>
    /// <returns>How many, from the first, may be sent; the one after those is refused.</returns>
    public ushort Prepare(Mbuf** packets, ushort count) => Native.TxPrepare(port, queue, packets, count);
}

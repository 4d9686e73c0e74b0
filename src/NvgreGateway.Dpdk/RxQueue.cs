using System.Runtime.CompilerServices;

namespace NvgreGateway.Dpdk;

/// <summary>One receive queue of a started port. One thread at a time may receive from it.</summary>
public readonly unsafe struct RxQueue
{
    private readonly ushort port;
    private readonly ushort queue;

    internal RxQueue(ushort port, ushort queue) => (this.port, this.queue) = (port, queue);

    /// <summary>DPDK's number of the port.</summary>
    public ushort PortId => port;

    /// <summary>Number of the queue within the port, from 0.</summary>
    public ushort QueueId => queue;

    /// <summary>
    /// Takes up to <paramref name="count"/> packets, never waiting. The caller owns what it gets.
    /// A plain transition: some drivers make system calls here.
    /// </summary>
    /// <returns>Packets written to <paramref name="packets"/>; they may be chained.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ushort Receive(Mbuf** packets, ushort count) => Native.RxBurst(port, queue, packets, count);
}

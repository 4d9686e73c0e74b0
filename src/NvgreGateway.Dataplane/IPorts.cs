using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>
/// The ports of one worker, and the pool that its packets come from. <see cref="Worker{TPorts}"/> is generic over it, so that
/// an implementation that is a struct is called directly: DPDK queues in production, files in <c>replay</c>, a faulty device in
/// tests. Ports are named by their index in the configuration. Nothing here may throw.
/// </summary>
public unsafe interface IPorts
{
    /// <summary>Takes packets from this worker's receive queue of a port.</summary>
    /// <param name="port">Port index; one that <see cref="IsPolled"/>.</param>
    /// <param name="burst">Where to put them; they belong to the worker then.</param>
    /// <param name="count">How many at most.</param>
    /// <returns>How many there are, 0 to <paramref name="count"/>.</returns>
    uint Receive(int port, Mbuf** burst, uint count);

    /// <summary>Puts packets into this worker's transmit queue of a port.</summary>
    /// <param name="port">Port index; one that <see cref="HasTransmitQueue"/>.</param>
    /// <param name="burst">The packets; those that are taken no longer belong to the worker.</param>
    /// <param name="count">How many.</param>
    /// <returns>How many it took: the first ones.</returns>
    uint Transmit(int port, Mbuf** burst, uint count);

    /// <summary>Lets the device look at a packet that asks for an offload, and finish its headers as it wants them (<c>rte_eth_tx_prepare</c>).</summary>
    /// <param name="port">Port index; one that <see cref="HasTransmitQueue"/>.</param>
    /// <param name="mbuf">The packet; stays the worker's.</param>
    /// <returns>Whether the device takes it.</returns>
    bool Prepare(int port, Mbuf* mbuf);

    /// <summary>Takes an empty buffer of one segment from the pool, with at least 128 bytes of headroom.</summary>
    /// <returns>The buffer, or null when the pool is empty.</returns>
    Mbuf* Allocate();

    /// <summary>Takes several buffers as <see cref="Allocate()"/> does.</summary>
    /// <param name="packets">Where to put them.</param>
    /// <param name="count">How many.</param>
    /// <returns>How many there are: fewer when the pool is empty.</returns>
    uint Allocate(Mbuf** packets, uint count);

    /// <summary>
    /// Takes an empty buffer of one segment for the head of a packet whose rest other packets share: 128 bytes of headroom, and
    /// <see cref="HeadBytes"/> behind it, from a pool of small buffers. Those also show bytes of others (<see cref="Mbuf.Attach"/>).
    /// </summary>
    /// <returns>The buffer, or null when that pool is empty.</returns>
    Mbuf* AllocateHead();

    /// <summary>Takes several buffers as <see cref="AllocateHead"/> does.</summary>
    /// <param name="packets">Where to put them.</param>
    /// <param name="count">How many.</param>
    /// <returns>How many there are; when there are not enough, as many as the pool likes to give, or none.</returns>
    uint AllocateHeads(Mbuf** packets, uint count);

    /// <summary>
    /// A bit for each port that sends packets of several segments, and buffers that other packets hold too. The others get packets
    /// that are nobody else's.
    /// </summary>
    ulong ChainPorts { get; }

    /// <summary>How many buffers a port takes of one packet (C-019); may change at any time, as a port is opened anew.</summary>
    /// <param name="port">Port index.</param>
    /// <returns>What its device says; of a port that is not of <see cref="ChainPorts"/> nobody asks.</returns>
    ChainLimit LimitOf(int port);

    /// <summary>Bytes behind the headroom of what <see cref="AllocateHead"/> gives.</summary>
    public const int HeadBytes = 256;

    /// <summary>Returns a packet, its whole chain, to the pool; a segment that other packets hold too goes with the last of them.</summary>
    /// <param name="mbuf">The packet.</param>
    void Free(Mbuf* mbuf);

    /// <summary>Whether a port's link is up and its device still there.</summary>
    /// <param name="port">Port index.</param>
    /// <returns>Whether it is.</returns>
    bool IsUp(int port);

    /// <summary>A clock that rises, <see cref="Exchange.DataState.TscHz"/> ticks a second: the time stamp counter; in <c>replay</c> nanoseconds.</summary>
    ulong Timestamp { get; }

    /// <summary>The number that orders a received packet among all others: what goes into the sequence of a punt.</summary>
    /// <param name="mbuf">The packet.</param>
    /// <returns>Production: <see cref="Timestamp"/>; <c>replay</c>: the number of its input.</returns>
    ulong SequenceOf(Mbuf* mbuf);

    /// <summary>Tells that a packet was made from another: <c>replay</c> gives it the same input number; production does nothing.</summary>
    /// <param name="copy">The new packet.</param>
    /// <param name="original">What it was made from.</param>
    void Inherit(Mbuf* copy, Mbuf* original);

    /// <summary>
    /// Tells why a packet was made that control sends: <c>replay</c> gives it the input number of what caused it
    /// (<see cref="Exchange.InjectSlot.Sequence"/>); production does nothing.
    /// </summary>
    /// <param name="made">The new packet.</param>
    /// <param name="sequence">The number that <see cref="SequenceOf"/> gave for the cause; 0 when a timer was it.</param>
    void Stamp(Mbuf* made, ulong sequence);

    /// <summary>Whether this worker has a receive queue of a port.</summary>
    /// <param name="port">Port index.</param>
    /// <returns>Whether it has.</returns>
    bool IsPolled(int port);

    /// <summary>
    /// Whether this worker has a transmit queue of a port. A port with fewer queues than workers has owners: worker
    /// <c>index % queues</c> sends for worker <c>index</c>.
    /// </summary>
    /// <param name="port">Port index.</param>
    /// <returns>Whether it has.</returns>
    bool HasTransmitQueue(int port);

    /// <summary>
    /// Which worker gets what of a port's packets, where its device does not see to that: it has fewer receive queues than there are
    /// workers, or does not look into NVGRE (C-056), or refused the rules for chosen VSIDs (C-137). The worker that receives goes over
    /// to another plan when all packets that went by the last one have left.
    /// </summary>
    /// <param name="port">Port index.</param>
    /// <returns>The plan; null where packets stay with the worker that received them.</returns>
    SpreadPlan* Spread(int port);
}

using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.OffloadBench;

/// <summary>
/// Ports that take everything and free it, as a device does that has sent it: at once, or when so many have come after it; what is sent may
/// be looked at before.
/// </summary>
/// <param name="pool">Whole buffers.</param>
/// <param name="heads">Small ones.</param>
/// <param name="chains">Whether packets of several buffers are taken.</param>
/// <param name="hold">How many packets the device holds.</param>
internal sealed unsafe class BenchAccess(MbufPool pool, MbufPool heads, bool chains, int hold) : PortAccess
{
    private readonly Mbuf*[] _held = new Mbuf*[Math.Max(hold, 1)];
    private int _next;

    /// <summary>Looks at what is sent; null: nobody does.</summary>
    public Action<nint>? Look { get; set; }

    /// <summary>The worker.</summary>
    public WorkerContext* Worker { get; set; }

    /// <summary>Cycles spent in the freeing.</summary>
    public ulong FreeCycles { get; private set; }

    public override Mbuf* Allocate() => pool.Alloc();

    public override uint Allocate(Mbuf** packets, uint count) => pool.AllocBulk(packets, count) ? count : throw new InvalidOperationException("the pool is empty");

    public override Mbuf* AllocateHead() => heads.Alloc();

    public override uint AllocateHeads(Mbuf** packets, uint count) => heads.AllocBulk(packets, count) ? count : throw new InvalidOperationException("no small buffers");

    public override ulong ChainPorts => chains ? ulong.MaxValue : 0;

    public override ChainLimit LimitOf(uint port) => ChainLimit.None;

    public override void Free(Mbuf* mbuf) => MbufPool.Free(mbuf);

    public override ulong Timestamp => Tsc.Read();

    public override ulong SequenceOf(Mbuf* mbuf) => 0;

    public override void Inherit(Mbuf* copy, Mbuf* original)
    {
        // As the ports of a running gateway: nobody asks for an order.
    }

    public override void Stamp(Mbuf* made, ulong sequence)
    {
        // Likewise.
    }

    public override bool Prepare(uint port, Mbuf* mbuf) => true;

    public override void Flush(uint port)
    {
        TxBuffer* b = Worker->Tx + port;
        for (uint i = 0; Look != null && i < b->Count; i++)
        {
            Look((nint)TxBuffer.Packets(b)[i]);
        }

        ulong begun = Tsc.Read();
        if (hold == 0)
        {
            MbufPool.FreeBulk(TxBuffer.Packets(b), b->Count);
        }
        else
        {
            Exchange(TxBuffer.Packets(b), (int)b->Count);
        }

        FreeCycles += Tsc.Read() - begun;
        Transmission.Finish(Worker, port, b->Count, DropReason.TxFull);
    }

    // Packets of which the oldest are returned, as a driver does with the descriptors that it fills anew.
    private void Exchange(Mbuf** packets, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Mbuf* oldest = _held[_next];
            _held[_next] = packets[i];
            packets[i] = oldest;
            _next = _next + 1 == hold ? 0 : _next + 1;
        }

        MbufPool.FreeBulk(packets, (uint)count);
    }

    public override void FreeDiscarded() => throw new NotSupportedException("nothing is discarded here");
}

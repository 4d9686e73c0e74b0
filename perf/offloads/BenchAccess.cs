using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.OffloadBench;

/// <summary>Ports that take everything and free it, as a device does that has sent it; what is sent may be looked at before.</summary>
internal sealed unsafe class BenchAccess(MbufPool pool) : PortAccess
{
    /// <summary>Looks at what is sent; null: nobody does.</summary>
    public Action<nint>? Look { get; set; }

    /// <summary>The worker.</summary>
    public WorkerContext* Worker { get; set; }

    /// <summary>Cycles spent in the freeing.</summary>
    public ulong FreeCycles { get; private set; }

    public override Mbuf* Allocate() => pool.Alloc();

    public override uint Allocate(Mbuf** packets, uint count) => pool.AllocBulk(packets, count) ? count : throw new InvalidOperationException("the pool is empty");

    public override Mbuf* AllocateHead() => pool.Alloc();

    public override ulong ChainPorts => 0;

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
        MbufPool.FreeBulk(TxBuffer.Packets(b), b->Count);
        FreeCycles += Tsc.Read() - begun;
        Transmission.Finish(Worker, port, b->Count, DropReason.TxFull);
    }

    public override void FreeDiscarded() => throw new NotSupportedException("nothing is discarded here");
}

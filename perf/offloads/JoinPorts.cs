using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;

namespace NvgreGateway.OffloadBench;

/// <summary>Port 1 gives the same frames again and again, in fresh buffers; port 0 takes everything and frees it.</summary>
internal readonly unsafe struct JoinPorts(MbufPool pool, nint frames, int count, int length) : IPorts
{
    private readonly MbufPool _pool = pool;
    private readonly byte* _frames = (byte*)frames;
    private readonly int _count = count;
    private readonly int _length = length;

    /// <summary>Packets that the device was given so far.</summary>
    public static ulong Given { get; private set; }

    public ulong Timestamp => Tsc.Read();

    public ulong ChainPorts => ulong.MaxValue;

    public uint Receive(int port, Mbuf** burst, uint count)
    {
        if (port == 0 || !_pool.AllocBulk(burst, (uint)_count))
        {
            return 0;
        }

        for (int i = 0; i < _count; i++)
        {
            burst[i]->Append(_length);
            Buffer.MemoryCopy(_frames + ((long)i * _length), burst[i]->Data, _length, _length);
        }

        return (uint)_count;
    }

    public uint Transmit(int port, Mbuf** burst, uint count)
    {
        Given += count;
        MbufPool.FreeBulk(burst, count);
        return count;
    }

    public bool Prepare(int port, Mbuf* mbuf) => true;

    public Mbuf* Allocate() => _pool.Alloc();

    public uint Allocate(Mbuf** packets, uint count) => _pool.AllocBulk(packets, count) ? count : 0;

    public Mbuf* AllocateHead() => _pool.Alloc();

    public uint AllocateHeads(Mbuf** packets, uint count) => 0;

    public void Free(Mbuf* mbuf) => MbufPool.Free(mbuf);

    public bool IsUp(int port) => true;

    public ulong SequenceOf(Mbuf* mbuf) => 0;

    public void Inherit(Mbuf* copy, Mbuf* original)
    {
        // Nobody asks for an order.
    }

    public void Stamp(Mbuf* made, ulong sequence)
    {
        // Nobody asks for an order.
    }

    public bool IsPolled(int port) => true;

    public bool HasTransmitQueue(int port) => true;

    public SpreadPlan* Spread(int port) => null;
}

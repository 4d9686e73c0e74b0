using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;

namespace NvgreGateway.OffloadBench;

/// <summary>Port 1 gives the same frames again and again, in fresh buffers; port 0 takes everything and frees it.</summary>
/// <param name="pool">Where the buffers come from.</param>
/// <param name="frames">The frames, one behind the other.</param>
/// <param name="count">How many there are: what one burst gets.</param>
/// <param name="length">Bytes of each.</param>
internal sealed unsafe class JoinDevice(MbufPool pool, byte* frames, int count, int length) : SyntheticDevice
{
    private readonly byte* _frames = frames;

    /// <summary>Packets that the device was given so far.</summary>
    internal ulong Given { get; private set; }

    internal override ulong Timestamp => Tsc.Read();

    internal override uint Receive(int port, Mbuf** burst, uint most)
    {
        if (port == 0 || !pool.AllocBulk(burst, (uint)count))
        {
            return 0;
        }

        for (int i = 0; i < count; i++)
        {
            burst[i]->Append(length);
            Buffer.MemoryCopy(_frames + ((long)i * length), burst[i]->Data, length, length);
        }

        return (uint)count;
    }

    internal override uint Transmit(int port, Mbuf** burst, uint count)
    {
        Given += count;
        MbufPool.FreeBulk(burst, count);
        return count;
    }

    internal override Mbuf* Allocate() => pool.Alloc();

    internal override void Free(Mbuf* mbuf) => MbufPool.Free(mbuf);
}

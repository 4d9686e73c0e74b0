using System.Runtime.CompilerServices;
using System.Text;

namespace NvgreGateway.Dpdk;

/// <summary>
/// A pool of <see cref="Mbuf"/>. Taking and returning is open to all threads; threads with an lcore id (<see cref="WorkerThread"/>)
/// go through a cache of their own, the others pay several times as much.
/// </summary>
public sealed unsafe class MbufPool : IDisposable
{
    private const int OutOfMemory = -12;
    private void* handle;

    private MbufPool(void* handle, string name, int count, ushort dataRoom)
    {
        this.handle = handle;
        Name = name;
        Count = count;
        DataRoom = dataRoom;
    }

    /// <summary>Name, unique within the process.</summary>
    public string Name { get; }

    /// <summary>How many buffers the pool was made of.</summary>
    public int Count { get; }

    /// <summary>Bytes of each data room, headroom included.</summary>
    public ushort DataRoom { get; }

    /// <summary>The <c>rte_mempool</c>.</summary>
    public void* Handle => handle;

    /// <summary>Buffers that nobody has taken, those in the caches of threads included. Walks the caches: not for the hot path.</summary>
    public int Available => (int)Native.PoolAvailable(handle);

    /// <summary>Buffers taken by the program or held by drivers.</summary>
    public int InUse => (int)Native.PoolInUse(handle);

    /// <summary>Creates a pool.</summary>
    /// <param name="name">Unique within the process, at most 25 bytes.</param>
    /// <param name="count">Buffers; a power of two less one wastes least.</param>
    /// <param name="cacheSize">Buffers that each thread may keep, 0 to 512 and at most two thirds of <paramref name="count"/>.</param>
    /// <param name="dataRoom">Bytes of each data room, <see cref="Mbuf.DefaultHeadroom"/> included.</param>
    /// <param name="privateSize">Bytes between header and data room, a multiple of 8.</param>
    /// <param name="socket">NUMA node of the memory, or -1 for any.</param>
    /// <param name="lifo">Whether buffers that one thread takes and another returns are taken again soon, while caches have them; where DPDK can.</param>
    /// <exception cref="DpdkException">No memory, or the name is taken.</exception>
    public static MbufPool Create(string name, int count, int cacheSize = 256, ushort dataRoom = 2176, ushort privateSize = 0, int socket = -1, bool lifo = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegative(cacheSize);
        var utf8 = Encoding.UTF8.GetBytes(name + '\0');
        void* pool = null;
        int status;
        fixed (byte* bytes = utf8)
        {
            status = Native.PoolCreate(bytes, (uint)count, (uint)cacheSize, privateSize, dataRoom, socket, lifo ? 1 : 0, &pool);
        }

        if (status != 0)
        {
            throw new DpdkException($"mbuf pool '{name}' of {count} buffers of {dataRoom} bytes", status, status == OutOfMemory
                ? $"Its memory is what EAL was given; {HugePages.FreeBytes() >> 20} MB of huge pages are free now. " +
                  "Give EAL more megabytes, or reserve more huge pages: scripts/setup-hugepages.sh"
                : EalLog.Quote(EalLog.Read()));
        }

        return new MbufPool(pool, name, count, dataRoom);
    }

    /// <summary>Takes one buffer, reset, or returns null if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Mbuf* Alloc() => Native.MbufAlloc(handle);

    /// <summary>Takes <paramref name="count"/> buffers, reset: all of them or none.</summary>
    /// <returns>Whether <paramref name="packets"/> was filled.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool AllocBulk(Mbuf** packets, uint count) => Native.MbufAllocBulk(handle, packets, count) == 0;

    /// <summary>Returns a packet, all of its segments, each to the pool it came from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Free(Mbuf* packet) => Native.MbufFree(packet);

    /// <summary>Returns packets as <see cref="Free"/> does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FreeBulk(Mbuf** packets, uint count) => Native.MbufFreeBulk(packets, count);

    /// <summary>
    /// Makes headers, taken from this pool, that share the data of <paramref name="packet"/>; the data may no longer be changed by anyone.
    /// </summary>
    /// <returns>The clone, or null if the pool is empty.</returns>
    public Mbuf* Clone(Mbuf* packet) => Native.MbufClone(packet, handle);

    /// <summary>Copies a packet, from <paramref name="offset"/> on and at most <paramref name="length"/> bytes, into buffers of this pool.</summary>
    /// <returns>The copy, or null if the pool is empty or the offset lies beyond the packet.</returns>
    public Mbuf* Copy(Mbuf* packet, uint offset = 0, uint length = uint.MaxValue) => Native.MbufCopy(packet, handle, offset, length);

    /// <summary>Moves all data of a chained packet into its first segment and returns the other segments.</summary>
    /// <returns>Whether there was room.</returns>
    public static bool Linearise(Mbuf* packet) => Native.MbufLinearise(packet) == 0;

    /// <summary>Gives the memory back. Every buffer has been returned, and no port holds any: the ports were closed before.</summary>
    public void Dispose()
    {
        if (handle != null)
        {
            Native.PoolFree(handle);
            handle = null;
        }
    }
}

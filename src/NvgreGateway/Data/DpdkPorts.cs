using System.Runtime.CompilerServices;
using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Data;

/// <summary>
/// The DPDK ports of one worker. Everything it looks at per burst stands in one block of native memory, so that a call costs no
/// bounds check: per port a state word that the housekeeping thread writes and the device ids.
/// </summary>
internal readonly unsafe struct DpdkPorts : IPorts
{
    private readonly DpdkPort* _ports;
    private readonly MbufPool _pool;
    private readonly MbufPool _heads;
    private readonly int _worker;

    internal DpdkPorts(DpdkPort* ports, MbufPool pool, MbufPool heads, int worker)
    {
        _ports = ports;
        _pool = pool;
        _heads = heads;
        _worker = worker;
    }

    public ulong Timestamp
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Tsc.Read();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Receive(int port, Mbuf** burst, uint count)
    {
        DpdkPort* p = _ports + port;
        return Volatile.Read(ref p->Open) == 0 ? 0u : DpdkPort.Rx(p, _worker).Receive(burst, (ushort)count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Transmit(int port, Mbuf** burst, uint count)
    {
        DpdkPort* p = _ports + port;
        return Volatile.Read(ref p->Open) == 0 ? 0u : DpdkPort.Tx(p, _worker).Transmit(burst, (ushort)count);
    }

    public bool Prepare(int port, Mbuf* mbuf)
    {
        DpdkPort* p = _ports + port;
        return Volatile.Read(ref p->Open) != 0 && DpdkPort.Tx(p, _worker).Prepare(&mbuf, 1) == 1;
    }

    public Mbuf* Allocate() => _pool.Alloc();

    public uint Allocate(Mbuf** packets, uint count)
    {
        if (_pool.AllocBulk(packets, count))
        {
            return count;
        }

        // All or none: the last ones of a pool are taken one by one.
        uint made = 0;
        while (made < count && (packets[made] = _pool.Alloc()) != null)
        {
            made++;
        }

        return made;
    }

    public Mbuf* AllocateHead() => _heads.Alloc();

    public uint AllocateHeads(Mbuf** packets, uint count) => _heads.AllocBulk(packets, count) ? count : 0;

    public ChainLimit LimitOf(int port) => _ports[port].Limit;

    public ulong ChainPorts => Volatile.Read(ref _ports->ChainPorts);

    public void Free(Mbuf* mbuf) => MbufPool.Free(mbuf);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsUp(int port) => Volatile.Read(ref _ports[port].Up) != 0;

    public ulong SequenceOf(Mbuf* mbuf) => Tsc.Read();

    public void Inherit(Mbuf* copy, Mbuf* original)
    {
        // Only replay orders its outputs by their inputs.
    }

    public void Stamp(Mbuf* mbuf, ulong sequence)
    {
        // Likewise.
    }

    public bool IsPolled(int port) => _worker < _ports[port].RxQueues;

    public bool HasTransmitQueue(int port) => _worker < _ports[port].TxQueues;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SpreadPlan* Spread(int port) => _ports[port].Plan;
}

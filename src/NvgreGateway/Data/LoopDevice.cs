using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Data;

/// <summary>A started port that no worker uses yet, for its self-test.</summary>
internal sealed unsafe class LoopDevice : ILoopDevice
{
    private const long Pauses = 1_000_000; // nanoseconds
    private readonly TxQueue _tx;
    private readonly RxQueue[] _rx;
    private readonly MbufPool _pool;
    private readonly Action? _alive;

    /// <param name="port">The port.</param>
    /// <param name="pool">Where frames come from.</param>
    /// <param name="alive">Called while it waits: the thread that does is the one whose heart is listened to.</param>
    internal LoopDevice(Port port, MbufPool pool, Action? alive)
    {
        _alive = alive;
        _tx = port.TxQueue(0);
        _rx = [.. Enumerable.Range(0, port.RxQueueCount).Select(port.RxQueue)]; // RSS may lead a frame to any of them
        _pool = pool;
    }

    public Mbuf* Allocate() => _pool.Alloc();

    public void Free(Mbuf* frame) => MbufPool.Free(frame);

    public bool Prepare(Mbuf* frame) => _tx.Prepare(&frame, 1) == 1;

    public bool Transmit(Mbuf* frame) => _tx.Transmit(&frame, 1) == 1;

    public uint Receive(Mbuf** frames, uint count)
    {
        uint n = 0;
        foreach (RxQueue queue in _rx)
        {
            n += queue.Receive(frames + n, (ushort)(count - n));
        }

        return n;
    }

    public void Pause()
    {
        _alive?.Invoke();
        Idle.Sleep(Pauses);
    }
}

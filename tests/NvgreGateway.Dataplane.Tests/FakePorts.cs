using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>The ports of one worker of a rig.</summary>
internal readonly unsafe struct FakePorts(FakeDevice device, int worker) : IPorts
{
    private readonly FakeDevice _device = device;
    private readonly int _worker = worker;

    public ulong Timestamp => _device.HasTime ? (ulong)System.Diagnostics.Stopwatch.GetTimestamp() : _device.Clock++;

    public uint Receive(int port, Mbuf** burst, uint count)
    {
        Queue<nint> queue = _device.Inputs[port][_worker];
        uint n = 0;
        while (n < count && queue.TryDequeue(out nint m))
        {
            burst[n++] = (Mbuf*)m;
        }

        return n;
    }

    public uint Transmit(int port, Mbuf** burst, uint count)
    {
        uint taken = Math.Min(count, _device.Takes[port]);
        for (uint i = 0; i < taken; i++)
        {
            _device.Leave(port, burst[i]);
        }

        if (taken < count && _device.DiesWhenFull)
        {
            _device.Up[port] = false;
        }

        return taken;
    }

    public bool Prepare(int port, Mbuf* mbuf) => _device.Prepares && (_device.Preparing?.Invoke((nint)mbuf) ?? true);

    public Mbuf* Allocate() => _device.Pool.Allocate();

    public uint Allocate(Mbuf** packets, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            packets[i] = _device.Pool.Allocate();
            if (packets[i] == null)
            {
                return i;
            }
        }

        return count;
    }

    public Mbuf* AllocateHead() => _device.Pool.AllocateHead();

    public uint AllocateHeads(Mbuf** packets, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            packets[i] = _device.Pool.AllocateHead();
            if (packets[i] == null)
            {
                return i;
            }
        }

        return count;
    }

    public ulong ChainPorts => _device.ChainPorts;

    public ChainLimit LimitOf(int port) => _device.Limit;

    public void Free(Mbuf* mbuf) => _device.Pool.Free(mbuf);

    public bool IsUp(int port) => _device.Up[port];

    public ulong SequenceOf(Mbuf* mbuf) => _device.Pool.SequenceOf(mbuf);

    public void Inherit(Mbuf* copy, Mbuf* original) => _device.Pool.SetSequence(copy, _device.Pool.SequenceOf(original));

    public void Stamp(Mbuf* made, ulong sequence) => _device.Pool.SetSequence(made, sequence);

    public bool IsPolled(int port) => _worker < _device.ReceiveQueues;

    public bool HasTransmitQueue(int port) => _worker < _device.TransmitQueues[port];

    public SpreadPlan* Spread(int port) => _device.Plan(port);
}

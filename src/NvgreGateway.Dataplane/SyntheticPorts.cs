using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>A made-up device as the only worker takes it.</summary>
/// <param name="device">The device.</param>
internal readonly unsafe struct SyntheticPorts(SyntheticDevice device) : IPorts
{
    private readonly SyntheticDevice _device = device;

    public ulong Timestamp => _device.Timestamp;

    public ulong ChainPorts => _device.ChainPorts;

    public ChainLimit LimitOf(int port) => ChainLimit.None;

    public uint Receive(int port, Mbuf** burst, uint count) => _device.Receive(port, burst, count);

    public uint Transmit(int port, Mbuf** burst, uint count) => _device.Transmit(port, burst, count);

    public bool Prepare(int port, Mbuf* mbuf) => true;

    public Mbuf* Allocate() => _device.Allocate();

    public uint Allocate(Mbuf** packets, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            packets[i] = _device.Allocate();
            if (packets[i] == null)
            {
                return i;
            }
        }

        return count;
    }

    public Mbuf* AllocateHead() => _device.Allocate();

    public uint AllocateHeads(Mbuf** packets, uint count) => Allocate(packets, count);

    public void Free(Mbuf* mbuf) => _device.Free(mbuf);

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

using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Replay;

/// <summary>The ports of a replay as a worker sees them: every worker has a queue on every port.</summary>
/// <param name="device">What stands for the NICs.</param>
internal readonly unsafe struct ReplayPorts(ReplayDevice device) : IPorts
{
    private readonly ReplayDevice _device = device;

    public ulong Timestamp => _device.Now;

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

    public ulong ChainPorts => ulong.MaxValue;

    public ChainLimit LimitOf(int port) => ChainLimit.None;

    public void Free(Mbuf* mbuf) => _device.Free(mbuf);

    public bool IsUp(int port) => true;

    public ulong SequenceOf(Mbuf* mbuf) => ReplayDevice.SequenceOf(mbuf);

    public void Inherit(Mbuf* copy, Mbuf* original) => ReplayDevice.SetSequence(copy, ReplayDevice.SequenceOf(original));

    public void Stamp(Mbuf* mbuf, ulong sequence) => ReplayDevice.SetOwn(mbuf, sequence);

    public bool IsPolled(int port) => true;

    public bool HasTransmitQueue(int port) => true;

    public SpreadPlan* Spread(int port) => null;
}

using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>
/// What stands for the NICs behind <see cref="SyntheticPorts"/>: says where frames come from and what becomes of those that leave; the rest
/// is that of ports that are up, take everything, chains too, and belong to one worker. Its calls are virtual: for warm-up, tests and
/// benchmarks, never for traffic.
/// </summary>
internal abstract unsafe class SyntheticDevice
{
    /// <inheritdoc cref="IPorts.Timestamp"/>
    internal virtual ulong Timestamp => 1;

    /// <inheritdoc cref="IPorts.ChainPorts"/>
    internal virtual ulong ChainPorts => ulong.MaxValue;

    /// <inheritdoc cref="IPorts.Receive"/>
    internal abstract uint Receive(int port, Mbuf** burst, uint count);

    /// <summary>Takes all packets, and frees them at once.</summary>
    /// <inheritdoc cref="IPorts.Transmit"/>
    internal virtual uint Transmit(int port, Mbuf** burst, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            Free(burst[i]);
        }

        return count;
    }

    /// <inheritdoc cref="IPorts.Allocate()"/>
    internal abstract Mbuf* Allocate();

    /// <inheritdoc cref="IPorts.Free"/>
    internal abstract void Free(Mbuf* mbuf);
}

using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>
/// The ports of a worker as its stages see them. The stages are not generic, so that what is warmed once is warm for every kind of
/// ports; they need ports only off the unicast path, and go through this. Unicast is received, sent and freed by the worker
/// itself, directly.
/// </summary>
internal abstract unsafe class PortAccess
{
    /// <inheritdoc cref="IPorts.Allocate()"/>
    public abstract Mbuf* Allocate();

    /// <inheritdoc cref="IPorts.Allocate(Mbuf**, uint)"/>
    public abstract uint Allocate(Mbuf** packets, uint count);

    /// <inheritdoc cref="IPorts.AllocateHead"/>
    public abstract Mbuf* AllocateHead();

    /// <inheritdoc cref="IPorts.AllocateHeads"/>
    public abstract uint AllocateHeads(Mbuf** packets, uint count);

    /// <inheritdoc cref="IPorts.ChainPorts"/>
    public abstract ulong ChainPorts { get; }

    /// <inheritdoc cref="IPorts.LimitOf"/>
    public abstract ChainLimit LimitOf(uint port);

    /// <inheritdoc cref="IPorts.Free"/>
    public abstract void Free(Mbuf* mbuf);

    /// <inheritdoc cref="IPorts.Timestamp"/>
    public abstract ulong Timestamp { get; }

    /// <inheritdoc cref="IPorts.SequenceOf"/>
    public abstract ulong SequenceOf(Mbuf* mbuf);

    /// <inheritdoc cref="IPorts.Inherit"/>
    public abstract void Inherit(Mbuf* copy, Mbuf* original);

    /// <inheritdoc cref="IPorts.Stamp"/>
    public abstract void Stamp(Mbuf* made, ulong sequence);

    /// <inheritdoc cref="IPorts.Prepare"/>
    public abstract bool Prepare(uint port, Mbuf* mbuf);

    /// <summary>Sends what stands in the transmit buffer of a port.</summary>
    public abstract void Flush(uint port);

    /// <summary>Returns what was discarded to the pool.</summary>
    public abstract void FreeDiscarded();
}

using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Statistics;

/// <summary>Adds up what workers and control count; stops nobody (F-023).</summary>
public sealed class StatisticsReader
{
    /// <summary>Makes a reader.</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="ids">The ids.</param>
    public StatisticsReader(GatewayMemory memory, IdStore ids) => throw new NotImplementedException();

    /// <summary>The accounting of the whole gateway.</summary>
    /// <returns>The totals now.</returns>
    public GatewayTotals Totals() => throw new NotImplementedException();

    /// <summary>A port's traffic.</summary>
    /// <param name="port">Port index.</param>
    /// <returns>The counts.</returns>
    public PortTraffic Port(int port) => throw new NotImplementedException();

    /// <summary>An attachment's traffic.</summary>
    /// <param name="attachment">Attachment id.</param>
    /// <returns>The counts.</returns>
    public Traffic Attachment(uint attachment) => throw new NotImplementedException();

    /// <summary>A peer's traffic: that of a VSID and PA.</summary>
    /// <param name="peer">Peer id.</param>
    /// <returns>The counts.</returns>
    public Traffic Peer(uint peer) => throw new NotImplementedException();

    /// <summary>A segment's traffic.</summary>
    /// <param name="segment">Segment id.</param>
    /// <returns>The counts.</returns>
    public SegmentTraffic Segment(uint segment) => throw new NotImplementedException();

    /// <summary>Drops of a segment (F-022).</summary>
    /// <param name="segment">Segment id.</param>
    /// <param name="drops">Filled by <see cref="DropReason"/>; at least <see cref="DropReason.Count"/> long.</param>
    public void SegmentDrops(uint segment, Span<ulong> drops) => throw new NotImplementedException();

    /// <summary>Drops of a peer (F-022).</summary>
    /// <param name="peer">Peer id.</param>
    /// <param name="drops">Filled by <see cref="DropReason"/>; at least <see cref="DropReason.Count"/> long.</param>
    public void PeerDrops(uint peer, Span<ulong> drops) => throw new NotImplementedException();

    /// <summary>What a worker did.</summary>
    /// <param name="worker">Its index.</param>
    /// <returns>The counts.</returns>
    public WorkerReport Worker(int worker) => throw new NotImplementedException();
}

using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Statistics;

/// <summary>
/// The packet accounting of the whole gateway (F-020). While packets flow the fields are read one after the other, so
/// <see cref="Difference"/> is exact only at rest. <see cref="Held"/> is a level; <see cref="Consumed"/> falls by what control
/// refuses later, since that moves to the drops.
/// </summary>
public sealed record GatewayTotals
{
    /// <summary>Packets received on all ports.</summary>
    public required ulong Received { get; init; }

    /// <summary>Bytes received on all ports.</summary>
    public required ulong ReceivedBytes { get; init; }

    /// <summary>Received packets of which a copy left.</summary>
    public required ulong Transmitted { get; init; }

    /// <summary>Received packets that control took and did not refuse.</summary>
    public required ulong Consumed { get; init; }

    /// <summary>Packets that wait for a neighbour.</summary>
    public required ulong Held { get; init; }

    /// <summary>Frames of control that were sent.</summary>
    public required ulong Injected { get; init; }

    /// <summary>Frames of control that were lost.</summary>
    public required ulong InjectFailed { get; init; }

    /// <summary>Drops by <see cref="DropReason"/>; workers' and control's.</summary>
    public required IReadOnlyList<ulong> Drops { get; init; }

    /// <summary>Counters by <see cref="CounterId"/>; workers' and control's.</summary>
    public required IReadOnlyList<ulong> Counters { get; init; }

    /// <summary>Packets by GRE protocol type (<c>gre.proto.HEX</c>, B-007), lowest first.</summary>
    public required IReadOnlyList<KeyValuePair<int, ulong>> GreProtocols { get; init; }

    /// <summary>Packets of further GRE protocol types than <see cref="GreProtocols"/> has room for.</summary>
    public required ulong GreProtocolsOther { get; init; }

    /// <summary>The sum of <see cref="Drops"/>.</summary>
    public ulong Dropped
    {
        get
        {
            ulong sum = 0;
            foreach (ulong n in Drops)
            {
                sum += n;
            }

            return sum;
        }
    }

    /// <summary>Received less every way to end: 0 at rest.</summary>
    public long Difference => unchecked((long)(Received - Transmitted - Consumed - Held - Dropped));
}

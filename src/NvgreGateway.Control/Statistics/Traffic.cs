using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Statistics;

/// <summary>Traffic of an attachment or a peer, or a sum of several, by direction and <see cref="CastKind"/> (F-021).</summary>
public readonly record struct Traffic
{
    /// <summary>Received unicast.</summary>
    public TrafficCount RxUnicast { get; init; }

    /// <summary>Received multicast.</summary>
    public TrafficCount RxMulticast { get; init; }

    /// <summary>Received broadcast.</summary>
    public TrafficCount RxBroadcast { get; init; }

    /// <summary>Sent unicast.</summary>
    public TrafficCount TxUnicast { get; init; }

    /// <summary>Sent multicast.</summary>
    public TrafficCount TxMulticast { get; init; }

    /// <summary>Sent broadcast.</summary>
    public TrafficCount TxBroadcast { get; init; }

    /// <summary>All received.</summary>
    public TrafficCount RxTotal => RxUnicast + RxMulticast + RxBroadcast;

    /// <summary>All sent.</summary>
    public TrafficCount TxTotal => TxUnicast + TxMulticast + TxBroadcast;

    /// <summary>The sum.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>The sum, field by field.</returns>
    public static Traffic operator +(in Traffic left, in Traffic right) => new()
    {
        RxUnicast = left.RxUnicast + right.RxUnicast,
        RxMulticast = left.RxMulticast + right.RxMulticast,
        RxBroadcast = left.RxBroadcast + right.RxBroadcast,
        TxUnicast = left.TxUnicast + right.TxUnicast,
        TxMulticast = left.TxMulticast + right.TxMulticast,
        TxBroadcast = left.TxBroadcast + right.TxBroadcast,
    };

    /// <summary>Received traffic of a kind.</summary>
    /// <param name="kind">Unicast, multicast or broadcast.</param>
    /// <returns>The counts.</returns>
    public TrafficCount Rx(CastKind kind) => kind switch
    {
        CastKind.Unicast => RxUnicast,
        CastKind.Multicast => RxMulticast,
        _ => RxBroadcast,
    };

    /// <summary>Sent traffic of a kind.</summary>
    /// <param name="kind">Unicast, multicast or broadcast.</param>
    /// <returns>The counts.</returns>
    public TrafficCount Tx(CastKind kind) => kind switch
    {
        CastKind.Unicast => TxUnicast,
        CastKind.Multicast => TxMulticast,
        _ => TxBroadcast,
    };
}

namespace NvgreGateway.Control.Statistics;

/// <summary>A port's packets at one worker.</summary>
/// <param name="Forwarded">Packets that it forwarded or dropped.</param>
/// <param name="HandedOn">Packets that it took from its queue and handed to others.</param>
/// <param name="TakenOver">Packets that others took from their queues and handed to it.</param>
public readonly record struct SpreadCount(ulong Forwarded, ulong HandedOn, ulong TakenOver)
{
    /// <summary>Packets that its receive queue gave.</summary>
    public ulong Queue => Forwarded + HandedOn < TakenOver ? 0 : Forwarded + HandedOn - TakenOver; // the three are not read at one moment
}

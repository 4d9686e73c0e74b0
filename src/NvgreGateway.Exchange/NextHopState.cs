namespace NvgreGateway.Exchange;

/// <summary>What is known of a next hop.</summary>
public enum NextHopState : byte
{
    /// <summary>The id is not in use.</summary>
    Unused,

    /// <summary>Not resolved and nobody asks: a packet for it is held and control is told (<see cref="PuntKind.NextHopNeeded"/>).</summary>
    Idle,

    /// <summary>Being resolved: packets are held .</summary>
    Pending,

    /// <summary>The MAC is known: packets go.</summary>
    Resolved,

    /// <summary>It did not answer: packets are <c>drop.neigh.unresolved</c> (A-055), the held ones too.</summary>
    Failed,
}

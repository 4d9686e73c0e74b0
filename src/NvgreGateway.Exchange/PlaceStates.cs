namespace NvgreGateway.Exchange;

/// <summary>What control tells workers about a segment, an attachment or a peer between snapshots: one byte each.</summary>
[Flags]
public enum PlaceStates : byte
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>No further source is learned here: a limit is reached (E-034).</summary>
    LimitReached = 1,

    /// <summary>Peer: operationally down .</summary>
    Down = 2,

    /// <summary>The limit's action is <c>drop</c> (E-034).</summary>
    LimitDrop = 4,
}

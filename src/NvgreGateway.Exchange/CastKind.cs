namespace NvgreGateway.Exchange;

/// <summary>How counters tell frames apart by their destination MAC (F-021).</summary>
public enum CastKind : byte
{
    /// <summary>One station.</summary>
    Unicast,

    /// <summary>A group that is not everybody.</summary>
    Multicast,

    /// <summary>Everybody.</summary>
    Broadcast,

    /// <summary>Not a kind: how many there are.</summary>
    Count,
}

namespace NvgreGateway.Control.Tables;

/// <summary>What became of a source that a worker saw outside the FDB.</summary>
public enum LearnResult
{
    /// <summary>It is in the table now; <c>fdb.learned</c> +1.</summary>
    Learned,

    /// <summary>It was there already, at this place: only its age is new.</summary>
    Refreshed,

    /// <summary>It follows to the new place; <c>fdb.moved</c> +1 (E-032).</summary>
    Moved,

    /// <summary>The place or segment is gone, down or does not learn .</summary>
    Ignored,

    /// <summary>A group, zero or gateway-owned MAC .</summary>
    RefusedAddress,

    /// <summary>A record has it elsewhere (A-102, E-033).</summary>
    RefusedStatic,

    /// <summary>It moves too often and stays where it is (E-032).</summary>
    RefusedDuplicate,

    /// <summary>A limit is reached; <c>fdb.limit</c> +1 (E-034).</summary>
    RefusedLimit,

    /// <summary>The table is full; <c>fdb.full</c> +1 (E-037).</summary>
    RefusedFull,
}

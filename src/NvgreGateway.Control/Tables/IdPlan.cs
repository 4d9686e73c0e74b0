namespace NvgreGateway.Control.Tables;

/// <summary>The ids of one kind as they will be once a configuration is in force; changes nothing until it is committed.</summary>
internal sealed class IdPlan<TKey>
    where TKey : notnull
{
    /// <summary>Every wanted key with its id.</summary>
    internal Dictionary<TKey, uint> Live { get; } = [];

    /// <summary>Keys whose id begins anew: what it counted and where it pointed before is not theirs.</summary>
    internal List<KeyValuePair<TKey, uint>> Fresh { get; } = [];

    /// <summary>Keys that were in force and are not any more.</summary>
    internal List<KeyValuePair<TKey, uint>> Retired { get; } = [];

    /// <summary>Keys that had gone and come back to their id.</summary>
    internal List<TKey> Revived { get; } = [];

    /// <summary>Keys that had gone and lose their id to another.</summary>
    internal List<TKey> Displaced { get; } = [];

    /// <summary>Gaps that were looked at, from the first on.</summary>
    internal int GapsTaken { get; set; }

    /// <summary>Those of them that could not be given yet.</summary>
    internal List<uint> GapsSkipped { get; } = [];

    /// <summary>First id that was never used.</summary>
    internal uint Next { get; set; }
}

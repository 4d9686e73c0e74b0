namespace NvgreGateway.Control;

/// <summary>How far a change of the configuration in force has come, in order.</summary>
internal enum ChangeStep
{
    /// <summary>What hardware did for the tables so far is taken back.</summary>
    Withdrawn,

    /// <summary>The new configuration stands in its file, and is not in force.</summary>
    Staged,

    /// <summary>The new tables are built, and nobody sees them.</summary>
    Built,

    /// <summary>The new next hops have their slots.</summary>
    HopsStarted,

    /// <summary>The new tables are published: from here on the new configuration is in force.</summary>
    Published,

    /// <summary>The ids are control's own, and the next hops that are gone are told so.</summary>
    Committed,

    /// <summary>The file of the configuration in force is the new one.</summary>
    Kept,

    /// <summary>The port table says what may be asked of the devices.</summary>
    Wished,

    /// <summary>The parts of control go by the new configuration.</summary>
    Followed,
}

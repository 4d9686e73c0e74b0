namespace NvgreGateway.Dataplane;

/// <summary>A rule of a <see cref="SpreadPlan"/>; all zero where there is none.</summary>
/// <param name="key">What it is about.</param>
/// <param name="workers">A bit for each worker.</param>
/// <param name="inHardware">Whether the device carries it out.</param>
internal readonly struct SpreadRule(SpreadKey key, ulong workers, bool inHardware)
{
    /// <summary>The key, and who carries it out.</summary>
    public readonly ulong Key = key.Value | (inHardware ? SpreadKey.Hardware : 0);

    /// <summary>A bit for each worker that the packets go to.</summary>
    public readonly ulong Workers = workers;

    /// <summary>Whether the device sends the packets to these workers' queues.</summary>
    public bool InHardware => (Key & SpreadKey.Hardware) != 0;

    /// <summary>Whether it is the rule of a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether it is.</returns>
    public bool Is(SpreadKey key) => (Key & ~SpreadKey.Hardware) == key.Value;
}

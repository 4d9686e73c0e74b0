namespace NvgreGateway.Control.Flows;

/// <summary>What hardware forwards, or would if it took the rule.</summary>
/// <param name="key">What the rule is about.</param>
internal sealed class HeavyFlow(FlowKey key)
{
    /// <summary>What the rule is about.</summary>
    public FlowKey Key { get; } = key;

    /// <summary>Packets that the rule handled, when it was last seen.</summary>
    public ulong Packets { get; set; }

    /// <summary>Of those, the ones at the beginning of the seconds without much.</summary>
    public ulong QuietFrom { get; set; }

    /// <summary>Seconds without much.</summary>
    public int Quiet { get; set; }

    /// <summary>Whether the device says that it has the rule.</summary>
    public bool IsInstalled { get; set; }

    /// <summary><see cref="Packets"/> a second ago.</summary>
    public ulong Before { get; set; }

    /// <summary>Seconds in which the device said so and handled nothing, while workers forwarded the flow.</summary>
    public int Useless { get; set; }
}

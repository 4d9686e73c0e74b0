using NvgreGateway.Packets;

namespace NvgreGateway.Control;

/// <summary>How a control plane runs.</summary>
public sealed record ControlOptions
{
    /// <summary>Work off punts in the order of their sequence, then kind, whichever worker sent them: for <c>replay</c>.</summary>
    public bool Ordered { get; init; }

    /// <summary>
    /// Announce the gateway's own addresses (gratuitous ARP, unsolicited NA) once when forwarding begins; not in <c>replay</c>.
    /// </summary>
    public bool Announce { get; init; }

    /// <summary>
    /// The MAC of each port by index. Null = the configured one, else the one that the data process reports, else the one made
    /// from the port's name (which is what <c>replay</c> uses).
    /// </summary>
    public IReadOnlyList<MacAddress>? PortMacs { get; init; }

    /// <summary>How long a change waits for workers that do not begin a new loop. They do every few microseconds: one that has not after this stands still.</summary>
    internal int PatienceMilliseconds { get; init; } = 2000;

    /// <summary>How long is waited for a data process that takes no rule back from a device.</summary>
    internal int DevicePatienceMilliseconds { get; init; } = 1000;

    /// <summary>Where the configuration in force is kept for a successor; null = nowhere.</summary>
    internal RunningCopy? Copy { get; init; }

    /// <summary>Called between any two steps of a change of the configuration; a test lets the process die there. Null = nobody.</summary>
    internal Action<ChangeStep>? Reached { get; init; }
}

namespace NvgreGateway.Control;

/// <summary>How a control plane runs.</summary>
public sealed record ControlOptions
{
    /// <summary>Work off punts in the order of their sequence, then kind, whichever worker sent them: for <c>replay</c>.</summary>
    public bool Ordered { get; init; }

    /// <summary>
    /// Take over ids, FDB and next hops that an earlier control process left in the regions, instead of beginning with empty ones.
    /// </summary>
    public bool Recover { get; init; }

    /// <summary>
    /// Announce the gateway's own addresses (gratuitous ARP, unsolicited NA) once when forwarding begins; not in <c>replay</c>.
    /// </summary>
    public bool Announce { get; init; }

    /// <summary>Where the ids are kept across restarts of control; null = nowhere.</summary>
    public string? IdFile { get; init; }
}

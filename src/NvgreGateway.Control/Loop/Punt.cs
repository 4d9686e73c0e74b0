using NvgreGateway.Exchange;

namespace NvgreGateway.Control;

/// <summary>A punt, copied out of its ring.</summary>
internal readonly record struct Punt
{
    /// <summary>The order in which packets came.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>When it was copied, counted: keeps the order of one ring among equal sequences.</summary>
    public required long Number { get; init; }

    /// <summary>What it is.</summary>
    public required PuntKind Kind { get; init; }

    /// <summary>FDB key, or next hop id.</summary>
    public required ulong Key { get; init; }

    /// <summary>Where the source was seen.</summary>
    public required uint Place { get; init; }

    /// <summary>Segment id, 0 = none.</summary>
    public required uint Segment { get; init; }

    /// <summary>Port it came in on.</summary>
    public required int Port { get; init; }

    /// <summary>Offset of the layer 3 header; of a source behind a peer the outer TTL.</summary>
    public required int L3Offset { get; init; }

    /// <summary>The number of the frame if it is traced and control's now, else 0.</summary>
    public uint Trace { get; init; }

    /// <summary>The frame, for <see cref="PuntKind.Frame"/> and <see cref="PuntKind.TooBig"/>; empty otherwise.</summary>
    public required byte[] Frame { get; init; }

    /// <summary>The order of <c>replay</c>: sequence, then kind, then as they came.</summary>
    public static int Compare(Punt a, Punt b)
    {
        int order = a.Sequence.CompareTo(b.Sequence);
        order = order != 0 ? order : a.Kind.CompareTo(b.Kind);
        return order != 0 ? order : a.Number.CompareTo(b.Number);
    }
}

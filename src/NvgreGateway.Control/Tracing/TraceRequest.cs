namespace NvgreGateway.Control.Tracing;

/// <summary>Which packets of a running gateway are to be traced; everything given must fit.</summary>
public sealed record TraceRequest
{
    /// <summary>Most packets that one trace of a running gateway may take.</summary>
    public const int MostPackets = 1000;

    /// <summary>Longest time that one may run, seconds.</summary>
    public const int LongestSeconds = 60;

    /// <summary>Packets at most, 1 to <see cref="MostPackets"/>.</summary>
    public int Count { get; init; } = 10;

    /// <summary>Seconds at most, 1 to <see cref="LongestSeconds"/>.</summary>
    public int TimeoutSeconds { get; init; } = 30;

    /// <summary>VSID of a segment.</summary>
    public int? Vsid { get; init; }

    /// <summary>VLAN id, 1 to 4094.</summary>
    public int? Vlan { get; init; }

    /// <summary>MAC of the frame, or of the tenant frame in it: source or destination.</summary>
    public string? Mac { get; init; }

    /// <summary>PA of a peer: it comes from there or would go there.</summary>
    public string? Peer { get; init; }
}

namespace NvgreGateway.Control.Tracing;

/// <summary>What became of one traced packet, stage by stage (F-033).</summary>
public sealed record TracePacket
{
    /// <summary>From 1 on in the order of arrival; 0 = a frame that the gateway made itself.</summary>
    public required uint Number { get; init; }

    /// <summary>When it arrived, nanoseconds since 1970.</summary>
    public required ulong Nanoseconds { get; init; }

    /// <summary>The same for people: UTC.</summary>
    public string Time => DateTime.UnixEpoch.AddTicks((long)(Nanoseconds / 100)).ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Port that it arrived on, or is sent on if the gateway made it.</summary>
    public required string Port { get; init; }

    /// <summary>Its bytes.</summary>
    public required uint Length { get; init; }

    /// <summary>Its headers in a line.</summary>
    public required string Frame { get; init; }

    /// <summary>Its first bytes as it arrived, hexadecimal.</summary>
    public required string Bytes { get; init; }

    /// <summary>The stages in order.</summary>
    public required IReadOnlyList<TraceStep> Steps { get; init; }

    /// <summary><c>transmitted</c>, <c>consumed</c> (handed to control), <c>dropped</c>, <c>own</c> (made by the gateway), or <c>open</c>: the trace ended before.</summary>
    public required string Verdict { get; init; }

    /// <summary>The drop reason.</summary>
    public string? Reason { get; init; }

    /// <summary>Rows of the requirements that the drop reason comes from.</summary>
    public IReadOnlyList<string>? Rules { get; init; }
}

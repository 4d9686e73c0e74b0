namespace NvgreGateway.Control.Tracing;

/// <summary>One stage that a traced packet went through.</summary>
public sealed record TraceStep
{
    /// <summary>Which: a word, for example <c>segment</c> or <c>encapsulate</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>What it found or did.</summary>
    public required string Text { get; init; }

    /// <summary>Port that a frame is sent on, in <c>transmit</c>.</summary>
    public string? Port { get; init; }

    /// <summary>Its length in bytes.</summary>
    public uint? Length { get; init; }

    /// <summary>Its first bytes as sent, hexadecimal: at most <see cref="Exchange.TraceEvent.MostData"/>.</summary>
    public string? Bytes { get; init; }
}

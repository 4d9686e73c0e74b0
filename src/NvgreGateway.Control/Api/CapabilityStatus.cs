namespace NvgreGateway.Control.Api;

/// <summary>What the hardware of a port can do, whatever is active: <c>show capabilities</c> (C-070, C-071, C-072).</summary>
public sealed record CapabilityStatus
{
    /// <summary>Port name.</summary>
    public required string Port { get; init; }

    /// <summary>Its driver; null before it was opened.</summary>
    public string? Driver { get; init; }

    /// <summary>Most bytes from the start of a frame to the end of its innermost transport header.</summary>
    public required int MaxHeader { get; init; }

    /// <summary>Most buffers that it takes of one frame; null = no bound, or not open (C-019).</summary>
    public int? MaxBuffers { get; init; }

    /// <summary>Most buffers that it takes of a large frame to cut; null = no bound, or not open.</summary>
    public int? MaxLargeBuffers { get; init; }

    /// <summary>Each function of NVGRE offload as a set over <c>inner4</c>, <c>inner6</c>, <c>outer4</c>, <c>outer6</c>; empty = not supported.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Capable { get; init; }

    /// <summary>Rules that the device was asked about when it was started, without any being made (C-053, C-054, C-121, C-122).</summary>
    public required IReadOnlyList<RuleCapability> Rules { get; init; }

    /// <summary>The device's own words, as far as the gateway has a use for them.</summary>
    public required IReadOnlyList<string> Reported { get; init; }
}

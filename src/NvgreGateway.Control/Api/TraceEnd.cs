namespace NvgreGateway.Control.Api;

/// <summary>How a trace of a running gateway ended: the last line of its answer.</summary>
public sealed record TraceEnd
{
    /// <summary>Packets that were told.</summary>
    public required int Packets { get; init; }

    /// <summary>Stages that are missing because a ring was full.</summary>
    public required uint Lost { get; init; }
}

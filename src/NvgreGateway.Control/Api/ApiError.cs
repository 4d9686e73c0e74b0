namespace NvgreGateway.Control.Api;

/// <summary>What went wrong with a request.</summary>
public sealed record ApiError
{
    /// <summary>The text.</summary>
    public required string Error { get; init; }

    /// <summary>A word for programs where one is due: <c>requires_restart</c> (C-076).</summary>
    public string? Code { get; init; }
}

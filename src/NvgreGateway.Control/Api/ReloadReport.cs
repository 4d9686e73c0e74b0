namespace NvgreGateway.Control.Api;

/// <summary>What a reload did.</summary>
public sealed record ReloadReport
{
    /// <summary>Whether the file is now in force; false = refused, and what ran still runs.</summary>
    public required bool Accepted { get; init; }

    /// <summary>Whether anything changed.</summary>
    public required bool Changed { get; init; }

    /// <summary>Why it was refused: one line each, with the JSON path.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>What a person should know; it is in force all the same.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}

namespace NvgreGateway.Control.Configuration;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Path">The place, as <c>segments[1].vsid</c>; empty for the file as a whole.</param>
/// <param name="Value">The offending value as JSON text, shortened where long; <c>missing</c> where a value is required.</param>
/// <param name="Problem">What is wrong with it.</param>
/// <param name="Allowed">What is allowed there.</param>
public sealed record ConfigurationError(string Path, string Value, string Problem, string Allowed)
{
    /// <summary>The line of a JSON syntax error, from 1; null for other errors.</summary>
    public long? Line { get; init; }

    /// <summary>The column of a JSON syntax error, from 1, in bytes; null for other errors.</summary>
    public long? Column { get; init; }

    /// <summary>Writes place, value, problem and what is allowed on one line.</summary>
    /// <returns>A line for people.</returns>
    public override string ToString()
    {
        string place = Line is null ? (Path.Length == 0 ? "configuration" : Path) : $"line {Line}, column {Column}";
        return $"{place}: {Value}: {Problem}; allowed: {Allowed}";
    }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>One reading of /metrics.</summary>
internal sealed partial class MetricsSnapshot
{
    private readonly List<Sample> _samples = [];

    private sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

    public static MetricsSnapshot Parse(string text)
    {
        MetricsSnapshot snapshot = new();
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            Match match = Line().Match(line);
            Assert.True(match.Success, "not a line of the text format: " + line);
            Dictionary<string, string> labels = Label().Matches(match.Groups["labels"].Value)
                .ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
            snapshot._samples.Add(new Sample(match.Groups["name"].Value, labels, double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)));
        }

        return snapshot;
    }

    /// <summary>The sum of all samples of that name whose labels hold what is asked for; the metric must exist.</summary>
    public double Sum(string name, params (string Label, string Value)[] labels)
    {
        Assert.Contains(_samples, s => s.Name == name);
        return _samples.Where(s => s.Name == name && labels.All(l => s.Labels.GetValueOrDefault(l.Label) == l.Value)).Sum(s => s.Value);
    }

    /// <summary>As <see cref="Sum"/>, for a counter.</summary>
    public long Count(string name, params (string Label, string Value)[] labels) => (long)Sum(name, labels);

    /// <summary>The samples of a name that are not zero, as text; for messages.</summary>
    public string NonZero(string name) => string.Join(", ", _samples.Where(s => s.Name == name && s.Value != 0)
        .Select(s => $"{string.Join(',', s.Labels.Select(l => $"{l.Key}={l.Value}"))}: {s.Value}"));

    /// <summary>The names that exist.</summary>
    public IReadOnlySet<string> Names => _samples.Select(s => s.Name).ToHashSet();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})?\s+(?<value>\S+)(\s+\d+)?$""")]
    private static partial Regex Line();

    [GeneratedRegex("""(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)""")]
    private static partial Regex Label();
}

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

    /// <summary>Counters that are lower than, or gone since, an earlier reading; as text.</summary>
    public IReadOnlyList<string> CountersBelow(MetricsSnapshot earlier)
    {
        Dictionary<string, double> now = _samples.ToDictionary(Key, s => s.Value);
        return [.. earlier._samples.Where(s => s.Name.EndsWith("_total", StringComparison.Ordinal) && !(now.GetValueOrDefault(Key(s), -1) >= s.Value))
            .Select(s => $"{Key(s)}: {s.Value}, then {now.GetValueOrDefault(Key(s), -1)}")];
    }

    private static string Key(Sample sample) => $"{sample.Name}{{{string.Join(',', sample.Labels.Select(l => $"{l.Key}={l.Value}"))}}}";

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})?\s+(?<value>\S+)(\s+\d+)?$""")]
    private static partial Regex Line();

    [GeneratedRegex("""(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)""")]
    private static partial Regex Label();
}

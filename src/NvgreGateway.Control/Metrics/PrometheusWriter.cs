using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace NvgreGateway.Control.Metrics;

/// <summary>
/// Writes the observable instruments of a meter as Prometheus text (exposition format 0.0.4). It only listens, as any adapter
/// does: the instruments carry the names under which they appear, so that another exporter can take its place.
/// </summary>
internal sealed class PrometheusWriter : IDisposable
{
    private readonly Lock _lock = new();
    private readonly MeterListener _listener;
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);

    /// <param name="meter">The meter.</param>
    public PrometheusWriter(Meter meter)
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter, meter) && instrument.IsObservable)
                {
                    var family = new Family(instrument);
                    _families.Add(instrument.Name, family);
                    listener.EnableMeasurementEvents(instrument, family);
                }
            },
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) =>
            Add(state, tags, value.ToString(CultureInfo.InvariantCulture)));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) =>
            Add(state, tags, value.ToString("R", CultureInfo.InvariantCulture)));
        _listener.Start();
    }

    /// <summary>Reads every instrument once.</summary>
    /// <returns>The text.</returns>
    public string Scrape()
    {
        lock (_lock)
        {
            foreach (Family family in _families.Values)
            {
                family.Samples.Clear();
            }

            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            foreach ((string name, Family family) in _families)
            {
                if (family.Samples.Length == 0)
                {
                    continue;
                }

                text.Append("# HELP ").Append(name).Append(' ').Append(family.Help).Append('\n');
                text.Append("# TYPE ").Append(name).Append(family.IsCounter ? " counter\n" : " gauge\n");
                text.Append(family.Samples);
            }

            return text.ToString();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static void Add(object? state, ReadOnlySpan<KeyValuePair<string, object?>> tags, string value)
    {
        var family = (Family)state!;
        StringBuilder text = family.Samples.Append(family.Name);
        char before = '{';
        foreach ((string key, object? label) in tags)
        {
            text.Append(before).Append(key).Append("=\"");
            AppendLabel(text, Convert.ToString(label, CultureInfo.InvariantCulture) ?? "");
            text.Append('"');
            before = ',';
        }

        text.Append(before == ',' ? "} " : " ").Append(value).Append('\n');
    }

    private static void AppendLabel(StringBuilder text, string value)
    {
        foreach (char c in value)
        {
            _ = c switch
            {
                '\\' or '"' => text.Append('\\').Append(c),
                '\n' => text.Append("\\n"),
                _ => text.Append(c),
            };
        }
    }

    private sealed class Family(Instrument instrument)
    {
        public string Name { get; } = instrument.Name;

        public string Help { get; } = (instrument.Description ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

        public bool IsCounter { get; } = instrument is ObservableCounter<long> or ObservableCounter<double>;

        public StringBuilder Samples { get; } = new();
    }
}

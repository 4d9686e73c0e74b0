using System.Diagnostics.Metrics;

namespace NvgreGateway.Control.Metrics;

/// <summary>
/// The last values of an instrument that counts, so that none of them is told to fall. Workers count a frame when it is queued, and count
/// it back if the port does not take it: whoever reads in between sees a little too much, and then a little less, which Prometheus would
/// take for a restart and add anew. What was told before is told again until the count is there. May be used from any thread.
/// </summary>
internal sealed class RisingSeries
{
    private readonly Lock _lock = new();
    private Measurement<long>[] _last = [];
    private ulong _epoch;

    /// <summary>Holds what fell at its last value.</summary>
    /// <param name="now">What is counted now; a series that is not in here is forgotten. Changed in place.</param>
    /// <param name="epoch">Rises when counts begin anew at 0, which is to be seen.</param>
    /// <returns>The same array.</returns>
    internal Measurement<long>[] Hold(Measurement<long>[] now, ulong epoch)
    {
        lock (_lock)
        {
            Dictionary<string, long>? byTags = null;
            for (int i = 0; i < now.Length && epoch == _epoch; i++)
            {
                // The series stand in the order of the configuration, which seldom changes.
                long last = i < _last.Length && IsSame(_last[i].Tags, now[i].Tags)
                    ? _last[i].Value
                    : (byTags ??= ByTags()).GetValueOrDefault(KeyOf(now[i].Tags), long.MinValue);
                if (last > now[i].Value)
                {
                    now[i] = new Measurement<long>(last, now[i].Tags);
                }
            }

            _last = now;
            _epoch = epoch;
            return now;
        }
    }

    private static bool IsSame(ReadOnlySpan<KeyValuePair<string, object?>> a, ReadOnlySpan<KeyValuePair<string, object?>> b)
    {
        if (a.Length != b.Length)
        {
            return false;
        }

        for (int i = 0; i < a.Length; i++)
        {
            if (a[i].Key != b[i].Key || !Equals(a[i].Value, b[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    private static string KeyOf(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        string.Join('\n', tags.ToArray().Select(static t => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{t.Key}\t{t.Value}")));

    private Dictionary<string, long> ByTags()
    {
        var byTags = new Dictionary<string, long>(_last.Length, StringComparer.Ordinal);
        foreach (Measurement<long> m in _last)
        {
            byTags[KeyOf(m.Tags)] = m.Value;
        }

        return byTags;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace NvgreGateway.Control;

/// <summary>
/// Events as lines of text: time, severity, <c>event=NAME</c>, then keys and values; values with blanks or quotes are quoted.
/// At most one line a second for each name and severity; what was left out is counted in the next line as
/// <c>suppressed=N</c>, so that a flood of one kind cannot fill a disk or hide another kind.
/// </summary>
public sealed class EventLog : IEventLog
{
    // What an operator does is told each time (C-074); nobody else can cause these.
    private const string Unlimited = "offload_changed";
    private readonly Lock _lock = new();
    private readonly TextWriter _writer;
    private readonly TimeProvider _clock;
    private readonly Dictionary<(string Name, EventSeverity Severity), (long LastWritten, long Suppressed)> _kinds = [];

    /// <summary>A log to a writer.</summary>
    /// <param name="writer">Where lines go, standard error as a rule; stays the caller's.</param>
    /// <param name="clock">The clock; null = the machine's.</param>
    public EventLog(TextWriter writer, TimeProvider? clock = null)
    {
        _writer = writer;
        _clock = clock ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public void Write(EventSeverity severity, string name, params ReadOnlySpan<(string Key, object? Value)> fields)
    {
        lock (_lock)
        {
            long now = _clock.GetTimestamp();
            long suppressed = 0;
            if (name != Unlimited && _kinds.TryGetValue((name, severity), out (long LastWritten, long Suppressed) kind))
            {
                if (_clock.GetElapsedTime(kind.LastWritten, now) < TimeSpan.FromSeconds(1))
                {
                    _kinds[(name, severity)] = (kind.LastWritten, kind.Suppressed + 1);
                    return;
                }

                suppressed = kind.Suppressed;
            }

            _kinds[(name, severity)] = (now, 0);
            _writer.WriteLine(Line(_clock.GetUtcNow(), severity, name, fields, suppressed));
            _writer.Flush();
        }
    }

    private static string Line(
        DateTimeOffset time, EventSeverity severity, string name, ReadOnlySpan<(string Key, object? Value)> fields, long suppressed)
    {
        var line = new StringBuilder();
        line.Append(time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)).Append(' ');
        line.Append(severity switch { EventSeverity.Info => "info", EventSeverity.Warning => "warning", _ => "error" });
        line.Append(" event=").Append(name);
        foreach ((string key, object? value) in fields)
        {
            line.Append(' ').Append(key).Append('=');
            AppendValue(line, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
        }

        if (suppressed > 0)
        {
            line.Append(CultureInfo.InvariantCulture, $" suppressed={suppressed}");
        }

        return line.ToString();
    }

    private static void AppendValue(StringBuilder line, string value)
    {
        if (value.Length > 0 && value.All(static c => c > ' ' && c is not ('"' or '=' or '\\' or '\x7f')))
        {
            line.Append(value);
            return;
        }

        line.Append('"');
        foreach (char c in value)
        {
            // A value may hold text of a driver or a file: one event stays one line whatever it holds.
            _ = c switch
            {
                '"' or '\\' => line.Append('\\').Append(c),
                '\n' => line.Append("\\n"),
                '\r' => line.Append("\\r"),
                < ' ' or '\x7f' => line.Append(' '),
                _ => line.Append(c),
            };
        }

        line.Append('"');
    }
}

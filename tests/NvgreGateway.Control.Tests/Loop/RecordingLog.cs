namespace NvgreGateway.Control.Tests.Loop;

/// <summary>Keeps every event.</summary>
internal sealed class RecordingLog : IEventLog
{
    public List<(EventSeverity Severity, string Name, string Text)> Events { get; } = [];

    public void Write(EventSeverity severity, string name, params ReadOnlySpan<(string Key, object? Value)> fields)
    {
        var text = new List<string>();
        foreach ((string key, object? value) in fields)
        {
            text.Add($"{key}={value}");
        }

        lock (Events)
        {
            Events.Add((severity, name, string.Join(' ', text)));
        }
    }

    public int Count(string name)
    {
        lock (Events)
        {
            return Events.Count(e => e.Name == name);
        }
    }

    public string Last(string name)
    {
        lock (Events)
        {
            return Events.Last(e => e.Name == name).Text;
        }
    }
}

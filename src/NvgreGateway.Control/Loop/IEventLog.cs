namespace NvgreGateway.Control;

/// <summary>Where control tells people what happened: events with stable names and keys. Called by any thread.</summary>
public interface IEventLog
{
    /// <summary>Writes an event.</summary>
    /// <param name="severity">How grave it is.</param>
    /// <param name="name">Stable name, lower case with underscores, for example <c>peer_down</c>.</param>
    /// <param name="fields">Keys and values that belong to it.</param>
    void Write(EventSeverity severity, string name, params ReadOnlySpan<(string Key, object? Value)> fields);
}

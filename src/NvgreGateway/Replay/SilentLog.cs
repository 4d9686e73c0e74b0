using NvgreGateway.Control;

namespace NvgreGateway.Replay;

/// <summary>A replay tells what happened in its result; events of control have no reader.</summary>
internal sealed class SilentLog : IEventLog
{
    public void Write(EventSeverity severity, string name, params ReadOnlySpan<(string Key, object? Value)> fields)
    {
        // Nobody reads them.
    }
}

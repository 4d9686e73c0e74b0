using NvgreGateway.Control;

namespace NvgreGateway.Tests.Live;

/// <summary>Nobody reads the events.</summary>
internal sealed class NoLog : IEventLog
{
    public void Write(EventSeverity severity, string name, params ReadOnlySpan<(string Key, object? Value)> fields)
    {
    }
}

using System.Runtime.InteropServices;

namespace NvgreGateway.Supervision;

/// <summary>
/// The signals that a process of the gateway takes instead of ending by them, until disposed. The actions run on a thread of the runtime,
/// at any time.
/// </summary>
internal sealed class TakenSignals : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Takes SIGTERM and SIGINT, and SIGHUP if asked.</summary>
    /// <param name="stop">What SIGTERM and SIGINT ask for.</param>
    /// <param name="reload">What SIGHUP asks for; null leaves that signal as it is.</param>
    internal TakenSignals(Action stop, Action? reload = null)
    {
        _registrations = reload is null
            ? [Take(PosixSignal.SIGTERM, stop), Take(PosixSignal.SIGINT, stop)]
            : [Take(PosixSignal.SIGTERM, stop), Take(PosixSignal.SIGINT, stop), Take(PosixSignal.SIGHUP, reload)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private static PosixSignalRegistration Take(PosixSignal signal, Action action) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        action();
    });
}

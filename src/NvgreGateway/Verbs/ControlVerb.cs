using System.Runtime.InteropServices;
using NvgreGateway.Control;
using NvgreGateway.Supervision;

namespace NvgreGateway.Verbs;

internal static class ControlVerb
{
    internal static int Run(ControlVerbOptions options)
    {
        Posix.LeaveTerminal();
        using var stop = new CancellationTokenSource();
        var host = new ControlHost();
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }

        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            host.RequestReload();
        });
        return host.RunAsync(options.Name, options.Config, stop.Token).GetAwaiter().GetResult();
    }
}

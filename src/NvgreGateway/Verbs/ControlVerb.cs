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
        using var signals = new TakenSignals(stop.Cancel, host.RequestReload);
        return host.RunAsync(options.Name, options.Config, stop.Token).GetAwaiter().GetResult();
    }
}

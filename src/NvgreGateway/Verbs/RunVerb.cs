using NvgreGateway.Control.Configuration;
using NvgreGateway.Supervision;

namespace NvgreGateway.Verbs;

internal static class RunVerb
{
    internal static int Run(RunOptions options)
    {
        GatewayConfiguration? configuration = ConfigurationFile.Read(options.Config);
        return configuration is null ? ExitCode.Usage : Supervisor.Run(options.Config, configuration);
    }
}

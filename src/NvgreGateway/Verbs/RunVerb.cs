using NvgreGateway.Control.Configuration;
using NvgreGateway.Supervision;

namespace NvgreGateway.Verbs;

internal static class RunVerb
{
    internal static int Run(RunOptions options)
    {
        GatewayConfiguration? configuration = ConfigurationFile.Read(options.Config);
        if (configuration is null)
        {
            return ExitCode.Usage;
        }

        ConfigurationFile.Advise(configuration);
        return Supervisor.Run(options.Config, configuration);
    }
}

using NvgreGateway.Control.Configuration;
using NvgreGateway.Supervision;

namespace NvgreGateway.Verbs;

/// <summary>Reads a configuration for a verb and tells people what is wrong with it.</summary>
internal static class ConfigurationFile
{
    /// <summary>Reads it; errors and warnings go to standard error.</summary>
    /// <returns>The configuration, or null when it has errors.</returns>
    internal static GatewayConfiguration? Read(string path)
    {
        ConfigurationResult result = ConfigurationLoader.Load(path);
        foreach (ConfigurationError error in result.Errors)
        {
            Console.Error.WriteLine($"{path}: error: {error}");
        }

        foreach (ConfigurationWarning warning in result.Warnings)
        {
            Console.Error.WriteLine($"{path}: warning: {warning}");
        }

        return result.Configuration;
    }

    /// <summary>Says on standard error what of this machine does not suit it.</summary>
    internal static void Advise(GatewayConfiguration configuration)
    {
        foreach (string advice in MachineAdvice.Of(configuration))
        {
            Console.Error.WriteLine($"advice: {advice}");
        }
    }
}

using System.Text.Json;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Supervision;

namespace NvgreGateway.Verbs;

internal static class ValidateVerb
{
    internal static int Run(ValidateOptions options)
    {
        if (options.Schema)
        {
            Console.Out.Write(ConfigurationSchema.ToJson());
            return ExitCode.Done;
        }

        if (options.Settings)
        {
            Console.Out.Write(SettingsTable.ToMarkdown());
            return ExitCode.Done;
        }

        if (options.Config is null)
        {
            Console.Error.WriteLine("validate: give a file with --config FILE, or --schema, or --settings");
            return ExitCode.Usage;
        }

        if (options.Json)
        {
            ConfigurationResult result = ConfigurationLoader.Load(options.Config);
            using var writer = new Utf8JsonWriter(Console.OpenStandardOutput(), new JsonWriterOptions { Indented = true });
            writer.WriteStartObject();
            writer.WriteBoolean("valid", result.Configuration is not null);
            writer.WriteStartArray("errors");
            foreach (ConfigurationError error in result.Errors)
            {
                writer.WriteStringValue(error.ToString());
            }

            writer.WriteEndArray();
            writer.WriteStartArray("warnings");
            foreach (ConfigurationWarning warning in result.Warnings)
            {
                writer.WriteStringValue(warning.ToString());
            }

            writer.WriteEndArray();
            writer.WriteStartArray("advice");
            foreach (string advice in result.Configuration is null ? [] : MachineAdvice.Of(result.Configuration))
            {
                writer.WriteStringValue(advice);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.Flush();
            Console.Out.WriteLine();
            return result.Configuration is null ? ExitCode.Usage : ExitCode.Done;
        }

        GatewayConfiguration? configuration = ConfigurationFile.Read(options.Config);
        if (configuration is null)
        {
            return ExitCode.Usage;
        }

        ConfigurationFile.Advise(configuration);
        Console.Out.WriteLine(
            $"{options.Config}: valid: gateway '{configuration.Name}', {Tables.Count(configuration.Ports.Count, "port")}, {Tables.Count(configuration.Segments.Count, "segment")}, {Tables.Count(configuration.Segments.Sum(s => s.Peers.Count), "peer")}");
        return ExitCode.Done;
    }
}

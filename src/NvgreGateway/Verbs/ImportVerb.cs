using System.Text.Json;
using System.Text.Json.Nodes;
using NvgreGateway.Control.Offload;

namespace NvgreGateway.Verbs;

internal static class ImportVerb
{
    internal static int Run(ImportOptions options)
    {
        IReadOnlyList<ImportedPort> ports = NicPropertyImport.Translate(NicPropertyReader.Read(File.ReadAllText(options.File)));
        if (ports.Count == 0)
        {
            Console.Error.WriteLine($"{options.File}: no RegistryKeyword in it: it is to be what Get-NetAdapterAdvancedProperty printed, as a table, list, CSV or JSON");
            return ExitCode.Usage;
        }

        JsonArray fragments = [];
        foreach (ImportedPort port in ports)
        {
            string prefix = port.Adapter.Length == 0 ? "" : port.Adapter + ": ";
            foreach (string notice in port.Notices)
            {
                Console.Error.WriteLine(prefix + notice);
            }

            JsonObject fragment = [];
            if (port.Adapter.Length > 0)
            {
                // As a port may be called.
                fragment["name"] = string.Concat(port.Adapter.Take(32).Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-')).TrimStart('-', '.', '_');
            }

            foreach ((string key, JsonNode? value) in port.Settings)
            {
                fragment[key] = value?.DeepClone();
            }

            fragments.Add(fragment);
            foreach ((string key, string value) in options.Keys ? port.Keys : [])
            {
                Console.Out.WriteLine($"{prefix}{key} = {value}");
            }
        }

        if (!options.Keys)
        {
            Console.Out.WriteLine(new JsonObject { ["ports"] = fragments }.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        }

        return ExitCode.Done;
    }
}

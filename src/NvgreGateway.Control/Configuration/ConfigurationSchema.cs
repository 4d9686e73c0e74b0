using System.Text.Json.Nodes;

namespace NvgreGateway.Control.Configuration;

/// <summary>
/// The JSON Schema (draft 2020-12) of the file, made of the same definitions that read it. It holds what a schema can
/// say: keys, types, ranges, forms. What ties several values together only the gateway itself checks.
/// </summary>
public static class ConfigurationSchema
{
    /// <summary>Writes the schema.</summary>
    /// <returns>JSON text, ending in a line feed.</returns>
    public static string ToJson()
    {
        JsonObject schema = new()
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "NvgreGateway configuration",
        };
        JsonObject body = Definitions.Gateway.Schema();
        foreach ((string key, JsonNode? member) in body)
        {
            schema[key] = member!.DeepClone();
        }

        return schema.ToJsonString(JsonOutput.Indented) + "\n";
    }
}

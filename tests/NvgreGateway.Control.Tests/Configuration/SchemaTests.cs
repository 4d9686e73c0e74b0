using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Configuration;

public sealed class SchemaTests
{
    private const string Folder = "src/NvgreGateway.Control/Configuration";

    private static readonly JsonObject Schema = Samples.Node(ConfigurationSchema.ToJson());

    [Fact]
    public void The_shipped_schema_is_the_generated_one() =>
        Assert.Equal(ConfigurationSchema.ToJson(), File.ReadAllText(Path.Combine(Samples.Root(), Folder, "nvgre-gateway.schema.json")));

    [Fact]
    public void The_shipped_settings_table_is_the_generated_one() =>
        Assert.Equal(SettingsTable.ToMarkdown(), File.ReadAllText(Path.Combine(Samples.Root(), Folder, "SETTINGS.md")));

    [Fact]
    public void The_schema_says_what_the_settings_are()
    {
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", (string?)Schema["$schema"]);
        Assert.Equal("object", (string?)Schema["type"]);
        Assert.False((bool)Schema["additionalProperties"]!);
        Assert.Equal(["name"], Schema["required"]!.AsArray().Select(static n => (string?)n));

        JsonNode port = Schema["properties"]!["ports"]!["items"]!;
        Assert.Equal(["name", "role", "device"], port["required"]!.AsArray().Select(static n => (string?)n));
        Assert.Equal(["access", "underlay"], port["properties"]!["role"]!["enum"]!.AsArray().Select(static n => (string?)n));
        JsonNode mtu = port["properties"]!["mtu"]!;
        Assert.Equal(("integer", 68, 9216, 1500), ((string?)mtu["type"], (int)mtu["minimum"]!, (int)mtu["maximum"]!, (int)mtu["default"]!));
        Assert.Equal("Largest IP packet on the port. (A-073, E-076)", (string?)mtu["description"]);
        Assert.Null(port["properties"]!["queues"]!["default"]);

        JsonNode segment = Schema["properties"]!["segments"]!["items"]!;
        Assert.Equal(["name", "vsid", "attachments"], segment["required"]!.AsArray().Select(static n => (string?)n));
        Assert.Equal((4096, 16777214), ((int)segment["properties"]!["vsid"]!["minimum"]!, (int)segment["properties"]!["vsid"]!["maximum"]!));
        Assert.Equal((64, 64), ((int)segment["properties"]!["dscpToPcp"]!["minItems"]!, (int)segment["properties"]!["dscpToPcp"]!["maxItems"]!));
        Assert.False((bool)segment["properties"]!["relay"]!["default"]!);
        Assert.Equal(["first", "flow"], segment["properties"]!["spread"]!["enum"]!.AsArray().Select(static n => (string?)n));
        Assert.False((bool)segment["properties"]!["dropBadInnerChecksum"]!["default"]!);
        Assert.False((bool)segment["properties"]!["snooping"]!["default"]!);
        Assert.Equal(2, segment["properties"]!["peers"]!["items"]!["anyOf"]!.AsArray().Count);
    }

    [Theory]
    [InlineData(Samples.Example)]
    [InlineData(Samples.Full)]
    [InlineData("""{ "name": "x" }""")]
    public void The_schema_accepts_what_the_loader_accepts(string json)
    {
        Assert.True(Accepts(Schema, Samples.Node(json)));
        Assert.True(Accepts(Schema, Samples.Node(Samples.Accept(json).ToJson())));
    }

    [Fact]
    public void The_schema_refuses_the_single_values_that_the_loader_refuses()
    {
        // What an address or a prefix means is beyond a pattern; the loader alone tells these.
        string[] meaning = ["addresses", "peers[0]", ".prefix", ".ca", ".mac", "metrics.listen"];
        int refused = 0;
        foreach (object[] row in ErrorTests.SingleValues)
        {
            string place = (string)row[0];
            if (!meaning.Any(m => place.Contains(m, StringComparison.Ordinal)))
            {
                Assert.False(Accepts(Schema, JsonNode.Parse(Samples.Edit(Samples.Full, place, (string?)row[1]))), $"{place} = {row[1]}");
                refused++;
            }
        }

        Assert.InRange(refused, 50, 1000);
    }

    [Theory]
    [InlineData("segments[0].colour", "1")]
    [InlineData("segments[0].relay", "\"on\"")]
    [InlineData("segments[0].snooping", "\"on\"")]
    [InlineData("ports[0].mode", "\"dot1q\"")]
    [InlineData("ports[0].addresses", "[]")]
    [InlineData("ports[2].trust", "\"dscp\"")]
    [InlineData("segments[0].records[1].pa", "\"192.0.2.2\"")]
    [InlineData("segments[0].records[0].pa", null)]
    [InlineData("segments[1].peers[0]", "{}")]
    public void The_schema_knows_unknown_keys_roles_and_forms(string place, string? value) =>
        Assert.False(Accepts(Schema, JsonNode.Parse(Samples.Edit(Samples.Full, place, value))));

    [Fact]
    public void The_settings_table_has_a_row_for_every_key_of_the_schema()
    {
        string table = SettingsTable.ToMarkdown();
        string[] keys = [.. Keys(Schema, string.Empty)];

        Assert.InRange(keys.Length, 80, 200);
        Assert.All(keys, key => Assert.Contains($"| `{key}` |", table, StringComparison.Ordinal));
        Assert.Contains("| `segments[].vsid` | required | 4096 to 16777214 | VSID, in no other segment. (A-021, A-027) |", table, StringComparison.Ordinal);
        Assert.Contains("| `ports[].mtu` | `1500` | 68 to 9216 bytes | Largest IP packet on the port. (A-073, E-076) |", table, StringComparison.Ordinal);
        Assert.Contains("| `segments[].dropBadInnerChecksum` | `false` |", table, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("A-122")]
    public void The_documentation_tells_that_addresses_alone_are_one_path_and_what_to_do()
    {
        string line = Assert.Single(SettingsTable.ToMarkdown().Split('\n'), static l => l.StartsWith("| `segments[].spread` |", StringComparison.Ordinal));
        Assert.Contains("Switches that hash outer addresses alone put one pair of PAs on one path", line, StringComparison.Ordinal);
        Assert.Contains("`flow` are the remedy", line, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Keys(JsonNode schema, string prefix)
    {
        foreach ((string key, JsonNode? value) in schema["properties"]?.AsObject() ?? [])
        {
            if (value is not JsonObject child || key == "$schema")
            {
                continue;
            }

            string path = prefix + key;
            yield return path;
            JsonNode inner = child["items"] ?? child;
            foreach (string deeper in Keys(inner["anyOf"]?[1] ?? inner, child["items"] is null ? path + "." : path + "[]."))
            {
                yield return deeper;
            }
        }
    }

    /// <summary>The few keywords of JSON Schema that ours uses; an unknown one fails the test rather than passing unseen.</summary>
    private static bool Accepts(JsonNode schema, JsonNode? value)
    {
        if (schema.GetValueKind() is System.Text.Json.JsonValueKind.False)
        {
            return false;
        }

        return schema.AsObject().All(member => member.Key switch
        {
            "$schema" or "title" or "description" or "default" or "format" or "then" => true,
            "type" => HasType((string)member.Value!, value),
            "const" => JsonNode.DeepEquals(member.Value, value),
            "enum" => member.Value!.AsArray().Any(one => JsonNode.DeepEquals(one, value)),
            "minimum" => !HasType("integer", value) || (double)value! >= (double)member.Value!,
            "maximum" => !HasType("integer", value) || (double)value! <= (double)member.Value!,
            "pattern" => !HasType("string", value) || Regex.IsMatch((string)value!, EcmaScript((string)member.Value!)),
            "minItems" => value is not JsonArray list || list.Count >= (int)member.Value!,
            "maxItems" => value is not JsonArray list || list.Count <= (int)member.Value!,
            "items" => value is not JsonArray list || list.All(one => Accepts(member.Value!, one)),
            "required" => value is not JsonObject owner || member.Value!.AsArray().All(key => owner.ContainsKey((string)key!)),
            "properties" => value is not JsonObject owner || member.Value!.AsObject().All(p => !owner.ContainsKey(p.Key) || Accepts(p.Value!, owner[p.Key])),
            "additionalProperties" => value is not JsonObject owner || owner.All(p => schema["properties"]!.AsObject().ContainsKey(p.Key)),
            "anyOf" => member.Value!.AsArray().Any(one => Accepts(one!, value)),
            "oneOf" => member.Value!.AsArray().Count(one => Accepts(one!, value)) == 1,
            "allOf" => member.Value!.AsArray().All(one => Accepts(one!, value)),
            "if" => !Accepts(member.Value!, value) || Accepts(schema["then"]!, value),
            _ => throw new InvalidOperationException($"The schema uses the keyword {member.Key}, which this check does not know."),
        });
    }

    /// <summary>Here "$" also matches before a last line feed; in JSON Schema it matches the end alone.</summary>
    private static string EcmaScript(string pattern) => pattern.EndsWith('$') ? pattern[..^1] + "\\z" : pattern;

    private static bool HasType(string type, JsonNode? value) => value?.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.Object => type == "object",
        System.Text.Json.JsonValueKind.Array => type == "array",
        System.Text.Json.JsonValueKind.String => type == "string",
        System.Text.Json.JsonValueKind.Number => type == "integer" && double.IsInteger((double)value!),
        System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => type == "boolean",
        _ => false,
    };
}

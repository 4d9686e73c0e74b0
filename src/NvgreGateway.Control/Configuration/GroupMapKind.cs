using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NvgreGateway.Control.Configuration;

/// <summary>An object whose keys are tenant groups and whose values are the PA groups of each.</summary>
internal sealed class GroupMapKind(int most) : ValueKind<ValueList<GroupMapping>>
{
    private readonly GroupAddressKind key = new("a tenant group", "\"224.1.1.1\" or \"ff05::101\"");
    private readonly PaGroupsKind value = new();

    public override string Allowed => string.Create(CultureInfo.InvariantCulture, $"an object of up to {most} tenant groups (multicast addresses such as \"224.1.1.1\"), each with {value.Allowed}");

    public override ValueList<GroupMapping> Read(JsonElement element, JsonPath path, ReadContext context)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            context.Fail(path, ReadContext.Show(element), "is not an object", Allowed);
            return [];
        }

        List<GroupMapping> mappings = [];
        HashSet<IPAddress> seen = [];
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string name = JsonText.Name(property);
            JsonPath place = path[name];
            if (!key.TryParse(name, out IPAddress group, out string? problem) || !seen.Add(group))
            {
                context.Fail(place, ReadContext.Show($"\"{name}\""), problem ?? "stands here a second time", problem is null ? "each tenant group once" : key.Allowed);
                continue;
            }

            if (mappings.Count == most)
            {
                context.Fail(path, string.Create(CultureInfo.InvariantCulture, $"more than {most} groups"), "are too many", Allowed);
                break;
            }

            mappings.Add(new GroupMapping(group, value.Read(property.Value, place, context)));
        }

        return [.. mappings];
    }

    public override ValueList<GroupMapping> Placeholder(ReadContext context) => [];

    public override void Write(Utf8JsonWriter writer, ValueList<GroupMapping> value)
    {
        writer.WriteStartObject();
        foreach (GroupMapping mapping in value)
        {
            writer.WritePropertyName(key.Format(mapping.Group));
            this.value.Write(writer, mapping.PaGroups);
        }

        writer.WriteEndObject();
    }

    public override JsonObject Schema() => new() { ["type"] = "object", ["additionalProperties"] = value.Schema(), ["maxProperties"] = most };

    public override bool IsNone(ValueList<GroupMapping> value) => value.Count == 0;
}

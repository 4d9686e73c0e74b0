using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NvgreGateway.Control.Configuration;

/// <summary>One PA group as a string, or an array of one of each family; absent: none.</summary>
internal sealed class PaGroupsKind : ValueKind<ValueList<IPAddress>>
{
    private const int Families = 2;
    private readonly GroupAddressKind one = new("a PA group", "\"239.1.19.137\" or \"ff08::1:1389\"");

    public override string Allowed => $"{one.Allowed}, or an array with one of each family";

    public override ValueList<IPAddress> Read(JsonElement element, JsonPath path, ReadContext context)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            context.NoteShorthand(path);
            return [one.Read(element, path, context)];
        }

        int count = element.ValueKind == JsonValueKind.Array ? element.GetArrayLength() : 0;
        if (count is 0 or > Families)
        {
            string problem = element.ValueKind == JsonValueKind.Array ? string.Create(CultureInfo.InvariantCulture, $"has {count} elements") : "is neither a string nor an array";
            context.Fail(path, ReadContext.Show(element), problem, Allowed);
            return [];
        }

        List<IPAddress> groups = [];
        foreach (JsonElement item in element.EnumerateArray())
        {
            JsonPath place = path[groups.Count];
            IPAddress group = one.Read(item, place, context);
            if (context.Known(place) && groups.Count > 0 && context.Known(path[0]) && groups[0].AddressFamily == group.AddressFamily)
            {
                context.Fail(place, ReadContext.Show(item), "is of the family of the other one", "one IPv4 group and one IPv6 group");
            }

            groups.Add(group);
        }

        return [.. groups];
    }

    public override ValueList<IPAddress> Placeholder(ReadContext context) => [];

    public override void Write(Utf8JsonWriter writer, ValueList<IPAddress> value)
    {
        if (value.Count == 1)
        {
            one.Write(writer, value[0]);
            return;
        }

        writer.WriteStartArray();
        foreach (IPAddress group in value)
        {
            one.Write(writer, group);
        }

        writer.WriteEndArray();
    }

    public override JsonObject Schema() => new()
    {
        ["anyOf"] = new JsonArray(one.Schema(), new JsonObject { ["type"] = "array", ["items"] = one.Schema(), ["minItems"] = 1, ["maxItems"] = Families }),
    };

    public override bool IsNone(ValueList<IPAddress> value) => value.Count == 0;
}

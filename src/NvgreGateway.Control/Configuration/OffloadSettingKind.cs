using System.Text.Json;
using System.Text.Json.Nodes;

namespace NvgreGateway.Control.Configuration;

/// <summary><c>auto</c>, <c>off</c>, or an object of single names, what is not named being on.</summary>
internal sealed class OffloadSettingKind : ValueKind<OffloadConfiguration>
{
    private const string Auto = "auto", Off = "off";

    public override string Allowed =>
        $"\"{Auto}\", \"{Off}\", or an object of {string.Join(", ", OffloadConfiguration.Words.Select(static w => w.Word))}, each \"on\" or \"off\", csum.* also \"tx\" or \"rx\"";

    public override OffloadConfiguration Read(JsonElement element, JsonPath path, ReadContext context)
    {
        if (element.ValueKind == JsonValueKind.String && JsonText.TryGetString(element, out string text) && text is Auto or Off)
        {
            return text == Auto ? OffloadConfiguration.Auto : OffloadConfiguration.Off;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            context.Fail(path, ReadContext.Show(element), "is neither of the words nor an object", Allowed);
            return OffloadConfiguration.Auto;
        }

        OffloadConfiguration set = OffloadConfiguration.Auto;
        var seen = new HashSet<string>();
        foreach (JsonProperty property in element.EnumerateObject())
        {
            OffloadNames name = OffloadConfiguration.Words.FirstOrDefault(w => w.Word == property.Name).Name;
            IReadOnlyList<string> states = OffloadConfiguration.StatesOf(name);
            if (name == OffloadNames.None || !seen.Add(property.Name))
            {
                IEnumerable<string> words = OffloadConfiguration.Words.Select(static w => w.Word);
                string problem = name == OffloadNames.None ? "is not an offload" + Similar.Suggest(property.Name, words) : "stands there twice";
                context.Fail(path[property.Name], ReadContext.Show(property.Value), problem, string.Join(", ", words));
            }
            else if (property.Value.ValueKind != JsonValueKind.String || !JsonText.TryGetString(property.Value, out string state) || !states.Contains(state))
            {
                context.Fail(path[property.Name], ReadContext.Show(property.Value), "is not a state of this offload", string.Join(" or ", states.Select(static s => $"\"{s}\"")));
            }
            else
            {
                set = set.With(name, state);
            }
        }

        return set;
    }

    public override OffloadConfiguration Placeholder(ReadContext context) => OffloadConfiguration.Auto;

    public override void Write(Utf8JsonWriter writer, OffloadConfiguration value)
    {
        if (value == OffloadConfiguration.Auto || value == OffloadConfiguration.Off)
        {
            writer.WriteStringValue(value == OffloadConfiguration.Auto ? Auto : Off);
            return;
        }

        writer.WriteStartObject();
        foreach ((string word, OffloadNames name, _) in OffloadConfiguration.Words)
        {
            if (value.StateOf(name) is not "on" and var state)
            {
                writer.WriteString(word, state);
            }
        }

        writer.WriteEndObject();
    }

    public override void Describe(string path, SettingsTable table)
    {
        foreach ((string word, OffloadNames name, string meaning) in OffloadConfiguration.Words)
        {
            table.Add($"{path}.{word}", "\"on\"", string.Join(" or ", OffloadConfiguration.StatesOf(name).Select(static s => $"\"{s}\"")), null, meaning, "C-077");
        }
    }

    public override JsonObject Schema()
    {
        JsonObject names = [];
        foreach ((string word, OffloadNames name, _) in OffloadConfiguration.Words)
        {
            names[word] = new JsonObject { ["enum"] = new JsonArray([.. OffloadConfiguration.StatesOf(name).Select(static s => (JsonNode)s)]) };
        }

        return new()
        {
            ["anyOf"] = new JsonArray(
                new JsonObject { ["enum"] = new JsonArray(Auto, Off) },
                new JsonObject { ["type"] = "object", ["properties"] = names, ["additionalProperties"] = false }),
        };
    }
}

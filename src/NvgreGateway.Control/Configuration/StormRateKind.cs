using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NvgreGateway.Control.Configuration;

/// <summary>Packets a second as a number, or kbit/s as text such as <c>10kbps</c> (F-045).</summary>
internal sealed class StormRateKind : ValueKind<StormRate>
{
    /// <summary>What stands behind a rate in kbit/s.</summary>
    public const string Unit = "kbps";

    private const int Most = 1_000_000_000;

    public override string Allowed => $"packets a second, or kbit/s as \"10{Unit}\"; 1 to {Most}";

    public override StormRate Read(JsonElement element, JsonPath path, ReadContext context)
    {
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long number) && number is >= 1 and <= Most)
        {
            return new StormRate((int)number, false);
        }

        if (element.ValueKind == JsonValueKind.String
            && JsonText.TryGetString(element, out string text)
            && text.EndsWith(Unit, StringComparison.Ordinal)
            && text[0] is >= '1' and <= '9'
            && int.TryParse(text.AsSpan(0, text.Length - Unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int kilobits)
            && kilobits <= Most)
        {
            return new StormRate(kilobits, true);
        }

        context.Fail(path, ReadContext.Show(element), "is not a rate", Allowed);
        return Placeholder(context);
    }

    public override StormRate Placeholder(ReadContext context) => new(1, false);

    public override void Write(Utf8JsonWriter writer, StormRate value)
    {
        if (value.IsKilobits)
        {
            writer.WriteStringValue(value.ToString());
        }
        else
        {
            writer.WriteNumberValue(value.Value);
        }
    }

    public override JsonObject Schema() => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = Most },
            new JsonObject { ["type"] = "string", ["pattern"] = $"^[1-9][0-9]{{0,9}}{Unit}$" }),
    };
}

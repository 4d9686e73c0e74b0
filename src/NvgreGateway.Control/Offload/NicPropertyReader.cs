using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NvgreGateway.Control.Offload;

/// <summary>
/// Reads what <c>Get-NetAdapterAdvancedProperty</c> printed: as a table, by <c>Format-List</c>, <c>ConvertTo-Json</c> or
/// <c>Export-Csv</c>. What it does not understand it leaves out.
/// </summary>
public static partial class NicPropertyReader
{
    private const string Adapter = "Name", Keyword = "RegistryKeyword", Value = "RegistryValue", Shown = "DisplayValue";

    /// <summary>Reads a dump.</summary>
    /// <param name="text">The whole of it.</param>
    /// <returns>The properties in their order; none if it is no such dump.</returns>
    public static IReadOnlyList<NicProperty> Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        return trimmed.StartsWith('[') || trimmed.StartsWith('{') ? FromJson(trimmed)
            : FromCsv(trimmed) is { Count: > 0 } rows ? rows
            : FromList(trimmed) is { Count: > 0 } list ? list
            : FromTable(trimmed);
    }

    [GeneratedRegex(@"^(?<name>\S(?:\S| (?! ))*)? .*?(?<keyword>\*?[A-Za-z0-9_]+(?:\.\.\.|\u2026)?)\s+\{(?<value>[^}]*)\}\s*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex TableRow { get; }

    private static List<NicProperty> FromJson(string text)
    {
        var found = new List<NicProperty>();
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            IEnumerable<JsonElement> entries = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement.EnumerateArray() : [document.RootElement];
            foreach (JsonElement entry in entries.Where(static e => e.ValueKind == JsonValueKind.Object))
            {
                Add(found, Text(entry, Adapter), Text(entry, Keyword), Text(entry, Value), Text(entry, Shown));
            }
        }
        catch (JsonException)
        {
            found.Clear();
        }

        return found;
    }

    private static string Text(JsonElement entry, string name)
    {
        if (!entry.TryGetProperty(name, out JsonElement value))
        {
            return "";
        }

        JsonElement first = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 ? value[0] : value;
        return first.ValueKind == JsonValueKind.String ? first.GetString()! : first.ValueKind == JsonValueKind.Number ? first.GetRawText() : "";
    }

    private static List<NicProperty> FromCsv(string text)
    {
        var found = new List<NicProperty>();
        List<string>? header = null;
        foreach (string line in text.Split('\n').Select(static l => l.TrimEnd('\r')).Where(static l => l.Length > 0 && l[0] != '#'))
        {
            List<string> cells = Cells(line);
            if (header is null)
            {
                if (!cells.Contains(Keyword) || cells.Count < 2)
                {
                    return found;
                }

                header = cells;
                continue;
            }

            Add(found, Cell(Adapter), Cell(Keyword), Cell(Value), Cell(Shown));

            string Cell(string name) => header.IndexOf(name) is >= 0 and var i && i < cells.Count ? cells[i] : "";
        }

        return found;
    }

    private static List<string> Cells(string line)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                cell.Append('"');
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c is ',' or ';' or '\t' && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(c);
            }
        }

        cells.Add(cell.ToString());
        return cells;
    }

    private static List<NicProperty> FromList(string text)
    {
        var found = new List<NicProperty>();
        var entry = new Dictionary<string, string>();
        foreach (string line in text.Split('\n').Append(Adapter + " :"))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                continue;
            }

            string key = line[..colon].Trim();
            if (entry.ContainsKey(key) || (key == Adapter && entry.Count > 0))
            {
                Add(found, Of(Adapter), Of(Keyword), Of(Value), Of(Shown));
                entry.Clear();
            }

            entry[key] = line[(colon + 1)..].Trim();

            string Of(string name) => entry.GetValueOrDefault(name, "");
        }

        return found;
    }

    private static List<NicProperty> FromTable(string text)
    {
        var found = new List<NicProperty>();
        foreach (string line in text.Split('\n'))
        {
            if (TableRow.Match(line.TrimEnd()) is { Success: true } row)
            {
                Add(found, row.Groups["name"].Value, row.Groups["keyword"].Value, row.Groups["value"].Value, "");
            }
        }

        return found;
    }

    // Export-Csv writes the type of an array in place of its value; what was shown tells it then.
    private static void Add(List<NicProperty> found, string adapter, string keyword, string value, string shown)
    {
        value = value.Trim('{', '}', ' ');
        if (value.Length == 0 || value.StartsWith("System.", StringComparison.Ordinal))
        {
            value = shown switch
            {
                "Disabled" => "0",
                "Enabled" or "Tx Enabled" => "1",
                "Rx Enabled" => "2",
                "Rx & Tx Enabled" or "Tx & Rx Enabled" or "Tx and Rx Enabled" or "Rx and Tx Enabled" => "3",
                _ => shown,
            };
        }

        if (keyword.Length > 0)
        {
            found.Add(new NicProperty(adapter, keyword, value));
        }
    }
}

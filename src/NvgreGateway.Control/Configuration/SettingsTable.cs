using System.Text;

namespace NvgreGateway.Control.Configuration;

/// <summary>The settings as a Markdown document, made of the same definitions that read them.</summary>
public sealed class SettingsTable
{
    private readonly StringBuilder supported = new();
    private readonly StringBuilder later = new();

    private SettingsTable()
    {
    }

    /// <summary>Writes the document.</summary>
    /// <returns>Markdown, ending in a line feed.</returns>
    public static string ToMarkdown()
    {
        SettingsTable table = new();
        Definitions.Gateway.Describe(string.Empty, table);
        return $"""
            # Settings

            Made from the definitions that the gateway reads its file with; a test keeps it so.

            | key | default | allowed | meaning |
            |---|---|---|---|
            {table.supported}
            ## Refused in this version

            These keys belong to features that this version does not have.

            | key | accepted | rows |
            |---|---|---|
            {table.later.ToString().TrimEnd('\n')}

            """.ReplaceLineEndings("\n");
    }

    internal void Add(string path, string otherwise, string allowed, string? when, string meaning, string rows)
    {
        string condition = when is null ? string.Empty : $"*{when}.* ";
        string reason = rows.Length == 0 ? string.Empty : $" ({rows})";
        string shown = otherwise is "required" or "none" or "as below" || otherwise.Contains(' ', StringComparison.Ordinal) ? otherwise : $"`{otherwise}`";
        supported.Append($"| `{path}` | {Cell(shown)} | {Cell(allowed)} | {condition}{Cell(meaning)}{reason} |\n");
    }

    internal void AddUnsupported(string path, UnsupportedKey key) =>
        later.Append($"| `{path}` | {(key.Accepted is null ? "nothing" : $"`{key.Accepted}`")} | {key.Rows} |\n");

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}

using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace NvgreGateway.Verbs;

/// <summary>Tables for people: plain columns that can be read, searched and piped.</summary>
internal static class Tables
{
    /// <summary>Makes a table.</summary>
    /// <param name="columns">Headings; one that begins with # is a column of numbers.</param>
    /// <returns>The table.</returns>
    internal static Table Make(params string[] columns)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (string column in columns)
        {
            bool number = column.StartsWith('#');
            var c = new TableColumn(new Text(number ? column[1..] : column, new Style(decoration: Decoration.Bold))) { NoWrap = true };
            c.Padding = new Padding(0, 0, 2, 0);
            table.AddColumn(number ? c.RightAligned() : c);
        }

        return table;
    }

    internal static IRenderable Text(string? text) => new Text(string.IsNullOrEmpty(text) ? "-" : text);

    internal static IRenderable Number(ulong value) => new Text(value.ToString("N0", CultureInfo.InvariantCulture));

    internal static IRenderable Number(long value) => new Text(value.ToString("N0", CultureInfo.InvariantCulture));

    /// <summary>A number that is a name: no separators.</summary>
    internal static string Plain(int value) => value.ToString(CultureInfo.InvariantCulture);

    internal static void Print(Table table)
    {
        // A pipe has no width of its own: rows must not be broken there.
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 400;
            AnsiConsole.Profile.Capabilities.Ansi = false;
        }

        AnsiConsole.Write(table);
    }
}

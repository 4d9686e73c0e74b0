using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace NvgreGateway.Verbs;

/// <summary>Tables for people: plain columns that can be read, searched and piped.</summary>
internal static class Tables
{
    // Wider than any row: a line of a thousand peers.
    private const int Unbroken = 1 << 16;

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

    /// <summary>
    /// Prints a table whose rows are never broken: where the terminal is narrower than they are, each row becomes a block of lines.
    /// A pipe has no width.
    /// </summary>
    /// <param name="table">The table.</param>
    internal static void Print(Table table)
    {
        int width = AnsiConsole.Profile.Width;
        if (Console.IsOutputRedirected)
        {
            width = Unbroken;
            AnsiConsole.Profile.Capabilities.Ansi = false;
        }

        AnsiConsole.Profile.Width = Unbroken;
        if (((IRenderable)table).Measure(RenderOptions.Create(AnsiConsole.Console), Unbroken).Max <= width)
        {
            AnsiConsole.Write(table);
        }
        else
        {
            PrintBlocks(table);
        }

        AnsiConsole.Profile.Width = width;
    }

    private static void PrintBlocks(Table table)
    {
        string[] headings = [.. table.Columns.Select(static c => Content(c.Header))];
        int longest = headings.Max(static h => h.Length);
        bool first = true;
        foreach (TableRow row in table.Rows)
        {
            if (!first)
            {
                Console.Out.WriteLine();
            }

            first = false;
            int column = 0;
            foreach (IRenderable cell in row)
            {
                Console.Out.WriteLine($"{headings[column++].PadRight(longest)}  {Content(cell)}");
            }
        }
    }

    private static string Content(IRenderable cell) => string.Concat(cell.GetSegments(AnsiConsole.Console).Select(static s => s.Text)).Trim();
}

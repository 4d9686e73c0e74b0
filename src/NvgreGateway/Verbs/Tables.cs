using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace NvgreGateway.Verbs;

/// <summary>Tables for people: plain columns that can be read, searched and piped.</summary>
internal static class Tables
{
    // Wider than any row: a line of a thousand peers.
    private const int Unbroken = 1 << 16;

    // A column of sentences is folded down to this.
    private const int LeastFold = 20;

    /// <summary>Makes a table.</summary>
    /// <param name="columns">Headings; one that begins with # is a column of numbers, the last may begin with ~: a column of sentences, which may be folded.</param>
    /// <returns>The table.</returns>
    internal static Table Make(params string[] columns)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (string column in columns)
        {
            bool number = column.StartsWith('#'), folds = column.StartsWith('~');
            var c = new TableColumn(new Text(number || folds ? column[1..] : column, new Style(decoration: Decoration.Bold))) { NoWrap = !folds };
            c.Padding = new Padding(0, 0, 2, 0);
            table.AddColumn(number ? c.RightAligned() : c);
        }

        return table;
    }

    internal static IRenderable Text(string? text) => new Text(string.IsNullOrEmpty(text) ? "-" : text);

    internal static IRenderable Number(ulong value) => new Text(value.ToString("N0", CultureInfo.InvariantCulture));

    internal static IRenderable Number(long value) => new Text(value.ToString("N0", CultureInfo.InvariantCulture));

    /// <summary>How many of something that has a regular plural: "1 port", "2 ports".</summary>
    internal static string Count(int n, string what) => string.Create(CultureInfo.InvariantCulture, $"{n} {what}{(n == 1 ? "" : "s")}");

    /// <summary>A number that is a name: no separators.</summary>
    internal static string Plain(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether people look at the output: then it is made for the width of their terminal. A pipe has no width.</summary>
    internal static bool IsTerminal => !Console.IsOutputRedirected;

    /// <summary>
    /// Prints a table. Where the terminal is narrower than its rows, a column of sentences is folded; if that is not enough each row becomes a
    /// block of lines.
    /// </summary>
    /// <param name="table">The table. A cell that is blank is as the one above it, which is said where it would not be seen.</param>
    internal static void Print(Table table)
    {
        int width = IsTerminal ? AnsiConsole.Profile.Width : Unbroken;
        if (!IsTerminal)
        {
            AnsiConsole.Profile.Capabilities.Ansi = false;
            FillDown(table);
        }

        AnsiConsole.Profile.Width = Unbroken;
        int whole = ((IRenderable)table).Measure(RenderOptions.Create(AnsiConsole.Console), Unbroken).Max;
        if (whole > width && Fold(table, whole - width))
        {
            whole = width;
        }

        if (whole <= width)
        {
            AnsiConsole.Write(table);
        }
        else
        {
            FillDown(table);
            PrintBlocks(table, width);
        }

        AnsiConsole.Profile.Width = width;
    }

    /// <summary>Prints a sentence, on a terminal folded between words.</summary>
    /// <param name="text">The sentence.</param>
    /// <param name="indent">Columns before its first line.</param>
    /// <param name="hanging">Columns before the others.</param>
    internal static void Say(string text, int indent = 0, int hanging = 2) =>
        Console.Out.WriteLine(new string(' ', indent) + Folded(text, IsTerminal ? AnsiConsole.Profile.Width : Unbroken, indent, hanging));

    /// <summary>Says what is wrong, on the error output; on a terminal folded between words.</summary>
    /// <param name="text">What is wrong.</param>
    internal static void Complain(string text) => Console.Error.WriteLine(Folded(text, ErrorWidth, 0, 2));

    // Of a terminal that the errors go to.
    private static int ErrorWidth => Console.IsErrorRedirected || Console.IsOutputRedirected ? Unbroken : AnsiConsole.Profile.Width;

    // Makes the last column narrower, if it may be.
    private static bool Fold(Table table, int by)
    {
        TableColumn last = table.Columns[^1];
        int longest = table.Rows.Select(static r => Content(r.Last()).Length).Append(Content(last.Header).Length).Max();
        if (last.NoWrap || longest - by < LeastFold)
        {
            return false;
        }

        last.Width = longest - by;
        return true;
    }

    private static void FillDown(Table table)
    {
        for (int row = 1; row < table.Rows.Count; row++)
        {
            for (int column = 0; column < table.Columns.Count; column++)
            {
                if (Content(table.Rows.ElementAt(row).ElementAt(column)).Length == 0)
                {
                    table.UpdateCell(row, column, table.Rows.ElementAt(row - 1).ElementAt(column));
                }
            }
        }
    }

    private static void PrintBlocks(Table table, int width)
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
                Console.Out.WriteLine($"{headings[column++].PadRight(longest)}  {Folded(Content(cell), width, longest + 2, longest + 2)}");
            }
        }
    }

    // The text with line breaks between words; a word that is longer than a line stays whole.
    private static string Folded(string text, int width, int indent, int hanging)
    {
        var made = new System.Text.StringBuilder();
        int at = indent;
        foreach (string word in text.Split(' '))
        {
            if (made.Length > 0 && at + 1 + word.Length > width)
            {
                made.AppendLine().Append(' ', hanging);
                at = hanging;
            }
            else if (made.Length > 0)
            {
                made.Append(' ');
                at++;
            }

            made.Append(word);
            at += word.Length;
        }

        return made.ToString();
    }

    private static string Content(IRenderable cell) => string.Concat(cell.GetSegments(AnsiConsole.Console).Select(static s => s.Text)).Trim();
}

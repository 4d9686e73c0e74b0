using NvgreGateway.Control.Api;
using Spectre.Console;

namespace NvgreGateway.Verbs;

/// <summary>What <c>show offloads</c> and <c>show capabilities</c> print.</summary>
internal static class OffloadTables
{
    internal static void Active(IReadOnlyList<OffloadStatus> ports)
    {
        Table table = Tables.Make("port", "driver", "offload", "device reports", "asked", "in force", "why not more");
        foreach (OffloadStatus p in ports)
        {
            bool first = true;
            foreach (OffloadNameStatus o in p.Offloads)
            {
                table.AddRow(
                    Tables.Text(first ? p.Port : " "), Tables.Text(first ? p.Driver : " "), Tables.Text(o.Name), Tables.Text(Words(o.Device)), Tables.Text(o.Asked),
                    Tables.Text(Words(o.InForce)), Tables.Text(o.Reason));
                first = false;
            }
        }

        Tables.Print(table);
    }

    internal static void Capable(IReadOnlyList<CapabilityStatus> ports)
    {
        Table table = Tables.Make("port", "driver", "#max header", "function", "NVGRE capability", "device reports");
        foreach (CapabilityStatus p in ports)
        {
            bool first = true;
            foreach ((string function, IReadOnlyList<string> set) in p.Capable)
            {
                table.AddRow(
                    Tables.Text(first ? p.Port : " "), Tables.Text(first ? p.Driver : " "), Tables.Text(first ? Tables.Plain(p.MaxHeader) : " "), Tables.Text(function),
                    Tables.Text(set.Count == 0 ? "not supported" : string.Join(' ', set)), Tables.Text(first ? string.Join(' ', p.Reported) : " "));
                first = false;
            }
        }

        Tables.Print(table);
    }

    private static string? Words(IReadOnlyList<string> words) => words.Count == 0 ? null : string.Join(' ', words);
}

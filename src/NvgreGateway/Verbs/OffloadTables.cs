using NvgreGateway.Control.Api;
using NvgreGateway.Control.Statistics;
using Spectre.Console;

namespace NvgreGateway.Verbs;

/// <summary>What <c>show offloads</c> and <c>show capabilities</c> print.</summary>
internal static class OffloadTables
{
    internal static void Active(IReadOnlyList<OffloadStatus> ports)
    {
        Table table = Tables.Make("port", "driver", "offload", "device reports", "asked", "in force", "checked", "why not more");
        foreach (OffloadStatus p in ports)
        {
            bool first = true;
            foreach (OffloadNameStatus o in p.Offloads)
            {
                table.AddRow(
                    Tables.Text(first ? p.Port : " "), Tables.Text(first ? p.Driver : " "), Tables.Text(o.Name), Tables.Text(Words(o.Device)), Tables.Text(o.Asked),
                    Tables.Text(Words(o.InForce)), Tables.Text(o.Checked), Tables.Text(o.Reason));
                first = false;
            }
        }

        Tables.Print(table);
        Table settled = Tables.Make("port", "#checksums by the device", "#by software", "#segmentations by the device", "#by software", "#frames joined", "#to larger ones");
        foreach (OffloadStatus p in ports)
        {
            OffloadTraffic t = p.Requests;
            settled.AddRow(
                Tables.Text(p.Port), Tables.Number(t.SumsAsked), Tables.Number(t.SumsDone), Tables.Number(t.CutsAsked), Tables.Number(t.CutsDone),
                Tables.Number(t.Joined), Tables.Number(t.Joins));
        }

        Tables.Print(settled);
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
        Table rules = Tables.Make("port", "rule in hardware", "of frames", "taken", "why not");
        foreach (CapabilityStatus p in ports)
        {
            bool first = true;
            foreach (RuleCapability r in p.Rules)
            {
                rules.AddRow(Tables.Text(first ? p.Port : " "), Tables.Text(r.Rule), Tables.Text(r.Frames), Tables.Text(r.Taken), Tables.Text(r.Reason));
                first = false;
            }
        }

        Tables.Print(rules);
    }

    private static string? Words(IReadOnlyList<string> words) => words.Count == 0 ? null : string.Join(' ', words);
}

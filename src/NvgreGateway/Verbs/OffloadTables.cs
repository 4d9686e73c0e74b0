using System.Globalization;
using NvgreGateway.Control.Api;
using NvgreGateway.Control.Statistics;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace NvgreGateway.Verbs;

/// <summary>What <c>show offloads</c> and <c>show capabilities</c> print.</summary>
internal static class OffloadTables
{
    internal static void Active(IReadOnlyList<OffloadStatus> ports)
    {
        Table all = Tables.Make("port", "driver", "offload", "device reports", "asked", "in force", "checked", "~why not more");
        foreach (OffloadStatus p in ports)
        {
            Table one = Tables.Make("offload", "device reports", "asked", "in force", "~why not more");
            foreach (OffloadNameStatus o in p.Offloads)
            {
                IRenderable[] cells = [Tables.Text(o.Name), Tables.Text(Words(o.Device)), Tables.Text(o.Asked), Tables.Text(Words(o.InForce))];
                one.AddRow([.. cells, Tables.Text(o.Reason)]);
                all.AddRow([Tables.Text(p.Port), Tables.Text(p.Driver), .. cells, Tables.Text(o.Checked), Tables.Text(o.Reason)]);
            }

            if (Tables.IsTerminal)
            {
                string? how = p.Offloads.Select(static o => o.Checked).FirstOrDefault(static c => c is not null);
                Tables.Say(Heading(p.Port, p.Driver) + (how is null ? "" : $": checked {how}"));
                Tables.Print(one);
                OffloadTraffic t = p.Requests;
                Tables.Say(string.Create(
                    CultureInfo.InvariantCulture,
                    $"so far: checksums {t.SumsAsked:N0} by the device, {t.SumsDone:N0} by software; large frames cut {t.CutsAsked:N0} by the device, {t.CutsDone:N0} by software; {t.Joined:N0} frames joined to {t.Joins:N0}"));
                Console.Out.WriteLine();
            }
        }

        if (Tables.IsTerminal)
        {
            return;
        }

        Tables.Print(all);
        Table settled = Tables.Make("port", "#sums: device", "#software", "#cuts: device", "#software", "#frames joined", "#to larger ones");
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
        Table rules = Tables.Make("port", "rule in hardware", "of frames", "taken", "why not");
        Table all = Tables.Make("port", "driver", "#max header", "#max buffers", "#of large frames", "function", "NVGRE capability", "device reports");
        foreach (CapabilityStatus p in ports)
        {
            Table one = Tables.Make("function", "NVGRE capability");
            foreach ((string function, IReadOnlyList<string> set) in p.Capable)
            {
                IRenderable[] cells = [Tables.Text(function), Tables.Text(set.Count == 0 ? "not supported" : string.Join(' ', set))];
                one.AddRow(cells);
                all.AddRow([Tables.Text(p.Port), Tables.Text(p.Driver), Tables.Text(Tables.Plain(p.MaxHeader)), Tables.Text(Bound(p.MaxBuffers)), Tables.Text(Bound(p.MaxLargeBuffers)), .. cells, Tables.Text(Words(p.Reported))]);
            }

            Table ruled = Tables.Make("rule in hardware", "of frames", "taken", "~why not");
            foreach (RuleCapability r in p.Rules)
            {
                IRenderable[] cells = [Tables.Text(r.Rule), Tables.Text(r.Frames), Tables.Text(r.Taken), Tables.Text(r.Reason)];
                ruled.AddRow(cells);
                rules.AddRow([Tables.Text(p.Port), .. cells]);
            }

            if (Tables.IsTerminal)
            {
                Tables.Say($"{Heading(p.Port, p.Driver)}: headers up to {p.MaxHeader} bytes; up to {Bound(p.MaxBuffers)} buffers a frame, {Bound(p.MaxLargeBuffers)} a large one; the device reports {Words(p.Reported) ?? "nothing"}");
                Tables.Print(one);
                if (p.Rules.Count > 0)
                {
                    Tables.Print(ruled);
                }

                Console.Out.WriteLine();
            }
        }

        if (!Tables.IsTerminal)
        {
            Tables.Print(all);
            Tables.Print(rules);
        }
    }

    private static string Bound(int? most) => most is { } n ? Tables.Plain(n) : "any number of";

    private static string Heading(string port, string? driver) => $"{port} ({driver ?? "not open"})";

    private static string? Words(IReadOnlyList<string> words) => words.Count == 0 ? null : string.Join(' ', words);
}

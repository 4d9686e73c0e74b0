using System.Globalization;
using NvgreGateway.Control.Api;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace NvgreGateway.Verbs;

/// <summary>What <c>show queues</c> prints.</summary>
internal static class QueueTables
{
    internal static void Print(IReadOnlyList<QueueStatus> ports)
    {
        Table all = Make(port: true);
        foreach (QueueStatus p in ports)
        {
            Tables.Say($"{p.Port} ({p.Role}): {p.Mode}: {p.Reason}");
            if (p.Trials > 0)
            {
                string ratio = p.Alone is { } alone ? string.Create(CultureInfo.InvariantCulture, $"; by the last, packets kept go {alone:0.0#} times as fast as packets handed on") : "";
                Tables.Say(string.Create(CultureInfo.InvariantCulture, $"software spread was tried {p.Trials} times{ratio}"), indent: 2, hanging: 4);
            }

            if (p.Rss is { } rss)
            {
                string table = rss.TableSize == 0 ? "no table told" : string.Create(CultureInfo.InvariantCulture, $"table of {rss.TableSize}, {Range(rss.TableLeast, rss.TableMost)} a queue");
                string key = rss.Symmetric is { } same ? (same ? "symmetric key" : "key not symmetric") : "no key told";
                Tables.Say($"RSS of {rss.Level} {string.Join(' ', rss.Fields)} ({rss.RssHf}{(rss.ReadBack ? "" : ", not read back")}), {key}, {table}", indent: 2, hanging: 4);
            }

            foreach (QueueRuleStatus rule in p.Rules ?? [])
            {
                string why = rule.Refusal is { } refusal ? $" ({refusal})" : "";
                Tables.Say($"{rule.Match} to queue {string.Join(' ', rule.Queues)}: by {rule.By}{why}", indent: 2, hanging: 4);
            }

            Table one = Make(port: false);
            foreach (QueueShare q in p.Queues)
            {
                Add(p, Tables.Number(q.Index), Tables.Text(null), q, Tables.Text(null), Tables.Text(null));
            }

            foreach (QueueShare w in p.Workers)
            {
                Add(p, Tables.Text(null), Tables.Number(w.Index), w, Tables.Number(w.HandedOn ?? 0), Tables.Number(w.TakenOver ?? 0));
            }

            if (Tables.IsTerminal)
            {
                Tables.Print(one);
                Console.Out.WriteLine();
            }

            void Add(QueueStatus p, IRenderable queue, IRenderable worker, QueueShare share, IRenderable handedOn, IRenderable takenOver)
            {
                IRenderable[] cells = [queue, worker, Tables.Number(share.Packets), Tables.Text(Percent(share.Percent)), Tables.Text(Percent(share.Expected)), handedOn, takenOver];
                one.AddRow(cells);
                all.AddRow([Tables.Text(p.Port), .. cells]);
            }
        }

        if (!Tables.IsTerminal)
        {
            Tables.Print(all);
        }
    }

    private static Table Make(bool port)
    {
        string[] columns = ["#queue", "#worker", "#packets", "#%", "#expected %", "#handed on", "#taken over"];
        return Tables.Make(port ? ["port", .. columns] : columns);
    }

    private static string Range(int least, int most) => least == most ? Tables.Plain(least) : string.Create(CultureInfo.InvariantCulture, $"{least} to {most}");

    private static string? Percent(double? value) => value?.ToString("F1", CultureInfo.InvariantCulture);
}

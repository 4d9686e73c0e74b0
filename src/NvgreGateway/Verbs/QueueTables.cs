using System.Globalization;
using NvgreGateway.Control.Api;
using Spectre.Console;

namespace NvgreGateway.Verbs;

/// <summary>What <c>show queues</c> prints.</summary>
internal static class QueueTables
{
    internal static void Print(IReadOnlyList<QueueStatus> ports)
    {
        foreach (QueueStatus p in ports)
        {
            Console.Out.WriteLine($"{p.Port} ({p.Role}): {p.Mode}: {p.Reason}");
            if (p.Rss is { } rss)
            {
                string table = rss.TableSize == 0 ? "no table told" : string.Create(CultureInfo.InvariantCulture, $"table of {rss.TableSize}, {rss.TableLeast} to {rss.TableMost} a queue");
                string key = rss.Symmetric is { } same ? (same ? "symmetric key" : "key not symmetric") : "no key told";
                Console.Out.WriteLine($"  RSS of {rss.Level} {string.Join(' ', rss.Fields)} ({rss.RssHf}{(rss.ReadBack ? "" : ", not read back")}), {key}, {table}");
            }
        }

        Table shares = Tables.Make("port", "#queue", "#worker", "#packets", "#%", "#expected %", "#handed on", "#taken over");
        foreach (QueueStatus p in ports)
        {
            foreach (QueueShare q in p.Queues)
            {
                shares.AddRow(
                    Tables.Text(p.Port), Tables.Number(q.Index), Tables.Text(null), Tables.Number(q.Packets), Tables.Text(Percent(q.Percent)), Tables.Text(Percent(q.Expected)),
                    Tables.Text(null), Tables.Text(null));
            }

            foreach (QueueShare w in p.Workers)
            {
                shares.AddRow(
                    Tables.Text(p.Port), Tables.Text(null), Tables.Number(w.Index), Tables.Number(w.Packets), Tables.Text(Percent(w.Percent)), Tables.Text(Percent(w.Expected)),
                    Tables.Number(w.HandedOn ?? 0), Tables.Number(w.TakenOver ?? 0));
            }
        }

        Tables.Print(shares);
    }

    private static string? Percent(double? value) => value?.ToString("F1", CultureInfo.InvariantCulture);
}

using NvgreGateway.Control.Api;
using Spectre.Console;

namespace NvgreGateway.Verbs;

/// <summary>What <c>show flows</c> prints.</summary>
internal static class FlowTables
{
    internal static void Print(IReadOnlyList<FlowStatus> flows)
    {
        Table table = Tables.Make("port", "rule", "match", "to", "FlowID", "state", "#packets", "~how, or why not");
        foreach (FlowStatus f in flows)
        {
            table.AddRow(
                Tables.Text(f.Port), Tables.Text(f.Kind), Tables.Text(f.Match), Tables.Text(To(f)), Tables.Text(f.FlowId is { } id ? $"0x{id:x2}" : null),
                Tables.Text(f.State), Tables.Number(f.Packets), Tables.Text(f.Reason ?? f.Form));
        }

        if (flows.Count == 0)
        {
            Tables.Say("no rules: no port asks for any");
            return;
        }

        Tables.Print(table);
    }

    private static string To(FlowStatus f) => f.OutPort is null ? "queue " + string.Join(' ', f.Queues) : f.Peer is null ? f.OutPort : $"{f.OutPort}, {f.Peer}";
}

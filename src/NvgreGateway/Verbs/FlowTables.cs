using NvgreGateway.Control.Api;
using Spectre.Console;

namespace NvgreGateway.Verbs;

/// <summary>What <c>show flows</c> prints.</summary>
internal static class FlowTables
{
    internal static void Print(IReadOnlyList<FlowStatus> flows)
    {
        Table table = Tables.Make("port", "rule", "match", "to", "state", "#packets", "how, or why not");
        foreach (FlowStatus f in flows)
        {
            table.AddRow(
                Tables.Text(f.Port), Tables.Text(f.Kind), Tables.Text(f.Match), Tables.Text(f.OutPort is null ? "queue " + string.Join(' ', f.Queues) : $"{f.OutPort}, {f.Peer}"),
                Tables.Text(f.State), Tables.Number(f.Packets), Tables.Text(f.Reason ?? f.Form));
        }

        Tables.Print(table);
    }
}

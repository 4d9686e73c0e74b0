using System.Runtime.InteropServices;
using NvgreGateway.Control.Api;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Offload;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Flows;

/// <summary>What devices answered when they were asked about rules (<see cref="FlowWishes.QueueProbes"/>, <see cref="FlowWishes.TunnelProbes"/>).</summary>
internal static unsafe class FlowAbilities
{
    private const int NotSupported = 95, NoSuchCall = 38;

    /// <summary>VMQ of a port as NDIS has it (C-070): the outer families of which it takes rules to queues; of a VLAN side, where frames have no inner Ethernet header, their own (C-053).</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="port">Port index.</param>
    /// <returns>What it can do, and what is in force.</returns>
    internal static OffloadFunction Vmq(GatewayMemory memory, int port)
    {
        var sets = new Dictionary<FlowState, HashSet<string>> { [FlowState.Able] = [], [FlowState.Installed] = [] };
        for (int i = 0; i < memory.Flows.Used; i++)
        {
            FlowSlot* slot = memory.Flows[i];
            if (slot->Port == port && slot->Kind is FlowKind.VsidQueues or FlowKind.InnerMacQueues or FlowKind.MacQueues && sets.TryGetValue(StateOf(slot), out HashSet<string>? set)
                && (slot->Probe != 0) == (StateOf(slot) == FlowState.Able))
            {
                string[] words = slot->Kind == FlowKind.MacQueues ? ["outer4", "outer6"] : ["inner4", "inner6", slot->Family == 6 ? "outer6" : "outer4"];
                set.UnionWith(words);
            }
        }

        return new OffloadFunction("vmq", [.. sets[FlowState.Able].Order(StringComparer.Ordinal)], [.. sets[FlowState.Installed].Order(StringComparer.Ordinal)]);
    }

    /// <summary>All that a port was asked about.</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="configuration">The configuration in force.</param>
    /// <param name="port">Port index.</param>
    /// <returns>The answers.</returns>
    internal static IReadOnlyList<RuleCapability> Of(GatewayMemory memory, GatewayConfiguration configuration, int port)
    {
        var all = new List<RuleCapability>();
        for (int i = 0; i < memory.Flows.Used; i++)
        {
            FlowSlot* slot = memory.Flows[i];
            if (slot->Port != port || slot->Probe == 0 || slot->Wanted == 0)
            {
                continue;
            }

            FlowState state = StateOf(slot);
            string to = slot->OutPort < configuration.Ports.Count ? configuration.Ports[slot->OutPort].Name : "?";
            string rule = slot->Kind switch
            {
                FlowKind.VsidQueues => "queue by VSID",
                FlowKind.InnerMacQueues => "queue by inner MAC",
                FlowKind.MacQueues => "queue by MAC",
                FlowKind.Encapsulate => $"encapsulate to {to}",
                _ => $"decapsulate to {to}",
            };
            string frames = slot->Kind == FlowKind.MacQueues ? "all" : slot->Family == 6 ? "NVGRE over IPv6" : "NVGRE over IPv4";
            all.Add(new RuleCapability(rule, frames, state switch { FlowState.Able => "yes", FlowState.Refused => "no", _ => "not asked" }, state == FlowState.Refused ? Reason(slot) : null));
        }

        return [.. all.OrderBy(static r => r.Rule, StringComparer.Ordinal).ThenBy(static r => r.Frames, StringComparer.Ordinal)];
    }

    /// <summary>What became of a wish.</summary>
    /// <param name="slot">Its slot.</param>
    /// <returns>Its state; waiting until the data process has answered.</returns>
    internal static FlowState StateOf(FlowSlot* slot) => slot->Wanted != 0 && Volatile.Read(ref slot->Done) == slot->Wanted ? slot->State : FlowState.Waiting;

    /// <summary>Why a rule is not taken: the driver's words and error.</summary>
    /// <param name="slot">Its slot.</param>
    /// <returns>Words.</returns>
    internal static string Reason(FlowSlot* slot)
    {
        string text = GatewayMemory.Text(slot->Text, FlowSlot.TextBytes);
        string error = slot->Error switch
        {
            NoSuchCall => "the driver knows no flow rules",
            NotSupported => "not supported",
            _ => Marshal.GetPInvokeErrorMessage(slot->Error),
        };
        return text.Length == 0 || text == "Function not implemented" ? error : $"{text} ({error})";
    }
}

using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Api;

/// <summary>Makes <see cref="FlowStatus"/> of the table of rules.</summary>
internal static unsafe class FlowReporter
{
    private const int NotSupported = 95, NoSuchCall = 38;

    internal static IReadOnlyList<FlowStatus> Flows(ControlPlane plane)
    {
        FlowTable table = plane.Memory.Flows;
        var all = new List<FlowStatus>();
        for (int i = 0; i < table.Used; i++)
        {
            FlowSlot slot = *table[i];
            if (slot.Wanted != 0 && slot.Port < plane.Configuration.Ports.Count)
            {
                all.Add(StatusOf(plane, slot));
            }
        }

        return [.. all.OrderBy(static f => f.Port, StringComparer.Ordinal).ThenBy(static f => f.Kind, StringComparer.Ordinal).ThenBy(static f => f.Match, StringComparer.Ordinal)];
    }

    private static FlowStatus StatusOf(ControlPlane plane, FlowSlot slot)
    {
        FlowState state = slot.Done == slot.Wanted ? slot.State : FlowState.Waiting;
        bool tunnels = slot.Kind is FlowKind.Encapsulate or FlowKind.Decapsulate;
        return new FlowStatus
        {
            Port = plane.Configuration.Ports[slot.Port].Name,
            Kind = slot.Kind switch
            {
                FlowKind.VsidQueues => "vsid-queues",
                FlowKind.InnerMacQueues => "inner-mac-queues",
                FlowKind.MacQueues => "mac-queues",
                FlowKind.InnerSpread => "inner-spread",
                FlowKind.Encapsulate => "encapsulate",
                _ => "decapsulate",
            },
            Match = Match(slot),
            Queues = QueuesOf(slot.Queues),
            OutPort = tunnels && slot.OutPort < plane.Configuration.Ports.Count ? plane.Configuration.Ports[slot.OutPort].Name : null,
            Peer = tunnels ? new IPAddress(new ReadOnlySpan<byte>(slot.PeerAddress, slot.Family == 6 ? 16 : 4)).ToString() : null,
            State = state.ToString().ToLowerInvariant(),
            Form = state == FlowState.Installed ? Form(slot) : null,
            Reason = state is FlowState.Refused or FlowState.Failed ? Reason(slot) : null,
            Packets = slot.Packets,
        };
    }

    private static int[] QueuesOf(ulong mask) => [.. Enumerable.Range(0, 64).Where(q => (mask >> q & 1) != 0)];

    private static string Match(in FlowSlot slot)
    {
        var words = new List<string>();
        if (slot.Family != 0)
        {
            words.Add(slot.Family == 6 ? "outer IPv6" : "outer IPv4");
        }

        if (slot.Vsid != 0)
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"VSID {slot.Vsid}"));
        }

        if (slot.Mac != 0)
        {
            words.Add($"to {new MacAddress(slot.Mac)}");
        }

        if (slot.SourceMac != 0)
        {
            words.Add($"from {new MacAddress(slot.SourceMac)}");
        }

        if (slot.InnerFamily != 0)
        {
            words.Add($"{(slot.InnerProtocol == 6 ? "TCP" : "UDP")} over IPv{slot.InnerFamily}");
        }

        return string.Join(", ", words);
    }

    private static string? Form(in FlowSlot slot) => slot.Kind switch
    {
        FlowKind.InnerSpread => slot.Form switch
        {
            0 => "RSS of the inner headers, level 2",
            1 => "RSS level 2",
            2 => "RSS of the driver's level",
            _ => "RSS of the NVGRE key",
        },
        FlowKind.Encapsulate or FlowKind.Decapsulate => (slot.Form < 2 ? "NVGRE" : "raw headers") + ((slot.Form & 1) == 0 ? string.Empty : ", by PORT_ID"),
        FlowKind.VsidQueues or FlowKind.InnerMacQueues when slot.Form > 0 => slot.Form == 1 ? "RSS of the driver's level" : "RSS of the outer headers",
        _ => null,
    };

    private static string Reason(FlowSlot slot)
    {
        string text = GatewayMemory.Text(slot.Text, FlowSlot.TextBytes);
        string error = slot.Error switch
        {
            NoSuchCall => "the driver knows no flow rules",
            NotSupported => "not supported",
            _ => Marshal.GetPInvokeErrorMessage(slot.Error),
        };
        return text.Length == 0 ? error : $"{text} ({error})";
    }
}

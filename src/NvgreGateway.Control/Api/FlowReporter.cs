using System.Globalization;
using System.Net;
using NvgreGateway.Control.Flows;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Api;

/// <summary>Makes <see cref="FlowStatus"/> of the table of rules, and of the heavy flows that have none.</summary>
internal static unsafe class FlowReporter
{
    internal static IReadOnlyList<FlowStatus> Flows(ControlPlane plane)
    {
        FlowTable table = plane.Memory.Flows;
        var all = new List<FlowStatus>();
        for (int i = 0; i < table.Used; i++)
        {
            FlowSlot slot = *table[i];
            bool tunnels = slot.Kind is FlowKind.Encapsulate or FlowKind.Decapsulate;
            if (slot.Wanted != 0 && slot.Port < plane.Configuration.Ports.Count && (slot.Probe == 0 || (tunnels && FlowAbilities.StateOf(&slot) == FlowState.Refused)))
            {
                all.Add(StatusOf(plane, slot));
            }
        }

        return
        [
            .. all.OrderBy(static f => f.Port, StringComparer.Ordinal).ThenBy(static f => f.Kind, StringComparer.Ordinal).ThenBy(static f => f.Match, StringComparer.Ordinal),
            .. Left(plane).OrderBy(static f => f.Port, StringComparer.Ordinal).ThenBy(static f => f.Kind, StringComparer.Ordinal).ThenBy(static f => f.Match, StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<FlowStatus> Left(ControlPlane plane)
    {
        foreach ((LeftFlows left, int n) in plane.Flows?.Left ?? new Dictionary<LeftFlows, int>())
        {
            if (plane.Index.AttachmentOf(left.Attachment) is { } attachment && plane.Index.PeerOf(left.Peer) is { } peer && peer.Path is { } path)
            {
                string access = attachment.Attachment.Port, underlay = plane.Configuration.Ports[path.PortIndex].Name;
                yield return new FlowStatus
                {
                    Port = left.Encapsulates ? access : underlay,
                    Kind = left.Encapsulates ? "encapsulate" : "decapsulate",
                    Match = string.Create(CultureInfo.InvariantCulture, $"{n} heavy flow{(n == 1 ? "" : "s")} of {attachment.Segment.Name}, VLAN {attachment.Attachment.Vlan}"),
                    Queues = [],
                    OutPort = left.Encapsulates ? underlay : access,
                    Peer = peer.Peer.Address.ToString(),
                    State = "software",
                    Reason = left.Reason,
                };
            }
        }
    }

    private static FlowStatus StatusOf(ControlPlane plane, FlowSlot slot)
    {
        FlowState state = FlowAbilities.StateOf(&slot);
        bool tunnels = slot.Kind is FlowKind.Encapsulate or FlowKind.Decapsulate, rule = slot.Probe == 0;
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
            Match = !rule ? $"all, outer IPv{slot.Family}" : tunnels ? Flow(plane, slot) : Match(slot),
            Queues = QueuesOf(slot.Queues),
            OutPort = tunnels && slot.OutPort < plane.Configuration.Ports.Count ? plane.Configuration.Ports[slot.OutPort].Name : null,
            Peer = tunnels && rule ? new IPAddress(new ReadOnlySpan<byte>(slot.PeerAddress, slot.Family == 6 ? 16 : 4)).ToString() : null,
            FlowId = slot.Kind == FlowKind.Encapsulate && rule ? slot.FlowId : null,
            State = state.ToString().ToLowerInvariant(),
            Form = state == FlowState.Installed ? Form(slot) : null,
            Reason = state is FlowState.Refused or FlowState.Failed ? FlowAbilities.Reason(&slot) : null,
            Packets = slot.Packets,
            Bytes = slot.Bytes,
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

        return string.Join(", ", words);
    }

    // A flow by its addresses, or all flows between two MACs.
    private static string Flow(ControlPlane plane, FlowSlot slot)
    {
        string segment = plane.Index.SegmentOf(slot.Segment)?.Name ?? "?", protocol = slot.InnerProtocol == 6 ? "TCP" : "UDP";
        string mark = slot.Tos == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $", DSCP {slot.Tos >> 2}");
        string what = slot.IsFlow == 0 ? $"{new MacAddress(slot.SourceMac)} > {new MacAddress(slot.Mac)} {protocol}/IPv{slot.InnerFamily}"
            : $"{EndPoint(slot.InnerSource, slot.InnerFamily, slot.InnerSourcePort)} > {EndPoint(slot.InnerDestination, slot.InnerFamily, slot.InnerDestinationPort)} {protocol}";
        return string.Create(CultureInfo.InvariantCulture, $"{segment}, VLAN {slot.Vlan}: {what}{mark}");
    }

    private static IPEndPoint EndPoint(byte* address, byte family, ushort port) => new(new IPAddress(new ReadOnlySpan<byte>(address, family == 6 ? 16 : 4)), port);

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
}

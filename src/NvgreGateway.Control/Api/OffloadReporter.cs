using NvgreGateway.Control.Flows;
using NvgreGateway.Control.Offload;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Api;

/// <summary>Tells what offloads the ports have: what the hardware can do and what is active are two questions (C-072).</summary>
internal static unsafe class OffloadReporter
{
    /// <summary>What is active.</summary>
    /// <param name="plane">The plane.</param>
    /// <returns>One status for each port.</returns>
    public static IReadOnlyList<OffloadStatus> Active(ControlPlane plane) =>
        [.. plane.Offloads.Select((plan, i) => new OffloadStatus
        {
            Port = plane.Configuration.Ports[i].Name,
            Driver = DriverOf(plane.Memory.ReadPortState(i)),
            Offloads = [.. plan.States().Select(static s => new OffloadNameStatus { Name = s.Word, Device = s.Device, Asked = s.Asked, InForce = s.InForce, Reason = s.Reason, Checked = s.Checked })],
            Active = Functions(plane, i).ToDictionary(static f => f.Name, static f => f.Active),
            Requests = plane.Statistics.Offloads(i),
        })];

    /// <summary>What the hardware can do.</summary>
    /// <param name="plane">The plane.</param>
    /// <returns>One status for each port.</returns>
    public static IReadOnlyList<CapabilityStatus> Capable(ControlPlane plane)
    {
        var list = new List<CapabilityStatus>();
        for (int i = 0; i < plane.Offloads.Count; i++)
        {
            PortState state = plane.Memory.ReadPortState(i);
            list.Add(new CapabilityStatus
            {
                Port = plane.Configuration.Ports[i].Name,
                Driver = DriverOf(state),
                MaxHeader = OffloadPlan.MaxHeader,
                MaxBuffers = Bound(state.MostBuffers),
                MaxLargeBuffers = Bound(state.MostLargeBuffers),
                Capable = Functions(plane, i).ToDictionary(static f => f.Name, static f => f.Capable),
                Rules = FlowAbilities.Of(plane.Memory, plane.Configuration, i),
                Reported = state.Reported == DeviceOffloads.None ? [] : state.Reported.ToString().Split(", "),
            });
        }

        return list;
    }

    private static IEnumerable<OffloadFunction> Functions(ControlPlane plane, int port) => plane.Offloads[port].Functions().Append(FlowAbilities.Vmq(plane.Memory, port));

    private static int? Bound(ushort buffers) => buffers is 0 or ushort.MaxValue ? null : buffers;

    private static string? DriverOf(PortState state) => GatewayMemory.Text(state.Driver, 32) is { Length: > 0 } driver ? driver : null;
}

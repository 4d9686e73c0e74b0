using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Offload;

/// <summary>What is known of a port's device, as far as it bears on offloads.</summary>
public sealed record OffloadFacts
{
    /// <summary>Driver as DPDK names it; empty before the port was opened.</summary>
    public required string Driver { get; init; }

    /// <summary>PCI address or vdev string.</summary>
    public required string Device { get; init; }

    /// <summary>Whether the port is on the PA side, or the exception port of one: frames that ask for something are not taken there.</summary>
    public required bool Underlay { get; init; }

    /// <summary>What the device reports.</summary>
    public required DeviceOffloads Reported { get; init; }

    /// <summary>What it was set up with.</summary>
    public required DeviceOffloads Asked { get; init; }

    /// <summary>Whether the self-test ran.</summary>
    public required bool Tested { get; init; }

    /// <summary>Whether it was by loopback.</summary>
    public LoopCheck Loop { get; init; }

    /// <summary>What of plain frames did not pass it.</summary>
    public OffloadFaults PlainFaults { get; init; }

    /// <summary>What of NVGRE over IPv4 did not pass it.</summary>
    public OffloadFaults NvgreFaults { get; init; }

    /// <summary>What of NVGRE over IPv6 did not pass it.</summary>
    public OffloadFaults Nvgre6Faults { get; init; }

    /// <summary>What whoever sits behind the port takes.</summary>
    public PortOffloads Peer { get; init; } = PortOffloads.All;

    /// <summary>Fields that the device reports it could choose a receive queue by.</summary>
    public RssFields RssReported { get; init; }

    /// <summary>Fields that it chooses by.</summary>
    public RssFields RssActive { get; init; }

    /// <summary>A port that does everything, for <c>replay</c>.</summary>
    /// <param name="state">Its state.</param>
    public static unsafe void Imagine(PortState* state)
    {
        GatewayMemory.SetText(state->Driver, 32, DriverQuirks.ReplayDriver);
        state->Reported = state->Asked = DeviceOffloads.All;
        state->Tested = 1;
        state->Peer = PortOffloads.All;
    }

    /// <summary>The facts as the data process told them.</summary>
    /// <param name="state">A copy of the port's state.</param>
    /// <param name="port">The port.</param>
    /// <param name="exception">Whether it is the exception port of another.</param>
    /// <returns>The facts.</returns>
    public static unsafe OffloadFacts Of(PortState state, PortConfiguration port, bool exception) => new()
    {
        Driver = GatewayMemory.Text(state.Driver, 32),
        Device = port.Device,
        Underlay = exception || port.Role == PortRole.Underlay,
        Reported = state.Reported,
        Asked = state.Asked,
        Tested = state.Tested != 0,
        Loop = state.Loop,
        PlainFaults = state.PlainFaults,
        NvgreFaults = state.NvgreFaults,
        Nvgre6Faults = state.Nvgre6Faults,
        Peer = state.Peer,
        RssReported = state.RssCapable,
        RssActive = state.RxQueues > 1 ? state.RssFields : RssFields.None,
    };
}

using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Offload;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control;

/// <summary>
/// A change of the configuration in force, on its way. It waits for devices and for workers, and nothing else waits for it: the plane
/// takes it one step further whenever it is asked to (<see cref="ControlPlane.Advance"/>).
/// </summary>
internal sealed class ConfigurationChange
{
    private volatile ReloadResult? _result;

    /// <summary>One that is decided already: refused, or nothing to do.</summary>
    /// <param name="result">What became of it.</param>
    internal ConfigurationChange(ReloadResult result)
    {
        _result = result;
        Next = null!;
        Macs = [];
        Offloads = null!;
    }

    /// <summary>One that begins.</summary>
    /// <param name="next">The configuration.</param>
    /// <param name="macs">The MAC of each port, by index.</param>
    /// <param name="offloads">What each port does of offloads.</param>
    /// <param name="drains">Whether it ends only when what was begun before has left the workers (C-075).</param>
    internal ConfigurationChange(GatewayConfiguration next, IReadOnlyList<MacAddress> macs, PortOffloadTable offloads, bool drains)
    {
        Next = next;
        Macs = macs;
        Offloads = offloads;
        Drains = drains;
    }

    /// <summary>What it waits for.</summary>
    internal enum Stage
    {
        /// <summary>Hardware rules of the tables so far are taken back.</summary>
        Withdrawing,

        /// <summary>Every worker leaves the tables before the published ones, whose place the new ones take.</summary>
        Settling,

        /// <summary>It is published; every worker begins to use it.</summary>
        Spreading,

        /// <summary>What a worker handed to another under the old tables leaves: both have gone round twice then.</summary>
        Draining,
    }

    /// <summary>Whether it is over.</summary>
    internal bool IsDone => _result is not null;

    /// <summary>What became of it, once it is over.</summary>
    internal ReloadResult Result => _result ?? throw new InvalidOperationException("the change is on its way");

    /// <summary>Whether every worker was seen to use it in time.</summary>
    internal bool IsEverywhere { get; set; } = true;

    internal GatewayConfiguration Next { get; }

    internal IReadOnlyList<MacAddress> Macs { get; }

    internal PortOffloadTable Offloads { get; }

    internal bool Drains { get; }

    internal Stage At { get; private set; }

    /// <summary>Looks at what it waits for in <see cref="At"/>, about one each millisecond.</summary>
    internal int Looks { get; set; }

    /// <summary>What must pass while it drains.</summary>
    internal QuiescentMark? Mark { get; set; }

    /// <summary>How often it must pass yet.</summary>
    internal int MarksLeft { get; set; } = 2;

    internal void Enter(Stage stage)
    {
        At = stage;
        Looks = 0;
    }

    internal void End(ReloadResult result) => _result = result;
}

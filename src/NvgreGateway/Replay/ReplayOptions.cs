using NvgreGateway.Exchange;

using NvgreGateway.Control.Tracing;

namespace NvgreGateway.Replay;

/// <summary>How a replay runs; what is on the wire does not depend on it, nor does any counter.</summary>
public sealed record ReplayOptions
{
    /// <summary>Packets of one burst at most, 1 to 128; null = the configuration's.</summary>
    public int? Burst { get; init; }

    /// <summary>Workers, 1 to 64.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Takes what became of each packet, stage by stage; null = nothing is traced.</summary>
    public Action<TracePacket>? Trace { get; init; }

    /// <summary>Which packets are traced.</summary>
    public TraceRequest TraceFilter { get; init; } = new();

    /// <summary>Packets traced at most.</summary>
    public uint TraceCount { get; init; } = uint.MaxValue;

    /// <summary>What the devices of all ports do to frames that are sent; the frames say what they ask for.</summary>
    public PortOffloads Offloads { get; init; }

    /// <summary>How long the clock runs on after the last packet.</summary>
    public static TimeSpan RunOn => TimeSpan.FromSeconds(5);
}

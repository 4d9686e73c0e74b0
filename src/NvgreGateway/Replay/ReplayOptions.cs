namespace NvgreGateway.Replay;

/// <summary>How a replay runs; the result does not depend on it.</summary>
public sealed record ReplayOptions
{
    /// <summary>Packets of one burst at most, 1 to 128; null = the configuration's.</summary>
    public int? Burst { get; init; }

    /// <summary>Workers, 1 to 64.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>How long the clock runs on after the last packet.</summary>
    public static TimeSpan RunOn => TimeSpan.FromSeconds(5);
}

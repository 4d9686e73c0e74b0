using System.Diagnostics;

namespace NvgreGateway.Control;

/// <summary>
/// Control's clock in production: nanoseconds since the machine booted, the same in every process, so that times in shared memory
/// keep their meaning when control is restarted.
/// </summary>
internal static class MonotonicClock
{
    /// <summary>Nanoseconds now.</summary>
    public static ulong Now => (ulong)(Stopwatch.GetTimestamp() * (1_000_000_000L / Stopwatch.Frequency));
}

using System.Runtime.CompilerServices;

namespace NvgreGateway.Exchange;

/// <summary>A rate of flooded frames as a snapshot holds it (F-045): 32 bits, 0 = no limit.</summary>
/// <param name="Value">Packets/s; with <see cref="Kilobits"/> set, kbit/s of untagged tenant frames.</param>
public readonly record struct StormLimit(uint Value)
{
    /// <summary>Set in a value that is kbit/s.</summary>
    public const uint Kilobits = 1u << 31;

    /// <summary>Time stamps are cut into so many parts, so that fast rates stay exact.</summary>
    public const int TimeShift = 4;

    /// <summary>How much of a bucket a frame takes, in units of 1/16 of a tick of the clock.</summary>
    /// <param name="hertz">Ticks a second of the clock, below 2^34.</param>
    /// <param name="bytes">Bytes of the untagged tenant frame, below 2^16.</param>
    /// <returns>The time in which the rate allows it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Cost(ulong hertz, uint bytes) => (Value & Kilobits) == 0
        ? (hertz << TimeShift) / Value
        : (hertz << TimeShift) * (bytes * 8) / ((ulong)(Value & ~Kilobits) * 1000);
}

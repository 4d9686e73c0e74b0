using System.Numerics;

namespace NvgreGateway.Exchange;

/// <summary>What of one family of frames - plain, NVGRE over IPv4, NVGRE over IPv6 - did not pass the self-test, and why: four bits for each of <see cref="PortOffloads.Kinds"/>.</summary>
/// <param name="Bits">The four bits of the lowest kind lowest.</param>
public readonly record struct OffloadFaults(ulong Bits)
{
    /// <summary>The kinds that did not pass.</summary>
    public PortOffloads Failed
    {
        get
        {
            var failed = PortOffloads.None;
            for (int i = 0; i < 16; i++)
            {
                failed |= (Bits >> (4 * i) & 0xF) != 0 ? (PortOffloads)(1u << i) : PortOffloads.None;
            }

            return failed;
        }
    }

    /// <summary>Why a kind did not pass.</summary>
    /// <param name="kind">One of <see cref="PortOffloads.Kinds"/>.</param>
    /// <returns>The fault.</returns>
    public OffloadFault Of(PortOffloads kind) => (OffloadFault)(Bits >> Shift(kind) & 0xF);

    /// <summary>The same with another fault for one kind.</summary>
    /// <param name="kind">One of <see cref="PortOffloads.Kinds"/>.</param>
    /// <param name="fault">Its fault.</param>
    /// <returns>The faults.</returns>
    public OffloadFaults With(PortOffloads kind, OffloadFault fault) => new(Bits & ~(0xFul << Shift(kind)) | (ulong)fault << Shift(kind));

    /// <summary>One fault for every kind of a set.</summary>
    /// <param name="kinds">The kinds; other bits are ignored.</param>
    /// <param name="fault">The fault.</param>
    /// <returns>The faults.</returns>
    public static OffloadFaults All(PortOffloads kinds, OffloadFault fault)
    {
        OffloadFaults faults = default;
        for (uint bits = (uint)(kinds & PortOffloads.Kinds); bits != 0; bits &= bits - 1)
        {
            faults = faults.With((PortOffloads)(1u << BitOperations.TrailingZeroCount(bits)), fault);
        }

        return faults;
    }

    private static int Shift(PortOffloads kind) => 4 * BitOperations.TrailingZeroCount((uint)kind);
}

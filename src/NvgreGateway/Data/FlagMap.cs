using System.Runtime.CompilerServices;

namespace NvgreGateway.Data;

/// <summary>Which flag of the exchange stands for which of DPDK's. A flag without a row is nothing on the other side.</summary>
/// <typeparam name="TOurs">The exchange's flags, 32 bits.</typeparam>
/// <typeparam name="TDpdk">DPDK's, 64 bits.</typeparam>
/// <param name="rows">The flags; where one side has several, any of them stands for all on the other.</param>
internal sealed class FlagMap<TOurs, TDpdk>(params (TOurs Ours, TDpdk Dpdk)[] rows)
    where TOurs : unmanaged, Enum
    where TDpdk : unmanaged, Enum
{
    internal TOurs Ours(TDpdk dpdk)
    {
        uint found = 0;
        foreach ((TOurs ours, TDpdk bits) in rows)
        {
            found |= (Number(dpdk) & Number(bits)) != 0 ? Number(ours) : 0;
        }

        return Unsafe.BitCast<uint, TOurs>(found);
    }

    internal TDpdk Dpdk(TOurs ours)
    {
        ulong found = 0;
        foreach ((TOurs bits, TDpdk dpdk) in rows)
        {
            found |= (Number(ours) & Number(bits)) != 0 ? Number(dpdk) : 0;
        }

        return Unsafe.BitCast<ulong, TDpdk>(found);
    }

    private static uint Number(TOurs ours) => Unsafe.BitCast<TOurs, uint>(ours);

    private static ulong Number(TDpdk dpdk) => Unsafe.BitCast<TDpdk, ulong>(dpdk);
}

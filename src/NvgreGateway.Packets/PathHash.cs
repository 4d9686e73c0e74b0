using System.Numerics;
using System.Runtime.CompilerServices;

namespace NvgreGateway.Packets;

/// <summary>
/// Which of several source addresses or next hops a flow takes: rendezvous hashing. Every choice has a seed made
/// of its address, and of the flow's CRC and the seed a weight; the highest weight wins. The order of the choices, their number and
/// what went before do not count, so that the choice is the same after a reload or a restart, and one that leaves moves its own
/// flows and no other (F-053). The mixing makes the choice independent of the FlowID, which is a product of the same CRC.
/// </summary>
public static class PathHash
{
    /// <summary>Seed of a choice: the CRC32C of its address and of a name that tells equal addresses apart.</summary>
    /// <param name="address">4 or 16 bytes, as on the wire.</param>
    /// <param name="scope">A next hop: the name of its port as UTF-8. A source address: empty.</param>
    /// <returns>The seed.</returns>
    public static uint Seed(ReadOnlySpan<byte> address, ReadOnlySpan<byte> scope)
    {
        uint crc = 0xFFFF_FFFF;
        foreach (byte octet in address)
        {
            crc = BitOperations.Crc32C(crc, octet);
        }

        foreach (byte octet in scope)
        {
            crc = BitOperations.Crc32C(crc, octet);
        }

        return ~crc;
    }

    /// <summary>
    /// Weight of a choice for a flow: the 32-bit finaliser of MurmurHash3 of the one exclusive-or the other, of which every bit depends on
    /// every bit. Two choices with different seeds never weigh the same.
    /// </summary>
    /// <param name="crc">CRC32C of the flow key (<see cref="FlowHash"/>): inner addresses, protocol and ports.</param>
    /// <param name="seed"><see cref="Seed"/> of the choice.</param>
    /// <returns>The weight.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Weight(uint crc, uint seed)
    {
        uint h = crc ^ seed;
        h = (h ^ (h >> 16)) * 0x85EB_CA6B;
        h = (h ^ (h >> 13)) * 0xC2B2_AE35;
        return h ^ (h >> 16);
    }
}

using System.Runtime.CompilerServices;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// The way to a peer that has several: the source address and the next hop of a flow, each by the highest weight
/// (<see cref="PathHash"/>). Next hops that do not answer count only where none does. Outcome: the prepared header of that way.
/// </summary>
internal static unsafe class PathChoice
{
    /// <summary>Chooses.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="peer">A peer with several paths.</param>
    /// <param name="crc">CRC32C of the flow key.</param>
    /// <returns>The peer as it is by that way.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static PeerEntry* Of(WorkerContext* w, PeerEntry* peer, uint crc)
    {
        PathSet* set = PathSet.Of(peer);
        uint source = 0, hop = 0;
        ulong highest = 0;
        for (uint i = 0; i < set->SourceCount; i++)
        {
            ulong weight = PathHash.Weight(crc, set->SourceSeeds[i]);
            bool better = weight > highest;
            source = better ? i : source;
            highest = better ? weight : highest;
        }

        highest = 0;
        for (uint i = 0; i < set->HopCount; i++)
        {
            // The bit above the weights sets apart who answers.
            ulong answers = ~Volatile.Read(ref w->NextHops[set->NextHops[i]].Word) & NextHopSlot.Unreachable;
            ulong weight = PathHash.Weight(crc, set->HopSeeds[i]) | answers;
            bool better = weight > highest;
            hop = better ? i : hop;
            highest = better ? weight : highest;
        }

        return PathSet.Entries(set) + (source * set->HopCount) + hop;
    }
}

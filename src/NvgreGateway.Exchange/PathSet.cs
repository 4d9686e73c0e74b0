using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// The ways to a peer that has several (<see cref="PeerEntry.HeaderLength"/> 0): its source addresses and next hops. Behind it
/// stands one <see cref="PeerEntry"/> for each pair, complete but for its own paths: entry s * <see cref="HopCount"/> + h sends from
/// source s to next hop h. Control writes it, workers read it.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
public unsafe struct PathSet
{
    /// <summary>The most source addresses, and the most next hops.</summary>
    public const int Most = 8;

    /// <summary>Seeds of the source addresses, for <c>PathHash.Weight</c>.</summary>
    public fixed uint SourceSeeds[Most];

    /// <summary>Seeds of the next hops likewise.</summary>
    public fixed uint HopSeeds[Most];

    /// <summary>Ids of the next hops.</summary>
    public fixed uint NextHops[Most];

    /// <summary>Source addresses, 1 to <see cref="Most"/>.</summary>
    public uint SourceCount;

    /// <summary>Next hops, 1 to <see cref="Most"/>.</summary>
    public uint HopCount;

    /// <summary>The set of a peer.</summary>
    /// <param name="peer">A peer with several paths, where it stands in its snapshot.</param>
    /// <returns>Its set.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PathSet* Of(PeerEntry* peer) => (PathSet*)((byte*)peer + peer->PathsOffset);

    /// <summary>The pairs behind a set.</summary>
    /// <param name="set">The set.</param>
    /// <returns>The first one.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PeerEntry* Entries(PathSet* set) => (PeerEntry*)(set + 1);

    /// <summary>Bytes of a set and what stands behind it.</summary>
    /// <param name="sources">Source addresses.</param>
    /// <param name="hops">Next hops.</param>
    /// <returns>Bytes; 0 for a single path, which needs no set.</returns>
    public static int BytesOf(int sources, int hops) => sources * hops > 1 ? sizeof(PathSet) + (sources * hops * sizeof(PeerEntry)) : 0;
}

using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// One cache line of the FDB: five ways. Control writes, workers read. A way is filled place first, then key; emptied by key 0;
/// and a way that was emptied is filled with another key only after every worker has passed a quiescent point, so that a reader
/// never pairs one key with the place of another. A move is one store of the place.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
public unsafe struct FdbBucket
{
    /// <summary>Ways of a bucket.</summary>
    public const int Ways = 5;

    /// <summary>Keys (<see cref="FdbTable.Key"/>); 0 = free.</summary>
    public fixed ulong Keys[Ways];

    /// <summary>Places (<see cref="Place"/>) with entry flags.</summary>
    public fixed uint Places[Ways];

    /// <summary>Not 0: some key of this bucket may stand in the next one.</summary>
    public uint Overflow;
}

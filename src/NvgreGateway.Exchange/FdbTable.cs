using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NvgreGateway.Exchange;

/// <summary>
/// The FDB as readers see it. Buckets stand in one array, a power of two of them and <see cref="Spare"/> more at the end that
/// take what overflows from the last ones. Ages stand apart: lanes of one byte per slot, lane 0 for control, lane 1 + i for
/// worker i, so that no two writers share a line; a slot is bucket * 8 + way.
/// </summary>
public readonly unsafe struct FdbTable
{
    /// <summary>Buckets behind the last one.</summary>
    public const uint Spare = 64;

    /// <summary>Makes a view.</summary>
    /// <param name="buckets">The buckets, 64-byte aligned.</param>
    /// <param name="mask">Number of buckets, a power of two, minus 1.</param>
    /// <param name="ages">The age lanes.</param>
    public FdbTable(FdbBucket* buckets, uint mask, byte* ages)
    {
        Buckets = buckets;
        Mask = mask;
        Ages = ages;
    }

    /// <summary>The buckets.</summary>
    public FdbBucket* Buckets { get; }

    /// <summary>Number of home buckets minus 1.</summary>
    public uint Mask { get; }

    /// <summary>The age lanes.</summary>
    public byte* Ages { get; }

    /// <summary>Bytes of one age lane.</summary>
    public ulong LaneBytes => ((ulong)Mask + 1 + Spare) * 8;

    /// <summary>The age lane of a worker.</summary>
    /// <param name="lane">0 for control, 1 + worker index.</param>
    /// <returns>Its first byte.</returns>
    public byte* Lane(int lane) => Ages + (LaneBytes * (ulong)lane);

    /// <summary>The key of a MAC in a segment: the six wire bytes from bit 16 on, first byte lowest; segment id in bits 0-15.</summary>
    /// <param name="mac">MAC in the low 48 bits, first wire byte lowest.</param>
    /// <param name="segment">Segment id, 1 to 65535.</param>
    /// <returns>The key; never 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Key(ulong mac, uint segment) => (mac << 16) | segment;

    /// <summary>The hash of a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>32 bits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash(ulong key) => BitOperations.Crc32C(0, key);

    /// <summary>The home bucket of a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The bucket.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FdbBucket* Home(ulong key) => Buckets + (Hash(key) & Mask);

    /// <summary>Finds a key from its home bucket on.</summary>
    /// <param name="bucket">Its home bucket.</param>
    /// <param name="key">The key.</param>
    /// <param name="slot">The slot (bucket * 8 + way) where it stands.</param>
    /// <returns>The place with its flags, or 0 when the key is not in the table.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Find(FdbBucket* bucket, ulong key, out uint slot)
    {
        for (; ; bucket++)
        {
            uint found;
            if (Avx2.IsSupported)
            {
                Vector256<ulong> want = Vector256.Create(key);
                found = Vector256.Equals(Vector256.Load((ulong*)bucket), want).ExtractMostSignificantBits()
                    | (bucket->Keys[4] == key ? 16u : 0);
            }
            else
            {
                found = 0;
                for (int i = 0; i < FdbBucket.Ways; i++)
                {
                    found |= bucket->Keys[i] == key ? 1u << i : 0;
                }
            }

            if (found != 0)
            {
                int way = BitOperations.TrailingZeroCount(found);
                slot = (uint)((ulong)((byte*)bucket - (byte*)Buckets) / 8) + (uint)way; // 64 bytes and 8 slots a bucket; no sign to divide
                return bucket->Places[way];
            }

            if (bucket->Overflow == 0)
            {
                slot = 0;
                return 0;
            }
        }
    }
}

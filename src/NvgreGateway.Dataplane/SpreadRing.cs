using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Finished packets on their way to the worker that sends for another. One producer, one consumer. The producer writes
/// <see cref="Head"/>, the consumer <see cref="Tail"/>, each on a cache line of its own; the slots follow.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal unsafe struct SpreadRing
{
    /// <summary>Slots published so far; writer the producer.</summary>
    [FieldOffset(0)] public uint Head;

    /// <summary>Slots taken so far; writer the consumer.</summary>
    [FieldOffset(64)] public uint Tail;

    /// <summary>Slots minus 1; never changes.</summary>
    [FieldOffset(128)] public uint Mask;

    /// <summary>Makes an empty ring in native memory; freed by <see cref="NativeMemory.AlignedFree"/>.</summary>
    /// <param name="slots">Slots, a power of two.</param>
    /// <returns>The ring.</returns>
    public static SpreadRing* Create(uint slots)
    {
        nuint bytes = (nuint)sizeof(SpreadRing) + (slots * (nuint)sizeof(Departure));
        var ring = (SpreadRing*)NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(ring, bytes);
        ring->Mask = slots - 1;
        return ring;
    }

    /// <summary>Producer: adds a packet.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="departure">The packet and what is known of it.</param>
    /// <returns>False when the ring is full.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryAdd(SpreadRing* ring, in Departure departure)
    {
        uint head = ring->Head;
        if (head - Volatile.Read(ref ring->Tail) > ring->Mask)
        {
            return false;
        }

        ((Departure*)(ring + 1))[head & ring->Mask] = departure;
        Volatile.Write(ref ring->Head, head + 1);
        return true;
    }

    /// <summary>Consumer: takes the oldest packet.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="departure">The packet.</param>
    /// <returns>False when the ring is empty.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryTake(SpreadRing* ring, out Departure departure)
    {
        uint tail = ring->Tail;
        if (Volatile.Read(ref ring->Head) == tail)
        {
            Unsafe.SkipInit(out departure);
            return false;
        }

        departure = ((Departure*)(ring + 1))[tail & ring->Mask];
        Volatile.Write(ref ring->Tail, tail + 1);
        return true;
    }
}

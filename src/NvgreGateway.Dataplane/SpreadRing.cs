using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Packets on their way from one worker to another: finished ones to the worker that sends for it, or received ones to the worker that
/// their flow belongs to. One producer, one consumer. The producer writes <see cref="Head"/>, the consumer <see cref="Tail"/>, each on
/// a cache line of its own; the slots follow, all of one type.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal unsafe struct SpreadRing
{
    /// <summary>Slots published so far; writer the producer.</summary>
    [FieldOffset(0)] public uint Head;

    /// <summary>Slots written so far, those not yet published too; only the producer looks at it, and only if it stages.</summary>
    [FieldOffset(4)] public uint Staged;

    /// <summary>What <see cref="Tail"/> was when the producer that stages last had to know.</summary>
    [FieldOffset(8)] public uint KnownTail;

    /// <summary>Slots taken so far; writer the consumer.</summary>
    [FieldOffset(64)] public uint Tail;

    /// <summary>Slots minus 1; never changes.</summary>
    [FieldOffset(128)] public uint Mask;

    /// <summary>Makes an empty ring in native memory; freed by <see cref="NativeMemory.AlignedFree"/>.</summary>
    /// <typeparam name="T">What a slot holds.</typeparam>
    /// <param name="slots">Slots, a power of two.</param>
    /// <returns>The ring.</returns>
    public static SpreadRing* Create<T>(uint slots)
        where T : unmanaged
    {
        nuint bytes = (nuint)sizeof(SpreadRing) + (slots * (nuint)sizeof(T));
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

    /// <summary>Producer: writes a received packet that the consumer sees after <see cref="Publish"/>.</summary>
    /// <param name="ring">The ring; one for arrivals.</param>
    /// <param name="arrival">The packet.</param>
    /// <returns>False when the ring is full.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryStage(SpreadRing* ring, Arrival arrival)
    {
        uint next = ring->Staged;
        if (next - ring->KnownTail > ring->Mask)
        {
            ring->KnownTail = Volatile.Read(ref ring->Tail);
            if (next - ring->KnownTail > ring->Mask)
            {
                return false;
            }
        }

        ((Arrival*)(ring + 1))[next & ring->Mask] = arrival;
        ring->Staged = next + 1;
        return true;
    }

    /// <summary>Producer: lets the consumer see what was staged.</summary>
    /// <param name="ring">The ring.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Publish(SpreadRing* ring) => Volatile.Write(ref ring->Head, ring->Staged);

    /// <summary>Consumer: the oldest received packets, as far as they came in on the same port; they stay in the ring.</summary>
    /// <param name="ring">The ring; one for arrivals.</param>
    /// <param name="burst">Where to put them.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="port">The port.</param>
    /// <returns>How many there are.</returns>
    public static uint Peek(SpreadRing* ring, Mbuf** burst, uint count, out uint port)
    {
        uint tail = ring->Tail, there = Math.Min(Volatile.Read(ref ring->Head) - tail, count), n = 0;
        var slots = (Arrival*)(ring + 1);
        port = there == 0 ? 0 : slots[tail & ring->Mask].Port;
        for (; n < there && slots[(tail + n) & ring->Mask].Port == port; n++)
        {
            burst[n] = slots[(tail + n) & ring->Mask].Packet;
        }

        return n;
    }

    /// <summary>Consumer: takes what <see cref="Peek"/> gave out of the ring. They are done with: whoever waits for that goes by it.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="count">How many.</param>
    public static void Release(SpreadRing* ring, uint count) => Volatile.Write(ref ring->Tail, ring->Tail + count);
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Received packets on their way from the worker that received them to the one that their flow belongs to. One producer, one consumer;
/// both go burst by burst, and each looks at the other's cache line only when what it knows of it does not do. The slots follow.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal unsafe struct ArrivalRing
{
    // Where the headers of a packet lie from its mbuf, if its buffer is as pools and drivers make them; a wrong guess costs a fetch.
    private const int Headers = 256;

    /// <summary>Slots published so far; writer the producer.</summary>
    [FieldOffset(0)] public uint Head;

    /// <summary>What <see cref="Tail"/> was when the producer last had to know.</summary>
    [FieldOffset(4)] public uint KnownTail;

    /// <summary>Slots done with so far; writer the consumer.</summary>
    [FieldOffset(128)] public uint Tail;

    /// <summary>What <see cref="Head"/> was when the consumer last had to know.</summary>
    [FieldOffset(132)] public uint KnownHead;

    /// <summary>Slots minus 1; never changes.</summary>
    [FieldOffset(256)] public uint Mask;

    /// <summary>Makes an empty ring in native memory; freed by <see cref="NativeMemory.AlignedFree"/>.</summary>
    /// <param name="slots">Slots, a power of two.</param>
    /// <returns>The ring.</returns>
    public static ArrivalRing* Create(uint slots)
    {
        nuint bytes = (nuint)sizeof(ArrivalRing) + (slots * (nuint)sizeof(Arrival));
        var ring = (ArrivalRing*)NativeMemory.AlignedAlloc(bytes, 128);
        NativeMemory.Clear(ring, bytes);
        ring->Mask = slots - 1;
        return ring;
    }

    /// <summary>Producer: adds packets, which the consumer sees at once.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="packets">The packets' addresses.</param>
    /// <param name="count">How many.</param>
    /// <param name="port">Port they came in on.</param>
    /// <returns>How many there was room for: the first ones.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Add(ArrivalRing* ring, ulong* packets, uint count, uint port)
    {
        uint head = ring->Head, mask = ring->Mask;
        if (mask + 1 - (head - ring->KnownTail) < count)
        {
            ring->KnownTail = Volatile.Read(ref ring->Tail);
            count = Math.Min(count, mask + 1 - (head - ring->KnownTail));
        }

        ulong tag = Arrival.Tag(port);
        ulong* slots = (ulong*)(ring + 1);
        for (uint i = 0; i < count; i++)
        {
            slots[(head + i) & mask] = packets[i] | tag;
        }

        Volatile.Write(ref ring->Head, head + count);
        return count;
    }

    /// <summary>
    /// Consumer: the oldest packets, as far as they came in on the same port; they stay in the ring. All of them begin to be fetched from
    /// the other core's cache at once, the mbuf too, which the first stage would wait for one by one.
    /// </summary>
    /// <param name="ring">The ring.</param>
    /// <param name="burst">Where to put them.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="port">The port.</param>
    /// <returns>How many there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Peek(ArrivalRing* ring, Mbuf** burst, uint count, out uint port)
    {
        uint tail = ring->Tail, known = ring->KnownHead, n = 0, mask = ring->Mask;
        if (known - tail < count)
        {
            ring->KnownHead = known = Volatile.Read(ref ring->Head);
        }

        var slots = (Arrival*)(ring + 1);
        uint there = Math.Min(known - tail, count);
        port = there == 0 ? 0 : slots[tail & mask].Port;
        for (; n < there && slots[(tail + n) & mask].Port == port; n++)
        {
            Mbuf* m = slots[(tail + n) & mask].Packet;
            Wire.Prefetch(m);
            Wire.Prefetch((byte*)m + Headers);
            burst[n] = m;
        }

        return n;
    }

    /// <summary>Consumer: takes what <see cref="Peek"/> gave out of the ring. They are done with: whoever waits for that goes by it.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="count">How many.</param>
    public static void Release(ArrivalRing* ring, uint count) => Volatile.Write(ref ring->Tail, ring->Tail + count);
}

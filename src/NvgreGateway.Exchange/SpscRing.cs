using System.Runtime.CompilerServices;
using System.Threading;

namespace NvgreGateway.Exchange;

/// <summary>
/// A ring of fixed slots for one producer and one consumer, in memory that two processes share. The producer writes the head
/// (line 0), the consumer the tail (line 1); slots begin at line 3. Survives the death of either side: what was published stays.
/// </summary>
public readonly unsafe struct SpscRing
{
    private const int TailOffset = 64;
    private const int ShapeOffset = 128;
    private const int SlotsOffset = 192;
    private readonly byte* _ring;
    private readonly uint _slotBytes;
    private readonly uint _mask;

    /// <summary>A view of a ring that was formatted before.</summary>
    /// <param name="memory">Its memory, 64-byte aligned.</param>
    public SpscRing(byte* memory)
    {
        _ring = memory;
        _slotBytes = *(uint*)(memory + ShapeOffset);
        _mask = *(uint*)(memory + ShapeOffset + 4) - 1;
    }

    /// <summary>Slots.</summary>
    public uint Capacity => _mask + 1;

    /// <summary>Bytes of one slot.</summary>
    public uint SlotBytes => _slotBytes;

    /// <summary>Slots published and not yet released, as either side sees it now.</summary>
    public uint Count => Volatile.Read(ref Head) - Volatile.Read(ref Tail);

    private ref uint Head => ref Unsafe.AsRef<uint>(_ring);

    private ref uint Tail => ref Unsafe.AsRef<uint>(_ring + TailOffset);

    /// <summary>The memory a ring needs.</summary>
    /// <param name="slotBytes">Bytes of a slot, rounded up to 16.</param>
    /// <param name="slots">Slots, a power of two.</param>
    /// <returns>Bytes, a multiple of 64.</returns>
    public static ulong Bytes(uint slotBytes, uint slots) =>
        (SlotsOffset + ((ulong)((slotBytes + 15) & ~15u) * slots) + 63) & ~63ul;

    /// <summary>Makes an empty ring.</summary>
    /// <param name="memory">Zeroed memory of <see cref="Bytes"/>.</param>
    /// <param name="slotBytes">Bytes of a slot.</param>
    /// <param name="slots">Slots, a power of two.</param>
    public static void Format(byte* memory, uint slotBytes, uint slots)
    {
        *(uint*)(memory + ShapeOffset) = (slotBytes + 15) & ~15u;
        *(uint*)(memory + ShapeOffset + 4) = slots;
        *(uint*)memory = 0;
        *(uint*)(memory + TailOffset) = 0;
    }

    /// <summary>Producer: the slot to fill next; nothing is seen of it until <see cref="Publish"/>.</summary>
    /// <returns>The slot, or null when the ring is full.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Reserve()
    {
        uint head = Head;
        return head - Volatile.Read(ref Tail) > _mask ? null : _ring + SlotsOffset + ((ulong)(head & _mask) * _slotBytes);
    }

    /// <summary>Producer: hands over the slot that <see cref="Reserve"/> gave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Publish() => Volatile.Write(ref Head, Head + 1);

    /// <summary>Consumer: the oldest slot; stays until <see cref="Release"/>.</summary>
    /// <returns>The slot, or null when the ring is empty.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Peek()
    {
        uint tail = Tail;
        return Volatile.Read(ref Head) == tail ? null : _ring + SlotsOffset + ((ulong)(tail & _mask) * _slotBytes);
    }

    /// <summary>Consumer: gives back the slot that <see cref="Peek"/> gave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release() => Volatile.Write(ref Tail, Tail + 1);
}

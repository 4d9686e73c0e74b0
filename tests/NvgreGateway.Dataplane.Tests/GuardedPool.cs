using System.Runtime.InteropServices;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>
/// Buffers whose data room ends at a page that nobody may touch: a read or write one byte past a frame that is placed at the end kills
/// the test run. Knows every buffer's state, so that a packet returned twice, or used after, is found.
/// </summary>
internal sealed unsafe partial class GuardedPool : IDisposable
{
    public const int Room = 8192;
    private const int Stride = Room + 4096;
    private readonly byte* _memory;
    private readonly Mbuf* _headers;
    private readonly ulong* _shared; // rte_mbuf_ext_shared_info of each: two pointers and a count
    private readonly int _buffers;
    private readonly int[] _free;
    private readonly bool[] _taken;
    private readonly bool[] _small;
    private readonly ulong[] _sequences;
    private readonly Lock _lock = new();
    private int _count;
    private int _heads;

    public GuardedPool(int buffers = 256)
    {
        _buffers = buffers;
        _free = new int[buffers];
        _taken = new bool[buffers];
        _small = new bool[buffers];
        _sequences = new ulong[buffers];
        _memory = (byte*)Mmap(null, (nuint)(buffers * Stride), 3, 0x22, -1, 0);
        if ((nint)_memory == -1)
        {
            throw new OutOfMemoryException();
        }

        _shared = (ulong*)NativeMemory.AllocZeroed((nuint)(buffers * 3), sizeof(ulong));
        _headers = (Mbuf*)NativeMemory.AlignedAlloc((nuint)(buffers * Mbuf.SizeOf), 64);
        for (int i = 0; i < buffers; i++)
        {
            // Beyond that many, the system's limit of mappings is near.
            if (i < 12000 && Mprotect(_memory + ((long)i * Stride) + Room, 4096, 0) != 0)
            {
                throw new InvalidOperationException("mprotect");
            }

            _free[_count++] = i;
        }
    }

    /// <summary>Allocations still granted; the pool pretends to be empty after.</summary>
    public long Budget { get; set; } = long.MaxValue;

    /// <summary>Small buffers that are out now.</summary>
    public int HeadsInUse => Volatile.Read(ref _heads);

    /// <summary>Small buffers still granted.</summary>
    public int HeadBudget { get; set; } = int.MaxValue;

    public int InUse => _buffers - _count;

    /// <summary>A received frame: it ends where the forbidden page begins, or a fixed headroom lies before it.</summary>
    public Mbuf* Receive(ReadOnlySpan<byte> frame, ulong sequence, int headroom = -1)
    {
        Mbuf* m = Take();
        if (m == null)
        {
            throw new InvalidOperationException("the test's pool is empty");
        }

        m->DataOff = (ushort)(headroom >= 0 ? headroom : Room - frame.Length);
        m->Append(frame.Length);
        frame.CopyTo(new Span<byte>(m->Data, frame.Length));
        _sequences[m - _headers] = sequence;
        return m;
    }

    /// <summary>A received frame in several buffers: of these lengths, and as many of 7900 bytes as the rest takes. Only the first has headroom.</summary>
    public Mbuf* ReceiveChain(ReadOnlySpan<byte> frame, ulong sequence, ReadOnlySpan<int> lengths)
    {
        Mbuf* first = null, last = null;
        for (int i = 0, at = 0; at < frame.Length; i++)
        {
            int n = Math.Min(frame.Length - at, i < lengths.Length ? lengths[i] : 7900);
            Mbuf* m = Receive(frame.Slice(at, n), sequence, first == null ? 128 : -1);
            at += n;
            if (first == null)
            {
                first = m;
            }
            else
            {
                last->Next = m;
                first->NbSegs++;
            }

            last = m;
        }

        first->PktLen = (uint)frame.Length;
        return first;
    }

    /// <summary>A received frame in a buffer that is not its mbuf's own, as of a guest's large frames: its room has a count of its own.</summary>
    public Mbuf* ReceiveExternal(ReadOnlySpan<byte> frame, ulong sequence, int headroom)
    {
        Mbuf* m = Receive(frame, sequence, headroom);
        ulong* shared = _shared + ((m - _headers) * 3);
        shared[2] = 1;
        m->ShInfo = shared;
        m->OlFlags = MbufFlags.External;
        return m;
    }

    public Mbuf* Allocate()
    {
        if (Budget <= 0)
        {
            return null;
        }

        Budget--;
        return Take();
    }

    /// <summary>A small buffer: its room ends at the forbidden page too.</summary>
    public Mbuf* AllocateHead()
    {
        if (HeadBudget <= 0)
        {
            return null;
        }

        HeadBudget--;
        Mbuf* m = Take();
        if (m != null)
        {
            const int Small = Mbuf.DefaultHeadroom + IPorts.HeadBytes;
            m->BufAddr += Room - Small;
            m->BufLen = Small;
            _small[m - _headers] = true;
            Interlocked.Increment(ref _heads);
        }

        return m;
    }

    public void Free(Mbuf* m)
    {
        lock (_lock)
        {
            while (m != null)
            {
                long i = m - _headers;
                if (i < 0 || i >= _buffers || !_taken[i])
                {
                    throw new InvalidOperationException("a buffer was returned twice");
                }

                Mbuf* next = m->Next;
                Mbuf* owner = m->IsClone || (m->OlFlags & MbufFlags.External) != 0 ? OwnerOf(m) : null;
                bool external = owner != null && (m->OlFlags & MbufFlags.External) != 0;
                if (!external || owner != m)
                {
                    LetGo(m);
                }

                // The room of an external buffer is held by its mbuf and each piece alike; here both return together.
                if (owner != null && (!external || (m != owner || Mbuf.LetGo(m)) && --_shared[(owner - _headers) * 3 + 2] == 0))
                {
                    owner->Refcnt += external ? (ushort)1 : (ushort)0;
                    LetGo(owner);
                }

                m = next;
            }
        }
    }

    /// <summary>The buffer that a clone shows bytes of.</summary>
    public Mbuf* OwnerOf(Mbuf* clone) => _headers + ((clone->BufAddr - _memory) / Stride);

    public ulong SequenceOf(Mbuf* m) => _sequences[m - _headers];

    public void SetSequence(Mbuf* m, ulong sequence) => _sequences[m - _headers] = sequence;

    public void Dispose()
    {
        Munmap(_memory, (nuint)(_buffers * Stride));
        NativeMemory.AlignedFree(_headers);
        NativeMemory.Free(_shared);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Mmap(void* address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Mprotect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Munmap(void* address, nuint length);

    private void LetGo(Mbuf* m)
    {
        long i = m - _headers;
        if (!_taken[i])
        {
            throw new InvalidOperationException("nobody holds the buffer that another shows");
        }

        if (Mbuf.LetGo(m))
        {
            _ = _small[i] ? Interlocked.Decrement(ref _heads) : 0;
            _taken[i] = false;
            _small[i] = false;
            _free[_count++] = (int)i;
        }
    }

    private Mbuf* Take()
    {
        lock (_lock)
        {
            if (_count == 0)
            {
                return null;
            }

            int i = _free[--_count];
            _taken[i] = true;
            Mbuf* m = _headers + i;
            Mbuf.Initialise(m, _memory + ((long)i * Stride), Room);
            return m;
        }
    }
}

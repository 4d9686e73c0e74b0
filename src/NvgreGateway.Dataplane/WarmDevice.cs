using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>
/// The two ports of the warm-up: each gives the same prepared frames again and again, and what is sent goes nowhere. Holds a pool of its
/// own in native memory.
/// </summary>
internal sealed unsafe class WarmDevice : SyntheticDevice, IDisposable
{
    private const int Buffers = 1024;
    private const int Room = 2176;
    private readonly byte* _memory;
    private readonly Mbuf*[] _free = new Mbuf*[Buffers];
    private readonly byte[][][] _frames;
    private readonly int[] _next = new int[2];
    private int _count;

    /// <summary>Makes a device.</summary>
    /// <param name="frames">The frames of each of the two ports.</param>
    public WarmDevice(byte[][][] frames)
    {
        _frames = frames;
        _memory = (byte*)NativeMemory.AlignedAlloc(Buffers * (Room + Mbuf.SizeOf), 64);
        for (int i = 0; i < Buffers; i++)
        {
            byte* at = _memory + (i * (Room + Mbuf.SizeOf));
            Mbuf.Initialise((Mbuf*)at, at + Mbuf.SizeOf, Room);
            _free[_count++] = (Mbuf*)at;
        }
    }

    internal override ulong Timestamp => (ulong)Stopwatch.GetTimestamp();

    internal override Mbuf* Allocate()
    {
        if (_count == 0)
        {
            return null;
        }

        Mbuf* m = _free[--_count];
        Mbuf.Initialise(m, (byte*)m + Mbuf.SizeOf, Room);
        return m;
    }

    internal override void Free(Mbuf* m)
    {
        while (m != null)
        {
            Mbuf* next = m->Next;
            Mbuf* owner = m->IsClone ? m->Owner : null;
            LetGo(m);
            if (owner != null)
            {
                LetGo(owner);
            }

            m = next;
        }
    }

    private void LetGo(Mbuf* m)
    {
        if (Mbuf.LetGo(m))
        {
            _free[_count++] = m;
        }
    }

    internal override uint Receive(int port, Mbuf** burst, uint count)
    {
        byte[][] frames = _frames[port];
        for (uint i = 0; i < count; i++)
        {
            Mbuf* m = Allocate();
            if (m == null)
            {
                return i;
            }

            byte[] frame = frames[_next[port]++ % frames.Length];
            m->Append(frame.Length);
            Unsafe.CopyBlockUnaligned(ref *m->Data, ref frame[0], (uint)frame.Length);
            burst[i] = m;
        }

        return count;
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}

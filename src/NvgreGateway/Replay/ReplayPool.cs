using NvgreGateway.Dpdk;

namespace NvgreGateway.Replay;

/// <summary>
/// mbufs in plain memory, for workers without DPDK. The address space is reserved, pages are touched only when used. One thread.
/// </summary>
internal sealed unsafe class ReplayPool : IDisposable
{
    private const int Room = ushort.MaxValue;
    private const nuint Stride = 66 * 1024;
    private readonly NvgreGateway.Exchange.PrivateMemory _memory;
    private readonly Stack<nint> _free;
    private readonly int _count;
    private int _made;

    internal ReplayPool(int count)
    {
        _count = count;
        _free = new Stack<nint>();
        _memory = new NvgreGateway.Exchange.PrivateMemory((ulong)count * Stride);
    }

    /// <summary>Longest frame that one mbuf holds.</summary>
    internal static int LongestFrame => Room - Mbuf.DefaultHeadroom;

    /// <summary>mbufs that are not in the pool.</summary>
    internal int InUse => _made - _free.Count;

    internal Mbuf* Allocate()
    {
        Mbuf* mbuf;
        if (_free.TryPop(out nint p))
        {
            mbuf = (Mbuf*)p;
        }
        else if (_made < _count)
        {
            mbuf = (Mbuf*)(_memory.Pointer + ((nuint)_made++ * Stride));
        }
        else
        {
            return null;
        }

        Mbuf.Initialise(mbuf, (byte*)mbuf + Mbuf.SizeOf, Room);
        return mbuf;
    }

    internal void Free(Mbuf* mbuf)
    {
        while (mbuf != null)
        {
            Mbuf* next = mbuf->Next;
            if (mbuf->Refcnt == 0)
            {
                throw new InvalidOperationException("an mbuf was freed twice");
            }

            Mbuf* owner = mbuf->IsClone ? mbuf->Owner : null;
            LetGo(mbuf);
            if (owner != null)
            {
                LetGo(owner);
            }

            mbuf = next;
        }
    }

    private void LetGo(Mbuf* mbuf)
    {
        if (Mbuf.LetGo(mbuf))
        {
            _free.Push((nint)mbuf);
        }
    }

    public void Dispose() => _memory.Dispose();
}

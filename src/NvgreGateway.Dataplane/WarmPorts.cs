using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Two made-up ports for the warm-up: each gives the same prepared frames again and again, and what is sent goes nowhere. Holds a
/// pool of its own in native memory.
/// </summary>
internal readonly unsafe struct WarmPorts(WarmPorts.Device device) : IPorts
{
    private readonly Device _device = device;

    public ulong Timestamp => (ulong)Stopwatch.GetTimestamp();

    public uint Receive(int port, Mbuf** burst, uint count) => _device.Receive(port, burst, count);

    public uint Transmit(int port, Mbuf** burst, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            _device.Free(burst[i]);
        }

        return count;
    }

    public bool Prepare(int port, Mbuf* mbuf) => true;

    public Mbuf* Allocate() => _device.Allocate();

    public uint Allocate(Mbuf** packets, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            packets[i] = _device.Allocate();
            if (packets[i] == null)
            {
                return i;
            }
        }

        return count;
    }

    public Mbuf* AllocateHead() => _device.Allocate();

    public uint AllocateHeads(Mbuf** packets, uint count) => Allocate(packets, count);

    public ulong ChainPorts => ulong.MaxValue;

    public void Free(Mbuf* mbuf) => _device.Free(mbuf);

    public bool IsUp(int port) => true;

    public ulong SequenceOf(Mbuf* mbuf) => 0;

    public void Inherit(Mbuf* copy, Mbuf* original)
    {
        // Nobody asks for an order.
    }

    public void Stamp(Mbuf* made, ulong sequence)
    {
        // Nobody asks for an order.
    }

    public bool IsPolled(int port) => true;

    public bool HasTransmitQueue(int port) => true;

    public SpreadPlan* Spread(int port) => null;

    /// <summary>The pool, and the frames of both ports.</summary>
    internal sealed class Device : IDisposable
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
        public Device(byte[][][] frames)
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

        public Mbuf* Allocate()
        {
            if (_count == 0)
            {
                return null;
            }

            Mbuf* m = _free[--_count];
            Mbuf.Initialise(m, (byte*)m + Mbuf.SizeOf, Room);
            return m;
        }

        public void Free(Mbuf* m)
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

        public uint Receive(int port, Mbuf** burst, uint count)
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
}

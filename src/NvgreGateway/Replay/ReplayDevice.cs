using System.Runtime.InteropServices;
using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Replay;

/// <summary>
/// What stands for the NICs in <c>replay</c>: each port gives what it was fed and keeps what it is told to send. The number of the
/// input travels in the mbuf (its dynamic fields), so that outputs can be put in the order of inputs.
/// </summary>
internal sealed unsafe class ReplayDevice : IDisposable
{
    private readonly Queue<nint>[] _input;
    private readonly List<ReplayFrame>[] _output;
    private readonly ReplayPool _pool;

    internal ReplayDevice(int ports, int workers)
    {
        // Never empty, whatever waits for neighbours: all that every worker can hold, and as much again as is ever on its way.
        _pool = new ReplayPool(32768 + (workers * (int)Worker<ReplayPorts>.HeldCapacity));
        _input = [.. Enumerable.Range(0, ports).Select(_ => new Queue<nint>())];
        _output = [.. Enumerable.Range(0, ports).Select(_ => new List<ReplayFrame>())];
    }

    /// <summary>The clock, nanoseconds.</summary>
    internal ulong Now { get; set; }

    /// <summary>mbufs that somebody holds.</summary>
    internal int InUse => _pool.InUse;

    /// <summary>What a port sent since it was last taken.</summary>
    internal List<ReplayFrame> Output(int port) => _output[port];

    internal void Feed(int port, in CapturedPacket packet, ulong sequence)
    {
        Mbuf* mbuf = Take(), last = mbuf;
        IReadOnlyList<ushort> buffers = packet.Said?.Buffers ?? [];
        for (int at = 0, i = 0; i < buffers.Count || at < packet.Length;)
        {
            int wanted = i < buffers.Count ? buffers[i++] : packet.Length;
            int part = Math.Min(Math.Min(wanted, packet.Length - at), last->Tailroom);
            NativeMemory.Copy(packet.Data + at, last->Data, (nuint)part);
            last->DataLen = (ushort)part;
            at += part;
            if (i < buffers.Count || at < packet.Length)
            {
                last->Next = Take();
                last = last->Next;
                last->DataOff = 0; // of a chain, only the first buffer has headroom
                mbuf->NbSegs++;
            }
        }

        mbuf->PktLen = (uint)packet.Length;
        mbuf->Port = (ushort)port;
        if (packet.Said is { } said)
        {
            mbuf->OlFlags = said.Flags;
            mbuf->PacketType = said.PacketType;
            mbuf->TxOffload = said.Lengths;
        }

        SetSequence(mbuf, sequence << 1);
        _input[port].Enqueue((nint)mbuf);
    }

    internal uint Receive(int port, Mbuf** burst, uint count)
    {
        uint n = 0;
        while (n < count && _input[port].TryDequeue(out nint mbuf))
        {
            burst[n++] = (Mbuf*)mbuf;
        }

        return n;
    }

    internal uint Transmit(int port, Mbuf** burst, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            Mbuf* mbuf = burst[i];
            var bytes = new byte[mbuf->PktLen];
            int at = 0;
            for (Mbuf* segment = mbuf; segment != null; segment = segment->Next)
            {
                new ReadOnlySpan<byte>(segment->Data, segment->DataLen).CopyTo(bytes.AsSpan(at));
                at += segment->DataLen;
            }

            _output[port].Add(new ReplayFrame(Now, SequenceOf(mbuf), bytes, AskedMetadata.Of(mbuf)));
            _pool.Free(mbuf);
        }

        return count;
    }

    internal Mbuf* Allocate() => _pool.Allocate();

    internal void Free(Mbuf* mbuf) => _pool.Free(mbuf);

    internal static ulong SequenceOf(Mbuf* mbuf) => *(ulong*)&mbuf->DynField[0];

    /// <summary>
    /// Numbers a frame that control made because of an input: behind what that input itself became, whichever worker sends first.
    /// </summary>
    internal static void SetOwn(Mbuf* mbuf, ulong cause) => SetSequence(mbuf, cause | 1);

    internal static void SetSequence(Mbuf* mbuf, ulong sequence) => *(ulong*)&mbuf->DynField[0] = sequence;

    public void Dispose() => _pool.Dispose();

    private Mbuf* Take()
    {
        Mbuf* mbuf = _pool.Allocate();
        return mbuf != null ? mbuf : throw new InvalidOperationException("replay has no mbuf left to feed");
    }
}

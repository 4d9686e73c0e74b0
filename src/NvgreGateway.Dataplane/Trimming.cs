using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>Sets where a packet begins and ends, and pads it.</summary>
internal static unsafe class Trimming
{
    /// <summary>Lets a packet begin at an address of its first buffer and be so many bytes long; what follows is cut off.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet.</param>
    /// <param name="start">Its new first byte.</param>
    /// <param name="length">Its new length, no more than it has from there.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(WorkerContext* w, Mbuf* m, byte* start, uint length)
    {
        if (m->NbSegs != 1)
        {
            SetChain(w, m, start, length);
            return;
        }

        m->DataOff = (ushort)(start - m->BufAddr);
        m->DataLen = (ushort)length;
        m->PktLen = length;
    }

    /// <summary>Pads a packet of one segment to the shortest frame with zeros (A-013, E-008).</summary>
    /// <param name="m">The packet, shorter than 60 bytes.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Pad(Mbuf* m)
    {
        int missing = EthernetHeader.MinFrame - m->DataLen;
        if (missing <= 0)
        {
            return;
        }

        if (m->Tailroom < missing)
        {
            // No room behind: the frame moves into its headroom, which it has (outer headers were there, or 74 bytes).
            byte* from = m->Data;
            m->DataOff = (ushort)(m->DataOff - missing);
            Buffer.MemoryCopy(from, m->Data, m->DataLen, m->DataLen);
        }

        new Span<byte>(m->Data + m->DataLen, missing).Clear();
        m->DataLen = EthernetHeader.MinFrame;
        m->PktLen = EthernetHeader.MinFrame;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SetChain(WorkerContext* w, Mbuf* m, byte* start, uint length)
    {
        m->DataLen = (ushort)(m->DataLen - (start - m->Data));
        m->DataOff = (ushort)(start - m->BufAddr);
        m->PktLen = length;
        ushort segments = 1;
        uint left = length;
        for (Mbuf* s = m; ; s = s->Next, segments++)
        {
            if (s->DataLen >= left)
            {
                Mbuf* rest = s->Next;
                if (s->DataLen != left || rest != null)
                {
                    s->DataLen = (ushort)left; // only where something changes: what other packets share is never written
                    s->Next = null;
                }

                if (rest != null)
                {
                    rest->NbSegs = (ushort)(m->NbSegs - segments);
                    Accounting.Discard(w, rest);
                }

                m->NbSegs = segments;
                return;
            }

            left -= s->DataLen;
        }
    }
}

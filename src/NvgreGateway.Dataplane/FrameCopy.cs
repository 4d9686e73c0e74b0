using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>Copies of whole packets into fresh buffers. Outcome: the copy, or null when the pool is empty.</summary>
internal static unsafe class FrameCopy
{
    /// <summary>Copies a packet; the first buffer keeps its headroom, and the copy belongs to nobody else.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="packet">The packet, one or more segments.</param>
    /// <returns>The copy, or null.</returns>
    public static Mbuf* Make(WorkerContext* w, Mbuf* packet)
    {
        PortAccess ports = w->Ports;
        Mbuf* first = ports.Allocate();
        if (first == null)
        {
            return null;
        }

        first->OlFlags = MbufFlags.None;
        first->Port = packet->Port;
        first->DataLen = 0;
        first->PktLen = 0;
        first->NbSegs = 1;
        first->Next = null;
        Mbuf* last = first;
        uint left = packet->PktLen;
        for (Mbuf* s = packet; s != null && left != 0; s = s->Next)
        {
            byte* from = s->Data;
            for (uint n = Math.Min(s->DataLen, left); n != 0;)
            {
                uint room = (uint)last->Tailroom;
                if (room == 0)
                {
                    Mbuf* more = ports.Allocate();
                    if (more == null)
                    {
                        ports.Free(first);
                        return null;
                    }

                    more->OlFlags = MbufFlags.None;
                    more->DataOff = 0;
                    more->DataLen = 0;
                    more->NbSegs = 1;
                    more->Next = null;
                    last->Next = more;
                    last = more;
                    first->NbSegs++;
                    w->Chains = true;
                    continue;
                }

                uint part = Math.Min(room, n);
                Buffer.MemoryCopy(from, last->Data + last->DataLen, room, part);
                last->DataLen += (ushort)part;
                first->PktLen += part;
                from += part;
                n -= part;
                left -= part;
            }
        }

        OffloadRequest.Carry(first, packet);
        ports.Inherit(first, packet);
        return first;
    }
}

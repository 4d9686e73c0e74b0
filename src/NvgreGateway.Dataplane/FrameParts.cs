using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>Makes frames of parts of another: fragments (B-067) and segments (C.1).</summary>
internal static unsafe class FrameParts
{
    /// <summary>Makes a frame of the first bytes of another, a header, and the next bytes of a payload, over as many buffers as that takes.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet that it is made from.</param>
    /// <param name="first">Bytes taken from its beginning.</param>
    /// <param name="head">The header.</param>
    /// <param name="headLength">Its bytes; with <paramref name="first"/> no more than a buffer holds.</param>
    /// <param name="source">Where the payload has been read up to; moves on also when there is no buffer.</param>
    /// <param name="part">Bytes of payload.</param>
    /// <returns>The frame, or null when the pool is empty.</returns>
    public static Mbuf* Make(WorkerContext* w, Mbuf* m, uint first, byte* head, uint headLength, ref ChainCursor source, uint part)
    {
        PortAccess ports = w->Ports;
        Mbuf* made = ports.Allocate();
        if (made == null)
        {
            source.Skip(part);
            return null;
        }

        made->OlFlags = MbufFlags.None;
        made->Port = m->Port;
        made->NbSegs = 1;
        made->Next = null;
        Buffer.MemoryCopy(m->Data, made->Data, first, first);
        Buffer.MemoryCopy(head, made->Data + first, headLength, headLength);
        made->DataLen = (ushort)(first + headLength);
        made->PktLen = first + headLength + part;
        Mbuf* into = made;
        while (part != 0)
        {
            uint room = (uint)into->Tailroom;
            if (room == 0)
            {
                Mbuf* next = ports.Allocate();
                if (next == null)
                {
                    ports.Free(made);
                    source.Skip(part);
                    return null;
                }

                next->OlFlags = MbufFlags.None;
                next->DataOff = 0;
                next->DataLen = 0;
                next->NbSegs = 1;
                next->Next = null;
                into->Next = next;
                into = next;
                made->NbSegs++;
                w->Chains = true;
                continue;
            }

            uint n = source.Copy(into->Data + into->DataLen, Math.Min(room, part));
            into->DataLen += (ushort)n;
            part -= n;
        }

        ports.Inherit(made, m);
        return made;
    }
}

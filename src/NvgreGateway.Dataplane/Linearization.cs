using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Makes one buffer of every packet of several that leaves through a port which takes no chains (C-141), since such a driver would send
/// its first buffer, or what lies behind it; and as few as hold it of every packet that has more than its port takes (C-019). Looked for
/// only once a worker has met a chain. Outcomes: the packet, in one buffer or few; <c>drop.mbuf.nomem</c>; <c>drop.tx.error</c> if no
/// buffers are that large.
/// </summary>
internal static unsafe class Linearization
{
    /// <summary>Linearises what stands in a transmit buffer; nothing is sent on the way.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">The port.</param>
    /// <param name="limit">How many buffers it takes of a packet.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Run(WorkerContext* w, uint port, ChainLimit limit)
    {
        TxBuffer* b = w->Tx + port;
        Mbuf** packets = TxBuffer.Packets(b);
        TxNote* notes = TxBuffer.Notes(b);
        uint kept = 0;
        for (uint i = 0; i < b->Count; i++)
        {
            Mbuf* m = packets[i];
            TxNote note = notes[i];
            if (m->NbSegs > limit.Of(m))
            {
                Mbuf* made = FrameCopy.Make(w, m);
                DropReason reason = made == null ? DropReason.MbufNomem : made->NbSegs > limit.Of(m) ? DropReason.TxError : DropReason.None;
                if (reason != DropReason.None)
                {
                    if (made != null)
                    {
                        w->Ports.Free(made);
                    }

                    var lost = new Departure { Packet = m, Note = note };
                    b->Bytes -= Transmission.Forget(w, b, lost);
                    b->Special -= note.Record != null || note.Place == 0 ? 1u : 0;
                    Transmission.Abandon(w, lost, reason);
                    continue;
                }

                made->OlFlags |= m->OlFlags & OffloadFlags.Asks; // with the lengths, which every copy has
                Accounting.Discard(w, m);
                m = made;
            }

            packets[kept] = m;
            notes[kept++] = note;
        }

        b->Count = kept;
    }
}

using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Cuts a large TCP frame or datagram into frames of its own, plain or NVGRE, over IPv4 or IPv6 inside and outside: the twin of a
/// device's LSO and USO (C-001 to C-016, C-018, C-024; W-14). Outcomes per segment: queued for its port; <c>drop.mbuf.nomem</c>.
/// </summary>
/// <remarks>
/// The payload is summed while it is copied. To share it instead takes one more buffer for every piece, a locked instruction to hold it and
/// one to let it go, and the sum reads every byte all the same: what librte_gso spends on that alone is what all of this costs
/// (perf/RESULTS.md).
/// </remarks>
internal static unsafe class Segmentation
{
    // Buffers taken at once: the segments of a 64 KB frame, as a rule.
    private const int Batch = 64;

    /// <summary>Cuts a frame and queues the segments; the frame itself stays the caller's.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">Port to send on.</param>
    /// <param name="m">The frame, complete, its headers linear; request and lengths in its mbuf were checked.</param>
    /// <param name="frame">Where its headers lie.</param>
    /// <param name="udp">Whether it is a datagram.</param>
    /// <param name="segment">Payload of a segment, bytes.</param>
    /// <param name="note">Its account; it has a record.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Run(WorkerContext* w, uint port, Mbuf* m, OffloadFrame frame, bool udp, uint segment, TxNote note)
    {
        byte* room = stackalloc byte[SegmentTemplate.Room];
        Mbuf** parts = stackalloc Mbuf*[Batch];
        uint l3Length = m->L3Length, l4Length = m->L4Length, tenantHeaders = EthernetHeader.Size + l3Length + l4Length;
        var template = new SegmentTemplate(room, m->Data, frame, l3Length, l4Length, udp, (w->PortEntries[port].Flags & PortFlags.ShortIds) != 0 ? 0x7FFFu : 0xFFFF);
        uint headers = template.HeaderBytes, payload = ChecksumTwin.LengthOf(m->Data + frame.L3) - l3Length - l4Length;
        var source = new ChainCursor(m, headers);
        PortAccess ports = w->Ports;
        for (uint done = 0, index = 0; done < payload;)
        {
            uint wanted = Math.Min(Batch, (payload - done + segment - 1) / segment);
            Interlocked.Add(ref note.Record->Pending, (int)wanted);
            uint made = ports.Allocate(parts, wanted);
            Count(w, note, made, Math.Min(made * segment, payload - done), tenantHeaders, headers, segment);
            for (uint i = 0; i < wanted; i++, index++)
            {
                uint part = Math.Min(segment, payload - done);
                bool last = done + part == payload;
                if (index <= 1 || last)
                {
                    template.Shape(part, index == 0, last);
                }

                if (i >= made)
                {
                    source.Skip(part);
                    Accounting.LoseCopy(w, note.Record, DropReason.MbufNomem);
                }
                else
                {
                    TxNote own = note.With(tenantHeaders + part);
                    Mbuf* to = parts[i];
                    to->Port = m->Port;
                    to->DataLen = (ushort)headers;
                    to->PktLen = headers + part;
                    if (TryFill(w, ports, to, ref source, part, out ulong sum))
                    {
                        template.Write(to->Data, index, done, sum);
                        if (to->PktLen < EthernetHeader.MinFrame)
                        {
                            Trimming.Pad(to);
                        }

                        ports.Inherit(to, m);
                        Transmission.Again(w, port, to, own, to->PktLen);
                    }
                    else
                    {
                        Transmission.Uncount(w, to, own);
                        ports.Free(to);
                        Accounting.LoseCopy(w, note.Record, DropReason.MbufNomem);
                    }
                }

                done += part;
            }
        }
    }

    // All but the last segment of a frame are of one length.
    private static void Count(WorkerContext* w, TxNote note, uint frames, uint payload, uint tenantHeaders, uint headers, uint segment)
    {
        if (frames != 0)
        {
            uint last = headers + payload - ((frames - 1) * segment);
            uint padding = last < EthernetHeader.MinFrame ? EthernetHeader.MinFrame - last : 0;
            Transmission.Count(w, note, frames, (frames * tenantHeaders) + payload, (frames * headers) + payload + padding);
        }
    }

    // Puts payload behind the headers, over as many buffers as that takes; moves on also when there is none.
    private static bool TryFill(WorkerContext* w, PortAccess ports, Mbuf* made, ref ChainCursor source, uint part, out ulong sum)
    {
        sum = 0;
        Mbuf* into = made;
        for (uint offset = 0; offset != part;)
        {
            uint tail = (uint)into->Tailroom;
            if (tail == 0)
            {
                Mbuf* next = ports.Allocate();
                if (next == null)
                {
                    source.Skip(part - offset);
                    return false;
                }

                w->Chains = true;
                next->DataOff = 0;
                into->Next = next;
                into = next;
                made->NbSegs++;
                continue;
            }

            uint n = source.Copy(into->Data + into->DataLen, Math.Min(tail, part - offset), ref sum, offset);
            into->DataLen += (ushort)n;
            offset += n;
        }

        return true;
    }
}

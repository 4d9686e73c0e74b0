using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Cuts a large TCP frame or datagram into frames of its own, plain or NVGRE, over IPv4 or IPv6 inside and outside: the twin of a
/// device's LSO and USO (C-001 to C-016, C-018, C-024; W-14). Segments share the payload where that is faster
/// (<see cref="SharedSegments"/>), else it is summed while it is copied. Outcomes per segment: queued for its port; <c>drop.mbuf.nomem</c>.
/// </summary>
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
    /// <param name="does">What the port does to such frames.</param>
    /// <param name="note">Its account; it has a record.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Run(WorkerContext* w, uint port, Mbuf* m, OffloadFrame frame, bool udp, uint segment, PortOffloads does, TxNote note)
    {
        byte* room = stackalloc byte[SegmentTemplate.Room];
        Mbuf** parts = stackalloc Mbuf*[Batch];
        uint l3Length = m->L3Length, l4Length = m->L4Length;
        SegmentCut cut = default;
        cut.Template = new SegmentTemplate(room, m->Data, frame, l3Length, l4Length, udp, (w->PortEntries[port].Flags & PortFlags.ShortIds) != 0 ? 0x7FFFu : 0xFFFF);
        cut.Port = port;
        cut.Packet = m;
        cut.Note = note;
        cut.Segment = segment;
        cut.Payload = ChecksumTwin.LengthOf(m->Data + frame.L3) - l3Length - l4Length;
        cut.Headers = cut.Template.HeaderBytes;
        cut.TenantHeaders = EthernetHeader.Size + l3Length + l4Length;
        OffloadFlags.TryTranslate(
            udp ? OffloadKind.UdpChecksum : OffloadKind.TcpChecksum, frame, m->Data[frame.L3] >> 4 == 4, l3Length, l4Length, 0, does, out cut.Asks, out cut.Lengths);
        SharedSegments.Run(w, ref cut);
        var source = new ChainCursor(m, cut.Headers + cut.Done);
        PortAccess ports = w->Ports;
        while (cut.Done != cut.Payload)
        {
            uint wanted = Math.Min(Batch, cut.Left);
            Interlocked.Add(ref note.Record->Pending, (int)wanted);
            uint made = ports.Allocate(parts, wanted);
            cut.Count(w, made);
            for (uint i = 0; i < wanted; i++)
            {
                uint part = cut.Next();
                if (i >= made)
                {
                    source.Skip(part);
                    Accounting.LoseCopy(w, note.Record, DropReason.MbufNomem);
                }
                else
                {
                    TxNote own = note.With(cut.TenantHeaders + part);
                    Mbuf* to = parts[i];
                    to->Port = m->Port;
                    to->DataLen = (ushort)cut.Headers;
                    to->PktLen = cut.Headers + part;
                    if (TryFill(w, ports, to, ref source, part, out ulong sum))
                    {
                        cut.Template.Write(to->Data, cut.Index, cut.Done, sum);
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

                cut.Pass(part);
            }
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

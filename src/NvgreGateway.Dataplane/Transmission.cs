using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// The last stage: packets gather in one buffer per port and leave at the end of the burst. Counters move when a packet is queued and
/// move back if it does not leave. Outcomes: sent; handed to the worker that owns the port's queue; <c>drop.tx.full</c>,
/// <c>drop.port.down</c>, <c>drop.spread.full</c>.
/// </summary>
internal static unsafe class Transmission
{
    /// <summary>Queues a complete packet to a peer.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">Port to send on.</param>
    /// <param name="m">The packet; no longer the caller's.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="id">The peer.</param>
    /// <param name="tenantBytes">Bytes of the tenant frame.</param>
    /// <param name="cast">Kind of its destination MAC.</param>
    /// <param name="note">Its account.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToPeer(WorkerContext* w, uint port, Mbuf* m, uint length, uint id, uint tenantBytes, CastKind cast, TxNote note)
    {
        if (cast == CastKind.Unicast)
        {
            PeerCounters* c = w->PeerCounters + id;
            c->TxUnicast[Exchange.PeerCounters.Packets]++;
            c->TxUnicast[Exchange.PeerCounters.TenantBytes] += tenantBytes;
            c->TxUnicast[Exchange.PeerCounters.OuterBytes] += length;
        }
        else
        {
            CountGroup(w, m, note, undo: false);
        }

        Put(w, port, m, note, length, note.Record != null);
    }

    /// <summary>Queues a complete packet to an attachment; parameters as of <see cref="ToPeer"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToAttachment(WorkerContext* w, uint port, Mbuf* m, uint length, uint id, CastKind cast, TxNote note)
    {
        if (cast == CastKind.Unicast)
        {
            AttachmentCounters* c = w->AttachmentCounters + id;
            c->TxUnicast[0]++;
            c->TxUnicast[1] += length;
        }
        else
        {
            CountGroup(w, m, note, undo: false);
        }

        Put(w, port, m, note, length, note.Record != null);
    }

    /// <summary>Queues a complete packet, wherever it goes.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">Port to send on.</param>
    /// <param name="m">The packet; no longer the caller's.</param>
    /// <param name="note">Its account.</param>
    public static void Queue(WorkerContext* w, uint port, Mbuf* m, TxNote note)
    {
        CountGroup(w, m, note, undo: false);
        Again(w, port, m, note, m->PktLen);
    }

    /// <summary>Queues a packet that the device cuts or sums: it counts as what it is on the wire.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">Port to send on.</param>
    /// <param name="m">The packet; no longer the caller's.</param>
    /// <param name="note">Its account; it has a record.</param>
    public static void QueueAsked(WorkerContext* w, uint port, Mbuf* m, TxNote note)
    {
        CountGroup(w, m, note, undo: false);
        AgainAsked(w, port, m, note);
    }

    /// <summary>Moves the counters of frames of one account at once; <see cref="Again"/> queues them.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="note">Their account.</param>
    /// <param name="frames">How many.</param>
    /// <param name="tenantBytes">Their tenant bytes.</param>
    /// <param name="bytes">Their bytes on the wire.</param>
    public static void Count(WorkerContext* w, TxNote note, uint frames, uint tenantBytes, uint bytes) => Move(w, note, 1, frames, tenantBytes, bytes);

    /// <summary>Queues a packet that the device cuts and whose counters have moved already.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">Port to send on.</param>
    /// <param name="m">The packet; no longer the caller's.</param>
    /// <param name="note">Its account.</param>
    public static void AgainAsked(WorkerContext* w, uint port, Mbuf* m, TxNote note)
    {
        OffloadOutput.Weigh(m, out uint frames, out uint bytes, out _);
        Put(w, port, m, note, bytes, special: true);
        w->Tx[port].More += frames - 1;
        CountCopies(w, note.Record, frames - 1);
    }

    /// <summary>Queues a packet whose counters have moved already.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">Port to send on.</param>
    /// <param name="m">The packet; no longer the caller's.</param>
    /// <param name="note">Its account.</param>
    /// <param name="bytes">Its bytes on the wire.</param>
    public static void Again(WorkerContext* w, uint port, Mbuf* m, TxNote note, uint bytes) => Put(w, port, m, note, bytes, note.Record != null || note.Place == 0);

    /// <summary>Moves the counters of a queued packet back.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet.</param>
    /// <param name="note">Its account.</param>
    public static void Uncount(WorkerContext* w, Mbuf* m, TxNote note) => CountGroup(w, m, note, undo: true);

    /// <summary>Forgets what stands in a buffer: its packets are the caller's.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">The port.</param>
    public static void Empty(WorkerContext* w, uint port)
    {
        TxBuffer* b = w->Tx + port;
        b->Count = 0;
        b->Bytes = 0;
        b->Special = 0;
        b->More = 0;
        w->DirtyPorts &= ~(1ul << (int)port);
    }

    /// <summary>Queues a frame of control's own.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">Port to send on.</param>
    /// <param name="m">The frame.</param>
    public static void QueueInjected(WorkerContext* w, uint port, Mbuf* m) => Put(w, port, m, default, m->PktLen, special: true);

    /// <summary>Empties a buffer after the port took what it took.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">The port.</param>
    /// <param name="sent">How many it took: the first ones.</param>
    /// <param name="reason">Why the others are lost.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(WorkerContext* w, uint port, uint sent, DropReason reason)
    {
        TxBuffer* b = w->Tx + port;
        uint count = b->Count;
        ulong bytes = b->Bytes;
        bool special = b->Special != 0;
        b->Count = 0;
        b->Bytes = 0;
        b->Special = 0;
        w->DirtyPorts &= ~(1ul << (int)port);
        if (sent != count)
        {
            bytes -= Lose(w, b, sent, count, reason);
        }

        PortCounters* c = WorkerContext.PortCounters(w, port);
        c->TxPackets += sent;
        c->TxBytes += bytes;
        if (special)
        {
            c->TxPackets += EndSpecial(w, b, sent);
        }
        else
        {
            w->Stats->Transmitted += sent;
        }
    }

    /// <summary>Hands a whole buffer to the worker that sends for this one.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">The port.</param>
    /// <param name="ring">The ring to its owner; null when nobody sends on it.</param>
    public static void Spread(WorkerContext* w, uint port, SpreadRing* ring)
    {
        TxBuffer* b = w->Tx + port;
        Mbuf** packets = TxBuffer.Packets(b);
        TxNote* notes = TxBuffer.Notes(b);
        uint count = b->Count, given = 0;
        if (ring != null)
        {
            while (given < count && SpreadRing.TryAdd(ring, new Departure { Packet = packets[given], Note = notes[given], Port = port }))
            {
                given++;
            }
        }

        Empty(w, port);
        Lose(w, b, given, count, ring == null ? DropReason.PortDown : DropReason.SpreadFull);
    }

    /// <summary>Takes over packets of another worker.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="ring">The ring from it.</param>
    /// <returns>Whether there were any.</returns>
    public static bool Accept(WorkerContext* w, SpreadRing* ring)
    {
        bool any = false;
        // At most a burst a loop, so that the own ports are not starved.
        for (uint i = 0; i < WorkerContext.MaxBurst && SpreadRing.TryTake(ring, out Departure d); i++)
        {
            w->Chains |= d.Packet->NbSegs > 1; // this worker may have met none itself
            Again(w, d.Port, d.Packet, d.Note, d.Packet->PktLen); // its counters were moved by the other worker
            any = true;
        }

        return any;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(WorkerContext* w, uint port, Mbuf* m, TxNote note, uint length, bool special)
    {
        TxBuffer* b = w->Tx + port;
        if (b->Count == TxBuffer.Capacity)
        {
            w->Ports.Flush(port);
        }

        uint at = b->Count;
        b->Count = at + 1;
        TxBuffer.Packets(b)[at] = m;
        TxBuffer.Notes(b)[at] = note;
        b->Bytes += length;
        if (special)
        {
            b->Special++;
        }

        if (at == 0)
        {
            w->DirtyPorts |= 1ul << (int)port;
        }
    }

    // What is not one received frame that left as one; returns the frames that the device makes beyond those it was given.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong EndSpecial(WorkerContext* w, TxBuffer* b, uint sent)
    {
        TxNote* notes = TxBuffer.Notes(b);
        for (uint i = 0; i < sent; i++)
        {
            CopyRecord* record = notes[i].Record;
            if (record != null)
            {
                // Copies of one frame mostly stand together; a locked instruction costs as much as the rest of a copy's account.
                uint run = 1;
                while (i + 1 < sent && notes[i + 1].Record == record)
                {
                    run++;
                    i++;
                }

                Accounting.EndCopies(w, record, run);
            }
            else if (notes[i].Place == 0)
            {
                w->Stats->Injected++;
            }
            else
            {
                w->Stats->Transmitted += 1 + notes[i].More;
            }
        }

        ulong more = b->More;
        b->More = 0;
        return more;
    }

    // Ends the account of packets that did not leave; returns their bytes.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong Lose(WorkerContext* w, TxBuffer* b, uint first, uint end, DropReason reason)
    {
        ulong bytes = 0;
        for (uint i = first; i < end; i++)
        {
            var d = new Departure { Packet = TxBuffer.Packets(b)[i], Note = TxBuffer.Notes(b)[i] };
            bytes += Forget(w, b, d);
            Abandon(w, d, reason);
        }

        return bytes;
    }

    /// <summary>Takes back what a queued packet counts for beyond one frame.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="b">The buffer that it stands in.</param>
    /// <param name="d">The packet.</param>
    /// <returns>Its bytes on the wire.</returns>
    public static uint Forget(WorkerContext* w, TxBuffer* b, in Departure d)
    {
        OffloadOutput.Weigh(d.Packet, out uint frames, out uint length, out _);
        b->More -= frames - 1;
        CountCopies(w, d.Note.Record, 1ul - frames);
        return length;
    }

    // Of a replicated frame every frame that leaves is a copy; the first of each that a device cuts is counted when it has left.
    private static void CountCopies(WorkerContext* w, CopyRecord* record, ulong more)
    {
        if (more != 0 && record != null && record->Kind == CopyKind.Replicated)
        {
            w->Stats->Counters[(int)CounterId.TxBumCopies] += more; // modulo 2^64
        }
    }

    /// <summary>Ends a packet that was queued and never sent: its counters are moved back.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="d">The packet.</param>
    /// <param name="reason">Why it is lost.</param>
    public static void Abandon(WorkerContext* w, in Departure d, DropReason reason)
    {
        if (d.Note.Place != 0)
        {
            CountGroup(w, d.Packet, d.Note, undo: true);
        }

        End(w, d.Packet, d.Note, reason);
    }

    /// <summary>Ends a packet that is lost and whose counters have not moved, or were moved back.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet.</param>
    /// <param name="note">Its account.</param>
    /// <param name="reason">Why.</param>
    public static void End(WorkerContext* w, Mbuf* m, TxNote note, DropReason reason)
    {
        if (note.Record != null)
        {
            Accounting.LoseCopy(w, note.Record, reason);
        }
        else if (note.Place == 0)
        {
            w->Stats->InjectFailed++;
        }
        else
        {
            uint id = note.Place & Place.IdMask;
            bool peer = (note.Place & Place.Peer) != 0;
            uint segment = peer ? (id < w->PeerCount ? w->Peers[id].Segment : 0) : id < w->AttachmentCount ? w->Attachments[id].Segment : 0;
            if (w->Trace != null)
            {
                TraceLog.Note(w, m, TracePoint.Dropped, (ulong)reason, segment, peer ? id : 0);
            }

            Accounting.CountDrop(w, reason, note.From, segment, peer ? id : 0, 1 + note.More);
        }

        Accounting.Discard(w, m);
    }

    // All kinds of destination; what ToPeer and ToAttachment do inline for unicast.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CountGroup(WorkerContext* w, Mbuf* m, TxNote note, bool undo)
    {
        OffloadOutput.Weigh(m, out uint frames, out uint length, out uint headers);
        uint tenantBytes = note.TenantBytes + ((frames - 1) * (headers == 0 ? 0 : OffloadRequest.HeadersOf(m)));
        Move(w, note, undo ? ulong.MaxValue : 1, frames, tenantBytes, length); // counters are numbers modulo 2^64
    }

    private static void Move(WorkerContext* w, TxNote note, ulong one, uint frames, uint tenantBytes, uint bytes)
    {
        uint id = note.Place & Place.IdMask;
        if ((note.Place & Place.Peer) != 0)
        {
            PeerCounters* c = w->PeerCounters + id;
            ulong* triple = note.Cast == CastKind.Unicast ? c->TxUnicast : c->TxGroup + (((int)note.Cast - 1) * 3);
            triple[Exchange.PeerCounters.Packets] += one * frames;
            triple[Exchange.PeerCounters.TenantBytes] += one * tenantBytes;
            triple[Exchange.PeerCounters.OuterBytes] += one * bytes;
        }
        else
        {
            AttachmentCounters* c = w->AttachmentCounters + id;
            ulong* pair = note.Cast == CastKind.Unicast ? c->TxUnicast : c->TxGroup + (((int)note.Cast - 1) * 2);
            pair[0] += one * frames;
            pair[1] += one * bytes;
        }
    }
}

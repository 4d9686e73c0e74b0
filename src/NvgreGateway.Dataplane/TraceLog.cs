using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// What stages say of a traced packet (F-033). They call it only while <see cref="WorkerContext.Trace"/> is not null, and only where no
/// frame comes that goes straight through: what the straight lines did shows in what pass 1 left and in what is sent
/// (<see cref="TraceStage"/>), so they hold no code for it. A traced packet carries its number in <see cref="Mbuf.HashHigh"/>, copies
/// and fragments of it likewise. A full ring is counted, never waited for.
/// </summary>
internal static unsafe class TraceLog
{
    private const MethodImplOptions Once = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>Tells something of the packet that the stages work on.</summary>
    [MethodImpl(Once)]
    public static void Note(WorkerContext* w, TracePoint point, ulong a = 0, ulong b = 0, ulong c = 0, ulong d = 0) =>
        Write(w, w->Trace->Current, point, 0, null, a, b, c, d);

    /// <summary>Tells something of a packet.</summary>
    [MethodImpl(Once)]
    public static void Note(WorkerContext* w, Mbuf* m, TracePoint point, ulong a = 0, ulong b = 0, ulong c = 0) =>
        Write(w, Of(w, m), point, 0, null, a, b, c, 0);

    /// <summary>Tells something of a frame that leaves as several.</summary>
    [MethodImpl(Once)]
    public static void Note(WorkerContext* w, CopyRecord* record, TracePoint point, ulong a = 0, ulong b = 0) =>
        Write(w, record->Trace, point, 0, null, a, b, 0, 0);

    /// <summary>Tells what is about to be sent, before the port has it.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">The port.</param>
    /// <param name="spreadTo">Worker that sends it for this one, or -1.</param>
    [MethodImpl(Once)]
    public static void Leaving(WorkerContext* w, uint port, int spreadTo)
    {
        TraceState* trace = w->Trace;
        TxBuffer* b = w->Tx + port;
        for (uint i = 0; i < b->Count; i++)
        {
            Mbuf* m = TxBuffer.Packets(b)[i];
            uint id = Of(w, m);
            trace->Leaving[i] = id;
            if (id == 0)
            {
                continue;
            }

            TxNote note = TxBuffer.Notes(b)[i];
            if (spreadTo >= 0)
            {
                Write(w, id, TracePoint.Spread, port, null, (uint)spreadTo, 0, 0, 0);
            }
            else
            {
                Write(w, id, TracePoint.Leaving, port, m, note.Place, note.TenantBytes, 0, 0);
            }
        }
    }

    /// <summary>Tells what a port took; <see cref="Leaving"/> came before, and the notes are still there.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">The port.</param>
    /// <param name="sent">How many it took: the first ones.</param>
    [MethodImpl(Once)]
    public static void Left(WorkerContext* w, uint port, uint sent)
    {
        TraceState* trace = w->Trace;
        TxNote* notes = TxBuffer.Notes(w->Tx + port);
        for (uint i = 0; i < sent; i++)
        {
            uint id = trace->Leaving[i];
            if (id != 0 && (id & TraceEvent.NumberMask) != TraceEvent.OwnNumber)
            {
                Write(w, id, notes[i].Record != null ? TracePoint.CopySent : TracePoint.Transmitted, port, null, notes[i].Place, 0, 0, 0);
            }
        }
    }

    /// <summary>The number that a packet carries in this session.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet.</param>
    /// <returns>It, or 0.</returns>
    [MethodImpl(Once)]
    public static uint Of(WorkerContext* w, Mbuf* m) =>
        (m->HashHigh & ~TraceEvent.NumberMask) == w->Trace->Session ? m->HashHigh : 0; // another session's is not meant

    /// <summary>Writes an event.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="packet">The packet's number; 0 = nothing is written.</param>
    /// <param name="point">What it tells.</param>
    /// <param name="port">Port it is about.</param>
    /// <param name="frame">A frame whose beginning it holds, or null.</param>
    /// <param name="a">Argument.</param>
    /// <param name="b">Argument.</param>
    /// <param name="c">Argument.</param>
    /// <param name="d">Argument.</param>
    [MethodImpl(Once)]
    public static void Write(WorkerContext* w, uint packet, TracePoint point, uint port, Mbuf* frame, ulong a, ulong b, ulong c, ulong d)
    {
        if (packet == 0)
        {
            return;
        }

        var e = (TraceEvent*)w->Trace->Ring.Reserve();
        if (e == null)
        {
            Interlocked.Increment(ref w->Trace->Control->Lost);
            return;
        }

        e->Time = w->Ports.Timestamp;
        e->Packet = packet;
        e->Point = point;
        e->Port = (byte)port;
        e->Worker = (byte)w->Index;
        e->A = a;
        e->B = b;
        e->C = c;
        e->D = d;
        e->Length = frame == null ? 0 : frame->PktLen;
        uint captured = 0;
        for (Mbuf* s = frame; s != null && captured < TraceEvent.MostData; s = s->Next)
        {
            uint n = Math.Min(s->DataLen, TraceEvent.MostData - captured);
            Buffer.MemoryCopy(s->Data, e->Data + captured, n, n);
            captured += n;
        }

        e->Captured = captured;
        w->Trace->Ring.Publish();
    }
}

using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Packets for a next hop whose MAC is not known wait here, complete but for it, in the order they came, and bounded per next hop over
/// all workers (A-054, A-055, E-063). Outcomes: queued for its port; held; <c>drop.neigh.pending</c>, <c>drop.neigh.unresolved</c>.
/// </summary>
internal static unsafe class NeighborStage
{
    /// <summary>Sends a packet that cannot simply go, because its next hop is not resolved or others wait.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet, complete but for its destination MAC.</param>
    /// <param name="port">Port to send on.</param>
    /// <param name="nextHop">Next hop id.</param>
    /// <param name="note">Its account.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Send(WorkerContext* w, Mbuf* m, uint port, uint nextHop, TxNote note)
    {
        NextHopSlot* slot = w->NextHops + nextHop;
        ulong word = Volatile.Read(ref slot->Word);
        switch (NextHopSlot.StateOf(word))
        {
            case NextHopState.Resolved:
                Release(w, nextHop, word); // what waits goes first: no packet overtakes another of its flow
                SetMac(m, word);
                Transmission.Queue(w, port, m, note);
                return;
            case NextHopState.Idle or NextHopState.Pending:
                Hold(w, slot, m, port, nextHop, note);
                return;
            default:
                Lose(w, m, note, DropReason.NeighUnresolved);
                return;
        }
    }

    /// <summary>Looks after what is held: in every loop while there is something.</summary>
    /// <param name="w">The worker.</param>
    /// <returns>Whether anything was sent or dropped.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Poll(WorkerContext* w)
    {
        bool any = false;
        for (uint i = w->HeldHops; i-- > 0;)
        {
            HeldHop* hop = w->HeldHop + i;
            NextHopSlot* slot = w->NextHops + hop->NextHop;
            ulong word = Volatile.Read(ref slot->Word);
            bool changed = slot->AddressHigh != hop->AddressHigh || slot->AddressLow != hop->AddressLow;
            NextHopState state = changed ? NextHopState.Unused : NextHopSlot.StateOf(word);
            if (state is NextHopState.Idle or NextHopState.Pending)
            {
                Ask(w, hop, slot, state);
                continue;
            }

            End(w, i, state == NextHopState.Resolved ? DropReason.None : DropReason.NeighUnresolved, word);
            any = true;
        }

        return any;
    }

    /// <summary>Drops everything that is held.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="reason">Why.</param>
    public static void DropAll(WorkerContext* w, DropReason reason)
    {
        while (w->HeldHops != 0)
        {
            End(w, w->HeldHops - 1, reason, 0);
        }
    }

    private static void Hold(WorkerContext* w, NextHopSlot* slot, Mbuf* m, uint port, uint nextHop, TxNote note)
    {
        HeldHop* hop = null;
        for (uint i = 0; i < w->HeldHops; i++)
        {
            if (w->HeldHop[i].NextHop == nextHop)
            {
                hop = w->HeldHop + i;
                break;
            }
        }

        if (w->HeldFree == 0 || (hop == null && w->HeldHops == WorkerContext.HeldHopCapacity))
        {
            Lose(w, m, note, DropReason.NeighPending);
            return;
        }

        if ((uint)Interlocked.Increment(ref slot->Held) > w->HoldLimit)
        {
            Interlocked.Decrement(ref slot->Held);
            Lose(w, m, note, DropReason.NeighPending); // the newest
            return;
        }

        uint at = w->HeldFree;
        Departure* held = w->Held + at;
        w->HeldFree = held->Next;
        held->Packet = m;
        held->Note = note;
        held->Port = port;
        held->Next = 0;
        if (hop == null)
        {
            hop = w->HeldHop + w->HeldHops++;
            *hop = new HeldHop
            {
                NextHop = nextHop,
                First = at,
                AddressHigh = slot->AddressHigh,
                AddressLow = slot->AddressLow,
                Sequence = w->Ports.SequenceOf(m),
            };
        }
        else
        {
            w->Held[hop->Last].Next = at;
        }

        if (w->Trace != null)
        {
            TraceLog.Note(w, m, TracePoint.Held, nextHop, note.Place);
        }

        hop->Last = at;
        w->HeldPackets++;
        if (note.Record == null)
        {
            w->Stats->Held++; // a frame that is replicated is counted as held until its last copy ends
        }

        Ask(w, hop, slot, slot->State);
    }

    // Control is told once a tick that an idle next hop is needed; a full ring means again in the next loop.
    private static void Ask(WorkerContext* w, HeldHop* hop, NextHopSlot* slot, NextHopState state)
    {
        if (state == NextHopState.Idle && hop->AskedTick != w->Tick && Punting.NextHop(w, hop->NextHop, slot->Port, hop->Sequence))
        {
            hop->AskedTick = w->Tick;
        }
    }

    private static void Release(WorkerContext* w, uint nextHop, ulong word)
    {
        for (uint i = 0; i < w->HeldHops; i++)
        {
            if (w->HeldHop[i].NextHop == nextHop)
            {
                NextHopSlot* slot = w->NextHops + nextHop;
                bool changed = slot->AddressHigh != w->HeldHop[i].AddressHigh || slot->AddressLow != w->HeldHop[i].AddressLow;
                End(w, i, changed ? DropReason.NeighUnresolved : DropReason.None, word);
                return;
            }
        }
    }

    // Sends (reason None) or drops a whole list; the last list takes its place.
    private static void End(WorkerContext* w, uint index, DropReason reason, ulong word)
    {
        HeldHop hop = w->HeldHop[index];
        w->HeldHop[index] = w->HeldHop[--w->HeldHops];
        for (uint at = hop.First; at != 0;)
        {
            Departure held = w->Held[at];
            w->Held[at].Next = w->HeldFree;
            w->HeldFree = at;
            w->HeldPackets--;
            Interlocked.Decrement(ref w->NextHops[hop.NextHop].Held);
            if (held.Note.Record == null)
            {
                w->Stats->Held--;
            }

            if (w->Trace != null)
            {
                TraceLog.Note(w, held.Packet, TracePoint.Released, hop.NextHop, (ulong)reason);
            }

            if (reason == DropReason.None)
            {
                SetMac(held.Packet, word);
                Transmission.Queue(w, held.Port, held.Packet, held.Note);
            }
            else
            {
                Lose(w, held.Packet, held.Note, reason);
            }

            at = held.Next;
        }
    }

    private static void Lose(WorkerContext* w, Mbuf* m, TxNote note, DropReason reason) => Transmission.End(w, m, note, reason);

    private static void SetMac(Mbuf* m, ulong word)
    {
        byte* p = m->Data;
        Wire.Store64(p, (word & Wire.MacMask) | (Wire.Load64(p) & ~Wire.MacMask));
    }
}

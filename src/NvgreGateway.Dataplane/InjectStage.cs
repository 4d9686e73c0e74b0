using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Frames of control's own, sent as they are and padded, or as tenant frames to an attachment or peer. Outcomes: queued for its port;
/// held for a next hop; <c>InjectFailed</c> (no buffer, too long for one, no such port or place). They are no received frames, so they are in no drop counter.
/// </summary>
internal static unsafe class InjectStage
{
    /// <summary>Frames taken in one loop at most, so that packets do not wait for control.</summary>
    private const int Burst = 32;

    /// <summary>Takes what control has put into the ring.</summary>
    /// <param name="w">The worker.</param>
    /// <returns>Whether there was anything.</returns>
    public static bool Run(WorkerContext* w)
    {
        PortAccess ports = w->Ports;
        int taken = 0;
        for (; taken < Burst; taken++)
        {
            var slot = (InjectSlot*)w->Inject.Peek();
            if (slot == null)
            {
                break;
            }

            uint port = slot->Port, length = slot->Length;
            Mbuf* m = port < w->MaxPorts && length <= w->Inject.SlotBytes - InjectSlot.HeadBytes ? ports.Allocate() : null;
            if (m == null || m->BufLen - m->DataOff < length)
            {
                if (m != null)
                {
                    ports.Free(m);
                }

                w->Stats->InjectFailed++;
            }
            else
            {
                Buffer.MemoryCopy(InjectSlot.Data(slot), m->Data, length, length);
                m->DataLen = (ushort)length;
                m->PktLen = length;
                ports.Stamp(m, slot->Sequence);
                if (w->Trace != null && w->Trace->Control->Own != 0)
                {
                    m->HashHigh = w->Trace->Session | TraceEvent.OwnNumber;
                }

                if (slot->Place != 0)
                {
                    SendTenant(w, m, slot->Place, port);
                }
                else
                {
                    Trimming.Pad(m);
                    Transmission.QueueInjected(w, port, m);
                }
            }

            w->Inject.Release();
        }

        return taken != 0;
    }

    // Like any tenant frame (rule 0.2.7), but in no account of received frames.
    private static void SendTenant(WorkerContext* w, Mbuf* m, uint to, uint port)
    {
        uint id = to & Place.IdMask;
        bool toPeer = (to & Place.Peer) != 0;
        uint segment = toPeer ? (id < w->PeerCount ? w->Peers[id].Segment : 0) : id < w->AttachmentCount ? w->Attachments[id].Segment : 0;
        CopyRecord* record = segment != 0 && port < w->PortCount && m->PktLen >= EthernetHeader.Size
            ? Accounting.BeginCopies(w, port, segment, 0, CopyKind.Own)
            : null;
        if (record == null)
        {
            w->Stats->InjectFailed++;
            Accounting.Discard(w, m);
            return;
        }

        byte* p = m->Data;
        TenantFlow flow = FlowHash.Classify(p, p + EthernetHeader.Size, m->PktLen - EthernetHeader.Size);
        var k = new Work
        {
            Packet = m,
            DestinationKey = FdbTable.Key(Wire.Load64(p) & Wire.MacMask, segment),
            Crc = flow.Crc,
            Length = m->PktLen,
            Needed = m->PktLen,
            Tos = (byte)flow.TrafficClass,
            Family = (byte)flow.Family,
        };
        Interlocked.Increment(ref record->Pending);
        if (k.Length > SizeStage.LongestOf(w, to))
        {
            Accounting.LoseCopy(w, record, DropReason.MtuEgress);
            Accounting.Discard(w, m);
        }
        else
        {
            SizeStage.Leave(w, m, p, Wire.Load64(p), Wire.Load32(p + 8), 0, &k, to, port, record);
        }

        Accounting.Settle(w, record);
    }
}

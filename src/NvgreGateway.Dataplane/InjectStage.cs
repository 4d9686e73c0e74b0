using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Frames of control's own, sent as they are and padded. Outcomes: queued for its port; <c>InjectFailed</c> (no buffer, too long for
/// one, no such port). They are no received frames, so they are in no drop counter.
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
                Trimming.Pad(m);
                Transmission.QueueInjected(w, port, m);
            }

            w->Inject.Release();
        }

        return taken != 0;
    }
}

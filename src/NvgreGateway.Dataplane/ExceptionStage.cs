using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// The exception port of an underlay port (B-018, C-045): what would be <c>drop.ip.not_local</c> or <c>drop.ip.proto</c> leaves by it with
/// the bytes that it came with, and what comes in there leaves by the underlay port likewise. Nothing that came from the one goes back to
/// it, so nothing circles. It stands only where frames are dropped without it. Outcomes: sent; <c>drop.l2.oversize</c> (longer than either
/// port takes), <c>drop.l2.not_for_us</c> (from the exception port to the underlay port's own MAC), <c>drop.mbuf.nomem</c>; those of <see cref="Transmission"/>.
/// </summary>
internal static unsafe class ExceptionStage
{
    // What a buffer is, and not what was said of the frame or asked for it.
    private const MbufFlags OfTheBuffer = MbufFlags.Indirect | MbufFlags.External;

    /// <summary>Whether a frame of an underlay port is one for its exception port, if it has one.</summary>
    /// <param name="port">The underlay port.</param>
    /// <param name="reason">Why it would be dropped.</param>
    /// <returns>Whether it is.</returns>
    public static bool Takes(PortEntry* port, DropReason reason) => reason is DropReason.IpNotLocal or DropReason.IpProto && port->Beside != 0;

    /// <summary>Sends a frame on by the port beside.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet as it was received, prepared; no longer the caller's.</param>
    /// <param name="from">Port it came in on; it has one beside.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Send(WorkerContext* w, Mbuf* m, uint from)
    {
        PortEntry* ports = w->PortEntries;
        uint to = ports[from].Beside - 1u;
        if (m->PktLen > Math.Min(ports[from].MaxFrame, ports[to].MaxFrame))
        {
            Accounting.Drop(w, m, DropReason.L2Oversize, from);
            return;
        }

        // Whoever sends it back sends it in a circle, through whatever reflects frames behind the one port and the other.
        if ((ports[from].Flags & PortFlags.Exception) != 0 && (Wire.Load64(m->Data) & Wire.MacMask) == ports[to].Mac)
        {
            Accounting.Drop(w, m, DropReason.L2NotForUs, from);
            return;
        }

        // A record of its own, since it goes to no attachment and no peer.
        CopyRecord* record = Accounting.BeginCopies(w, from, 0, 0, CopyKind.Fragments);
        if (record == null)
        {
            Accounting.Drop(w, m, DropReason.MbufNomem, from);
            return;
        }

        m->OlFlags &= OfTheBuffer;
        m->TxOffload = 0;
        Transmission.Again(w, to, m, new TxNote(record, 0, m->PktLen, from, CastKind.Unicast), m->PktLen);
    }
}

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// First stage of both paths: later stages rely on a buffer that nobody else holds, on <see cref="LinearBytes"/> linear bytes (or the
/// whole frame), on headroom for the longest outer header, and on tags being in the frame. Outcomes: the packet as it is; a copy;
/// <c>drop.mbuf.nomem</c>.
/// </summary>
internal static unsafe class BufferStage
{
    /// <summary>
    /// Bytes at the start of a frame that stages may read without looking at segments: outer Ethernet and tag, IPv6 with 256 bytes of
    /// extension headers, GRE, and an inner frame up to its ports fit.
    /// </summary>
    public const uint LinearBytes = 512;

    /// <summary>Headroom a received packet must have: 66 bytes of outer headers, and 8 for tags that the device took off.</summary>
    public const uint Headroom = 74;

    private const MbufFlags Special =
        MbufFlags.Indirect | MbufFlags.External | MbufFlags.RxVlanStripped | MbufFlags.RxQinqStripped | MbufFlags.RxLro | MbufFlags.RxL4ChecksumBad;

    /// <summary>Whether a packet needs nothing: one segment, nobody else's, headroom, no tag taken off, nothing to be completed.</summary>
    /// <param name="m">The packet.</param>
    /// <returns>Whether it is.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPlain(Mbuf* m)
    {
        ulong rearm = m->RearmData; // data_off, refcnt, nb_segs, port
        return (uint)(rearm >> 16) == 0x0001_0001 && (ushort)rearm >= Headroom && (m->OlFlags & Special) == 0;
    }

    /// <summary>Makes a packet what later stages rely on.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet; no longer the caller's.</param>
    /// <param name="from">Port it came in on.</param>
    /// <returns>The packet to go on with, or null: it was dropped.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Mbuf* Prepare(WorkerContext* w, Mbuf* m, uint from)
    {
        MbufFlags flags = m->OlFlags;
        ushort tci = m->VlanTci, outerTci = m->VlanTciOuter, segment = m->SegmentSize;
        w->Chains |= m->NbSegs > 1;
        bool copy = m->DataOff < Headroom || (m->NbSegs > 1 && m->DataLen < Math.Min(LinearBytes, m->PktLen));
        for (Mbuf* s = m; s != null; s = s->Next)
        {
            copy |= !s->IsWritable;
        }

        if (copy)
        {
            Mbuf* made = FrameCopy.Make(w, m);
            if (made == null)
            {
                Accounting.Drop(w, m, DropReason.MbufNomem, from);
                return null;
            }

            Accounting.Discard(w, m);
            m = made;
        }

        if (m->DataLen >= 12)
        {
            // With both flags the device took off two tags and the inner one is in vlan_tci.
            if ((flags & MbufFlags.RxVlanStripped) != 0)
            {
                PutBack(m, VlanTag.Word(tci));
            }

            if ((flags & MbufFlags.RxQinqStripped) != 0)
            {
                PutBack(m, UInt32BigEndian.FromHost(((uint)BinaryPrimitives.ReverseEndianness(w->PortEntries[from].Tpid) << 16) | outerTci));
            }
        }

        MbufFlags spent = (Special & ~MbufFlags.External) | MbufFlags.TxUdpSegmentation | ((flags & MbufFlags.RxL4ChecksumBad) != 0 ? MbufFlags.RxL4ChecksumNone : 0); // half of "none" would be "good"
        m->OlFlags &= ~spent;
        if ((flags & (MbufFlags.RxLro | MbufFlags.RxL4ChecksumBad)) != 0 && (w->PortEntries[from].Flags & (PortFlags.TakesRequests | PortFlags.Underlay)) == PortFlags.TakesRequests)
        {
            OffloadInput.Admit(w, m, flags, segment);
        }

        return m;
    }

    private static void PutBack(Mbuf* m, UInt32BigEndian word)
    {
        byte* p = m->Data;
        ulong a = Unsafe.ReadUnaligned<ulong>(p);
        uint c = Unsafe.ReadUnaligned<uint>(p + 8);
        p = m->Prepend(VlanTag.Size);
        Unsafe.WriteUnaligned(p, a);
        Unsafe.WriteUnaligned(p + 8, c);
        Unsafe.WriteUnaligned(p + 12, word.Raw);
    }
}

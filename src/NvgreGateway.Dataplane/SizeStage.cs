using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// A tenant frame on its way out that cannot simply go: longer than the way takes, or a TCP SYN (B-016, B-043, B-065 to B-068, B-071 to
/// B-073). Frames that <see cref="Work.Needed"/> lets pass never come here. Outcomes: sent, its MSS lowered (<see cref="MssClamp"/>);
/// fragmented (<see cref="FragmentStage"/>); <c>drop.mtu.df</c> (IPv4 that must not be fragmented), <c>.v6</c>, <c>.nonip</c>,
/// <c>.below1280</c>, <c>.egress</c> (an IP packet that would fit in a frame that does not, or whose length is not what it says).
/// </summary>
internal static unsafe class SizeStage
{
    /// <summary>What becomes of a frame at one way out.</summary>
    public struct Verdict
    {
        /// <summary>Why it is dropped; none = it is sent.</summary>
        public DropReason Reason;

        /// <summary>Whether it is sent in fragments.</summary>
        public bool Fragment;

        /// <summary>Whether its sender is to be told, if nothing speaks against it (B-070).</summary>
        public bool Tell;
    }

    /// <summary>Sends a frame, known unicast, to a peer or an attachment.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">The frame; its packet is no longer the caller's.</param>
    /// <param name="inner">Where the untagged tenant frame is to begin: bytes 12 on are there already.</param>
    /// <param name="macs">Destination MAC and first two bytes of the source MAC.</param>
    /// <param name="macsEnd">The rest of the source MAC.</param>
    /// <param name="priority">PCP and DEI of tags (PCP shifted left by 1).</param>
    /// <param name="to">Where to: attachment or peer id with <see cref="Place.Peer"/>.</param>
    /// <param name="from">Port it came in on.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Send(WorkerContext* w, Work* k, byte* inner, ulong macs, uint macsEnd, uint priority, uint to, uint from)
    {
        Mbuf* m = k->Packet;
        uint id = to & Place.IdMask, longest = LongestOf(w, to);
        Verdict verdict = Judge(w, k, inner + EthernetHeader.Size, longest, (to & Place.Peer) != 0);
        if (w->Trace != null)
        {
            TraceLog.Note(w, TracePoint.Size, to, longest, (ulong)verdict.Reason, verdict.Fragment ? 1ul : 0);
        }

        if (verdict.Reason != DropReason.None)
        {
            if (verdict.Tell)
            {
                Punting.TooBig(w, k, inner, macs, macsEnd, from, to, longest - EthernetHeader.Size);
            }

            Accounting.Drop(w, m, verdict.Reason, from, k->Segment, (to & Place.Peer) != 0 ? id : k->Peer);
            return;
        }

        Clamp(w, k, m, inner, (to & Place.Peer) != 0 ? id : k->Peer);
        bool asks = OffloadRequest.Is(m);
        if (!verdict.Fragment && !asks)
        {
            Leave(w, m, inner, macs, macsEnd, priority, k, to, from, null);
            return;
        }

        // What asks for something may leave as several frames; its record also lets the last stage find it.
        CopyRecord* record = Accounting.BeginCopies(w, from, k->Segment, (to & Place.Peer) != 0 ? id : k->Peer, CopyKind.Fragments);
        if (record == null)
        {
            Accounting.Drop(w, m, DropReason.MbufNomem, from, k->Segment, (to & Place.Peer) != 0 ? id : k->Peer);
            return;
        }

        if (!verdict.Fragment)
        {
            record->Pending++;
            Leave(w, m, inner, macs, macsEnd, priority, k, to, from, record);
            Accounting.Settle(w, record);
            return;
        }

        Wire.Store64(inner, macs);
        Wire.Store32(inner + 8, macsEnd);
        Trimming.Set(w, m, inner, k->Length);
        FragmentStage.Run(w, m, k, longest, priority, to, from, record);
        Accounting.Discard(w, m);
        Accounting.Settle(w, record);
    }

    /// <summary>Longest untagged tenant frame that a way out takes.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="to">Attachment or peer id with <see cref="Place.Peer"/>.</param>
    /// <returns>Bytes.</returns>
    public static uint LongestOf(WorkerContext* w, uint to)
    {
        uint id = to & Place.IdMask;
        return (to & Place.Peer) != 0 ? w->Peers[id].MaxInnerFrame : w->Attachments[id].MaxInnerFrame;
    }

    /// <summary>What becomes of a frame at a way out.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">The frame.</param>
    /// <param name="l3">First byte behind its EtherType.</param>
    /// <param name="longest">Longest tenant frame that the way takes.</param>
    /// <param name="toPeer">Whether it leads to a peer.</param>
    /// <returns>The verdict.</returns>
    public static Verdict Judge(WorkerContext* w, Work* k, byte* l3, uint longest, bool toPeer)
    {
        bool six = k->Family == TenantHeader.Ipv6;
        if (six && toPeer && longest < PeerEntry.LeastIpv6Frame)
        {
            return new Verdict { Reason = DropReason.MtuBelow1280 }; // whatever its length (B-016)
        }

        if (k->Length <= longest)
        {
            return default;
        }

        if (OffloadRequest.Is(k->Packet))
        {
            OffloadKind kind = OffloadRequest.KindOf(k->Packet);
            if (kind is not (OffloadKind.TcpChecksum or OffloadKind.UdpChecksum) || OffloadRequest.IsRefused(k->Packet))
            {
                return OffloadRequest.Fits(k->Packet, longest) ? default : new Verdict { Reason = DropReason.OffloadInvalid };
            }
        }

        if (k->Family == TenantHeader.NotIp)
        {
            return new Verdict { Reason = DropReason.MtuNonip };
        }

        uint packet = EthernetHeader.Size + (six ? Ipv6Header.Size + Wire.Big16(l3 + 4) : Wire.Big16(l3 + 2));
        if (packet <= longest || packet > k->Length)
        {
            return new Verdict { Reason = DropReason.MtuEgress };
        }

        if (six)
        {
            return new Verdict { Reason = DropReason.MtuV6, Tell = longest >= PeerEntry.LeastIpv6Frame };
        }

        if ((Wire.Big16(l3 + 6) & Ipv4Header.DontFragment) != 0)
        {
            return new Verdict { Reason = DropReason.MtuDf, Tell = true };
        }

        bool fragment = (w->Segments[k->Segment].Flags & SegmentFlags.Fragment) != 0
            && longest >= EthernetHeader.Size + ((*l3 & 0xFu) * 4) + 8;
        return fragment ? new Verdict { Fragment = true } : new Verdict { Reason = DropReason.MtuDf };
    }

    /// <summary>Clamps the MSS of a frame that may be a SYN, if its segment wants that.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">What pass 1 found out.</param>
    /// <param name="m">The packet: this very copy.</param>
    /// <param name="inner">Where the untagged tenant frame begins in it.</param>
    /// <param name="peer">Peer that it goes to, or came from; 0 = neither: nothing is clamped.</param>
    public static void Clamp(WorkerContext* w, Work* k, Mbuf* m, byte* inner, uint peer)
    {
        if (k->Needed != k->Length && peer != 0 && (w->Segments[k->Segment].Flags & SegmentFlags.MssClamp) != 0)
        {
            byte* l3 = inner + EthernetHeader.Size;
            uint linear = Math.Min((uint)(m->Data + m->DataLen - l3), k->Length - EthernetHeader.Size);
            MssClamp.Apply(l3, linear, k->Family, w->Peers[peer].MaxInnerFrame - (uint)EthernetHeader.Size);
        }
    }

    /// <summary>Sends what fits.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet.</param>
    /// <param name="inner">Where the untagged tenant frame is to begin.</param>
    /// <param name="macs">Destination MAC and first two bytes of the source MAC.</param>
    /// <param name="macsEnd">The rest of the source MAC.</param>
    /// <param name="priority">PCP and DEI of tags.</param>
    /// <param name="k">What is known of it.</param>
    /// <param name="to">Attachment or peer id with <see cref="Place.Peer"/>.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="record">The record of a copy, or null.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Leave(
        WorkerContext* w, Mbuf* m, byte* inner, ulong macs, uint macsEnd, uint priority, Work* k, uint to, uint from, CopyRecord* record)
    {
        if ((to & Place.Peer) != 0)
        {
            PeerOutput.Send(w, m, inner, macs, macsEnd, k, to & Place.IdMask, from, k->Cast, record);
        }
        else
        {
            AttachmentOutput.Send(
                w, m, inner, macs, macsEnd, priority, k->Length, to & Place.IdMask, k->Cast,
                new TxNote(record, to & Place.IdMask, k->Length, from, k->Cast));
        }
    }
}

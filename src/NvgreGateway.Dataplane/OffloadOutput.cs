using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// What frames asked for is settled here, just before they leave, on the worker that owns the port's queue and by what the port does
/// now: so nothing that waited in a ring or for a neighbour can meet a port that no longer does it (C-019, C-021, C-075), and no
/// device is told to cut a frame of more buffers than it takes. Order is kept (C-017). Outcomes: told to the device; done by its twin (<see cref="ChecksumTwin"/>, <see cref="Segmentation"/>);
/// <c>drop.offload.invalid</c>.
/// </summary>
internal static unsafe class OffloadOutput
{
    /// <summary>Whether a transmit buffer holds a frame that asks for something.</summary>
    /// <param name="b">The buffer.</param>
    /// <returns>Whether it does.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Any(TxBuffer* b)
    {
        for (uint i = 0; i < b->Count; i++)
        {
            if (OffloadRequest.Is(TxBuffer.Packets(b)[i]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Settles every request of a transmit buffer; the buffer may be sent several times on the way.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">The port.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Run(WorkerContext* w, uint port)
    {
        TxBuffer* b = w->Tx + port, asked = w->Asked;
        *asked = *b;
        Transmission.Empty(w, port);
        for (uint i = 0; i < asked->Count; i++)
        {
            Mbuf* m = TxBuffer.Packets(asked)[i];
            TxNote note = TxBuffer.Notes(asked)[i];
            if (OffloadRequest.Is(m))
            {
                Settle(w, port, m, note);
            }
            else
            {
                Transmission.Again(w, port, m, note, m->PktLen);
            }
        }
    }

    /// <summary>What a frame is on the wire: more than one if the device cuts it.</summary>
    /// <param name="m">The frame as it is given to the device.</param>
    /// <param name="frames">Frames.</param>
    /// <param name="bytes">Their bytes.</param>
    /// <param name="headers">Bytes of headers of each; 0 if the device does not cut it.</param>
    public static void Weigh(Mbuf* m, out uint frames, out uint bytes, out uint headers)
    {
        frames = 1;
        bytes = m->PktLen;
        headers = 0;
        if ((m->OlFlags & (MbufFlags.TxTcpSegmentation | MbufFlags.TxUdpSegmentation)) != 0)
        {
            headers = m->OuterL2Length + m->OuterL3Length + m->L2Length + m->L3Length + m->L4Length;
            frames = (m->PktLen - headers + m->SegmentSize - 1) / m->SegmentSize;
            uint last = m->PktLen - headers - ((frames - 1) * m->SegmentSize) + headers;
            bytes += ((frames - 1) * headers) + (last < EthernetHeader.MinFrame ? EthernetHeader.MinFrame - last : 0); // padded, as the twin does
        }
    }

    private static void Settle(WorkerContext* w, uint port, Mbuf* m, TxNote note)
    {
        OffloadKind kind = OffloadRequest.KindOf(m);
        bool toPeer = (note.Place & Place.Peer) != 0;
        byte* p = m->Data;
        var frame = new OffloadFrame(p, toPeer);
        uint l3 = m->L3Length, l4 = m->L4Length;
        Transmission.Uncount(w, m, note);
        m->OlFlags &= ~MbufFlags.RxLro;
        if (kind == OffloadKind.Refused)
        {
            Transmission.Queue(w, port, m, note);
            return;
        }

        if (kind == OffloadKind.Invalid || frame.L3 + l3 + l4 > m->DataLen)
        {
            Transmission.End(w, m, note, DropReason.OffloadInvalid);
            return;
        }

        bool udp = kind is OffloadKind.UdpChecksum or OffloadKind.UdpSegments;
        byte protocol = udp ? IpProtocol.Udp : IpProtocol.Tcp;
        uint segment = m->SegmentSize, payload = ChecksumTwin.LengthOf(p + frame.L3) - l3 - l4;
        if (segment != 0 && !LimitSegment(w, note.Place, udp, EthernetHeader.Size + l3 + l4, ref segment))
        {
            Transmission.End(w, m, note, DropReason.OffloadInvalid);
            return;
        }

        if (segment != 0 && payload <= segment)
        {
            segment = 0;
            kind = udp ? OffloadKind.UdpChecksum : OffloadKind.TcpChecksum;
        }

        if (segment != 0 && m->PktLen != frame.L3 + l3 + l4 + payload)
        {
            Trimming.Set(w, m, p, frame.L3 + l3 + l4 + payload); // what lies behind the packet is nobody's
            note = note.With(EthernetHeader.Size + l3 + l4 + payload);
        }

        OffloadCounters* count = WorkerContext.OffloadCounters(w, port);
        PortEntry* entry = w->PortEntries + port;
        ulong asked = m->TxOffload;
        bool inner4 = p[frame.L3] >> 4 == 4;
        bool countsShort = (entry->Flags & PortFlags.ShortIds) != 0 && segment != 0 && (inner4 || frame.IsOuter4); // which no device is known to do
        bool ownSum = countsShort || (segment == 0 && EndsElsewhere(m, p + frame.L3 + l3, frame.L3 + l3, l4 + payload, udp));
        PortOffloads does = ownSum ? PortOffloads.None : !toPeer ? entry->Plain : frame.IsOuter4 ? entry->Nvgre : entry->Nvgre6;
        bool ownCut = kind == OffloadKind.TcpSegments && (does & PortOffloads.OwnCwr) != 0 && (p[frame.L3 + l3 + 13] & TcpHeader.Cwr) != 0;
        ownCut |= segment != 0 && !w->Ports.LimitOf(port).MayCut(m, segment, (does & PortOffloads.PseudoLength) != 0 ? 1u : 0);
        if (!ownCut && OffloadFlags.TryTranslate(kind, frame, inner4, l3, l4, segment, does, out MbufFlags flags, out ulong lengths))
        {
            PrepareHeaders(p, frame, l3, protocol, flags, withLength: segment == 0 || (does & PortOffloads.PseudoLength) != 0);
            if (segment != 0 && inner4 && (flags & MbufFlags.TxIpChecksum) == 0)
            {
                // Segments get a header sum of their own: a device that hands the large frame's on (OwnIp4) must not hand on a wrong one.
                ChecksumTwin.WriteHeader(p + frame.L3);
            }

            m->OlFlags |= flags;
            m->TxOffload = lengths;
            Mbuf* ready = w->Ports.Prepare(port, m) ? m : null;
            if (ready != null && segment != 0 && (does & PortOffloads.PseudoLength) != 0)
            {
                ready = HeaderSplit.Run(w, m, frame.L3 + l3);
            }

            if (ready != null)
            {
                (segment != 0 ? ref count->CutsAsked : ref count->SumsAsked)++;
                Transmission.QueueAsked(w, port, ready, note);
                return;
            }

            // What was prepared is written anew by the twins: every sum of what is cut, else the transport's.
            m->OlFlags &= ~flags;
            m->TxOffload = asked;
        }

        if (segment == 0)
        {
            count->SumsDone++;
            ChecksumTwin.Write(m, frame.L3, l3, protocol);
            Transmission.Queue(w, port, m, note);
            return;
        }

        count->CutsDone++;
        Segmentation.Run(w, port, m, frame, udp, segment, does, note);
        Accounting.Discard(w, m);
        Accounting.Settle(w, note.Record);
    }

    // Bytes behind what a checksum covers: devices stop at the end of the frame (virtio), of the IP packet or of the datagram.
    private static bool EndsElsewhere(Mbuf* m, byte* l4, uint at, uint length, bool udp) =>
        m->PktLen != at + length || (udp && Wire.Big16(l4 + 4) != length);

    // C-015: TCP is cut to what the way takes now. A datagram cannot be.
    private static bool LimitSegment(WorkerContext* w, uint place, bool udp, uint headers, ref uint segment)
    {
        uint id = place & Place.IdMask;
        if (id >= ((place & Place.Peer) != 0 ? w->PeerCount : w->AttachmentCount))
        {
            return false;
        }

        uint longest = SizeStage.LongestOf(w, place);
        if (headers + segment <= longest)
        {
            return true;
        }

        if (udp || headers + OffloadRequest.LeastSegment > longest)
        {
            return false;
        }

        segment = longest - headers;
        return true;
    }

    /// <summary>Leaves in the headers what a device begins with.</summary>
    /// <param name="p">The frame.</param>
    /// <param name="frame">Where its headers lie.</param>
    /// <param name="l3">Bytes of the tenant's IP header.</param>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="flags">What the device is asked for.</param>
    /// <param name="withLength">Whether the pseudo-header sum has the length in it.</param>
    internal static void PrepareHeaders(byte* p, OffloadFrame frame, uint l3, byte protocol, MbufFlags flags, bool withLength)
    {
        ChecksumTwin.WritePseudo(p + frame.L3, l3, protocol, withLength);
        if ((flags & MbufFlags.TxIpChecksum) != 0)
        {
            Unsafe.WriteUnaligned<ushort>(p + frame.L3 + 10, 0);
        }

        if ((flags & MbufFlags.TxOuterIpChecksum) != 0)
        {
            Unsafe.WriteUnaligned<ushort>(p + frame.OuterL2 + 10, 0);
        }
    }
}

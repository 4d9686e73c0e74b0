using System.Numerics;
using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Joins the TCP segments of one flow that leave a burst through a port whose device cuts large frames, as virtio does: the guest takes
/// one frame of many segments instead of many frames (software receive coalescing, GRO). Only what the device can cut again into the
/// very same frames is joined - equal headers, following bytes, right checksums (C-025) - so nothing is lost, repaired or reordered
/// within a flow. Off unless configured. Outcome: fewer and larger packets in the transmit buffer.
/// </summary>
internal static unsafe class Coalescing
{
    /// <summary>Most segments that are joined into one frame; a burst rarely holds more of one flow.</summary>
    public const uint MostSegments = 32;

    // Flows of a burst that are followed at once: each has one place, that of its key, and takes it from whoever has it.
    private const int Flows = 64;
    private const byte Joinable = TcpHeader.Ack | TcpHeader.Psh;

    /// <summary>Joins what can be joined in a transmit buffer.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">An access port that joins.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Run(WorkerContext* w, uint port)
    {
        TxBuffer* b = w->Tx + port;
        Mbuf** packets = TxBuffer.Packets(b);
        TxNote* notes = TxBuffer.Notes(b);
        PortOffloads plain = w->PortEntries[port].Plain;
        ChainLimit limit = w->Ports.LimitOf(port);
        uint most = limit.Frame < 3 ? 1 : Math.Min(MostSegments, limit.Large - 1); // the headers may come to stand in a buffer of their own
        Head* heads = stackalloc Head[Flows];
        byte* places = stackalloc byte[Flows]; // number of the head, from 1; the heads themselves need no clearing
        new Span<byte>(places, Flows).Clear();
        uint open = 0, kept = 0;
        for (uint i = 0; i < b->Count; i++)
        {
            Mbuf* m = packets[i];
            TxNote note = notes[i];
            bool whole = note.Record == null && note.Place != 0 && note.Cast == CastKind.Unicast && !IsTraced(w, m);
            bool candidate = Parse(m, note, whole, out Segment s, out bool is4) && (plain & (is4 ? PortOffloads.Tso4 : PortOffloads.Tso6)) != 0;
            byte* place = places + (s.Key / 2 % Flows); // the lowest bit of a key is always set
            Head* head = *place != 0 && heads[*place - 1].Key == s.Key ? heads + *place - 1 : null;
            if (candidate && head != null && Fits(head, most, packets[head->At], m, s))
            {
                Join(packets[head->At], head->Last, m, s.Headers);
                head->Next += s.Payload;
                head->Count++;
                head->Closed = s.Payload < head->Payload || s.Pushes;
                head->Last = m;
                notes[head->At] = notes[head->At].Joined(s.Payload);
                continue;
            }

            packets[kept] = m;
            notes[kept] = note;
            if (head != null)
            {
                head->Key = 0; // whatever it is, the flow goes on behind it
            }

            if (candidate && !s.Pushes)
            {
                *place = *place != 0 ? *place : (byte)++open;
                heads[*place - 1] = new Head { Key = s.Key, At = kept, Payload = s.Payload, Next = s.Sequence + s.Payload, Count = 1, Last = m };
            }

            kept++;
        }

        if (kept != b->Count)
        {
            Finish(w, port, kept);
        }
    }

    // What is traced leaves as one packet, or its trace would have no end.
    private static bool IsTraced(WorkerContext* w, Mbuf* m) => w->Trace != null && TraceLog.Of(w, m) != 0;

    // Every frame that was joined is told to the device as one to cut; if it refuses, the frame comes apart again. Nothing is sent on
    // the way: the buffer held them all.
    private static void Finish(WorkerContext* w, uint port, uint count)
    {
        TxBuffer* joined = w->Joined;
        OffloadCounters* counters = WorkerContext.OffloadCounters(w, port);
        *joined = w->Tx[port];
        joined->Count = count;
        Transmission.Empty(w, port);
        for (uint i = 0; i < count; i++)
        {
            Mbuf* m = TxBuffer.Packets(joined)[i], ready;
            TxNote note = TxBuffer.Notes(joined)[i];
            if (note.More == 0)
            {
                Transmission.Again(w, port, m, note, m->PktLen);
            }
            else if ((ready = Ask(w, port, m)) != null)
            {
                counters->Joins++;
                counters->Joined += note.More + 1;
                Transmission.AgainAsked(w, port, ready, note);
            }
            else
            {
                TakeApart(w, port, m, note);
            }
        }
    }

    private static Mbuf* Ask(WorkerContext* w, uint port, Mbuf* m)
    {
        byte* p = m->Data;
        var frame = new OffloadFrame(p, tunnel: false);
        byte* ip = p + frame.L3;
        bool is4 = *ip >> 4 == 4;
        uint l3 = is4 ? Ipv4Header.Size : (uint)Ipv6Header.Size, l4 = (uint)(ip[l3 + 12] >> 4) * 4;
        uint payload = m->DataLen - frame.L3 - l3 - l4;
        PortOffloads plain = w->PortEntries[port].Plain;
        SetLength(ip, is4, m->PktLen - frame.L3);
        if (!OffloadFlags.TryTranslate(OffloadKind.TcpSegments, frame, is4, l3, l4, payload, plain, out MbufFlags flags, out ulong lengths))
        {
            return null;
        }

        bool withLength = (plain & PortOffloads.PseudoLength) != 0;
        OffloadOutput.PrepareHeaders(p, frame, l3, IpProtocol.Tcp, flags, withLength);
        m->OlFlags |= flags;
        m->TxOffload = lengths;
        return !w->Ports.Prepare(port, m) ? null : withLength ? HeaderSplit.Run(w, m, frame.L3 + l3) : m;
    }

    // The headers of every part still stand before its data.
    private static void TakeApart(WorkerContext* w, uint port, Mbuf* m, TxNote note)
    {
        var frame = new OffloadFrame(m->Data, tunnel: false);
        byte* ip = m->Data + frame.L3;
        bool is4 = *ip >> 4 == 4;
        uint l3 = is4 ? Ipv4Header.Size : (uint)Ipv6Header.Size, headers = frame.L3 + l3 + ((uint)(ip[l3 + 12] >> 4) * 4);
        m->OlFlags = MbufFlags.None;
        SetLength(ip, is4, m->DataLen - frame.L3);
        ip[l3 + 13] &= unchecked((byte)~TcpHeader.Psh); // that of the last part
        Mbuf* rest = m->Next;
        m->Next = null;
        m->NbSegs = 1;
        m->PktLen = m->DataLen;
        ChecksumTwin.Write(m, frame.L3, l3, IpProtocol.Tcp);
        Transmission.Again(w, port, m, note.With(m->PktLen - frame.L3 + EthernetHeader.Size), m->PktLen);
        while (rest != null)
        {
            Mbuf* next = rest->Next;
            rest->DataOff = (ushort)(rest->DataOff - headers);
            rest->DataLen = (ushort)(rest->DataLen + headers);
            rest->PktLen = rest->DataLen;
            rest->Next = null;
            Transmission.Again(w, port, rest, note.With(rest->PktLen - frame.L3 + EthernetHeader.Size), rest->PktLen);
            rest = next;
        }
    }

    // The header's sum follows: a device that is not asked for it hands the header on as it is (OwnIp4).
    private static void SetLength(byte* ip, bool is4, uint length)
    {
        Wire.StoreBig16(ip + (is4 ? 2 : 4), is4 ? length : length - Ipv6Header.Size);
        if (is4)
        {
            ChecksumTwin.WriteHeader(ip);
        }
    }

    // A plain data segment, whole and intact. Of what is none the key is told all the same: no frame of its flow behind it may leave before it.
    private static bool Parse(Mbuf* m, TxNote note, bool whole, out Segment s, out bool is4)
    {
        s = default;
        is4 = false;
        byte* p = m->Data;
        uint l3At = new OffloadFrame(p, tunnel: false).L3;
        if (m->DataLen < l3At + Ipv4Header.Size + TcpHeader.Size)
        {
            return false;
        }

        byte* ip = p + l3At, tcp;
        uint end;
        bool plain = whole && m->NbSegs == 1 && !OffloadRequest.Is(m) && m->IsExclusive;
        if (*ip >> 4 == 4 && ip[9] == IpProtocol.Tcp)
        {
            is4 = true;
            uint l3Length = (*ip & 0xFu) * 4;
            if (m->DataLen < l3At + l3Length + TcpHeader.Size)
            {
                return false;
            }

            tcp = ip + l3Length;
            end = Wire.Big16(ip + 2);
            s.Key = Crc(Wire.Load64(ip + 12), Wire.Load32(tcp), note.Place);
            plain = plain && *ip == Ipv4Header.PlainVersion && (Wire.Big16(ip + 6) & ~(uint)Ipv4Header.DontFragment) == 0
                && InternetChecksum.IsValid(InternetChecksum.Header20(ip));
        }
        else if (*ip >> 4 == 6 && m->DataLen >= l3At + Ipv6Header.Size + TcpHeader.Size && ip[6] == IpProtocol.Tcp)
        {
            tcp = ip + Ipv6Header.Size;
            end = Ipv6Header.Size + Wire.Big16(ip + 4);
            s.Key = Crc(Wire.Load64(ip + 16) ^ Wire.Load64(ip + 32), Wire.Load32(tcp), note.Place);
        }
        else
        {
            return false;
        }

        uint headers = (uint)(tcp - p) + ((uint)(tcp[12] >> 4) * 4);
        if (!plain || l3At + end != m->PktLen || (tcp[12] >> 4) * 4 < TcpHeader.Size || headers >= m->PktLen
            || (tcp[13] & ~Joinable) != 0 || (tcp[13] & TcpHeader.Ack) == 0)
        {
            return false;
        }

        uint transport = m->PktLen - (uint)(tcp - p);
        if (!InternetChecksum.IsValid(InternetChecksum.Add(ChecksumTwin.Pseudo(ip, IpProtocol.Tcp, transport), tcp, transport)))
        {
            return false;
        }

        s.Headers = headers;
        s.Payload = m->PktLen - headers;
        s.Sequence = Wire.Big32(tcp + 4);
        s.Pushes = (tcp[13] & TcpHeader.Psh) != 0;
        s.Transport = (uint)(tcp - p);
        s.Is4 = is4;
        return true;
    }

    // Whether a device that cuts the joined frame gives back just these frames (C-006 to C-014).
    private static bool Fits(Head* head, uint most, Mbuf* first, Mbuf* m, Segment s)
    {
        if (head->Closed || head->Next != s.Sequence || s.Payload > head->Payload || head->Count >= most
            || first->PktLen + s.Payload - 14 > ushort.MaxValue)
        {
            return false;
        }

        byte* a = first->Data, b = m->Data;
        uint transport = s.Transport, l3 = s.Is4 ? transport - Ipv4Header.Size : transport - Ipv6Header.Size;
        bool same = new ReadOnlySpan<byte>(a, (int)l3).SequenceEqual(new ReadOnlySpan<byte>(b, (int)l3));
        if (s.Is4)
        {
            // TOS, flags, TTL, addresses; the id rises by one, the length and the sum are their own.
            same &= Wire.Load16(a + l3) == Wire.Load16(b + l3) && Wire.Load32(a + l3 + 6) == Wire.Load32(b + l3 + 6)
                && Wire.Load64(a + l3 + 12) == Wire.Load64(b + l3 + 12)
                && (ushort)(Wire.Big16(a + l3 + 4) + head->Count) == (ushort)Wire.Big16(b + l3 + 4);
        }
        else
        {
            same &= Wire.Load32(a + l3) == Wire.Load32(b + l3) && Wire.Load16(a + l3 + 6) == Wire.Load16(b + l3 + 6)
                && new ReadOnlySpan<byte>(a + l3 + 8, 32).SequenceEqual(new ReadOnlySpan<byte>(b + l3 + 8, 32));
        }

        // Ports, acknowledgement, window, urgent pointer, options.
        byte* x = a + transport, y = b + transport;
        uint rest = s.Headers - transport - TcpHeader.Size;
        return same && Wire.Load32(x) == Wire.Load32(y) && Wire.Load32(x + 8) == Wire.Load32(y + 8) && x[12] == y[12]
            && Wire.Load16(x + 14) == Wire.Load16(y + 14) && Wire.Load16(x + 18) == Wire.Load16(y + 18)
            && new ReadOnlySpan<byte>(x + TcpHeader.Size, (int)rest).SequenceEqual(new ReadOnlySpan<byte>(y + TcpHeader.Size, (int)rest));
    }

    private static void Join(Mbuf* first, Mbuf* last, Mbuf* m, uint headers)
    {
        TransportOf(first)[13] |= (byte)(TransportOf(m)[13] & TcpHeader.Psh); // the device leaves it on the last segment only (C-009)
        m->DataOff = (ushort)(m->DataOff + headers);
        m->DataLen = (ushort)(m->DataLen - headers);
        last->Next = m;
        first->NbSegs++;
        first->PktLen += m->DataLen;
    }

    private static byte* TransportOf(Mbuf* m)
    {
        byte* ip = m->Data + new OffloadFrame(m->Data, tunnel: false).L3;
        return ip + (*ip >> 4 == 4 ? Ipv4Header.Size : (uint)Ipv6Header.Size);
    }

    private static uint Crc(ulong addresses, uint ports, uint place) =>
        BitOperations.Crc32C(BitOperations.Crc32C(place, addresses), ports) | 1;

    // The frame that a flow's next segment may join.
    private struct Head
    {
        public uint Key;
        public uint At;
        public uint Payload;
        public uint Next;
        public uint Count;
        public bool Closed;
        public Mbuf* Last;
    }

    private struct Segment
    {
        public uint Key;
        public uint Headers;
        public uint Transport;
        public uint Payload;
        public uint Sequence;
        public bool Pushes;
        public bool Is4;
    }
}

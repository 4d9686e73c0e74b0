using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Copies of a frame that do not copy its payload: each is a small buffer of its own with the first
/// <see cref="IPorts.HeadBytes"/> bytes, chained to the rest, which all of them hold and nobody changes. What is written for one
/// receiver (outer headers, tags, MACs) goes into its own buffer. Outcome: the copy, or null: then the frame is copied whole.
/// </summary>
internal static unsafe class SharedPayload
{
    /// <summary>
    /// Shortest frame whose copies share: below it copying all is as fast (measured: perf/RESULTS.md), and takes one buffer where two would.
    /// </summary>
    public const uint Least = 512;

    /// <summary>Whether the copies of a frame may share its payload: those that something may rewrite farther back, as an MSS, do not.</summary>
    /// <param name="k">The frame.</param>
    /// <param name="m">The packet: exactly the untagged tenant frame.</param>
    /// <returns>Whether they may.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool MayApply(Work* k, Mbuf* m) =>
        k->Length >= Least && m->DataLen > IPorts.HeadBytes && (k->Needed == k->Length || (OffloadRequest.Is(m) && MayApply(m)));

    // Of what asks for something all that is written lies in its headers, and nothing is cut off behind the packet.
    private static bool MayApply(Mbuf* m) =>
        OffloadRequest.KindOf(m) is OffloadKind.TcpSegments or OffloadKind.UdpSegments or OffloadKind.TcpChecksum or OffloadKind.UdpChecksum
        && OffloadRequest.HeadersOf(m) <= IPorts.HeadBytes && EthernetHeader.Size + ChecksumTwin.LengthOf(m->Data + EthernetHeader.Size) == m->PktLen;

    /// <summary>Takes a frame apart into its head, in a buffer of its own, and the rest. It stays one packet, of one segment more.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet, nobody else's, its first segment longer than the head; no longer the caller's unless null is returned.</param>
    /// <returns>The packet; null when there is no buffer: nothing has changed then.</returns>
    public static Mbuf* Split(WorkerContext* w, Mbuf* m)
    {
        Mbuf* head = Head(w, m);
        if (head != null)
        {
            head->NbSegs = (ushort)(m->NbSegs + 1);
            head->Next = m;
            m->DataOff += IPorts.HeadBytes;
            m->DataLen -= IPorts.HeadBytes;
        }

        return head;
    }

    /// <summary>One more packet of the same bytes.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="whole">A packet that <see cref="Split"/> made; it stays the caller's.</param>
    /// <returns>The copy, or null.</returns>
    public static Mbuf* Copy(WorkerContext* w, Mbuf* whole)
    {
        Mbuf* head = Head(w, whole);
        if (head != null)
        {
            head->NbSegs = whole->NbSegs;
            head->Next = whole->Next;
            for (Mbuf* s = whole->Next; s != null; s = s->Next)
            {
                Mbuf.Hold(s);
            }
        }

        return head;
    }

    private static Mbuf* Head(WorkerContext* w, Mbuf* m)
    {
        PortAccess ports = w->Ports;
        Mbuf* head = ports.AllocateHead();
        if (head != null)
        {
            head->OlFlags = MbufFlags.None;
            head->Port = m->Port;
            head->DataLen = IPorts.HeadBytes;
            head->PktLen = m->PktLen;
            Unsafe.CopyBlockUnaligned(head->Data, m->Data, IPorts.HeadBytes);
            OffloadRequest.Carry(head, m);
            ports.Inherit(head, m);
        }

        return head;
    }
}

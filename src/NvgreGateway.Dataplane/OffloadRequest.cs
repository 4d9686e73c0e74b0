using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// What a frame asks for, kept in its mbuf from <see cref="OffloadInput"/> to <see cref="OffloadOutput"/>: marked by
/// <see cref="MbufFlags.RxLro"/>, which devices ignore in what they send; the lengths of the tenant's headers, the segment size and the
/// kind stand in <c>tx_offload</c>. They count from the tenant's IP header, so encapsulation changes nothing in them (C-035).
/// </summary>
internal static unsafe class OffloadRequest
{
    /// <summary>
    /// Least payload of a segment: what a guest asks below that is refused, or one frame would become thousands. Linux itself goes no
    /// lower than 48 (TCP_MIN_SND_MSS).
    /// </summary>
    public const uint LeastSegment = 48;

    /// <summary>Whether a frame asks for something.</summary>
    /// <param name="m">The packet, behind the Port stage.</param>
    /// <returns>Whether it does.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Is(Mbuf* m) => (m->OlFlags & MbufFlags.RxLro) != 0;

    /// <summary>Kind of a request.</summary>
    /// <param name="m">A packet that <see cref="Is"/> one.</param>
    /// <returns>The kind.</returns>
    public static OffloadKind KindOf(Mbuf* m) => (OffloadKind)m->L2Length;

    /// <summary>Bytes of the tenant's headers, Ethernet to transport, untagged.</summary>
    /// <param name="m">A packet that <see cref="Is"/> one.</param>
    /// <returns>Bytes.</returns>
    public static uint HeadersOf(Mbuf* m) => EthernetHeader.Size + m->L3Length + m->L4Length;

    /// <summary>Writes a request into a packet.</summary>
    /// <param name="m">The packet.</param>
    /// <param name="kind">What it asks for.</param>
    /// <param name="l3">Bytes of the tenant's IP header with options or extension headers, up to 511.</param>
    /// <param name="l4">Bytes of its transport header, up to 60.</param>
    /// <param name="segment">Payload of a segment, bytes; 0 if it is not to be cut.</param>
    /// <param name="refused">Whether it asked to be cut and may not be.</param>
    /// <param name="large">Whether its device said that it is a large frame.</param>
    public static void Set(Mbuf* m, OffloadKind kind, uint l3, uint l4, uint segment, bool refused, bool large)
    {
        m->OlFlags |= MbufFlags.RxLro;
        m->TxOffload = Mbuf.PackTxOffload((int)kind, (int)l3, (int)l4, (int)segment, outerL3: large ? 1 : 0, outerL2: refused ? 1 : 0);
    }

    /// <summary>Whether a frame may be longer than its port's longest: only one that was announced as large may.</summary>
    /// <param name="m">Any packet behind the Port stage.</param>
    /// <returns>Whether it may.</returns>
    public static bool IsLarge(Mbuf* m) => Is(m) && m->OuterL3Length != 0;

    /// <summary>Whether a frame asked to be cut and may not be: it leaves whole if it fits, and is an invalid request else (C-011).</summary>
    /// <param name="m">A packet that <see cref="Is"/> one.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsRefused(Mbuf* m) => m->OuterL2Length != 0;

    /// <summary>Lets a copy ask for what its original asks for.</summary>
    /// <param name="copy">The copy.</param>
    /// <param name="original">The original.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Carry(Mbuf* copy, Mbuf* original)
    {
        copy->OlFlags |= original->OlFlags & MbufFlags.RxLro;
        copy->TxOffload = original->TxOffload;
    }

    /// <summary>
    /// Whether a frame that is too long for a way out may take it all the same, since it will be cut. TCP is cut to fit (C-015), a
    /// datagram is not.
    /// </summary>
    /// <param name="m">A packet that <see cref="Is"/> a request.</param>
    /// <param name="longest">Longest tenant frame that the way takes.</param>
    /// <returns>Whether its segments fit.</returns>
    public static bool Fits(Mbuf* m, uint longest) => KindOf(m) switch
    {
        OffloadKind.TcpSegments => HeadersOf(m) + Math.Min(LeastSegment, m->SegmentSize) <= longest,
        OffloadKind.UdpSegments => HeadersOf(m) + m->SegmentSize <= longest,
        _ => false,
    };
}

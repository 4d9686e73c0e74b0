using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Completes the transport checksum of a tenant frame, as a device would (C-030, C-031, C-036): over pseudo header, header and payload,
/// whatever the field held before.
/// </summary>
internal static unsafe class ChecksumTwin
{
    private const byte LooseSourceRoute = 131;
    private const byte StrictSourceRoute = 137;

    /// <summary>Completes a requested checksum and ends the request.</summary>
    /// <param name="m">A packet with a request; its headers linear and its own.</param>
    /// <param name="l3">Where the tenant's IP header begins in it.</param>
    public static void Complete(Mbuf* m, uint l3)
    {
        OffloadKind kind = OffloadRequest.KindOf(m);
        m->OlFlags &= ~MbufFlags.RxLro;
        if (kind is OffloadKind.TcpChecksum or OffloadKind.TcpSegments)
        {
            Write(m, l3, m->L3Length, IpProtocol.Tcp);
        }
        else if (kind is OffloadKind.UdpChecksum or OffloadKind.UdpSegments)
        {
            Write(m, l3, m->L3Length, IpProtocol.Udp);
        }
    }

    /// <summary>Computes and writes a transport checksum.</summary>
    /// <param name="m">The packet; its headers linear and its own.</param>
    /// <param name="l3">Where the IP header begins in it.</param>
    /// <param name="l3Length">Bytes of IP header with options or extension headers.</param>
    /// <param name="protocol">TCP or UDP.</param>
    public static void Write(Mbuf* m, uint l3, uint l3Length, byte protocol)
    {
        byte* ip = m->Data + l3, l4 = ip + l3Length;
        uint length = protocol == IpProtocol.Udp ? Wire.Big16(l4 + 4) : LengthOf(ip) - l3Length;
        byte* field = FieldOf(l4, protocol);
        Unsafe.WriteUnaligned<ushort>(field, 0);
        ulong sum = new ChainCursor(m, l3 + l3Length).Sum(Pseudo(ip, protocol, length), length, 0);
        (protocol == IpProtocol.Udp ? InternetChecksum.FinishUdp(sum) : InternetChecksum.Finish(sum)).Write(field);
    }

    /// <summary>Whether the transport checksum of a packet is right.</summary>
    /// <param name="m">The packet; its headers linear.</param>
    /// <param name="l3">Where the IP header begins in it.</param>
    /// <param name="l3Length">Bytes of IP header with options or extension headers.</param>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="length">Bytes of transport header and payload, which the packet holds.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsRight(Mbuf* m, uint l3, uint l3Length, byte protocol, uint length) =>
        InternetChecksum.IsValid(new ChainCursor(m, l3 + l3Length).Sum(Pseudo(m->Data + l3, protocol, length), length, 0));

    /// <summary>Writes what a device expects in the field: the sum of the pseudo header, not complemented (C-013).</summary>
    /// <param name="ip">The IP header.</param>
    /// <param name="l3Length">Its bytes with options or extension headers.</param>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="withLength">False for segmentation: the device adds each segment's length.</param>
    public static void WritePseudo(byte* ip, uint l3Length, byte protocol, bool withLength)
    {
        byte* l4 = ip + l3Length;
        uint length = !withLength ? 0 : protocol == IpProtocol.Udp ? Wire.Big16(l4 + 4) : LengthOf(ip) - l3Length;
        Unsafe.WriteUnaligned(FieldOf(l4, protocol), InternetChecksum.Fold(Pseudo(ip, protocol, length)));
    }

    /// <summary>Computes and writes the checksum of an IPv4 header, options included.</summary>
    /// <param name="ip">The header.</param>
    public static void WriteHeader(byte* ip)
    {
        Unsafe.WriteUnaligned<ushort>(ip + 10, 0);
        InternetChecksum.Compute(ip, (*ip & 0xFu) * 4).Write(ip + 10);
    }

    /// <summary>Bytes of an IP packet by its own header, which was checked.</summary>
    /// <param name="ip">The header.</param>
    /// <returns>Bytes, from the IP header on.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LengthOf(byte* ip) => *ip >> 4 == 4 ? Wire.Big16(ip + 2) : Ipv6Header.Size + Wire.Big16(ip + 4);

    /// <summary>The sum of the pseudo header.</summary>
    /// <param name="ip">The IP header.</param>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="length">Bytes of transport header and payload.</param>
    /// <returns>A sum to go on with.</returns>
    public static ulong Pseudo(byte* ip, byte protocol, uint length)
    {
        if (*ip >> 4 == 4)
        {
            var v4 = (Ipv4Header*)ip;
            return InternetChecksum.PseudoHeader(v4->Source, v4->Destination, protocol, length);
        }

        var v6 = (Ipv6Header*)ip;
        return InternetChecksum.PseudoHeader(v6->Source, v6->Destination, protocol, length);
    }

    /// <summary>
    /// Whether a source route leads a packet on from its destination address: the pseudo header has the last one then (RFC 1122 section
    /// 4.2.3.8, RFC 8200 section 8.1), which no device knows either.
    /// </summary>
    /// <param name="ip">The IP header; it parses, and is linear.</param>
    /// <param name="l3Length">Its bytes with options or extension headers.</param>
    /// <returns>Whether one does.</returns>
    public static bool IsSourceRouted(byte* ip, uint l3Length)
    {
        if (*ip >> 4 == 4)
        {
            for (uint i = Ipv4Header.Size; i < l3Length && ip[i] != 0;)
            {
                if (ip[i] is LooseSourceRoute or StrictSourceRoute)
                {
                    return true;
                }

                i += ip[i] == 1 ? 1u : i + 1 < l3Length ? Math.Max((uint)ip[i + 1], 1) : l3Length;
            }

            return false;
        }

        byte next = ip[6];
        for (uint at = Ipv6Header.Size; at + 8 <= l3Length;)
        {
            if (next == IpProtocol.Routing && ip[at + 3] != 0)
            {
                return true; // segments left
            }

            next = ip[at];
            at += (ip[at + 1] + 1u) * 8;
        }

        return false;
    }

    private static byte* FieldOf(byte* l4, byte protocol) => l4 + (protocol == IpProtocol.Udp ? 6 : 16);
}

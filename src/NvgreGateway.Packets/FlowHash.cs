using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>
/// The flow hash of WIRE-FORMAT 1.5: a CRC32C (Castagnoli) over a key of the inner frame, from which the FlowID of the
/// GRE key and the flow label of an outer IPv6 header are taken. The common
/// headers have a straight line each; everything else goes through one function out of line. The CRC is an
/// instruction on x86-64 and Arm64, a table elsewhere.
/// </summary>
public static unsafe class FlowHash
{
    private const uint Init = 0xFFFF_FFFF;

    // Ports at the start of the transport header: TCP, UDP, DCCP, SCTP, UDP-Lite.
    private static ReadOnlySpan<byte> WithPorts =>
    [
        0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>The FlowID: the top eight bits of the CRC spread by a multiplication.</summary>
    /// <param name="crc">CRC32C of the flow key.</param>
    /// <returns>0 to 255.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint FlowId(uint crc) => (crc * 0x9E37_79B1) >> 24;

    /// <summary>The flow label of an outer IPv6 header: the low 20 bits of the CRC.</summary>
    /// <param name="crc">CRC32C of the flow key.</param>
    /// <returns>20 bits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint FlowLabel(uint crc) => crc & Ipv6Header.FlowLabelMask;

    /// <summary>CRC32C of the flow key of an untagged frame.</summary>
    /// <param name="frame">First byte of the frame.</param>
    /// <param name="length">Its length, at least 14; nothing beyond it is read.</param>
    /// <returns>The final CRC.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Crc(byte* frame, uint length) =>
        Classify(frame, frame + EthernetHeader.Size, length - EthernetHeader.Size).Crc;

    /// <summary>CRC32C of the flow key of a frame whose tags, if any, do not count; see <see cref="Classify"/>.</summary>
    /// <param name="macs">Destination MAC, then source MAC.</param>
    /// <param name="l3">First byte behind the EtherType, which is read from the two bytes before it.</param>
    /// <param name="l3Length">Bytes from there to the end of the frame.</param>
    /// <returns>The final CRC.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Crc(byte* macs, byte* l3, uint l3Length) => Classify(macs, l3, l3Length).Crc;

    /// <summary>
    /// Hashes and inspects a frame as it will be once its tags are gone, without moving a byte: for a frame with one tag
    /// the network header lies at offset 18 and its EtherType at 16.
    /// </summary>
    /// <param name="macs">Destination MAC, then source MAC.</param>
    /// <param name="l3">First byte behind the EtherType, which is read from the two bytes before it.</param>
    /// <param name="l3Length">Bytes from there to the end of the frame; nothing beyond is read.</param>
    /// <returns>CRC, family and traffic class.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TenantFlow Classify(byte* macs, byte* l3, uint l3Length)
    {
        UInt16BigEndian type = UInt16BigEndian.Read(l3 - 2);
        if (type.Is(EtherType.Ipv4))
        {
            if (l3Length >= Ipv4Header.Size + 4
                && *l3 == Ipv4Header.PlainVersion
                && HasPorts(l3[9])
                && (UInt16BigEndian.Read(l3 + 6).Raw & UInt16BigEndian.FromHost(Ipv4Header.FragmentMask).Raw) == 0
                && UInt16BigEndian.Read(l3 + 2).ToHost() >= Ipv4Header.Size + 4)
            {
                uint crc = BitOperations.Crc32C(Init, Unsafe.ReadUnaligned<ulong>(l3 + 12));
                crc = BitOperations.Crc32C(BitOperations.Crc32C(crc, l3[9]), Unsafe.ReadUnaligned<uint>(l3 + 20));
                return new TenantFlow(~crc, TenantHeader.Ipv4, l3[1]);
            }
        }
        else if (type.Is(EtherType.Ipv6)
            && l3Length >= Ipv6Header.Size + 4
            && *l3 >> 4 == 6
            && HasPorts(l3[6])
            && UInt16BigEndian.Read(l3 + 4).ToHost() >= 4)
        {
            uint crc = BitOperations.Crc32C(Addresses6(l3), l3[6]);
            crc = BitOperations.Crc32C(crc, Unsafe.ReadUnaligned<uint>(l3 + Ipv6Header.Size));
            return new TenantFlow(~crc, TenantHeader.Ipv6, TenantHeader.Class6(l3));
        }

        return ClassifyAny(macs, l3, l3Length);
    }

    /// <summary>True for the protocols whose header starts with two ports: TCP, UDP, SCTP, DCCP, UDP-Lite.</summary>
    /// <param name="protocol">IP protocol.</param>
    /// <returns>True when it has ports.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasPorts(byte protocol) => Unsafe.Add(ref MemoryMarshal.GetReference(WithPorts), protocol) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Addresses6(byte* l3)
    {
        uint crc = BitOperations.Crc32C(Init, Unsafe.ReadUnaligned<ulong>(l3 + 8));
        crc = BitOperations.Crc32C(crc, Unsafe.ReadUnaligned<ulong>(l3 + 16));
        crc = BitOperations.Crc32C(crc, Unsafe.ReadUnaligned<ulong>(l3 + 24));
        return BitOperations.Crc32C(crc, Unsafe.ReadUnaligned<ulong>(l3 + 32));
    }

    // Every rule of WIRE-FORMAT 1.5; the lines above are special cases of it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TenantFlow ClassifyAny(byte* macs, byte* l3, uint l3Length)
    {
        UInt16BigEndian type = UInt16BigEndian.Read(l3 - 2);
        if (type.Is(EtherType.Ipv4) && TenantHeader.ParsesAsIpv4(l3, l3Length))
        {
            Ipv4Header* ip = (Ipv4Header*)l3;
            uint end = Math.Min(l3Length, ip->TotalLength.ToHost());
            uint ports = HasPorts(ip->Protocol) && !ip->IsFragment ? Ports(l3, ip->HeaderLength, end) : 0;
            uint crc = BitOperations.Crc32C(Init, Unsafe.ReadUnaligned<ulong>(l3 + 12));
            crc = BitOperations.Crc32C(BitOperations.Crc32C(crc, ip->Protocol), ports);
            return new TenantFlow(~crc, TenantHeader.Ipv4, ip->Tos);
        }

        if (type.Is(EtherType.Ipv6) && TenantHeader.ParsesAsIpv6(l3, l3Length))
        {
            uint end = Math.Min(l3Length, Ipv6Header.Size + (uint)UInt16BigEndian.Read(l3 + 4).ToHost());
            byte final = Walk6(l3, end, out uint at, out bool fragment);
            uint ports = HasPorts(final) && !fragment ? Ports(l3, at, end) : 0;
            uint crc = BitOperations.Crc32C(BitOperations.Crc32C(Addresses6(l3), final), ports);
            return new TenantFlow(~crc, TenantHeader.Ipv6, TenantHeader.Class6(l3));
        }

        uint mac = BitOperations.Crc32C(Init, Unsafe.ReadUnaligned<ulong>(macs));
        mac = BitOperations.Crc32C(mac, Unsafe.ReadUnaligned<uint>(macs + 8));
        return new TenantFlow(~BitOperations.Crc32C(mac, type.Raw), TenantHeader.NotIp, 0);
    }

    /// <summary>
    /// Walks the headers of an IPv6 packet (WIRE-FORMAT 1.5). An extension header of which not even the first eight bytes are there
    /// ends the walk and is itself the protocol; one that claims to reach beyond the end is taken at its word.
    /// </summary>
    /// <param name="l3">First byte of the IPv6 header.</param>
    /// <param name="end">Bytes from there that may be read, 40 or more.</param>
    /// <param name="at">Where the final header begins; may lie beyond <paramref name="end"/>.</param>
    /// <param name="fragment">Whether a Fragment header was met.</param>
    /// <returns>The final next header.</returns>
    public static byte Walk6(byte* l3, uint end, out uint at, out bool fragment)
    {
        byte next = l3[6];
        at = Ipv6Header.Size;
        fragment = false;
        while (at + 8 <= end)
        {
            byte* header = l3 + at;
            switch (next)
            {
                case IpProtocol.HopByHop or IpProtocol.Routing or IpProtocol.DestinationOptions or IpProtocol.Mobility:
                    next = header[0];
                    at += (header[1] + 1u) * 8;
                    break;
                case IpProtocol.Fragment:
                    fragment = true;
                    next = header[0];
                    at += 8;
                    if ((BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(header + 2, 2)) & 0xFFF8) != 0)
                    {
                        return next;
                    }

                    break;
                default:
                    return next;
            }
        }

        return next;
    }

    // Each port counts for itself: both its bytes must lie inside the packet.
    private static uint Ports(byte* l3, uint at, uint end)
    {
        uint source = at + 2 <= end ? UInt16BigEndian.Read(l3 + at).Raw : 0u;
        uint destination = at + 4 <= end ? UInt16BigEndian.Read(l3 + at + 2).Raw : 0u;
        return source | (destination << 16);
    }
}

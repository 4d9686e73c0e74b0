using System.Numerics;
using System.Runtime.CompilerServices;

namespace NvgreGateway.Packets;

/// <summary>
/// Which worker a received frame belongs to where software spreads (A-120, C-052, C-056, C-058): a hash of the inner flow that both
/// directions of it share (C-057), whether it comes bare from the VLAN side or in NVGRE. TCP, UDP and what else begins with two ports
/// go by addresses, protocol and ports; inner fragments by addresses and protocol; other NVGRE by the outer addresses and the whole
/// 32-bit key; other tenant frames by addresses and protocol, or by their MACs and EtherType. Nothing is checked here: a frame at fault
/// gets some worker, which finds the fault.
/// </summary>
public static unsafe class SpreadHash
{
    /// <summary>Bytes at the start of a frame that are looked at, at most.</summary>
    public const uint LinearBytes = 256;

    private const uint Init = 0xFFFF_FFFF;

    // Bytes of an IPv4 header without options, and two ports.
    private const uint Plain = Ipv4Header.Size + 4;
    private const byte NoOptions = 0x45;

    /// <summary>Which entry of a redirection table of 256 a hash means.</summary>
    /// <param name="hash">The hash.</param>
    /// <returns>0 to 255.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Entry(uint hash) => Mix(hash) >> 24;

    /// <summary>Which of the workers of a set a hash means.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="workers">A bit for each worker of the set; not 0.</param>
    /// <returns>The number of one of the bits.</returns>
    public static uint Of(uint hash, ulong workers)
    {
        uint skip = (uint)(((ulong)Mix(hash) * (uint)BitOperations.PopCount(workers)) >> 32);
        for (; skip > 0; skip--)
        {
            workers &= workers - 1;
        }

        return (uint)BitOperations.TrailingZeroCount(workers);
    }

    /// <summary>Hash of a frame from the VLAN side; its tags, up to two, do not count.</summary>
    /// <param name="frame">First byte.</param>
    /// <param name="length">Bytes that may be read.</param>
    /// <returns>The hash.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Access(byte* frame, uint length)
    {
        if (length >= EthernetHeader.Size + VlanTag.Size + Plain)
        {
            byte* l3 = frame + EthernetHeader.Size;
            l3 += UInt16BigEndian.Read(l3 - 2).Is(0x8100) ? VlanTag.Size : 0;
            if (IsPlain(l3))
            {
                return Flow4(l3);
            }
        }

        return AnyAccess(frame, length);
    }

    // Whatever the line above does not settle, and what it settles, alike.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static uint AnyAccess(byte* frame, uint length)
    {
        uint l3 = EthernetHeader.Size;
        for (int tags = 0; tags < 2 && length >= l3 + VlanTag.Size && IsTag(frame + l3 - 2); tags++)
        {
            l3 += VlanTag.Size;
        }

        if (length < l3)
        {
            return 0;
        }

        return Tenant(frame + l3, length - l3, out uint hash) != Kind.NotIp ? hash : Macs(frame, frame + l3);
    }

    /// <summary>Hash of a frame from the PA side.</summary>
    /// <param name="frame">First byte.</param>
    /// <param name="length">Bytes that may be read.</param>
    /// <returns>The hash.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Underlay(byte* frame, uint length)
    {
        const uint gre = EthernetHeader.Size + Ipv4Header.Size, inner = gre + GreHeader.Size + EthernetHeader.Size;
        byte* l3 = frame + EthernetHeader.Size;
        return length >= inner + Plain
            && UInt16BigEndian.Read(l3 - 2).Is(EtherType.Ipv4) && *l3 == NoOptions && l3[9] == IpProtocol.Gre && !((Ipv4Header*)l3)->IsFragment
            && UInt16BigEndian.Read(frame + gre).Is(GreHeader.KeyPresent) && UInt16BigEndian.Read(frame + gre + 2).Is(EtherType.TransparentEthernet)
            && IsPlain(frame + inner)
            ? Flow4(frame + inner) : AnyUnderlay(frame, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static uint AnyUnderlay(byte* frame, uint length) => Underlay(frame, length, out _, out _, out _);

    /// <summary>The same, and where the headers of NVGRE lie.</summary>
    /// <param name="frame">First byte.</param>
    /// <param name="length">Bytes that may be read.</param>
    /// <param name="key">Offset of the GRE key, all of it there; 0 where the frame is not NVGRE.</param>
    /// <param name="tenant">Offset of the tenant frame, its MACs and EtherType there; 0 where they are not.</param>
    /// <param name="outer6">Whether the outer header is IPv6.</param>
    /// <returns>The hash.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Underlay(byte* frame, uint length, out uint key, out uint tenant, out bool outer6)
    {
        key = tenant = 0;
        outer6 = false;
        uint at = EthernetHeader.Size;
        if (length >= at + VlanTag.Size && IsTag(frame + at - 2))
        {
            at += VlanTag.Size;
        }

        if (length < at)
        {
            return 0;
        }

        byte* ip = frame + at;
        UInt16BigEndian type = UInt16BigEndian.Read(ip - 2);
        uint outer, protocol;
        if (type.Is(EtherType.Ipv4) && TenantHeader.ParsesAsIpv4(ip, length - at))
        {
            outer = BitOperations.Crc32C(Init, Unsafe.ReadUnaligned<ulong>(ip + 12));
            protocol = ((Ipv4Header*)ip)->IsFragment ? 0u : ip[9];
            at += (*ip & 0xFu) * 4;
        }
        else if (type.Is(EtherType.Ipv6) && TenantHeader.ParsesAsIpv6(ip, length - at))
        {
            outer = BitOperations.Crc32C(BitOperations.Crc32C(Init, Unsafe.ReadUnaligned<ulong>(ip + 8)), Unsafe.ReadUnaligned<ulong>(ip + 16));
            outer = BitOperations.Crc32C(BitOperations.Crc32C(outer, Unsafe.ReadUnaligned<ulong>(ip + 24)), Unsafe.ReadUnaligned<ulong>(ip + 32));
            protocol = ip[6];
            outer6 = true;
            uint header = Ipv6Header.Size;
            if (protocol != IpProtocol.Gre)
            {
                byte last = FlowHash.Walk6(ip, length - at, out header, out bool fragment);
                protocol = fragment ? 0u : last;
            }

            at += header;
        }
        else
        {
            return Macs(frame, ip);
        }

        if (protocol != IpProtocol.Gre || length < at + GreHeader.Size)
        {
            return outer;
        }

        byte* gre = frame + at;
        uint flags = UInt16BigEndian.Read(gre).ToHost(), inner = GreHeader.Size;
        if ((flags & GreHeader.KeyPresent) == 0 || !UInt16BigEndian.Read(gre + 2).Is(EtherType.TransparentEthernet))
        {
            return outer;
        }

        uint keyOffset = 4;
        if ((flags & (GreHeader.ChecksumPresent | GreHeader.SequencePresent)) != 0)
        {
            keyOffset += (flags & GreHeader.ChecksumPresent) != 0 ? 4u : 0;
            inner = keyOffset + 4 + ((flags & GreHeader.SequencePresent) != 0 ? 4u : 0);
        }

        key = length < at + keyOffset + 4 ? 0 : at + keyOffset;
        tenant = length < at + inner + EthernetHeader.Size ? 0 : at + inner;
        if (tenant == 0 || Tenant(gre + inner + EthernetHeader.Size, length - tenant - EthernetHeader.Size, out uint hash) != Kind.Flow)
        {
            return key == 0 ? outer : BitOperations.Crc32C(outer, Unsafe.ReadUnaligned<uint>(frame + key));
        }

        return hash;
    }

    private enum Kind
    {
        NotIp,

        // Without ports, and not a fragment.
        Ip,

        Flow,
    }

    // IPv4 without options, whole, with ports; that many bytes can be read.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlain(byte* l3) =>
        UInt16BigEndian.Read(l3 - 2).Is(EtherType.Ipv4) && *l3 == NoOptions && !((Ipv4Header*)l3)->IsFragment && FlowHash.HasPorts(l3[9]);

    // What Tenant makes of such a packet.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Flow4(byte* l3)
    {
        uint ports = Unsafe.ReadUnaligned<uint>(l3 + Ipv4Header.Size);
        ulong source = Unsafe.ReadUnaligned<uint>(l3 + 12) | (ulong)(ports & 0xFFFF) << 32;
        ulong destination = Unsafe.ReadUnaligned<uint>(l3 + 16) | (ulong)(ports >> 16) << 32;
        return BitOperations.Crc32C(BitOperations.Crc32C(Init, source) + BitOperations.Crc32C(Init, destination), l3[9]);
    }

    // The products of a CRC's low bits reach the top, which alone decide.
    private static uint Mix(uint hash)
    {
        hash = (hash ^ (hash >> 15)) * 0x9E37_79B1;
        return hash ^ (hash >> 13);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsTag(byte* type)
    {
        uint t = UInt16BigEndian.Read(type).ToHost();
        return t is 0x8100 or 0x88A8 or 0x9100;
    }

    // Both directions alike: the sum of one CRC for each MAC.
    private static uint Macs(byte* macs, byte* l3)
    {
        const ulong mask = 0xFFFF_FFFF_FFFF;
        uint sum = BitOperations.Crc32C(Init, Unsafe.ReadUnaligned<ulong>(macs) & mask) + BitOperations.Crc32C(Init, Unsafe.ReadUnaligned<ulong>(macs + 4) >> 16);
        return BitOperations.Crc32C(sum, UInt16BigEndian.Read(l3 - 2).Raw);
    }

    // The sum of one CRC for each end, its address and port, and then the protocol.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Kind Tenant(byte* l3, uint length, out uint hash)
    {
        UInt16BigEndian type = UInt16BigEndian.Read(l3 - 2);
        if (type.Is(EtherType.Ipv4) && TenantHeader.ParsesAsIpv4(l3, length))
        {
            byte protocol = l3[9];
            uint header = (*l3 & 0xFu) * 4;
            bool fragment = ((Ipv4Header*)l3)->IsFragment, ports = FlowHash.HasPorts(protocol);
            ulong source = Unsafe.ReadUnaligned<uint>(l3 + 12), destination = Unsafe.ReadUnaligned<uint>(l3 + 16);
            if (ports && !fragment && header + 4 <= length)
            {
                source |= (ulong)Unsafe.ReadUnaligned<ushort>(l3 + header) << 32;
                destination |= (ulong)Unsafe.ReadUnaligned<ushort>(l3 + header + 2) << 32;
            }

            hash = BitOperations.Crc32C(BitOperations.Crc32C(Init, source) + BitOperations.Crc32C(Init, destination), protocol);
            return ports || fragment ? Kind.Flow : Kind.Ip;
        }

        if (type.Is(EtherType.Ipv6) && TenantHeader.ParsesAsIpv6(l3, length))
        {
            byte protocol = l3[6];
            uint at = Ipv6Header.Size;
            bool fragment = false;
            if (!FlowHash.HasPorts(protocol))
            {
                protocol = FlowHash.Walk6(l3, length, out at, out fragment);
            }

            bool ports = FlowHash.HasPorts(protocol);
            uint source = End6(l3 + 8), destination = End6(l3 + 24);
            if (ports && !fragment && at + 4 <= length)
            {
                source = BitOperations.Crc32C(source, Unsafe.ReadUnaligned<ushort>(l3 + at));
                destination = BitOperations.Crc32C(destination, Unsafe.ReadUnaligned<ushort>(l3 + at + 2));
            }

            hash = BitOperations.Crc32C(source + destination, protocol);
            return ports || fragment ? Kind.Flow : Kind.Ip;
        }

        hash = 0;
        return Kind.NotIp;
    }

    private static uint End6(byte* address) =>
        BitOperations.Crc32C(BitOperations.Crc32C(Init, Unsafe.ReadUnaligned<ulong>(address)), Unsafe.ReadUnaligned<ulong>(address + 8));
}

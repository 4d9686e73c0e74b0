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

    /// <summary>Which of several workers a hash means.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="workers">How many there are, 1 or more.</param>
    /// <returns>0 to <paramref name="workers"/> - 1.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Worker(uint hash, uint workers)
    {
        // The products of a CRC's low bits reach the top, which alone decide.
        hash = (hash ^ (hash >> 15)) * 0x9E37_79B1;
        return (uint)(((ulong)(hash ^ (hash >> 13)) * workers) >> 32);
    }

    /// <summary>Hash of a frame from the VLAN side; its tags, up to two, do not count.</summary>
    /// <param name="frame">First byte.</param>
    /// <param name="length">Bytes that may be read.</param>
    /// <returns>The hash.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Access(byte* frame, uint length)
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Underlay(byte* frame, uint length)
    {
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

        uint key = 4;
        if ((flags & (GreHeader.ChecksumPresent | GreHeader.SequencePresent)) != 0)
        {
            key += (flags & GreHeader.ChecksumPresent) != 0 ? 4u : 0;
            inner = key + 4 + ((flags & GreHeader.SequencePresent) != 0 ? 4u : 0);
        }

        byte* l3 = gre + inner + EthernetHeader.Size;
        if (length < at + inner + EthernetHeader.Size || Tenant(l3, length - at - inner - EthernetHeader.Size, out uint hash) != Kind.Flow)
        {
            return length < at + key + 4 ? outer : BitOperations.Crc32C(outer, Unsafe.ReadUnaligned<uint>(gre + key));
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

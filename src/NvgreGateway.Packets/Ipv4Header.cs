using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>An IPv4 header without options, overlaid on a packet.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = Size)]
public struct Ipv4Header
{
    /// <summary>Length without options, in bytes.</summary>
    public const int Size = 20;

    /// <summary>Longest header with options, in bytes.</summary>
    public const int MaxSize = 60;

    /// <summary>First byte of a header without options.</summary>
    public const byte PlainVersion = 0x45;

    /// <summary>Do not fragment.</summary>
    public const ushort DontFragment = 0x4000;

    /// <summary>More fragments follow.</summary>
    public const ushort MoreFragments = 0x2000;

    /// <summary>Fragment offset, in units of 8 bytes.</summary>
    public const ushort OffsetMask = 0x1FFF;

    /// <summary>Any of these bits makes the packet a fragment.</summary>
    public const ushort FragmentMask = MoreFragments | OffsetMask;

    /// <summary>Version in the upper four bits, header length in 32-bit words in the lower.</summary>
    public byte VersionIhl;

    /// <summary>DSCP in the upper six bits, ECN in the lower two.</summary>
    public byte Tos;

    /// <summary>Header and payload, in bytes.</summary>
    public UInt16BigEndian TotalLength;

    /// <summary>Identification; any value when <see cref="DontFragment"/> is set (RFC 6864).</summary>
    public UInt16BigEndian Id;

    /// <summary>Three flags and the fragment offset.</summary>
    public UInt16BigEndian FlagsOffset;

    /// <summary>Time to live.</summary>
    public byte Ttl;

    /// <summary>Protocol, see <see cref="IpProtocol"/>.</summary>
    public byte Protocol;

    /// <summary>Header checksum.</summary>
    public UInt16BigEndian Checksum;

    /// <summary>Source address.</summary>
    public Ipv4Address Source;

    /// <summary>Destination address.</summary>
    public Ipv4Address Destination;

    /// <summary>IP version the first byte claims.</summary>
    public readonly uint Version => (uint)VersionIhl >> 4;

    /// <summary>Header length the first byte claims, in bytes; valid from 20.</summary>
    public readonly uint HeaderLength => (VersionIhl & 0xFu) * 4;

    /// <summary>True for every fragment, the first included.</summary>
    public readonly bool IsFragment => (FlagsOffset.Raw & UInt16BigEndian.FromHost(FragmentMask).Raw) != 0;
}

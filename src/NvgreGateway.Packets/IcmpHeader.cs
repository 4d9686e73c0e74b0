using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>The eight bytes every ICMP and ICMPv6 message of interest starts with, overlaid on a packet.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = Size)]
public struct IcmpHeader
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 8;

    /// <summary>ICMP echo reply.</summary>
    public const byte EchoReply = 0;

    /// <summary>ICMP destination unreachable; code 4 is "fragmentation needed".</summary>
    public const byte Unreachable = 3;

    /// <summary>Code of <see cref="Unreachable"/>: too long for the next hop and DF is set (RFC 1191).</summary>
    public const byte FragmentationNeeded = 4;

    /// <summary>ICMP echo request.</summary>
    public const byte EchoRequest = 8;

    /// <summary>ICMP time exceeded.</summary>
    public const byte TimeExceeded = 11;

    /// <summary>ICMPv6 destination unreachable.</summary>
    public const byte Unreachable6 = 1;

    /// <summary>ICMPv6 packet too big.</summary>
    public const byte PacketTooBig6 = 2;

    /// <summary>ICMPv6 time exceeded.</summary>
    public const byte TimeExceeded6 = 3;

    /// <summary>ICMPv6 echo request.</summary>
    public const byte EchoRequest6 = 128;

    /// <summary>ICMPv6 echo reply.</summary>
    public const byte EchoReply6 = 129;

    /// <summary>Multicast listener query (RFC 2710, RFC 3810).</summary>
    public const byte ListenerQuery6 = 130;

    /// <summary>Multicast listener report, version 1.</summary>
    public const byte ListenerReportV1 = 131;

    /// <summary>Multicast listener done, version 1.</summary>
    public const byte ListenerDone6 = 132;

    /// <summary>Multicast listener report, version 2.</summary>
    public const byte ListenerReport6 = 143;

    /// <summary>Router solicitation.</summary>
    public const byte RouterSolicitation6 = 133;

    /// <summary>Router advertisement.</summary>
    public const byte RouterAdvertisement6 = 134;

    /// <summary>Neighbour solicitation.</summary>
    public const byte NeighborSolicitation6 = 135;

    /// <summary>Neighbour advertisement.</summary>
    public const byte NeighborAdvertisement6 = 136;

    /// <summary>Message type.</summary>
    public byte Type;

    /// <summary>Code, its meaning depends on the type.</summary>
    public byte Code;

    /// <summary>Checksum; that of ICMPv6 covers a pseudo header too.</summary>
    public UInt16BigEndian Checksum;

    /// <summary>What the type makes of it: identifier and sequence number, MTU, flags.</summary>
    public UInt32BigEndian Rest;
}

using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>A TCP header without options, overlaid on a packet.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = Size)]
public struct TcpHeader
{
    /// <summary>Length without options, in bytes.</summary>
    public const int Size = 20;

    /// <summary>The sender has finished.</summary>
    public const byte Fin = 0x01;

    /// <summary>Opens a connection.</summary>
    public const byte Syn = 0x02;

    /// <summary>Ends a connection at once.</summary>
    public const byte Rst = 0x04;

    /// <summary>Push.</summary>
    public const byte Psh = 0x08;

    /// <summary>The acknowledgement number counts.</summary>
    public const byte Ack = 0x10;

    /// <summary>Urgent.</summary>
    public const byte Urg = 0x20;

    /// <summary>ECN echo.</summary>
    public const byte Ece = 0x40;

    /// <summary>Congestion window reduced.</summary>
    public const byte Cwr = 0x80;

    /// <summary>Source port.</summary>
    public UInt16BigEndian SourcePort;

    /// <summary>Destination port.</summary>
    public UInt16BigEndian DestinationPort;

    /// <summary>Sequence number.</summary>
    public UInt32BigEndian Sequence;

    /// <summary>Acknowledgement number.</summary>
    public UInt32BigEndian Acknowledgement;

    /// <summary>Header length in 32-bit words in the upper four bits.</summary>
    public byte DataOffset;

    /// <summary>Flags.</summary>
    public byte Flags;

    /// <summary>Receive window.</summary>
    public UInt16BigEndian Window;

    /// <summary>Checksum over pseudo header, header and payload.</summary>
    public UInt16BigEndian Checksum;

    /// <summary>Urgent pointer.</summary>
    public UInt16BigEndian Urgent;

    /// <summary>Header length the data offset claims, in bytes; valid from 20.</summary>
    public readonly uint HeaderLength => ((uint)DataOffset >> 4) * 4;
}

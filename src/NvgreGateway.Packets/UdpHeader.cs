using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>A UDP header, overlaid on a packet.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = Size)]
public struct UdpHeader
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 8;

    /// <summary>Source port.</summary>
    public UInt16BigEndian SourcePort;

    /// <summary>Destination port.</summary>
    public UInt16BigEndian DestinationPort;

    /// <summary>Header and payload, in bytes.</summary>
    public UInt16BigEndian Length;

    /// <summary>Checksum; 0 means none over IPv4, where a computed 0 is sent as 0xFFFF.</summary>
    public UInt16BigEndian Checksum;
}

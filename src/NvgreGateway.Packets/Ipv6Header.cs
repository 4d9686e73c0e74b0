using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>The fixed IPv6 header, overlaid on a packet.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = Size)]
public struct Ipv6Header
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 40;

    /// <summary>Mask of the flow label in the first word.</summary>
    public const uint FlowLabelMask = 0xFFFFF;

    /// <summary>Version (4 bits), traffic class (8), flow label (20).</summary>
    public UInt32BigEndian VersionClassLabel;

    /// <summary>Bytes behind this header.</summary>
    public UInt16BigEndian PayloadLength;

    /// <summary>Next header, see <see cref="IpProtocol"/>.</summary>
    public byte NextHeader;

    /// <summary>Hop limit.</summary>
    public byte HopLimit;

    /// <summary>Source address.</summary>
    public Ipv6Address Source;

    /// <summary>Destination address.</summary>
    public Ipv6Address Destination;

    /// <summary>IP version the first word claims.</summary>
    public readonly uint Version => VersionClassLabel.ToHost() >> 28;

    /// <summary>DSCP in the upper six bits, ECN in the lower two.</summary>
    public readonly byte TrafficClass => (byte)(VersionClassLabel.ToHost() >> 20);

    /// <summary>Flow label, 20 bits.</summary>
    public readonly uint FlowLabel => VersionClassLabel.ToHost() & FlowLabelMask;

    /// <summary>Builds the first word.</summary>
    /// <param name="trafficClass">DSCP and ECN.</param>
    /// <param name="flowLabel">20 bits; higher bits must be clear.</param>
    /// <returns>Version 6, class and label.</returns>
    public static UInt32BigEndian FirstWord(uint trafficClass, uint flowLabel) =>
        UInt32BigEndian.FromHost(0x6000_0000 | (trafficClass << 20) | flowLabel);
}

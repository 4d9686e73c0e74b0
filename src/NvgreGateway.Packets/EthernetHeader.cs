using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>An Ethernet header without tags, overlaid on a frame.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = Size)]
public struct EthernetHeader
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 14;

    /// <summary>Where the EtherType lies, and a tag is inserted: behind the two MACs.</summary>
    public const int TypeOffset = 12;

    /// <summary>Shortest frame on the wire without its frame check sequence; shorter ones are zero-padded .</summary>
    public const int MinFrame = 60;

    /// <summary>Destination MAC.</summary>
    public MacAddressField Destination;

    /// <summary>Source MAC.</summary>
    public MacAddressField Source;

    /// <summary>EtherType, TPID of a tag, or 802.3 length.</summary>
    public UInt16BigEndian Type;
}

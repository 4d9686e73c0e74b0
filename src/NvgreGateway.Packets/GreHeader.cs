using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>
/// The eight bytes of NVGRE behind the outer IP header (RFC 7637 section 3.2). The bits of the first word and what a
/// receiver does about each: RFC 1701, 2784, 2890, WIRE-FORMAT 1.2.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = Size)]
public struct GreHeader
{
    /// <summary>Length with key and without checksum and sequence number, in bytes.</summary>
    public const int Size = 8;

    /// <summary>Length of the part every GRE packet has, in bytes.</summary>
    public const int BaseSize = 4;

    /// <summary>C, bit 0: a checksum and a reserved field precede the key.</summary>
    public const ushort ChecksumPresent = 0x8000;

    /// <summary>K, bit 2: a key is present; NVGRE always has one.</summary>
    public const ushort KeyPresent = 0x2000;

    /// <summary>S, bit 3: a sequence number is present; NVGRE has none.</summary>
    public const ushort SequencePresent = 0x1000;

    /// <summary>Bits 1, 4 and 5: a packet that has any of them set is discarded (RFC 2784 section 2.3).</summary>
    public const ushort ReservedMask = 0x4C00;

    /// <summary>Bits 6 to 12: sent as zero, ignored on receipt.</summary>
    public const ushort IgnoredMask = 0x03F8;

    /// <summary>Bits 13 to 15: the version, which must be 0.</summary>
    public const ushort VersionMask = 0x0007;

    /// <summary>The first word as sent: key present, transparent Ethernet.</summary>
    public const uint FirstWord = ((uint)KeyPresent << 16) | EtherType.TransparentEthernet;

    /// <summary>The bits of the first word that decide acceptance: all but the ignored ones.</summary>
    public const uint FirstWordMask = ~((uint)IgnoredMask << 16);

    /// <summary>Flags and version.</summary>
    public UInt16BigEndian FlagsVersion;

    /// <summary>Protocol type, an EtherType.</summary>
    public UInt16BigEndian ProtocolType;

    /// <summary>VSID in the upper 24 bits, FlowID in the lower 8; see <see cref="Vsid"/>.</summary>
    public UInt32BigEndian Key;
}

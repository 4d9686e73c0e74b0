using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// The head of a table snapshot: a flat block that control builds aside and publishes by one store of a generation; workers
/// read it, and nobody changes it but for the sizes of peers (<see cref="PeerEntry.MaxInnerFrame"/>). All offsets are bytes from this header and multiples of 64; all arrays are indexed by id, and
/// id 0 of segments, attachments, peers and next hops means "none".
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
public struct SnapshotHeader
{
    /// <summary>Which configuration this is; rises by one with each publication.</summary>
    public ulong Generation;

    /// <summary>Bytes in use, this header included.</summary>
    public ulong Bytes;

    /// <summary>Entries of <see cref="PortEntry"/> at <see cref="PortsOffset"/>; a port's index is its place in the configuration.</summary>
    public uint PortCount;

    /// <summary>Entries of <see cref="SegmentEntry"/> (highest id + 1).</summary>
    public uint SegmentCount;

    /// <summary>Entries of <see cref="AttachmentEntry"/> (highest id + 1).</summary>
    public uint AttachmentCount;

    /// <summary>Entries of <see cref="PeerEntry"/> (highest id + 1).</summary>
    public uint PeerCount;

    /// <summary>Offset of the ports.</summary>
    public uint PortsOffset;

    /// <summary>Offset of the segments.</summary>
    public uint SegmentsOffset;

    /// <summary>Offset of the attachments.</summary>
    public uint AttachmentsOffset;

    /// <summary>Offset of the peers.</summary>
    public uint PeersOffset;

    /// <summary>Offset of 4096 16-bit leaf numbers, by VSID / 4096; leaf 0 is empty.</summary>
    public uint VsidTopOffset;

    /// <summary>Offset of the leaves: 4096 16-bit segment ids each, by VSID mod 4096.</summary>
    public uint VsidLeavesOffset;

    /// <summary>Offset of the table of IPv4 peers (<see cref="PeerKey4"/>, open addressing).</summary>
    public uint PeerKeys4Offset;

    /// <summary>Entries of that table minus 1 (a power of two minus 1).</summary>
    public uint PeerKeys4Mask;

    /// <summary>Offset of the table of IPv6 peers (<see cref="PeerKey6"/>, open addressing).</summary>
    public uint PeerKeys6Offset;

    /// <summary>Entries of that table minus 1 (a power of two minus 1).</summary>
    public uint PeerKeys6Mask;

    /// <summary>Offset of all local provider addresses (<see cref="LocalAddress"/>).</summary>
    public uint LocalAddressesOffset;

    /// <summary>How many local provider addresses there are.</summary>
    public uint LocalAddressCount;

    /// <summary>Offset of 32-bit member ids that <see cref="SegmentEntry.MembersOffset"/> points into.</summary>
    public uint MembersOffset;

    /// <summary>How many member ids there are.</summary>
    public uint MemberCount;

    /// <summary>Offset of the MACs of routers of segments that are no port's (64 bits each; A-103).</summary>
    public uint RouterMacsOffset;

    /// <summary>How many of them there are, at most <see cref="ExchangeLimits.RouterMacs"/>.</summary>
    public uint RouterMacCount;

    /// <summary>Packets held for one next hop over all workers at most .</summary>
    public uint HoldLimit;

    /// <summary>Offset of the table of VLAN pairs (<see cref="VlanPairKey"/>, open addressing).</summary>
    public uint VlanPairsOffset;

    /// <summary>Entries of that table minus 1 (a power of two minus 1).</summary>
    public uint VlanPairsMask;

    /// <summary>Offset of the table of groups (<see cref="GroupKey"/>, open addressing).</summary>
    public uint GroupKeysOffset;

    /// <summary>Entries of that table minus 1 (a power of two minus 1).</summary>
    public uint GroupKeysMask;

    /// <summary>1 = a GRE checksum is verified and taken, not refused (<c>lenient.checksum</c>, B-005).</summary>
    public byte AcceptChecksum;

    /// <summary>1 = a GRE sequence number is skipped, not refused (<c>lenient.sequence</c>, B-010).</summary>
    public byte AcceptSequence;

    /// <summary>
    /// The digest of the configuration that it was built from: the first 64 bits of the SHA-256 of its text, big-endian. A successor of
    /// a control process that died in the middle of a reload knows by it which configuration is in force (F-002). Workers do not read it.
    /// </summary>
    public ulong ConfigurationDigest;
}

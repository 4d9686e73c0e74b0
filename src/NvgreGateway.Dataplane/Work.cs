using System.Runtime.InteropServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// One packet between the two passes: what pass 1 found out, one cache line. The packet has passed every check up to and including
/// the ECN stage.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal unsafe struct Work
{
    /// <summary>The packet.</summary>
    public Mbuf* Packet;

    /// <summary>Home bucket of the source, prefetched.</summary>
    public FdbBucket* SourceBucket;

    /// <summary>Home bucket of the destination, prefetched.</summary>
    public FdbBucket* DestinationBucket;

    /// <summary>FDB key of the source MAC; its low 16 bits are the segment id.</summary>
    public ulong SourceKey;

    /// <summary>FDB key of the destination MAC.</summary>
    public ulong DestinationKey;

    /// <summary>CRC32C of the flow key; only from the VLAN side.</summary>
    public uint Crc;

    /// <summary>Where it came from: the place of its attachment or peer, as the FDB should hold it for the source.</summary>
    public uint Place;

    /// <summary>Bytes of the untagged tenant frame.</summary>
    public uint Length;

    /// <summary>From NVGRE: where the tenant frame begins in the packet. From the VLAN side: bytes of the tags behind the MACs.</summary>
    public ushort Offset;

    /// <summary>Inner TOS byte or traffic class, 0 when not IP.</summary>
    public byte Tos;

    /// <summary>Inner family: 4, 6, or 0 when not IP.</summary>
    public byte Family;

    /// <summary>
    /// PCP and DEI (PCP shifted left by 1) of the tag that it arrived with; of two tags, those of the inner one in the upper four bits.
    /// </summary>
    public byte Priority;

    /// <summary>
    /// What the way out is compared with: <see cref="Length"/>, or more than any takes when the frame must be looked at before it
    /// leaves, as a TCP SYN must (<see cref="MssClamp"/>) and ARP or ND (<see cref="TenantNeighborStage"/>). One comparison tells both.
    /// </summary>
    public uint Needed;

    /// <summary>Set in <see cref="TagPriority"/> when there was an inner tag.</summary>
    public const uint HasInnerPriority = 1 << 16;

    /// <summary>Where <see cref="TagPriority"/> holds PCP and DEI of an inner tag.</summary>
    public const int InnerPriorityShift = 12;

    /// <summary>PCP and DEI of the outer tag alone.</summary>
    public readonly uint OuterPriority => Priority & 0xFu;

    /// <summary>From the VLAN side: PCP and DEI of the outer tag in bits 0 to 3; of two tags, those of the inner one in bits 12 to 15.</summary>
    public readonly uint TagPriority =>
        OuterPriority | (Offset == 2 * Packets.VlanTag.Size ? HasInnerPriority | ((uint)Priority >> 4 << InnerPriorityShift) : 0);

    /// <summary>Segment id.</summary>
    public readonly uint Segment => (ushort)DestinationKey;

    /// <summary>Id of the attachment or peer it came from.</summary>
    public readonly uint PlaceId => Place & Exchange.Place.IdMask;

    /// <summary>Id of the peer it came from, or 0.</summary>
    public readonly uint Peer => (Place & Exchange.Place.Peer) != 0 ? PlaceId : 0;

    /// <summary>Kind of the destination MAC.</summary>
    public readonly CastKind Cast =>
        (DestinationKey & 0x1_0000) == 0 ? CastKind.Unicast : DestinationKey >> 16 == 0xFFFF_FFFF_FFFF ? CastKind.Broadcast : CastKind.Multicast;
}

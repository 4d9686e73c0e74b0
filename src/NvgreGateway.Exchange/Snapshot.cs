using System.Numerics;
using System.Runtime.CompilerServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// A view of a published snapshot: the lookups that workers do and that control shares. It owns nothing; the memory stays
/// valid until every worker has passed a quiescent point after a newer one was published.
/// </summary>
/// <param name="header">The snapshot, 64-byte aligned.</param>
public readonly unsafe struct Snapshot(SnapshotHeader* header)
{
    /// <summary>The header; null when there is no snapshot.</summary>
    public SnapshotHeader* Header { get; } = header;

    /// <summary>The ports by index.</summary>
    public PortEntry* Ports => (PortEntry*)((byte*)Header + Header->PortsOffset);

    /// <summary>The segments by id.</summary>
    public SegmentEntry* Segments => (SegmentEntry*)((byte*)Header + Header->SegmentsOffset);

    /// <summary>The attachments by id.</summary>
    public AttachmentEntry* Attachments => (AttachmentEntry*)((byte*)Header + Header->AttachmentsOffset);

    /// <summary>The peers by id.</summary>
    public PeerEntry* Peers => (PeerEntry*)((byte*)Header + Header->PeersOffset);

    /// <summary>The local provider addresses.</summary>
    public LocalAddress* LocalAddresses => (LocalAddress*)((byte*)Header + Header->LocalAddressesOffset);

    /// <summary>The upper level of the segments by VSID.</summary>
    public ushort* VsidTop => (ushort*)((byte*)Header + Header->VsidTopOffset);

    /// <summary>The lower level of the segments by VSID.</summary>
    public ushort* VsidLeaves => (ushort*)((byte*)Header + Header->VsidLeavesOffset);

    /// <summary>The IPv4 peers by segment and PA.</summary>
    public PeerKey4* PeerKeys4 => (PeerKey4*)((byte*)Header + Header->PeerKeys4Offset);

    /// <summary>The attachment ids of a port by VID (4096 entries).</summary>
    /// <param name="port">An access port of this snapshot.</param>
    /// <returns>The table.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint* VlanMap(PortEntry* port) => (uint*)((byte*)Header + port->VlanMapOffset);

    /// <summary>The attachment of a pair of tags (E-007).</summary>
    /// <param name="port">Port index.</param>
    /// <param name="outer">VID of the S-tag.</param>
    /// <param name="inner">VID of the C-tag.</param>
    /// <returns>Its id, or 0.</returns>
    public uint AttachmentOfPair(uint port, uint outer, uint inner)
    {
        VlanPairKey* table = (VlanPairKey*)((byte*)Header + Header->VlanPairsOffset);
        uint mask = Header->VlanPairsMask;
        ulong key = PairKey(port, outer, inner);
        for (uint i = Hash4(key) & mask; table[i].Attachment != 0; i = (i + 1) & mask)
        {
            if (table[i].Key == key)
            {
                return table[i].Attachment;
            }
        }

        return 0;
    }

    /// <summary>Writes a pair of tags into the table, while the snapshot is being built.</summary>
    /// <param name="port">Port index.</param>
    /// <param name="outer">VID of the S-tag.</param>
    /// <param name="inner">VID of the C-tag.</param>
    /// <param name="attachment">Attachment id, above 0.</param>
    public void AddPair(uint port, uint outer, uint inner, uint attachment)
    {
        VlanPairKey* table = (VlanPairKey*)((byte*)Header + Header->VlanPairsOffset);
        ulong key = PairKey(port, outer, inner);
        uint i = Hash4(key) & Header->VlanPairsMask;
        while (table[i].Attachment != 0)
        {
            i = (i + 1) & Header->VlanPairsMask;
        }

        table[i] = new VlanPairKey { Key = key, Attachment = attachment };
    }

    /// <summary>The members of a segment: its attachment ids, then its peer ids, then those of its PA groups.</summary>
    /// <param name="segment">A segment of this snapshot.</param>
    /// <returns>The ids.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint* Members(SegmentEntry* segment) => (uint*)((byte*)Header + segment->MembersOffset);

    /// <summary>The segment of a VSID .</summary>
    /// <param name="vsid">24 bits.</param>
    /// <returns>Its id, or 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint SegmentOf(uint vsid) => SegmentOf(VsidTop, VsidLeaves, vsid);

    /// <summary>As <see cref="SegmentOf(uint)"/>, for who looks up many.</summary>
    /// <param name="top"><see cref="VsidTop"/>.</param>
    /// <param name="leaves"><see cref="VsidLeaves"/>.</param>
    /// <param name="vsid">24 bits.</param>
    /// <returns>The segment's id, or 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint SegmentOf(ushort* top, ushort* leaves, uint vsid) => leaves[((uint)top[vsid >> 12] << 12) | (vsid & 4095)];

    /// <summary>The peer of a segment with an IPv4 PA: the check that the sender is authorised .</summary>
    /// <param name="segment">Segment id.</param>
    /// <param name="address">PA as its wire bytes load little-endian.</param>
    /// <returns>Its id, or 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint PeerOf4(uint segment, uint address) => PeerOf4(PeerKeys4, Header->PeerKeys4Mask, segment, address);

    /// <summary>As <see cref="PeerOf4(uint, uint)"/>, for who looks up many.</summary>
    /// <param name="table"><see cref="PeerKeys4"/>.</param>
    /// <param name="mask">Its entries minus 1.</param>
    /// <param name="segment">Segment id.</param>
    /// <param name="address">PA as its wire bytes load little-endian.</param>
    /// <returns>The peer's id, or 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint PeerOf4(PeerKey4* table, uint mask, uint segment, uint address)
    {
        ulong key = address | ((ulong)segment << 32);
        for (uint i = Hash4(key) & mask; ; i = (i + 1) & mask)
        {
            if (table[i].Key == key)
            {
                return table[i].Peer;
            }

            if (table[i].Peer == 0)
            {
                return 0;
            }
        }
    }

    /// <summary>The peer of a segment with an IPv6 PA.</summary>
    /// <param name="segment">Segment id.</param>
    /// <param name="high">PA bytes 0-7 as they load little-endian.</param>
    /// <param name="low">PA bytes 8-15 likewise.</param>
    /// <returns>Its id, or 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint PeerOf6(uint segment, ulong high, ulong low)
    {
        PeerKey6* table = (PeerKey6*)((byte*)Header + Header->PeerKeys6Offset);
        uint mask = Header->PeerKeys6Mask;
        for (uint i = Hash6(segment, high, low) & mask; ; i = (i + 1) & mask)
        {
            if (table[i].High == high && table[i].Low == low && table[i].Segment == segment && table[i].Peer != 0)
            {
                return table[i].Peer;
            }

            if (table[i].Peer == 0)
            {
                return 0;
            }
        }
    }

    /// <summary>An entry of the table of groups.</summary>
    /// <param name="owner">Segment id, or port with <see cref="GroupKey.Joined"/> or <see cref="GroupKey.JoinedMac"/>.</param>
    /// <param name="high">Address bytes 0-7 as they load little-endian, or a MAC.</param>
    /// <param name="low">Address bytes 8-15 likewise; 0 for IPv4.</param>
    /// <returns>The entry, or null.</returns>
    public GroupKey* GroupOf(uint owner, ulong high, ulong low)
    {
        GroupKey* table = (GroupKey*)((byte*)Header + Header->GroupKeysOffset);
        for (uint i = Hash6(owner, high, low) & Header->GroupKeysMask; table[i].Owner != 0; i = (i + 1) & Header->GroupKeysMask)
        {
            if (table[i].High == high && table[i].Low == low && table[i].Owner == owner)
            {
                return table + i;
            }
        }

        return null;
    }

    /// <summary>Writes an entry of the table of groups, while the snapshot is being built; one that is there stays.</summary>
    /// <param name="entry">The entry; its owner is not 0.</param>
    public void AddGroup(in GroupKey entry)
    {
        if (GroupOf(entry.Owner, entry.High, entry.Low) == null)
        {
            GroupKey* table = (GroupKey*)((byte*)Header + Header->GroupKeysOffset);
            uint i = Hash6(entry.Owner, entry.High, entry.Low) & Header->GroupKeysMask;
            while (table[i].Owner != 0)
            {
                i = (i + 1) & Header->GroupKeysMask;
            }

            table[i] = entry;
        }
    }

    /// <summary>Whether an IPv4 address is a local PA.</summary>
    /// <param name="address">As its wire bytes load little-endian.</param>
    /// <returns>Whether it is.</returns>
    public bool IsLocal4(uint address)
    {
        LocalAddress* a = LocalAddresses;
        for (uint i = 0; i < Header->LocalAddressCount; i++)
        {
            if (a[i].Family == 4 && (uint)a[i].High == address)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether an IPv6 address is a local PA.</summary>
    /// <param name="high">Bytes 0-7 as they load little-endian.</param>
    /// <param name="low">Bytes 8-15 likewise.</param>
    /// <returns>Whether it is.</returns>
    public bool IsLocal6(ulong high, ulong low)
    {
        LocalAddress* a = LocalAddresses;
        for (uint i = 0; i < Header->LocalAddressCount; i++)
        {
            if (a[i].Family == 6 && a[i].High == high && a[i].Low == low)
            {
                return true;
            }
        }

        return false;
    }

    private static ulong PairKey(uint port, uint outer, uint inner) => ((ulong)port << 24) | (outer << 12) | inner;

    /// <summary>The hash of the IPv4 peer table.</summary>
    /// <param name="key">Segment and PA, as <see cref="PeerKey4.Key"/>.</param>
    /// <returns>32 bits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash4(ulong key) => BitOperations.Crc32C(0, key);

    /// <summary>The hash of the IPv6 peer table.</summary>
    /// <param name="segment">Segment id.</param>
    /// <param name="high">PA bytes 0-7.</param>
    /// <param name="low">PA bytes 8-15.</param>
    /// <returns>32 bits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash6(uint segment, ulong high, ulong low) =>
        BitOperations.Crc32C(BitOperations.Crc32C(segment, high), low);
}

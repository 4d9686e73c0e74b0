using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Which attachment a frame of an access port belongs to (E-001 to E-007, E-011, A-041, A-043, A-044). The plain cases stand in
/// <see cref="AccessInput"/>; this is all of them. Outcomes: an attachment, <c>drop.vlan.untagged</c>, <c>.tagged_on_access</c>,
/// <c>.reserved_vid</c>, <c>.unknown</c>, <c>.double</c>.
/// </summary>
internal static unsafe class VlanStage
{
    // Where the second of two whole tags and the EtherType behind it end.
    private const uint InnerEnd = 22;

    /// <summary>Classifies a frame of at least 14 bytes, and 18 if tagged.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">The access port.</param>
    /// <param name="p">The frame.</param>
    /// <param name="length">Its length.</param>
    /// <param name="attachment">The attachment's id.</param>
    /// <param name="tags">Bytes of tags behind the MACs.</param>
    /// <param name="tci">The outer tag; PCP and DEI of an inner one are added as bits 16 to 19.</param>
    /// <returns>None, or why the frame is dropped.</returns>
    public static DropReason Classify(WorkerContext* w, PortEntry* port, byte* p, uint length, out uint attachment, out uint tags, ref uint tci)
    {
        ushort type = Wire.Load16(p + 12);
        attachment = port->NativeAttachment;
        tags = 0;
        if (!Wire.IsTag(type))
        {
            return attachment == 0 ? DropReason.VlanUntagged : DropReason.None;
        }

        uint vid = Wire.Big16(p + 14) & 0xFFF;
        tags = 4;
        if ((port->Flags & PortFlags.AccessMode) != 0 && vid != 0)
        {
            return DropReason.VlanTaggedOnAccess;
        }

        if (type != port->Tpid)
        {
            // A tag of another TPID than the port's is not interpreted, so it would stay inside (E-011, A-041).
            return DropReason.VlanDouble;
        }

        if (vid == 0)
        {
            if (attachment == 0)
            {
                return DropReason.VlanUntagged; // a priority tag counts as none (E-005)
            }
        }
        else if (vid == 0xFFF)
        {
            return DropReason.VlanReservedVid;
        }
        else
        {
            attachment = w->Snapshot.VlanMap(port)[vid];
            if ((port->Flags & PortFlags.Qinq) != 0 && length >= InnerEnd && Wire.Load16(p + 16) == Wire.Vlan)
            {
                return Pair(w, port, p, vid, ref attachment, out tags, ref tci);
            }

            if (attachment == 0)
            {
                return DropReason.VlanUnknown;
            }
        }

        return Wire.IsTag(Wire.Load16(p + 16)) ? DropReason.VlanDouble : DropReason.None;
    }

    // E-007: both tags of a mapped pair go; behind an S-tag that is mapped alone nothing tagged may remain.
    private static DropReason Pair(WorkerContext* w, PortEntry* port, byte* p, uint vid, ref uint attachment, out uint tags, ref uint tci)
    {
        tags = 8;
        uint inner = Wire.Big16(p + 18);
        uint pair = w->Snapshot.AttachmentOfPair((uint)(port - w->PortEntries), vid, inner & 0xFFF);
        if (pair == 0)
        {
            return attachment != 0 ? DropReason.VlanDouble
                : (inner & 0xFFF) == 0xFFF ? DropReason.VlanReservedVid
                : DropReason.VlanUnknown;
        }

        attachment = pair;
        tci |= inner >> 12 << 16;
        return Wire.IsTag(Wire.Load16(p + 20)) ? DropReason.VlanDouble : DropReason.None;
    }
}

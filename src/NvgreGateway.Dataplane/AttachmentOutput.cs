using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Toward an attachment: the tags of its VLAN, padding (A-012, A-013, E-004, E-008, E-043). The size was checked. Outcome: queued for
/// its port.
/// </summary>
internal static unsafe class AttachmentOutput
{
    /// <summary>Tags a frame and sends it.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet; it holds the tenant frame and perhaps more before and behind.</param>
    /// <param name="inner">Where the untagged tenant frame would begin: bytes 12 on are there already.</param>
    /// <param name="macs">Destination MAC and first two bytes of the source MAC.</param>
    /// <param name="macsEnd">The rest of the source MAC.</param>
    /// <param name="priority">PCP and DEI of the tags (PCP shifted left by 1), or as <see cref="Work.TagPriority"/>.</param>
    /// <param name="tenantBytes">Bytes of the untagged tenant frame.</param>
    /// <param name="id">Attachment id.</param>
    /// <param name="cast">Kind of its destination MAC.</param>
    /// <param name="note">Its account.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Send(
        WorkerContext* w, Mbuf* m, byte* inner, ulong macs, uint macsEnd, uint priority, uint tenantBytes, uint id, CastKind cast, TxNote note)
    {
        AttachmentEntry* attachment = w->Attachments + id;
        uint tags = attachment->Tags * (uint)VlanTag.Size;
        byte* start = inner - tags;
        Wire.Store64(start, macs);
        Wire.Store32(start + 8, macsEnd);
        if (tags != 0)
        {
            // Third byte of a tag: PCP, DEI and the top of the VID.
            Wire.Store32(start + 12, attachment->TagWord | (priority << 20));
            if (tags > VlanTag.Size)
            {
                // A C-tag that is switched keeps its own (E-008); every other one takes that of the S-tag.
                Wire.Store32(start + 16, attachment->InnerTagWord | (((priority & Work.HasInnerPriority) != 0 ? (priority >> Work.InnerPriorityShift) & 0xF : priority) << 20));
            }
        }

        uint length = tenantBytes + tags;
        Trimming.Set(w, m, start, length);
        if (length < EthernetHeader.MinFrame)
        {
            Trimming.Pad(m);
            length = EthernetHeader.MinFrame;
        }

        Transmission.ToAttachment(w, attachment->Port, m, length, id, cast, note);
    }

    /// <summary>PCP and DEI of a frame from NVGRE: by its DSCP, or 0 when not IP (E-043).</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="k">The frame.</param>
    /// <returns>PCP shifted left by 1.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint PriorityOf(SegmentEntry* segment, Work* k) =>
        k->Family == TenantHeader.NotIp ? 0 : (uint)segment->DscpToPcp[k->Tos >> 2] << 1;
}

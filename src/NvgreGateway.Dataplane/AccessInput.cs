using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// VLAN side, pass 1: layer 2, VLAN and tenant checks, flow hash, and the FDB buckets prefetched. Outcomes: a piece of
/// <see cref="Work"/>; <c>drop.l2.runt</c>, <c>.oversize</c>, <c>.reserved_mac</c>, <c>.control</c>; those of
/// <see cref="VlanStage"/> and <see cref="ExceptionStage"/>; <c>drop.segment.down</c>; those of <see cref="TenantStage"/> and <see cref="BufferStage"/>.
/// </summary>
internal static unsafe class AccessInput
{
    /// <summary>Runs a burst of an access port.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="portIndex">The port.</param>
    /// <param name="burst">The packets; no longer the caller's.</param>
    /// <param name="count">How many.</param>
    /// <returns>Pieces of work made.</returns>
    public static uint Run(WorkerContext* w, uint portIndex, Mbuf** burst, uint count)
    {
        PortEntry* port = w->PortEntries + portIndex;
        uint* map = w->Snapshot.VlanMap(port);
        AttachmentEntry* attachments = w->Attachments;
        SegmentEntry* segments = w->Segments;
        uint maxFrame = port->MaxFrame, native = port->NativeAttachment;
        uint longestTagged = (port->Flags & (PortFlags.AccessMode | PortFlags.Qinq | PortFlags.OtherTpid)) == 0 ? maxFrame : 0; // else a tag is unusual
        FdbBucket* buckets = w->Fdb.Buckets;
        byte* ages = w->Ages;
        uint mask = w->Fdb.Mask;
        ulong bytes = 0;
        Work* k = w->Work;

        for (uint i = 0; i < count; i++)
        {
            Mbuf* m = burst[i];
            if (!BufferStage.IsPlain(m))
            {
                bytes += m->PktLen;
                m = BufferStage.Prepare(w, m, portIndex);
                if (m == null)
                {
                    continue;
                }

                bytes -= m->PktLen; // counted as it crossed the ring, before a tag was put back
            }

            byte* p = m->Data;
            uint length = m->PktLen;
            bytes += length;
            if (length < EthernetHeader.Size)
            {
                Accounting.Drop(w, m, DropReason.L2Runt, portIndex);
                continue;
            }

            ushort type = Wire.Load16(p + 12);
            ulong destination = Wire.Load64(p) & Wire.MacMask, source = Wire.Load64(p + 4) >> 16;
            uint tags = 0, attachmentId = native, tci = 0, longest = maxFrame;
            DropReason reason;
            if (type == Wire.Vlan)
            {
                if (length < EthernetHeader.Size + VlanTag.Size)
                {
                    Accounting.Drop(w, m, DropReason.L2Runt, portIndex);
                    continue;
                }

                tci = Wire.Big16(p + 14);
                type = Wire.Load16(p + 16);
                tags = 4;
                attachmentId = map[tci & 0xFFF]; // VID 0 and 4095 are in no map
                longest = longestTagged;
            }

            if (attachmentId == 0 || (type != Wire.Ipv4 && Wire.IsTag(type)) || (destination & 1) != 0 || length > longest)
            {
                if ((port->Flags & PortFlags.Exception) != 0) // it has no attachment, so all of its frames come here
                {
                    ExceptionStage.Send(w, m, portIndex);
                    continue;
                }

                reason = Unusual(w, port, m, length, destination, out uint classified, out uint tagBytes, out uint tag);
                if (reason != DropReason.None)
                {
                    Accounting.Drop(w, m, reason, portIndex);
                    continue;
                }

                // Through copies: what a call may write to lives in memory, also for the frames that never come here.
                attachmentId = classified;
                tags = tagBytes;
                tci = tag;
            }

            AttachmentEntry* attachment = attachments + attachmentId;
            uint segment = attachment->Segment;
            byte* l3 = p + EthernetHeader.Size + tags;
            uint linear = (uint)m->DataLen - EthernetHeader.Size - tags;
            ulong destinationKey = FdbTable.Key(destination, segment), sourceKey = FdbTable.Key(source, segment);
            uint sourceIndex = FdbTable.Hash(sourceKey) & mask;
            FdbBucket* destinationBucket = buckets + (FdbTable.Hash(destinationKey) & mask);
            FdbBucket* sourceBucket = buckets + sourceIndex;
            Wire.Prefetch(destinationBucket);
            Wire.Prefetch(sourceBucket);
            Wire.Prefetch(ages + ((ulong)sourceIndex * 8));
            TenantFlow flow = FlowHash.Classify(p, l3, linear);
            uint tos = flow.TrafficClass;
            SegmentFlags state = segments[segment].Flags & (SegmentFlags.Up | SegmentFlags.RewriteInnerDscp | SegmentFlags.DropBadChecksum);
            if (state != SegmentFlags.Up)
            {
                if ((state & SegmentFlags.Up) == 0)
                {
                    if (!LoopStage.Takes(w, m, l3, source, segment, attachment->Place, portIndex))
                    {
                        Accounting.Drop(w, m, DropReason.SegmentDown, portIndex, segment);
                    }

                    continue;
                }

                if ((state & SegmentFlags.DropBadChecksum) != 0)
                {
                    reason = TenantStage.Fault(w, segment, destination, source, l3, linear, flow.Family, fromNvgre: false);
                    reason = InnerChecksumStage.Look(w, m, portIndex, l3, length - tags - EthernetHeader.Size, flow.Family, reason);
                    if (reason != DropReason.None)
                    {
                        TenantStage.End(w, m, reason, portIndex, segment, 0, source, l3, attachment->Place);
                        continue;
                    }
                }

                if ((state & SegmentFlags.RewriteInnerDscp) != 0)
                {
                    tos = PriorityStage.RewriteInner(port, segments + segment, l3, flow.Family, tci, tos);
                }
            }

            if (!TenantStage.MacsPass(w, destination, source) || !TenantStage.PayloadPasses(l3, flow.Family))
            {
                reason = TenantStage.Fault(w, segment, destination, source, l3, linear, flow.Family, fromNvgre: false);
                if (reason != DropReason.None)
                {
                    TenantStage.End(w, m, reason, portIndex, segment, 0, source, l3, attachment->Place);
                    continue;
                }
            }

            k->Packet = m;
            k->SourceBucket = sourceBucket;
            k->DestinationBucket = destinationBucket;
            k->SourceKey = sourceKey;
            k->DestinationKey = destinationKey;
            k->Crc = flow.Crc;
            k->Place = attachment->Place;
            k->Length = length - tags;
            k->Needed = MssClamp.MayApply(l3, linear, flow.Family) ? uint.MaxValue : length - tags;
            k->Offset = (ushort)tags;
            k->Tos = (byte)tos;
            k->Family = (byte)flow.Family;
            k->Priority = (byte)(tci >> 12);
            k++;
        }

        if (w->Requests != 0)
        {
            OffloadInput.Mark(w, k);
        }

        PortCounters* counters = WorkerContext.PortCounters(w, portIndex);
        counters->RxPackets += count;
        counters->RxBytes += bytes;
        w->Stats->ReceivedBytes += bytes;
        return (uint)(k - w->Work);
    }

    // Everything of the stages Port / L2 and VLAN, in their order, for frames that the lines above do not settle.
    private static DropReason Unusual(
        WorkerContext* w, PortEntry* port, Mbuf* m, uint length, ulong destination, out uint attachment, out uint tags, out uint tci)
    {
        byte* p = m->Data;
        bool tagged = Wire.IsTag(Wire.Load16(p + 12));
        attachment = tags = tci = 0;
        if (tagged && length < EthernetHeader.Size + VlanTag.Size)
        {
            return DropReason.L2Runt;
        }

        if (length > port->MaxFrame && !OffloadRequest.IsLarge(m))
        {
            return DropReason.L2Oversize; // E-076
        }

        if ((destination & 1) != 0)
        {
            if ((port->Flags & PortFlags.FlushOnTopologyChange) != 0)
            {
                TopologyStage.Look(w, port, m, destination);
            }

            DropReason control = TenantStage.ControlGroup(destination, (port->Flags & PortFlags.ForwardControlFrames) != 0);
            if (control != DropReason.None)
            {
                return control;
            }
        }

        tci = tagged ? Wire.Big16(p + 14) : 0;
        return VlanStage.Classify(w, port, p, length, out attachment, out tags, ref tci);
    }
}

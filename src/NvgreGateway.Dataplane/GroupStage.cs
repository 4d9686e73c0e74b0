using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Which PA groups a flooded frame goes to: those of its tenant group, if that is mapped, else those of its segment,
/// else none: a copy for each peer. A group stands among the members of a segment as a peer that is only sent to, with a prepared
/// header and a next hop that is always known. Only segments with groups come here.
/// </summary>
internal static unsafe class GroupStage
{
    /// <summary>Says who gets the frame on the PA side.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">A frame from the VLAN side.</param>
    /// <param name="segment">Its segment.</param>
    /// <param name="skip">How many members stand between the attachments and the receivers.</param>
    /// <returns>How many receivers there are.</returns>
    public static uint Receivers(WorkerContext* w, Work* k, SegmentEntry* segment, out uint skip)
    {
        if (segment->MappedGroups != 0 && k->Cast == CastKind.Multicast)
        {
            GroupKey* mapped = Mapped(w, k);
            if (mapped != null)
            {
                skip = mapped->First - segment->AttachmentCount;
                return mapped->Count;
            }
        }

        skip = segment->GroupCount != 0 ? segment->PeerCount : 0u;
        return segment->GroupCount != 0 ? segment->GroupCount : segment->PeerCount;
    }

    /// <summary>Whether an underlay port listens to a group address; never so for a port that has joined none.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">Port index.</param>
    /// <param name="high">Address bytes 0-7 as they load, or those of IPv4.</param>
    /// <param name="low">Address bytes 8-15 likewise, 0 for IPv4.</param>
    /// <param name="membership">Whether the packet is IGMP or MLD, which is taken on the group of all hosts too.</param>
    /// <returns>Whether it does.</returns>
    public static bool Listens(WorkerContext* w, uint port, ulong high, ulong low, bool membership)
    {
        if ((w->PortEntries[port].Flags & PortFlags.HasGroups) == 0)
        {
            return false;
        }

        GroupKey* joined = w->Snapshot.GroupOf(GroupKey.Joined | port, high, low);
        return joined != null && (joined->Count != 0 || membership);
    }

    private static GroupKey* Mapped(WorkerContext* w, Work* k)
    {
        Mbuf* m = k->Packet;
        byte* ip = m->Data + k->Offset + EthernetHeader.Size;
        uint linear = Math.Min(m->DataLen - (uint)k->Offset, k->Length) - EthernetHeader.Size;
        return (uint)k->Family switch
        {
            TenantHeader.Ipv4 when linear >= Ipv4Header.Size => w->Snapshot.GroupOf(k->Segment, Wire.Load32(ip + 16), 0),
            TenantHeader.Ipv6 when linear >= Ipv6Header.Size => w->Snapshot.GroupOf(k->Segment, Wire.Load64(ip + 24), Wire.Load64(ip + 32)),
            _ => null,
        };
    }
}

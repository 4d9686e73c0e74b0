using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Tables;

/// <summary>Writes the part of a snapshot that is about groups: which tenant groups are mapped, and what each port listens to.</summary>
internal static unsafe class GroupTableWriter
{
    // As they load: 224.0.0.1 and 01-00-5E-00-00-01, ff02::1.
    private const ulong AllHosts = 0x0100_00E0;
    private const ulong AllHostsMac = 0x0100_005E_0001;
    private const ulong AllNodesHigh = 0x02FF;
    private const ulong AllNodesLow = 1ul << 56;

    /// <summary>Entries of the table at most.</summary>
    internal static int Entries(TablePlan plan) => plan.Segments.Sum(static s => s.Configuration.Groups.Count + (s.Groups.Length * 2)) + (plan.Configuration.Ports.Count * 3);

    /// <summary>Member ids that a segment's groups take: the default ones, then those of each mapped tenant group.</summary>
    internal static int Members(TablePlan.SegmentPlan segment) => segment.Configuration.MulticastPa.Count + segment.Configuration.Groups.Sum(static g => g.PaGroups.Count);

    /// <summary>Writes the groups of a segment behind its attachments and peers.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="slot">The snapshot.</param>
    /// <param name="entry">The segment's entry, its members but these written.</param>
    internal static void Write(TablePlan.SegmentPlan segment, Snapshot slot, SegmentEntry* entry)
    {
        if (segment.Groups.Length == 0)
        {
            return;
        }

        uint* members = slot.Members(entry);
        uint at = entry->AttachmentCount + (uint)entry->PeerCount;
        entry->GroupCount = (ushort)segment.Configuration.MulticastPa.Count;
        entry->MappedGroups = (ushort)segment.Configuration.Groups.Count;
        void Add(ValueList<System.Net.IPAddress> groups)
        {
            foreach (System.Net.IPAddress group in groups)
            {
                WireAddress address = WireAddress.From(group);
                members[at++] = Array.Find(segment.Groups, g => g.Address == address).Id;
            }
        }

        Add(segment.Configuration.MulticastPa);
        foreach (GroupMapping mapping in segment.Configuration.Groups)
        {
            WireAddress tenant = WireAddress.From(mapping.Group);
            slot.AddGroup(new GroupKey { High = tenant.High, Low = tenant.Low, Owner = segment.Id, First = at, Count = (uint)mapping.PaGroups.Count });
            Add(mapping.PaGroups);
        }

        foreach (TablePlan.PeerPlan group in segment.Groups)
        {
            Join(slot, group);
        }
    }

    private static void Join(Snapshot slot, TablePlan.PeerPlan group)
    {
        uint port = (uint)group.Hops[0].Port;
        slot.Ports[port].Flags |= PortFlags.HasGroups;
        slot.AddGroup(new GroupKey { High = group.Address.High, Low = group.Address.Low, Owner = GroupKey.Joined | port, Count = 1 });
        slot.AddGroup(new GroupKey { High = GroupPlanner.MacOf(group.Address).Value, Owner = GroupKey.JoinedMac | port });
        if (group.Address.IsIpv6)
        {
            slot.AddGroup(new GroupKey { High = AllNodesHigh, Low = AllNodesLow, Owner = GroupKey.Joined | port });
        }
        else
        {
            slot.AddGroup(new GroupKey { High = AllHosts, Owner = GroupKey.Joined | port });
            slot.AddGroup(new GroupKey { High = AllHostsMac, Owner = GroupKey.JoinedMac | port });
        }
    }
}

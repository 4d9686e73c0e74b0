using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>A segment (one VSID) in a snapshot.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
public unsafe struct SegmentEntry
{
    /// <summary>What it does.</summary>
    public SegmentFlags Flags;

    /// <summary>The VSID.</summary>
    public uint Vsid;

    /// <summary>Offset, from the snapshot, of its member ids (32 bits each): first its attachments, then its peers, then its PA groups.</summary>
    public uint MembersOffset;

    /// <summary>How many attachments it has.</summary>
    public ushort AttachmentCount;

    /// <summary>How many peers it has.</summary>
    public ushort PeerCount;

    /// <summary>PA groups that what is flooded goes to; their ids stand behind those of the peers. 0 = every peer gets a copy .</summary>
    public ushort GroupCount;

    /// <summary>Tenant groups that have PA groups of their own (<see cref="GroupKey"/>; A-083).</summary>
    public ushort MappedGroups;

    /// <summary>DSCP by PCP (E-040), as the TOS byte (DSCP shifted left by 2).</summary>
    public fixed byte PcpToTos[8];

    /// <summary>PCP by DSCP (E-040, E-043), 0 to 7.</summary>
    public fixed byte DscpToPcp[64];

    /// <summary>Limits of what is flooded (<see cref="StormLimit"/>) by <see cref="CastKind"/>; unicast is that to an unknown destination (F-045).</summary>
    public fixed uint Storm[3];
}

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

    /// <summary>Offset, from the snapshot, of its member ids (32 bits each): first its attachments, then its peers.</summary>
    public uint MembersOffset;

    /// <summary>How many attachments it has.</summary>
    public ushort AttachmentCount;

    /// <summary>How many peers it has.</summary>
    public ushort PeerCount;

    /// <summary>DSCP by PCP (E-040), as the TOS byte (DSCP shifted left by 2).</summary>
    public fixed byte PcpToTos[8];

    /// <summary>PCP by DSCP (E-040, E-043), 0 to 7.</summary>
    public fixed byte DscpToPcp[64];

    /// <summary>Limits of what is flooded (<see cref="StormLimit"/>) by <see cref="CastKind"/>; unicast is that to an unknown destination (F-045).</summary>
    public fixed uint Storm[3];
}

using System.Net;

namespace NvgreGateway.Control.Configuration;

/// <summary>One virtual subnet, every default filled in; an entry of <c>segments</c>.</summary>
public sealed record SegmentConfiguration
{
    /// <summary>Unique among the segments; 1 to 32 letters, digits, '.', '_' and '-', a letter or digit first.</summary>
    public required string Name { get; init; }

    /// <summary>4096 to 16777214, unique .</summary>
    public required int Vsid { get; init; }

    /// <summary>The VLAN side; at least one.</summary>
    public required ValueList<AttachmentConfiguration> Attachments { get; init; }

    /// <summary>The PAs that may send to the segment and are sent to; all others are refused .</summary>
    public required ValueList<PeerConfiguration> Peers { get; init; }

    /// <summary>Local PAs; packets to a peer leave from those of its family as <see cref="Spread"/> says. Every local PA, in the order of the ports, by default. NVGRE to any local PA is accepted whatever stands here .</summary>
    public required ValueList<IPAddress> SourceAddresses { get; init; }

    /// <summary>Which of the source addresses are used .</summary>
    public SourceSpread Spread { get; init; }

    /// <summary>Whether sources of accepted frames enter the FDB .</summary>
    public required bool Learning { get; init; }

    /// <summary>Unicast to a destination outside the FDB .</summary>
    public required UnknownUnicastPolicy UnknownUnicast { get; init; }

    /// <summary>PA groups that what is flooded goes to instead of to each peer, at most one of each family; none: a copy for each peer .</summary>
    public ValueList<IPAddress> MulticastPa { get; init; } = [];

    /// <summary>Tenant groups that go to PA groups of their own .</summary>
    public ValueList<GroupMapping> Groups { get; init; } = [];

    /// <summary>Static FDB entries (A-100, A-102, E-033).</summary>
    public required ValueList<RecordConfiguration> Records { get; init; }

    /// <summary>What becomes of tenants' ARP and ND (A-105, E-050).</summary>
    public ArpMode Arp { get; init; }

    /// <summary>Whether IGMP and MLD of tenants say who gets multicast .</summary>
    public bool Snooping { get; init; }

    /// <summary>Whether malformed ARP and ND is dropped where <see cref="Arp"/> watches it (E-059).</summary>
    public bool StrictArp { get; init; }

    /// <summary>Whether frames pass from one attachment to another (E-024).</summary>
    public required bool LocalSwitching { get; init; }

    /// <summary>Whether probes look for loops through its VLANs and VSID, which block it (E-073).</summary>
    public bool LoopDetection { get; init; }

    /// <summary>Down stops both directions (E-026).</summary>
    public required AdminState AdminState { get; init; }

    /// <summary>Limit of learned MACs (E-034).</summary>
    public required LimitsConfiguration Limits { get; init; }

    /// <summary>8 numbers: DSCP 0 to 63 for each PCP (E-040).</summary>
    public required ValueList<byte> PcpToDscp { get; init; }

    /// <summary>64 numbers: PCP 0 to 7 for each DSCP (E-040).</summary>
    public required ValueList<byte> DscpToPcp { get; init; }

    /// <summary>Whether the PCP of a tag sets the DSCP of the tenant packet behind it (E-044).</summary>
    public bool RewriteInnerDscp { get; init; }

    /// <summary>Whether tenant packets with a bad IPv4 header, TCP or UDP checksum are dropped (C-044).</summary>
    public bool DropBadInnerChecksum { get; init; }

    /// <summary>Whether known unicast from one peer goes to another; what is flooded never does .</summary>
    public bool Relay { get; init; }

    /// <summary>Limits of what is flooded (F-045).</summary>
    public required StormConfiguration Storm { get; init; }

    /// <summary>FCoE and FIP frames .</summary>
    public required FramePolicy Lossless { get; init; }

    /// <summary>Whether the MSS of TCP SYNs is lowered to what the tunnel carries (B-072).</summary>
    public required bool MssClamp { get; init; }

    /// <summary>Whether inner IPv4 with DF=0 that is too long is fragmented; else it is dropped (B-067).</summary>
    public required bool Fragment { get; init; }

    /// <summary>The segment's router; null = none (B-069, A-103).</summary>
    public required RouterConfiguration? Router { get; init; }

    /// <summary>Every PA group of the segment once: all are joined .</summary>
    internal IEnumerable<IPAddress> PaGroups => MulticastPa.Concat(Groups.SelectMany(static g => g.PaGroups)).Distinct();

    /// <summary>The local PA that packets to a group leave from: the first of its family.</summary>
    /// <param name="group">A PA group.</param>
    /// <returns>The local PA, or null where none is of that family; a validated configuration has one for every group.</returns>
    internal IPAddress? SourceFor(IPAddress group) => SourceAddresses.FirstOrDefault(s => s.AddressFamily == group.AddressFamily);

    /// <summary>The local PAs that packets to a peer leave from: those of its family, all or the first alone .</summary>
    /// <param name="peer">A peer's PA.</param>
    /// <returns>The local PAs; a validated configuration has one for every peer.</returns>
    public IEnumerable<IPAddress> SourcesFor(IPAddress peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return SourceAddresses.Where(s => s.AddressFamily == peer.AddressFamily).Take(Spread == SourceSpread.Flow ? int.MaxValue : 1);
    }
}

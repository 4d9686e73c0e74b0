namespace NvgreGateway.Exchange;

/// <summary>
/// Every way to lose a packet: the closed list of the requirements, section 7, in the order of its stages. Where several
/// reasons apply to one packet the first stage wins (GRE and NVGRE: the order of the wire format, section 1.2).
/// </summary>
public enum DropReason : byte
{
    /// <summary>Not a drop.</summary>
    None = 0,
    /// <summary><c>drop.port.down</c>.</summary>
    PortDown,
    /// <summary><c>drop.standby</c>.</summary>
    Standby,
    /// <summary><c>drop.l2.runt</c>.</summary>
    L2Runt,
    /// <summary><c>drop.l2.oversize</c>.</summary>
    L2Oversize,
    /// <summary><c>drop.l2.not_for_us</c>.</summary>
    L2NotForUs,
    /// <summary><c>drop.l2.outer_vlan</c>.</summary>
    L2OuterVlan,
    /// <summary><c>drop.l2.reserved_mac</c>.</summary>
    L2ReservedMac,
    /// <summary><c>drop.l2.control</c>.</summary>
    L2Control,
    /// <summary><c>drop.l2.ethertype</c>.</summary>
    L2Ethertype,
    /// <summary><c>drop.vlan.untagged</c>.</summary>
    VlanUntagged,
    /// <summary><c>drop.vlan.tagged_on_access</c>.</summary>
    VlanTaggedOnAccess,
    /// <summary><c>drop.vlan.reserved_vid</c>.</summary>
    VlanReservedVid,
    /// <summary><c>drop.vlan.unknown</c>.</summary>
    VlanUnknown,
    /// <summary><c>drop.vlan.double</c>.</summary>
    VlanDouble,
    /// <summary><c>drop.segment.down</c>.</summary>
    SegmentDown,
    /// <summary><c>drop.ip.version</c>.</summary>
    IpVersion,
    /// <summary><c>drop.ip.hdr</c>.</summary>
    IpHdr,
    /// <summary><c>drop.ip.len</c>.</summary>
    IpLen,
    /// <summary><c>drop.ip.cksum</c>.</summary>
    IpCksum,
    /// <summary><c>drop.ip.not_local</c>.</summary>
    IpNotLocal,
    /// <summary><c>drop.ip.options</c>.</summary>
    IpOptions,
    /// <summary><c>drop.ip.fragment</c>.</summary>
    IpFragment,
    /// <summary><c>drop.ip.martian</c>.</summary>
    IpMartian,
    /// <summary><c>drop.ip.proto</c>.</summary>
    IpProto,
    /// <summary><c>drop.gre.truncated</c>.</summary>
    GreTruncated,
    /// <summary><c>drop.gre.version</c>.</summary>
    GreVersion,
    /// <summary><c>drop.gre.reserved</c>.</summary>
    GreReserved,
    /// <summary><c>drop.gre.proto</c>.</summary>
    GreProto,
    /// <summary><c>drop.gre.csum_present</c>.</summary>
    GreCsumPresent,
    /// <summary><c>drop.gre.csum_bad</c>.</summary>
    GreCsumBad,
    /// <summary><c>drop.gre.seq_present</c>.</summary>
    GreSeqPresent,
    /// <summary><c>drop.gre.no_key</c>.</summary>
    GreNoKey,
    /// <summary><c>drop.vsid.reserved</c>.</summary>
    VsidReserved,
    /// <summary><c>drop.vsid.vendor</c>.</summary>
    VsidVendor,
    /// <summary><c>drop.vsid.unknown</c>.</summary>
    VsidUnknown,
    /// <summary><c>drop.peer.unknown</c>.</summary>
    PeerUnknown,
    /// <summary><c>drop.ip.ttl_min</c>.</summary>
    IpTtlMin,
    /// <summary><c>drop.peer.down</c>.</summary>
    PeerDown,
    /// <summary><c>drop.inner.short</c>.</summary>
    InnerShort,
    /// <summary><c>drop.inner.tagged</c>.</summary>
    InnerTagged,
    /// <summary><c>drop.loop</c>.</summary>
    Loop,
    /// <summary><c>drop.inner.src_mac</c>.</summary>
    InnerSrcMac,
    /// <summary><c>drop.inner.self_mac</c>.</summary>
    InnerSelfMac,
    /// <summary><c>drop.inner.lossless</c>.</summary>
    InnerLossless,
    /// <summary><c>drop.inner.spoof</c>.</summary>
    InnerSpoof,
    /// <summary><c>drop.inner.cksum</c>.</summary>
    InnerCksum,
    /// <summary><c>drop.arp.invalid</c>.</summary>
    ArpInvalid,
    /// <summary><c>drop.ecn.notect_ce</c>.</summary>
    EcnNotectCe,
    /// <summary><c>drop.acl.in</c>.</summary>
    AclIn,
    /// <summary><c>drop.acl.out</c>.</summary>
    AclOut,
    /// <summary><c>drop.policy.none</c>.</summary>
    PolicyNone,
    /// <summary><c>drop.policy.no_record</c>.</summary>
    PolicyNoRecord,
    /// <summary><c>drop.rewrite.unsupported</c>.</summary>
    RewriteUnsupported,
    /// <summary><c>drop.rewrite.no_map</c>.</summary>
    RewriteNoMap,
    /// <summary><c>drop.nat.no_port</c>.</summary>
    NatNoPort,
    /// <summary><c>drop.nat.no_session</c>.</summary>
    NatNoSession,
    /// <summary><c>drop.arp.unknown</c>.</summary>
    ArpUnknown,
    /// <summary><c>drop.fdb.unknown_unicast</c>.</summary>
    FdbUnknownUnicast,
    /// <summary><c>drop.fdb.no_receiver</c>.</summary>
    FdbNoReceiver,
    /// <summary><c>drop.fdb.same_port</c>.</summary>
    FdbSamePort,
    /// <summary><c>drop.fdb.isolated</c>.</summary>
    FdbIsolated,
    /// <summary><c>drop.fdb.split_horizon</c>.</summary>
    FdbSplitHorizon,
    /// <summary><c>drop.fdb.move_blocked</c>.</summary>
    FdbMoveBlocked,
    /// <summary><c>drop.fdb.duplicate</c>.</summary>
    FdbDuplicate,
    /// <summary><c>drop.fdb.limit</c>.</summary>
    FdbLimit,
    /// <summary><c>drop.route.none</c>.</summary>
    RouteNone,
    /// <summary><c>drop.route.ttl</c>.</summary>
    RouteTtl,
    /// <summary><c>drop.route.rdid</c>.</summary>
    RouteRdid,
    /// <summary><c>drop.route.hairpin</c>.</summary>
    RouteHairpin,
    /// <summary><c>drop.route.mcast</c>.</summary>
    RouteMcast,
    /// <summary><c>drop.mtu.df</c>.</summary>
    MtuDf,
    /// <summary><c>drop.mtu.v6</c>.</summary>
    MtuV6,
    /// <summary><c>drop.mtu.nonip</c>.</summary>
    MtuNonip,
    /// <summary><c>drop.mtu.below1280</c>.</summary>
    MtuBelow1280,
    /// <summary><c>drop.mtu.egress</c>.</summary>
    MtuEgress,
    /// <summary><c>drop.storm.broadcast</c>.</summary>
    StormBroadcast,
    /// <summary><c>drop.storm.multicast</c>.</summary>
    StormMulticast,
    /// <summary><c>drop.storm.unknown</c>.</summary>
    StormUnknown,
    /// <summary><c>drop.rate.segment</c>.</summary>
    RateSegment,
    /// <summary><c>drop.rate.peer</c>.</summary>
    RatePeer,
    /// <summary><c>drop.cpp.arp</c>.</summary>
    CppArp,
    /// <summary><c>drop.cpp.nd</c>.</summary>
    CppNd,
    /// <summary><c>drop.cpp.dhcp</c>.</summary>
    CppDhcp,
    /// <summary><c>drop.cpp.igmp</c>.</summary>
    CppIgmp,
    /// <summary><c>drop.cpp.bfd</c>.</summary>
    CppBfd,
    /// <summary><c>drop.cpp.icmp</c>.</summary>
    CppIcmp,
    /// <summary><c>drop.neigh.pending</c>.</summary>
    NeighPending,
    /// <summary><c>drop.neigh.unresolved</c>.</summary>
    NeighUnresolved,
    /// <summary><c>drop.mbuf.nomem</c>.</summary>
    MbufNomem,
    /// <summary><c>drop.tx.full</c>.</summary>
    TxFull,
    /// <summary><c>drop.tx.error</c>.</summary>
    TxError,
    /// <summary><c>drop.offload.invalid</c>.</summary>
    OffloadInvalid,
    /// <summary><c>drop.punt.full</c>.</summary>
    PuntFull,
    /// <summary><c>drop.spread.full</c>.</summary>
    SpreadFull,

    /// <summary>Not a reason: how many members there are, <see cref="None"/> included.</summary>
    Count,
}

namespace NvgreGateway.Exchange;

/// <summary>What a port of a snapshot is and does.</summary>
[Flags]
public enum PortFlags : uint
{
    /// <summary>An access port without any of the below.</summary>
    None = 0,

    /// <summary>An underlay (PA side) port; else an access (VLAN side) port.</summary>
    Underlay = 1,

    /// <summary>Access port in <c>access</c> mode: one untagged VLAN (E-002).</summary>
    AccessMode = 2,

    /// <summary><c>controlFrames: forward</c> (E-072, E-074).</summary>
    ForwardControlFrames = 4,

    /// <summary><c>trust: dscp</c>, and every underlay port: the outer DSCP may be the inner one (B-038).</summary>
    TrustDscp = 8,

    /// <summary><c>trust: pcp</c>: the outer DSCP comes from the PCP map for IP too (B-038).</summary>
    TrustPcp = 16,

    /// <summary>The port has at least one IPv4 PA, and the wanted IPv4 bytes are set.</summary>
    HasIpv4 = 32,

    /// <summary>The port has at least one IPv6 PA, and the wanted IPv6 bytes are set.</summary>
    HasIpv6 = 64,

    /// <summary>Access port in <c>qinq</c> mode: an S-tag alone, or an S-tag and a C-tag (E-001, E-006).</summary>
    Qinq = 128,

    /// <summary>Access port whose outer TPID is not 0x8100 (E-006).</summary>
    OtherTpid = 256,

    /// <summary><c>flushOnTopologyChange</c>: control is told of topology changes of spanning tree (E-072).</summary>
    FlushOnTopologyChange = 512,

    /// <summary>Underlay port that has joined PA groups: IGMP and MLD are taken .</summary>
    HasGroups = 1024,

    /// <summary>
    /// What its device says of partial checksums and large frames is meant: <c>RX_L4_CKSUM_NONE</c> is a sum to be completed and
    /// <c>RX_LRO</c> a frame to be cut, as virtio's are (C-030, C.1).
    /// </summary>
    TakesRequests = 2048,

    /// <summary>TCP segments that leave here in one burst are joined, for a device that cuts or a guest that takes them whole (C-025).</summary>
    Coalesces = 4096,

    /// <summary>
    /// Its device checks the tenant's checksums, in NVGRE the inner ones, and says what it found: <c>RX_IP_CKSUM_GOOD</c> and
    /// <c>RX_L4_CKSUM_GOOD</c> are about them (C-042). Without it what the device says is not listened to.
    /// </summary>
    ChecksInner = 8192,

    /// <summary><c>segmentIds: 15bit</c>: IPv4 identifications of segments go from 0x7FFF to 0 (C-020); no device is asked to cut them.</summary>
    ShortIds = 16384,

    /// <summary>Workers hand received packets to each other where the device does not spread them (<c>workers.spread</c>, C-056).</summary>
    MaySpread = 32768,

    /// <summary>
    /// Devices would forward flows that come in here by themselves: workers tell control of some of their frames
    /// (<see cref="FlowSample"/>, C-122). The one flag that control changes in a published snapshot.
    /// </summary>
    Sampled = 65536,

    /// <summary>The exception port of the underlay port <see cref="PortEntry.Beside"/>; it has no attachments (B-018).</summary>
    Exception = 131072,

    /// <summary>The port is in use; an entry without it is a gap.</summary>
    Valid = 1u << 31,
}

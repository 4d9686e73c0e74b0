using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Configuration;

/// <summary>One port, every default filled in; an entry of <c>ports</c>. Settings of the other role hold their defaults.</summary>
public sealed record PortConfiguration
{
    /// <summary>Unique among the ports; 1 to 32 letters, digits, '.', '_' and '-', a letter or digit first.</summary>
    public required string Name { get; init; }

    /// <summary>The side that the port is on.</summary>
    public required PortRole Role { get; init; }

    /// <summary>A PCI address or a DPDK vdev string; <c>replay</c> does not use it.</summary>
    public required string Device { get; init; }

    /// <summary>Overrides the device's own address; null keeps that. <c>replay</c> then uses <see cref="MacFromName"/> (A-050).</summary>
    public required MacAddress? Mac { get; init; }

    /// <summary>Largest IP packet on the port, in bytes, without Ethernet header and tags (E-076).</summary>
    public required int Mtu { get; init; }

    /// <summary>Receive and transmit queues asked of the device; the number of workers by default.</summary>
    public required int Queues { get; init; }

    /// <summary>Receive queues for chosen VSIDs and MACs, by rules of the device (C-053, C-054).</summary>
    public ValueList<QueueRuleConfiguration> VsidQueues { get; init; } = [];

    /// <summary>Access ports: how tags are used (E-001).</summary>
    public required PortMode Mode { get; init; }

    /// <summary>Access ports: the VLAN of untagged frames, 1 to 4094; null when untagged frames are dropped (E-004).</summary>
    public required int? NativeVlan { get; init; }

    /// <summary>Access ports: TPID of the outer tag: 0x8100, 0x88A8, 0x9100 or 0x9200; a C-tag always has 0x8100 (E-006).</summary>
    public required int Tpid { get; init; }

    /// <summary>Tags that a frame may carry on the port: two on a QinQ port, else one (E-076).</summary>
    internal int MaxTags => Mode == PortMode.Qinq ? 2 : 1;

    /// <summary>Access ports: which mark of the tenant sets the outer DSCP (B-038).</summary>
    public required TrustMode Trust { get; init; }

    /// <summary>Limits of what comes in here and is flooded (F-045).</summary>
    public required StormConfiguration Storm { get; init; }

    /// <summary>Access ports: STP, per-VLAN STP and CDP toward NVGRE (E-072, E-074).</summary>
    public required FramePolicy ControlFrames { get; init; }

    /// <summary>Access ports: whether a topology change of spanning tree flushes what was learned there (E-072).</summary>
    public bool FlushOnTopologyChange { get; init; }

    /// <summary>
    /// Whether the TCP segments of one flow that leave in one burst are joined into a frame that the device cuts, or a guest takes
    /// whole (C-025); without effect where the port's device does not cut.
    /// </summary>
    public bool Coalesce { get; init; }

    /// <summary>Access ports: limit of learned MACs (E-034).</summary>
    public required LimitsConfiguration Limits { get; init; }

    /// <summary>Underlay ports: the local provider addresses with their on-link prefixes .</summary>
    public required ValueList<InterfaceAddress> Addresses { get; init; }

    /// <summary>Underlay ports: static routes.</summary>
    public required ValueList<RouteConfiguration> Routes { get; init; }

    /// <summary>Underlay ports: static neighbours.</summary>
    public required ValueList<NeighborConfiguration> Neighbors { get; init; }

    /// <summary>Underlay ports: VID of the outer tag, 1 to 4094; null sends untagged .</summary>
    public required int? Vlan { get; init; }

    /// <summary>Underlay ports: bytes that the underlay adds to each packet, as IPsec does; lowers the tenant MTU .</summary>
    public required int ExtraOverhead { get; init; }

    /// <summary>Underlay ports: outer TTL or hop limit, 1 to 255.</summary>
    public required int Ttl { get; init; }

    /// <summary>Underlay ports: outer TTL or hop limit of what goes to PA groups, 1 to 255 (B-054).</summary>
    public int MulticastTtl { get; init; }

    /// <summary>
    /// Underlay ports: the access port by which frames leave that are not for this gateway, and whose frames leave here, unchanged; null:
    /// they are dropped (B-018, C-045).
    /// </summary>
    public string? ExceptionPort { get; init; }

    /// <summary>What its device may do of segmentation and checksums (C.6); <see cref="GatewayConfiguration.OffloadOf"/> heeds the top's switch.</summary>
    public OffloadConfiguration Offload { get; init; } = OffloadConfiguration.Auto;

    /// <summary>How what its device does is tested before the port is used (C-073).</summary>
    public SelfTest SelfTest { get; init; }

    /// <summary>How the IPv4 identifications of segments that leave here count on (C-020).</summary>
    public SegmentIds SegmentIds { get; init; }

    /// <summary>
    /// The MAC that <c>replay</c> gives a port which configures none: the 64-bit FNV-1a hash of the name's UTF-8 bytes,
    /// its low 40 bits as wire bytes 1 to 5 (most significant first) behind a first byte of 02, so that it is unicast
    /// and locally administered. It depends on nothing but the name, in every run and on every machine.
    /// </summary>
    /// <param name="name">A port name.</param>
    /// <returns>The address; the same for the same name.</returns>
    public static MacAddress MacFromName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        const ulong OffsetBasis = 0xCBF2_9CE4_8422_2325, Prime = 0x0000_0100_0000_01B3;
        ulong hash = OffsetBasis;
        foreach (byte octet in System.Text.Encoding.UTF8.GetBytes(name))
        {
            hash = unchecked((hash ^ octet) * Prime);
        }

        return new MacAddress(0x02, (byte)(hash >> 32), (byte)(hash >> 24), (byte)(hash >> 16), (byte)(hash >> 8), (byte)hash);
    }
}

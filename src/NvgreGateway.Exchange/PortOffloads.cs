namespace NvgreGateway.Exchange;

/// <summary>
/// What a port does to a frame that is sent, in force now: control decides it from what the device reports, what is configured, the
/// quirks of its driver and the self-test, and publishes it with the snapshot, so that a change is live and loses nothing (C-070 to
/// C-076). One set is for plain frames, one for NVGRE. What a port does not do, the worker does itself, with the same bytes (C-124).
/// </summary>
[Flags]
public enum PortOffloads : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>IPv4 header checksum; of NVGRE the inner one.</summary>
    Ip4 = 1 << 0,

    /// <summary>TCP checksum over IPv4.</summary>
    Tcp4 = 1 << 1,

    /// <summary>TCP checksum over IPv6.</summary>
    Tcp6 = 1 << 2,

    /// <summary>UDP checksum over IPv4.</summary>
    Udp4 = 1 << 3,

    /// <summary>UDP checksum over IPv6.</summary>
    Udp6 = 1 << 4,

    /// <summary>TCP segmentation over IPv4 (LSOv2).</summary>
    Tso4 = 1 << 5,

    /// <summary>TCP segmentation over IPv6.</summary>
    Tso6 = 1 << 6,

    /// <summary>UDP segmentation over IPv4 (USO).</summary>
    Uso4 = 1 << 7,

    /// <summary>UDP segmentation over IPv6.</summary>
    Uso6 = 1 << 8,

    /// <summary>NVGRE: all of these within an outer IPv4 header.</summary>
    Outer4 = 1 << 9,

    /// <summary>NVGRE: all of these within an outer IPv6 header.</summary>
    Outer6 = 1 << 10,

    /// <summary>NVGRE: outer IPv4 header checksum; segmentation within an outer IPv4 header needs it (C-023).</summary>
    OuterIp4 = 1 << 11,

    /// <summary>
    /// NVGRE: the device knows no tunnels but takes any header lengths (virtio): the outer headers count as layer 2. Checksums only.
    /// </summary>
    Flat = 1 << 12,

    /// <summary>NVGRE: the device wants <c>TX_TUNNEL_IP</c> instead of <c>TX_TUNNEL_GRE</c> (C-023).</summary>
    TunnelIp = 1 << 13,

    /// <summary>
    /// What is to be cut carries the pseudo header's sum with the length of the whole, as virtio has it, where a NIC wants it without
    /// (C-013). net_vhost would write it anew, without: the transport header of such a frame begins a second buffer, then it does not.
    /// </summary>
    PseudoLength = 1 << 14,

    /// <summary>Segmentation of plain frames without <c>TX_IP_CKSUM</c>, which the device does not know: the large frame's header sum is right.</summary>
    OwnIp4 = 1 << 15,

    /// <summary>
    /// TCP segmentation of frames without CWR only: nothing shows that the device leaves CWR on the first segment alone (C-010), and a
    /// virtio device cannot be told, since DPDK knows no <c>VIRTIO_NET_HDR_GSO_ECN</c> (virtio 1.2 section 5.1.6.2 and 5.1.6.4).
    /// </summary>
    OwnCwr = 1 << 16,

    /// <summary>What is done to frames; the other bits say how.</summary>
    Kinds = Ip4 | Tcp4 | Tcp6 | Udp4 | Udp6 | Tso4 | Tso6 | Uso4 | Uso6,

    /// <summary>All.</summary>
    All = (1 << 17) - 1,
}

namespace NvgreGateway.Exchange;

/// <summary>
/// The drivers that are not what they report (DPDK 22.11, by their source and by what was seen of them). Whoever is not here is taken at
/// its word, as far as its self-test lets it.
/// <para>
/// Loopback (<c>lpbk_mode</c> of <c>rte_eth_dev_configure</c>), by the sources of DPDK 22.11 under drivers/net. Inside the MAC, so that
/// nothing leaves, or refused by the driver where the device cannot: ixgbe (ixgbe_rxtx.c: HLREG0.LPBK, the link is not set up; 82599,
/// X540, X550), igc (igc_txrx.c: RCTL.LBM of the MAC), txgbe (txgbe_rxtx.c: MACRXCFG.LB), ngbe (ngbe_rxtx.c, the same), thunderx
/// (nicvf_ethdev.c: BGX, by its PF), cn9k and cn10k (cnxk_ethdev.c: CGX internal loopback; virtual functions refuse). Not used: i40e (of
/// the PHY, and 22.11 has it wrong for X722), mlx5 (only lets unicast to itself come back, other frames leave), sfc (numbers of the
/// board), dpaa2 (recycles the port), mvpp2 (not packaged). All others ignore it, e1000, igb, ice, hns3 and the virtual ones among them, so it
/// is never asked of a driver that is not here. A port of net_ring sends into the ring that it receives from.
/// </para>
/// </summary>
public static class DriverQuirks
{
    private const PortOffloads Cutting = PortOffloads.Tso4 | PortOffloads.Tso6 | PortOffloads.Uso4 | PortOffloads.Uso6;
    private const PortOffloads Datagrams = PortOffloads.Uso4 | PortOffloads.Uso6;
    private const string VirtioUdp = "virtio's segmentation of UDP makes IP fragments, not datagrams";
    private static readonly DriverQuirk s_none = new() { Driver = "" };

    private static readonly DriverQuirk[] s_all =
    [
        new()
        {
            // Gives a GSO frame to its guest although it reports no TCP_TSO; what the guest takes is asked of librte_vhost.
            Driver = "net_vhost", TakesRequests = true, Flat = true, PseudoLength = true, HasPeer = true,
            Argument = "tso=1", Adds = DeviceOffloads.TxTcpSegmentation,
            NotPlain = Datagrams, NotNvgre = Datagrams, Reason = VirtioUdp,
        },
        new() { Driver = "net_virtio", TakesRequests = true, Lro = true, Flat = true, NotPlain = Datagrams, NotNvgre = Datagrams, Reason = VirtioUdp },
        new() { Driver = "net_virtio_user", TakesRequests = true, Lro = true, Flat = true, NotPlain = Datagrams, NotNvgre = Datagrams, Reason = VirtioUdp },
        new()
        {
            // Software all of it: librte_gso copies CWR to every segment (C-010) and stops the queue at IPv6; and it verifies sums that
            // nobody reads.
            Driver = "net_tap", NeverAsk = DeviceOffloads.Rx, NotPlain = Cutting, NotNvgre = Cutting,
            Reason = "this driver does it in software, with less than ours does",
        },
        new()
        {
            // Reads the outer lengths only of a packet whose outer checksum it is asked for, which only IPv4 has.
            Driver = "net_ixgbe", Loopback = 1, NotNvgre = ~PortOffloads.None, Reason = "this driver reads the outer lengths only with an outer checksum",
        },
        // Reports two queues since 22.11.3. The 8254x have one: what is sent on another vanishes. The later ones have two with one place for
        // the offsets of checksums between them, and nothing spreads what they receive (em_ethdev.c, eth_em_infos_get).
        new() { Driver = "net_e1000_em", MaxQueues = 1 },
        new() { Driver = "net_igc", Loopback = 1 },
        new() { Driver = "net_txgbe", Loopback = 1 },
        new() { Driver = "net_ngbe", Loopback = 1 },
        new() { Driver = "net_thunderx", Loopback = 1 },
        new() { Driver = "net_cn9k", Loopback = 1 },
        new() { Driver = "net_cn10k", Loopback = 1 },
        new() { Driver = "net_ring", Loops = true },
        new() { Driver = ReplayDriver, TakesRequests = true, LeavesCwr = true },
    ];

    /// <summary>The driver of the ports of <c>replay</c>, which do whatever is configured.</summary>
    public const string ReplayDriver = "replay";

    /// <summary>The quirks of a driver.</summary>
    /// <param name="driver">As DPDK names it.</param>
    /// <returns>Its quirks; none of a driver that is not listed.</returns>
    public static DriverQuirk Of(string driver) => Array.Find(s_all, q => q.Driver == driver) ?? s_none;
}

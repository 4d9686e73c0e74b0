namespace NvgreGateway.Exchange;

/// <summary>
/// The drivers that are not what they report (DPDK 22.11, by their source and by what was seen of them). Whoever is not here is taken at
/// its word, as far as its self-test lets it.
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
            Driver = "net_ixgbe", NotNvgre = ~PortOffloads.None, Reason = "this driver reads the outer lengths only with an outer checksum",
        },
        new() { Driver = ReplayDriver, TakesRequests = true },
    ];

    /// <summary>The driver of the ports of <c>replay</c>, which do whatever is configured.</summary>
    public const string ReplayDriver = "replay";

    /// <summary>The quirks of a driver.</summary>
    /// <param name="driver">As DPDK names it.</param>
    /// <returns>Its quirks; none of a driver that is not listed.</returns>
    public static DriverQuirk Of(string driver) => Array.Find(s_all, q => q.Driver == driver) ?? s_none;
}

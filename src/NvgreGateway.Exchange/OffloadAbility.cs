namespace NvgreGateway.Exchange;

/// <summary>What a device can do to what is sent, by its word alone: a pure function (C-023, C-038, C-130 to C-133).</summary>
public static class OffloadAbility
{
    private const PortOffloads Sums = PortOffloads.Ip4 | PortOffloads.Tcp4 | PortOffloads.Tcp6 | PortOffloads.Udp4 | PortOffloads.Udp6;

    /// <summary>To plain frames.</summary>
    /// <param name="device">What it reports, or was set up with.</param>
    /// <param name="quirk">What its driver is like.</param>
    /// <returns>The set, complete in itself (<see cref="Complete"/>).</returns>
    public static PortOffloads Plain(DeviceOffloads device, DriverQuirk quirk)
    {
        ArgumentNullException.ThrowIfNull(quirk);
        PortOffloads set = If(device, DeviceOffloads.TxIp4, PortOffloads.Ip4)
            | If(device, DeviceOffloads.TxTcp, PortOffloads.Tcp4 | PortOffloads.Tcp6)
            | If(device, DeviceOffloads.TxUdp, PortOffloads.Udp4 | PortOffloads.Udp6)
            | (quirk.PseudoLength ? PortOffloads.PseudoLength : PortOffloads.None);
        if ((device & DeviceOffloads.TxSegments) != 0) // a large frame is a chain (C-141)
        {
            set |= If(device, DeviceOffloads.TxTcpSegmentation, PortOffloads.Tso4 | PortOffloads.Tso6)
                | If(device, DeviceOffloads.TxUdpSegmentation, PortOffloads.Uso4 | PortOffloads.Uso6)
                | ((device & DeviceOffloads.TxIp4) == 0 ? PortOffloads.OwnIp4 : PortOffloads.None);
        }

        return Complete(set & ~quirk.NotPlain);
    }

    /// <summary>To NVGRE: never more than to plain frames (C-038).</summary>
    /// <param name="device">What it reports, or was set up with.</param>
    /// <param name="quirk">What its driver is like.</param>
    /// <returns>The set, complete in itself.</returns>
    public static PortOffloads Nvgre(DeviceOffloads device, DriverQuirk quirk)
    {
        PortOffloads plain = Plain(device, quirk);
        if (quirk.Flat)
        {
            return Complete(((plain & (Sums & ~PortOffloads.Ip4)) | PortOffloads.Flat | PortOffloads.Outer4 | PortOffloads.Outer6) & ~quirk.NotNvgre);
        }

        // DPDK has no word for "checksums within a tunnel": a device that knows outer headers in one way parses them.
        const DeviceOffloads Segments = DeviceOffloads.TxGreSegmentation | DeviceOffloads.TxTunnelSegmentation;
        if ((device & (Segments | DeviceOffloads.TxOuterIp4)) == 0)
        {
            return PortOffloads.None;
        }

        PortOffloads set = (plain & Sums) | PortOffloads.Outer4 | PortOffloads.Outer6 | If(device, DeviceOffloads.TxOuterIp4, PortOffloads.OuterIp4);
        if ((device & Segments) != 0 && (plain & PortOffloads.OwnIp4) == 0)
        {
            set |= plain & (PortOffloads.Tso4 | PortOffloads.Tso6 | PortOffloads.Uso4 | PortOffloads.Uso6);
            set |= (device & DeviceOffloads.TxGreSegmentation) == 0 ? PortOffloads.TunnelIp : PortOffloads.None;
        }

        return Complete(set & ~quirk.NotNvgre);
    }

    /// <summary>Takes out of a set what is nothing without what is not there.</summary>
    /// <param name="set">Any set.</param>
    /// <returns>The rest.</returns>
    public static PortOffloads Complete(PortOffloads set)
    {
        bool ip4 = (set & (PortOffloads.Ip4 | PortOffloads.OwnIp4)) != 0;
        set &= ~Without(set, PortOffloads.Tcp4, PortOffloads.Tso4) & ~Without(set, PortOffloads.Tcp6, PortOffloads.Tso6)
            & ~Without(set, PortOffloads.Udp4, PortOffloads.Uso4) & ~Without(set, PortOffloads.Udp6, PortOffloads.Uso6);
        set &= ip4 ? ~PortOffloads.None : ~(PortOffloads.Tso4 | PortOffloads.Uso4);
        return (set & PortOffloads.Kinds & ~PortOffloads.Ip4) == 0 ? PortOffloads.None : set; // a header sum is asked for only where a frame is cut
    }

    private static PortOffloads Without(PortOffloads set, PortOffloads needed, PortOffloads what) => (set & needed) == 0 ? what : PortOffloads.None;

    private static PortOffloads If(DeviceOffloads device, DeviceOffloads bit, PortOffloads what) => (device & bit) != 0 ? what : PortOffloads.None;
}

namespace NvgreGateway.Exchange;

/// <summary>Where a driver does other than it reports, each with its reason; the table is <see cref="DriverQuirks"/>.</summary>
public sealed record DriverQuirk
{
    /// <summary>Driver as DPDK names it.</summary>
    public required string Driver { get; init; }

    /// <summary>
    /// Whether what it says of received frames asks for something: <c>RX_L4_CKSUM_NONE</c> for a checksum to be completed, <c>RX_LRO</c> for
    /// a frame to be cut (<see cref="PortFlags.TakesRequests"/>). With any other driver the first means only that nobody looked.
    /// </summary>
    public bool TakesRequests { get; init; }

    /// <summary>Whether it is asked for large frames on receive.</summary>
    public bool Lro { get; init; }

    /// <summary>Whether it takes checksums at any offset, so that the outer headers may count as layer 2 (<see cref="PortOffloads.Flat"/>).</summary>
    public bool Flat { get; init; }

    /// <summary>Whether its pseudo-header sums have to hold the length of a large frame too (<see cref="PortOffloads.PseudoLength"/>).</summary>
    public bool PseudoLength { get; init; }

    /// <summary>Whether it leaves CWR of a large frame on the first segment alone, whatever the self-test shows (<see cref="PortOffloads.OwnCwr"/>).</summary>
    public bool LeavesCwr { get; init; }

    /// <summary>Whether somebody behind the port says what it takes (<see cref="PortState.Peer"/>).</summary>
    public bool HasPeer { get; init; }

    /// <summary>An argument of the device that adds <see cref="Adds"/>.</summary>
    public string? Argument { get; init; }

    /// <summary>What it does besides what it reports, if the device has <see cref="Argument"/>.</summary>
    public DeviceOffloads Adds { get; init; }

    /// <summary>What is not asked of it.</summary>
    public DeviceOffloads NeverAsk { get; init; }

    /// <summary>What is not used of it for plain frames.</summary>
    public PortOffloads NotPlain { get; init; }

    /// <summary>What is not used of it for NVGRE.</summary>
    public PortOffloads NotNvgre { get; init; }

    /// <summary>Receive queues, and as many send queues, that its devices have at most, whatever it reports; 0 if that is to be believed.</summary>
    public int MaxQueues { get; init; }

    /// <summary>
    /// The driver's number of a loopback inside the MAC, by which frames of the self-test come back and none reaches the wire (C-073); 0 if
    /// it has none, or one of which that is not certain.
    /// </summary>
    public uint Loopback { get; init; }

    /// <summary>Whether its devices receive what they send, by nature and from nobody else, if they were made without arguments.</summary>
    public bool Loops { get; init; }

    /// <summary>Why not, for people; empty if nothing is held back.</summary>
    public string Reason { get; init; } = "";

    /// <summary>How many queues of a kind may be asked of a device of this driver.</summary>
    /// <param name="reported">How many it reports.</param>
    /// <returns>Queues, at least one.</returns>
    public int Queues(int reported) => Math.Max(1, MaxQueues == 0 ? reported : Math.Min(reported, MaxQueues));

    /// <summary>What may be asked of a device of this driver.</summary>
    /// <param name="underlay">
    /// Whether the port is on the PA side: what asks for something is not taken from there, so the device is to complete it.
    /// </param>
    /// <returns>Offloads.</returns>
    public DeviceOffloads Askable(bool underlay)
    {
        DeviceOffloads askable = DeviceOffloads.All & ~NeverAsk;
        askable &= Lro && !underlay ? DeviceOffloads.All : ~DeviceOffloads.RxLro;
        return askable & (TakesRequests && underlay ? ~(DeviceOffloads.RxTcp | DeviceOffloads.RxUdp) : DeviceOffloads.All);
    }

    /// <summary>What a device of this driver does besides what it reports.</summary>
    /// <param name="device">Its PCI address or vdev string.</param>
    /// <returns>Offloads.</returns>
    public DeviceOffloads Besides(string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Argument is not null && device.Split(',').Skip(1).Contains(Argument) ? Adds : DeviceOffloads.None;
    }
}

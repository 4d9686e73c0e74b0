using System.Runtime.InteropServices;
using System.Text;

namespace NvgreGateway.Dpdk;

/// <summary>An Ethernet device of DPDK. Set up, started and stopped by one thread; its queues belong to the workers.</summary>
public sealed unsafe class Port
{
    private const int NameLength = 64;
    private const string PciRoot = "/sys/bus/pci/devices";

    // Never freed: ethdev keeps the pointer, and drivers read the key when the port starts.
    private static readonly byte* s_symmetricKey = MakeSymmetricKey();

    // A vdev that lives on an interface of the kernel. Not so a NIC that the kernel shares: that works on without its interface.
    private readonly bool hasKernelInterface;
    private readonly DeviceName? device;

    // What the ethdev layer lets pass, which for such a vdev is less than what can be had.
    private readonly int driverMaxMtu;
    private PortOptions? options;

    private Port(ushort id, string name, DeviceName? device)
    {
        Id = id;
        Name = name;
        this.device = device;
        var info = ReadInfo(id, name);
        hasKernelInterface = info.InterfaceIndex != 0 && device?.Kind == DeviceKind.Virtual;
        driverMaxMtu = LargestMtu(info);
        // Drivers over kernel interfaces report one plain Ethernet frame as their largest, whatever the interface and their rings carry.
        Capabilities = ToCapabilities(info, hasKernelInterface ? Math.Min(info.MaxMtu, device!.MaxMtu) : driverMaxMtu);
    }

    /// <summary>DPDK's number of the port.</summary>
    public ushort Id { get; }

    /// <summary>Name of the device: PCI address or vdev.</summary>
    public string Name { get; }

    /// <summary>What the device reports that it can do; read when the port was found.</summary>
    public PortCapabilities Capabilities { get; }

    /// <summary>Receive offloads in force after <see cref="Configure"/>.</summary>
    public RxOffloads RxOffloads { get; private set; }

    /// <summary>Send offloads in force after <see cref="Configure"/>.</summary>
    public TxOffloads TxOffloads { get; private set; }

    /// <summary>Flow control after <see cref="Start"/>, which switches it off: a slow receiver must not stop the others.</summary>
    public PauseState Pause { get; private set; }

    /// <summary>Fields that spread packets over the receive queues, after <see cref="Configure"/>: what the device was asked for.</summary>
    public RssTypes RssTypes { get; private set; }

    /// <summary>How packets are spread over the receive queues, after <see cref="Start"/>: what the device says.</summary>
    public RssState Rss { get; private set; } = RssState.None;

    /// <summary>Receive queues after <see cref="Configure"/>.</summary>
    public int RxQueueCount { get; private set; }

    /// <summary>Send queues after <see cref="Configure"/>.</summary>
    public int TxQueueCount { get; private set; }

    /// <summary>Length of each receive queue after <see cref="Configure"/>: this many buffers are held by the driver, times the queues.</summary>
    public int RxDescriptors { get; private set; }

    /// <summary>Length of each send queue after <see cref="Configure"/>.</summary>
    public int TxDescriptors { get; private set; }

    /// <summary>What could not be had and was done without, for the log; empty if nothing.</summary>
    public IReadOnlyList<string> Degradations { get; private set; } = [];

    /// <summary>
    /// Whether a packet may arrive in several segments by offload. False promises nothing: net_pcap chains long frames without a word,
    /// so <see cref="Mbuf.NbSegs"/> decides.
    /// </summary>
    public bool ReceivesScattered => (RxOffloads & RxOffloads.Scatter) != 0;

    /// <summary>Largest payload of an Ethernet frame, bytes, after <see cref="Configure"/>.</summary>
    public int Mtu { get; private set; }

    /// <summary>The port of a device that EAL knows.</summary>
    /// <exception cref="DpdkException">There is none; the message says why as far as can be told.</exception>
    public static Port Find(DeviceName device)
    {
        var status = Lookup(device, out var id);
        return status == 0 ? new Port(id, device.PortName, device) : throw new DpdkException($"device '{device}'", status, WhyMissing(device, PciRoot));
    }

    /// <summary>Whether EAL has a port of this device.</summary>
    public static bool Exists(DeviceName device) => Lookup(device, out _) == 0;

    /// <summary>All ports that EAL knows.</summary>
    public static IReadOnlyList<Port> All()
    {
        var ports = new List<Port>();
        var buffer = stackalloc byte[NameLength];
        for (var id = Native.PortNext(-1); id >= 0; id = Native.PortNext(id))
        {
            var status = Native.PortName((ushort)id, buffer);
            if (status != 0)
            {
                throw new DpdkException($"name of port {id}", status);
            }

            var name = Marshal.PtrToStringUTF8((nint)buffer)!;
            // A name of another form is one that nobody configures, such as a representor's.
            _ = DeviceName.TryParse(name, out var device, out _);
            ports.Add(new Port((ushort)id, name, device));
        }

        return ports;
    }

    /// <summary>A receive queue, for one worker.</summary>
    public RxQueue RxQueue(int queue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(queue);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(queue, RxQueueCount);
        return new RxQueue(Id, (ushort)queue);
    }

    /// <summary>A send queue, for one worker.</summary>
    public TxQueue TxQueue(int queue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(queue);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(queue, TxQueueCount);
        return new TxQueue(Id, (ushort)queue);
    }

    /// <summary>
    /// Sets the port up, stopped. Wishes that the device does not meet are left out and named in <see cref="Degradations"/>.
    /// </summary>
    /// <exception cref="DpdkException">More queues or a larger MTU than the device takes, or it refused.</exception>
    public void Configure(PortOptions wanted)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wanted.RxQueues, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(wanted.TxQueues, 1);
        ArgumentOutOfRangeException.ThrowIfZero(wanted.RxPools.Count);
        RequireAtMost(wanted.RxQueues, Capabilities.MaxRxQueues, "receive queues");
        RequireAtMost(wanted.TxQueues, Capabilities.MaxTxQueues, "send queues");
        if (device is not null && wanted.Mtu > device.MaxMtu)
        {
            throw new DpdkException($"port {Name}: MTU {wanted.Mtu} does not fit the frames of its ring, {device.MaxMtu} does", 0,
                "Give the device larger ones, such as framesz=16384,blocksz=16384");
        }

        if (wanted.Mtu < Capabilities.MinMtu || wanted.Mtu > Capabilities.MaxMtu)
        {
            throw new DpdkException($"port {Name}: MTU {wanted.Mtu} is not within {Capabilities.MinMtu} to {Capabilities.MaxMtu}");
        }

        var degradations = new List<string>();
        var rxWish = wanted.RxOffloads | ScatterIfNeeded(wanted);
        RxOffloads = rxWish & Capabilities.RxOffloads;
        TxOffloads = wanted.TxOffloads & Capabilities.TxOffloads;
        RssTypes = wanted.RxQueues > 1 ? wanted.RssTypes & Capabilities.RssTypes : RssTypes.None;
        Note(degradations, rxWish & ~RxOffloads, "receive offload");
        Note(degradations, wanted.TxOffloads & ~TxOffloads, "send offload");
        if (wanted.RxQueues > 1 && RssTypes == RssTypes.None)
        {
            degradations.Add("no RSS: the driver itself decides which queue a packet comes to");
        }

        // Without its interrupts a driver must be asked about the link each time, which it is where they were not wanted.
        var linkInterrupt = Capabilities.LinkInterrupt && PciInterrupts.Come(device, PciRoot);
        if (linkInterrupt != Capabilities.LinkInterrupt)
        {
            degradations.Add("link interrupts: the device has no MSI-X, so that they do not come; the link is read each time");
        }

        var native = new NativePortConfiguration
        {
            RxOffloads = (ulong)RxOffloads,
            TxOffloads = (ulong)TxOffloads,
            RssTypes = (ulong)RssTypes,
            Mtu = (uint)Math.Min(wanted.Mtu, driverMaxMtu),
            RxQueues = (ushort)wanted.RxQueues,
            TxQueues = (ushort)wanted.TxQueues,
            Loopback = wanted.Loopback,
            LinkInterrupt = linkInterrupt ? 1u : 0u,
            RemovalInterrupt = Capabilities.RemovalInterrupt ? 1u : 0u,
        };
        Check(ConfigureSpreading(&native, degradations), "setting it up");
        Check(Native.PortWatch(Id), "watching its events");
        (RxQueueCount, TxQueueCount) = (wanted.RxQueues, wanted.TxQueues);
        SetMtu(wanted.Mtu, degradations);
        SetUpQueues(wanted);
        options = wanted;
        Degradations = degradations;
    }

    /// <summary>Starts the port and then sets its address filters, as most drivers want it in that order.</summary>
    /// <exception cref="DpdkException">The device refused.</exception>
    public void Start()
    {
        var wanted = options ?? throw new DpdkException($"port {Name} is started before it is set up");
        var degradations = new List<string>(Degradations);
        if (!wanted.MacAddress.IsEmpty)
        {
            SetMac(wanted.MacAddress.Span, degradations);
        }

        Check(Native.PortStart(Id), "starting it");
        NoteUnsupported(degradations, Native.PortPromiscuous(Id, wanted.Promiscuous ? 1 : 0), "setting promiscuous mode", needed: wanted.Promiscuous);
        NoteUnsupported(degradations, Native.PortAllMulticast(Id, wanted.AllMulticast ? 1 : 0), "setting all-multicast mode", needed: wanted.AllMulticast);
        const int notSupported = -95;
        Pause = Native.PortPauseOff(Id) switch { 0 => PauseState.Off, notSupported => PauseState.None, _ => PauseState.On };
        if (Pause == PauseState.On)
        {
            degradations.Add("pause frames: the device does not switch them off");
        }

        Rss = Spread(degradations);
        Degradations = degradations;
    }

    /// <summary>Stops the port; its workers have left it before. Not every driver starts again: net_af_packet closes its sockets here.</summary>
    public void Stop() => Check(Native.PortStop(Id), "stopping it");

    /// <summary>Frees what the driver holds, buffers included. The port is stopped; afterwards it exists no more.</summary>
    public void Close() => Check(Native.PortClose(Id), "closing it");

    /// <summary>Takes the device out of EAL altogether, so that one of the same name can be attached again. The port is stopped, or closed.</summary>
    public void Detach()
    {
        var bus = device?.Kind switch
        {
            DeviceKind.Pci => "pci\0"u8,
            DeviceKind.Virtual => "vdev\0"u8,
            _ => throw new DpdkException($"port {Name} belongs to another device and goes with that"),
        };
        fixed (byte* busName = bus)
        fixed (byte* name = Encoding.UTF8.GetBytes(Name + '\0'))
        {
            Check(Native.PortDetach(Id, busName, name), "detaching it");
        }
    }

    /// <summary>Accepts frames to one more unicast address, six bytes.</summary>
    /// <exception cref="DpdkException">The device has no room for it.</exception>
    public void AddMacAddress(ReadOnlySpan<byte> mac)
    {
        RequireMac(mac);
        fixed (byte* bytes = mac)
        {
            Check(Native.PortMacAdd(Id, bytes), "adding a MAC address");
        }
    }

    /// <summary>Copies the address of the port, six bytes.</summary>
    public void ReadMacAddress(Span<byte> mac)
    {
        RequireMac(mac);
        fixed (byte* bytes = mac)
        {
            Check(Native.PortMacGet(Id, bytes), "reading its MAC address");
        }
    }

    /// <summary>The link as it is now, of the kernel interface too where the port lives on one. Never waits, allocates nothing.</summary>
    public LinkState Link()
    {
        NativeLink link;
        Check(Native.PortLink(Id, &link), "reading its link");
        // net_af_packet reports a link as soon as it is started, whatever its interface says.
        var isUp = link.Up != 0 && (!hasKernelInterface || KernelInterface.IsRunning(Capabilities.InterfaceIndex));
        return new LinkState(isUp, link.Speed, link.FullDuplex != 0);
    }

    /// <summary>Counters of the port. Allocates nothing.</summary>
    /// <returns>Whether the driver gave them.</returns>
    public bool TryReadStatistics(out PortStatistics statistics)
    {
        fixed (PortStatistics* target = &statistics)
        {
            *target = default;
            return Native.PortStats(Id, target) == 0;
        }
    }

    /// <summary>Sets the counters to zero, where the driver can.</summary>
    public void ResetStatistics() => Check(Native.PortStatsReset(Id), "resetting its statistics");

    /// <summary>Names of the driver's own counters, in the order of <see cref="ReadExtendedStatistics"/>.</summary>
    public IReadOnlyList<string> ExtendedStatisticNames()
    {
        var count = Check(Native.PortXstatsNames(Id, null, 0), "counting its extended statistics");
        var buffer = new byte[count * NameLength];
        var names = new string[count];
        fixed (byte* bytes = buffer)
        {
            Check(Native.PortXstatsNames(Id, bytes, (uint)count), "naming its extended statistics");
            for (var i = 0; i < count; i++)
            {
                names[i] = Marshal.PtrToStringUTF8((nint)(bytes + (i * NameLength)))!;
            }
        }

        return names;
    }

    /// <summary>Values of the driver's own counters. Allocates nothing.</summary>
    /// <param name="values">As many as there are names.</param>
    /// <returns>How many were written; negative errno if the driver refused.</returns>
    public int ReadExtendedStatistics(Span<ulong> values)
    {
        fixed (ulong* target = values)
        {
            return Native.PortXstats(Id, target, (uint)values.Length);
        }
    }

    /// <summary>
    /// Whether the device has vanished: its driver said so, or says so when asked, or the kernel interface behind a vdev is gone
    /// (the drivers of those say nothing). Allocates nothing.
    /// </summary>
    public bool IsRemoved()
    {
        uint removals, links;
        Native.PortEvents(Id, &removals, &links);
        return removals != 0 || Native.PortIsRemoved(Id) != 0 || (hasKernelInterface && !KernelInterface.Exists(Capabilities.InterfaceIndex));
    }

    /// <summary>
    /// The features of virtio that the guest behind a vhost-user port accepted; 0 while there is none, and for every other port. Allocates
    /// nothing.
    /// </summary>
    public ulong GuestFeatures()
    {
        ulong features = 0;
        return Native.PortGuestFeatures(Id, &features) == 0 ? features : 0;
    }

    /// <summary>How often the driver reported a change of the link since <see cref="Configure"/>. Allocates nothing.</summary>
    public uint LinkChanges()
    {
        uint removals, links;
        Native.PortEvents(Id, &removals, &links);
        return links;
    }

    /// <summary>Why a port is not there, from what the kernel knows.</summary>
    internal static string WhyMissing(DeviceName device, string pciRoot)
    {
        if (device.Kind == DeviceKind.Virtual)
        {
            return "EAL was not started with this device, or its port was closed and not detached";
        }

        var folder = Path.Combine(pciRoot, device.PortName);
        if (!Directory.Exists(folder))
        {
            return "No such PCI device in this machine";
        }

        var link = new DirectoryInfo(Path.Combine(folder, "driver")).LinkTarget;
        var driver = link is null ? null : Path.GetFileName(link);
        return driver switch
        {
            null => "No kernel driver is bound to it: bind it to vfio-pci (scripts/bind-nic.sh bind " + device.PortName + ")",
            "vfio-pci" or "uio_pci_generic" or "igb_uio" or "mlx5_core" or "mlx4_core" =>
                $"It is bound to {driver}, but DPDK has no driver for it, or was not allowed to use it. On Debian: apt-get install dpdk librte-meta-net",
            _ => $"It is bound to the kernel driver {driver}: bind it to vfio-pci (scripts/bind-nic.sh bind {device.PortName})",
        };
    }

    private static int Lookup(DeviceName device, out ushort id)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(device.PortName + '\0'))
        fixed (ushort* result = &id)
        {
            *result = 0;
            return Native.PortByName(name, result);
        }
    }

    private static NativePortInfo ReadInfo(ushort id, string name)
    {
        NativePortInfo info;
        var status = Native.PortInfo(id, &info);
        return status == 0 ? info : throw new DpdkException($"port {name}: reading its capabilities", status, EalLog.Quote(EalLog.Read()));
    }

    private static PortCapabilities ToCapabilities(NativePortInfo info, int maxMtu)
    {
        return new PortCapabilities
        {
            Driver = Marshal.PtrToStringUTF8((nint)(&info.Driver)) ?? "",
            InterfaceIndex = info.InterfaceIndex,
            Socket = info.Socket,
            RxOffloads = (RxOffloads)(info.RxOffloads | info.RxQueueOffloads),
            TxOffloads = (TxOffloads)(info.TxOffloads | info.TxQueueOffloads),
            RssTypes = (RssTypes)info.RssTypes,
            RetaSize = info.RetaSize,
            RssKeySize = info.RssKeySize,
            MaxRxQueues = info.MaxRxQueues,
            MaxTxQueues = info.MaxTxQueues,
            MinMtu = info.MinMtu,
            MaxMtu = maxMtu,
            MinRxBuffer = info.MinRxBuffer,
            MaxRxPacket = info.MaxRxPacket,
            MaxMacAddresses = (int)info.MaxMacAddresses,
            RxDescriptors = (info.RxDescriptorsMin, info.RxDescriptorsMax),
            TxDescriptors = (info.TxDescriptorsMin, info.TxDescriptorsMax),
            MaxTxSegments = info.TxSegmentsMax,
            MaxFrameSegments = info.TxFrameSegmentsMax,
            LinkInterrupt = (info.Flags & NativePortInfo.LinkInterrupt) != 0,
            RemovalInterrupt = (info.Flags & NativePortInfo.RemovalInterrupt) != 0,
        };
    }

    /// <summary>What the ethdev layer lets pass: the largest frame bounds the MTU too, by the overhead that the driver implies.</summary>
    private static int LargestMtu(in NativePortInfo info)
    {
        const uint defaultOverhead = 14 + 4; // Ethernet header and frame check sequence
        var overhead = info.MaxMtu != ushort.MaxValue && info.MaxRxPacket > info.MaxMtu ? info.MaxRxPacket - info.MaxMtu : defaultOverhead;
        return (int)Math.Min(info.MaxMtu, info.MaxRxPacket - overhead);
    }

    private static RxOffloads ScatterIfNeeded(PortOptions wanted)
    {
        // Ethernet header, two tags and frame check sequence around the payload.
        const int overhead = 14 + 8 + 4;
        var room = wanted.RxPools.Min(pool => pool.DataRoom) - Mbuf.DefaultHeadroom;
        return wanted.Mtu + overhead > room ? RxOffloads.Scatter : RxOffloads.None;
    }

    private static void Note<T>(List<string> degradations, T missing, string what) where T : struct, Enum
    {
        if (!EqualityComparer<T>.Default.Equals(missing, default))
        {
            degradations.Add($"{what} not there: {missing}");
        }
    }

    private static void RequireMac(ReadOnlySpan<byte> mac)
    {
        if (mac.Length != 6)
        {
            throw new ArgumentException("a MAC address has six bytes", nameof(mac));
        }
    }

    private void RequireAtMost(int wanted, int most, string what)
    {
        if (wanted > most)
        {
            throw new DpdkException($"port {Name}: {wanted} {what} wanted, {Capabilities.Driver} has {most}");
        }
    }

    // Drivers refuse a key, or a level, that they do not care for: better the rest of it than nothing.
    private int ConfigureSpreading(NativePortConfiguration* native, List<string> degradations)
    {
        if (RssTypes == RssTypes.None)
        {
            return Native.PortConfigure(Id, native);
        }

        if (Capabilities.RssKeySize is > 0 and <= RssState.MaxKey)
        {
            native->RssKey = s_symmetricKey;
            native->RssKeyLength = (uint)Capabilities.RssKeySize;
        }

        var status = Native.PortConfigure(Id, native);
        if (status != 0 && native->RssKeyLength != 0)
        {
            native->RssKey = null;
            native->RssKeyLength = 0;
            status = Native.PortConfigure(Id, native);
            Note(degradations, status == 0, "key of the RSS hash: the device keeps its own");
        }

        if (status != 0 && (RssTypes & RssTypes.Innermost) != 0)
        {
            RssTypes &= ~RssTypes.Innermost;
            native->RssTypes = (ulong)RssTypes;
            status = Native.PortConfigure(Id, native);
            Note(degradations, status == 0, "RSS of inner headers: the device refuses it though it reports it");
        }

        return status;
    }

    private static byte* MakeSymmetricKey()
    {
        var key = (byte*)NativeMemory.Alloc(RssState.MaxKey);
        RssState.SymmetricKey(RssState.MaxKey).CopyTo(new Span<byte>(key, RssState.MaxKey));
        return key;
    }

    private static void Note(List<string> degradations, bool happened, string text)
    {
        if (happened)
        {
            degradations.Add(text);
        }
    }

    // Writes an even table and asks what is in force.
    private RssState Spread(List<string> degradations)
    {
        if (RssTypes == RssTypes.None)
        {
            return RssState.None;
        }

        var table = RssState.EvenTable(Math.Min(Capabilities.RetaSize, 2048), RxQueueCount);
        fixed (ushort* entries = table)
        {
            if (table.Length > 0)
            {
                Note(degradations, Native.PortRetaWrite(Id, entries, (ushort)table.Length) != 0, "table from hash to queue: the device keeps its own");
                table = Native.PortRetaRead(Id, entries, (ushort)table.Length) == 0 ? table : [];
            }
        }

        var key = new byte[RssState.MaxKey];
        ulong types = 0;
        var length = (uint)key.Length;
        fixed (byte* bytes = key)
        {
            return Native.PortRss(Id, &types, bytes, &length) == 0
                ? new RssState { ReadBack = true, Types = (RssTypes)types, Key = key.AsMemory(0, (int)length), Table = table }
                : new RssState { Types = RssTypes, Table = table };
        }
    }

    private void SetUpQueues(PortOptions wanted)
    {
        var (rx, tx) = ((ushort)Math.Clamp(wanted.RxDescriptors, 1, ushort.MaxValue), (ushort)Math.Clamp(wanted.TxDescriptors, 1, ushort.MaxValue));
        Check(Native.PortAdjustDescriptors(Id, &rx, &tx), "adjusting its queue lengths");
        (RxDescriptors, TxDescriptors) = (rx, tx);
        for (var queue = 0; queue < wanted.RxQueues; queue++)
        {
            var pool = wanted.RxPools[Math.Min(queue, wanted.RxPools.Count - 1)];
            Check(Native.RxQueueSetup(Id, (ushort)queue, rx, Capabilities.Socket, (ulong)RxOffloads, pool.Handle), $"setting up receive queue {queue}");
        }

        for (var queue = 0; queue < wanted.TxQueues; queue++)
        {
            Check(Native.TxQueueSetup(Id, (ushort)queue, tx, Capabilities.Socket, (ulong)TxOffloads), $"setting up send queue {queue}");
        }
    }

    private void SetMtu(int mtu, List<string> degradations)
    {
        // The set-up took the MTU already; this is for drivers that have to tell someone. Those that need not do not support it.
        NoteUnsupported(degradations, Native.PortSetMtu(Id, (ushort)Math.Min(mtu, driverMaxMtu)), $"setting MTU {mtu}", needed: false);
        if (mtu > driverMaxMtu)
        {
            Check(KernelInterface.RaiseMtu(Capabilities.InterfaceIndex, mtu), $"setting MTU {mtu} of its kernel interface");
        }

        Mtu = mtu;
    }

    private void SetMac(ReadOnlySpan<byte> mac, List<string> degradations)
    {
        RequireMac(mac);
        int status;
        fixed (byte* bytes = mac)
        {
            status = Native.PortMacSet(Id, bytes);
        }

        NoteUnsupported(degradations, status, "setting the MAC address (frames still carry it; the device may need promiscuous mode)", needed: true);
    }

    /// <summary>Notes what the driver cannot do at all; anything else that fails is an error.</summary>
    private void NoteUnsupported(List<string> degradations, int status, string what, bool needed)
    {
        const int notSupported = -95;
        if (status == notSupported)
        {
            if (needed)
            {
                degradations.Add($"{Capabilities.Driver} does not support {what}");
            }

            return;
        }

        Check(status, what);
    }

    private int Check(int status, string what) =>
        status >= 0 ? status : throw new DpdkException($"port {Name}: {what}", status, EalLog.Quote(EalLog.Read()));
}

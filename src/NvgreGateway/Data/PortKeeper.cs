using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Data;

/// <summary>
/// One port in the hands of the housekeeping thread: opens, configures and starts it, publishes its state, notices when it vanishes
/// and opens it again when it is back.
/// </summary>
internal sealed unsafe class PortKeeper
{
    /// <summary>Descriptors asked for in each queue: 1024 ride out about 70 microseconds at 14.88 Mpps.</summary>
    internal const int Descriptors = 1024;

    private const int RoundsBetweenReopens = 50;
    private readonly GatewayMemory _memory;
    private readonly int _index;
    private readonly DeviceName _device;
    private readonly DpdkPort* _entry;
    private readonly Eal _eal;
    private readonly MbufPool _pool;
    private readonly int _workers;
    private readonly string _interface;
    private DriverQuirk _quirk = DriverQuirks.Of("");
    private ulong _features;
    private PortOptions? _options;
    private Port? _port;
    private bool _started;
    private bool _linkUp;
    private int _linkRounds;
    private int _reopen;

    internal PortKeeper(GatewayMemory memory, int index, DeviceName device, DpdkPort* entry, Eal eal, MbufPool pool, int workers)
    {
        _memory = memory;
        _index = index;
        _device = device;
        _entry = entry;
        _eal = eal;
        _pool = pool;
        _workers = workers;
        // net_vhost calls its socket so.
        _interface = device.Argument("iface") is { } name && !name.Contains('/') ? name : "";
    }

    /// <summary>The port while it is started; another object after it was opened again.</summary>
    internal Port? Started => _started ? _port : null;

    /// <summary>Whether the port will be closed at the next round, its device being there, and opened again.</summary>
    internal bool WillReopen => _started && _reopen == 1 && !_port!.IsRemoved();

    private PortTableEntry* Wanted => _memory.PortTable + _index;

    private PortState* State => _memory.PortStates + _index;

    /// <summary>Configures the port, its device being attached; does not start it.</summary>
    /// <exception cref="DpdkException">The device refused.</exception>
    internal void Open()
    {
        Port port = Port.Find(_device);
        int queues = Math.Max(1, Math.Min((int)Wanted->Queues, _workers));
        _quirk = DriverQuirks.Of(port.Capabilities.Driver);
        int rx = Math.Min(queues, _quirk.Queues(port.Capabilities.MaxRxQueues)), tx = Math.Min(queues, _quirk.Queues(port.Capabilities.MaxTxQueues));
        rx = Math.Min(rx, DpdkPort.MaxQueues);
        tx = Math.Min(tx, DpdkPort.MaxQueues);
        ulong mac = Wanted->Mac;
        DeviceOffloads reported = DeviceOffloadBits.From(port.Capabilities.TxOffloads, port.Capabilities.RxOffloads);
        SetUp(port, rx, tx, mac, reported & (Wanted->Wanted | DeviceOffloads.TxSegments) & _quirk.Askable(Wanted->Underlay != 0 || Wanted->Exception != 0));
        DpdkPort.Take(_entry, port);
        _entry->Limit = ChainLimit.Of(port.Capabilities.MaxFrameSegments, port.Capabilities.MaxTxSegments);
        ulong bit = 1ul << _index, chains = (_entry - _index)->ChainPorts & ~bit;
        bool takesChains = (port.TxOffloads & TxOffloads.MultiSegments) != 0 && _entry->Limit.Frame > 1;
        Volatile.Write(ref (_entry - _index)->ChainPorts, takesChains ? chains | bit : chains);
        _port = port;
        if (mac == 0)
        {
            Span<byte> bytes = stackalloc byte[8];
            bytes.Clear();
            port.ReadMacAddress(bytes[..6]);
            mac = BitConverter.ToUInt64(bytes);
        }

        Begin();
        State->Present = 1;
        State->Opened++;
        State->Mac = mac;
        State->RxCapabilities = (ulong)port.Capabilities.RxOffloads;
        State->TxCapabilities = (ulong)port.Capabilities.TxOffloads;
        State->RxOffloads = (ulong)port.RxOffloads;
        State->TxOffloads = (ulong)port.TxOffloads;
        State->Reported = reported;
        State->Asked = DeviceOffloadBits.From(port.TxOffloads, port.RxOffloads);
        State->MostBuffers = (ushort)_entry->Limit.Frame;
        State->MostLargeBuffers = (ushort)_entry->Limit.Large;
        State->Tested = 0;
        State->Loop = LoopCheck.None;
        State->Peer = _quirk.HasPeer ? PortOffloads.None : PortOffloads.All;
        _features = 0;
        State->RxQueues = (ushort)rx;
        State->TxQueues = (ushort)tx;
        State->Mtu = (ushort)port.Mtu;
        State->NumaNode = (short)port.Capabilities.Socket;
        GatewayMemory.SetText(State->Driver, 32, port.Capabilities.Driver);
        GatewayMemory.SetText(State->Reason, 160, "not started");
        End();
    }

    /// <summary>Starts the port and lets workers use it.</summary>
    /// <exception cref="DpdkException">The device refused.</exception>
    internal void Start()
    {
        PortTest test = NewTest();
        test.BeforeStart(_port!, _options!);
        _port!.Start();
        _started = true;
        _linkUp = false;
        Publish(test.AfterStart(_port)); // before any worker may use it
        SettleSpread(_port);
        Volatile.Write(ref _entry->Open, 1);
        Begin();
        State->Started = 1;
        GatewayMemory.SetText(State->Reason, 160, "link down"); // until it is seen up
        State->Pause = (uint)_port.Pause;
        End();
        Keep();
    }

    private void SettleSpread(Port port)
    {
        RssState rss = port.Rss;
        RssFields fields = RssFieldBits.From(rss.Types);
        QueueSpread spread = QueueSpreading.Decide(Wanted->Underlay != 0, _workers, port.RxQueueCount, fields, port.Capabilities.Driver);
        int[] entries = [.. Enumerable.Range(0, port.RxQueueCount).Select(q => rss.Table.Span.Count((ushort)q))];
        Begin();
        State->Spread = spread;
        State->RssFields = fields;
        State->RssTypes = (ulong)rss.Types;
        State->RssCapable = RssFieldBits.From(port.Capabilities.RssTypes);
        State->RssReadBack = (byte)(rss.ReadBack ? 1 : 0);
        State->RssKeyLength = (byte)rss.Key.Length;
        rss.Key.Span.CopyTo(new Span<byte>(State->RssKey, RssState.MaxKey));
        State->RetaSize = (ushort)rss.Table.Length;
        State->RetaLeast = (ushort)entries.Min();
        State->RetaMost = (ushort)entries.Max();
        End();
    }

    /// <summary>Asks that the port be opened again at the next round.</summary>
    /// <param name="restart">Whether it is to be closed first if it is there; else nothing is done then.</param>
    internal void ReopenSoon(bool restart)
    {
        if (restart || _port is null)
        {
            _reopen = 1;
        }
    }

    /// <summary>One round of housekeeping; allocates nothing while the port is as it was.</summary>
    internal void Keep()
    {
        if (_port is null)
        {
            TryReopen();
            return;
        }

        if (!_started)
        {
            return;
        }

        if (_port.IsRemoved() || _reopen == 1)
        {
            Lose();
            return;
        }

        bool up = _port.Link().IsUp;
        if (up != _linkUp || --_linkRounds <= 0)
        {
            _linkRounds = 5;
            PublishState(up);
        }

        Volatile.Write(ref _entry->Up, up ? 1 : 0);
        _linkUp = up;
        if (_quirk.HasPeer && _port.GuestFeatures() is var features && features != _features)
        {
            _features = features;
            Begin();
            State->Peer = TakenBy(features);
            End();
        }
    }

    /// <summary>Stops and closes the port.</summary>
    internal void Close()
    {
        Volatile.Write(ref _entry->Open, 0);
        Volatile.Write(ref _entry->Up, 0);
        if (_port is null)
        {
            return;
        }

        try
        {
            if (_started)
            {
                _port.Stop();
            }

            _port.Close();
        }
        catch (DpdkException e)
        {
            Console.Error.WriteLine($"dataplane: {e.Message}"); // the process is ending, or the device is gone anyway
        }

        _port = null;
        _started = false;
    }

    // What a guest takes stands in the features of virtio that it accepted (virtio 1.1, 5.1.3).
    private static PortOffloads TakenBy(ulong features)
    {
        const PortOffloads How = PortOffloads.All & ~PortOffloads.Kinds;
        const int GuestChecksum = 1, GuestTso4 = 7, GuestTso6 = 8;
        PortOffloads taken = (features >> GuestChecksum & 1) == 0 ? PortOffloads.None
            : How | PortOffloads.Tcp4 | PortOffloads.Tcp6 | PortOffloads.Udp4 | PortOffloads.Udp6 | PortOffloads.Ip4;
        taken |= (features >> GuestTso4 & 1) == 0 ? PortOffloads.None : PortOffloads.Tso4;
        return taken | ((features >> GuestTso6 & 1) == 0 ? PortOffloads.None : PortOffloads.Tso6);
    }

    /// <summary>Sets the port up with as much as it takes: a device that fails over an offload is better than none.</summary>
    private void SetUp(Port port, int rx, int tx, ulong mac, DeviceOffloads ask)
    {
        var options = new PortOptions
        {
            RxPools = [_pool],
            RxQueues = rx,
            TxQueues = tx,
            RxDescriptors = Descriptors,
            TxDescriptors = Descriptors,
            Mtu = Wanted->Mtu,
            RxOffloads = DeviceOffloadBits.Rx(ask) & port.Capabilities.RxOffloads,
            TxOffloads = DeviceOffloadBits.Tx(ask) & port.Capabilities.TxOffloads,
            MacAddress = mac == 0 ? default : new ReadOnlyMemory<byte>([.. BitConverter.GetBytes(mac)[..6]]),
            Promiscuous = Wanted->Underlay == 0 || mac != 0, // a VLAN port must see every destination; a set MAC may not reach the device's filter
            AllMulticast = true, // neighbour discovery arrives on groups that are not programmed one by one
        };
        _options = options;
        try
        {
            port.Configure(options);
        }
        catch (DpdkException e) when (ask != DeviceOffloads.TxSegments)
        {
            Console.Error.WriteLine($"dataplane: {e.Message}; once more without offloads");
            _options = options with { RxOffloads = RxOffloads.None, TxOffloads = TxOffloads.MultiSegments & port.Capabilities.TxOffloads };
            port.Configure(_options);
        }
    }

    private PortTest NewTest()
    {
        DeviceOffloads able = State->Asked | _quirk.Besides(_device.DevArgs);
        return new PortTest(_device, _quirk, Wanted->SelfTest, OffloadAbility.Plain(able, _quirk), OffloadAbility.Nvgre(able, _quirk), _pool, Beat);
    }

    private void Beat() => Volatile.Write(ref _memory.Data->Heartbeat, _memory.Data->Heartbeat + 1);

    private void Publish(ProbeResult result)
    {
        Begin();
        State->Loop = result.Loop;
        State->PlainFaults = result.Plain;
        State->NvgreFaults = result.Nvgre;
        State->Nvgre6Faults = result.Nvgre6;
        State->Tested = 1;
        End();
    }

    private void PublishState(bool up)
    {
        LinkState link = _port!.Link();
        bool counted = _port.TryReadStatistics(out PortStatistics statistics);
        Begin();
        State->LinkUp = up ? 1u : 0;
        State->SpeedMbps = link.SpeedMbps;
        if (counted)
        {
            State->Missed = statistics.RxMissed;
            State->RxErrors = statistics.RxErrors;
            State->TxErrors = statistics.TxErrors;
            State->RxNoMbuf = statistics.RxNoMbuf;
        }

        if (up)
        {
            *State->Reason = 0;
        }
        else if (up != _linkUp || *State->Reason == 0)
        {
            GatewayMemory.SetText(State->Reason, 160, "link down");
        }

        End();
    }

    private void Lose()
    {
        Volatile.Write(ref _entry->Open, 0);
        Volatile.Write(ref _entry->Up, 0);
        var mark = new QuiescentMark(_memory);
        for (int i = 0; i < 1000 && !mark.HasPassed; i++)
        {
            Thread.Sleep(1);
        }

        Port port = _port!;
        bool asked = _reopen == 1;
        Close();
        Detach(port);
        _reopen = asked ? 1 : RoundsBetweenReopens;
        Begin();
        State->Present = 0;
        State->Started = 0;
        State->LinkUp = 0;
        GatewayMemory.SetText(State->Reason, 160, "the device is gone");
        End();
    }

    private static void Detach(Port? port)
    {
        try
        {
            port?.Detach();
        }
        catch (DpdkException e)
        {
            Console.Error.WriteLine($"dataplane: {e.Message}"); // the next try says whether it matters
        }
    }

    private void TryReopen()
    {
        if (--_reopen > 0 || (_interface.Length > 0 && !Interface.Exists(_interface)))
        {
            return;
        }

        _reopen = RoundsBetweenReopens;
        try
        {
            _eal.Attach(_device);
            Open();
            Start();
        }
        catch (DpdkException e)
        {
            // Whatever was done of it is undone, or the next try would find the device attached already.
            Port? half = _port ?? (Port.Exists(_device) ? Port.Find(_device) : null);
            Close();
            Detach(half);
            Begin();
            State->Present = 0;
            State->Started = 0;
            State->LinkUp = 0;
            GatewayMemory.SetText(State->Reason, 160, e.Message);
            End();
        }
    }

    private void Begin() => PortState.Begin(State);

    private void End() => PortState.End(State);
}

using System.Runtime;
using System.Runtime.InteropServices;
using NvgreGateway.Data.Flows;
using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Supervision;

namespace NvgreGateway.Data;

/// <summary>
/// The data process: opens the NICs, runs the workers, and is its own housekeeping thread. After the workers began nothing here
/// allocates on the managed heap, unless a port vanished and is opened again.
/// </summary>
internal sealed unsafe class DataplaneHost : IDisposable
{
    // A worker with nothing to do polls this often before it sleeps, so that a steady trickle never finds it asleep.
    private const int PollsBeforeSleep = 256;
    private const long SleepNanoseconds = 50_000;
    private const int HousekeepingMilliseconds = 20;

    // Megabytes of EAL's memory that are not for packet buffers, and as many buffers as a pool is ever made of.
    private const int PoolReserve = 64;
    private const int MostMbufs = (1 << 20) - 1;

    // Heads of replicated packets and pieces of segments, half a kilobyte each: what some transmit rings hold. Without one a frame is
    // copied whole. A piece keeps one received buffer from its pool; half as many leave enough of them to receive.
    private const int MostHeads = 8191;
    private readonly GatewayMemory _memory;
    private readonly int _portCount;
    private readonly int _workerCount;
    private readonly bool _sleep;
    private readonly DpdkPort* _entries;
    private readonly PortKeeper[] _ports;
    private readonly FlowKeeper _flows;
    private WorkerThread[] _threads = [];
    private Worker<DpdkPorts>[] _workers = [];
    private WorkerGroup? _group;
    private SpreadKeeper? _spread;
    private Eal? _eal;
    private MbufPool? _pool;
    private MbufPool? _heads;
    private volatile bool _stop;
    private volatile bool _stopWorkers;
    private long _allocatedBefore;
    private long _coarseBefore;
    private int _collectionsBefore = -1;

    private DataplaneHost(GatewayMemory memory)
    {
        _memory = memory;
        _portCount = (int)memory.Settings->PortCount;
        _workerCount = (int)memory.Settings->WorkerCount;
        _sleep = memory.Settings->IdleSleep != 0;
        _entries = (DpdkPort*)NativeMemory.AlignedAlloc((nuint)(sizeof(DpdkPort) * 64), 64);
        NativeMemory.Clear(_entries, (nuint)(sizeof(DpdkPort) * 64));
        _ports = new PortKeeper[_portCount];
        _flows = new FlowKeeper(memory);
    }

    /// <summary>Runs the data process of a gateway until it is told to stop.</summary>
    /// <param name="name">The gateway's name; its regions exist.</param>
    /// <returns>The exit code.</returns>
    internal static int Run(string name)
    {
        Posix.LeaveTerminal();
        using GatewayMemory memory = GatewayMemory.Attach(name);
        Mark(memory);
        using var wake = new ManualResetEventSlim();
        DataplaneHost? host = null;
        bool stopped = false;
        using var signals = new TakenSignals(() =>
        {
            stopped = true;
            if (host is not null)
            {
                host._stop = true;
            }

            wake.Set();
        });
        while (Volatile.Read(ref memory.Settings->Generation) == 0 && !stopped)
        {
            wake.Wait(5);
        }

        if (stopped)
        {
            return 0;
        }

        try
        {
            using (host = new DataplaneHost(memory))
            {
                host._stop = stopped;
                host.Open();
                host.KeepHouse();
                return 0;
            }
        }
        catch (Exception e) when (e is DpdkException or DllNotFoundException or IOException or InvalidOperationException or FormatException)
        {
            GatewayMemory.SetText(memory.Data->Failure, 256, e.Message);
            memory.Phase = DataPhase.Failed;
            Console.Error.WriteLine($"dataplane: {e.Message}");
            return 1;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _memory.Phase = _memory.Phase == DataPhase.Failed ? DataPhase.Failed : DataPhase.Stopping;
        _stopWorkers = true;
        foreach (WorkerThread thread in _threads)
        {
            thread.Join();
        }

        foreach (Worker<DpdkPorts> worker in _workers)
        {
            worker.Release();
        }

        _spread?.Dispose();
        _group?.Dispose();
        foreach (PortKeeper? port in _ports)
        {
            port?.Close();
        }

        _pool?.Dispose();
        _heads?.Dispose();
        _eal?.Dispose();
        NativeMemory.AlignedFree(_entries);
    }

    private static void Mark(GatewayMemory memory)
    {
        DataState* data = memory.Data;
        memory.Phase = DataPhase.Starting;
        ProcessMark mark = Posix.Mark(memory.Header->Data.Starts + 1);
        memory.Header->Data = mark;
        data->ProcessId = mark.ProcessId;
        data->StartTime = mark.StartTime;
        data->Starts = mark.Starts;
        *data->Failure = 0;
        Volatile.Write(ref memory.Mailbox->Acknowledged, Volatile.Read(ref memory.Mailbox->Requested)); // a predecessor's command is not this one's
        BookLosses(memory);
        for (uint i = 0; i < memory.Limits.NextHops; i++)
        {
            memory.NextHops[i].Held = 0;
        }
    }

    /// <summary>
    /// What a predecessor that was killed had in its hands - held, in a burst, in a ring - died with it. It is booked as lost by the port
    /// side, so that the accounting closes again (F-020).
    /// </summary>
    internal static void BookLosses(GatewayMemory memory)
    {
        long lost = 0;
        for (int i = 0; i < memory.Limits.Workers; i++)
        {
            WorkerStatistics* s = memory.Statistics(i);
            s->Sleeping = 0;
            s->Held = 0;
            lost += (long)(s->Received - s->Transmitted - s->Consumed);
            for (int reason = 0; reason < (int)DropReason.Count; reason++)
            {
                lost -= (long)s->Drops[reason];
            }
        }

        if (lost > 0)
        {
            memory.Statistics(0)->Drops[(int)DropReason.PortDown] += (ulong)lost;
        }
    }

    private void Open()
    {
        DataSettings* settings = _memory.Settings;
        var devices = new DeviceName[_portCount];
        for (int i = 0; i < _portCount; i++)
        {
            devices[i] = DeviceName.Parse(GatewayMemory.Text(_memory.PortTable[i].Device, 384));
        }

        var cores = new int[_workerCount];
        for (int i = 0; i < _workerCount; i++)
        {
            cores[i] = settings->Cores[i];
        }

        int largest = 0;
        for (int i = 0; i < _portCount; i++)
        {
            largest = Math.Max(largest, _memory.PortTable[i].Mtu + 14 + (4 * _memory.PortTable[i].MaxTags));
        }

        int queues = 0;
        for (int i = 0; i < _portCount; i++)
        {
            queues += Math.Min((int)_memory.PortTable[i].Queues, _workerCount);
        }

        // Every descriptor of every queue may hold a buffer in each direction, and bursts, held packets and caches need some.
        int mbufs = Math.Max(8192, (queues * 2 * PortKeeper.Descriptors) + (_workerCount * 4096) - 1);
        ushort room = (ushort)Math.Min(ushort.MaxValue, Math.Max(Math.Max(2176, devices.Max(d => d.MinDataRoom)), Mbuf.DefaultHeadroom + largest + 128));
        bool huge = settings->NoHugepages == 0;
        int megabytes = Math.Max(256, PoolReserve + (int)((long)mbufs * (room + 256) >> 20));
        if (settings->Megabytes != 0)
        {
            // Who gives more than the ports need wants more buffers: some drivers keep thousands of their own.
            megabytes = (int)settings->Megabytes;
            mbufs = (int)Math.Clamp((megabytes - (long)PoolReserve << 20) / (room + 256), mbufs, MostMbufs);
        }

        Task warm = Task.Factory.StartNew(() => Worker<DpdkPorts>.Warm(), TaskCreationOptions.LongRunning);
        _eal = Eal.Start(new EalOptions
        {
            FilePrefix = "nvgre-" + GatewayMemory.Text(_memory.Header->Name, 64),
            MainCpus = [cores[0]],
            Devices = devices,
            Memory = huge ? EalMemory.Auto : EalMemory.Ordinary,
            Megabytes = megabytes,
        });
        _pool = MbufPool.Create("packets", mbufs, dataRoom: room, lifo: _workerCount > 1);
        _heads = MbufPool.Create("heads", Math.Min(MostHeads, mbufs / 2), dataRoom: Mbuf.DefaultHeadroom + IPorts.HeadBytes, lifo: _workerCount > 1);
        var transmitQueues = new int[_portCount];
        for (int i = 0; i < _portCount; i++)
        {
            _ports[i] = new PortKeeper(_memory, i, devices[i], _entries + i, _eal, _pool, _workerCount);
            _ports[i].Open();
            transmitQueues[i] = _entries[i].TxQueues;
        }

        warm.GetAwaiter().GetResult();
        _group = new WorkerGroup(_workerCount, transmitQueues);
        _workers = new Worker<DpdkPorts>[_workerCount];
        for (int i = 0; i < _workerCount; i++)
        {
            _workers[i] = new Worker<DpdkPorts>(_memory, i, _portCount, (int)settings->Burst, new DpdkPorts(_entries, _pool, _heads, i), _group);
        }

        _spread = new SpreadKeeper(_memory, _entries, _portCount, _group, Tsc.Hertz);
        _memory.Data->TscHz = Tsc.Hertz;
        _memory.Data->MbufCapacity = (ulong)_pool.Count;
        _memory.Data->SettingsGeneration = settings->Generation;
        _memory.Phase = DataPhase.Ready;
    }

    private void StartForwarding()
    {
        foreach (PortKeeper port in _ports)
        {
            port.Start();
        }

        _spread!.Keep(Tsc.Read());
        _threads = new WorkerThread[_workerCount];
        GC.Collect();
        GC.WaitForPendingFinalizers();
        for (int i = 0; i < _workerCount; i++)
        {
            int index = i;
            _threads[i] = WorkerThread.Start($"worker{i}", _memory.Settings->Cores[i], () => Work(_workers[index]));
        }

        _memory.Data->Collections = 0;
        _memory.Phase = DataPhase.Forwarding;
    }

    private void Work(Worker<DpdkPorts> worker)
    {
        int idle = 0;
        while (!_stopWorkers)
        {
            if (worker.Poll())
            {
                idle = 0;
            }
            else if (_sleep && ++idle > PollsBeforeSleep)
            {
                worker.EnterSleep();
                Idle.Sleep(SleepNanoseconds);
                worker.LeaveSleep();
            }
        }

        worker.DropHeld(DropReason.PortDown);
    }

    private void KeepHouse()
    {
        DataState* data = _memory.Data;
        int rounds = 0;
        while (!_stop && Volatile.Read(ref _memory.Settings->Stop) == 0)
        {
            Command();
            for (int i = 0; i < _portCount; i++)
            {
                if (_ports[i].WillReopen)
                {
                    _flows.Release(i);
                }

                _ports[i].Keep();
                _flows.Follow(i, _ports[i].Started);
            }

            _flows.Keep();
            _spread!.Keep(Tsc.Read());
            data->MbufInUse = (ulong)(_pool!.InUse + _heads!.InUse);
            if (_collectionsBefore < 0 && _memory.Phase == DataPhase.Forwarding && ++rounds > 50)
            {
                // The first second belongs to the start: threads, late tier-1 code, first-time paths of the housekeeping itself.
                _allocatedBefore = GC.GetTotalAllocatedBytes(true);
                _allocatedBefore = GC.GetTotalAllocatedBytes(true);
                _coarseBefore = GC.GetTotalAllocatedBytes(false);
                _collectionsBefore = GC.CollectionCount(0);
            }
            else if (_collectionsBefore >= 0)
            {
                // The exact figure stops every thread for a moment, so while packets flow the coarse one has to do.
                data->Collections = (ulong)(GC.CollectionCount(0) - _collectionsBefore);
                data->AllocatedBytes = (ulong)(GC.GetTotalAllocatedBytes(false) - _coarseBefore);
            }

            data->CollectionsTotal = (ulong)GC.CollectionCount(0);
            data->AllocatedBytesTotal = (ulong)GC.GetTotalAllocatedBytes();
            data->PauseNanoseconds = (ulong)(GC.GetTotalPauseDuration().Ticks * 100);
            Volatile.Write(ref data->Heartbeat, data->Heartbeat + 1);
            Thread.Sleep(HousekeepingMilliseconds);
        }

        _flows.CountAll();
        TellMemory();
    }

    /// <summary>Says at the end, exactly, what the workers and the housekeeping allocated while packets flowed: nothing, or it is a defect.</summary>
    private void TellMemory()
    {
        if (_collectionsBefore < 0)
        {
            return;
        }

        long allocated = GC.GetTotalAllocatedBytes(true) - _allocatedBefore;
        int collections = GC.CollectionCount(0) - _collectionsBefore;
        ulong received = 0;
        for (int i = 0; i < _workerCount; i++)
        {
            received += _memory.Statistics(i)->Received;
        }

        _memory.Data->AllocatedBytes = (ulong)allocated;
        _memory.Data->Collections = (ulong)collections;
        Console.Error.WriteLine($"dataplane: memory: {received} packets received, {allocated} bytes allocated and {collections} collections since the workers settled");
    }

    private void Command()
    {
        Mailbox* box = _memory.Mailbox;
        ulong requested = Volatile.Read(ref box->Requested);
        if (requested == box->Acknowledged)
        {
            return;
        }

        box->Result = 0;
        switch ((MailboxCommand)box->Command)
        {
            case MailboxCommand.Ping:
                break;
            case MailboxCommand.Forward:
                if (_memory.Phase == DataPhase.Ready)
                {
                    StartForwarding();
                }

                break;
            case MailboxCommand.ReopenPort when box->Argument < (uint)_portCount:
                _ports[box->Argument].ReopenSoon(restart: box->Value != 0);
                break;
            default:
                box->Result = -22; // EINVAL
                break;
        }

        Volatile.Write(ref box->Acknowledged, requested);
    }
}

using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>
/// A gateway of workers over made-up ports and tables written by hand: the cast of the worked packets (WIRE-FORMAT section 2). Port 0 is
/// a VLAN trunk, port 1 the underlay, port 2 a second VLAN trunk. Disposing it checks that the accounting closes and that every buffer
/// came back.
/// </summary>
internal sealed unsafe class Rig : IDisposable
{
    public const int Access = 0;
    public const int Underlay = 1;
    public const int Access2 = 2;
    public const uint Vsid = 5001;

    private readonly Worker<FakePorts>[] _workers;
    private readonly WorkerGroup _group;
    private readonly int _burst;
    private bool _own;
    private ulong _sequence;
    private int _turn;

    public Rig(int burst = 32, int workers = 1, Action<Rig>? change = null, int buffers = 256, int? queues = null)
    {
        _burst = burst;
        Memory = GatewayMemory.CreatePrivate(ExchangeLimits.For(8, workers, 4, 8, 512, 512, 4096));
        Device = new FakeDevice(3, workers, buffers);
        if (queues is int q)
        {
            Array.Fill(Device.TransmitQueues, Math.Max(1, q));
        }

        PortFlags spread = PortFlags.None;
        if (queues == 0)
        {
            Device.ReceiveQueues = 1;
            Device.NeedsSpread = true;
            spread = PortFlags.MaySpread;
        }

        Sketch.AddPort(PortFlags.TrustDscp | spread, Mac("02:00:00:00:01:01"));
        Sketch.AddPort(PortFlags.Underlay | spread, Mac("02:00:00:00:02:01"), 1600);
        Sketch.AddPort(PortFlags.TrustDscp | spread, Mac("02:00:00:00:01:02"));
        Sketch.AddAddress(Underlay, Frames.Gateway4, 24);
        Sketch.AddAddress(Underlay, Frames.Gateway6, 64);
        Segment = Sketch.AddSegment(Vsid, SegmentFlags.Up | SegmentFlags.Learning | SegmentFlags.FloodUnknown | SegmentFlags.LocalSwitching);
        Attachment = Sketch.AddAttachment(Segment, Access, 100);
        Peer4 = AddPeer(Frames.Remote4);
        Peer6 = AddPeer(Frames.Remote6);
        change?.Invoke(this);
        _own = true;
        Sketch.Publish(Memory);
        Resolve(1, "02:00:00:00:02:fe");
        Learn(Frames.Host, AttachmentPlace(Attachment));
        Learn(Frames.Vm, PeerPlace(Peer4));

        int[] perPort = Device.TransmitQueues;
        _group = new WorkerGroup(workers, perPort);
        _workers = new Worker<FakePorts>[workers];
        for (int i = 0; i < workers; i++)
        {
            _workers[i] = new Worker<FakePorts>(Memory, i, 3, burst, new FakePorts(Device, i), _group);
        }
    }

    /// <summary>
    /// Every test of bytes runs at burst 1 and 32, with one and two workers, the second without transmit queues of its own too; and with
    /// workers that have no queues at all (0), so that the first hands received packets on.
    /// </summary>
    public static TheoryData<int, int, int> Modes => new() { { 1, 1, 1 }, { 32, 1, 1 }, { 1, 2, 2 }, { 32, 2, 2 }, { 32, 2, 1 }, { 32, 3, 0 } };

    public GatewayMemory Memory { get; }

    public FakeDevice Device { get; }

    public SnapshotSketch Sketch { get; } = new();

    public uint Segment { get; }

    public uint Attachment { get; }

    public uint Peer4 { get; }

    public uint Peer6 { get; }

    public IReadOnlyList<Worker<FakePorts>> Workers => _workers;

    public WorkerGroup Group => _group;

    public List<Sent> Outputs => Device.Outputs;

    public static ulong Mac(string text)
    {
        ulong value = 0;
        string[] parts = text.Split(':', '-');
        for (int i = 0; i < 6; i++)
        {
            value |= (ulong)Convert.ToByte(parts[i], 16) << (8 * i);
        }

        return value;
    }

    public static uint PeerPlace(uint id, uint generation = 0) => Place.OfPeer(id, generation).Value;

    public static uint AttachmentPlace(uint id, uint generation = 0) => Place.OfAttachment(id, generation).Value;

    public uint AddPeer(byte[] address, uint nextHop = 1, PeerFlags flags = PeerFlags.Up | PeerFlags.FlowIdHash) =>
        Sketch.AddPeer(Segment, Underlay, address.Length == 4 ? Frames.Gateway4 : Frames.Gateway6, address, nextHop, flags);

    public void Resolve(uint nextHop, string mac) => SetHop(nextHop, NextHopState.Resolved, mac);

    public void SetHop(uint nextHop, NextHopState state, string mac = "00:00:00:00:00:00") =>
        Volatile.Write(ref Memory.NextHops[nextHop].Word, NextHopSlot.Pack(Mac(mac), state));

    public void Learn(string mac, uint place) => SnapshotSketch.AddMac(Memory, Segment, Mac(mac), place);

    /// <summary>Lets frames arrive on a port, spread over the workers in bursts, and runs all workers until nothing moves.</summary>
    public List<Sent> Run(int port, params byte[][] frames)
    {
        int before = Outputs.Count;
        Feed(port, frames);
        Settle();
        return [.. Outputs.Skip(before).OrderBy(o => o.Sequence)];
    }

    public void Feed(int port, params byte[][] frames)
    {
        for (int i = 0; i < frames.Length; i++)
        {
            if (i % _burst == 0)
            {
                _turn++;
            }

            Enqueue(port, (nint)Device.Pool.Receive(frames[i], ++_sequence));
        }
    }

    public void Enqueue(int port, nint mbuf) => Device.Inputs[port][_turn % Math.Min(_workers.Length, Device.ReceiveQueues)].Enqueue(mbuf);

    public void Settle()
    {
        for (int quiet = 0; quiet < 2; quiet++)
        {
            foreach (Worker<FakePorts> worker in _workers)
            {
                if (worker.Poll())
                {
                    quiet = -1;
                }
            }
        }
    }

    public ulong Total(Func<Pointer, ulong> of)
    {
        ulong sum = 0;
        for (int i = 0; i < _workers.Length; i++)
        {
            sum += of(new Pointer(Memory.Statistics(i)));
        }

        return sum;
    }

    public ulong Drops(DropReason reason) => Total(s => s.Value->Drops[(int)reason]);

    public ulong Counter(CounterId id) => Total(s => s.Value->Counters[(int)id]);

    public ulong AllDrops() => Total(s =>
    {
        ulong sum = 0;
        for (int i = 0; i < 128; i++)
        {
            sum += s.Value->Drops[i];
        }

        return sum;
    });

    /// <summary>Exactly so many frames were dropped, all of them for one reason.</summary>
    public void AssertDrops(DropReason reason, ulong count = 1)
    {
        for (var r = DropReason.None; r < DropReason.Count; r++)
        {
            Assert.True(Drops(r) == (r == reason ? count : 0), $"{CounterNames.Of(r)} is {Drops(r)}, expected {(r == reason ? count : 0)} ({CounterNames.Of(reason)} +{count})");
        }
    }

    public void AssertNoDrops() => AssertDrops(DropReason.None, 0);

    /// <summary>Received = transmitted + consumed + held + dropped; the same drops by port; buffers in use are those held.</summary>
    public void AssertClosed(bool skipHeld = false)
    {
        ulong received = Total(s => s.Value->Received);
        ulong ended = Total(s => s.Value->Transmitted) + Total(s => s.Value->Consumed) + Total(s => s.Value->Held) + AllDrops();
        Assert.Equal(received, ended);
        ulong byPort = 0, rx = 0, tx = 0;
        for (int p = 0; p < 3; p++)
        {
            int port = p;
            byPort += Total(s => ((PortCounters*)s.Value->Ports)[port].RxDropped);
            rx += Total(s => ((PortCounters*)s.Value->Ports)[port].RxPackets);
            tx += Total(s => ((PortCounters*)s.Value->Ports)[port].TxPackets);
        }

        Assert.Equal(AllDrops(), byPort);
        Assert.Equal(received, rx);
        Assert.Equal(Device.OutputCount, tx);
        if (skipHeld)
        {
            return;
        }

        ulong held = 0;
        foreach (Worker<FakePorts> worker in _workers)
        {
            held += worker.HeldCount;
        }

        Assert.Equal((int)held, Device.Pool.InUse);
    }

    /// <summary>Takes everything out of a punt ring.</summary>
    public List<(PuntSlot Head, byte[] Data)> Punts(PuntClass kind)
    {
        var all = new List<(PuntSlot, byte[])>();
        for (int i = 0; i < _workers.Length; i++)
        {
            SpscRing ring = Memory.Punt(i, kind);
            for (byte* p = ring.Peek(); p != null; p = ring.Peek())
            {
                var slot = (PuntSlot*)p;
                all.Add((*slot, new Span<byte>(PuntSlot.Data(slot), slot->CopiedLength).ToArray()));
                ring.Release();
            }
        }

        return [.. all.OrderBy(p => p.Item1.Sequence)];
    }

    /// <summary>The test has released a worker itself: nothing is checked or released at the end.</summary>
    public void Forget() => _own = false;

    public void Dispose()
    {
        if (!_own)
        {
            return;
        }

        AssertClosed();
        foreach (Worker<FakePorts> worker in _workers)
        {
            worker.DropHeld(DropReason.NeighUnresolved);
        }

        AssertClosed();
        Assert.Equal(0, Device.Pool.InUse);
        Assert.Equal(0ul, Total(s => s.Value->Held));
        foreach (Worker<FakePorts> worker in _workers)
        {
            worker.Release();
        }

        _group.Dispose();
        Device.Dispose();
        Memory.Dispose();
    }

    /// <summary>A worker's counters, in a form that a lambda can take.</summary>
    internal readonly struct Pointer(WorkerStatistics* value)
    {
        public WorkerStatistics* Value { get; } = value;
    }
}

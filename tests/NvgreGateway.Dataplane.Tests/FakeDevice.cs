using System.Runtime.InteropServices;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>A frame that left.</summary>
internal sealed record Sent(int Port, ulong Sequence, byte[] Bytes, MbufFlags Flags = MbufFlags.None, ulong Lengths = 0, int First = 0);

/// <summary>What stands for the NICs: inputs and outputs, and every fault that a device may show.</summary>
internal sealed unsafe class FakeDevice : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SpreadPlan* _even = SpreadPlan.Create();
    private readonly nint[] _plans;
    private ulong _outputs;

    public FakeDevice(int ports, int workers, int buffers)
    {
        Pool = new GuardedPool(buffers);
        Inputs = [.. Enumerable.Range(0, ports).Select(_ => Enumerable.Range(0, workers).Select(_ => new Queue<nint>()).ToArray())];
        Takes = [.. Enumerable.Repeat(uint.MaxValue, ports)];
        _plans = new nint[ports];
        _even->Spreads = 1;
        SpreadPlan.Even(_even->Workers, workers);
        Up = [.. Enumerable.Repeat(true, ports)];
        TransmitQueues = [.. Enumerable.Repeat(workers, ports)];
    }

    public GuardedPool Pool { get; }

    public Queue<nint>[][] Inputs { get; }

    public List<Sent> Outputs { get; } = [];

    public uint[] Takes { get; }

    public bool[] Up { get; }

    public int[] TransmitQueues { get; }

    public int ReceiveQueues { get; set; } = int.MaxValue;

    /// <summary>Whether all ports have a plan that gives each worker as much.</summary>
    public bool NeedsSpread
    {
        set => Array.Fill(_plans, value ? (nint)_even : 0);
    }

    public ulong ChainPorts { get; set; } = ulong.MaxValue;

    /// <summary>How many buffers it takes of a packet; it fails the test if it is given more.</summary>
    public ChainLimit Limit { get; set; } = ChainLimit.None;

    public bool DiesWhenFull { get; set; }

    public bool Prepares { get; set; } = true;

    /// <summary>What the driver says to a packet that asks for something, besides <see cref="Prepares"/>; called by workers.</summary>
    public Func<nint, bool>? Preparing { get; set; }

    public bool KeepOutputs { get; set; } = true;

    /// <summary>Keeps what it sends, as one does whose queues are full and long; of one worker.</summary>
    public bool KeepsBack { get; set; }

    /// <summary>What it kept.</summary>
    public List<nint> KeptBack { get; } = [];

    /// <summary>Sees every packet that leaves; called by the worker that sends it.</summary>
    public Action<int, nint>? Leaving { get; set; }

    public ulong OutputCount => Interlocked.Read(ref _outputs);

    public ulong Clock { get; set; } = 1;

    /// <summary>Whether workers' clock is the machine's, so that it says how busy they are.</summary>
    public bool HasTime { get; set; }

    public void Leave(int port, Mbuf* m)
    {
        Interlocked.Add(ref _outputs, Frames(m));
        Leaving?.Invoke(port, (nint)m);
        if (KeepOutputs)
        {
            byte[] bytes = new byte[m->PktLen];
            int at = 0;
            int segments = 0;
            for (Mbuf* s = m; s != null; s = s->Next, segments++)
            {
                new Span<byte>(s->Data, s->DataLen).CopyTo(bytes.AsSpan(at));
                at += s->DataLen;
            }

            Assert.Equal(bytes.Length, at);
            Assert.Equal(m->NbSegs, segments);
            if (!Limit.IsNone)
            {
                Assert.InRange(MostBuffers(m), 1, (int)Limit.Frame);
                Assert.InRange(segments, 1, (int)Limit.Large);
            }

            Assert.True(segments == 1 || (ChainPorts >> port & 1) != 0, "a chain left on a port that takes none");
            lock (_lock)
            {
                Outputs.Add(new Sent(port, Pool.SequenceOf(m), bytes, m->OlFlags, m->TxOffload, m->DataLen));
            }
        }

        if (KeepsBack)
        {
            KeptBack.Add((nint)m);
            return;
        }

        Pool.Free(m);
    }

    /// <summary>Returns what it kept back.</summary>
    public void GiveBack()
    {
        KeptBack.ForEach(p => Pool.Free((Mbuf*)p));
        KeptBack.Clear();
    }

    /// <summary>Where the ports' plans are, if the caller keeps them.</summary>
    public Func<int, nint>? Plans { get; set; }

    /// <summary>A port's plan; the caller's if it was given.</summary>
    public SpreadPlan* Plan(int port) => (SpreadPlan*)(Plans?.Invoke(port) ?? Volatile.Read(ref _plans[port]));

    public void SetPlan(int port, SpreadPlan* plan) => Volatile.Write(ref _plans[port], (nint)plan);

    public void Dispose()
    {
        Pool.Dispose();
        NativeMemory.AlignedFree(_even);
    }

    // Buffers that the frame lies in, or at most one of those which the device cuts from it, its headers counting as one.
    private static int MostBuffers(Mbuf* m)
    {
        if ((m->OlFlags & (MbufFlags.TxTcpSegmentation | MbufFlags.TxUdpSegmentation)) == 0)
        {
            return m->NbSegs;
        }

        ulong t = m->TxOffload;
        uint headers = (uint)((t & 0x7F) + ((t >> 7) & 0x1FF) + ((t >> 16) & 0xFF) + ((t >> 40) & 0x1FF) + ((t >> 49) & 0x7F)), size = (uint)(t >> 24) & 0xFFFF;
        var buffers = new List<int>();
        for (Mbuf* s = m; s != null; s = s->Next)
        {
            buffers.AddRange(Enumerable.Repeat(buffers.Count == 0 ? 0 : buffers[^1] + 1, s->DataLen));
        }

        int most = 1;
        for (uint at = headers; at < buffers.Count; at += size)
        {
            most = Math.Max(most, 1 + buffers.Skip((int)at).Take((int)size).Distinct().Count());
        }

        return most;
    }

    // Frames that a device which cuts makes of one.
    private static uint Frames(Mbuf* m)
    {
        if ((m->OlFlags & (MbufFlags.TxTcpSegmentation | MbufFlags.TxUdpSegmentation)) == 0)
        {
            return 1;
        }

        ulong t = m->TxOffload;
        uint headers = (uint)((t & 0x7F) + ((t >> 7) & 0x1FF) + ((t >> 16) & 0xFF) + ((t >> 40) & 0x1FF) + ((t >> 49) & 0x7F)), size = (uint)(t >> 24) & 0xFFFF;
        return (m->PktLen - headers + size - 1) / size;
    }
}

using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>A frame that left.</summary>
internal sealed record Sent(int Port, ulong Sequence, byte[] Bytes);

/// <summary>What stands for the NICs: inputs and outputs, and every fault that a device may show.</summary>
internal sealed unsafe class FakeDevice : IDisposable
{
    private readonly Lock _lock = new();
    private ulong _outputs;

    public FakeDevice(int ports, int workers, int buffers)
    {
        Pool = new GuardedPool(buffers);
        Inputs = [.. Enumerable.Range(0, ports).Select(_ => Enumerable.Range(0, workers).Select(_ => new Queue<nint>()).ToArray())];
        Takes = [.. Enumerable.Repeat(uint.MaxValue, ports)];
        Up = [.. Enumerable.Repeat(true, ports)];
        TransmitQueues = [.. Enumerable.Repeat(workers, ports)];
    }

    public GuardedPool Pool { get; }

    public Queue<nint>[][] Inputs { get; }

    public List<Sent> Outputs { get; } = [];

    public uint[] Takes { get; }

    public bool[] Up { get; }

    public int[] TransmitQueues { get; }

    public ulong ChainPorts { get; set; } = ulong.MaxValue;

    public bool DiesWhenFull { get; set; }

    public bool KeepOutputs { get; set; } = true;

    public ulong OutputCount => Interlocked.Read(ref _outputs);

    public ulong Clock { get; set; } = 1;

    public void Leave(int port, Mbuf* m)
    {
        Interlocked.Increment(ref _outputs);
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
            Assert.True(segments == 1 || (ChainPorts >> port & 1) != 0, "a chain left on a port that takes none");
            lock (_lock)
            {
                Outputs.Add(new Sent(port, Pool.SequenceOf(m), bytes));
            }
        }

        Pool.Free(m);
    }

    public void Dispose() => Pool.Dispose();
}

using System.Buffers.Binary;
using System.Diagnostics;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>
/// Workers on threads of their own, as in a gateway, that get large TCP frames, ordinary ones, begun checksums and large datagrams from a
/// guest without a pause, while a test changes what their port does. Every frame that leaves is looked at: each flow's bytes in their
/// order and each once.
/// </summary>
internal sealed unsafe class OffloadLoad : IDisposable
{
    public const uint DatagramBytes = 2000;
    public const uint DatagramSegment = 500;
    private const int Transport = 14 + 20 + 8 + 14 + 20; // where the tenant's transport header begins in NVGRE over IPv4
    private const int Workers = 2;
    private readonly List<Exception> _failures = [];
    private readonly uint[] _next = new uint[Workers];
    private readonly uint[] _fed = new uint[Workers];
    private readonly ulong[] _datagrams = new ulong[Workers];
    private readonly Thread[] _threads;
    private readonly bool _withDatagrams;
    private long _datagramBytes;
    private int _broken;
    private int _asked;
    private int _stop;

    /// <summary>Begins.</summary>
    /// <param name="queues">Transmit queues of the port: with one, the second worker's frames go through a ring to the first.</param>
    /// <param name="datagrams">Whether there are large datagrams too.</param>
    public OffloadLoad(int queues, bool datagrams)
    {
        _withDatagrams = datagrams;
        Rig = new Rig(32, Workers, static r => OffloadTests.Take(r, PortOffloads.None, OffloadTests.All), buffers: 4096, queues: queues);
        Rig.Device.KeepOutputs = false;
        Rig.Memory.Phase = DataPhase.Forwarding;
        Rig.Device.Leaving = Look;
        _threads = [.. Enumerable.Range(0, Workers).Select(i => new Thread(() => Work(i)))];
    }

    public Rig Rig { get; }

    /// <summary>Whether a frame may leave as it is given to the port; called by workers.</summary>
    public Func<nint, bool> MayLeave { get; set; } = static _ => true;

    /// <summary>Frames that the device was asked to do something to.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public bool HasFailed
    {
        get
        {
            lock (_failures)
            {
                return _failures.Count != 0;
            }
        }
    }

    public void Start()
    {
        foreach (Thread thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Publishes the tables and waits as control does before it acknowledges: until every worker has gone round twice.</summary>
    public void Change()
    {
        Rig.Sketch.Publish(Rig.Memory);
        Pass();
        Pass();
    }

    public void Pass()
    {
        var mark = new QuiescentMark(Rig.Memory);
        var patience = Stopwatch.StartNew();
        while (!mark.HasPassed && !HasFailed)
        {
            Assert.True(patience.Elapsed.TotalSeconds < 60, "a worker stands still");
            Thread.Yield();
        }
    }

    /// <summary>Ends the load and checks what is true of every one.</summary>
    /// <returns>Datagrams that did not leave.</returns>
    public ulong Finish()
    {
        Volatile.Write(ref _stop, 1);
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        Assert.Empty(_failures);
        MayLeave = static _ => true;
        Rig.Settle();
        Assert.Equal(0, _broken);
        Assert.Equal(_fed, _next);
        Rig.AssertClosed();
        ulong datagrams = _datagrams.Aggregate(0ul, static (a, b) => a + b), left = (ulong)_datagramBytes / DatagramBytes;
        Assert.Equal(0L, _datagramBytes % DatagramBytes); // each whole or not at all
        return datagrams - left;
    }

    public void Dispose()
    {
        Volatile.Write(ref _stop, 1);
        foreach (Thread thread in _threads.Where(static t => t.IsAlive))
        {
            thread.Join();
        }

        Rig.Dispose();
    }

    private void Look(int port, nint packet)
    {
        var m = (Mbuf*)packet;
        const MbufFlags Asks = MbufFlags.TxL4Mask | MbufFlags.TxTcpSegmentation | MbufFlags.TxUdpSegmentation;
        if ((m->OlFlags & Asks) != 0)
        {
            Interlocked.Increment(ref _asked);
        }

        if (!MayLeave(packet))
        {
            Interlocked.Increment(ref _broken);
        }

        byte* l4 = m->Data + Transport;
        if (l4[-11] == 17)
        {
            Interlocked.Add(ref _datagramBytes, m->PktLen - Transport - 8);
            return;
        }

        int flow = BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(l4, 2)) - 1;
        uint sequence = BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(l4 + 4, 4));
        if (sequence != _next[flow]) // one worker sends all of a flow
        {
            Interlocked.Increment(ref _broken);
        }

        _next[flow] = sequence + m->PktLen - Transport - 20;
    }

    private void Work(int flow)
    {
        try
        {
            var random = new Random(flow);
            while (Volatile.Read(ref _stop) == 0)
            {
                if (Rig.Device.Pool.InUse < 512)
                {
                    Feed(flow, random);
                }

                Rig.Workers[flow].Poll();
            }

            while (Rig.Workers[flow].Poll())
            {
                // until nothing is left
            }
        }
        catch (Exception e)
        {
            lock (_failures)
            {
                _failures.Add(e);
            }
        }
    }

    private void Feed(int flow, Random random)
    {
        int kind = random.Next(_withDatagrams ? 5 : 4);
        if (kind == 4)
        {
            byte[] udp = new byte[8 + DatagramBytes];
            BinaryPrimitives.WriteUInt32BigEndian(udp, 0xC000_1000);
            BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(4), (ushort)udp.Length);
            udp[6] = 1; // some begun sum
            Put(flow, Frames.FromHost(Frames.Ip4([10, 1, 1, 200], [10, 1, 1, 11], 17, udp)), MbufFlags.RxLro | MbufFlags.RxL4ChecksumNone | MbufFlags.TxUdpSegmentation, DatagramSegment);
            _datagrams[flow]++;
            return;
        }

        uint payload = kind <= 1 ? (uint)random.Next(1419, 7000) : (uint)random.Next(1, 200); // which passes every way
        byte[] tcp = new byte[20 + payload];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)(flow + 1));
        BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(4), _fed[flow]);
        tcp[12] = 0x50;
        tcp[13] = 0x10;
        Put(
            flow, Frames.FromHost(Frames.Ip4([10, 1, 1, 200], [10, 1, 1, 11], 6, tcp)),
            kind <= 1 ? MbufFlags.RxLro | MbufFlags.RxL4ChecksumNone : kind == 2 ? MbufFlags.RxL4ChecksumNone : MbufFlags.None, kind <= 1 ? 1418u : 0);
        _fed[flow] += payload;
    }

    private void Put(int flow, byte[] frame, MbufFlags said, uint segment)
    {
        Mbuf* m = Rig.Device.Pool.Receive(frame, 1, headroom: 128);
        m->OlFlags = said;
        m->TxOffload = Mbuf.PackTxOffload(0, 0, segment: (int)segment);
        Rig.Device.Inputs[Rig.Access][flow].Enqueue((nint)m);
    }
}

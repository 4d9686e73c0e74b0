using System.Buffers.Binary;
using System.Diagnostics;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Segmentation switched on and off a thousand times while large frames pass, on threads as in a gateway.</summary>
public sealed unsafe class OffloadToggleTests
{
    private const int Toggles = 1000;
    private const int Workers = 2;
    private const uint Payload = 3000;
    private const int SourcePort = 42 + 14 + 20; // in NVGRE over IPv4: of the tenant's TCP header

    [Theory]
    [Requirement("C-021", "C-075", "C-017")]
    [InlineData(2)]
    [InlineData(1)]
    public void NothingIsLostOrReorderedAndNothingIsAskedForAfterOff(int queues)
    {
        using var rig = new Rig(32, Workers, static r => OffloadTests.Take(r, PortOffloads.None, OffloadTests.All), buffers: 4096, queues: queues);
        rig.Device.KeepOutputs = false;
        rig.Memory.Data->Phase = 2;
        int forbidden = 0, asked = 0, stop = 0, broken = 0;
        uint[] next = new uint[Workers], fed = new uint[Workers];
        rig.Device.Leaving = (_, packet) =>
        {
            var m = (Mbuf*)packet;
            bool cut = (m->OlFlags & MbufFlags.TxTcpSegmentation) != 0;
            broken += cut && Volatile.Read(ref forbidden) != 0 ? 1 : 0;
            byte* tcp = m->Data + SourcePort;
            int flow = BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(tcp, 2)) - 1;
            uint sequence = BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(tcp + 4, 4));
            uint payload = m->PktLen - SourcePort - 20;
            if (sequence != next[flow]) // one worker sends all of a flow
            {
                Interlocked.Increment(ref broken);
            }

            next[flow] = sequence + payload;
            if (cut)
            {
                Interlocked.Increment(ref asked);
            }
        };

        var failures = new List<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, Workers).Select(i => new Thread(() => Work(i)))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        int done = 0;
        for (int toggle = 0; toggle < Toggles && failures.Count == 0; toggle++, done++)
        {
            bool on = toggle % 2 == 1;
            if (on)
            {
                Volatile.Write(ref forbidden, 0);
            }

            OffloadTests.Take(rig, PortOffloads.None, on ? OffloadTests.All : PortOffloads.None);
            rig.Sketch.Publish(rig.Memory);
            // What control waits for before it acknowledges.
            Pass(rig, failures);
            Pass(rig, failures);
            if (!on)
            {
                Volatile.Write(ref forbidden, 1);
            }
        }

        Volatile.Write(ref stop, 1);
        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        Assert.Empty(failures);
        Volatile.Write(ref forbidden, 0);
        rig.Settle();
        Assert.Equal(Toggles, done);
        Assert.Equal(0, broken);
        Assert.Equal(fed, next);
        Assert.True(asked > 0, "the device was never asked");
        rig.AssertNoDrops();
        rig.AssertClosed();

        void Work(int flow)
        {
            try
            {
                while (Volatile.Read(ref stop) == 0)
                {
                    if (rig.Device.Pool.InUse < 512)
                    {
                        byte[] frame = OffloadTests.Template();
                        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(38), (ushort)(flow + 1));
                        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(42), fed[flow]);
                        Mbuf* m = rig.Device.Pool.Receive(frame, 1, headroom: 128);
                        m->OlFlags = MbufFlags.RxLro | MbufFlags.RxL4ChecksumNone;
                        m->TxOffload = Mbuf.PackTxOffload(0, 0, segment: 1418);
                        rig.Device.Inputs[Rig.Access][flow].Enqueue((nint)m);
                        fed[flow] += Payload;
                    }

                    rig.Workers[flow].Poll();
                }

                while (rig.Workers[flow].Poll())
                {
                    // until nothing is left
                }
            }
            catch (Exception e)
            {
                lock (failures)
                {
                    failures.Add(e);
                }
            }
        }
    }

    private static void Pass(Rig rig, List<Exception> failures)
    {
        var mark = new QuiescentMark(rig.Memory);
        var patience = Stopwatch.StartNew();
        while (!mark.HasPassed && failures.Count == 0)
        {
            Assert.True(patience.Elapsed.TotalSeconds < 60, "a worker stands still");
            Thread.Yield();
        }
    }
}

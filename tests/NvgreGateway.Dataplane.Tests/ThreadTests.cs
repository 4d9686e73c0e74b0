using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Workers on threads of their own, as in a gateway: they share only rings, next hops and the records of copies.</summary>
public unsafe class ThreadTests
{
    private const int Workers = 3;
    private const int Rounds = 1500;

    [Theory]
    [InlineData(3)]
    [InlineData(2)]
    [InlineData(1)]
    [Requirement("F-020")]
    public void The_accounting_closes_over_all_workers(int queues)
    {
        using var rig = new Rig(
            32, Workers,
            r =>
            {
                r.Sketch.AddAttachment(r.Segment, Rig.Access2, 300);
                r.AddPeer([198, 51, 100, 11], nextHop: 2);
            },
            buffers: 4096, queues: queues);
        rig.Device.KeepOutputs = false;
        rig.Memory.Phase = DataPhase.Forwarding; // forwarding: a mark waits for the workers
        byte[][] access = [.. Enumerable.Repeat(Vectors.W01, 4), Frames.FromHost(destination: Frames.Broadcast), Frames.FromHost(source: "02:00:00:00:0a:55"), Frames.FromHost(tags: Frames.Tag(9))];
        byte[][] underlay = [.. Enumerable.Repeat(Vectors.W03, 4), Vectors.W09, Vectors.W19, UnderlayDropTests.Arp()];
        int running = Workers;
        var failures = new List<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, Workers).Select(i => new Thread(() => Work(i)))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        // Meanwhile control does what it does: next hops come and go, ticks pass, snapshots change, rings are emptied.
        var random = new Random(7);
        while (Volatile.Read(ref running) > 0)
        {
            rig.SetHop(2, (NextHopState)random.Next(1, 5), Frames.Router);
            rig.Memory.Header->AgeTick = (uint)random.Next(1, 256);
            var mark = new QuiescentMark(rig.Memory);
            var patience = System.Diagnostics.Stopwatch.StartNew();
            while (!mark.HasPassed && Volatile.Read(ref running) == Workers && patience.ElapsedMilliseconds < 100)
            {
                Thread.Yield();
            }

            if (mark.HasPassed)
            {
                rig.Sketch.Publish(rig.Memory); // the other slot: nobody looks at it any more
            }

            _ = rig.Punts(PuntClass.Neighbor);
            _ = rig.Punts(PuntClass.Learn);
            Thread.Yield();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        Assert.Empty(failures);
        rig.Settle();
        rig.AssertClosed();
        Assert.Equal((ulong)(Workers * Rounds * (access.Length + underlay.Length)), rig.Total(s => s.Value->Received));
        rig.Resolve(2, Frames.Router);
        rig.Settle();
        Assert.Equal(0ul, rig.Total(s => s.Value->Held));
        Assert.Equal(0, rig.Memory.NextHops[2].Held);

        void Work(int index)
        {
            try
            {
                for (int round = 0; round < Rounds; round++)
                {
                    foreach (byte[] frame in access)
                    {
                        rig.Device.Inputs[Rig.Access][index].Enqueue((nint)rig.Device.Pool.Receive(frame, 1));
                    }

                    foreach (byte[] frame in underlay)
                    {
                        rig.Device.Inputs[Rig.Underlay][index].Enqueue((nint)rig.Device.Pool.Receive(frame, 1));
                    }

                    while (rig.Workers[index].Poll() && rig.Device.Pool.InUse > 2000)
                    {
                        // what waits on rings between workers drains before more comes
                    }
                }

                while (rig.Workers[index].Poll())
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
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }
    }
}

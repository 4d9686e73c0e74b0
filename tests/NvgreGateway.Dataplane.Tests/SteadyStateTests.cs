using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>The steady state of a worker allocates nothing on the managed heap: the process that polls never collects.</summary>
public unsafe class SteadyStateTests
{
    [Fact]
    public void A_million_packets_allocate_nothing()
    {
        using var rig = new Rig(32, buffers: 512);
        rig.Device.KeepOutputs = false;
        // Both directions, and what is replicated, dropped, learned and handed to control.
        byte[][] access = [.. Enumerable.Repeat(Vectors.W01, 26), Frames.FromHost(destination: Frames.Broadcast), Frames.FromHost(source: "02:00:00:00:0a:55"), Frames.FromHost(tags: Frames.Tag(9)), Frames.FromHost(destination: "00:15:5d:00:00:55"), Vectors.W01, Vectors.W01];
        byte[][] underlay = [.. Enumerable.Repeat(Vectors.W03, 26), Vectors.W09, Vectors.W19, UnderlayDropTests.Arp(), Vectors.W20, Vectors.W03, Vectors.W03];
        SpscRing neighbor = rig.Memory.Punt(0, PuntClass.Neighbor), learn = rig.Memory.Punt(0, PuntClass.Learn);
        void Rounds(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Feed(access, Rig.Access);
                Feed(underlay, Rig.Underlay);
                rig.Workers[0].Poll();
                rig.Workers[0].Poll();
                while (neighbor.Peek() != null)
                {
                    neighbor.Release();
                }

                while (learn.Peek() != null)
                {
                    learn.Release();
                }
            }
        }

        void Feed(byte[][] frames, int port)
        {
            Queue<nint> queue = rig.Device.Inputs[port][0];
            foreach (byte[] frame in frames)
            {
                queue.Enqueue((nint)rig.Device.Pool.Receive(frame, 0));
            }
        }

        Rounds(200);
        ulong before = rig.Total(s => s.Value->Received);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        Rounds(16_000);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Assert.Equal(16_000ul * 64, rig.Total(s => s.Value->Received) - before);
        Assert.Equal(0, allocated);
    }
}

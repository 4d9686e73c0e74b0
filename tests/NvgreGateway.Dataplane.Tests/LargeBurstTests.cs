using System.Runtime.InteropServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>How many large frames are taken from a port at once.</summary>
public sealed unsafe class LargeBurstTests
{
    [Theory]
    [InlineData(32u, 32u * 65000, 32u, 2u)]
    [InlineData(2u, 2u * 65000, 32u, 2u)]
    [InlineData(32u, 65000u, 32u, 0u)] // one among 31 small ones: no need
    [InlineData(32u, 16u * 16000, 32u, 16u)]
    [InlineData(4u, 4u * 3000, 32u, 0u)]
    [InlineData(1u, 65000u, 1u, 0u)]
    public void ABurstIsLimitedToWhatCachesHold(uint n, uint bytes, uint burst, uint most)
    {
        WorkerContext* w = (WorkerContext*)NativeMemory.AlignedAlloc((nuint)sizeof(WorkerContext), 64);
        try
        {
            NativeMemory.Clear(w, (nuint)sizeof(WorkerContext));
            w->LargePorts = 1 << 3;
            w->LargeBytes = bytes;
            LargeBurst.Adapt(w, 5, n, burst);
            Assert.Equal(most == 0 ? 1ul << 3 : 1 << 3 | 1 << 5, w->LargePorts);
            Assert.Equal(most, w->LargeMost);
            Assert.Equal(0u, w->LargeBytes);

            LargeBurst.Adapt(w, 5, n, burst); // a burst without any
            Assert.Equal(1ul << 3, w->LargePorts);
        }
        finally
        {
            NativeMemory.AlignedFree(w);
        }
    }

    [Fact]
    public void WorkersTakeFewLargeFramesAtOnce()
    {
        using var rig = new Rig(change: static r => OffloadTests.Take(r, PortOffloads.None, PortOffloads.None), buffers: 1024);
        rig.Settle();
        Feed(4);
        Poll();
        Assert.Equal(4ul, rig.Memory.Statistics(0)->Received);
        Feed(8);
        Poll();
        Assert.Equal(6ul, rig.Memory.Statistics(0)->Received); // 128 KB of frames of 56 KB
        rig.Settle();
        Assert.Equal(12ul, rig.Memory.Statistics(0)->Received);
        for (int i = 0; i < 32; i++)
        {
            rig.Feed(Rig.Access, Frames.FromHost());
        }

        Poll(); // the first burst behind large frames is as short as theirs
        Poll();
        Assert.Equal(44ul, rig.Memory.Statistics(0)->Received);
        rig.AssertNoDrops();

        void Poll() => rig.Workers[0].Poll();

        void Feed(int frames)
        {
            for (int i = 0; i < frames; i++)
            {
                Mbuf* m = rig.Device.Pool.Receive(SegmentationTests.Frame(56000).AsSpan(0, 8000), 1, headroom: 128), last = m;
                for (int at = 8000; at < 56058; at += 8000, m->NbSegs++)
                {
                    last->Next = rig.Device.Pool.Receive(SegmentationTests.Frame(56000).AsSpan(at, Math.Min(8000, 56058 - at)), 1);
                    last = last->Next;
                }

                m->PktLen = 56058;
                m->OlFlags = MbufFlags.RxLro | MbufFlags.RxL4ChecksumNone;
                m->TxOffload = Mbuf.PackTxOffload(0, 0, segment: 1400);
                rig.Enqueue(Rig.Access, (nint)m);
            }
        }
    }
}

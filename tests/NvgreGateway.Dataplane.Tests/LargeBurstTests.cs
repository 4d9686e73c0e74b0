using System.Runtime.InteropServices;

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
}

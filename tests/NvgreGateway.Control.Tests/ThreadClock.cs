using System.Runtime.InteropServices;

namespace NvgreGateway.Control.Tests;

/// <summary>Processor time of this thread: what a piece of code costs, however busy the machine is.</summary>
internal static partial class ThreadClock
{
    private const int ThreadProcessorTime = 3; // CLOCK_THREAD_CPUTIME_ID

    /// <summary>Seconds that this thread has run.</summary>
    public static double Seconds
    {
        get
        {
            Assert.Equal(0, GetTime(ThreadProcessorTime, out Time time));
            return time.Seconds + (time.Nanoseconds / 1e9);
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}

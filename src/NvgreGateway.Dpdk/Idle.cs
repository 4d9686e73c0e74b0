using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace NvgreGateway.Dpdk;

/// <summary>Ways for a polling thread to wait. None allocates, none needs the native library.</summary>
public static unsafe partial class Idle
{
    /// <summary>Tells the processor that this is a waiting loop (PAUSE): tens of cycles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pause()
    {
        if (X86Base.IsSupported)
        {
            X86Base.Pause();
        }
        else
        {
            Thread.SpinWait(1);
        }
    }

    /// <summary>
    /// Gives the core up for at least <paramref name="nanoseconds"/>; the kernel adds its timer slack, 50 microseconds unless set otherwise.
    /// Returns early on a signal.
    /// </summary>
    /// <param name="nanoseconds">0 or more.</param>
    public static void Sleep(long nanoseconds)
    {
        var time = new TimeSpec { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
        // The only failures are an interrupting signal, which the caller's loop absorbs, and a negative time.
        _ = NanoSleep(&time, null);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(TimeSpec* wanted, TimeSpec* left);

    private struct TimeSpec
    {
        internal long Seconds;
        internal long Nanoseconds;
    }
}

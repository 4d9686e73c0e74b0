using System.Runtime.InteropServices;

namespace NvgreGateway.Dpdk;

/// <summary>Which processors a thread may run on (<c>sched_setaffinity</c>). Threads that a pinned thread starts inherit its set.</summary>
public static unsafe partial class CpuAffinity
{
    private const int Words = 16; // 1024 processors, the size of glibc's cpu_set_t

    /// <summary>Processors that the calling thread may run on, ascending.</summary>
    public static IReadOnlyList<int> Current()
    {
        var mask = stackalloc ulong[Words];
        NativeMemory.Clear(mask, Words * sizeof(ulong));
        if (GetAffinity(0, Words * sizeof(ulong), mask) < 0)
        {
            throw new DpdkException("reading the processors of this thread", -Marshal.GetLastSystemError());
        }

        var cpus = new List<int>();
        for (var cpu = 0; cpu < Words * 64; cpu++)
        {
            if ((mask[cpu / 64] >> (cpu % 64) & 1) != 0)
            {
                cpus.Add(cpu);
            }
        }

        return cpus;
    }

    /// <summary>Confines the calling thread.</summary>
    /// <param name="cpus">At least one processor that exists and that the process may use.</param>
    /// <exception cref="DpdkException">There is none such.</exception>
    public static void Set(IEnumerable<int> cpus)
    {
        var list = cpus.ToList();
        var mask = stackalloc ulong[Words];
        NativeMemory.Clear(mask, Words * sizeof(ulong));
        foreach (var cpu in list)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(cpu);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(cpu, Words * 64);
            mask[cpu / 64] |= 1ul << (cpu % 64);
        }

        if (SetAffinity(0, Words * sizeof(ulong), mask) < 0)
        {
            throw new DpdkException($"pinning this thread to processor {string.Join(",", list)}", -Marshal.GetLastSystemError(),
                $"This machine lets the process use {string.Join(",", Current())}");
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint size, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint size, ulong* mask);
}

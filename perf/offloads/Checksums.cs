using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Packets;

namespace NvgreGateway.OffloadBench;

/// <summary>
/// Our sum beside <c>rte_raw_cksum</c>, compiled for this processor and as a package is (rawcksum.c), over the same bytes on the same core in
/// turn. Each is called in a loop of its own language, so that no border is crossed in what is measured.
/// </summary>
internal static unsafe class Checksums
{
    private static readonly int[] s_lengths = [20, 40, 64, 128, 256, 512, 1024, 1460, 4096, 9000, 65535];

    public static void Run(Program.Options options)
    {
        int runs = options.Int("runs", 9);
        ulong window = (ulong)(options.Real("secs", 0.02) * Tsc.Hertz);
        string folder = options.Text("raw", AppContext.BaseDirectory);
        var native = (delegate* unmanaged<byte*, nuint, ulong, ulong>)NativeLibrary.GetExport(NativeLibrary.Load(Path.Combine(folder, "rawcksum-native.so")), "raw_cksum_loop");
        var generic = (delegate* unmanaged<byte*, nuint, ulong, ulong>)NativeLibrary.GetExport(NativeLibrary.Load(Path.Combine(folder, "rawcksum-generic.so")), "raw_cksum_loop");
        byte* data = (byte*)NativeMemory.AlignedAlloc(65536 + 64, 64);
        var random = new Random(1071);
        random.NextBytes(new Span<byte>(data, 65536 + 64));
        for (int warm = 0; warm < 200; warm++)
        {
            foreach (int length in s_lengths)
            {
                byte* p = data + 2; // as behind an Ethernet header: even, and on no boundary
                ulong ours = Loop(p, (uint)length, 50);
                if (ours != native(p, (nuint)length, 50) || ours != generic(p, (nuint)length, 50))
                {
                    throw new InvalidOperationException($"{length} bytes: the sums differ");
                }
            }

            Thread.Sleep(5); // for the compiler's own thread
        }

        Console.WriteLine("bytes | ours cycles | -march=native cycles | generic cycles | ours GB/s | native / ours | generic / ours");
        foreach (int length in s_lengths)
        {
            byte* p = data + 2;
            uint n = (uint)length;
            double[] a = new double[runs], b = new double[runs], c = new double[runs], x = new double[runs], y = new double[runs];
            for (int run = 0; run < runs; run++)
            {
                a[run] = Cycles(window, t => Loop(p, n, t));
                b[run] = Cycles(window, t => native(p, n, t));
                c[run] = Cycles(window, t => generic(p, n, t));
                x[run] = b[run] / a[run];
                y[run] = c[run] / a[run];
            }

            double gigabytes = length / Median(a) * Tsc.Hertz / 1e9;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{length} | {Spread(a, "F1")} | {Spread(b, "F1")} | {Spread(c, "F1")} | {gigabytes:F1} | {Spread(x, "F2")} | {Spread(y, "F2")}"));
        }
    }

    private static double Cycles(ulong window, Func<ulong, ulong> body)
    {
        ulong times = 64, took;
        for (; ; times *= 2)
        {
            ulong begun = Tsc.Read();
            _ = body(times);
            took = Tsc.Read() - begun;
            if (took >= window / 8)
            {
                break;
            }
        }

        times = (ulong)(times * ((double)window / took)) + 1;
        ulong from = Tsc.Read();
        _ = body(times);
        return (Tsc.Read() - from) / (double)times;
    }

    // The JIT must not think that it knows what the last turn gave.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong Loop(byte* p, uint length, ulong times)
    {
        ulong sum = 0;
        for (ulong i = 0; i < times; i++)
        {
            sum += InternetChecksum.Fold(InternetChecksum.Add(0, p, length));
        }

        return sum;
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static string Spread(double[] values, string format) => string.Create(
        CultureInfo.InvariantCulture, $"{Median(values).ToString(format, CultureInfo.InvariantCulture)} [{values.Min().ToString(format, CultureInfo.InvariantCulture)}-{values.Max().ToString(format, CultureInfo.InvariantCulture)}]");
}

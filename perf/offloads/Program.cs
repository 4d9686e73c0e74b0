using System.Globalization;
using NvgreGateway.Dpdk;

namespace NvgreGateway.OffloadBench;

/// <summary>
/// Measures the software twins of offloads on one core, as perf/README.md describes: <c>offload-bench segments|checksums|joining|flooding [--core N]
/// [--runs N] [--secs S] ...</c>. One line for each window.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (args.Length % 2 == 0)
        {
            Console.Error.WriteLine("usage: offload-bench segments|checksums|joining|flooding [--core N] [--runs N] [--secs S] [--peers N] [--pkts N] [--room BYTES] [--mss N] [--payload N] [--outer 4|6] [--inner 4|6] [--udp 0|1] [--share 0|1] [--asks 0|1] [--hold PACKETS] [--raw LIBRARY]");
            return 2;
        }

        var options = new Options(args.Skip(1).Chunk(2).ToDictionary(static p => p[0].TrimStart('-'), static p => p[1], StringComparer.Ordinal));
        Action? body = args[0] switch
        {
            "segments" => () => new Segments(options).Run(),
            "checksums" => () => Checksums.Run(options),
            "joining" => () => Joining.Run(options),
            "flooding" => () => Flooding.Run(options),
            _ => null,
        };
        if (body == null)
        {
            Console.Error.WriteLine($"'{args[0]}' is none of segments, checksums, joining, flooding");
            return 2;
        }

        // A process that runs under a real-time class hands it to this thread, and to none of the runtime's own that matters here.
        using Eal eal = Eal.Start(new EalOptions { FilePrefix = $"offload-bench-{Environment.ProcessId}", ExtraArguments = ["--log-level=3"] });
        WorkerThread thread = WorkerThread.Start("bench", options.Int("core", 3), body);
        thread.Join();
        if (thread.Failure != null)
        {
            Console.Error.WriteLine(thread.Failure);
            return 1;
        }

        return 0;
    }

    internal sealed class Options(Dictionary<string, string> values)
    {
        public int Int(string name, int otherwise) => values.TryGetValue(name, out string? v) ? int.Parse(v, CultureInfo.InvariantCulture) : otherwise;

        public double Real(string name, double otherwise) => values.TryGetValue(name, out string? v) ? double.Parse(v, CultureInfo.InvariantCulture) : otherwise;

        public string Text(string name, string otherwise) => values.GetValueOrDefault(name, otherwise);
    }
}

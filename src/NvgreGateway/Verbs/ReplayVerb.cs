using System.Text.Json;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;
using NvgreGateway.Replay;
using Spectre.Console;

namespace NvgreGateway.Verbs;

internal static class ReplayVerb
{
    internal static int Run(ReplayVerbOptions options)
    {
        if (options.Burst is < 1 or > 128 || options.Workers is < 1 or > 64)
        {
            Console.Error.WriteLine("replay: --burst is 1 to 128, --workers is 1 to 64");
            return ExitCode.Usage;
        }

        PortOffloads offloads = PortOffloads.None;
        if (options.Offload is { } names && ReplayOffloads.Read(names, out offloads) is { } unknown)
        {
            Console.Error.WriteLine($"replay: --offload {names}: no '{unknown}' (any of {string.Join(", ", ReplayOffloads.Known)}, with commas between)");
            return ExitCode.Usage;
        }

        GatewayConfiguration? configuration = ConfigurationFile.Read(options.Config);
        if (configuration is null)
        {
            return ExitCode.Usage;
        }

        var captures = new List<CaptureFile>();
        try
        {
            List<ReplayInput>? inputs = Captures.Open("replay", options.In, configuration, captures);
            if (inputs is null)
            {
                return ExitCode.Usage;
            }

            Directory.CreateDirectory(options.Out);
            string extension = options.Offload is null ? ".pcap" : ".pcapng";
            CaptureWriter[] writers = [.. configuration.Ports.Select(p => Path.Combine(options.Out, p.Name + extension))
                .Select(path => options.Offload is null ? (CaptureWriter)new PcapWriter(path) : new PcapngWriter(path))];
            try
            {
                ReplayResult result = ReplayRunner.Run(
                    configuration,
                    inputs,
                    new ReplayOptions { Burst = options.Burst, Workers = options.Workers, Offloads = offloads },
                    (port, frame) => writers[port].Write(frame.Nanoseconds, frame.Bytes, frame.Asked));
                if (options.Json)
                {
                    PrintJson(result);
                }
                else
                {
                    Print(result, configuration, options.Out, extension);
                }

                return result.Difference == 0 && result.MbufsInUse == 0 ? ExitCode.Done : Unaccounted(result);
            }
            finally
            {
                foreach (CaptureWriter writer in writers)
                {
                    writer.Dispose();
                }
            }
        }
        catch (CaptureFormatException e)
        {
            Console.Error.WriteLine($"replay: {e.Message}");
            return ExitCode.Failed;
        }
        finally
        {
            captures.ForEach(c => c.Dispose());
        }
    }

    private static int Unaccounted(ReplayResult result)
    {
        Console.Error.WriteLine($"replay: the accounting does not close: {result.Difference} packets, {result.MbufsInUse} buffers");
        return ExitCode.Failed;
    }

    private static void PrintJson(ReplayResult result)
    {
        using var writer = new Utf8JsonWriter(Console.OpenStandardOutput(), new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteNumber("received", result.Received);
        writer.WriteNumber("transmitted", result.Transmitted);
        writer.WriteNumber("consumed", result.Consumed);
        writer.WriteNumber("copies", result.Copies);
        Map(writer, "drops", result.Drops);
        Map(writer, "counters", result.Counters);
        writer.WriteStartObject("ports");
        foreach (ReplayPortResult port in result.Ports)
        {
            writer.WriteStartObject(port.Name);
            writer.WriteNumber("received", port.Received);
            writer.WriteNumber("transmitted", port.Transmitted);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        Console.Out.WriteLine();
    }

    private static void Map(Utf8JsonWriter writer, string name, IReadOnlyDictionary<string, ulong> map)
    {
        writer.WriteStartObject(name);
        foreach ((string key, ulong value) in map)
        {
            writer.WriteNumber(key, value);
        }

        writer.WriteEndObject();
    }

    private static void Print(ReplayResult result, GatewayConfiguration configuration, string folder, string extension)
    {
        Table ports = Tables.Make("port", "role", "#received", "#transmitted", "written to");
        foreach ((ReplayPortResult port, PortConfiguration configured) in result.Ports.Zip(configuration.Ports))
        {
            ports.AddRow(
                Tables.Text(port.Name), Tables.Text(configured.Role.ToString().ToLowerInvariant()), Tables.Number(port.Received),
                Tables.Number(port.Transmitted), Tables.Text(Path.Combine(folder, port.Name + extension)));
        }

        Tables.Print(ports);
        Console.Out.WriteLine();
        Table totals = Tables.Make("of the frames received", "#count");
        totals.AddRow(Tables.Text("transmitted (a copy left)"), Tables.Number(result.Transmitted));
        totals.AddRow(Tables.Text("consumed (handed to control)"), Tables.Number(result.Consumed));
        foreach ((string reason, ulong count) in result.Drops)
        {
            totals.AddRow(Tables.Text(reason), Tables.Number(count));
        }

        totals.AddRow(Tables.Text("received"), Tables.Number(result.Received));
        Tables.Print(totals);
        if (result.Counters.Count > 0)
        {
            Console.Out.WriteLine();
            Table counters = Tables.Make("counter", "#count");
            foreach ((string name, ulong count) in result.Counters)
            {
                counters.AddRow(Tables.Text(name), Tables.Number(count));
            }

            Tables.Print(counters);
        }
    }
}

using System.Text.Json;
using NvgreGateway.Control.Api;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tracing;
using NvgreGateway.Replay;

namespace NvgreGateway.Verbs;

internal static class TraceVerb
{
    internal static int Run(TraceOptions options)
    {
        bool offline = options.Config is not null || options.In.Any();
        if (offline && (options.Config is null || !options.In.Any() || options.Name is not null))
        {
            Console.Error.WriteLine("trace: either --config FILE and --in PORT=FILE, or a running gateway (--name NAME)");
            return ExitCode.Usage;
        }

        return offline ? Offline(options) : Live(options);
    }

    private static TraceRequest Request(TraceOptions options) =>
        new() { Count = options.Count ?? 10, TimeoutSeconds = options.Timeout, Vsid = options.Vsid, Vlan = options.Vlan, Mac = options.Mac, Peer = options.Peer };

    private static void Print(TraceOptions options, TracePacket packet)
    {
        if (options.Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(packet, ApiJson.Default.TracePacket));
        }
        else
        {
            Console.Out.WriteLine(TraceText.Of(packet, options.Bytes));
        }
    }

    private static int Offline(TraceOptions options)
    {
        if (options.Count is < 1)
        {
            Console.Error.WriteLine("trace: --count is at least 1");
            return ExitCode.Usage;
        }

        GatewayConfiguration? configuration = ConfigurationFile.Read(options.Config!);
        if (configuration is null)
        {
            return ExitCode.Usage;
        }

        var captures = new List<CaptureFile>();
        try
        {
            List<ReplayInput>? inputs = Captures.Open("trace", options.In, configuration, captures);
            if (inputs is null)
            {
                return ExitCode.Usage;
            }

            ReplayResult result = ReplayRunner.Run(
                configuration,
                inputs,
                new ReplayOptions { Trace = packet => Print(options, packet), TraceFilter = Request(options), TraceCount = (uint)(options.Count ?? int.MaxValue) },
                static (_, _) => { });
            TellLost(result.TraceLost);
            return ExitCode.Done;
        }
        catch (CaptureFormatException e)
        {
            Console.Error.WriteLine($"trace: {e.Message}");
            return ExitCode.Failed;
        }
        catch (ArgumentException e)
        {
            Console.Error.WriteLine($"trace: {e.Message}");
            return ExitCode.Usage;
        }
        finally
        {
            captures.ForEach(static c => c.Dispose());
        }
    }

    private static int Live(TraceOptions options)
    {
        string? name = Running.Find(options.Name, out string error);
        if (name is null)
        {
            Console.Error.WriteLine(error);
            return ExitCode.Failed;
        }

        using var client = new ControlClient(name);
        TraceEnd end = client.TraceAsync(Request(options), packet => Print(options, packet)).GetAwaiter().GetResult();
        TellLost(end.Lost);
        if (end.Packets < (options.Count ?? 10))
        {
            Console.Error.WriteLine($"trace: {end.Packets} packets in {options.Timeout} seconds");
        }

        return ExitCode.Done;
    }

    private static void TellLost(uint lost)
    {
        if (lost != 0)
        {
            Console.Error.WriteLine($"trace: {lost} stages are missing: there was no room for them");
        }
    }
}

using System.Runtime.InteropServices;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tracing;
using NvgreGateway.Replay;

namespace NvgreGateway.Tests.Conformance;

/// <summary>One run through the gateway's workers and control code, in process.</summary>
internal sealed class Replayed
{
    private Replayed(ReplayResult result, IReadOnlyList<List<Frame>> output)
    {
        Result = result;
        Output = output;
    }

    /// <summary>The numbers of bursts and workers that every case runs with; the result must not depend on them.</summary>
    public static IReadOnlyList<(int Burst, int Workers)> Ways { get; } = [(32, 1), (1, 1), (32, 2), (1, 2)];

    public ReplayResult Result { get; }

    /// <summary>What each port sent, in the order of the configuration.</summary>
    public IReadOnlyList<List<Frame>> Output { get; }

    /// <summary>Reads a configuration that must be valid.</summary>
    public static GatewayConfiguration Configure(string json)
    {
        ConfigurationResult read = ConfigurationLoader.Parse(json);
        Assert.True(read.Configuration is not null, "the configuration is refused: " + string.Join("; ", read.Errors));
        return read.Configuration!;
    }

    /// <summary>Runs frames that ports receive.</summary>
    public static unsafe Replayed Run(GatewayConfiguration configuration, IReadOnlyList<(string Port, IReadOnlyList<Frame> Frames)> inputs, int burst, int workers, Action<TracePacket>? trace = null)
    {
        List<List<Frame>> output = [.. configuration.Ports.Select(_ => new List<Frame>())];
        ReplayResult result = Run(configuration, inputs, burst, workers, (port, time, bytes) => output[port].Add(new Frame(time, bytes)), trace);
        return new Replayed(result, output);
    }

    /// <summary>The same with ports that offer offloads; the sink gets the frames with what they ask for.</summary>
    public static ReplayResult RunOffering(
        GatewayConfiguration configuration, IReadOnlyList<(string Port, IReadOnlyList<Frame> Frames)> inputs, ReplayOptions options, Action<int, ReplayFrame> sink) =>
        Run(configuration, inputs, options, sink);

    /// <summary>The same, with a sink of one's own.</summary>
    public static unsafe ReplayResult Run(
        GatewayConfiguration configuration, IReadOnlyList<(string Port, IReadOnlyList<Frame> Frames)> inputs, int burst, int workers, Action<int, ulong, byte[]> sink,
        Action<TracePacket>? trace = null) =>
        Run(configuration, inputs, new ReplayOptions { Burst = burst, Workers = workers, Trace = trace }, (port, frame) => sink(port, frame.Nanoseconds, frame.Bytes));

    private static unsafe ReplayResult Run(
        GatewayConfiguration configuration, IReadOnlyList<(string Port, IReadOnlyList<Frame> Frames)> inputs, ReplayOptions options, Action<int, ReplayFrame> sink)
    {
        long size = inputs.Sum(i => i.Frames.Sum(f => (long)f.Bytes.Length));
        byte* memory = (byte*)NativeMemory.Alloc((nuint)size + 1);
        try
        {
            byte* at = memory;
            List<ReplayInput> made = [];
            foreach ((string port, IReadOnlyList<Frame> frames) in inputs)
            {
                List<CapturedPacket> packets = new(frames.Count);
                foreach (Frame frame in frames)
                {
                    frame.Bytes.CopyTo(new Span<byte>(at, frame.Bytes.Length));
                    ReceivedMetadata? said = null;
                    Assert.Null(frame.Said is null ? null : ReceivedMetadata.Read(frame.Said, out said));
                    packets.Add(new CapturedPacket(at, frame.Bytes.Length, (uint)frame.Bytes.Length, frame.Nanoseconds, said));
                    at += frame.Bytes.Length;
                }

                made.Add(new ReplayInput(port, packets));
            }

            return ReplayRunner.Run(configuration, made, options, sink);
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }

    /// <summary>The accounting closes (F-020) and every buffer is back.</summary>
    public static void AssertClosed(ReplayResult result)
    {
        Assert.Equal(0, result.Difference);
        Assert.Equal(result.Received, result.Transmitted + result.Consumed + (ulong)result.Drops.Values.Sum(v => (long)v));
        Assert.Equal(result.Received, (ulong)result.Ports.Sum(p => (long)p.Received));
        Assert.Equal(result.Copies, (ulong)result.Ports.Sum(p => (long)p.Transmitted));
        Assert.Equal(0, result.MbufsInUse);
    }
}

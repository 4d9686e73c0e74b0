using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Control.Tracing;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Tests.Tracing;

/// <summary>What control says of traced packets, and who may still trace after a restart.</summary>
public sealed class TracingTests
{
    private const string W02 = "0200000002fe0200000002010800" + "45000066000040004"
        + "02f4e2ac0000201c633640a" + "20006558" + "00138924" + "00155d00000b0200000" + "00a010800" + "4500003c010240008001e2ea0a0101c80a01010b" + "08003b27123400016162636465666768696a6b6c6d6e6f707172737475767761626364656667686900";

    [Fact]
    public void EveryReasonNamesRowsThatExist()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "NvgreGateway.sln")))
        {
            root = root.Parent;
        }

        HashSet<string> rows = [.. File.ReadLines(Path.Combine(root!.FullName, "tests", "requirements.tsv")).Select(static l => l.Split('\t')[0])];
        for (var reason = (DropReason)1; reason < DropReason.Count; reason++)
        {
            Assert.NotEmpty(DropRules.Of(reason));
            Assert.All(DropRules.Of(reason), row => Assert.Contains(row, rows));
        }
    }

    [Fact]
    public void HeadersAreToldAsFarAsTheyGo()
    {
        byte[] frame = Convert.FromHexString(W02[..^2]);
        Assert.Equal(
            "02:00:00:00:02:01 > 02:00:00:00:02:fe, IPv4 192.0.2.1 > 198.51.100.10, GRE VSID 5001 FlowID 0x24 "
            + "[02:00:00:00:0a:01 > 00:15:5d:00:00:0b, IPv4 10.1.1.200 > 10.1.1.11 ICMP type 8 code 0]",
            FrameSummary.Of(frame));
        Assert.Equal("IPv4 192.0.2.1 > 198.51.100.10 DSCP 0 ECN 0 TTL 64, GRE VSID 5001 FlowID 0x24", FrameSummary.Outer(frame));
        for (int length = 0; length < frame.Length; length++)
        {
            Assert.NotEmpty(FrameSummary.Of(frame.AsSpan(0, length)));
        }
    }

    [Fact]
    public void NoBytesMakeTheSummaryFail()
    {
        byte[] whole = Convert.FromHexString(W02);
        var random = new Random(33);
        for (int i = 0; i < 200_000; i++)
        {
            byte[] frame = whole[..random.Next(whole.Length + 1)];
            for (int change = random.Next(6); change > 0 && frame.Length > 12; change--)
            {
                frame[random.Next(12, frame.Length)] = (byte)random.Next(256);
            }

            FrameSummary.Of(frame);
            FrameSummary.Outer(frame);
            FrameSummary.Mss(frame);
            FrameSummary.TrafficClass(frame, random.Next(64));
        }
    }

    [Fact]
    public unsafe void ANewControlProcessEndsTheTraceOfTheOneBefore()
    {
        using var f = new PlaneFixture();
        Assert.NotNull(TraceSession.Begin(f.Plane, new TraceRequest { Vsid = 5001, Peer = "2001:db8::2" }, 1, out string? error));
        Assert.Null(error);
        uint session = f.Memory.Header->TraceSession;
        Assert.InRange(session, 1u, 255u);
        var successor = new ControlPlane(f.Memory, f.Configuration, f.Log, new ControlOptions { Ordered = true });
        successor.Start(f.Now + PlaneFixture.Second);
        Assert.Equal(0u, f.Memory.Header->TraceSession);
        Assert.NotNull(TraceSession.Begin(successor, new TraceRequest(), 1, out _));
        Assert.NotEqual(session, f.Memory.Header->TraceSession); // packets that still carry the number of the first are not meant
    }
}

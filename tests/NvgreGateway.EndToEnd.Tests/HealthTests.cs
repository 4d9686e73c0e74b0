using System.Diagnostics;
using System.Globalization;
using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>Liveness, readiness and the order of a start.</summary>
public class HealthTests
{
    private const int Stop = 19;
    private const int Continue = 18;

    [Fact]
    [Requirement("F-010")]
    public void A_stalled_worker_fails_liveness_within_two_seconds()
    {
        using Lab lab = new();
        OvsSite site = new(lab, "af_packet");
        site.Start();
        Traffic.MustPing(site.Host.Namespace, OvsPeer.TenantAddress);
        Assert.Equal(200, site.Gateway.Fetch("/healthz").Status);
        Assert.Equal(200, site.Gateway.Fetch("/readyz").Status);

        int dataplane = site.Gateway.ProcessOf("dataplane")!.Value;
        BackgroundProcess.Signal(dataplane, Stop);
        try
        {
            Stopwatch watch = Stopwatch.StartNew();
            double asked = 0;
            bool Fails()
            {
                double now = watch.Elapsed.TotalSeconds;
                bool fails = site.Gateway.Fetch("/healthz").Status is not 200;
                asked = fails ? asked : now;
                return fails;
            }

            Assert.True(Shell.Eventually(Fails, 30, 50), "liveness still holds while no worker loops");
            // When it was asked for the last time that it still held: how long an answer takes is the machine's. Half a second is for a busy one.
            Assert.InRange(asked, 0, 2.5);
        }
        finally
        {
            if (Directory.Exists($"/proc/{dataplane}"))
            {
                BackgroundProcess.Signal(dataplane, Continue);
            }
        }

        Assert.True(Shell.Eventually(() => site.Gateway.Fetch("/healthz").Status == 200, 30), "liveness does not come back");
        Traffic.MustPing(site.Host.Namespace, OvsPeer.TenantAddress);
        Accounting.MustClose(site.Gateway);
        site.Gateway.Stop();
    }

    [Fact]
    [Requirement("F-008")]
    public void Nothing_leaves_before_the_configuration_is_complete()
    {
        using Lab lab = new();
        OvsSite site = new(lab, "af_packet");
        string host = site.Host.Namespace;
        // Both sides call while nobody is there: whoever forwards too early answers one of them.
        using BackgroundProcess fromHost = new(lab.LogFile("ping-host"), "ip", "netns", "exec", host, "ping", "-i", "0.05", "-W", "1", OvsPeer.TenantAddress);
        using BackgroundProcess fromPeer = new(lab.LogFile("ping-peer"), "ip", "netns", "exec", site.Ovs.Namespace, "ping", "-i", "0.05", "-W", "1", OvsPeer.GatewayAddress);
        double started = Now();
        site.Start();
        double ready = Now();
        Assert.True(Shell.Eventually(() => site.UnderlayCapture!.Count($"icmp && gre && ip.src == {OvsPeer.Address}") > 0, 40, 500), "it does not forward");
        site.AccessCapture.Stop();
        site.UnderlayCapture!.Stop();

        // The first frame of the gateway on either wire, whatever it is, comes after its start-up is complete: that is when
        // it says so in its log, and never in the first moments, when devices come up before any table is there.
        double complete = double.Parse(ReadyTime(site.Gateway), CultureInfo.InvariantCulture);
        Assert.InRange(complete, started, ready);
        foreach ((Capture capture, string filter) in new[] { (site.AccessCapture, $"!(frame[6:6] == {site.Host.Mac})"), (site.UnderlayCapture, $"frame[6:6] == {Configurations.UnderlayMac}") })
        {
            double first = double.Parse(capture.Lines(filter, "frame.time_epoch")[0], CultureInfo.InvariantCulture);
            Assert.True(first >= complete - 0.005, $"a frame left {complete - first:f3} s before the gateway was complete: {capture.Path}");
        }

        site.Gateway.Stop();
    }

    private static double Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>The time of the event in which forwarding begins, in seconds of the epoch.</summary>
    private static string ReadyTime(Gateway gateway)
    {
        string line = gateway.Supervisor.Output.Split('\n').First(l => l.Contains("event=forwarding", StringComparison.Ordinal));
        DateTimeOffset time = DateTimeOffset.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return (time.ToUnixTimeMilliseconds() / 1000.0).ToString(CultureInfo.InvariantCulture);
    }
}

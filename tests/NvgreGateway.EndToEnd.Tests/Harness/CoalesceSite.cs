namespace NvgreGateway.EndToEnd.Tests;

/// <summary>An <see cref="OffloadSite"/> of its own, for tests that let the gateway join what leaves for <c>one</c>.</summary>
public sealed class CoalesceSite : OffloadSite
{
    /// <summary>Reads the configuration again with <c>coalesce</c> of access0 as told, and waits until it is in force.</summary>
    internal void Coalesce(bool on)
    {
        Gateway.Configuration["ports"]![0]!["coalesce"] = on;
        Gateway.WriteConfiguration();
        Gateway.Supervisor.Signal(1);
        Assert.True(Shell.Eventually(() => (bool?)Gateway.Show("config")["ports"]![0]!["coalesce"] == on, 60), "the file was not read again");
    }

    /// <summary>Large frames that were made for <c>one</c> so far, and of how many segments.</summary>
    internal (long Frames, long Segments) Joined()
    {
        MetricsSnapshot metrics = Gateway.Metrics();
        return (metrics.Count(MetricNames.JoinedFrames, ("port", "access0")), metrics.Count(MetricNames.JoinedSegments, ("port", "access0")));
    }
}

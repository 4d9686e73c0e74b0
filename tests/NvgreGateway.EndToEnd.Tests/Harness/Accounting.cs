namespace NvgreGateway.EndToEnd.Tests;

/// <summary>What the gateway's counters must say when a test is over.</summary>
internal static class Accounting
{
    /// <summary>
    /// Fails the test where received frames are not all accounted for: received = transmitted + consumed + held + drops
    /// (F-020), and where the buffers are not back in their pools.
    /// </summary>
    public static void MustClose(Gateway gateway)
    {
        string last = "";
        bool closed = Shell.Eventually(() =>
        {
            MetricsSnapshot m = gateway.Metrics();
            long received = m.Count(MetricNames.Received), transmitted = m.Count(MetricNames.Transmitted),
                consumed = m.Count(MetricNames.Consumed), held = m.Count(MetricNames.Held), drops = m.Count(MetricNames.Drops);
            last = $"received {received}, transmitted {transmitted}, consumed {consumed}, held {held}, drops {drops} ({m.NonZero(MetricNames.Drops)})";
            return received > 0 && received == transmitted + consumed + held + drops;
        }, 5);
        Assert.True(closed, "the accounting does not close: " + last);
    }

    /// <summary>
    /// Fails the test where the port counters differ from what a capture at the other end of the wire holds. Frames of
    /// the gateway carry <paramref name="gatewayFilter"/>, all others came from outside.
    /// <paramref name="refresh"/> fetches a capture that is made elsewhere.
    /// </summary>
    public static void MustEqual(Gateway gateway, string port, CaptureFile capture, string gatewayFilter, Action? refresh = null)
    {
        string last = "";
        bool equal = Shell.Eventually(() =>
        {
            MetricsSnapshot before = gateway.Metrics();
            refresh?.Invoke();
            long sent = capture.Count(gatewayFilter), got = capture.Count($"!({gatewayFilter})");
            MetricsSnapshot after = gateway.Metrics();
            long rx = after.Count(MetricNames.PortRx, ("port", port)), tx = after.Count(MetricNames.PortTx, ("port", port));
            last = $"port {port}: rx {rx}, captured {got}; tx {tx}, captured {sent}";
            return rx == got && tx == sent && rx == before.Count(MetricNames.PortRx, ("port", port)) && tx == before.Count(MetricNames.PortTx, ("port", port));
        }, 20, 500);
        Assert.True(equal, last);
    }
}

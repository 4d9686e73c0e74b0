using System.Text.Json.Nodes;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>What the gateway's counters must say when a test is over.</summary>
internal static class Accounting
{
    /// <summary>Fails the test where received frames are not all accounted for: received = transmitted + consumed + held + drops (F-020).</summary>
    public static void MustClose(Gateway gateway)
    {
        string last = "";
        bool closed = Shell.Eventually(() =>
        {
            JsonNode drops = gateway.Show("drops");
            last = drops.ToJsonString();
            long received = Number(drops, "received"), byReason = drops["drops"]!.AsObject().Sum(d => d.Value!.GetValue<long>());
            return received > 0 && byReason == Number(drops, "dropped")
                && received == Number(drops, "transmitted") + Number(drops, "consumed") + Number(drops, "held") + byReason;
        }, 30);
        Assert.True(closed, "the accounting does not close: " + last);
    }

    /// <summary>
    /// The same of three scrapes of /metrics, for any moment, also while packets flow: what had been received at the first has ended at
    /// the second, and what has ended then has been received at the third. Where nothing flows, the three are equal: the account closes.
    /// </summary>
    public static void MustBalance(Gateway gateway)
    {
        string last = "";
        bool balanced = Shell.Eventually(() =>
        {
            long before = gateway.Metrics().Count(MetricNames.Received);
            MetricsSnapshot now = gateway.Metrics();
            long ended = now.Count(MetricNames.Transmitted) + now.Count(MetricNames.Punted) - now.Count(MetricNames.PuntRefused) + now.Count(MetricNames.Held) + now.Count(MetricNames.Drops);
            long after = gateway.Metrics().Count(MetricNames.Received);
            last = $"received {before}, then {after}; between them ended or held {ended}; drops: {now.NonZero(MetricNames.Drops)}";
            return before <= ended && ended <= after;
        }, 30);
        Assert.True(balanced, "the account does not close: " + last);
    }

    /// <summary>
    /// Fails the test where the port counters differ from what a capture at the other end of the wire holds. Frames of
    /// the gateway carry <paramref name="gatewayFilter"/>, all others came from outside.
    /// </summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="port">Name of the port.</param>
    /// <param name="capture">All that went over its wire.</param>
    /// <param name="gatewayFilter">Display filter of the frames that the gateway sent.</param>
    /// <param name="earlier">What the port had counted before the capture began.</param>
    /// <param name="refresh">Fetches a capture that is made elsewhere.</param>
    public static void MustEqual(Gateway gateway, string port, CaptureFile capture, string gatewayFilter, (long Rx, long Tx) earlier = default, Action? refresh = null)
    {
        string last = "";
        bool equal = Shell.Eventually(() =>
        {
            (long Rx, long Tx) before = PortCounters(gateway, port);
            refresh?.Invoke();
            long sent = capture.Count(gatewayFilter), got = capture.Count($"!({gatewayFilter})");
            (long Rx, long Tx) after = PortCounters(gateway, port);
            last = $"port {port}: received {after.Rx - earlier.Rx}, captured {got}; sent {after.Tx - earlier.Tx}, captured {sent}";
            return before == after && after.Rx - earlier.Rx == got && after.Tx - earlier.Tx == sent;
        }, 60, 500);
        Assert.True(equal, last);
    }

    /// <summary>Frames that a port received and sent.</summary>
    public static (long Rx, long Tx) PortCounters(Gateway gateway, string port)
    {
        JsonNode status = gateway.Show("ports").AsArray().Single(p => (string)p!["name"]! == port)!;
        return (Number(status["rx"]!, "packets"), Number(status["tx"]!, "packets"));
    }

    /// <summary>Waits until nothing passes a port any more, such as the end of TCP's conversations; what it had counted then.</summary>
    public static (long Rx, long Tx) Rest(Gateway gateway, string port)
    {
        (long, long) last = (-1, -1);
        Assert.True(Shell.Eventually(() => last == (last = PortCounters(gateway, port)), 30, 1000), $"port {port} does not come to rest");
        return last;
    }

    /// <summary>The sum of all drops so far.</summary>
    public static long Dropped(Gateway gateway) => Number(gateway.Show("drops"), "dropped");

    private static long Number(JsonNode node, string name) => node[name]!.GetValue<long>();
}

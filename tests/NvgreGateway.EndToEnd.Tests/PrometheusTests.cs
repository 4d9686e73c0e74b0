using System.Text.Json;
using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>The metrics as Prometheus itself takes them.</summary>
public class PrometheusTests
{
    [Fact]
    public void Prometheus_scrapes_the_metrics_and_promtool_accepts_them()
    {
        using Lab lab = new();
        OvsSite site = new(lab, "af_packet");
        site.Start();
        Traffic.MustPing(site.Host.Namespace, OvsPeer.TenantAddress);

        File.WriteAllText(Path.Combine(lab.Folder, "metrics.txt"), site.Gateway.Fetch("/metrics").Body);
        CommandResult lint = Shell.Try($"promtool check metrics < {lab.Folder}/metrics.txt");
        Assert.True(lint.ExitCode == 0 && lint.Output.Trim().Length == 0, lint.Output);

        string address = $"127.0.0.1:{Gateway.FreePort()}", configuration = Path.Combine(lab.Folder, "prometheus.yml");
        File.WriteAllText(configuration, $$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s }
            scrape_configs:
              - job_name: gateway
                static_configs: [ { targets: [ "{{site.Gateway.MetricsAddress}}" ] } ]
            """);
        lab.Add(new BackgroundProcess(lab.LogFile("prometheus"), "prometheus", "--config.file=" + configuration,
            "--storage.tsdb.path=" + Path.Combine(lab.Sockets, "tsdb"), "--web.listen-address=" + address));

        Assert.True(Shell.Eventually(() => Query(address, "up{job=\"gateway\"}") == "1", 60, 500), "Prometheus could not scrape the gateway");
        long expected = site.Gateway.Metrics().Count(MetricNames.PortRx, ("port", "access0"));
        Assert.True(expected >= 6);
        Assert.True(Shell.Eventually(() => Query(address, $"{MetricNames.PortRx}{{port=\"access0\"}} >= bool {expected}") == "1", 60, 500),
            "Prometheus does not have the counter of the port");
        // The closed list of drop reasons: every reason is there, also while it is 0.
        Assert.True(Shell.Eventually(() => Query(address, $"count({MetricNames.Drops}) >= bool 90") == "1", 60, 500));

        Assert.Equal(200, site.Gateway.Fetch("/healthz").Status);
        Assert.Equal(200, site.Gateway.Fetch("/readyz").Status);
        site.Gateway.Stop();
        Assert.True(Shell.Eventually(() => Query(address, "up{job=\"gateway\"}") == "0", 60, 500), "Prometheus still finds a gateway that is stopped");
    }

    /// <summary>The value of an instant query that gives one sample; empty where it gives none.</summary>
    private static string Query(string address, string query)
    {
        CommandResult result = Shell.Try($"curl -s -m 3 -G --data-urlencode 'query={query}' http://{address}/api/v1/query");
        if (result.ExitCode != 0 || !result.Output.StartsWith('{'))
        {
            return "";
        }

        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement samples = json.RootElement.GetProperty("data").GetProperty("result");
        return samples.GetArrayLength() == 1 ? samples[0].GetProperty("value")[1].GetString() ?? "" : "";
    }
}

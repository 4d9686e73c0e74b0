using System.Text.Json.Nodes;
using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>Rules in hardware, with the drivers that every machine has: none of them takes one, and that is no news.</summary>
public class HardwareRuleTests
{
    [Fact]
    [Requirement("C-123")]
    public void Drivers_without_rules_start_without_a_warning_and_say_why_not()
    {
        using Lab lab = new();
        string veth = lab.Name("f");
        lab.AddUndo($"ip link del {veth}");
        Shell.Run($"ip link add {veth} type veth peer name {lab.Name("p")} && ip link set {veth} up && ip link set {lab.Name("p")} up");
        Gateway gateway = new(lab, Configurations.Parse($$"""
            {
              "ports": [
                { "name": "access0", "role": "access", "device": "net_null0,no-rx=1", "mac": "{{Configurations.AccessMac}}",
                  "vsidQueues": [ { "mac": "02:00:00:00:02:02", "queues": [0] } ] },
                { "name": "access1", "role": "access", "device": "net_af_packet0,iface={{veth}}" },
                { "name": "underlay0", "role": "underlay", "device": "net_tap0,iface={{lab.Name("t")}}", "mtu": 1600, "mac": "{{Configurations.UnderlayMac}}",
                  "addresses": ["10.0.0.1/24"], "neighbors": [ { "address": "10.0.0.2", "mac": "02:aa:00:00:00:02" } ],
                  "vsidQueues": [ { "vsid": 5001, "queues": [0] } ] }
              ],
              "segments": [
                { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 }, { "port": "access1", "vlan": 100 } ], "peers": [ "10.0.0.2" ] }
              ],
              "workers": { "cores": [{{Gateway.WorkerCore}}], "idle": "sleep" }
            }
            """));
        gateway.Start();
        JsonArray rules(int port) => gateway.Show("capabilities").AsArray()[port]!["rules"]!.AsArray();
        Assert.True(Shell.Eventually(() => Enumerable.Range(0, 3).All(p => rules(p).Count > 0 && rules(p).All(static r => (string?)r!["taken"] == "no")), 60), gateway.ShowTable("capabilities"));
        Assert.All(Enumerable.Range(0, 3).SelectMany(rules), static r => Assert.False(string.IsNullOrEmpty((string?)r!["reason"])));
        Assert.All(gateway.Show("capabilities").AsArray(), static p => Assert.Empty(p!["capable"]!["vmq"]!.AsArray()));

        // What the configuration asks for besides is refused, and shown as that.
        Assert.True(Shell.Eventually(() => gateway.Show("flows").AsArray() is { Count: > 0 } flows && flows.All(static f => (string?)f!["state"] == "refused"), 60), gateway.ShowTable("flows"));
        Assert.Contains("vsid-queues", gateway.ShowTable("flows"), StringComparison.Ordinal);
        File.WriteAllText(lab.LogFile("shown"), gateway.ShowTable("capabilities") + gateway.ShowTable("flows"));
        Assert.Equal(0, gateway.Metrics().Sum(MetricNames.Events, ("name", "offload.rule_fail")));
        Assert.DoesNotContain(gateway.Supervisor.Output.Split('\n'), static l => l.Contains(" warning event=", StringComparison.Ordinal) || l.Contains(" error event=", StringComparison.Ordinal));
        gateway.Stop();
    }
}

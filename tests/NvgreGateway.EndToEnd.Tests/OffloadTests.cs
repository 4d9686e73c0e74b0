using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>Offloads of a real pair of virtio devices: two gateways, one with the vhost-user side of a link, one with the guest's.</summary>
public class OffloadTests
{
    private const string Pair = "pair0";

    [Fact]
    [Requirement("C-072", "C-076")]
    public void Two_gateways_over_virtio_follow_what_the_other_takes()
    {
        using Lab first = new("vhost"), second = new("virtio-user");
        string socket = $"{first.Sockets}/pair";
        VlanHost left = VlanHost.OnVeth(first, "l", 1, 0), right = VlanHost.OnVeth(second, "r", 2, 0);
        Gateway vhost = Join(first, $"net_vhost0,iface={socket},tso=1", left), user = Join(second, $"net_virtio_user0,path={socket}", right);
        vhost.Start();
        Assert.Equal("", InForce(vhost, "tso.inner4")); // nobody is behind it yet
        user.Start();
        Assert.Equal("plain", InForce(user, "tso.inner4"));
        Assert.Equal("plain nvgre rx", InForce(user, "csum.udp6"));
        // These devices do not loop, and that is said (C-073).
        Assert.Equal("by its driver only, not by loopback: the device cannot", Offload(user, "csum.udp6")["checked"]!.GetValue<string>());
        Assert.Contains("by its driver only, not by loopback", Shell.Try($"{Machine.Root}/nvgre-gateway show offloads --name {user.Name} 2>&1").Output, StringComparison.Ordinal);
        Assert.True(Shell.Eventually(() => InForce(vhost, "tso.inner4") == "plain" && InForce(vhost, "csum.tcp4") == "plain nvgre rx", 60), "the guest's word does not count");
        Traffic.MustPing(left.Namespace, "192.168.100.2");

        // Live, and told; what the device could do stays.
        string capable = vhost.Show("capabilities").ToJsonString();
        Assert.StartsWith("done\ntso.inner4 off: the device does nothing of it; ", Set(vhost, "tso.inner4 off").Output, StringComparison.Ordinal);
        Assert.Equal(("", "plain"), (InForce(vhost, "tso.inner4"), InForce(vhost, "tso.inner6")));
        Assert.StartsWith("no change\n", Set(vhost, "tso.inner4 off").Output, StringComparison.Ordinal);
        Assert.Equal(capable, vhost.Show("capabilities").ToJsonString());
        Assert.Contains("event=offload_changed port=pair0 name=tso.inner4 state=off", vhost.Supervisor.Output, StringComparison.Ordinal);

        // Receive offloads take a restart of the port; the other side sees that it may ask for less.
        Assert.Equal(0, Set(user, "csum.tcp4 tx").ExitCode);
        CommandResult refused = Set(user, "csum.tcp6 tx");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("requires_restart", refused.Output, StringComparison.Ordinal);
        Assert.Equal("plain nvgre rx", InForce(user, "csum.tcp6"));
        Assert.StartsWith("done, the port was restarted\ncsum.tcp6 tx: the device does plain nvgre; ", Set(user, "csum.tcp6 tx --disruptive").Output, StringComparison.Ordinal);
        Assert.Equal("plain nvgre", InForce(user, "csum.tcp6"));
        Assert.True(Shell.Eventually(() => InForce(vhost, "tso.inner6").Length == 0, 60), "the guest takes no large frame any more");
        Traffic.MustPing(left.Namespace, "192.168.100.2");
        Traffic.MustPing(right.Namespace, "192.168.100.1");

        // A control process that is killed leaves a successor with the same; a file that is read again undoes it.
        vhost.Kill("control");
        Assert.True(Shell.Eventually(vhost.IsReady, 60), "control did not come back");
        Assert.Equal("off", Offload(vhost, "tso.inner4")["asked"]!.GetValue<string>());
        string off = Set(vhost, "all off").Output;
        Assert.StartsWith("done\nthe device does csum.tcp4 (rx), ", off, StringComparison.Ordinal);
        Assert.Contains("left as they were: csum.ip4 rx, csum.tcp4 rx, csum.tcp6 rx, csum.udp4 rx, csum.udp6 rx: to change what is received takes a restart", off, StringComparison.Ordinal);
        Assert.Equal(("", "rx"), (InForce(vhost, "tso.inner6"), InForce(vhost, "csum.udp4")));
        Traffic.MustPing(right.Namespace, "192.168.100.1");
        vhost.Supervisor.Signal(1);
        Assert.True(Shell.Eventually(() => InForce(vhost, "csum.udp4") == "plain nvgre rx", 60), "the file was not read again");

        Accounting.MustClose(vhost);
        Accounting.MustClose(user);
        user.Stop();
        vhost.Stop();
    }

    private static Gateway Join(Lab lab, string device, VlanHost host) => new(lab, Configurations.Parse($$"""
        {
          "ports": [
            { "name": "{{Pair}}", "role": "access", "device": "{{device}}", "mtu": 1450, "nativeVlan": 100 },
            { "name": "host0", "role": "access", "device": "net_af_packet0,iface={{host.GatewayEnd}}", "mtu": 1450, "nativeVlan": 100 }
          ],
          "segments": [ { "name": "blue", "vsid": 5001, "attachments": [ { "port": "{{Pair}}", "vlan": 100 }, { "port": "host0", "vlan": 100 } ] } ]
        }
        """));

    private static CommandResult Set(Gateway gateway, string what) => Shell.Try($"{Machine.Root}/nvgre-gateway set offload {Pair} {what} --name {gateway.Name} 2>&1");

    private static System.Text.Json.Nodes.JsonNode Offload(Gateway gateway, string name) =>
        gateway.Show("offloads")[0]!["offloads"]!.AsArray().Single(o => o!["name"]!.GetValue<string>() == name)!;

    private static string InForce(Gateway gateway, string name) => string.Join(' ', Offload(gateway, name)["inForce"]!.AsArray().Select(static w => w!.GetValue<string>()));
}

using System.Text.Json.Nodes;
using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>What a gateway that became active tells the switches and hosts of both sides.</summary>
public class AnnounceTests
{
    [Fact]
    [Requirement("E-060")]
    [Requirement("E-061")]
    public void Addresses_and_macs_are_announced_when_forwarding_begins_and_on_command()
    {
        using Lab lab = new();
        OvsSite site = new(lab, "af_packet");
        site.Gateway.Configuration["segments"]![0]!["router"] = new JsonObject { ["mac"] = "00:00:5e:00:01:0a", ["addresses"] = new JsonArray("192.168.100.254/24") };
        site.Gateway.Configuration.Remove("announce");
        site.Gateway.WriteConfiguration();
        site.Start();
        const string Router = "vlan.id == 100 && arp.isgratuitous == 1 && eth.src == 00:00:5e:00:01:0a && arp.src.proto_ipv4 == 192.168.100.254";
        string pa = $"arp.isgratuitous == 1 && eth.src == {Configurations.UnderlayMac} && arp.src.proto_ipv4 == {OvsPeer.GatewayAddress}";
        Assert.True(Shell.Eventually(() => site.AccessCapture.Count(Router) == 4 && site.UnderlayCapture!.Count(pa) == 4, 60, 500), "not announced at once and three times more");
        Traffic.MustPing(site.Host.Namespace, OvsPeer.TenantAddress);

        string told = Shell.Run($"{Machine.Root}/nvgre-gateway announce --name {site.Gateway.Name}");
        Assert.Contains("addresses 4, MACs behind peers 1", told, StringComparison.Ordinal);
        Assert.True(Shell.Eventually(() => site.AccessCapture.Count(Router) >= 5 && site.UnderlayCapture!.Count(pa) >= 5, 60, 100), "not announced on command");
        string rarp = $"vlan.id == 100 && arp.opcode == 3 && eth.type == 0x8100 && eth.src == {OvsPeer.TenantMac} && arp.src.hw_mac == {OvsPeer.TenantMac}";
        Assert.True(Shell.Eventually(() => site.AccessCapture.Count(rarp) == 1, 60, 200), "no RARP frame of the tenant's MAC");
        site.AccessCapture.Stop();
        site.UnderlayCapture!.Stop();
        Assert.Equal(1, site.AccessCapture.Count(rarp));
        Assert.Equal(0, site.UnderlayCapture.Count("arp.opcode == 3"));
        site.AccessCapture.AssertWellFormed();
        site.UnderlayCapture.AssertWellFormed();
        Accounting.MustClose(site.Gateway);
        site.Gateway.Stop();
    }
}

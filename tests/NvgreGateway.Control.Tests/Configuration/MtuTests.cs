using System.Net;
using System.Net.Sockets;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Configuration;

public sealed class MtuTests
{
    [Theory]
    [Requirement("A-073")]
    [Requirement("A-074")]
    [InlineData("192.0.2.2", 1500, 0, "1458", "an mtu of 1542 carries them all")]
    [InlineData("2001:db8::2", 1500, 0, "1438", "an mtu of 1562 carries them all")]
    [InlineData("192.0.2.2", 1500, 38, "1420", "an mtu of 1580 carries them all")]
    [InlineData("192.0.2.2", 1541, 0, "1499", "an mtu of 1542 carries them all")]
    public void An_underlay_too_small_for_the_vlan_is_a_warning(string peer, int mtu, int overhead, string tenant, string advice)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(With(mtu, overhead, peer));

        Assert.True(result.IsValid);
        ConfigurationWarning warning = Assert.Single(result.Warnings);
        Assert.Equal(("mtu_below_vlan", "ports[1].mtu", tenant), (warning.Code, warning.Path, warning.Value));
        Assert.Contains(advice, warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.2", 1542, 0)]
    [InlineData("2001:db8::2", 1562, 0)]
    [InlineData("192.0.2.2", 1580, 38)]
    public void An_underlay_that_just_fits_is_none(string peer, int mtu, int overhead) =>
        Assert.Empty(ConfigurationLoader.Parse(With(mtu, overhead, peer)).Warnings);

    [Fact]
    [Requirement("A-073")]
    public void Each_family_of_peers_has_its_own_value()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(With(1500, 0, "192.0.2.2", "2001:db8::2"));

        Assert.Equal(["1458", "1438"], result.Warnings.Select(static w => w.Value));
    }

    [Fact]
    public void An_outer_tag_does_not_lower_the_tenant_mtu() =>
        Assert.Empty(ConfigurationLoader.Parse(Samples.Edit(With(1542, 0, "192.0.2.2"), "ports[1].vlan", "103")).Warnings);

    [Fact]
    public void A_port_that_carries_no_peer_is_not_compared() =>
        Assert.Empty(ConfigurationLoader.Parse(With(68, 0)).Warnings);

    [Theory]
    [InlineData("192.0.2.2", 617, 0, "leaves 575 bytes for tenant packets over IPv4", "618 to 9216 (576 for the tenant and 42 for the encapsulation)")]
    [InlineData("192.0.2.2", 655, 38, "leaves 575 bytes for tenant packets over IPv4", "656 to 9216 (576 for the tenant and 80 for the encapsulation)")]
    [InlineData("2001:db8::2", 1341, 0, "leaves 1279 bytes for tenant packets over IPv6", "1342 to 9216 (1280 for the tenant and 62 for the encapsulation)")]
    public void A_tenant_mtu_below_the_least_is_refused(string peer, int mtu, int overhead, string problem, string allowed)
    {
        Assert.Equal(new ConfigurationError("ports[1].mtu", $"{mtu}", problem, allowed), Samples.RefuseOnce(With(mtu, overhead, peer)));
        Assert.True(ConfigurationLoader.Parse(With(mtu + 1, overhead, peer)).IsValid);
    }

    [Fact]
    public void With_peers_of_both_families_the_least_is_that_of_ipv4()
    {
        Assert.Equal("leaves 575 bytes for tenant packets over IPv6", Samples.RefuseOnce(With(637, 0, "192.0.2.2", "2001:db8::2")).Problem);
        Assert.True(ConfigurationLoader.Parse(With(638, 0, "192.0.2.2", "2001:db8::2")).IsValid);
    }

    [Fact]
    [Requirement("A-074")]
    public void The_arithmetic_is_that_of_the_specification()
    {
        PortConfiguration port = Samples.Accept(With(1500, 0, "192.0.2.2")).Ports[1];

        Assert.Equal(1458, TenantMtu.Of(port, AddressFamily.InterNetwork));
        Assert.Equal(1438, TenantMtu.Of(port, AddressFamily.InterNetworkV6));
        Assert.Equal(9000, TenantMtu.Of(port with { Mtu = 9042 }, AddressFamily.InterNetwork));
        Assert.Equal(9000, TenantMtu.Of(port with { Mtu = 9062 }, AddressFamily.InterNetworkV6));
    }

    [Fact]
    public void Other_warnings_name_their_place_and_leave_the_file_valid()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(Samples.Edit(Samples.Full, "workers.cores", "[0, 1023]"));

        Assert.True(result.IsValid);
        Assert.Equal([("core_absent", "workers.cores[1]", "1023"), ("non_compliant", "segments[0].peers[0].acceptInnerTag", "true")], result.Warnings.Select(static w => (w.Code, w.Path, w.Value)));
    }

    [Fact]
    public void A_prefix_on_two_ports_is_a_warning()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(Samples.Edit(Samples.Full, ("ports[3].addresses[2]", "\"192.0.2.9/24\""), ("workers.cores", "[0]"), ("ports[1].queues", "1"), ("segments[0].peers[0].acceptInnerTag", null)));

        Assert.True(result.IsValid);
        ConfigurationWarning warning = Assert.Single(result.Warnings);
        Assert.Equal(("prefix_on_two_ports", "ports[3].addresses[2]", "192.0.2.0/24"), (warning.Code, warning.Path, warning.Value));
        Assert.Empty(ConfigurationLoader.Parse(Samples.Edit(Samples.Full, ("ports[2].addresses[1]", "\"192.0.2.9/24\""), ("workers.cores", "[0]"), ("segments[0].peers[0].acceptInnerTag", null))).Warnings);
    }

    [Fact]
    public void Routes_choose_the_longest_prefix_and_on_link_before_a_router()
    {
        GatewayConfiguration gateway = Samples.Accept(Samples.Edit(
            Samples.Full,
            ("ports[3].addresses[2]", "\"10.0.0.1/8\""),
            ("ports[2].routes[1]", "{\"prefix\":\"10.1.0.0/16\",\"via\":\"192.0.2.253\"}"),
            ("ports[2].routes[2]", "{\"prefix\":\"10.0.0.0/8\",\"via\":\"192.0.2.252\"}"),
            ("ports[2].routes[3]", "{\"prefix\":\"0.0.0.0/0\",\"via\":\"192.0.2.251\"}")));
        UnderlayRoutes routes = new(gateway.Ports);

        Assert.Equal([new UnderlayPath(2, IPAddress.Parse("192.0.2.9"))], routes.Find(IPAddress.Parse("192.0.2.9")));
        Assert.Equal([new UnderlayPath(2, IPAddress.Parse("192.0.2.253"))], routes.Find(IPAddress.Parse("10.1.2.3")));
        Assert.Equal([new UnderlayPath(3, IPAddress.Parse("10.2.2.3"))], routes.Find(IPAddress.Parse("10.2.2.3")));
        Assert.Equal([new UnderlayPath(2, IPAddress.Parse("192.0.2.251"))], routes.Find(IPAddress.Parse("11.0.0.1")));
        Assert.Equal([new UnderlayPath(3, IPAddress.Parse("fe80::1"))], routes.Find(IPAddress.Parse("2001:db8:1::9")));
        Assert.Empty(routes.Find(IPAddress.Parse("2001:db8:2::9")));
    }

    private static string With(int mtu, int overhead, params string[] peers) => Samples.Edit(
        Samples.Example,
        ("segments[0].records", null),
        ("ports[1].mtu", $"{mtu}"),
        ("ports[1].extraOverhead", $"{overhead}"),
        ("workers.cores", "[0]"),
        ("segments[0].peers", $"[{string.Join(',', peers.Select(static p => $"\"{p}\""))}]"));
}

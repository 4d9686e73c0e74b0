using System.Net;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Configuration;

/// <summary>Multicast provider addresses in a configuration .</summary>
public sealed class GroupTests
{
    private static readonly string s_sample = Samples.Edit(
        Samples.Full,
        ("segments[0].multicastPa", """["ff08::1:1000", "239.1.16.0"]"""),
        ("segments[0].groups", """{ "224.1.1.1": "239.1.16.1", "ff05::101": [ "239.1.16.2", "ff05::1" ] }"""));

    [Fact]
    public void Groups_reach_the_records()
    {
        GatewayConfiguration gateway = Samples.Accept(s_sample);
        SegmentConfiguration segment = gateway.Segments[0];
        Assert.Equal([IPAddress.Parse("ff08::1:1000"), IPAddress.Parse("239.1.16.0")], segment.MulticastPa);
        Assert.Equal(
            [
                new GroupMapping(IPAddress.Parse("224.1.1.1"), [IPAddress.Parse("239.1.16.1")]),
                new GroupMapping(IPAddress.Parse("ff05::101"), [IPAddress.Parse("239.1.16.2"), IPAddress.Parse("ff05::1")]),
            ],
            segment.Groups);
        Assert.Empty(gateway.Segments[1].MulticastPa);
        Assert.Equal((32, 8), (gateway.Ports[3].MulticastTtl, gateway.Ports[2].MulticastTtl));
        Assert.Equal(gateway, Samples.Accept(gateway.ToJson()));
    }

    [Fact]
    public void One_group_may_stand_alone() =>
        Assert.Equal([IPAddress.Parse("239.9.9.9")], Samples.Accept(Samples.Edit(s_sample, "segments[0].multicastPa", "\"239.9.9.9\"")).Segments[0].MulticastPa);

    [Theory]
    [Requirement("F-009")]
    [InlineData("segments[0].multicastPa", "\"192.0.2.9\"", "segments[0].multicastPa", "\"192.0.2.9\"", "is not a multicast address")]
    [InlineData("segments[0].multicastPa", "\"2001:db8::9\"", "segments[0].multicastPa", "\"2001:db8::9\"", "is not a multicast address")]
    [InlineData("segments[0].multicastPa", "\"blue\"", "segments[0].multicastPa", "\"blue\"", "is not an IP address")]
    [InlineData("segments[0].multicastPa", "7", "segments[0].multicastPa", "7", "is neither a string nor an array")]
    [InlineData("segments[0].multicastPa", "[]", "segments[0].multicastPa", "[]", "has 0 elements")]
    [InlineData("segments[0].multicastPa", "[\"239.1.1.1\",\"239.1.1.2\"]", "segments[0].multicastPa[1]", "\"239.1.1.2\"", "is of the family of the other one")]
    [InlineData("segments[0].multicastPa", "\"224.0.0.1\"", "segments[0].multicastPa", "\"224.0.0.1\"", "is the group of all hosts")]
    [InlineData("segments[0].multicastPa[0]", "\"ff02::1\"", "segments[0].multicastPa[0]", "\"ff02::1\"", "is the group of all hosts")]
    [InlineData("segments[1].multicastPa", "\"ff08::9\"", "segments[1].multicastPa", "\"ff08::9\"", "has no source address: no local PA among the segment's is IPv6", "segments[1].sourceAddresses", "[\"203.0.113.1\"]")]
    [InlineData("segments[1].groups", "{\"224.1.1.1\":\"ff08::9\"}", "segments[1].groups.\"224.1.1.1\"", "\"ff08::9\"", "has no source address: no local PA among the segment's is IPv6", "segments[1].sourceAddresses", "[\"203.0.113.1\"]")]
    [InlineData("segments[0].groups", "[]", "segments[0].groups", "[]", "is not an object")]
    [InlineData("segments[0].groups", "{\"10.1.1.1\":\"239.1.1.1\"}", "segments[0].groups.\"10.1.1.1\"", "\"10.1.1.1\"", "is not a multicast address")]
    [InlineData("segments[0].groups", "{\"ff05::1\":\"239.1.1.1\",\"ff05:0::1\":\"239.1.1.1\"}", "segments[0].groups.\"ff05:0::1\"", "\"ff05:0::1\"", "stands here a second time")]
    [InlineData("segments[0].groups", "{\"224.1.1.1\":\"10.1.1.1\"}", "segments[0].groups.\"224.1.1.1\"", "\"10.1.1.1\"", "is not a multicast address")]
    [InlineData("ports[2].multicastTtl", "0", "ports[2].multicastTtl", "0", "is out of range")]
    [InlineData("ports[0].multicastTtl", "9", "ports[0].multicastTtl", "9", "does not go with role \"access\"")]
    public void What_is_no_group_of_ours_is_refused(string place, string value, string path, string shown, string problem, string? also = null, string? with = null)
    {
        string json = Samples.Edit(s_sample, place, value);
        ConfigurationResult result = ConfigurationLoader.Parse(also is null ? json : Samples.Edit(json, also, with));
        ConfigurationError error = Assert.Single(result.Errors, e => e.Path == path);
        Assert.Equal((shown, problem), (error.Value, error.Problem));
        Assert.NotEmpty(error.Allowed);
    }

    [Theory]
    [Requirement("A-080")]
    [InlineData("\"239.1.1.1\"", false)]
    [InlineData("\"ff05::1\"", false)]
    [InlineData("\"ff18::1\"", false)]
    [InlineData("\"224.1.1.1\"", true)]
    [InlineData("\"238.255.255.255\"", true)]
    [InlineData("\"ff02::99\"", true)]
    [InlineData("\"ff0e::1\"", true)]
    public void A_group_outside_the_administrative_scopes_is_warned_of(string group, bool warned)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(Samples.Edit(s_sample, "segments[0].multicastPa", group));
        Assert.True(result.IsValid);
        Assert.Equal(warned ? ["segments[0].multicastPa"] : [], result.Warnings.Where(static w => w.Code == "group_scope").Select(static w => w.Path));
    }

    [Fact]
    [Requirement("A-082")]
    public void Peers_that_cannot_hear_are_warned_of()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(Samples.Edit(s_sample, "segments[0].multicastPa", "\"239.1.1.1\""));
        Assert.Equal(["2001:db8:1::9"], result.Warnings.Where(static w => w.Code == "peer_without_group").Select(static w => w.Value));
        Assert.Equal(["198.51.100.10"], result.Warnings.Where(static w => w.Code == "peer_off_group_port").Select(static w => w.Value));
    }
}

using System.Globalization;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Configuration;

/// <summary>QinQ, TPIDs and ranges of VLANs in a configuration.</summary>
public sealed class VlanTests
{
    [Fact]
    [Requirement("E-022")]
    public void One_line_makes_a_thousand_segments()
    {
        GatewayConfiguration c = Load(Segment("tenants", 100000, """{ "port": "a", "vlans": "1000-1999" }"""));

        Assert.Equal(1000, c.Segments.Count);
        for (int i = 0; i < 1000; i++)
        {
            SegmentConfiguration segment = c.Segments[i];
            int vlan = 1000 + i;
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"tenants.{vlan}"), segment.Name);
            Assert.Equal(100000 + vlan, segment.Vsid);
            Assert.Equal([new AttachmentConfiguration { Port = "a", Vlan = vlan }], segment.Attachments);
            Assert.Equal("192.0.2.2", Assert.Single(segment.Peers).Address.ToString());
        }

        ConfigurationResult again = ConfigurationLoader.Parse(c.ToJson());
        Assert.Equal(c, again.Configuration);
    }

    [Fact]
    [Requirement("E-022")]
    public void Ranges_of_several_ports_meet_in_the_segments_of_their_vlans()
    {
        GatewayConfiguration c = Load(Segment("t", 100000, """{ "port": "a", "vlans": "10-12" }, { "port": "b", "vlans": "12-13" }"""));

        Assert.Equal([100010, 100011, 100012, 100013], c.Segments.Select(static s => s.Vsid));
        Assert.Equal(["a/10", "a/11", "a/12 b/12", "b/13"], c.Segments.Select(static s => string.Join(' ', s.Attachments.Select(static a => $"{a.Port}/{a.Vlan}"))));
    }

    [Fact]
    [Requirement("E-022")]
    public void A_whole_port_is_a_range() =>
        Assert.Equal((4094, 16777214), (Load(Segment("t", 16773120, """{ "port": "a", "vlans": "1-4094" }""")).Segments.Count, Load(Segment("t", 16773120, """{ "port": "a", "vlans": "1-4094" }""")).Segments[^1].Vsid));

    [Theory]
    [Requirement("E-022")]
    [InlineData("""{ "port": "a", "vlans": "1000-1999" }""", 5000, """{ "port": "a", "vlan": 1500 }""", 9000, "segments[1].attachments[0]", "port \"a\", vlan 1500", "is attached already, segments[0].attachments[0]")]
    [InlineData("""{ "port": "a", "vlan": 1500 }""", 9000, """{ "port": "a", "vlans": "1000-1999" }""", 5000, "segments[1].attachments[0]", "port \"a\", vlan 1500", "is attached already, segments[0].attachments[0]")]
    [InlineData("""{ "port": "a", "vlans": "1-10" }""", 5000, """{ "port": "a", "vlans": "10-20" }""", 9000, "segments[1].attachments[0]", "port \"a\", vlan 10", "is attached already, segments[0].attachments[0]")]
    [InlineData("""{ "port": "a", "vlans": "1-10" }""", 5000, """{ "port": "b", "vlans": "1-10" }""", 5009, "segments[1].vsid", "5009", "gives VLAN 1 the VSID 5010 of another segment, segments[0].vsid")]
    [InlineData("""{ "port": "a", "vlans": "1-10" }""", 5000, """{ "port": "b", "vlan": 7 }""", 5003, "segments[1].vsid", "5003", "is the VSID of another segment, segments[0].vsid")]
    public void What_overlaps_is_refused(string first, int firstVsid, string second, int secondVsid, string path, string value, string problem)
    {
        ConfigurationError error = Refuse(Segment("one", firstVsid, first) + "," + Segment("two", secondVsid, second));
        Assert.Equal((path, value, problem), (error.Path, error.Value, error.Problem));
    }

    [Theory]
    [Requirement("E-022")]
    [Requirement("F-009")]
    [InlineData("\"1999-1000\"", "ends before it begins")]
    [InlineData("\"0-10\"", "does not have the right form")]
    [InlineData("\"1-4095\"", "does not have the right form")]
    [InlineData("\"100\"", "does not have the right form")]
    [InlineData("\"-5\"", "does not have the right form")]
    [InlineData("\"1 - 5\"", "does not have the right form")]
    [InlineData("\"01-5\"", "does not have the right form")]
    [InlineData("100", "is not a string")]
    public void What_is_no_range_is_refused(string range, string problem)
    {
        ConfigurationError error = Refuse(Segment("one", 5000, $$"""{ "port": "a", "vlans": {{range}} }"""));
        Assert.Equal(("segments[0].attachments[0].vlans", problem, "a range of VLANs such as \"1000-1999\", within 1 to 4094"), (error.Path, error.Problem, error.Allowed));
    }

    [Theory]
    [Requirement("E-022")]
    [InlineData("""{ "port": "a", "vlans": "1-5" }, { "port": "b", "vlan": 9 }""", "", "segments[0].attachments[1].vlan", "stands beside a range")]
    [InlineData("""{ "port": "a", "vlans": "1-5", "vlan": 9 }""", "", "segments[0].attachments[0]", "names a VLAN and a range")]
    [InlineData("""{ "port": "a", "vlans": "1-5", "innerVlan": 9 }""", "", "segments[0].attachments[0]", "names a VLAN and a range")]
    [InlineData("""{ "port": "a" }""", "", "segments[0].attachments[0].vlan", "is required")]
    [InlineData("""{ "port": "a", "vlans": "1-5" }""", """, "records": [ { "mac": "02:00:00:00:0b:01", "pa": "192.0.2.2" } ]""", "segments[0].records", "stand beside a range of VLANs")]
    public void What_does_not_go_with_a_range_is_refused(string attachments, string more, string path, string problem)
    {
        ConfigurationError error = Refuse(Segment("one", 5000, attachments, more));
        Assert.Equal((path, problem), (error.Path, error.Problem));
    }

    [Fact]
    [Requirement("E-022")]
    public void Names_and_vsids_of_a_range_must_fit()
    {
        ConfigurationError error = Refuse(Segment(new string('n', 28), 5000, """{ "port": "a", "vlans": "1000-1001" }"""));
        Assert.Equal(("segments[0].name", "up to 27 characters with a range"), (error.Path, error.Allowed));
        error = Refuse(Segment("one", 16777214, """{ "port": "a", "vlans": "1-2" }"""));
        Assert.Equal(("segments[0].vsid", "is too high: with VLAN 1 the VSID would be 16777215", "4096 to 16777212"), (error.Path, error.Problem, error.Allowed));
        error = Refuse(Segment("one", 5000, """{ "port": "a", "vlans": "1-2" }""") + "," + Segment("one.2", 9000, """{ "port": "b", "vlan": 2 }"""));
        Assert.Equal(("segments[1].name", "is the name of another segment, segments[0].name"), (error.Path, error.Problem));
    }

    [Fact]
    [Requirement("E-006")]
    public void The_tpid_follows_the_mode_unless_it_is_given()
    {
        GatewayConfiguration c = Load(Segment("one", 5000, """{ "port": "a", "vlan": 1 }"""));
        Assert.Equal([0x8100, 0x8100, 0x88A8], c.Ports.Take(3).Select(static p => p.Tpid));
        Assert.Equal(0x9200, Load(Segment("one", 5000, """{ "port": "a", "vlan": 1 }"""), ("ports[2].tpid", "\"0x9200\"")).Ports[2].Tpid);
        Assert.Equal(0x88A8, Load(Segment("one", 5000, """{ "port": "a", "vlan": 1 }"""), ("ports[0].tpid", "\"0x88a8\"")).Ports[0].Tpid);
        foreach (string wrong in (string[])["\"0x0800\"", "\"8100\"", "33024", "\"0x81000\""])
        {
            ConfigurationResult result = ConfigurationLoader.Parse(Samples.Edit(Json(Segment("one", 5000, """{ "port": "a", "vlan": 1 }""")), "ports[0].tpid", wrong));
            Assert.Equal("ports[0].tpid", Assert.Single(result.Errors).Path);
        }
    }

    [Fact]
    [Requirement("E-007")]
    public void Pairs_are_attachments_of_their_own()
    {
        GatewayConfiguration c = Load(
            Segment("one", 5000, """{ "port": "q", "vlan": 200 }""") + "," + Segment("two", 5001, """{ "port": "q", "vlan": 200, "innerVlan": 7 }""", """, "records": [ { "mac": "02:00:00:00:0b:01", "port": "q", "vlan": 200, "innerVlan": 7 } ]""")
            + "," + Segment("three", 5002, """{ "port": "q", "vlan": 200, "innerVlan": 8 }"""));
        Assert.Equal([null, 7, 8], c.Segments.Select(static s => s.Attachments[0].InnerVlan));
        Assert.Equal(c, ConfigurationLoader.Parse(c.ToJson()).Configuration);
    }

    [Theory]
    [Requirement("E-007")]
    [Requirement("E-023")]
    [InlineData("""{ "port": "q", "vlan": 200, "innerVlan": 7 }""", """{ "port": "q", "vlan": 200, "innerVlan": 7 }""", "", "segments[1].attachments[0]", "is attached already, segments[0].attachments[0]")]
    [InlineData("""{ "port": "q", "vlan": 200 }""", """{ "port": "a", "vlan": 200, "innerVlan": 7 }""", "", "segments[1].attachments[0].innerVlan", "needs two tags, which port \"a\" does not take")]
    [InlineData("""{ "port": "q", "vlan": 200 }""", """{ "port": "q", "vlan": 200, "innerVlan": 7 }""", """, "records": [ { "mac": "02:00:00:00:0b:01", "port": "q", "vlan": 200 } ]""", "segments[1].records[0]", "is not an attachment of the segment")]
    [InlineData("""{ "port": "q", "vlan": 200 }""", """{ "port": "q", "vlan": 201 }""", """, "records": [ { "mac": "02:00:00:00:0b:01", "pa": "192.0.2.2", "innerVlan": 7 } ]""", "segments[1].records[0]", "names a peer and an attachment")]
    public void What_is_no_pair_is_refused(string first, string second, string more, string path, string problem)
    {
        ConfigurationError error = Refuse(Segment("one", 5000, first) + "," + Segment("two", 5001, second, more));
        Assert.Equal((path, problem), (error.Path, error.Problem));
    }

    private static string Segment(string name, int vsid, string attachments, string more = "") => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{ "name": "{{name}}", "vsid": {{vsid}}, "attachments": [ {{attachments}} ], "peers": [ "192.0.2.2" ]{{more}} }""");

    private static string Json(string segments) => $$"""
        {
          "name": "unit",
          "ports": [
            { "name": "a", "role": "access", "device": "net_null0" },
            { "name": "b", "role": "access", "device": "net_null1" },
            { "name": "q", "role": "access", "device": "net_null2", "mode": "qinq" },
            { "name": "u", "role": "underlay", "device": "net_null3", "mtu": 1600, "addresses": ["192.0.2.1/24"] }
          ],
          "segments": [ {{segments}} ]
        }
        """;

    private static GatewayConfiguration Load(string segments, params (string Place, string? Value)[] edits)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(Samples.Edit(Json(segments), edits));
        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        return result.Configuration;
    }

    private static ConfigurationError Refuse(string segments) => Assert.Single(ConfigurationLoader.Parse(Json(segments)).Errors);
}

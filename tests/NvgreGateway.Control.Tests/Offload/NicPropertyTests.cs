using System.Text.Json.Nodes;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Offload;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Offload;

/// <summary>Dumps of Windows NIC properties, in every form that PowerShell prints them in.</summary>
public sealed class NicPropertyTests
{
    // What Get-NetAdapterAdvancedProperty prints by itself.
    private const string Table = """

        Name                      DisplayName                    DisplayValue                   RegistryKeyword RegistryValue
        ----                      -----------                    ------------                   --------------- -------------
        SLOT 2 Port 1             Encapsulated Task Offload      Enabled                        *Encapsulate... {1}
        SLOT 2 Port 1             Jumbo Packet                   1514                           *JumboPacket    {1514}
        SLOT 2 Port 1             Large Send Offload V2 (IPv4)   Disabled                       *LsoV2IPv4      {0}
        SLOT 2 Port 1             Large Send Offload V2 (IPv6)   Enabled                        *LsoV2IPv6      {1}
        SLOT 2 Port 1             TCP Checksum Offload (IPv4)    Rx & Tx Enabled                *TCPChecksum... {3}
        """;

    private const string List = """
        Name            : Ethernet
        DisplayName     : Large Send Offload V2 (IPv4)
        DisplayValue    : Disabled
        RegistryKeyword : *LsoV2IPv4
        RegistryValue   : {0}

        Name            : Ethernet
        DisplayName     : UDP Checksum Offload (IPv6)
        DisplayValue    : Rx Enabled
        RegistryKeyword : *UDPChecksumOffloadIPv6
        RegistryValue   : {2}
        """;

    private const string Csv = """
        #TYPE Microsoft.Management.Infrastructure.CimInstance
        "Name","DisplayName","DisplayValue","RegistryKeyword","RegistryValue"
        "Ethernet","Large Send Offload V2 (IPv4)","Disabled","*LsoV2IPv4","System.String[]"
        "Ethernet","UDP Checksum Offload (IPv6)","Rx Enabled","*UDPChecksumOffloadIPv6","System.String[]"
        """;

    private const string Json = """
        [ { "Name": "Ethernet", "RegistryKeyword": "*LsoV2IPv4", "RegistryValue": ["0"] },
          { "Name": "Ethernet", "RegistryKeyword": "*UDPChecksumOffloadIPv6", "RegistryValue": "2" } ]
        """;

    [Theory]
    [Requirement("C-077")]
    [InlineData(List)]
    [InlineData(Csv)]
    [InlineData(Json)]
    public void EveryFormTellsTheSame(string dump)
    {
        ImportedPort port = Assert.Single(NicPropertyImport.Translate(NicPropertyReader.Read(dump.Replace("\n", "\r\n", StringComparison.Ordinal))));
        Assert.Equal("Ethernet", port.Adapter);
        Assert.Equal([("offload.tso.inner4", "0"), ("offload.csum.udp6", "2")], port.Keys);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{ "offload": { "tso.inner4": "off", "csum.udp6": "rx" } }"""), port.Settings), port.Settings.ToJsonString());
        Assert.Empty(port.Notices);
    }

    [Fact]
    [Requirement("C-077")]
    public void ATableTellsWhatItDidNotCut()
    {
        ImportedPort port = Assert.Single(NicPropertyImport.Translate(NicPropertyReader.Read(Table)));
        Assert.Equal("SLOT 2 Port 1", port.Adapter);
        Assert.Equal([("port.mtu", "1500"), ("offload.tso.inner4", "0"), ("offload.tso.inner6", "1")], port.Keys);
        Assert.Equal(2, port.Notices.Count(static n => n.Contains("too narrow", StringComparison.Ordinal)));
    }

    [Fact]
    [Requirement("C-077")]
    public void EveryKeywordHasItsKey()
    {
        (string Keyword, string Value, string? Key, string? Wanted)[] map =
        [
            ("*EncapsulatedPacketTaskOffload", "0", "offload.encap.enabled", "\"off\""),
            ("*EncapsulatedPacketTaskOffloadNvgre", "1", "offload.encap.nvgre", "\"on\""),
            ("*EncapsulatedPacketTaskOffloadVxlan", "1", null, null),
            ("*VxlanUDPPortNumber", "4789", null, null),
            ("*LsoV2IPv4", "1", "offload.tso.inner4", "\"on\""),
            ("*LsoV2IPv6", "0", "offload.tso.inner6", "\"off\""),
            ("*UsoIPv4", "1", "offload.uso.inner4", "\"on\""),
            ("*UsoIPv6", "0", "offload.uso.inner6", "\"off\""),
            ("*IPChecksumOffloadIPv4", "3", "offload.csum.ip4", "\"on\""),
            ("*TCPChecksumOffloadIPv4", "0", "offload.csum.tcp4", "\"off\""),
            ("*TCPChecksumOffloadIPv6", "1", "offload.csum.tcp6", "\"tx\""),
            ("*UDPChecksumOffloadIPv4", "2", "offload.csum.udp4", "\"rx\""),
            ("*UDPChecksumOffloadIPv6", "3", "offload.csum.udp6", "\"on\""),
            ("*RSS", "1", "port.rx.rss", null),
            ("*NumRssQueues", "4", "port.rx.queues", "4"),
            ("*MaxRssProcessors", "8", "port.rx.max_cores", null),
            ("*VMQ", "1", "port.rx.vsid_queues", null),
            ("*VMQVlanFiltering", "1", "port.rx.vlan_filter", null),
            ("*JumboPacket", "1674", "port.mtu", "1660"),
            ("*EncapOverhead", "160", "port.encap_headroom", null),
            ("*SpeedDuplex", "0", "port.speed", null),
            ("*FlowControl", "3", "port.pause", null),
            ("*PriorityVLANTag", "3", "port.pcp", null),
        ];
        ImportedPort port = Assert.Single(NicPropertyImport.Translate([.. map.Select(static m => new NicProperty("x", m.Keyword, m.Value))]));
        Assert.Equal(map.Where(static m => m.Key is not null).Select(static m => (m.Key!, m.Keyword == "*JumboPacket" ? "1660" : m.Value)), port.Keys);
        foreach ((string keyword, _, string? key, string? wanted) in map.Where(static m => m.Wanted is not null))
        {
            JsonNode? value = key!.StartsWith("offload.", StringComparison.Ordinal) ? port.Settings["offload"]![key["offload.".Length..]] : port.Settings[key == "port.mtu" ? "mtu" : "queues"];
            Assert.Equal(wanted, value?.ToJsonString());
        }

        // What is ignored is told, one line each.
        foreach (string keyword in map.Where(static m => m.Wanted is null && m.Keyword != "*RSS").Select(static m => m.Keyword))
        {
            Assert.Contains(port.Notices, n => n.StartsWith(keyword + " = ", StringComparison.Ordinal) && n.Contains("ignored", StringComparison.Ordinal));
        }

        // And it is what the gateway takes.
        JsonNode gateway = JsonNode.Parse(Loop.PlaneFixture.Json(top: ", \"workers\": { \"cores\": [1, 2, 3, 4] }"))!;
        foreach ((string key, JsonNode? value) in port.Settings)
        {
            gateway["ports"]![0]![key] = value?.DeepClone();
        }

        ConfigurationResult result = ConfigurationLoader.Parse(gateway.ToJsonString());
        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        Assert.Equal("rx", result.Configuration.Ports[0].Offload.StateOf(OffloadNames.CsumUdp4));
        Assert.Equal(1660, result.Configuration.Ports[0].Mtu);
    }

    [Fact]
    public void WhatIsNoValueIsIgnoredWithANotice()
    {
        ImportedPort port = Assert.Single(NicPropertyImport.Translate(
        [
            new("x", "*LsoV2IPv4", "2"), new("x", "*IPChecksumOffloadIPv4", "4"), new("x", "*JumboPacket", "9"), new("x", "*NumRssQueues", "0"),
            new("x", "*RSS", "maybe"), new("x", "ITR", "1"), new("x", "*JumboPacket", "99999999999999999999"),
        ]));
        Assert.Empty(port.Keys);
        Assert.DoesNotContain("offload", port.Settings.Select(static s => s.Key));
        Assert.Equal(7, port.Notices.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[ 1, {}, { \"RegistryKeyword\": 7 } ]")]
    [InlineData("{ \"RegistryKeyword\": ")]
    [InlineData("RegistryKeyword,\n,,,")]
    [InlineData("a : b\n:\n: :")]
    [InlineData("nothing of the kind {1}")]
    public void WhatIsNoDumpDoesNoHarm(string text) => Assert.All(NicPropertyImport.Translate(NicPropertyReader.Read(text)), static p => Assert.Empty(p.Keys));
}

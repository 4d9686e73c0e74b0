using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Configuration;

/// <summary>The key <c>offload</c>, of the gateway and of a port.</summary>
public sealed class OffloadSettingTests
{
    [Theory]
    [Requirement("C-077")]
    [InlineData("", OffloadNames.All, OffloadNames.Checksums)]
    [InlineData("\"auto\"", OffloadNames.All, OffloadNames.Checksums)]
    [InlineData("{}", OffloadNames.All, OffloadNames.Checksums)]
    [InlineData("\"off\"", OffloadNames.None, OffloadNames.None)]
    [InlineData("{ \"tso.inner4\": \"off\", \"encap.nvgre\": \"on\" }", OffloadNames.All & ~OffloadNames.TsoInner4, OffloadNames.Checksums)]
    [InlineData("{ \"csum.ip4\": \"tx\", \"csum.udp6\": \"rx\", \"csum.tcp4\": \"off\" }",
        OffloadNames.All & ~(OffloadNames.CsumUdp6 | OffloadNames.CsumTcp4), OffloadNames.Checksums & ~(OffloadNames.CsumIp4 | OffloadNames.CsumTcp4))]
    public void APortsSettingIsReadAndReadBack(string value, OffloadNames tx, OffloadNames rx)
    {
        GatewayConfiguration read = PlaneFixture.Parse(PlaneFixture.Json(underlay: value.Length == 0 ? "" : $", \"offload\": {value}"));
        Assert.Equal(new OffloadConfiguration(tx, rx), read.Ports[1].Offload);
        Assert.Equal(read.Ports[1].Offload, read.OffloadOf(1));
        Assert.Equal(OffloadConfiguration.Auto, read.OffloadOf(0));
        Assert.Equal(read, PlaneFixture.Parse(read.ToJson()));
    }

    [Fact]
    public void TheTopSwitchTurnsAllPortsOff()
    {
        GatewayConfiguration read = PlaneFixture.Parse(PlaneFixture.Json(underlay: ", \"offload\": \"auto\"", top: ", \"offload\": \"off\""));
        Assert.Equal(OffloadConfiguration.Auto, read.Ports[1].Offload);
        Assert.Equal(OffloadConfiguration.Off, read.OffloadOf(1));
        Assert.Equal(read, PlaneFixture.Parse(read.ToJson()));
    }

    [Fact]
    [Requirement("F-004")]
    public void AGatewayWithoutProviderAddressesIsReadBack()
    {
        const string Json = """
            { "name": "unit", "ports": [ { "name": "a", "role": "access", "device": "net_null0", "nativeVlan": 100 } ],
              "segments": [ { "name": "blue", "vsid": 5001, "attachments": [ { "port": "a", "vlan": 100 } ] } ] }
            """;
        GatewayConfiguration read = PlaneFixture.Parse(Json);
        Assert.Equal(read, PlaneFixture.Parse(read.ToJson()));
    }
}

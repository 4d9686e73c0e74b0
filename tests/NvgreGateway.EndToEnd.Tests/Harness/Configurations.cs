using System.Text.Json.Nodes;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>The configurations of the tests, as an operator would write them.</summary>
internal static class Configurations
{
    /// <summary>An <c>offload</c> under which a guest gets whole checksums, so that a capture in it can be checked; its own may be begun.</summary>
    public const string WholeSums = """{ "csum.tcp4": "rx", "csum.tcp6": "rx", "csum.udp4": "rx", "csum.udp6": "rx" }""";

    public const string AccessMac = "02:00:00:00:01:01";
    public const string UnderlayMac = "02:00:00:00:01:02";

    /// <summary>
    /// One trunk, one underlay, two segments: VLAN 100 is VSID 5001, VLAN 200 is VSID 5002. Nothing is static: no
    /// neighbour, no record.
    /// </summary>
    public static JsonObject TwoSegments(string accessDevice, string underlayDevice, string peer = OvsPeer.Address, string flowId = "hash") => Parse($$"""
        {
          "ports": [
            { "name": "access0", "role": "access", "device": "{{accessDevice}}", "mtu": 1450, "mac": "{{AccessMac}}" },
            { "name": "underlay0", "role": "underlay", "device": "{{underlayDevice}}", "mtu": 1600, "mac": "{{UnderlayMac}}",
              "addresses": ["{{OvsPeer.GatewayAddress}}/24", "fd00::1/64"] }
          ],
          "segments": [
            { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ],
              "peers": [ { "address": "{{peer}}", "flowId": "{{flowId}}" } ] },
            { "name": "green", "vsid": 5002, "attachments": [ { "port": "access0", "vlan": 200 } ],
              "peers": [ { "address": "{{peer}}", "flowId": "{{flowId}}" } ] }
          ]
        }
        """);

    public static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();
}

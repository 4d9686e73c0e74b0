using System.Text.Json;
using System.Text.Json.Nodes;
using NvgreGateway.Control.Configuration;

namespace NvgreGateway.Control.Tests.Configuration;

/// <summary>Configurations that tests start from, and small edits of them.</summary>
internal static class Samples
{
    /// <summary>The example that users are shown first.</summary>
    public const string Example = """
        {
          "name": "gw1",
          "ports": [
            { "name": "access0",   "role": "access",   "device": "0000:01:00.0", "mtu": 1500, "nativeVlan": 100, "mac": "02:00:00:00:01:01" },
            { "name": "underlay0", "role": "underlay", "device": "net_af_packet0,iface=uplink", "mtu": 1600,
              "addresses": ["192.0.2.1/24", "2001:db8::1/64"],
              "routes": [ { "prefix": "0.0.0.0/0", "via": "192.0.2.254" } ],
              "neighbors": [ { "address": "192.0.2.2", "mac": "02:00:00:00:aa:02" } ] }
          ],
          "segments": [
            { "name": "blue", "vsid": 5001,
              "attachments": [ { "port": "access0", "vlan": 100 } ],
              "sourceAddresses": [ "192.0.2.1", "2001:db8::1" ],
              "peers": [ "192.0.2.2", { "address": "2001:db8::2", "flowId": "hash", "ecn": "compatibility" } ],
              "learning": true, "unknownUnicast": "flood",
              "records": [ { "mac": "02:00:00:00:0b:01", "ca": "10.1.0.11", "pa": "192.0.2.2" } ] }
          ],
          "fdb": { "capacity": 65536, "ageingSeconds": 300 },
          "workers": { "cores": [1], "idle": "poll" },
          "metrics": { "listen": "127.0.0.1:9471" }
        }
        """;

    /// <summary>Every key that is supported, with values that are not the defaults.</summary>
    public const string Full = """
        {
          "$schema": "nvgre-gateway.schema.json",
          "name": "gw-2",
          "flowId": "zero",
          "workers": { "cores": [0, 1], "idle": "sleep", "burst": 64, "spread": "off", },
          "fdb": { "capacity": 1024, "ageingSeconds": 10, "moves": { "limit": 7, "windowSeconds": 60, "action": "drop" } },
          "lenient": { "checksum": true, "sequence": true },
          "log": { "ecnAnomalies": false },
          "budgets": { "arp": 10, "nd": 20, "igmp": 30, "icmpEcho": 0, "icmpErrors": 7 },
          "neighbors": { "hold": 8, "retrySeconds": 2, "giveUpSeconds": 4, "reachableSeconds": 60 },
          "memory": { "hugepages": "off", "megabytes": 256 },
          "metrics": { "listen": "[::1]:0" },
          "ports": [
            { "name": "t0", "role": "access", "device": "net_tap0,iface=t0", "mtu": 1400, "queues": 1, "mode": "trunk", "nativeVlan": 10, "tpid": "0x9100",
              "trust": "pcp", "controlFrames": "forward", "limits": { "macs": 100, "action": "drop" }, "mac": "02:00:00:00:00:01" },
            { "name": "a1", "role": "access", "device": "01:00.1", "mode": "access", "nativeVlan": 300, "trust": "none", "mtu": 1400 },
            { "name": "u0", "role": "underlay", "device": "0000:02:00.0", "mtu": 2000, "vlan": 103, "extraOverhead": 38, "ttl": 32, "multicastTtl": 8, "storm": { "unknown": "1000000000kbps" },
              "addresses": ["192.0.2.1/24"], "routes": [ { "prefix": "198.51.100.0/24", "via": "192.0.2.254" } ] },
            { "name": "u1", "role": "underlay", "device": "net_af_packet1,iface=up1", "mtu": 1600,
              "addresses": ["2001:db8::1/64", "203.0.113.1/31"],
              "neighbors": [ { "address": "2001:db8::2", "mac": "02-00-00-00-AA-02" } ],
              "routes": [ { "prefix": "2001:db8:1::/48", "via": "fe80::1" } ] }, // a router by its link-local address
          ],
          "segments": [
            { "name": "blue", "vsid": 4096,
              "attachments": [ { "port": "t0", "vlan": 10 }, { "port": "t0", "vlan": 4094 } ],
              "sourceAddresses": [ "203.0.113.1", "2001:db8::1" ],
              "peers": [
                { "address": "198.51.100.10", "flowId": "hash", "ecn": "normal", "dscp": { "encapsulate": 46, "decapsulate": "uniform" },
                  "adminState": "down", "acceptInnerTag": true, "limits": { "macs": 5 }, "pmtud": false },
                { "address": "2001:db8:1::9", "minTtl": 63, "dscp": { "encapsulate": "pcp" }, "mtu": 1500 } ],
              "learning": false, "localSwitching": false, "adminState": "down", "lossless": "forward",
              "limits": { "macs": 50, "action": "drop" },
              "mssClamp": false, "fragment": false, "router": { "addresses": [ "10.1.1.1/24", "2001:db8:ffff::1", "10.1.1.2" ], "mac": "02:00:00:00:0a:fe" },
              "pcpToDscp": [ 0, 1, 2, 3, 4, 5, 6, 63 ],
              "dscpToPcp": [ 7, 0,0,0,0,0,0,0, 1,1,1,1,1,1,1,1, 2,2,2,2,2,2,2,2, 3,3,3,3,3,3,3,3,
                             4,4,4,4,4,4,4,4, 5,5,5,5,5,5,5,5, 6,6,6,6,6,6,6,6, 7,7,7,7,7,7,7,7 ],
              "records": [
                { "mac": "02:00:00:00:0b:01", "pa": "198.51.100.10", "sticky": true },
                { "mac": "02:00:00:00:0b:02", "ca": "2001:db8:ffff::5", "port": "t0", "vlan": 4094 } ],
              "relay": true, "snooping": true, "storm": { "broadcast": 1000, "multicast": "64kbps", "unknown": 1 }, "arp": "proxy", "strictArp": true, "spread": "flow", "rewriteInnerDscp": true, "dropBadInnerChecksum": false },
            { "name": "red.2", "vsid": 16777214, "attachments": [ { "port": "a1", "vlan": 300 } ], "peers": [ "192.0.2.77" ] }
          ]
        }
        """;

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    public static JsonObject Node(string json) => JsonNode.Parse(json, documentOptions: Lenient)!.AsObject();

    /// <summary>Sets (or with null removes) the value at a place such as <c>ports[1].routes[0].via</c>; an index one past the end appends.</summary>
    public static string Edit(string json, string place, string? value)
    {
        JsonObject root = Node(json);
        JsonNode at = root;
        object[] steps = Steps(place);
        foreach (object step in steps[..^1])
        {
            at = step is int index ? at[index]! : at[(string)step]!;
        }

        JsonNode? replacement = value is null ? null : JsonNode.Parse(value);
        switch (steps[^1])
        {
            case int index when at.AsArray().Count == index:
                at.AsArray().Add(replacement);
                break;
            case int index when value is null:
                at.AsArray().RemoveAt(index);
                break;
            case int index:
                at[index] = replacement;
                break;
            case string key when value is null:
                at.AsObject().Remove(key);
                break;
            case string key:
                at[key] = replacement;
                break;
        }

        return root.ToJsonString();
    }

    public static string Edit(string json, params (string Place, string? Value)[] edits) =>
        edits.Aggregate(json, static (text, edit) => Edit(text, edit.Place, edit.Value));

    public static GatewayConfiguration Accept(string json)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(json);
        Assert.Equal([], result.Errors.Select(static e => e.ToString()));
        Assert.True(result.IsValid);
        return result.Configuration;
    }

    public static ConfigurationError RefuseOnce(string json)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(json);
        Assert.Null(result.Configuration);
        Assert.False(result.IsValid);
        Assert.True(result.Errors.Count == 1, string.Join('\n', result.Errors));
        return result.Errors[0];
    }

    /// <summary>The nearest folder upward that holds the solution.</summary>
    public static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "NvgreGateway.sln")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        return folder.FullName;
    }

    private static object[] Steps(string place) =>
        [.. place.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries)
            .Select(static step => step.StartsWith('[') ? (object)int.Parse(step[1..^1], System.Globalization.CultureInfo.InvariantCulture) : step)];
}

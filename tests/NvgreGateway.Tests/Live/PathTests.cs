using System.Buffers.Binary;
using NvgreGateway.Control;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Dataplane;
using NvgreGateway.Dataplane.Tests;
using NvgreGateway.Exchange;

namespace NvgreGateway.Tests.Live;

/// <summary>The way of a flow over reloads, restarts and another gateway of the same configuration.</summary>
public sealed unsafe class PathTests
{
    /// <summary>What is known beforehand of the TCP flow of WIRE-FORMAT 1.5: FlowID, and source and next hop by another program's weights.</summary>
    [Fact]
    [Requirement("A-037", "A-121")]
    public void OneFlowHasOneWayForEver()
    {
        using var rig = new Rig(Configuration(4));
        string[] before = rig.Ways();
        Assert.Equal("1E from 192.0.2.1 via FE", before[49152 % 256]);
        Assert.InRange(before.Distinct().Count(), 100, 256);

        Assert.True(rig.Apply(Configuration(4, more: """, { "name": "red", "vsid": 5003, "attachments": [ { "port": "access0", "vlan": 300 } ], "peers": [ "198.51.100.99", "198.51.100.10" ] }""")));
        Assert.Equal(before, rig.Ways());
        Assert.True(rig.Apply(Configuration(4, reverse: true, top: """, "neighbors": { "hold": 9 }""")));
        Assert.Equal(before, rig.Ways());
        rig.RestartControl(Configuration(4));
        Assert.Equal(before, rig.Ways());
        rig.RestartWorker();
        Assert.Equal(before, rig.Ways());

        using var twin = new Rig(Configuration(4, reverse: true));
        Assert.Equal(before, twin.Ways());
    }

    [Fact]
    [Requirement("A-121", "F-053")]
    public void AReloadThatTakesANextHopMovesItsFlowsAlone()
    {
        using var rig = new Rig(Configuration(4));
        string[] before = rig.Ways();
        Assert.True(rig.Apply(Configuration(3)));
        string[] after = rig.Ways();
        Assert.DoesNotContain(after, static way => way.EndsWith("via FE", StringComparison.Ordinal));
        for (int i = 0; i < before.Length; i++)
        {
            Assert.True(before[i].EndsWith("via FE", StringComparison.Ordinal) || before[i] == after[i], $"flow {i} went {before[i]} and goes {after[i]}");
        }

        Assert.True(rig.Apply(Configuration(4)));
        Assert.Equal(before, rig.Ways());
    }

    [Fact]
    [Requirement("A-121")]
    public void ALinkThatGoesMovesTheFlowsOfItsNextHops()
    {
        using var rig = new Rig(Configuration(2, second: true));
        string[] before = rig.Ways();
        Assert.Contains(before, static way => way.EndsWith("via AA", StringComparison.Ordinal));
        rig.SetLink(2, up: false);
        string[] after = rig.Ways();
        Assert.DoesNotContain(after, static way => way.EndsWith("via AA", StringComparison.Ordinal));
        Assert.All(Enumerable.Range(0, before.Length), i => Assert.True(before[i].EndsWith("via AA", StringComparison.Ordinal) || before[i] == after[i]));
        rig.SetLink(2, up: true);
        Assert.Equal(before, rig.Ways());
    }

    private static GatewayConfiguration Configuration(int hops, bool reverse = false, string more = "", string top = "", bool second = false)
    {
        IEnumerable<int> numbers = Enumerable.Range(251, hops);
        string routes = string.Join(',', (reverse ? numbers.Reverse() : numbers).Select(static n => $$"""{ "prefix": "0.0.0.0/0", "via": "192.0.2.{{n}}" }"""));
        string neighbors = string.Join(',', numbers.Select(static n => $$"""{ "address": "192.0.2.{{n}}", "mac": "02:00:00:00:02:{{n:x2}}" }"""));
        string other = second
            ? """, "routes": [ { "prefix": "0.0.0.0/0", "via": "203.0.113.254" } ], "neighbors": [ { "address": "203.0.113.254", "mac": "02:00:00:00:02:aa" } ]"""
            : string.Empty;
        return LiveRig.Parse($$"""
            { "name": "paths",
              "ports": [
                { "name": "access0", "role": "access", "device": "net_null0", "mac": "02:00:00:00:01:01" },
                { "name": "underlay0", "role": "underlay", "device": "net_null1", "mac": "02:00:00:00:02:01", "addresses": ["192.0.2.1/24"], "routes": [ {{routes}} ], "neighbors": [ {{neighbors}} ] },
                { "name": "underlay1", "role": "underlay", "device": "net_null2", "mac": "02:00:00:00:02:02", "addresses": ["203.0.113.1/24"]{{other}} } ],
              "segments": [
                { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ], "peers": [ "198.51.100.10" ], "spread": "flow",
                  "records": [ { "mac": "00:15:5d:00:00:0b", "ca": "10.1.1.11", "pa": "198.51.100.10" } ] }{{more}} ]{{top}} }
            """);
    }

    private sealed class Rig(GatewayConfiguration configuration) : LiveRig(configuration, 512, links: true)
    {
        public bool Apply(GatewayConfiguration configuration)
        {
            ReloadResult result = Plane.Apply(configuration, ++Now);
            Assert.True(result.Accepted, string.Join('\n', result.Problems));
            return result.Changed;
        }

        public void RestartControl(GatewayConfiguration configuration)
        {
            Now++;
            Plane = StartControl(configuration, links: true);
        }

        public void SetLink(int port, bool up)
        {
            Memory.PortStates[port].LinkUp = (byte)(up ? 1 : 0);
            Plane.WatchPorts(++Now);
        }

        /// <summary>Of 256 TCP flows, the source ports 49152 and on: FlowID, source address and the last byte of the next hop's MAC.</summary>
        public string[] Ways()
        {
            var ways = new string[256];
            for (int i = 0; i < ways.Length; i++)
            {
                byte[] frame = Convert.FromHexString("00155D00000B" + "020000000A01" + "81000064" + "0800" + "450000280000400040060000" + "0A0101C8" + "0A01010B" + "C00001BB" + new string('0', 32));
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(38), (ushort)(49152 + i));
                frame[50] = 0x50;
                Device.Outputs.Clear();
                Receive(0, frame, headroom: -1);
                Worker.Poll();
                byte[] sent = Assert.Single(Device.Outputs).Bytes;
                ways[i] = $"{sent[41]:X2} from {new System.Net.IPAddress(sent.AsSpan(26, 4))} via {sent[5]:X2}";
            }

            return ways;
        }

        private protected override void Check() => Assert.Equal(Statistics->Received, Statistics->Transmitted);
    }
}

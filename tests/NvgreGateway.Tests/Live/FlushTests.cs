using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using NvgreGateway.Control;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Dataplane;
using NvgreGateway.Dataplane.Tests;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Tests.Live;

/// <summary>Flushes as an operator asks for them, and the one of a port that goes down: worker and control together.</summary>
public sealed unsafe class FlushTests
{
    // Name, MAC, segment, VLAN port or peer. Two segments have the same MACs.
    private static readonly Station[] s_stations =
    [
        new("a", "02:00:00:00:0a:01", 5001, 0, 100, 0),
        new("b", "02:00:00:00:0a:02", 5001, 2, 100, 0),
        new("v", "02:00:00:00:0b:02", 5001, 1, 0, 2),
        new("w", "02:00:00:00:0b:03", 5001, 1, 0, 3),
        new("A", "02:00:00:00:0a:01", 5002, 0, 200, 0),
        new("B", "02:00:00:00:0a:03", 5002, 2, 200, 0),
        new("V", "02:00:00:00:0b:02", 5002, 1, 0, 2),
    ];

    /// <summary>What is flushed, and whose entries go with it.</summary>
    public static TheoryData<string, string> Flushes => new()
    {
        { "all", "abvwABV" },
        { "segment", "abvw" },
        { "port", "aA" },
        { "vlan", "a" },
        { "peer", "v" },
        { "mac", "vV" },
        { "mac of segment", "V" },
        { "port down", "bB" },
    };

    [Theory]
    [MemberData(nameof(Flushes))]
    [Requirement("E-035")]
    public void WhatIsFlushedIsFloodedOnceAndLearnedAgainAndNothingElseIs(string what, string whose)
    {
        using var rig = new Rig();
        rig.EverybodySpeaks();
        Assert.Equal(s_stations.Length, rig.Plane.Tables.Fdb.Count);
        rig.MustKnowAllBut("");

        int flushed = rig.Flush(what);
        Assert.Equal(what == "port down" ? 0 : whose.Length, flushed); // a port that goes down tells no count
        Assert.Equal(s_stations.Length - whose.Length, rig.Plane.Tables.Fdb.Count);
        Assert.Equal((ulong)whose.Length, rig.Memory.Header->ControlCounters[(int)CounterId.FdbFlushed]);
        rig.MustKnowAllBut(whose);

        rig.EverybodySpeaks();
        Assert.Equal(s_stations.Length, rig.Plane.Tables.Fdb.Count);
        rig.MustKnowAllBut("");
        Assert.Equal((ulong)(s_stations.Length + whose.Length), rig.Memory.Header->ControlCounters[(int)CounterId.FdbLearned]);
        Assert.Equal(0ul, rig.Memory.Header->ControlCounters[(int)CounterId.FdbMoved]);
    }

    private sealed record Station(string Name, string Mac, int Vsid, int Port, int Vlan, int Peer);

    private sealed class Rig() : LiveRig(Configuration(), 64, links: true)
    {
        /// <summary>Every station sends a broadcast, and control takes note.</summary>
        public void EverybodySpeaks()
        {
            foreach (Station s in s_stations)
            {
                Send(s, "ff:ff:ff:ff:ff:ff");
            }

            Now += Second;
            Plane.Collect();
            Plane.Process(Now);
        }

        /// <summary>A frame to each station: it goes to it alone when it is known, else to every place of its segment, once to each.</summary>
        public void MustKnowAllBut(string unknown)
        {
            foreach (Station to in s_stations)
            {
                Station from = s_stations.First(s => s.Vsid == to.Vsid && s.Port != to.Port && s.Peer == 0);
                ulong before = Statistics->Counters[(int)CounterId.FdbUnknown];
                List<(int Port, int Peer)> got = Send(from, to.Mac);
                bool flooded = Statistics->Counters[(int)CounterId.FdbUnknown] == before + 1;
                Assert.True(flooded == unknown.Contains(to.Name, StringComparison.Ordinal), $"{to.Name} is {(flooded ? "unknown" : "known")}");
                IEnumerable<(int, int)> wanted = flooded
                    ? s_stations.Where(s => s.Vsid == to.Vsid && s != from).Select(static s => (s.Port, s.Peer))
                    : [(to.Port, to.Peer)];
                Assert.Equal(wanted.Order(), got.Order());
            }

            // Control has not seen these yet: a probe does not teach what the next one asks.
            Plane.Collect();
        }

        public int Flush(string what)
        {
            IdStore ids = Plane.Tables.Ids;
            FdbManager fdb = Plane.Tables.Fdb;
            switch (what)
            {
                case "all":
                    return fdb.FlushAll();
                case "segment":
                    return fdb.FlushSegment(ids.SegmentOf(5001));
                case "port":
                    return fdb.FlushPort(0);
                case "vlan":
                    return fdb.FlushAttachment(ids.AttachmentOf("access0", 100));
                case "peer":
                    return fdb.FlushPeer(ids.PeerOf(5001, IPAddress.Parse("192.0.2.2")));
                case "mac":
                    return fdb.FlushMac(MacAddress.Parse("02:00:00:00:0b:02", CultureInfo.InvariantCulture));
                case "mac of segment":
                    return fdb.FlushMac(MacAddress.Parse("02:00:00:00:0b:02", CultureInfo.InvariantCulture), ids.SegmentOf(5002));
                default:
                    Memory.PortStates[2].LinkUp = 0;
                    Plane.WatchPorts(Now);
                    Memory.PortStates[2].LinkUp = 1;
                    Plane.WatchPorts(Now);
                    return 0;
            }
        }

        private protected override void Check()
        {
            Assert.Equal(0ul, Dropped());
            Assert.Equal(Given, Statistics->Received);
            Assert.Equal(Given, Statistics->Transmitted);
        }

        private static GatewayConfiguration Configuration() => Parse("""
                { "name": "flush",
                  "ports": [
                    { "name": "access0", "role": "access", "device": "net_null0", "mac": "02:00:00:00:01:01" },
                    { "name": "underlay0", "role": "underlay", "device": "net_null1", "mac": "02:00:00:00:02:01", "mtu": 1600, "addresses": ["192.0.2.1/24"],
                      "neighbors": [ { "address": "192.0.2.2", "mac": "02:00:00:00:02:02" }, { "address": "192.0.2.3", "mac": "02:00:00:00:02:03" } ] },
                    { "name": "access1", "role": "access", "device": "net_null2", "mac": "02:00:00:00:01:02" } ],
                  "segments": [
                    { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 }, { "port": "access1", "vlan": 100 } ], "peers": [ "192.0.2.2", "192.0.2.3" ] },
                    { "name": "green", "vsid": 5002, "attachments": [ { "port": "access0", "vlan": 200 }, { "port": "access1", "vlan": 200 } ], "peers": [ "192.0.2.2" ] } ] }
                """);

        /// <summary>Sends a frame of a station; returns where copies of it left: port, and last byte of the peer's PA.</summary>
        private List<(int Port, int Peer)> Send(Station from, string destination)
        {
            string macs = (destination + from.Mac).Replace(":", "", StringComparison.Ordinal), rest = "88b5" + new string('0', 92);
            string frame = from.Peer == 0
                ? macs + $"8100{from.Vlan:x4}" + rest
                : "020000000201" + $"0200000002{from.Peer:x2}" + "0800" + Ipv4(from.Peer, 28 + ((macs.Length + rest.Length) / 2)) + $"20006558{from.Vsid:x6}00" + macs + rest;
            Receive(from.Port, Convert.FromHexString(frame));
            int before = Device.Outputs.Count;
            PollToTheEnd();

            return [.. Device.Outputs.Skip(before).Select(static o => (o.Port, o.Port == 1 ? (int)o.Bytes[33] : 0))];
        }

        // From a peer to the gateway; the sum of its fixed words, RFC 1071.
        private static string Ipv4(int peer, int total)
        {
            byte[] header = Convert.FromHexString($"4500{total:x4}00004000402f0000c00002{peer:x2}c0000201");
            uint sum = 0;
            for (int i = 0; i < header.Length; i += 2)
            {
                sum += BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(i));
            }

            sum = (sum & 0xFFFF) + (sum >> 16);
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), (ushort)~(sum + (sum >> 16)));
            return Convert.ToHexStringLower(header);
        }
    }
}

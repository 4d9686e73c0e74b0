using NvgreGateway.Control;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Dataplane;
using NvgreGateway.Dataplane.Tests;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Tests.Live;

/// <summary>What the gateway tells the network when it becomes active: control writes it, the worker tags and sends it.</summary>
public sealed unsafe class AnnounceTests
{
    // WIRE-FORMAT W-21 and W-22.
    private const string W21 =
        "ffffffffffff00005e00010a8100006408060001080006040001" + "00005e00010a0a010101" + "0000000000000a010101" + "0000000000000000000000000000";
    private const string W22 =
        "ffffffffffff00155d00000b8100006480350001080006040003" + "00155d00000b00000000" + "00155d00000b00000000" + "0000000000000000000000000000";

    // The same on the pair 200.7 of a port with S-tags.
    private const string W22Qinq =
        "ffffffffffff00155d00000b88a800c88100000780350001080006040003" + "00155d00000b00000000" + "00155d00000b00000000" + "00000000000000000000";

    private const ulong Second = LiveRig.Second, Millisecond = LiveRig.Millisecond;

    [Fact]
    [Requirement("E-060")]
    public void AddressesAreAnnouncedAtOnceThreeTimesMoreAndThenEveryMinute()
    {
        using var rig = new Rig();
        rig.Plane.Announce(rig.Now);
        rig.Run(100 * Millisecond);
        Assert.Equal([W21], rig.Frames(Rig.Access));

        // The provider address: a gratuitous ARP too, untagged and padded.
        string pa = "ffffffffffff02000000020108060001080006040001" + "020000000201c0000201" + "000000000000c0000201" + new string('0', 36);
        Assert.Equal([pa], rig.Frames(Rig.Underlay));

        var times = new List<ulong>();
        ulong start = rig.Now - (100 * Millisecond);
        for (int i = 0; i < 1300; i++)
        {
            rig.Run(100 * Millisecond);
            foreach (string frame in rig.Frames(Rig.Access))
            {
                Assert.Equal(W21, frame);
                times.Add((rig.Now - start) / Second);
            }

            Assert.All(rig.Frames(Rig.Underlay), frame => Assert.Equal(pa, frame));
        }

        Assert.Equal([1ul, 2, 3, 63, 123], times);
    }

    [Fact]
    [Requirement("E-060")]
    public void AddressesOfVersionSixAreAnnouncedByUnsolicitedAdvertisements()
    {
        // RFC 4861 section 4.4: R and O set, S clear, from the address to all nodes, its MAC as the target's.
        const string Router = "33330000000100005e00010a" + "81000064" + "86dd6000000000203aff20010db800ca00000000000000000001ff020000000000000000000000000001"
            + "88001a8da000000020010db800ca00000000000000000001020100005e00010a";
        const string Provider = "333300000001020000000201" + "86dd6000000000203aff20010db8000a00000000000000000001ff020000000000000000000000000001"
            + "88007716a000000020010db8000a000000000000000000010201020000000201";
        using var rig = new Rig(six: true);
        rig.Plane.Announce(rig.Now);
        rig.Run(100 * Millisecond);
        Assert.Equal([W21, Router], rig.Frames(Rig.Access));
        Assert.Equal(2, rig.Frames(Rig.Underlay).Count(static f => f == Provider || f.StartsWith("ffffffffffff0200000002010806", StringComparison.Ordinal)));
        rig.Run(3500 * Millisecond);
        Assert.Equal([W21, Router, W21, Router, W21, Router], rig.Frames(Rig.Access));
        Assert.Equal(3, rig.Frames(Rig.Underlay).Count(static f => f == Provider));
    }

    [Fact]
    [Requirement("E-060")]
    public void AnIntervalOfZeroAndNoRepeatsMeanOnce()
    {
        using var rig = new Rig(""", "announce": { "repeats": 0, "intervalSeconds": 0 }""");
        rig.Plane.Announce(rig.Now);
        rig.Run(10 * Millisecond);
        Assert.Equal([W21], rig.Frames(Rig.Access));
        rig.Run(200 * Second, 100 * Millisecond);
        Assert.Empty(rig.Frames(Rig.Access));
    }

    [Fact]
    [Requirement("E-061")]
    public void EachMacBehindAPeerIsAnnouncedOnceOnEachVlanOfItsSegmentAndNowhereElse()
    {
        using var rig = new Rig();
        rig.Learn(5001, "00:15:5d:00:00:0b", peer: true);
        rig.Learn(5002, "00:15:5d:00:00:0b", peer: true);
        rig.Learn(5001, "00:15:5d:00:00:0c", peer: false); // lives on the VLAN
        Assert.Equal((0, 1), rig.Plane.Announce(rig.Now, rig.Plane.Tables.Ids.SegmentOf(5002)));
        rig.Run(10 * Millisecond);
        Assert.Equal([W22Qinq], rig.Frames(Rig.Qinq));
        Assert.Empty(rig.Frames(Rig.Access));

        Assert.Equal((2, 2), rig.Plane.Announce(rig.Now));
        rig.Run(10 * Millisecond);
        Assert.Equal([W21, W22], rig.Frames(Rig.Access));
        Assert.Equal([W22Qinq], rig.Frames(Rig.Qinq));
        Assert.Single(rig.Frames(Rig.Underlay)); // the provider address
    }

    [Fact]
    [Requirement("E-061")]
    public void AThousandMacsAreAThousandFramesAtNoMoreThanTenThousandASecond()
    {
        using var rig = new Rig(""", "announce": { "repeats": 0 }""");
        for (int i = 0; i < 1000; i++)
        {
            rig.Learn(5001, $"00:15:5d:01:{i >> 8:x2}:{i & 0xFF:x2}", peer: true);
        }

        rig.Plane.Announce(rig.Now);
        var seen = new HashSet<string>();
        int most = 0;
        for (int i = 0; i < 20; i++)
        {
            rig.Run(10 * Millisecond);
            List<string> frames = rig.Frames(Rig.Access);
            most = Math.Max(most, frames.Count);
            foreach (string frame in frames.Where(static f => f != W21))
            {
                string mac = frame[12..24];
                Assert.Equal(W22.Replace("00155d00000b", mac, StringComparison.Ordinal), frame);
                Assert.True(seen.Add(mac), $"{mac} came twice");
            }
        }

        Assert.Equal(1000, seen.Count);
        Assert.InRange(most, 1, 100); // in ten milliseconds

        // A control thread that was held up does not make up for it.
        rig.Plane.Announce(rig.Now);
        rig.Run(Second, Second);
        Assert.InRange(rig.Frames(Rig.Access).Count, 1, 2 * 9 + 1);
    }

    [Fact]
    public void AMacThatMovesToTheVlanMeanwhileIsNotAnnounced()
    {
        using var rig = new Rig(""", "announce": { "repeats": 0 }""");
        for (int i = 0; i < 100; i++)
        {
            rig.Learn(5001, $"00:15:5d:01:00:{i:x2}", peer: true);
        }

        rig.Plane.Announce(rig.Now);
        for (int i = 0; i < 100; i++)
        {
            rig.Learn(5001, $"00:15:5d:01:00:{i:x2}", peer: false);
        }

        rig.Run(Second, Millisecond);
        Assert.InRange(rig.Frames(Rig.Access).Count, 1, 9);
    }

    private sealed class Rig(string top = "", bool six = false) : LiveRig(Configuration(top, six), 2048)
    {
        public const int Access = 0, Underlay = 1, Qinq = 2;
        private readonly int[] _read = new int[3];

        public void Learn(int vsid, string mac, bool peer)
        {
            IdStore ids = Plane.Tables.Ids;
            uint segment = ids.SegmentOf(vsid);
            uint place = peer
                ? Memory.Current.Peers[ids.PeerOf(vsid, System.Net.IPAddress.Parse("192.0.2.2"))].Place
                : Memory.Current.Attachments[ids.AttachmentOf("access0", 100)].Place;
            Plane.Tables.Fdb.Learn(FdbTable.Key(MacAddress.Parse(mac, null).Value, segment), place, Now);
        }

        /// <summary>Time passes as in production: control looks once in each step, the worker all the time.</summary>
        public void Run(ulong nanoseconds, ulong step = Millisecond)
        {
            for (ulong end = Now + nanoseconds; Now < end;)
            {
                Now += step;
                Plane.Collect();
                Plane.Process(Now);
                PollToTheEnd();
            }
        }

        public List<string> Frames(int port)
        {
            List<string> frames = [.. Device.Outputs.Skip(_read[port]).Where(o => o.Port == port).Select(static o => Convert.ToHexStringLower(o.Bytes))];
            _read[port] = Device.Outputs.Count;
            return frames;
        }

        private protected override void Check() => Assert.Equal(0ul, Statistics->Received);

        private static GatewayConfiguration Configuration(string top, bool six)
        {
            string json = $$"""
                { "name": "announce",
                  "ports": [
                    { "name": "access0", "role": "access", "device": "net_null0", "mac": "02:00:00:00:01:01" },
                    { "name": "underlay0", "role": "underlay", "device": "net_null1", "mac": "02:00:00:00:02:01", "mtu": 1600, "addresses": ["192.0.2.1/24"] },
                    { "name": "qinq0", "role": "access", "mode": "qinq", "device": "net_null2", "mac": "02:00:00:00:01:02" } ],
                  "segments": [
                    { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ], "peers": [ "192.0.2.2" ],
                      "router": { "mac": "00:00:5e:00:01:0a", "addresses": ["10.1.1.1/24"] } },
                    { "name": "green", "vsid": 5002, "attachments": [ { "port": "qinq0", "vlan": 200, "innerVlan": 7 } ], "peers": [ "192.0.2.2" ] } ]{{top}} }
                """;
            return Parse(
                six ? json.Replace("10.1.1.1/24\"", "10.1.1.1/24\", \"2001:db8:ca::1/64\"", StringComparison.Ordinal)
                    .Replace("192.0.2.1/24\"", "192.0.2.1/24\", \"2001:db8:a::1/64\"", StringComparison.Ordinal) : json);
        }
    }
}

using NvgreGateway.Control.Api;
using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Api;

/// <summary>The show API over its socket.</summary>
public sealed class ShowTests
{
    [Fact]
    [Requirement("A-082")]
    public unsafe void ASegmentShowsWhereItFloods()
    {
        using var f = new PlaneFixture(PlaneFixture.Json(
            peers: "\"192.0.2.2\" ], \"multicastPa\": \"239.1.1.1\", \"groups\": { \"224.1.1.1\": [ \"239.1.1.2\", \"ff08::2\" ] }, \"records\": [ ",
            segments: ", { \"name\": \"red\", \"vsid\": 5002, \"attachments\": [ { \"port\": \"access0\", \"vlan\": 200 } ] }"));
        IReadOnlyList<SegmentStatus> segments = StatusReporter.Segments(f.Plane);
        Assert.Equal(["239.1.1.1"], segments[0].MulticastPa);
        Assert.Equal(["239.1.1.2", "ff08::2"], Assert.Single(segments[0].Groups, static g => g.Key == "224.1.1.1").Value);
        Assert.Empty(segments[1].MulticastPa);
        Assert.Empty(segments[1].Groups);
        Assert.Single(StatusReporter.Peers(f.Plane)); // a group is none

        // What is sent to a group is sent by its segment.
        uint group = f.Plane.Tables.Ids.PeerOf(5001, System.Net.IPAddress.Parse("239.1.1.1"));
        f.Memory.Peers(0)[group].TxGroup[3 + PeerCounters.Packets] = 7;
        Assert.Equal(7ul, f.Plane.Statistics.Segment(f.Plane.Tables.Ids.SegmentOf(5001)).Nvgre.TxBroadcast.Packets);
        Assert.Equal(0ul, f.Plane.Statistics.Segment(f.Plane.Tables.Ids.SegmentOf(5002)).Nvgre.TxBroadcast.Packets);
    }

    [Fact]
    [Requirement("F-011", "E-026")]
    public unsafe void EveryObjectHasItsStatesAndAReason()
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        using ControlClient client = f.Client();
        PortStatus port = client.PortsAsync().Answer()[1];
        Assert.Equal(("underlay0", "underlay", "up", "up", null), (port.Name, port.Role, port.Admin, port.Oper, port.Reason));
        Assert.Equal(("net_fake", "02:00:00:00:02:01", 10_000L, 1600), (port.Driver, port.Mac, port.SpeedMbps, port.Mtu));
        Assert.Equal(["192.0.2.1/24", "2001:db8::1/64", "fe80::ff:fe00:201/64"], port.Addresses);
        SegmentStatus segment = Assert.Single(client.SegmentsAsync().Answer());
        Assert.Equal(("blue", 5001, "up", "up", null), (segment.Name, segment.Vsid, segment.Admin, segment.Oper, segment.Reason));
        Assert.Equal(["192.0.2.2"], segment.Peers);
        PeerStatus peer = Assert.Single(client.PeersAsync().Answer());
        Assert.Equal(("unknown", "nothing was sent to it yet"), (peer.Oper, peer.Reason));
        Assert.Equal(("192.0.2.1", "underlay0", "192.0.2.2"), (peer.Source, peer.Port, peer.NextHop));

        // A port goes down: it, the attachment, the segment and the peer behind it each say why.
        f.Memory.PortStates[0].LinkUp = 0;
        f.Memory.PortStates[1].Present = 0;
        HostFixture.Eventually(() => client.PortsAsync().Answer().All(static p => p.Oper == "down"), "the ports are still up");
        Assert.All(client.PortsAsync().Answer()[1].AddressStates, static a => Assert.Equal(("down", "its port is down: no such device"), (a.Oper, a.Reason)));
        Assert.Equal(["no link", "no such device"], client.PortsAsync().Answer().Select(static p => p.Reason));
        segment = client.SegmentsAsync().Answer()[0];
        Assert.Equal(("up", "down", "no attachment is up: port access0: no link"), (segment.Admin, segment.Oper, segment.Reason));
        Assert.Equal("port access0: no link", segment.Attachments[0].Reason);
        Assert.Equal("port underlay0: no such device", client.PeersAsync().Answer()[0].Reason);

        f.WriteConfiguration(f.Json("{ \"address\": \"192.0.2.2\", \"adminState\": \"down\" }").Replace("\"vsid\"", "\"adminState\": \"down\", \"vsid\"", StringComparison.Ordinal));
        Assert.True(client.ReloadAsync().Answer().Accepted);
        segment = client.SegmentsAsync().Answer()[0];
        Assert.Equal(("down", "down", "administratively down"), (segment.Admin, segment.Oper, segment.Reason));
        peer = client.PeersAsync().Answer()[0];
        Assert.Equal(("down", "down", "administratively down"), (peer.Admin, peer.Oper, peer.Reason));
    }

    [Fact]
    [Requirement("A-045")]
    public void APeerWithAnExceptionSaysSo()
    {
        using var f = new PlaneFixture(PlaneFixture.Json(peers: """{ "address": "192.0.2.2", "acceptInnerTag": true }, "192.0.2.3" """));
        Assert.Equal(["acceptInnerTag", null], StatusReporter.Peers(f.Plane).Select(static p => p.NonCompliant));
    }

    [Theory]
    [Requirement("E-077")]
    [InlineData(0, null, null)]
    [InlineData(1, "none", "off")]
    [InlineData(2, "off", "off")]
    [InlineData(3, "on", "off")]
    public unsafe void FlowControlOfAPortIsShown(int told, string? pause, string? priority)
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        f.Memory.PortStates[0].Pause = f.Memory.PortStates[1].Pause = (uint)told;
        using ControlClient client = f.Client();
        Assert.All(client.PortsAsync().Answer(), p => Assert.Equal((pause, priority), (p.Pause, p.PriorityFlowControl)));
    }

    [Fact]
    public unsafe void ASilentNextHopIsShownWithItsReason()
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        using ControlClient client = f.Client();
        NeighborStatus neighbor = Assert.Single(client.NeighborsAsync().Answer());
        Assert.Equal(("underlay0", "192.0.2.2", "idle", null), (neighbor.Port, neighbor.Address, neighbor.State, neighbor.Mac));

        // A punt lost: the packet that waits is found all the same.
        f.Memory.NextHops[1].Held = 1;
        HostFixture.Eventually(() => client.NeighborsAsync().Answer()[0].State == "failed", "it does not fail");
        PeerStatus peer = client.PeersAsync().Answer()[0];
        Assert.Equal(("down", "next hop 192.0.2.2 on underlay0 does not answer"), (peer.Oper, peer.Reason));
        ConditionStatus condition = Assert.Single(client.DropsAsync().Answer().Conditions);
        Assert.Equal(("peer_down", "blue 192.0.2.2"), (condition.Name, condition.Subject));
    }

    [Fact]
    public unsafe void TheFdbIsShownAndFlushed()
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        using ControlClient client = f.Client();
        Learn(f, "02:00:00:00:0a:01", Place.OfAttachment(1, 0));
        Learn(f, "02:00:00:00:0b:01", Place.OfPeer(1, 0));
        HostFixture.Eventually(() => client.FdbAsync().Answer().Size == 2, "nothing is learned");
        FdbStatus fdb = client.FdbAsync().Answer();
        Assert.Equal(2ul, fdb.Learned);
        Assert.Equal(("blue", "02:00:00:00:0a:01", "access0", 100, null, "learned"),
            (fdb.Entries[0].Segment, fdb.Entries[0].Mac, fdb.Entries[0].Port, fdb.Entries[0].Vlan, fdb.Entries[0].Peer, fdb.Entries[0].Kind));
        Assert.Equal(("02:00:00:00:0b:01", null, "192.0.2.2"), (fdb.Entries[1].Mac, fdb.Entries[1].Port, fdb.Entries[1].Peer));
        Assert.Equal(2, client.SegmentsAsync().Answer()[0].Macs);
        Assert.Equal(1, client.PeersAsync().Answer()[0].Macs);

        Assert.Equal(0, Flush(new FlushRequest { Mac = "02:00:00:00:0c:01" }));
        Assert.Equal(1, Flush(new FlushRequest { Peer = "192.0.2.2" }));
        Assert.Equal(1, Flush(new FlushRequest { Segment = "blue", Port = "access0", Vlan = 100 }));
        Assert.Equal(0, client.FdbAsync().Answer().Size);

        foreach (FlushRequest wrong in new FlushRequest[] { new() { Segment = "red" }, new() { Port = "x" }, new() { Vlan = 100 }, new() { Mac = "x" }, new() { Peer = "192.0.2.9" } })
        {
            Assert.Throws<IOException>(() => Flush(wrong));
        }

        int Flush(FlushRequest request) => client.FlushAsync(request).Answer().Flushed;
    }

    [Fact]
    [Requirement("E-060")]
    public void AnOperatorMayAnnounceAllOrASegment()
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        using ControlClient client = f.Client();
        Learn(f, "02:00:00:00:0a:01", Place.OfAttachment(1, 0));
        Learn(f, "02:00:00:00:0b:01", Place.OfPeer(1, 0));
        HostFixture.Eventually(() => client.FdbAsync().Answer().Size == 2, "nothing is learned");
        int before = (int)f.Memory.Inject(0).Count;
        Assert.Equal(new AnnounceResult { Addresses = 0, Macs = 1 }, client.AnnounceAsync(new AnnounceRequest { Segment = "blue" }).Answer());
        Assert.Equal(new AnnounceResult { Addresses = 3, Macs = 1 }, client.AnnounceAsync(new AnnounceRequest()).Answer());
        Assert.InRange((int)f.Memory.Inject(0).Count, before + 5, before + 12); // its own repeats come on top
        Assert.Contains("no such segment", Assert.Throws<IOException>(() => client.AnnounceAsync(new AnnounceRequest { Segment = "red" }).Answer()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyItsUserMayAskAndUnknownPathsAreRefused()
    {
        using var f = new HostFixture();
        f.StartHost();
        HostFixture.Eventually(() => File.Exists(GatewayPaths.Socket(f.Name)), "no socket");
        using ControlClient client = f.Client();
        HostFixture.Eventually(() => OperatingSystem.IsLinux() && File.GetUnixFileMode(GatewayPaths.Socket(f.Name)) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), "others may use the socket");
        Assert.Contains("still starting", Assert.Throws<IOException>(() => client.PortsAsync().Answer()).Message, StringComparison.Ordinal);
        Assert.Contains("no GET /nothing", Assert.Throws<IOException>(() => client.GetTextAsync("/nothing").Answer()).Message, StringComparison.Ordinal);
        f.StopHost();
        Assert.Contains("no gateway named", Assert.Throws<IOException>(() => client.PortsAsync().Answer()).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("F-020")]
    public unsafe void TheAccountingOfDropsCloses()
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        WorkerStatistics* s = f.Memory.Statistics(0);
        s->Received = 10;
        s->Transmitted = 4;
        s->Consumed = 3;
        s->Drops[(int)DropReason.TxFull] = 3;
        f.Memory.Header->ControlDrops[(int)DropReason.ArpInvalid] = 2;
        using ControlClient client = f.Client();
        DropsStatus drops = client.DropsAsync().Answer();
        Assert.Equal((10ul, 4ul, 1ul, 0ul, 5ul), (drops.Received, drops.Transmitted, drops.Consumed, drops.Held, drops.Dropped));
        Assert.Equal(2ul, drops.Drops["drop.arp.invalid"]);
        Assert.Equal((int)DropReason.Count - 1, drops.Drops.Count);
    }

    private static unsafe void Learn(HostFixture f, string mac, Place place)
    {
        SpscRing ring = f.Memory.Punt(0, PuntClass.Learn);
        var slot = (PuntSlot*)ring.Reserve();
        *slot = new PuntSlot { Kind = PuntKind.Learn, Key = FdbTable.Key(MacAddress.Parse(mac).Value, 1), Place = place.Value };
        ring.Publish();
    }
}

using System.Buffers.Binary;
using System.Net;
using NvgreGateway.Control.Api;
using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Icmp;

/// <summary>What ICMP errors about tunnel packets do to a peer, as operators see it (B.6, B.7).</summary>
public sealed class UnderlayErrorTests
{
    // PA MTU 1600: 198.51.100.7 has a tenant MTU of 1558, 2001:db8::2 one of 1538.
    private const string Four = "198.51.100.7", Six = "2001:db8::2";

    [Fact]
    [Requirement("B-061", "B-063", "B-082", "A-073")]
    public void APathMtuIsLearnedShownAndForgotten()
    {
        using var f = new PlaneFixture();
        Assert.Equal((1600, 1558, null), Mtus(f, Four));
        Assert.Equal((1600, 1538, null), Mtus(f, Six));
        f.Frame(TooBig4(1450));
        f.Round();
        Assert.Equal((1450, 1408, 600L), Mtus(f, Four));
        Assert.Equal((1600, 1538, null), Mtus(f, Six));
        Condition below = Assert.Single(f.Plane.RaisedConditions, static c => c.Name == "mtu_below_vlan");
        Assert.Equal(("blue " + Four, "the path carries 1450 bytes: tenant packets may have 1408, those of the VLAN side have up to 1500"), (below.Subject, below.Text));
        f.Plane.SetWarnings([]); // as a reload does
        Assert.Single(f.Plane.RaisedConditions, static c => c.Name == "mtu_below_vlan");

        f.Advance(599);
        Assert.Equal((1450, 1408, 1L), Mtus(f, Four));
        f.Advance(1);
        Assert.Equal((1600, 1558, null), Mtus(f, Four));
        Assert.DoesNotContain(f.Plane.RaisedConditions, static c => c.Name == "mtu_below_vlan");
        Assert.Equal(0ul, Rejected(f));
        Assert.Empty(f.Sent());
    }

    [Fact]
    [Requirement("B-016")]
    public void APathTooSmallForIpv6IsACondition()
    {
        using var f = new PlaneFixture();
        f.Frame(TooBig6(1300));
        f.Round();
        Assert.Equal((1300, 1238, 600L), Mtus(f, Six));
        Condition tunnel = Assert.Single(f.Plane.RaisedConditions, static c => c.Name == "ipv6_tunnel_mtu");
        Assert.Equal(("blue " + Six, "the path carries 1300 bytes, 1238 of them for tenant packets: IPv6 needs 1280"), (tunnel.Subject, tunnel.Text));
        f.Advance(600);
        Assert.DoesNotContain(f.Plane.RaisedConditions, static c => c.Name == "ipv6_tunnel_mtu");
    }

    [Fact]
    [Requirement("B-061", "B-064")]
    public void AReloadKeepsWhatIsLearnedAndFollowsTheSettings()
    {
        using var f = new PlaneFixture();
        f.Frame(TooBig4(1450));
        f.Round();
        Assert.True(f.Plane.Apply(PlaneFixture.Parse(PlaneFixture.Json(top: ", \"flowId\": \"zero\"")), f.Now).Changed);
        Assert.Equal((1450, 1408, 600L), Mtus(f, Four));
        f.Plane.Apply(PlaneFixture.Parse(PlaneFixture.Json(peers: "{ \"address\": \"198.51.100.7\", \"pmtud\": false }")), f.Now);
        Assert.Equal((1600, 1558, null), Mtus(f, Four));
        f.Plane.Apply(PlaneFixture.Parse(PlaneFixture.Json(peers: "{ \"address\": \"198.51.100.7\", \"mtu\": 1520 }")), f.Now);
        Assert.Equal((1520, 1478, null), Mtus(f, Four));
        Assert.Single(f.Plane.RaisedConditions, static c => c.Name == "mtu_below_vlan");
        f.Frame(TooBig4(1400));
        f.Round();
        Assert.Equal((1520, 1478, null), Mtus(f, Four));
        Assert.Equal(0ul, Rejected(f));
        f.Plane.Apply(PlaneFixture.Parse(PlaneFixture.Json(peers: "\"192.0.2.2\"")), f.Now); // the peer goes, and with it what was learned
        f.Plane.Apply(PlaneFixture.Parse(PlaneFixture.Json()), f.Now);
        Assert.Equal((1600, 1558, null), Mtus(f, Four));
    }

    [Fact]
    [Requirement("B-063", "F-008")]
    public unsafe void ALearnedPathMtuOutlivesTheControlProcessAndEndsWhenItWouldHave()
    {
        using var f = new PlaneFixture();
        f.Frame(TooBig4(1450));
        f.Frame(TooBig6(1400));
        f.Round();
        f.Advance(100);
        uint peer = f.Plane.Tables.Ids.PeerOf(5001, IPAddress.Parse(Four));
        var successor = new ControlPlane(f.Memory, f.Configuration, f.Log, new ControlOptions { Ordered = true });
        successor.Start(f.Now);
        Assert.Equal((1450, 1408, 500L), Mtus(successor, Four));
        Assert.Equal((1400, 1338, 500L), Mtus(successor, Six));
        Assert.Equal(1408 + 14, f.Memory.Current.Peers[peer].MaxInnerFrame);
        Assert.Single(successor.RaisedConditions, static c => c.Name == "mtu_below_vlan" && c.Subject == "blue " + Four);
        successor.Process(f.Now + (500 * PlaneFixture.Second));
        Assert.Equal((1600, 1558, null), Mtus(successor, Four));

        // What ended, and what belongs to a peer that is gone, does not come back.
        var third = new ControlPlane(f.Memory, f.Configuration, f.Log, new ControlOptions { Ordered = true });
        third.Start(f.Now);
        Assert.Equal((1600, 1558, null), Mtus(third, Four));
        third.Process(f.Now);
    }

    [Fact]
    [Requirement("B-064", "F-008")]
    public void APathMtuOfAPeerThatWentIsNotGivenToItsNamesakeByTheNextControlProcess()
    {
        using var f = new PlaneFixture();
        f.Frame(TooBig4(1450));
        f.Round();
        f.Plane.Apply(PlaneFixture.Parse(PlaneFixture.Json(peers: "\"192.0.2.2\"")), f.Now);
        f.Plane.Apply(f.Configuration, f.Now);
        var successor = new ControlPlane(f.Memory, f.Configuration, f.Log, new ControlOptions { Ordered = true });
        successor.Start(f.Now);
        Assert.Equal((1600, 1558, null), Mtus(successor, Four));
    }

    [Fact]
    [Requirement("B-062")]
    public void WhatIsNotBelievedIsCounted()
    {
        using var f = new PlaneFixture();
        f.Frame(TooBig4(1600));
        f.Frame(TooBig4(575));
        f.Frame(TooBig6(1279));
        f.Frame(TooBig4(1450, vsid: 5002));
        f.Round();
        Assert.Equal(4ul, Rejected(f));
        Assert.Equal((1600, 1558, null), Mtus(f, Four));
    }

    [Fact]
    [Requirement("B-056", "B-082")]
    public unsafe void UnreachableIsAConditionUntilThePeerIsHeardOfOrAMinuteIsOver()
    {
        using var f = new PlaneFixture();
        uint peer = f.Plane.Tables.Ids.PeerOf(5001, IPAddress.Parse(Four));
        f.Frame(Error4(3, 1, 0));
        f.Round();
        Condition told = Assert.Single(f.Plane.RaisedConditions, static c => c.Name == "peer_unreachable");
        Assert.Equal(("blue " + Four, "host unreachable, says 203.0.113.9"), (told.Subject, told.Text));
        Assert.Equal("host unreachable, says 203.0.113.9", Peer(f, Four).Unreachable);
        Assert.Equal((1600, 1558, null), Mtus(f, Four));

        f.Memory.Peers(0)[peer].RxUnicast[PeerCounters.Packets]++;
        f.Advance(2);
        Assert.DoesNotContain(f.Plane.RaisedConditions, static c => c.Name == "peer_unreachable");
        Assert.Null(Peer(f, Four).Unreachable);

        f.Frame(Error4(11, 0, 0));
        f.Round();
        Assert.Equal("time exceeded on the way, says 203.0.113.9", Peer(f, Four).Unreachable);
        f.Advance(62);
        Assert.DoesNotContain(f.Plane.RaisedConditions, static c => c.Name == "peer_unreachable");
        f.Frame(Error4(3, 1, 0, vsid: 5002)); // about something else
        f.Round();
        Assert.DoesNotContain(f.Plane.RaisedConditions, static c => c.Name == "peer_unreachable");
        Assert.Empty(f.Sent());
        Assert.Equal(0ul, f.AllDrops());
    }

    [Fact]
    [Requirement("B-082")]
    public void HopsAreSeenWhenASourceIsLearned()
    {
        using var f = new PlaneFixture();
        Assert.Null(Peer(f, Four).Hops);
        uint peer = f.Plane.Tables.Ids.PeerOf(5001, IPAddress.Parse(Four)), segment = f.Plane.Tables.Ids.SegmentOf(5001);
        f.Punt(PuntKind.Learn, FdbTable.Key(0x0B00_005D_1500, segment), Place.OfPeer(peer, 0).Value); // the fixture says 14 where the TTL stands
        f.Round();
        Assert.Equal(50, Peer(f, Four).Hops);
    }

    private static PeerStatus Peer(PlaneFixture f, string address) => StatusReporter.Peers(f.Plane).Single(p => p.Address == address);

    private static (int? Path, int? Tenant, long? Seconds) Mtus(PlaneFixture f, string address) => Mtus(f.Plane, address);

    private static (int? Path, int? Tenant, long? Seconds) Mtus(ControlPlane plane, string address)
    {
        PeerStatus peer = StatusReporter.Peers(plane).Single(p => p.Address == address);
        return (peer.PathMtu, peer.TenantMtu, peer.PathMtuSeconds);
    }

    private static unsafe ulong Rejected(PlaneFixture f) => f.Memory.Header->ControlCounters[(int)CounterId.IcmpPtbRejected];

    private static string TooBig4(int mtu, int vsid = 5001) => Error4(3, 4, mtu, vsid);

    private static string Error4(byte type, byte code, int mtu, int vsid = 5001)
    {
        byte[] quoted = Ip4([192, 0, 2, 1], [198, 51, 100, 7], 47, Gre(vsid), 1500);
        byte[] icmp = [type, code, 0, 0, 0, 0, (byte)(mtu >> 8), (byte)mtu, .. quoted];
        BinaryPrimitives.WriteUInt16BigEndian(icmp.AsSpan(2), Sum(icmp));
        return Hex([2, 0, 0, 0, 2, 1, 2, 0, 0, 0, 2, 0xFE, 8, 0, .. Ip4([203, 0, 113, 9], [192, 0, 2, 1], 1, icmp)]);
    }

    private static string TooBig6(int mtu)
    {
        byte[] us = IPAddress.Parse("2001:db8::1").GetAddressBytes(), peer = IPAddress.Parse(Six).GetAddressBytes();
        byte[] router = IPAddress.Parse("2001:db8:f::9").GetAddressBytes();
        byte[] icmp = [2, 0, 0, 0, 0, 0, (byte)(mtu >> 8), (byte)mtu, 0x60, 0, 0, 0, 5, 0, 47, 64, .. us, .. peer, .. Gre(5001), .. new byte[100]];
        byte[] pseudo = [.. router, .. us, 0, 0, 0, (byte)icmp.Length, 0, 0, 0, 58, .. icmp];
        BinaryPrimitives.WriteUInt16BigEndian(icmp.AsSpan(2), Sum(pseudo));
        return Hex([2, 0, 0, 0, 2, 1, 2, 0, 0, 0, 2, 0xFE, 0x86, 0xDD, 0x60, 0, 0, 0, 0, (byte)icmp.Length, 58, 64, .. router, .. us, .. icmp]);
    }

    private static byte[] Gre(int vsid) => [0x20, 0, 0x65, 0x58, (byte)(vsid >> 16), (byte)(vsid >> 8), (byte)vsid, 0x1E];

    private static byte[] Ip4(byte[] source, byte[] destination, byte protocol, byte[] payload, int? total = null)
    {
        int length = total ?? 20 + payload.Length;
        byte[] header = [0x45, 0, (byte)(length >> 8), (byte)length, 0, 0, 0x40, 0, 64, protocol, 0, 0, .. source, .. destination];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), Sum(header));
        return [.. header, .. payload];
    }

    private static ushort Sum(byte[] data)
    {
        uint sum = 0;
        for (int i = 0; i < data.Length; i += 2)
        {
            sum += (uint)((data[i] << 8) | (i + 1 < data.Length ? data[i + 1] : 0));
        }

        return (ushort)~((sum & 0xFFFF) + (sum >> 16));
    }

    private static string Hex(byte[] frame) => Convert.ToHexStringLower(frame);
}

using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Everything that a packet from the underlay can be dropped for before its tenant frame is looked up.</summary>
public class UnderlayDropTests
{
    private static readonly byte[] s_nvgre = Vectors.W03;

    private static void Dropped(DropReason reason, params byte[][] frames) => Dropped(new Rig(), reason, frames);

    private static void Dropped(Rig rig, DropReason reason, params byte[][] frames)
    {
        using (rig)
        {
            Assert.Empty(rig.Run(Rig.Underlay, frames));
            rig.AssertDrops(reason, (ulong)frames.Length);
            for (PuntClass c = 0; c < PuntClass.Count; c++)
            {
                Assert.Empty(rig.Punts(c)); // rule 0.2.2: no state changes
            }
        }
    }

    private static byte[] Six(byte[] payload, int next = 47) => Frames.Outer(Frames.Ip6(Frames.Remote6, Frames.Gateway6, next, payload));

    [Fact]
    [Requirement("A-056")]
    public void Runts() => Dropped(DropReason.L2Runt, [], s_nvgre[..10], s_nvgre[..13], Frames.Outer(Frames.Udp4(), tags: Frames.Tag(0))[..17]);

    [Fact]
    [Requirement("E-076")]
    public void Oversize() => Dropped(DropReason.L2Oversize, Frames.Join(s_nvgre, new byte[1619 - s_nvgre.Length]));

    [Theory]
    [InlineData("02:00:00:00:02:02")]
    [InlineData("02:00:00:00:01:01")]
    [InlineData("ff:ff:ff:ff:ff:ff")]
    [InlineData("01:00:5e:00:00:01")]
    [InlineData("33:33:00:00:00:02")]
    [InlineData("33:33:ff:00:00:02")]
    [InlineData("01:80:c2:00:00:0e")]
    [Requirement("A-056")]
    public void Not_for_us(string destination) => Dropped(DropReason.L2NotForUs, Frames.With(s_nvgre, 0, Frames.Mac(destination)));

    [Fact]
    [Requirement("A-052")]
    public void Outer_VLAN_without_one_configured()
    {
        byte[] ip = s_nvgre[14..];
        Dropped(DropReason.L2OuterVlan, Frames.Outer(ip, tags: Frames.Tag(103)), Frames.Outer(ip, tags: Frames.Tag(103, 0x88A8)));
        using var rig = new Rig();
        Assert.Equal(Convert.ToHexString(Vectors.W04), Convert.ToHexString(Assert.Single(rig.Run(Rig.Underlay, Frames.Outer(ip, tags: Frames.Tag(0xE000)))).Bytes));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("A-052", "E-042")]
    public void Outer_VLAN_configured()
    {
        static void Tagged(Rig r)
        {
            // The sketch prepares headers from its port: a second underlay entry would be another port, so the first is made tagged.
            r.Sketch.Port(Rig.Underlay, p => p with { OuterVlan = 103, L3Offset = 18 });
        }

        using var rig = new Rig(change: r =>
        {
            Tagged(r);
            uint peer = r.AddPeer([198, 51, 100, 12]);
            uint peer6 = r.AddPeer([.. Frames.Remote6[..15], 0x12]);
            Assert.Equal((3u, 4u), (peer, peer6));
        });
        rig.Learn(Frames.Vm, Rig.PeerPlace(3));
        byte[] payload = Frames.Udp4(46 << 2);
        byte[] sent = Assert.Single(rig.Run(Rig.Access, Frames.FromHost(payload))).Bytes;
        Assert.Equal(Convert.ToHexString([0x81, 0x00, 0xA0, 103, 0x08, 0x00, 0x45, 46 << 2]), Convert.ToHexString(sent[12..20])); // DSCP 46: PCP 5
        Assert.Equal(46 + 14 + payload.Length, sent.Length);
        Assert.Equal(Convert.ToHexString(Frames.FromVm(payload, Frames.Vm, Frames.Host)), Convert.ToHexString(sent[46..]));
        rig.Learn(Frames.Vm, Rig.PeerPlace(4));
        byte[] sent6 = Assert.Single(rig.Run(Rig.Access, Frames.FromHost(payload))).Bytes;
        Assert.Equal(Convert.ToHexString([0x81, 0x00, 0xA0, 103, 0x86, 0xDD, 0x6B, 0x80]), Convert.ToHexString([.. sent6[12..19], (byte)(sent6[19] & 0xF0)]));
        Assert.Equal(Convert.ToHexString(Frames.FromVm(payload, Frames.Vm, Frames.Host)), Convert.ToHexString(sent6[66..]));
        Assert.Equal(0x2000_6558_0013_8900ul, System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(sent6.AsSpan(58)) & ~0xFFul);

        // What arrives must carry that VLAN and no other.
        byte[] ip = Frames.Nvgre4(Frames.FromVm(), source: [198, 51, 100, 12])[14..];
        Assert.Single(rig.Run(Rig.Underlay, Frames.Outer(ip, tags: Frames.Tag(103))));
        rig.AssertNoDrops();
        Assert.Empty(rig.Run(Rig.Underlay, Frames.Outer(ip), Frames.Outer(ip, tags: Frames.Tag(104)), Frames.Outer(ip, tags: Frames.Tag(0)), Frames.Outer(ip, tags: Frames.Tag(103, 0x88A8))));
        rig.AssertDrops(DropReason.L2OuterVlan, 4);
    }

    [Fact]
    public void EtherTypes_that_are_not_served() => Dropped(
        DropReason.L2Ethertype,
        Frames.Ethernet(Frames.GatewayUnderlay, Frames.Router, 0x88CC, new byte[46]),
        Frames.Ethernet(Frames.GatewayUnderlay, Frames.Router, 0x0003, new byte[46]),
        Frames.Ethernet(Frames.GatewayUnderlay, Frames.Router, 0x0800, s_nvgre[14..], Frames.Tag(0), Frames.Tag(0)),
        Frames.Join(Frames.Mac(Frames.GatewayUnderlay), Frames.Mac(Frames.Router), Frames.Tag(0), Frames.Big16(0x8100)));

    [Fact]
    public void Malformed_ARP()
    {
        byte[] arp = Arp();
        Dropped(DropReason.ArpInvalid, Frames.With(arp, 15, 2), Frames.With(arp, 17, 1), Frames.With(arp, 18, 5), Frames.With(arp, 19, 16), arp[..41]);
    }

    [Fact]
    [Requirement("A-068")]
    public void IP_versions() => Dropped(
        DropReason.IpVersion, Frames.With(s_nvgre, 14, 0x65), Frames.With(s_nvgre, 14, 0x05), Frames.With(Six(Frames.Gre(Frames.FromVm())), 14, 0x45));

    [Fact]
    [Requirement("A-068")]
    public void IP_headers() => Dropped(
        DropReason.IpHdr,
        s_nvgre[..14], s_nvgre[..33], Frames.With(s_nvgre, 14, 0x44), Frames.With(s_nvgre, 14, 0x40),
        Frames.With(s_nvgre[..50], 14, 0x4F), Six(Frames.Gre(Frames.FromVm()))[..53], Six(Frames.Gre(Frames.FromVm()))[..14]);

    [Fact]
    [Requirement("A-068")]
    public void IP_lengths() => Dropped(
        DropReason.IpLen,
        Frames.With4(s_nvgre, 16, 0, 19), Frames.With4(s_nvgre, 16, 0, 103), Frames.With4(s_nvgre, 16, 0xFF, 0xFF),
        Frames.Outer(Frames.Ip6(Frames.Remote6, Frames.Gateway6, 47, Frames.Gre(Frames.FromVm()), length: 500)));

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [Requirement("A-144")]
    public void The_outer_checksum(int off) => Dropped(DropReason.IpCksum, Frames.With(s_nvgre, 25, (byte)(s_nvgre[25] + off)));

    [Fact]
    [Requirement("B-017", "B-018", "A-035")]
    public void Other_destinations() => Dropped(
        DropReason.IpNotLocal,
        Frames.With4(s_nvgre, 30, 192, 0, 2, 3), Frames.With4(s_nvgre, 30, 239, 1, 19, 137),
        Frames.Outer(Frames.Ip6(Frames.Remote6, [.. Frames.Gateway6[..15], 0], 47, Frames.Gre(Frames.FromVm()))),
        Frames.Outer(Frames.Ip6(Frames.Remote6, [0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 47, Frames.Gre(Frames.FromVm()))));

    [Fact]
    [Requirement("B-019")]
    public void Options_that_route() => Dropped(
        DropReason.IpOptions,
        Frames.Nvgre4(Frames.FromVm(), options: [131, 3, 4, 0]),
        Frames.Nvgre4(Frames.FromVm(), options: [1, 137, 3, 4]));

    [Fact]
    [Requirement("B-019")]
    public void Options_that_do_not_parse() => Dropped(
        DropReason.IpHdr,
        Frames.Nvgre4(Frames.FromVm(), options: [7, 0, 0, 0]), Frames.Nvgre4(Frames.FromVm(), options: [7, 1, 0, 0]),
        Frames.Nvgre4(Frames.FromVm(), options: [7, 5, 0, 0]), Frames.Nvgre4(Frames.FromVm(), options: [1, 1, 1, 7]));

    [Fact]
    [Requirement("B-019")]
    public void Options_that_are_skipped()
    {
        using var rig = new Rig();
        byte[] inner = Frames.FromVm();
        string expected = Convert.ToHexString(Frames.FromHost(inner[14..], Frames.Host, Frames.Vm));
        List<Sent> sent = rig.Run(
            Rig.Underlay, Frames.Nvgre4(inner, options: [1, 1, 1, 1]), Frames.Nvgre4(inner, options: [7, 7, 4, 0, 0, 0, 0, 0]), Frames.Nvgre4(inner, options: [0, 9, 9, 9]));
        Assert.Equal(3, sent.Count);
        Assert.All(sent, s => Assert.Equal(expected, Convert.ToHexString(s.Bytes)));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("A-072")]
    public void Fragments() => Dropped(
        DropReason.IpFragment,
        Frames.With4(s_nvgre, 20, 0x20, 0), Frames.With4(s_nvgre, 20, 0, 1), Frames.With4(s_nvgre, 20, 0x40, 8),
        Six(Frames.Join([47, 0, 0, 1, 0, 0, 0, 0], Frames.Gre(Frames.FromVm())), 44), // first fragment
        Six(Frames.Join([47, 0, 0, 0, 0, 0, 0, 0], Frames.Gre(Frames.FromVm())), 44)); // atomic

    [Fact]
    [Requirement("A-069")]
    public void Sources_that_cannot_be_a_peer()
    {
        byte[] gre = Frames.Gre(Frames.FromVm());
        byte[] Four(params byte[] source) => Frames.Outer(Frames.Ip4(source, Frames.Gateway4, 47, gre));
        byte[] From6(params byte[] source) => Frames.Outer(Frames.Ip6(source, Frames.Gateway6, 47, gre));
        Dropped(
            DropReason.IpMartian,
            Four(224, 0, 0, 1), Four(239, 1, 1, 1), Four(255, 255, 255, 255), Four(127, 0, 0, 1), Four(0, 0, 0, 0), Four(Frames.Gateway4), Four(192, 0, 2, 255),
            From6([0xFF, 2, .. new byte[13], 1]), From6(new byte[16]), From6([.. new byte[15], 1]), From6(Frames.Gateway6));
    }

    [Fact]
    [Requirement("A-069")]
    public void Only_a_solicitation_comes_from_nowhere()
    {
        using var rig = new Rig();
        byte[] group = [0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xFF, 0, 0, 1];
        byte[] solicitation = Frames.Join([135, 0, 0, 0, 0, 0, 0, 0], Frames.Gateway6);
        Assert.Empty(rig.Run(Rig.Underlay, Frames.Outer(Frames.Ip6(new byte[16], group, 58, solicitation, hops: 255), "33:33:ff:00:00:01")));
        rig.AssertNoDrops();
        Assert.Single(rig.Punts(PuntClass.Neighbor));
        Assert.Empty(rig.Run(Rig.Underlay, Frames.Outer(Frames.Ip6(new byte[16], group, 58, Frames.With(solicitation, 0, 136), hops: 255), "33:33:ff:00:00:01")));
        rig.AssertDrops(DropReason.IpMartian);
    }

    [Fact]
    public void Protocols_that_are_not_served() => Dropped(
        DropReason.IpProto,
        Frames.Outer(Frames.Ip4(Frames.Remote4, Frames.Gateway4, 6, new byte[20])), Frames.Outer(Frames.Ip4(Frames.Remote4, Frames.Gateway4, 17, new byte[2])),
        Six(new byte[20], 6), Six(new byte[20], 59), Six(new byte[20], 51));

    [Fact]
    [Requirement("B-080")]
    public void VXLAN_and_GRE_in_UDP_are_told_apart()
    {
        using var rig = new Rig();
        byte[] To(int port, bool six) => six ? Six(Frames.Udp(50000, port, 40), 17) : Frames.Outer(Frames.Ip4(Frames.Remote4, Frames.Gateway4, 17, Frames.Udp(50000, port, 40)));
        Assert.Empty(rig.Run(Rig.Underlay, To(4789, false), To(4789, true), To(4754, false), To(4755, true), To(4756, false)));
        rig.AssertDrops(DropReason.IpProto, 5);
        Assert.Equal(2ul, rig.Counter(CounterId.RxVxlanIgnored));
        Assert.Equal(2ul, rig.Counter(CounterId.RxGreInUdpIgnored));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    [Requirement("B-008")]
    public void GRE_cut_short(int bytes)
    {
        byte[] gre = Frames.Gre(Frames.FromVm())[..bytes];
        Dropped(DropReason.GreTruncated, Frames.Outer(Frames.Ip4(Frames.Remote4, Frames.Gateway4, 47, gre)), Six(gre));
    }

    [Fact]
    [Requirement("A-022", "A-023", "A-025", "B-009")]
    public void VSIDs()
    {
        Dropped(DropReason.VsidReserved, Frames.With(s_nvgre, 38, 0, 0x0F, 0xFF), Frames.With(s_nvgre, 38, 0, 0, 0), Frames.Nvgre6(Frames.FromVm(), vsid: 1));
        Dropped(DropReason.VsidVendor, Frames.With(s_nvgre, 38, 0xFF, 0xFF, 0xFF), Frames.Nvgre6(Frames.FromVm(), vsid: 0xFFFFFF));
        Dropped(DropReason.VsidUnknown, Frames.With(s_nvgre, 38, 0, 0x20, 0), Frames.Nvgre6(Frames.FromVm(), vsid: 0xFFFFFE));
    }

    [Fact]
    [Requirement("A-140")]
    public void Senders_that_are_no_peer()
    {
        Dropped(DropReason.PeerUnknown, Frames.Nvgre4(Frames.FromVm(), source: [198, 51, 100, 99]), Frames.Nvgre6(Frames.FromVm(), source: [.. Frames.Remote6[..15], 0x99]));
    }

    [Fact]
    [Requirement("A-140", "A-020")]
    public void A_peer_of_one_segment_is_none_of_another() => Dropped(
        new Rig(change: r => r.Sketch.AddSegment(6000, SegmentFlags.Up | SegmentFlags.Learning)), DropReason.PeerUnknown, Frames.Nvgre4(Frames.FromVm(), vsid: 6000));

    [Fact]
    [Requirement("B-055")]
    public void The_least_TTL()
    {
        static void Change(Rig r) => r.Sketch.Peer(r.Peer4, p => p with { MinTtl = 63 });
        Dropped(new Rig(change: Change), DropReason.IpTtlMin, Frames.Nvgre4(Frames.FromVm(), ttl: 62));
        using var rig = new Rig(change: Change);
        Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(), ttl: 63)));
    }

    [Fact]
    public void A_peer_that_is_down()
    {
        Dropped(new Rig(change: r => r.Sketch.Peer(r.Peer4, p => p with { Flags = p.Flags & ~PeerFlags.Up })), DropReason.PeerDown, Frames.Nvgre4(Frames.FromVm()));
        var rig = new Rig();
        unsafe
        {
            rig.Memory.PeerStates[rig.Peer4] = (byte)PlaceStates.Down;
        }

        Dropped(rig, DropReason.PeerDown, Frames.Nvgre4(Frames.FromVm()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(13)]
    [Requirement("A-014")]
    public void An_inner_frame_that_is_too_short(int bytes) =>
        Dropped(DropReason.InnerShort, Frames.Nvgre4(Frames.FromVm()[..bytes]), Frames.Nvgre6(Frames.FromVm()[..bytes]));

    [Fact]
    [Requirement("A-014")]
    public void Fourteen_bytes_are_a_frame()
    {
        using var rig = new Rig();
        byte[] inner = Frames.FromVm([], type: 0);
        Assert.Equal(Convert.ToHexString(Frames.Pad(Frames.FromHost([], Frames.Host, Frames.Vm, 0))), Convert.ToHexString(Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre4(inner))).Bytes));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("A-045")]
    public void An_inner_tag_where_a_peer_is_excepted()
    {
        using var rig = new Rig(change: r => r.Sketch.Peer(r.Peer4, p => p with { Flags = p.Flags | PeerFlags.AcceptInnerTag }));
        // DSCP 46 behind the tag counts for nothing: bytes 12-13 say that it is not IP.
        byte[] inner = Frames.Ethernet(Frames.Host, Frames.Vm, 0x0800, Frames.Udp4(46 << 2), Frames.Tag(7));
        byte[] sent = Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre4(inner, tos: 3))).Bytes;
        Assert.Equal(Convert.ToHexString(Frames.Join(inner[..12], Frames.Tag(100), inner[12..])), Convert.ToHexString(sent));
        Assert.Equal(1ul, rig.Counter(CounterId.EcnNonipCe));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("E-070")]
    public void Reserved_bridge_groups_from_NVGRE()
    {
        Dropped(DropReason.L2ReservedMac, [.. Enumerable.Range(1, 15).Select(i => Frames.Nvgre4(Frames.FromVm(destination: $"01:80:c2:00:00:{i:x2}")))]);
        using var rig = new Rig();
        Assert.Equal(3, rig.Run(
            Rig.Underlay, Frames.Nvgre4(Frames.FromVm(destination: "01:80:c2:00:00:00")), Frames.Nvgre4(Frames.FromVm(destination: "01:00:0c:cc:cc:cd")),
            Frames.Nvgre4(Frames.FromVm(destination: "01:00:0c:cc:cc:cc"))).Count);
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("B-015")]
    public void Extension_headers_are_walked()
    {
        byte[] inner = Frames.FromVm(), gre = Frames.Gre(inner);
        byte[] Header(int next, int units = 0, int left = 0) => Frames.Join([(byte)next, (byte)units, 0, (byte)left, 0, 0, 0, 0], new byte[units * 8]);
        string expected = Convert.ToHexString(Frames.FromHost(inner[14..], Frames.Host, Frames.Vm));
        using (var rig = new Rig())
        {
            List<Sent> sent = rig.Run(
                Rig.Underlay,
                Six(Frames.Join(Header(47), gre), 60), Six(Frames.Join(Header(60), Header(43), Header(47), gre), 0), Six(Frames.Join(Header(47, 31), gre), 60),
                Six(Frames.Join(Header(139), Header(140), Header(47), gre), 135));
            Assert.Equal(4, sent.Count);
            Assert.All(sent, s => Assert.Equal(expected, Convert.ToHexString(s.Bytes)));
            rig.AssertNoDrops();
        }

        Dropped(
            DropReason.IpHdr,
            Six(Frames.Join(Header(47, 32), gre), 60), Six(Frames.Join(Header(60, 18), Header(47, 18), gre), 60), // above 256 bytes
            Six(Frames.Join(Header(47, left: 1), gre), 43), Six(Frames.Join(Header(47, 200), new byte[8]), 60)[..70], Six(new byte[4], 60));
    }

    [Fact]
    public void Several_faults_at_once_the_first_wins()
    {
        byte[] bad = Frames.With(s_nvgre, 25, 0); // a wrong checksum
        Dropped(DropReason.IpVersion, Frames.With(bad, 14, 0x55));
        Dropped(DropReason.IpLen, Frames.With(bad, 16, 0xFF));
        Dropped(DropReason.IpCksum, Frames.With(bad, 30, 9, 9, 9, 9));
        Dropped(DropReason.IpNotLocal, Frames.With4(s_nvgre, 20, 0x20, 0, 62, 47, 0, 0, 127, 0, 0, 1, 9, 9, 9, 9));
        Dropped(DropReason.IpFragment, Frames.With4(s_nvgre, 20, 0x20, 0, 62, 47, 0, 0, 127, 0, 0, 1));
        Dropped(DropReason.IpMartian, Frames.With4(s_nvgre, 23, 6, 0, 0, 127, 0, 0, 1));
        Dropped(DropReason.GreVersion, Frames.With(s_nvgre, 34, 0x44, 1, 8, 0));
        Dropped(DropReason.GreReserved, Frames.With(s_nvgre, 34, 0x44, 0, 8, 0));
        Dropped(DropReason.GreCsumPresent, Frames.With(s_nvgre, 34, 0x90, 0));
        Dropped(DropReason.GreSeqPresent, Frames.With(s_nvgre, 34, 0x10, 0));
        Dropped(DropReason.GreNoKey, Frames.With(s_nvgre, 34, 0, 0, 0x65, 0x58, 0, 0, 0));
        Dropped(DropReason.VsidUnknown, Frames.With(Frames.Nvgre4([], source: [9, 9, 9, 9]), 38, 1, 1, 1));
        Dropped(DropReason.PeerUnknown, Frames.Nvgre4([], source: [9, 9, 9, 9]));
        Dropped(DropReason.InnerTagged, Frames.Nvgre4(Frames.Ethernet(Frames.Host, Frames.Broadcast, 0x0800, Frames.Udp4(), Frames.Tag(1))));
        Dropped(DropReason.InnerSrcMac, Frames.Nvgre4(Frames.FromVm(source: Frames.Broadcast, destination: "01:80:c2:00:00:0e", type: 0x8906)));
        Dropped(DropReason.InnerLossless, Frames.Nvgre4(Frames.FromVm(destination: "01:80:c2:00:00:0e", type: 0x8906), tos: 3));
    }

    internal static byte[] Arp(string destination = Frames.Broadcast) => Frames.Pad(Frames.Ethernet(
        destination, Frames.Router, 0x0806,
        Frames.Join([0, 1, 8, 0, 6, 4, 0, 1], Frames.Mac(Frames.Router), [192, 0, 2, 254], new byte[6], Frames.Gateway4)));
}

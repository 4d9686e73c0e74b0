using System.Buffers.Binary;
using System.Net;
using System.Text;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Tables;

public sealed unsafe class SnapshotTests
{
    // The first 42 bytes of W-02 and the first 62 of W-07, typed from the specification.
    private const string W02 = "02000000 02fe0200 00000201 08004500 00660000 4000402f 4e2ac000 0201c633 640a2000 65580013 8924";
    private const string W07 = "02000000 02fe0200 00000201 86dd6ba5 aa350043 2f402001 0db8000a 00000000 00000000 00012001 0db8000b 00000000 00000000 00102000 65580013 89e7";

    [Fact]
    public void TemplateOfAnIpv4PeerIsTheHeaderOfTheWorkedPacket()
    {
        using var bench = new Bench();
        PeerEntry peer = Peer(bench, "198.51.100.10");
        byte[] header = new Span<byte>(peer.Template, peer.HeaderLength).ToArray();
        Assert.Equal(42, header.Length);

        // What a worker patches: MAC of the next hop, length, checksum, FlowID.
        NextHopSlot hop = bench.Memory.NextHops[peer.NextHop];
        new MacAddress(hop.Word).CopyTo(header);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(16), 102);
        uint sum = peer.ChecksumBase + 102;
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(24), (ushort)~sum);
        header[41] = 0x24;
        Assert.Equal(Hex(W02), Convert.ToHexString(header));
        Assert.Equal(NextHopState.Resolved, hop.State);
        Assert.Equal(5001u << 8, peer.KeyBase);
    }

    [Fact]
    public void TemplateOfAnIpv6PeerIsTheHeaderOfTheWorkedPacket()
    {
        using var bench = new Bench();
        PeerEntry peer = Peer(bench, "2001:db8:b::10");
        byte[] header = new Span<byte>(peer.Template, peer.HeaderLength).ToArray();
        Assert.Equal(62, header.Length);
        Convert.FromHexString("0200000002fe").CopyTo(header, 0);
        header[14] |= 0xB; // class 0xBA
        header[15] |= 0xA5; // and the flow label
        header[16] |= 0xAA;
        header[17] |= 0x35;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(18), 8 + 59);
        header[61] = 0xE7;
        Assert.Equal(Hex(W07), Convert.ToHexString(header));
        Assert.True(peer.Flags.HasFlag(PeerFlags.Ipv6 | PeerFlags.EcnNormal | PeerFlags.FlowIdHash | PeerFlags.Up));
        Assert.Equal(NextHopState.Idle, bench.Memory.NextHops[peer.NextHop].State);
        Assert.Equal(IPAddress.Parse("2001:db8:a::fe"), AddressOf(bench.Memory.NextHops[peer.NextHop]));
    }

    [Fact]
    public void OuterVlanMovesTheHeaderByFour()
    {
        using var bench = new Bench(underlay: Bench.Underlay.Replace("\"mtu\": 1600", "\"mtu\": 1600, \"vlan\": 103, \"ttl\": 32"));
        PeerEntry peer = Peer(bench, "198.51.100.10");
        Assert.Equal(46, peer.HeaderLength);
        Assert.Equal(18, peer.L3Offset);
        string expected = "000000000000" + "020000000201" + "81000067" + "0800" + "45000000" + "00004000" + "202f0000" + "c0000201" + "c633640a" + "20006558" + "00138900";
        Assert.Equal(expected.ToUpperInvariant(), Convert.ToHexString(new Span<byte>(peer.Template, 46)));
        PortEntry port = bench.Snapshot.Ports[1];
        Assert.Equal(103, port.OuterVlan);
        Assert.Equal(18, port.L3Offset);
        Assert.Equal(32, port.Ttl);

        // Any priority is a match, another VLAN is not.
        byte[] frame = Convert.FromHexString("0200000002010200000002fe8100a06708004500006600004000402f4e2ac6336409c000020120006558001389db");
        Array.Resize(ref frame, 64);
        Assert.True(Matches(frame, port.Want4, port.Mask4));
        frame[15] = 0x68;
        Assert.False(Matches(frame, port.Want4, port.Mask4));
    }

    [Theory]
    [InlineData(0, -1, 0, true)] // as it is
    [InlineData(5, 0x02, 0, false)] // destination MAC
    [InlineData(13, 0x06, 0, false)] // EtherType
    [InlineData(14, 0x46, 0, false)] // options
    [InlineData(15, 0xFF, 0, true)] // TOS
    [InlineData(20, 0x00, 0, true)] // DF may be clear
    [InlineData(20, 0x60, 0, false)] // MF
    [InlineData(21, 0x01, 0, false)] // offset
    [InlineData(22, 0x01, 0, true)] // TTL
    [InlineData(23, 17, 0, false)] // protocol
    [InlineData(34, 0x23, 0xF8, true)] // GRE bits 6 to 12
    [InlineData(34, 0xA0, 0x00, false)] // C
    [InlineData(34, 0x24, 0x00, false)] // bit 5
    [InlineData(34, 0x20, 0x01, false)] // version
    [InlineData(36, 0x08, 0, false)] // protocol type
    [InlineData(40, 0x77, 0, true)] // key
    public void WantedBytesTellAPlainNvgreFrameOverIpv4(int at, int value, int next, bool plain)
    {
        using var bench = new Bench();
        PortEntry port = bench.Snapshot.Ports[1];

        // W-03, its first 64 bytes.
        byte[] frame = Convert.FromHexString(Hex("02000000 02010200 000002fe 08004500 00667fff 40003e2f d02ac633 640ac000 02012000 65580013 89db0200 00000a01 00155d00 000b0800 4500003c 0a0b0000"));
        if (value >= 0)
        {
            frame[at] = (byte)value;
            frame[at + 1] = next != 0 ? (byte)next : frame[at + 1];
        }

        Assert.Equal(plain, Matches(frame, port.Want4, port.Mask4));
    }

    [Theory]
    [InlineData(0, -1, true)]
    [InlineData(14, 0x6F, true)] // class
    [InlineData(17, 0x99, true)] // flow label
    [InlineData(14, 0x40, false)] // version
    [InlineData(20, 44, false)] // fragment header
    [InlineData(21, 1, true)] // hop limit
    [InlineData(53, 9, true)] // destination is looked up apart
    [InlineData(54, 0x21, true)] // bit 7
    [InlineData(54, 0x30, false)] // S
    [InlineData(57, 0x59, false)]
    public void WantedBytesTellAPlainNvgreFrameOverIpv6(int at, int value, bool plain)
    {
        using var bench = new Bench();
        PortEntry port = bench.Snapshot.Ports[1];
        byte[] frame = Convert.FromHexString(Hex(W07) + "0015");
        Convert.FromHexString("020000000201").CopyTo(frame, 0);
        if (value >= 0)
        {
            frame[at] = (byte)value;
        }

        Assert.Equal(plain, Matches(frame, port.Want6, port.Mask6));
    }

    [Theory]
    [InlineData(1500, 0, 1458, 1438)] // WIRE-FORMAT 1.3
    [InlineData(1542, 0, 1500, 1480)]
    [InlineData(9062, 0, 9020, 9000)]
    [InlineData(1500, 38, 1420, 1400)]
    [Requirement("A-074", "A-141")]
    public void TenantMtuIsWhatTheUnderlayLeaves(int mtu, int overhead, int tenant4, int tenant6)
    {
        using var bench = new Bench(
            access: Bench.Access.Replace("1500", "1280"),
            underlay: Bench.Underlay.Replace("\"mtu\": 1600", $"\"mtu\": {mtu}, \"extraOverhead\": {overhead}"));
        Assert.Equal(tenant4 + 14, Peer(bench, "198.51.100.10").MaxInnerFrame);
        Assert.Equal(tenant6 + 14, Peer(bench, "2001:db8:b::10").MaxInnerFrame);
        Assert.Equal(tenant6 + 14, Peer(bench, "2001:db8:b::10").FastInnerFrame);
    }

    [Fact]
    [Requirement("B-016", "B-060", "B-061")]
    public void WhatIsLearnedOfAPathIsInTheTablesAtOnceAndAfterAReload()
    {
        using var bench = new Bench();
        ulong generation = bench.Tables.Generation;
        bench.Tables.SetLearnedPathMtu(IPAddress.Parse("198.51.100.10"), 1450);
        bench.Tables.SetLearnedPathMtu(IPAddress.Parse("2001:db8:b::10"), 1300);
        Assert.Equal(generation, bench.Tables.Generation);
        Check();
        Assert.True(bench.Apply(Bench.Parse(extra: "\"flowId\": \"zero\"")));
        Assert.NotEqual(generation, bench.Tables.Generation);
        Check();
        bench.Tables.SetLearnedPathMtu(IPAddress.Parse("198.51.100.10"), null);
        Assert.Equal(1558 + 14, Peer(bench, "198.51.100.10").FastInnerFrame);

        void Check()
        {
            PeerEntry four = Peer(bench, "198.51.100.10"), six = Peer(bench, "2001:db8:b::10");
            Assert.Equal((1408 + 14, 1408 + 14), (four.MaxInnerFrame, four.FastInnerFrame));
            Assert.Equal((1238 + 14, 0), (six.MaxInnerFrame, six.FastInnerFrame)); // IPv6 must not pass: all is looked at
        }
    }

    [Fact]
    public void SourceAddressFollowsTheSegment()
    {
        string underlay = Bench.Underlay.Replace("\"192.0.2.1/24\"", "\"192.0.2.1/24\", \"192.0.2.77/24\"");
        string green = """
            { "name": "green", "vsid": 6001, "attachments": [ { "port": "access0", "vlan": 200 } ], "sourceAddresses": [ "192.0.2.77" ],
              "peers": [ "198.51.100.10" ] }
            """;
        using var bench = new Bench(Bench.Blue + "," + green, underlay: underlay);
        PeerEntry blue = Peer(bench, "198.51.100.10"), other = Peer(bench, "198.51.100.10", 6001);
        Assert.Equal("C0000201", Convert.ToHexString(new Span<byte>(blue.Template + 26, 4)));
        Assert.Equal("C000024D", Convert.ToHexString(new Span<byte>(other.Template + 26, 4)));
        Assert.Equal(blue.NextHop, other.NextHop); // one neighbour for both
        Assert.True(bench.Snapshot.IsLocal4((uint)WireAddress.From(IPAddress.Parse("192.0.2.77")).High));
        Assert.Equal(3u, bench.Snapshot.Header->LocalAddressCount);
    }

    [Fact]
    public void NextHopIsTheLongestPrefix()
    {
        string underlay = Bench.Underlay.Replace("\"routes\": [", "\"routes\": [ { \"prefix\": \"198.51.100.0/24\", \"via\": \"192.0.2.253\" },");
        string segment = Bench.Blue.Replace("\"198.51.100.10\"", "\"198.51.100.10\", \"192.0.2.50\", \"203.0.113.1\"");
        using var bench = new Bench(segment, underlay: underlay);
        Assert.Equal(IPAddress.Parse("192.0.2.253"), AddressOf(bench.Memory.NextHops[Peer(bench, "198.51.100.10").NextHop]));
        Assert.Equal(IPAddress.Parse("192.0.2.50"), AddressOf(bench.Memory.NextHops[Peer(bench, "192.0.2.50").NextHop]));
        Assert.Equal(IPAddress.Parse("192.0.2.254"), AddressOf(bench.Memory.NextHops[Peer(bench, "203.0.113.1").NextHop]));
    }

    [Fact]
    public void EverySettingOfASegmentAndItsMembersIsInTheTables()
    {
        string segment = """
            { "name": "red", "vsid": 4096, "learning": false, "localSwitching": false, "adminState": "down", "lossless": "forward",
              "limits": { "macs": 3, "action": "drop" },
              "pcpToDscp": [0, 1, 2, 3, 4, 5, 6, 46],
              "mssClamp": false, "fragment": false, "router": { "mac": "02:00:00:00:0e:01" },
              "attachments": [ { "port": "access0", "vlan": 7 }, { "port": "access0", "vlan": 4094 } ],
              "peers": [ { "address": "192.0.2.9", "flowId": "zero", "dscp": { "encapsulate": 46, "decapsulate": "uniform" }, "adminState": "down",
                           "acceptInnerTag": true, "limits": { "macs": 1, "action": "drop" } },
                         { "address": "192.0.2.8", "dscp": { "encapsulate": "pcp" } } ] }
            """;
        string access = Bench.Access.Replace("\"mtu\": 1500", "\"mtu\": 1400, \"nativeVlan\": 7, \"controlFrames\": \"forward\", \"trust\": \"pcp\"");
        using var bench = new Bench(segment, "\"neighbors\": { \"hold\": 9 }", access);
        Snapshot s = bench.Snapshot;
        uint id = s.SegmentOf(4096);
        Assert.NotEqual(0u, id);
        SegmentEntry* entry = s.Segments + id;
        Assert.Equal(SegmentFlags.Valid | SegmentFlags.ForwardLossless | SegmentFlags.LimitDrop | SegmentFlags.Router, entry->Flags);
        Assert.Equal(1u, s.Header->RouterMacCount);
        Assert.Equal(0x010E_0000_0002ul, *(ulong*)((byte*)s.Header + s.Header->RouterMacsOffset));
        Assert.Equal(4096u, entry->Vsid);
        Assert.Equal(46 << 2, entry->PcpToTos[7]);
        Assert.Equal(5, entry->DscpToPcp[46]); // E-040
        Assert.Equal(9u, s.Header->HoldLimit);

        uint a = s.VlanMap(s.Ports)[7], b = s.VlanMap(s.Ports)[4094];
        Assert.Equal(new[] { a, b, bench.Tables.Ids.PeerOf(4096, IPAddress.Parse("192.0.2.9")), bench.Tables.Ids.PeerOf(4096, IPAddress.Parse("192.0.2.8")) },
            new Span<uint>(s.Members(entry), 4).ToArray());
        Assert.Equal(2, entry->AttachmentCount);
        Assert.Equal(2, entry->PeerCount);
        Assert.Equal(a, s.Ports[0].NativeAttachment);
        Assert.Equal(0u, s.VlanMap(s.Ports)[8]);
        AttachmentEntry native = s.Attachments[a], tagged = s.Attachments[b];
        Assert.Equal((0, 1), (native.Tags, native.TagsIn));
        Assert.Equal((1, 1), (tagged.Tags, tagged.TagsIn));
        Assert.Equal(0xFE0F_0081u, tagged.TagWord); // 81 00 0f fe
        Assert.Equal(1414, tagged.MaxInnerFrame);
        Assert.Equal(id, tagged.Segment);
        Assert.Equal(4094, tagged.Vlan);

        PortEntry port = s.Ports[0];
        Assert.Equal(PortFlags.Valid | PortFlags.ForwardControlFrames | PortFlags.TrustPcp, port.Flags);
        Assert.Equal(1400 + 18, port.MaxFrame); // E-076
        Assert.Equal(PortFlags.Valid | PortFlags.Underlay | PortFlags.TrustDscp | PortFlags.HasIpv4 | PortFlags.HasIpv6, s.Ports[1].Flags);

        PeerEntry nine = Peer(bench, "192.0.2.9", 4096), eight = Peer(bench, "192.0.2.8", 4096);
        Assert.Equal(PeerFlags.DscpUniform | PeerFlags.AcceptInnerTag | PeerFlags.LimitDrop, nine.Flags);
        Assert.Equal((DscpMode.Fixed, 46 << 2), (nine.Dscp, nine.FixedTos));
        Assert.Equal(DscpMode.Pcp, eight.Dscp);
    }

    [Fact]
    [Requirement("E-007")]
    [Requirement("E-008")]
    public void PairsOfTagsAreFoundByPortAndBothVids()
    {
        const string Segments = """
            { "name": "pairs", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 200, "innerVlan": 7 }, { "port": "access0", "vlan": 200, "innerVlan": 8 } ] },
            { "name": "alone", "vsid": 5002, "attachments": [ { "port": "access0", "vlan": 200 } ], "rewriteInnerDscp": true,
              "peers": [ { "address": "192.0.2.9", "minTtl": 63 } ] }
            """;
        using var bench = new Bench(Segments, "\"lenient\": { \"sequence\": true }", Bench.Access.Replace("\"mtu\": 1500", "\"mtu\": 1500, \"mode\": \"qinq\""));
        Snapshot s = bench.Snapshot;
        uint seven = s.AttachmentOfPair(0, 200, 7), eight = s.AttachmentOfPair(0, 200, 8), alone = s.VlanMap(s.Ports)[200];
        Assert.Equal(3, new HashSet<uint> { seven, eight, alone }.Except([0u]).Count());
        Assert.Equal([0u, 0, 0, 0], (uint[])[s.AttachmentOfPair(0, 200, 9), s.AttachmentOfPair(0, 7, 200), s.AttachmentOfPair(1, 200, 7), s.AttachmentOfPair(0, 201, 7)]);
        Assert.Equal(seven, bench.Tables.Ids.AttachmentOf("access0", 200, 7));
        AttachmentEntry pair = s.Attachments[seven];
        Assert.Equal((200, 7, 2, 2), (pair.Vlan, pair.InnerVlan, pair.Tags, pair.TagsIn));
        Assert.Equal((0xC800_A888u, 0x0700_0081u), (pair.TagWord, pair.InnerTagWord)); // 88 a8 00 c8, 81 00 00 07
        Assert.Equal((1, 0xC800_A888u), (s.Attachments[alone].Tags, s.Attachments[alone].TagWord));
        Assert.Equal(PortFlags.Qinq | PortFlags.OtherTpid, s.Ports[0].Flags & (PortFlags.Qinq | PortFlags.OtherTpid));
        Assert.Equal((1500 + 22, 0xA888), (s.Ports[0].MaxFrame, s.Ports[0].Tpid)); // E-076
        Assert.Equal(SegmentFlags.RewriteInnerDscp, s.Segments[s.SegmentOf(5002)].Flags & SegmentFlags.RewriteInnerDscp);
        Assert.Equal((0, 1), (s.Header->AcceptChecksum, s.Header->AcceptSequence));
        Assert.Equal(63, Peer(bench, "192.0.2.9", 5002).MinTtl);
    }

    [Fact]
    public void LookupsAreKeyedBySegment()
    {
        string green = Bench.Blue.Replace("blue", "green").Replace("5001", "1193046").Replace("100 }", "200 }");
        using var bench = new Bench(Bench.Blue + "," + green);
        Snapshot s = bench.Snapshot;
        uint one = s.SegmentOf(5001), two = s.SegmentOf(0x123456);
        Assert.NotEqual(one, two);
        Assert.Equal(0u, s.SegmentOf(0x002000));
        Assert.Equal(0u, s.SegmentOf(0xFFFFFF));
        Assert.Equal(0u, s.SegmentOf(0));
        uint pa = (uint)WireAddress.From(IPAddress.Parse("198.51.100.10")).High;
        Assert.NotEqual(0u, s.PeerOf4(one, pa));
        Assert.NotEqual(s.PeerOf4(one, pa), s.PeerOf4(two, pa));
        Assert.Equal(0u, s.PeerOf4(one, (uint)WireAddress.From(IPAddress.Parse("198.51.100.99")).High));
        Assert.Equal(0u, s.PeerOf4(3, pa));
        WireAddress six = WireAddress.From(IPAddress.Parse("2001:db8:b::10"));
        Assert.NotEqual(0u, s.PeerOf6(one, six.High, six.Low));
        Assert.Equal(0u, s.PeerOf6(one, six.High, six.Low + 1));
        Assert.Equal(0x123456u << 8, s.Peers[s.PeerOf6(two, six.High, six.Low)].KeyBase);
    }

    [Fact]
    public void SixtyFiveThousandSegmentsAndPeersAreBuilt()
    {
        const int Ports = 16, Vlans = 4094;
        var text = new StringBuilder();
        for (int i = 0; i < Ports * Vlans; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(System.Globalization.CultureInfo.InvariantCulture, $$"""
                { "name": "s{{i}}", "vsid": {{4096 + (i * 256)}}, "attachments": [ { "port": "a{{i / Vlans}}", "vlan": {{(i % Vlans) + 1}} } ], "peers": [ "10.{{i >> 16}}.{{(i >> 8) & 255}}.{{i & 255}}" ] }
                """);
        }

        string ports = string.Join(',', Enumerable.Range(0, Ports).Select(static p => $$"""{ "name": "a{{p}}", "role": "access", "device": "d{{p}}" }"""));
        GatewayConfiguration configuration = Bench.Parse(text.ToString(), access: ports);
        double started = ThreadClock.Seconds;
        using var bench = new Bench(configuration);
        double took = ThreadClock.Seconds - started;
        Snapshot s = bench.Snapshot;
        foreach (SegmentConfiguration segment in configuration.Segments)
        {
            uint id = s.SegmentOf((uint)segment.Vsid);
            Assert.Equal((uint)segment.Vsid, s.Segments[id].Vsid);
            Assert.Equal(0u, s.SegmentOf((uint)segment.Vsid + 1));
            WireAddress address = WireAddress.From(segment.Peers[0].Address);
            uint peer = s.PeerOf4(id, (uint)address.High);
            Assert.Equal((id, address.High), (s.Peers[peer].Segment, s.Peers[peer].AddressHigh));
            Assert.Equal(0u, s.PeerOf4(id, (uint)address.High ^ 0x0100_0000));
        }

        Assert.Equal(Ports * Vlans, bench.Tables.Ids.Peers.Count);
        Assert.True(took < 20, $"took {took} s of processor time"); // a square would take hours
    }

    [Fact]
    public void WhatDoesNotFitIsRefusedAndChangesNothing()
    {
        GatewayConfiguration small = Bench.Parse();
        using var bench = new Bench(small);
        ulong published = bench.Memory.Header->Published;
        byte[] before = new Span<byte>(bench.Snapshot.Header, (int)bench.Snapshot.Header->Bytes).ToArray();
        TablesException e = Assert.Throws<TablesException>(() => bench.Apply(Big(300, 1)));
        Assert.Contains("300 segments", e.Message, StringComparison.Ordinal);
        Assert.Equal(published, bench.Memory.Header->Published);
        Assert.Equal(before, new Span<byte>(bench.Snapshot.Header, before.Length).ToArray());
        Assert.Same(small, bench.Tables.Configuration);
        Assert.Single(bench.Tables.Ids.Segments);
        Assert.Throws<TablesException>(() => bench.Apply(Bench.Parse(extra: "\"fdb\": { \"capacity\": 100000 }")));
        Assert.Equal(published, bench.Memory.Header->Published);
        Assert.True(bench.Apply(Bench.Parse(extra: "\"fdb\": { \"capacity\": 1000 }"))); // and what fits still goes
    }

    [Fact]
    public void SnapshotTooBigForItsSlotIsRefused()
    {
        GatewayConfiguration configuration = Bench.Parse();
        ExchangeLimits limits = GatewayTables.LimitsFor(configuration);
        limits.SnapshotBytes = 16384;
        TablesException e = Assert.Throws<TablesException>(() => new Bench(configuration, limits));
        Assert.Contains("16384", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("F-004")]
    public void UnchangedConfigurationPublishesNothing()
    {
        using var bench = new Bench();
        bench.Learn(1, bench.AttachmentPlace());
        ulong published = bench.Memory.Header->Published;
        Assert.False(bench.Apply(Bench.Parse()));
        Assert.Equal(published, bench.Memory.Header->Published);
        Assert.Equal(bench.AttachmentPlace(), bench.Find(1));
        Assert.Equal("fdb.learned 1", bench.Counters());
    }

    [Fact]
    public void SlotInUseIsNeverWritten()
    {
        using var bench = new Bench(Bench.Parse());
        bench.Memory.Statistics(0)->Polls++; // it began with the first snapshot
        bench.Memory.Phase = DataPhase.Forwarding; // a worker that stands still in the snapshot before
        Assert.True(bench.Apply(Bench.Parse(extra: "\"neighbors\": { \"hold\": 1 }")));
        byte[] old = new Span<byte>(bench.Memory.Slot(0).Header, 4096).ToArray();
        TablesException e = Assert.Throws<TablesException>(() => bench.Apply(Bench.Parse(extra: "\"neighbors\": { \"hold\": 2 }")));
        Assert.Contains("worker", e.Message, StringComparison.Ordinal);
        Assert.Equal(old, new Span<byte>(bench.Memory.Slot(0).Header, 4096).ToArray());
        Assert.Equal(1u, bench.Snapshot.Header->HoldLimit);
        bench.Memory.Statistics(0)->Polls++;
        Assert.True(bench.Apply(Bench.Parse(extra: "\"neighbors\": { \"hold\": 2 }")));
        Assert.Equal(2u, bench.Snapshot.Header->HoldLimit);
    }

    internal static GatewayConfiguration Big(int segments, int peersEach)
    {
        var text = new StringBuilder();
        for (int i = 0; i < segments; i++)
        {
            text.Append(i == 0 ? "" : ",").Append($$"""{ "name": "s{{i}}", "vsid": {{4096 + (i * 4097)}}, "attachments": [ { "port": "access0", "vlan": {{i + 1}} } ], "peers": [ """);
            for (int p = 0; p < peersEach; p++)
            {
                int n = (i * peersEach) + p;
                text.Append(p == 0 ? "" : ",").Append($"\"10.{n >> 16}.{(n >> 8) & 255}.{n & 255}\"");
            }

            text.Append("] }");
        }

        return Bench.Parse(text.ToString());
    }

    private static PeerEntry Peer(Bench bench, string address, int vsid = 5001)
    {
        uint id = bench.Tables.Ids.PeerOf(vsid, IPAddress.Parse(address));
        Assert.NotEqual(0u, id);
        return bench.Snapshot.Peers[id];
    }

    private static IPAddress AddressOf(in NextHopSlot slot) => new WireAddress(slot.AddressHigh, slot.AddressLow, slot.Family).ToIPAddress();

    private static string Hex(string text) => text.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();

    private static bool Matches(byte[] frame, byte* want, byte* mask)
    {
        for (int i = 0; i < 64; i++)
        {
            if (((frame[i] ^ want[i]) & mask[i]) != 0)
            {
                return false;
            }
        }

        return true;
    }
}

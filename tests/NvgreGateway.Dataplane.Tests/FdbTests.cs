using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>What the FDB makes of sources and destinations.</summary>
public unsafe class FdbTests
{
    private const string Stranger = "02:00:00:00:0a:77";
    private const string StrangerVm = "00:15:5d:00:00:77";

    private static ulong Key(Rig rig, string mac) => FdbTable.Key(Rig.Mac(mac), rig.Segment);

    private static void Change(Rig r)
    {
        r.Sketch.AddAttachment(r.Segment, Rig.Access2, 300);
        r.Sketch.AddAttachment(r.Segment, Rig.Access, 101);
    }

    [Fact]
    [Requirement("A-101", "E-030")]
    public void Unknown_sources_are_told_once_a_tick()
    {
        using var rig = new Rig();
        Assert.Equal(3, rig.Run(Rig.Access, [.. Enumerable.Repeat(Frames.FromHost(source: Stranger), 3)]).Count);
        (PuntSlot head, _) = Assert.Single(rig.Punts(PuntClass.Learn));
        Assert.Equal((PuntKind.Learn, Key(rig, Stranger), Rig.AttachmentPlace(rig.Attachment), rig.Segment, (ushort)Rig.Access), (head.Kind, head.Key, head.Place, head.Segment, head.Port));
        Assert.Equal(1ul, head.Sequence);
        rig.Memory.Header->PuntTick++;
        rig.Run(Rig.Access, Frames.FromHost(source: Stranger), Frames.FromHost(source: Stranger));
        Assert.Single(rig.Punts(PuntClass.Learn));

        Assert.Equal(2, rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(source: StrangerVm)), Frames.Nvgre6(Frames.FromVm(source: StrangerVm))).Count);
        Assert.Equal([Rig.PeerPlace(rig.Peer4), Rig.PeerPlace(rig.Peer6)], rig.Punts(PuntClass.Learn).Select(p => p.Head.Place)); // another place always tells
        rig.AssertNoDrops();
    }

    [Fact]
    public void Without_memory_every_frame_tells()
    {
        using var rig = new Rig();
        rig.Workers[0].RemembersPunts = false;
        rig.Run(Rig.Access, [.. Enumerable.Repeat(Frames.FromHost(source: Stranger), 3)]);
        Assert.Equal([1ul, 2ul, 3ul], rig.Punts(PuntClass.Learn).Select(p => p.Head.Sequence));
    }

    [Fact]
    [Requirement("E-032")]
    public void A_move_is_told_and_the_frame_goes_on()
    {
        using var rig = new Rig(change: Change);
        Assert.Single(rig.Run(Rig.Access2, Frames.FromHost(tags: Frames.Tag(300))));
        Assert.Equal(Rig.AttachmentPlace(2), Assert.Single(rig.Punts(PuntClass.Learn)).Head.Place);
        Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre6(Frames.FromVm())));
        Assert.Equal(Rig.PeerPlace(rig.Peer6), Assert.Single(rig.Punts(PuntClass.Learn)).Head.Place);
        rig.AssertNoDrops();
    }

    [Fact]
    public void Learning_off_tells_nothing()
    {
        using var rig = new Rig(change: r => r.Sketch.Segment(r.Segment, s => s with { Flags = s.Flags & ~SegmentFlags.Learning }));
        rig.Memory.SegmentStates[rig.Segment] = (byte)PlaceStates.LimitReached;
        Assert.Single(rig.Run(Rig.Access, Frames.FromHost(source: Stranger)));
        Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre6(Frames.FromVm())));
        Assert.Empty(rig.Punts(PuntClass.Learn));
        Assert.Equal(0ul, rig.Counter(CounterId.FdbLimit));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("A-101")]
    public void A_frame_dropped_at_the_FDB_or_Size_stage_is_learned()
    {
        using var rig = new Rig(change: r => r.Sketch.Segment(r.Segment, s => s with { Flags = s.Flags & ~SegmentFlags.FloodUnknown }));
        Assert.Empty(rig.Run(Rig.Access, Frames.FromHost(source: Stranger, destination: StrangerVm)));
        Assert.Equal(1ul, rig.Drops(DropReason.FdbUnknownUnicast));
        Assert.Single(rig.Punts(PuntClass.Learn));
        rig.Learn("00:15:5d:00:00:0c", Rig.PeerPlace(rig.Peer6));
        rig.Workers[0].RemembersPunts = false;
        byte[] big = Frames.FromHost(Frames.Udp4(payload: 1472), source: Stranger, destination: "00:15:5d:00:00:0c");
        rig.Sketch.Peer(rig.Peer6, p => p with { MaxInnerFrame = 1400 });
        rig.Sketch.Publish(rig.Memory);
        Assert.Empty(rig.Run(Rig.Access, big));
        Assert.Equal(1ul, rig.Drops(DropReason.MtuDf));
        Assert.Single(rig.Punts(PuntClass.Learn));
    }

    [Fact]
    [Requirement("A-101", "B-024")]
    public void A_frame_dropped_before_is_not()
    {
        using var rig = new Rig();
        Assert.Empty(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(source: StrangerVm), tos: 3)));
        rig.AssertDrops(DropReason.EcnNotectCe);
        Assert.Empty(rig.Punts(PuntClass.Learn));
    }

    [Fact]
    public void A_full_learn_ring_means_not_learned_now()
    {
        using var rig = new Rig(buffers: 64);
        SpscRing ring = rig.Memory.Punt(0, PuntClass.Learn);
        while (ring.Reserve() != null)
        {
            ring.Publish();
        }

        Assert.Single(rig.Run(Rig.Access, Frames.FromHost(source: Stranger)));
        _ = rig.Punts(PuntClass.Learn);
        Assert.Single(rig.Run(Rig.Access, Frames.FromHost(source: Stranger)));
        Assert.Single(rig.Punts(PuntClass.Learn)); // the same tick: what found no room is not remembered
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("E-031")]
    public void Frames_renew_the_age_in_the_lane_of_their_worker()
    {
        using var rig = new Rig(burst: 1, workers: 2);
        FdbTable fdb = rig.Memory.Fdb;
        Assert.NotEqual(0u, fdb.Find(fdb.Home(Key(rig, Frames.Host)), Key(rig, Frames.Host), out uint slot));
        rig.Memory.Header->AgeTick = 7;
        rig.Run(Rig.Access, Frames.FromHost());
        rig.Memory.Header->AgeTick = 9;
        rig.Run(Rig.Access, Frames.FromHost());
        Assert.Equal(0, *(fdb.Lane(0) + slot));
        Assert.Equal((byte[])[7, 9], ((byte[])[*(fdb.Lane(1) + slot), *(fdb.Lane(2) + slot)]).Order().ToArray());
    }

    [Fact]
    [Requirement("A-102", "E-033")]
    public void A_static_entry_seen_elsewhere()
    {
        using var rig = new Rig(change: Change);
        rig.Learn(Frames.Vm, Rig.PeerPlace(rig.Peer4) | Place.Static);
        Assert.Equal(2, rig.Run(Rig.Underlay, Frames.Nvgre6(Frames.FromVm()), Frames.Nvgre6(Frames.FromVm())).Count);
        Assert.Equal(2ul, rig.Counter(CounterId.FdbConflict));
        Assert.Empty(rig.Punts(PuntClass.Learn));
        rig.AssertNoDrops();
        rig.Learn(Frames.Vm, Rig.PeerPlace(rig.Peer4) | Place.Static | Place.Sticky);
        Assert.Empty(rig.Run(Rig.Underlay, Frames.Nvgre6(Frames.FromVm())));
        rig.AssertDrops(DropReason.FdbMoveBlocked);
        Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm()))); // where it belongs
        Assert.Empty(rig.Run(Rig.Access2, Frames.FromHost(source: Frames.Vm, destination: Frames.Broadcast, tags: Frames.Tag(300))));
        rig.AssertDrops(DropReason.FdbMoveBlocked, 2);
    }

    [Fact]
    [Requirement("E-032")]
    public void A_frozen_entry_seen_elsewhere()
    {
        using var rig = new Rig();
        rig.Learn(Frames.Vm, Rig.PeerPlace(rig.Peer4) | Place.Frozen);
        Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre6(Frames.FromVm())));
        Assert.Single(rig.Punts(PuntClass.Learn)); // control sees that it still tries
        rig.AssertNoDrops();
        rig.Learn(Frames.Vm, Rig.PeerPlace(rig.Peer4) | Place.FrozenDrop);
        Assert.Empty(rig.Run(Rig.Underlay, Frames.Nvgre6(Frames.FromVm())));
        Assert.Single(rig.Punts(PuntClass.Learn));
        rig.AssertDrops(DropReason.FdbDuplicate);
        byte[] sent = Assert.Single(rig.Run(Rig.Access, Frames.FromHost())).Bytes; // it stays where it is
        Assert.Equal(Frames.Remote4, sent[30..34]);
    }

    [Theory]
    [InlineData("segment")]
    [InlineData("attachment")]
    [InlineData("peer")]
    [Requirement("E-034")]
    public void Limits(string which)
    {
        using var rig = new Rig();
        byte* state = which switch
        {
            "segment" => rig.Memory.SegmentStates + rig.Segment,
            "attachment" => rig.Memory.AttachmentStates + rig.Attachment,
            _ => rig.Memory.PeerStates + rig.Peer4,
        };
        List<Sent> Send() => which == "peer" ? rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(source: StrangerVm))) : rig.Run(Rig.Access, Frames.FromHost(source: Stranger));
        *state = (byte)PlaceStates.LimitReached;
        Assert.Single(Send());
        Assert.Equal(1ul, rig.Counter(CounterId.FdbLimit));
        rig.AssertNoDrops();
        Assert.Single(which == "peer" ? rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm())) : rig.Run(Rig.Access, Frames.FromHost())); // a known source is no matter
        Assert.Equal(1ul, rig.Counter(CounterId.FdbLimit));
        *state = (byte)(PlaceStates.LimitReached | PlaceStates.LimitDrop);
        Assert.Empty(Send());
        Assert.Equal(2ul, rig.Counter(CounterId.FdbLimit));
        rig.AssertDrops(DropReason.FdbLimit);
        Assert.Empty(rig.Punts(PuntClass.Learn));
    }

    [Fact]
    [Requirement("E-034")]
    public void A_move_does_not_add_to_its_segment()
    {
        using var rig = new Rig();
        rig.Memory.SegmentStates[rig.Segment] = (byte)(PlaceStates.LimitReached | PlaceStates.LimitDrop);
        Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre6(Frames.FromVm())));
        Assert.Single(rig.Punts(PuntClass.Learn));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("E-025")]
    public void Back_to_where_it_came_from()
    {
        using var rig = new Rig(change: Change);
        Assert.Empty(rig.Run(Rig.Access, Frames.FromHost(destination: Frames.Host, source: Stranger)));
        rig.AssertDrops(DropReason.FdbSamePort);

        // Another VLAN of the same port is another attachment.
        byte[] sent = Assert.Single(rig.Run(Rig.Access, Frames.FromHost(destination: Frames.Host, source: Stranger, tags: Frames.Tag(101)))).Bytes;
        Assert.Equal(Frames.Tag(100), sent[12..16]);
    }

    [Fact]
    [Requirement("E-008", "E-021")]
    public void The_local_switch_keeps_PCP_and_DEI()
    {
        using var rig = new Rig(change: r => r.Sketch.AddAttachment(r.Segment, Rig.Access2, 300));
        rig.Learn("02:00:00:00:0b:01", Rig.AttachmentPlace(2));
        byte[] payload = Frames.Udp4();
        List<Sent> sent = rig.Run(Rig.Access, Frames.FromHost(payload, "02:00:00:00:0b:01", tags: Frames.Tag(0xB064)), Frames.FromHost([], "02:00:00:00:0b:01", type: 0x88B5));
        Assert.Equal(2, sent.Count);
        Assert.All(sent, s => Assert.Equal(Rig.Access2, s.Port));
        Assert.Equal(Convert.ToHexString(Frames.FromHost(payload, "02:00:00:00:0b:01", tags: Frames.Tag(0xB000 | 300))), Convert.ToHexString(sent[0].Bytes));
        Assert.Equal(Convert.ToHexString(Frames.Pad(Frames.FromHost([], "02:00:00:00:0b:01", type: 0x88B5, tags: Frames.Tag(300)))), Convert.ToHexString(sent[1].Bytes));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("E-008")]
    public void A_priority_tag_keeps_PCP_and_DEI_too()
    {
        using var rig = new Rig(change: r =>
        {
            r.Sketch.AddAttachment(r.Segment, Rig.Access, 200, native: true);
            r.Sketch.AddAttachment(r.Segment, Rig.Access2, 300);
        });
        rig.Learn("02:00:00:00:0b:01", Rig.AttachmentPlace(3));
        List<Sent> sent = rig.Run(Rig.Access, Frames.FromHost(destination: "02:00:00:00:0b:01", tags: Frames.Tag(0xF000)), Frames.FromVm(destination: "02:00:00:00:0b:01", source: Frames.Host));
        Assert.Equal([Frames.Tag(0xF000 | 300), Frames.Tag(300)], sent.Select(s => s.Bytes[12..16]));
    }

    [Fact]
    [Requirement("E-024")]
    public void Isolation()
    {
        using var rig = new Rig(change: r =>
        {
            Change(r);
            r.Sketch.Segment(r.Segment, s => s with { Flags = s.Flags & ~SegmentFlags.LocalSwitching });
        });
        rig.Learn("02:00:00:00:0b:01", Rig.AttachmentPlace(2));
        Assert.Empty(rig.Run(Rig.Access, Frames.FromHost(destination: "02:00:00:00:0b:01")));
        rig.AssertDrops(DropReason.FdbIsolated);
        Assert.Equal([Rig.Underlay, Rig.Underlay], rig.Run(Rig.Access, Frames.FromHost(destination: Frames.Broadcast)).Select(s => s.Port)); // peers only
        Assert.Equal(3, rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(destination: Frames.Broadcast))).Count); // isolation is between attachments
        rig.AssertDrops(DropReason.FdbIsolated);
    }

    [Fact]
    [Requirement("A-092")]
    public void No_relay_from_peer_to_peer()
    {
        using var rig = new Rig();
        Assert.Empty(rig.Run(Rig.Underlay, Frames.Nvgre6(Frames.FromVm(destination: Frames.Vm, source: StrangerVm)), Frames.Nvgre4(Frames.FromVm(destination: Frames.Vm, source: StrangerVm))));
        rig.AssertDrops(DropReason.FdbSplitHorizon, 2);
    }

    [Theory]
    [Requirement("A-092")]
    [MemberData(nameof(Rig.Modes), MemberType = typeof(Rig))]
    public void Relay_from_peer_to_peer(int burst, int workers, int queues)
    {
        using var rig = new Rig(burst, workers, queues: queues, change: r =>
        {
            r.Sketch.Segment(r.Segment, s => s with { Flags = s.Flags | SegmentFlags.Relay });
            r.Sketch.Port(Rig.Underlay, p => p with { Flags = p.Flags | PortFlags.TrustDscp });
        });
        rig.Learn(StrangerVm, Rig.PeerPlace(rig.Peer6));
        byte[] up = Frames.FromVm(Frames.Udp4(tos: 0xB8), destination: Frames.Vm, source: StrangerVm), down = Frames.FromVm(destination: StrangerVm);
        List<Sent> sent = rig.Run(
            Rig.Underlay,
            [.. Frames.Nvgre6(up), 1, 2, 3], // what follows the outer packet stays behind
            Frames.Nvgre4(down),
            Frames.Nvgre4(Frames.FromVm(destination: Frames.Vm, source: Stranger)), // back where it came from
            Frames.Nvgre4(Frames.FromVm(destination: Frames.Broadcast)));
        Assert.Equal([Rig.Underlay, Rig.Underlay, Rig.Access], sent.Select(s => s.Port));
        Assert.Equal([0x45, 0xB8, 0x00, (byte)(28 + up.Length)], sent[0].Bytes[14..18]);
        Assert.Equal(Frames.Remote4, sent[0].Bytes[30..34]);
        Assert.Equal([0x20, 0x00, 0x65, 0x58, 0x00, 0x13, 0x89], sent[0].Bytes[34..41]);
        Assert.Equal(up, sent[0].Bytes[42..]);
        Assert.Equal(Frames.Remote6, sent[1].Bytes[38..54]);
        Assert.Equal(down, sent[1].Bytes[62..]);
        rig.AssertDrops(DropReason.FdbSplitHorizon);
    }

    [Fact]
    [Requirement("A-092")]
    public void Relay_toward_a_peer_that_is_down_or_takes_less()
    {
        using var rig = new Rig(change: r =>
        {
            r.Sketch.Segment(r.Segment, s => s with { Flags = s.Flags | SegmentFlags.Relay });
            r.Sketch.Peer(r.Peer6, p => p with { MaxInnerFrame = 100 });
        });
        rig.Learn(StrangerVm, Rig.PeerPlace(rig.Peer6));
        rig.Memory.PeerStates[rig.Peer4] = (byte)PlaceStates.Down;
        Assert.Empty(rig.Run(Rig.Underlay, Frames.Nvgre6(Frames.FromVm(destination: Frames.Vm, source: StrangerVm))));
        rig.AssertDrops(DropReason.PeerDown);
        rig.Memory.PeerStates[rig.Peer4] = 0;
        Assert.Empty(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(new byte[87], destination: StrangerVm, type: 0x88B5))));
        Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(new byte[86], destination: StrangerVm, type: 0x88B5))));
        Assert.Equal(1ul, rig.Drops(DropReason.MtuNonip));
    }

    [Fact]
    [Requirement("A-087")]
    public void Unknown_unicast_is_flooded_or_dropped()
    {
        using (var rig = new Rig())
        {
            Assert.Equal(2, rig.Run(Rig.Access, Frames.FromHost(destination: StrangerVm)).Count);
            Assert.Equal(1ul, rig.Counter(CounterId.FdbUnknown));
            Assert.Equal(2ul, rig.Counter(CounterId.TxBumCopies));
            rig.AssertNoDrops();
        }

        using (var rig = new Rig(change: r => r.Sketch.Segment(r.Segment, s => s with { Flags = s.Flags & ~SegmentFlags.FloodUnknown })))
        {
            Assert.Empty(rig.Run(Rig.Access, Frames.FromHost(destination: StrangerVm)));
            Assert.Empty(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(destination: Stranger))));
            Assert.Equal(2ul, rig.Counter(CounterId.FdbUnknown));
            rig.AssertDrops(DropReason.FdbUnknownUnicast, 2);
        }
    }

    [Fact]
    [Requirement("E-035")]
    public void A_flushed_place_is_unknown_and_learned_anew()
    {
        using var rig = new Rig(change: r =>
        {
            r.Sketch.Peer(r.Peer4, p => p with { Place = Rig.PeerPlace(r.Peer4, 1) });
            r.Sketch.Attachment(r.Attachment, a => a with { Place = Rig.AttachmentPlace(r.Attachment, 1) });
        });
        Assert.Equal(2, rig.Run(Rig.Access, Frames.FromHost()).Count); // flooded
        Assert.Equal(1ul, rig.Counter(CounterId.FdbUnknown));
        Assert.Equal(Rig.AttachmentPlace(rig.Attachment, 1), Assert.Single(rig.Punts(PuntClass.Learn)).Head.Place);
        Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm())));
        Assert.Equal(2ul, rig.Counter(CounterId.FdbUnknown));
        rig.Learn(Frames.Vm, Rig.PeerPlace(rig.Peer4) | Place.Static); // a record outlives a flush
        Assert.Single(rig.Run(Rig.Access, Frames.FromHost()));
        Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm())));
        Assert.Equal(0ul, rig.Counter(CounterId.FdbConflict));
        rig.AssertNoDrops();
    }

    [Fact]
    public void An_entry_for_an_id_that_the_snapshot_does_not_have_is_unknown()
    {
        using var rig = new Rig();
        rig.Learn(Frames.Vm, Rig.PeerPlace(4000));
        rig.Learn(Frames.Host, Rig.AttachmentPlace(4000));
        Assert.Equal(2, rig.Run(Rig.Access, Frames.FromHost()).Count);
        Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm())));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("A-093")]
    public void Toward_a_peer_that_is_down()
    {
        using (var rig = new Rig())
        {
            rig.Memory.PeerStates[rig.Peer4] = (byte)PlaceStates.Down;
            Assert.Empty(rig.Run(Rig.Access, Frames.FromHost()));
            rig.AssertDrops(DropReason.PeerDown);
        }

        using (var rig = new Rig(change: r => r.Sketch.Peer(r.Peer4, p => p with { Flags = p.Flags & ~PeerFlags.Up })))
        {
            Assert.Empty(rig.Run(Rig.Access, Frames.FromHost()));
            rig.AssertDrops(DropReason.PeerDown);
        }
    }

    [Fact]
    [Requirement("A-020")]
    public void Segments_do_not_mix()
    {
        uint attachment = 0;
        using var rig = new Rig(change: r =>
        {
            uint other = r.Sketch.AddSegment(6000, SegmentFlags.Up | SegmentFlags.Learning | SegmentFlags.FloodUnknown | SegmentFlags.LocalSwitching);
            attachment = r.Sketch.AddAttachment(other, Rig.Access, 500);
            r.Sketch.AddPeer(other, Rig.Underlay, Frames.Gateway4, Frames.Remote4, 1, PeerFlags.Up);
        });
        List<Sent> sent = rig.Run(Rig.Access, Frames.FromHost(tags: Frames.Tag(500)), Frames.FromHost(destination: Frames.Broadcast, tags: Frames.Tag(500)));
        Assert.Equal(2, sent.Count); // its one peer; the MACs of the other segment are unknown here
        Assert.All(sent, s => Assert.Equal([0x00, 0x17, 0x70], s.Bytes[38..41]));
        sent = rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(), vsid: 6000), Frames.Nvgre4(Frames.FromVm(destination: Frames.Broadcast), vsid: 6000));
        Assert.Equal([Frames.Tag(500), Frames.Tag(500)], sent.Select(s => s.Bytes[12..16]));
        rig.AssertNoDrops();
    }

    [Fact]
    public void A_bucket_that_overflows_is_followed()
    {
        using var rig = new Rig();
        FdbTable fdb = rig.Memory.Fdb;
        FdbBucket* home = fdb.Home(Key(rig, Frames.Vm));
        string[] macs = [.. Enumerable.Range(0, 200_000).Select(i => $"00:16:00:{(i >> 16) & 255:x2}:{(i >> 8) & 255:x2}:{i & 255:x2}").Where(m => Rig.Mac(m) != 0 && Home(m)).Take(12)];
        Assert.Equal(12, macs.Length);
        bool Home(string mac) => rig.Memory.Fdb.Home(Key(rig, mac)) == rig.Memory.Fdb.Home(Key(rig, Frames.Vm));
        foreach (string mac in macs)
        {
            rig.Learn(mac, Rig.PeerPlace(rig.Peer4));
        }

        Assert.NotEqual(0u, home->Overflow);
        Assert.Equal(12, rig.Run(Rig.Access, [.. macs.Select(m => Frames.FromHost(destination: m))]).Count);
        Assert.Equal(0ul, rig.Counter(CounterId.FdbUnknown));
    }
}

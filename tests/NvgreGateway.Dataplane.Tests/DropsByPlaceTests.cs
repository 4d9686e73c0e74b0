using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Drops of a segment and of a peer, where these are known (F-022).</summary>
public sealed unsafe class DropsByPlaceTests
{
    private const string OwnSource = "";
    private const string Stranger = "02:00:00:00:0a:77", StrangerVm = "00:15:5d:00:00:77";

    // Reason, port that it comes in on, whether segment and peer are known; the frame is made of the gateway's tables.
    public static TheoryData<DropReason, int, bool, bool> Places => new()
    {
        { DropReason.L2Runt, Rig.Access, false, false },
        { DropReason.VlanUnknown, Rig.Access, false, false },
        { DropReason.VlanUntagged, Rig.Access, false, false },
        { DropReason.SegmentDown, Rig.Access, true, false },
        { DropReason.Loop, Rig.Access, true, false },
        { DropReason.InnerSrcMac, Rig.Access, true, false },
        { DropReason.InnerSelfMac, Rig.Access, true, false },
        { DropReason.InnerLossless, Rig.Access, true, false },
        { DropReason.FdbUnknownUnicast, Rig.Access, true, false },
        { DropReason.FdbSamePort, Rig.Access, true, false },
        { DropReason.PeerDown, Rig.Access, true, true },
        { DropReason.MtuNonip, Rig.Access, true, true },
        { DropReason.NeighUnresolved, Rig.Access, true, true },
        { DropReason.IpCksum, Rig.Underlay, false, false },
        { DropReason.IpNotLocal, Rig.Underlay, false, false },
        { DropReason.GreNoKey, Rig.Underlay, false, false },
        { DropReason.VsidUnknown, Rig.Underlay, false, false },
        { DropReason.SegmentDown, Rig.Underlay, true, false },
        { DropReason.PeerUnknown, Rig.Underlay, true, false },
        { DropReason.IpTtlMin, Rig.Underlay, true, true },
        { DropReason.PeerDown, Rig.Underlay, true, true },
        { DropReason.InnerShort, Rig.Underlay, true, true },
        { DropReason.InnerTagged, Rig.Underlay, true, true },
        { DropReason.Loop, Rig.Underlay, true, true },
        { DropReason.InnerSrcMac, Rig.Underlay, true, true },
        { DropReason.InnerLossless, Rig.Underlay, true, true },
        { DropReason.L2ReservedMac, Rig.Underlay, true, true },
        { DropReason.EcnNotectCe, Rig.Underlay, true, true },
        { DropReason.FdbUnknownUnicast, Rig.Underlay, true, true },
        { DropReason.FdbSplitHorizon, Rig.Underlay, true, true },
        { DropReason.MtuNonip, Rig.Underlay, true, true },
    };

    [Theory]
    [MemberData(nameof(Places))]
    [Requirement("F-022")]
    public void Each_reason_counts_where_it_is_known(DropReason reason, int port, bool ofSegment, bool ofPeer)
    {
        uint down = 0, shut = 0;
        using var rig = new Rig(change: r =>
        {
            r.Sketch.Segment(r.Segment, s => s with { Flags = s.Flags & ~SegmentFlags.FloodUnknown });
            r.Sketch.Peer(r.Peer4, p => p with { MinTtl = 9 });
            shut = r.Sketch.AddSegment(7000, SegmentFlags.None);
            r.Sketch.AddAttachment(shut, Rig.Access, 700);
            down = r.AddPeer([198, 51, 100, 12], flags: PeerFlags.None);
            r.Sketch.Attachment(r.Attachment, a => a with { MaxInnerFrame = 1000 });
            r.Sketch.Peer(r.Peer6, p => p with { MaxInnerFrame = 1000 });
            r.Sketch.Peer(r.Peer6, p => p with { FastInnerFrame = 0 });
        });
        rig.Learn("00:15:5d:00:00:12", Rig.PeerPlace(down));
        rig.Learn("00:15:5d:00:00:06", Rig.PeerPlace(rig.Peer6));
        bool up = port == Rig.Access;
        byte[] Both(string source = OwnSource, int type = 0x88B5) => up ? Frames.FromHost(new byte[60], source: source == OwnSource ? Frames.Host : source, type: type)
            : Frames.Nvgre4(Frames.FromVm(new byte[60], source: source == OwnSource ? Frames.Vm : source, type: type));
        byte[] frame = reason switch
        {
            DropReason.L2Runt => Frames.FromHost()[..16],
            DropReason.VlanUnknown => Frames.FromHost(tags: Frames.Tag(999)),
            DropReason.VlanUntagged => Frames.FromVm(destination: Frames.Vm, source: Frames.Host),
            DropReason.SegmentDown => up ? Frames.FromHost(tags: Frames.Tag(700)) : Frames.Nvgre4(Frames.FromVm(), vsid: 7000),
            DropReason.Loop => Wrap(up, Frames.Ip4(Frames.Gateway4, [203, 0, 113, 1], 47, Frames.Gre(Frames.FromVm()))),
            DropReason.InnerSrcMac => Both("01:00:5e:00:00:01"),
            DropReason.InnerSelfMac => Frames.FromHost(destination: "02:00:00:00:01:01"),
            DropReason.InnerLossless => Both(type: 0x8906),
            DropReason.FdbUnknownUnicast => up ? Frames.FromHost(destination: StrangerVm) : Frames.Nvgre4(Frames.FromVm(destination: Stranger)),
            DropReason.FdbSamePort => Frames.FromHost(destination: Frames.Host, source: Stranger),
            DropReason.PeerDown => up ? Frames.FromHost(destination: "00:15:5d:00:00:12") : Frames.Nvgre4(Frames.FromVm(), source: [198, 51, 100, 12]),
            DropReason.MtuNonip => up ? Frames.FromHost(new byte[1000], "00:15:5d:00:00:06", type: 0x88B5) : Frames.Nvgre4(Frames.FromVm(new byte[1000], type: 0x88B5)),
            DropReason.NeighUnresolved => Frames.FromHost(),
            DropReason.IpCksum => Frames.With(Vectors.W03, 25, (byte)(Vectors.W03[25] + 1)),
            DropReason.IpNotLocal => Frames.With4(Vectors.W03, 30, 192, 0, 2, 3),
            DropReason.GreNoKey => Frames.With(Vectors.W03, 34, 0),
            DropReason.VsidUnknown => Frames.With(Vectors.W03, 38, 0, 0x20, 0),
            DropReason.PeerUnknown => Frames.Nvgre4(Frames.FromVm(), source: [198, 51, 100, 99]),
            DropReason.IpTtlMin => Frames.Nvgre4(Frames.FromVm(), ttl: 8),
            DropReason.InnerShort => Frames.Nvgre4(Frames.FromVm()[..13]),
            DropReason.InnerTagged => Frames.Nvgre4(Frames.Ethernet(Frames.Host, Frames.Vm, 0x0800, Frames.Udp4(), Frames.Tag(7))),
            DropReason.L2ReservedMac => Frames.Nvgre4(Frames.FromVm(destination: "01:80:c2:00:00:0e")),
            DropReason.EcnNotectCe => Frames.Nvgre4(Frames.FromVm(Frames.Udp4()), tos: 3),
            DropReason.FdbSplitHorizon => Frames.Nvgre4(Frames.FromVm(destination: "00:15:5d:00:00:06")),
            _ => throw new ArgumentOutOfRangeException(nameof(reason)),
        };
        if (reason == DropReason.NeighUnresolved)
        {
            rig.SetHop(1, NextHopState.Failed);
        }

        Assert.Empty(rig.Run(port, frame));
        rig.AssertDrops(reason);

        // One of that reason where it belongs, and none of any other anywhere.
        uint segment = reason == DropReason.SegmentDown ? shut : rig.Segment;
        uint peer = (reason, up) switch
        {
            (DropReason.PeerDown, _) => down,
            (DropReason.MtuNonip, true) => rig.Peer6,
            _ => rig.Peer4,
        };
        Assert.Equal(ofSegment ? [(segment, reason)] : [], Counted(rig.Memory.SegmentDrops(0), 4));
        Assert.Equal(ofPeer ? [(peer, reason)] : [], Counted(rig.Memory.PeerDrops(0), 8));
    }

    [Fact]
    [Requirement("F-022")]
    public void A_flooded_frame_of_which_nothing_leaves_counts_for_the_peer_that_sent_it()
    {
        using var rig = new Rig();
        rig.Device.Takes[Rig.Access] = 0;
        Assert.Empty(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(destination: Frames.Broadcast))));
        rig.AssertDrops(DropReason.TxFull);
        Assert.Equal([(rig.Segment, DropReason.TxFull)], Counted(rig.Memory.SegmentDrops(0), 4));
        Assert.Equal([(rig.Peer4, DropReason.TxFull)], Counted(rig.Memory.PeerDrops(0), 8));
    }

    private static byte[] Wrap(bool up, byte[] payload) => up ? Frames.FromHost(payload) : Frames.Nvgre4(Frames.FromVm(payload));

    private static List<(uint Id, DropReason Reason)> Counted(ulong* drops, uint ids)
    {
        List<(uint, DropReason)> found = [];
        for (uint i = 0; i < ids * 128; i++)
        {
            for (ulong n = drops[i]; n > 0; n--)
            {
                found.Add((i / 128, (DropReason)(i % 128)));
            }
        }

        return found;
    }
}

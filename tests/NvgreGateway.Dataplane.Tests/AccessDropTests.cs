using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Everything that a frame from a VLAN can be dropped for before it is looked up.</summary>
public class AccessDropTests
{
    private static Rig Native(PortFlags more = 0) => new(change: r =>
    {
        r.Sketch.Port(Rig.Access, p => p with { Flags = p.Flags | more });
        r.Sketch.AddAttachment(r.Segment, Rig.Access, 200, native: true);
    });

    private static void Dropped(Rig rig, DropReason reason, params byte[][] frames)
    {
        Assert.Empty(rig.Run(Rig.Access, frames));
        rig.AssertDrops(reason, (ulong)frames.Length);
        Assert.Empty(rig.Punts(PuntClass.Learn)); // rule 0.2.2
    }

    [Fact]
    [Requirement("A-056")]
    public void Runts()
    {
        using var rig = new Rig();
        byte[] frame = Frames.FromHost();
        Dropped(rig, DropReason.L2Runt, [], frame[..1], frame[..10], frame[..13], frame[..14], frame[..17]);
    }

    [Fact]
    [Requirement("A-056")]
    public void A_cut_second_tag_is_an_EtherType()
    {
        using var rig = new Rig();
        Dropped(rig, DropReason.VlanDouble, Frames.Join(Frames.Mac(Frames.Vm), Frames.Mac(Frames.Host), Frames.Tag(100), Frames.Big16(0x8100), [0]));
    }

    [Fact]
    [Requirement("E-076")]
    public void Oversize()
    {
        using var rig = new Rig(change: r => r.Sketch.Port(Rig.Underlay, p => p with { Mtu = 9000, MaxFrame = 9018 }));
        byte[] longest = Frames.FromHost(Frames.Udp4(payload: 1472));
        Assert.Equal(1518, longest.Length);
        Assert.Single(rig.Run(Rig.Access, longest));
        rig.AssertNoDrops();
        Assert.Empty(rig.Run(Rig.Access, Frames.Join(longest, [0])));
        rig.AssertDrops(DropReason.L2Oversize);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Requirement("E-070")]
    public void Reserved_bridge_groups(bool forward)
    {
        using var rig = new Rig(change: r => r.Sketch.Port(Rig.Access, p => p with { Flags = p.Flags | (forward ? PortFlags.ForwardControlFrames : 0) }));
        Dropped(rig, DropReason.L2ReservedMac, [.. Enumerable.Range(1, 15).Select(i => Frames.FromHost(destination: $"01:80:c2:00:00:{i:x2}"))]);
    }

    [Theory]
    [InlineData("01:80:c2:00:00:00")]
    [InlineData("01:00:0c:cc:cc:cc")]
    [InlineData("01:00:0c:cc:cc:cd")]
    [Requirement("E-074")]
    public void Control_frames(string group)
    {
        using (var rig = new Rig())
        {
            Dropped(rig, DropReason.L2Control, Frames.FromHost(destination: group));
        }

        using (var rig = new Rig(change: r => r.Sketch.Port(Rig.Access, p => p with { Flags = p.Flags | PortFlags.ForwardControlFrames })))
        {
            Assert.Equal(2, rig.Run(Rig.Access, Frames.FromHost(destination: group)).Count); // both peers
            rig.AssertNoDrops();
        }
    }

    [Fact]
    public void Neighbours_of_the_control_groups_pass()
    {
        using var rig = new Rig();
        Assert.Equal(6, rig.Run(
            Rig.Access, Frames.FromHost(destination: "01:80:c2:00:00:10"), Frames.FromHost(destination: "01:00:0c:cc:cc:ce"), Frames.FromHost(destination: "01:80:c2:00:01:00")).Count);
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("E-004")]
    public void Untagged_without_a_native_VLAN()
    {
        using var rig = new Rig();
        Dropped(rig, DropReason.VlanUntagged, Frames.FromVm(destination: Frames.Vm, source: Frames.Host), Frames.FromHost(tags: Frames.Tag(0xA000)));
    }

    [Fact]
    [Requirement("E-004", "E-005", "A-044")]
    public void The_native_VLAN()
    {
        using Rig rig = Native();
        byte[] untagged = Frames.FromVm(destination: Frames.Vm, source: Frames.Host);
        byte[] outer = Assert.Single(rig.Run(Rig.Access, untagged)).Bytes;
        Assert.Equal(Convert.ToHexString(untagged), Convert.ToHexString(outer[42..]));
        Assert.Equal(Convert.ToHexString(outer), Convert.ToHexString(Assert.Single(rig.Run(Rig.Access, Frames.FromHost(tags: Frames.Tag(0xA000)))).Bytes));
        Assert.Equal(Convert.ToHexString(outer), Convert.ToHexString(Assert.Single(rig.Run(Rig.Access, Frames.FromHost(tags: Frames.Tag(200)))).Bytes));
        rig.Learn(Frames.Host, Rig.AttachmentPlace(2));
        byte[] back = Frames.FromVm();
        Assert.Equal(Convert.ToHexString(back), Convert.ToHexString(Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre4(back))).Bytes));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("E-002")]
    public void An_access_port_takes_no_tag_but_priority_tags()
    {
        using Rig rig = Native(PortFlags.AccessMode);
        Assert.Equal(2, rig.Run(Rig.Access, Frames.FromVm(destination: Frames.Vm, source: Frames.Host), Frames.FromHost(tags: Frames.Tag(0xE000))).Count);
        rig.AssertNoDrops();
        _ = rig.Punts(PuntClass.Learn);
        Dropped(
            rig, DropReason.VlanTaggedOnAccess, Frames.FromHost(tags: Frames.Tag(100)), Frames.FromHost(tags: Frames.Tag(200)),
            Frames.FromHost(tags: Frames.Tag(4095)), Frames.FromHost(tags: Frames.Tag(100, 0x88A8)));
    }

    [Fact]
    [Requirement("E-005")]
    public void The_reserved_VID()
    {
        using var rig = new Rig();
        Dropped(rig, DropReason.VlanReservedVid, Frames.FromHost(tags: Frames.Tag(4095)));
    }

    [Fact]
    [Requirement("E-003")]
    public void An_unknown_VLAN()
    {
        using var rig = new Rig();
        Dropped(rig, DropReason.VlanUnknown, Frames.FromHost(tags: Frames.Tag(999)), Frames.FromHost(tags: [Frames.Tag(999), Frames.Tag(7)]));
    }

    [Theory]
    [InlineData(0x8100)]
    [InlineData(0x88A8)]
    [InlineData(0x9100)]
    [InlineData(0x9200)]
    [Requirement("A-041", "E-011")]
    public void More_tags_than_one(int tpid)
    {
        using Rig rig = Native();
        Dropped(
            rig, DropReason.VlanDouble,
            Frames.FromHost(tags: [Frames.Tag(100), Frames.Tag(7, tpid)]),
            Frames.FromHost(tags: [Frames.Tag(100), Frames.Tag(7, tpid), Frames.Tag(8)]),
            Frames.FromHost(tags: [Frames.Tag(0), Frames.Tag(100, tpid)]));
    }

    [Fact]
    [Requirement("A-043")]
    public void A_tag_of_another_TPID_would_stay_inside()
    {
        using Rig rig = Native();
        Dropped(rig, DropReason.VlanDouble, Frames.FromHost(tags: Frames.Tag(100, 0x88A8)), Frames.FromHost(tags: Frames.Tag(100, 0x9100)), Frames.FromHost(tags: Frames.Tag(100, 0x9200)));
    }

    [Fact]
    [Requirement("E-026")]
    public void A_segment_that_is_down_stops_both_directions()
    {
        using var rig = new Rig(change: r => r.Sketch.Segment(r.Segment, s => s with { Flags = s.Flags & ~SegmentFlags.Up }));
        Assert.Empty(rig.Run(Rig.Access, Frames.FromHost()));
        rig.AssertDrops(DropReason.SegmentDown);
        Assert.Empty(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm())));
        rig.AssertDrops(DropReason.SegmentDown, 2);
    }

    [Fact]
    [Requirement("B-011")]
    public void A_tunnel_into_itself()
    {
        using var rig = new Rig();
        byte[] gre = Frames.Gre(Frames.FromVm());
        byte[] other = [203, 0, 113, 1], other6 = [.. Frames.Remote6[..15], 0x99];
        byte[] options = [0, 0, 1, 0, 0, 0, 0, 0];
        Dropped(
            rig, DropReason.Loop,
            Frames.FromHost(Frames.Ip4(Frames.Gateway4, other, 47, gre)),
            Frames.FromHost(Frames.Ip4(other, Frames.Gateway4, 47, gre)),
            Frames.FromHost(Frames.Ip4(Frames.Remote4, other, 47, gre)),
            Frames.FromHost(Frames.Ip6(Frames.Gateway6, other6, 47, gre), type: 0x86DD),
            Frames.FromHost(Frames.Ip6(other6, Frames.Gateway6, 47, gre), type: 0x86DD),
            Frames.FromHost(Frames.Ip6(Frames.Remote6, other6, 47, gre), type: 0x86DD),
            Frames.FromHost(Frames.Ip6(Frames.Remote6, other6, 60, Frames.Join([47, 0], options[2..], gre)), type: 0x86DD));

        // Somebody else's tunnel is payload (B-012).
        Assert.Equal(2, rig.Run(Rig.Access, Frames.FromHost(Frames.Ip4(other, Frames.Remote4, 47, gre)), Frames.FromHost(Frames.Ip6(other6, Frames.Remote6, 47, gre), type: 0x86DD)).Count);
        rig.AssertDrops(DropReason.Loop, 7);
    }

    [Fact]
    [Requirement("B-011")]
    public void A_tunnel_into_itself_from_NVGRE()
    {
        using var rig = new Rig();
        byte[] inner = Frames.FromVm(Frames.Ip4(Frames.Gateway4, [203, 0, 113, 1], 47, Frames.Gre(Frames.FromVm())));
        Assert.Empty(rig.Run(Rig.Underlay, Frames.Nvgre4(inner)));
        rig.AssertDrops(DropReason.Loop);
    }

    [Fact]
    [Requirement("B-012")]
    public void NVGRE_in_NVGRE_is_payload()
    {
        using var rig = new Rig();
        byte[] payload = Frames.Ip4([203, 0, 113, 1], [203, 0, 113, 2], 47, Frames.Gre(Frames.FromVm()));
        byte[] sent = Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(payload)))).Bytes;
        Assert.Equal(Convert.ToHexString(Frames.FromHost(payload, Frames.Host, Frames.Vm)), Convert.ToHexString(sent));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("A-103")]
    public void Sources_that_are_never_learned()
    {
        using var rig = new Rig();
        Dropped(rig, DropReason.InnerSrcMac, Frames.FromHost(source: "01:00:5e:00:00:01"), Frames.FromHost(source: "00:00:00:00:00:00"), Frames.FromHost(source: Frames.Broadcast));
        Assert.Empty(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(source: "03:00:00:00:00:01")), Frames.Nvgre6(Frames.FromVm(source: "00:00:00:00:00:00"))));
        rig.AssertDrops(DropReason.InnerSrcMac, 5);
        Assert.Empty(rig.Punts(PuntClass.Learn));
    }

    [Theory]
    [InlineData("02:00:00:00:01:01")]
    [InlineData("02:00:00:00:02:01")]
    [InlineData("02:00:00:00:01:02")]
    [Requirement("A-103")]
    public void To_or_from_the_gateway_itself(string mac)
    {
        using var rig = new Rig();
        Dropped(rig, DropReason.InnerSelfMac, Frames.FromHost(source: mac), Frames.FromHost(destination: mac));
        Assert.Empty(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(source: mac)), Frames.Nvgre4(Frames.FromVm(destination: mac))));
        rig.AssertDrops(DropReason.InnerSelfMac, 4);
    }

    [Fact]
    public void More_ports_than_one_compare_holds()
    {
        using var rig = new Rig(change: r =>
        {
            // Entries of ports that have no device here still own their MACs.
            for (int i = 3; i < 7; i++)
            {
                r.Sketch.AddPort(PortFlags.None, Rig.Mac($"02:00:00:00:07:{i:x2}"));
            }
        });
        Dropped(rig, DropReason.InnerSelfMac, Frames.FromHost(source: "02:00:00:00:07:06"), Frames.FromHost(destination: "02:00:00:00:07:03"), Frames.FromHost(destination: "02:00:00:00:01:01"));
    }

    [Theory]
    [InlineData(0x8906)]
    [InlineData(0x8914)]
    [Requirement("A-146")]
    public void Lossless_Ethernet(int type)
    {
        byte[] payload = new byte[50];
        using (var rig = new Rig())
        {
            Dropped(rig, DropReason.InnerLossless, Frames.FromHost(payload, type: type));
            Assert.Empty(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(payload, type: type))));
            rig.AssertDrops(DropReason.InnerLossless, 2);
        }

        using (var rig = new Rig(change: r => r.Sketch.Segment(r.Segment, s => s with { Flags = s.Flags | SegmentFlags.ForwardLossless })))
        {
            Assert.Single(rig.Run(Rig.Access, Frames.FromHost(payload, type: type)));
            rig.AssertNoDrops();
        }
    }

    [Fact]
    public void The_first_stage_wins()
    {
        // Runt before oversize is impossible; reserved MAC before VLAN; VLAN before segment; segment before inner.
        using var rig = new Rig(change: r => r.Sketch.Segment(r.Segment, s => s with { Flags = s.Flags & ~SegmentFlags.Up }));
        Dropped(rig, DropReason.L2ReservedMac, Frames.FromHost(destination: "01:80:c2:00:00:0e", tags: Frames.Tag(999)));
        Assert.Empty(rig.Run(Rig.Access, Frames.FromHost(source: "01:00:00:00:00:00", tags: Frames.Tag(999))));
        Assert.Equal(1ul, rig.Drops(DropReason.VlanUnknown));
        Assert.Empty(rig.Run(Rig.Access, Frames.FromHost(source: "01:00:00:00:00:00")));
        Assert.Equal(1ul, rig.Drops(DropReason.SegmentDown));
    }
}

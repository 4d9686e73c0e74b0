using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Next hops that are not known, and what workers hand to control.</summary>
public unsafe class NeighborTests
{
    public static TheoryData<int, int> Bursts => new() { { 1, 1 }, { 32, 1 }, { 1, 2 }, { 32, 2 } };

    [Theory]
    [MemberData(nameof(Bursts))]
    [Requirement("A-054")]
    public void The_hold_is_bounded_over_all_workers_and_the_newest_is_dropped(int burst, int workers)
    {
        using var rig = new Rig(burst, workers);
        rig.SetHop(1, NextHopState.Pending);
        Assert.Empty(rig.Run(Rig.Access, [.. Enumerable.Range(0, 100).Select(i => Frames.FromHost(Frames.Udp4(sourcePort: i)))]));
        rig.AssertDrops(DropReason.NeighPending, 36);
        Assert.Equal(64ul, rig.Total(s => s.Value->Held));
        rig.AssertClosed();
        rig.Resolve(1, "02:00:00:00:02:99");
        rig.Settle();
        Assert.Equal(64, rig.Outputs.Count);
        Assert.All(rig.Outputs, o => Assert.Equal(Frames.Mac("02:00:00:00:02:99"), o.Bytes[..6]));
        Assert.All(rig.Outputs, o => Assert.Equal(Frames.Mac(Frames.GatewayUnderlay), o.Bytes[6..12]));
        Assert.Equal(0, rig.Memory.NextHops[1].Held);
        rig.AssertDrops(DropReason.NeighPending, 36);
        if (workers == 1)
        {
            Assert.Equal(rig.Outputs.Select(o => o.Sequence).Order(), rig.Outputs.Select(o => o.Sequence)); // in the order they came
            Assert.Equal(64ul, rig.Outputs[^1].Sequence);
        }
    }

    [Fact]
    [Requirement("A-054")]
    public void No_packet_overtakes_what_waits()
    {
        using var rig = new Rig();
        rig.SetHop(1, NextHopState.Pending);
        rig.Run(Rig.Access, Frames.FromHost(), Frames.FromHost());
        rig.Feed(Rig.Access, Frames.FromHost(), Frames.FromHost());
        rig.Resolve(1, Frames.Router);
        rig.Settle();
        Assert.Equal([1ul, 2ul, 3ul, 4ul], rig.Outputs.Select(o => o.Sequence));
    }

    [Fact]
    [Requirement("A-055")]
    public void A_next_hop_that_does_not_answer()
    {
        using var rig = new Rig();
        rig.SetHop(1, NextHopState.Pending);
        Assert.Empty(rig.Run(Rig.Access, Frames.FromHost(), Frames.FromHost(destination: Frames.Broadcast)));
        rig.SetHop(1, NextHopState.Failed);
        rig.Settle();
        rig.AssertDrops(DropReason.NeighUnresolved, 2); // of the broadcast both copies
        Assert.Empty(rig.Run(Rig.Access, Frames.FromHost()));
        rig.AssertDrops(DropReason.NeighUnresolved, 3);
        Assert.Empty(rig.Outputs);
        Assert.Equal(0, rig.Memory.NextHops[1].Held);
    }

    [Fact]
    [Requirement("A-054")]
    public void Control_is_told_once_a_tick_that_a_next_hop_is_needed()
    {
        using var rig = new Rig();
        rig.SetHop(1, NextHopState.Idle);
        rig.Run(Rig.Access, Frames.FromHost(), Frames.FromHost(), Frames.FromHost());
        (PuntSlot head, _) = Assert.Single(rig.Punts(PuntClass.Neighbor));
        Assert.Equal((PuntKind.NextHopNeeded, 1ul, 1ul), (head.Kind, head.Key, head.Sequence));
        rig.Settle();
        Assert.Empty(rig.Punts(PuntClass.Neighbor));
        rig.Memory.Header->AgeTick++;
        rig.Settle();
        Assert.Single(rig.Punts(PuntClass.Neighbor));
        rig.Resolve(1, Frames.Router);
        rig.Settle();
        Assert.Equal(3, rig.Outputs.Count);
    }

    [Fact]
    public void What_waits_for_a_next_hop_never_goes_to_another_that_took_its_id()
    {
        using var rig = new Rig();
        rig.SetHop(1, NextHopState.Pending);
        rig.Run(Rig.Access, Frames.FromHost());
        rig.Memory.NextHops[1].AddressHigh = 0x0B0B0B0B;
        rig.Resolve(1, Frames.Router);
        rig.Settle();
        Assert.Empty(rig.Outputs);
        rig.AssertDrops(DropReason.NeighUnresolved);
    }

    [Fact]
    public void A_stop_drops_what_waits()
    {
        using var rig = new Rig();
        rig.SetHop(1, NextHopState.Pending);
        rig.Run(Rig.Access, Frames.FromHost(), Frames.FromHost(destination: Frames.Broadcast));
        Assert.Equal(3ul, rig.Workers[0].HeldCount);
        rig.Workers[0].DropHeld(DropReason.NeighUnresolved);
        rig.AssertDrops(DropReason.NeighUnresolved, 2);
        Assert.Equal(0, rig.Device.Pool.InUse);
    }

    [Theory]
    [InlineData("ff:ff:ff:ff:ff:ff")]
    [InlineData("02:00:00:00:02:01")]
    [Requirement("E-063")]
    public void ARP_goes_to_control(string destination)
    {
        using var rig = new Rig();
        byte[] arp = UnderlayDropTests.Arp(destination);
        Assert.Empty(rig.Run(Rig.Underlay, arp));
        (PuntSlot head, byte[] data) = Assert.Single(rig.Punts(PuntClass.Neighbor));
        Assert.Equal((PuntKind.Frame, (byte)14, 60u, (ushort)60, (ushort)Rig.Underlay, 1ul), (head.Kind, head.L3Offset, head.OriginalLength, head.CopiedLength, head.Port, head.Sequence));
        Assert.Equal(arp, data);
        Assert.Equal(1ul, rig.Total(s => s.Value->Consumed));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("E-063")]
    public void ND_goes_to_control()
    {
        using var rig = new Rig();
        byte[] solicited = [0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xFF, 0, 0, 1], all = [0xFF, 2, .. new byte[13], 1];
        byte[] neighbor = [0xFE, 0x80, .. new byte[13], 9];
        byte[] Message(byte type, byte[] to, string mac) => Frames.Outer(Frames.Ip6(neighbor, to, 58, Frames.Join([type, 0, 0, 0, 0, 0, 0, 0], Frames.Gateway6), hops: 255), mac);
        Assert.Empty(rig.Run(
            Rig.Underlay, Message(135, solicited, "33:33:ff:00:00:01"), Message(135, Frames.Gateway6, Frames.GatewayUnderlay),
            Message(136, Frames.Gateway6, Frames.GatewayUnderlay), Message(134, all, "33:33:00:00:00:01"), Message(136, all, "33:33:00:00:00:01")));
        Assert.Equal(5, rig.Punts(PuntClass.Neighbor).Count);
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("E-064")]
    public void ICMP_goes_to_control_whole()
    {
        using var rig = new Rig(change: r => r.Sketch.Port(Rig.Underlay, p => p with { Mtu = 9000, MaxFrame = 9018 }));
        byte[] echo = Frames.Outer(Frames.Ip4(Frames.Remote4, Frames.Gateway4, 1, Frames.Join([8, 0, 0, 0], new byte[6000])));
        byte[] echo6 = Frames.Outer(Frames.Ip6(Frames.Remote6, Frames.Gateway6, 58, Frames.Join([128, 0, 0, 0], new byte[60])), tags: Frames.Tag(0));
        Assert.Empty(rig.Run(Rig.Underlay, echo, echo6));
        var punts = rig.Punts(PuntClass.Icmp);
        Assert.Equal([echo, echo6], punts.Select(p => p.Data));
        Assert.Equal([(byte)14, (byte)18], punts.Select(p => p.Head.L3Offset));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("F-020")]
    public void A_full_way_to_control()
    {
        using var rig = new Rig();
        foreach (PuntClass c in (PuntClass[])[PuntClass.Neighbor, PuntClass.Icmp])
        {
            SpscRing ring = rig.Memory.Punt(0, c);
            while (ring.Reserve() != null)
            {
                ring.Publish();
            }
        }

        byte[] echo = Frames.Outer(Frames.Ip4(Frames.Remote4, Frames.Gateway4, 1, new byte[40]));
        Assert.Empty(rig.Run(Rig.Underlay, UnderlayDropTests.Arp(), echo));
        rig.AssertDrops(DropReason.PuntFull, 2);

        // Nobody can be asked for the next hop either: the packet waits, and control is asked once there is room.
        rig.SetHop(1, NextHopState.Idle);
        rig.Run(Rig.Access, Frames.FromHost());
        _ = rig.Punts(PuntClass.Neighbor);
        rig.Settle();
        Assert.Equal(PuntKind.NextHopNeeded, Assert.Single(rig.Punts(PuntClass.Neighbor)).Head.Kind);
    }

    [Fact]
    public void Frames_of_control_are_sent_as_they_are()
    {
        using var rig = new Rig();
        byte[] arp = UnderlayDropTests.Arp()[..42];
        Inject(rig, Rig.Underlay, arp);
        Inject(rig, Rig.Access, Vectors.W01);
        rig.Settle();
        Assert.Equal([Convert.ToHexString(Frames.Pad(arp)), Convert.ToHexString(Vectors.W01)], rig.Outputs.OrderBy(o => o.Bytes.Length).Select(o => Convert.ToHexString(o.Bytes)));
        Assert.Equal((2ul, 0ul, 0ul), (rig.Total(s => s.Value->Injected), rig.Total(s => s.Value->InjectFailed), rig.Total(s => s.Value->Transmitted)));
        Assert.All(rig.Outputs, o => Assert.Equal(77ul, o.Sequence));

        rig.Device.Up[Rig.Underlay] = false;
        Inject(rig, Rig.Underlay, arp);
        Inject(rig, 60, arp); // no such port
        rig.Device.Pool.Budget = 1;
        Inject(rig, Rig.Access, arp);
        rig.Settle();
        Assert.Equal((2ul, 3ul), (rig.Total(s => s.Value->Injected), rig.Total(s => s.Value->InjectFailed)));
        rig.AssertNoDrops();
    }

    private static void Inject(Rig rig, int port, byte[] frame)
    {
        SpscRing ring = rig.Memory.Inject(0);
        var slot = (InjectSlot*)ring.Reserve();
        *slot = new InjectSlot { Sequence = 77, Length = (ushort)frame.Length, Port = (ushort)port };
        frame.CopyTo(new Span<byte>(InjectSlot.Data(slot), frame.Length));
        ring.Publish();
    }
}

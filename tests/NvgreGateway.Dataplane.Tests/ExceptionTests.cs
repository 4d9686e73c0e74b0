using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>The exception port of an underlay port: what is not for the gateway leaves by it as it came, and comes back (B-018, C-045).</summary>
public sealed unsafe class ExceptionTests
{
    private const int Punt = Rig.Access2;

    private static byte[] IpInIp => Frames.Outer(Frames.Ip4(Frames.Remote4, Frames.Gateway4, 4, Frames.Udp4()));

    private static byte[] ToRouter => Frames.Outer(Frames.Ip4(Frames.Gateway4, Frames.Remote4, 4, Frames.Udp4()), Frames.Router);

    private static byte[] Transit => Frames.Outer(Frames.Ip4(Frames.Remote4, [192, 0, 2, 77], 47, Frames.Gre(Frames.FromVm(), flow: 0x5A)));

    private static byte[] Transit6 => Frames.Outer(Frames.Ip6(Frames.Remote6, Frames.Remote6, 47, Frames.Gre(Frames.FromVm())));

    private static byte[] GreInUdp => Frames.Outer(Frames.Ip4(Frames.Remote4, Frames.Gateway4, 17, [.. Frames.Udp(50000, 4754, 0), .. Frames.Gre(Frames.FromVm())]));

    [Theory]
    [MemberData(nameof(Rig.Modes), MemberType = typeof(Rig))]
    [Requirement("B-018", "C-045", "F-020")]
    public void FramesLeaveAsTheyCameBothWays(int burst, int workers, int queues)
    {
        using var rig = new Rig(burst, workers, With, queues: queues);
        byte[][] there = [IpInIp, Vectors.W03, Transit, GreInUdp, Transit6, Vectors.W03, [.. IpInIp, .. new byte[20]]];
        List<Sent> sent = rig.Run(Rig.Underlay, there);
        Assert.Equal(there.Length, sent.Count);
        for (int i = 0; i < there.Length; i++)
        {
            bool ours = i is 1 or 5;
            Assert.Equal((ours ? Rig.Access : Punt, Convert.ToHexString(ours ? Vectors.W04 : there[i])), (sent[i].Port, Convert.ToHexString(sent[i].Bytes)));
        }

        byte[][] back = [ToRouter, Vectors.W02, Frames.FromHost(tags: [Frames.Tag(7), Frames.Tag(8)]), Frames.FromHost(destination: "01:80:c2:00:00:0e"), new byte[14]];
        sent = rig.Run(Punt, back);
        Assert.Equal(back.Select(Convert.ToHexString), sent.Select(static s => Convert.ToHexString(s.Bytes)));
        Assert.All(sent, static s => Assert.Equal(Rig.Underlay, s.Port));
        rig.AssertNoDrops();
        Assert.Equal(5ul, rig.Total(static s => ((PortCounters*)s.Value->Ports)[Punt].TxPackets));
        Assert.Equal((ulong)there.Where(static (_, i) => i is not (1 or 5)).Sum(static f => f.Length), rig.Total(static s => ((PortCounters*)s.Value->Ports)[Punt].TxBytes));
        Assert.Equal(0ul, rig.Total(static s => s.Value->Injected));
        Assert.Equal((ulong)(there.Length + back.Length), rig.Total(static s => s.Value->Transmitted));
        rig.AssertClosed();
    }

    [Theory]
    [InlineData(MbufFlags.RxL4ChecksumBad)]
    [InlineData(MbufFlags.RxL4ChecksumNone)]
    [InlineData(MbufFlags.RxLro)]
    [InlineData(MbufFlags.RxLro | MbufFlags.RxL4ChecksumNone | MbufFlags.TxUdpSegmentation)]
    [InlineData(MbufFlags.RxIpChecksumGood)]
    [Requirement("C-045")]
    public void NothingThatADeviceSaidGoesWithThem(MbufFlags said)
    {
        using var rig = new Rig(change: With);
        foreach ((int from, int to, byte[] frame) in ((int, int, byte[])[])[(Rig.Underlay, Punt, IpInIp), (Punt, Rig.Underlay, ToRouter)])
        {
            Mbuf* m = rig.Device.Pool.Receive(frame, 1, headroom: 128);
            m->OlFlags = said;
            m->TxOffload = Mbuf.PackTxOffload(14, 20, 20, 1400, 20, 14);
            rig.Enqueue(from, (nint)m);
            rig.Settle();
            Sent sent = rig.Outputs[^1];
            Assert.Equal((to, MbufFlags.None, 0ul, Convert.ToHexString(frame)), (sent.Port, sent.Flags, sent.Lengths, Convert.ToHexString(sent.Bytes)));
        }

        Assert.Equal(2, rig.Outputs.Count);
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("B-018", "C-045")]
    public void WithoutOneTheyAreDropped()
    {
        using var rig = new Rig();
        Assert.Empty(rig.Run(Rig.Underlay, IpInIp, GreInUdp));
        rig.AssertDrops(DropReason.IpProto, 2);
        Assert.Empty(rig.Run(Rig.Underlay, Transit, Transit6));
        Assert.Equal((2ul, 2ul), (rig.Drops(DropReason.IpProto), rig.Drops(DropReason.IpNotLocal)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Requirement("B-018", "F-020")]
    public void AnExceptionPortThatTakesNothingIsANamedDrop(bool down)
    {
        using var rig = new Rig(change: With);
        rig.Device.Up[Punt] = !down;
        rig.Device.Takes[Punt] = 1;
        List<Sent> sent = rig.Run(Rig.Underlay, IpInIp, Vectors.W03, Transit, GreInUdp);
        Assert.Equal(down ? [Rig.Access] : [Punt, Rig.Access], sent.Select(static s => s.Port).OrderDescending());
        rig.AssertDrops(down ? DropReason.PortDown : DropReason.TxFull, down ? 3ul : 2);
        rig.AssertClosed();
    }

    [Fact]
    [Requirement("B-018")]
    public void WhatIsTooLongOrTooShortIsANamedDrop()
    {
        using var rig = new Rig(change: static r =>
        {
            With(r);
            r.Sketch.Port(Punt, static p => p with { MaxFrame = 1618 });
        });
        Assert.Empty(rig.Run(Punt, new byte[13], []));
        rig.AssertDrops(DropReason.L2Runt, 2);
        byte[] most = [.. ToRouter, .. new byte[1618 - ToRouter.Length]];
        Assert.Equal(2, rig.Run(Punt, most).Count + rig.Run(Rig.Underlay, [.. IpInIp, .. most[IpInIp.Length..]]).Count);
        Assert.Empty(rig.Run(Punt, [.. most, 0]));
        Assert.Equal(1ul, rig.Drops(DropReason.L2Oversize));
    }

    /// <summary>Both ends reflect what they are sent, as net_ring does: each frame goes there and comes back once.</summary>
    [Fact]
    [Requirement("B-018")]
    public void NothingCirclesBetweenEndsThatReflect()
    {
        using var rig = new Rig(change: With);
        foreach (byte[] frame in (byte[][])[IpInIp, Transit])
        {
            Assert.Equal(Punt, Assert.Single(rig.Run(Rig.Underlay, frame)).Port);
            Assert.Empty(rig.Run(Punt, frame));
        }

        rig.AssertDrops(DropReason.L2NotForUs, 2);
    }

    [Fact]
    [Requirement("B-018", "F-020")]
    public void ChainsAndAnEmptyPoolAreNoTrouble()
    {
        using var rig = new Rig(change: With);
        rig.Device.ChainPorts = 0;
        Mbuf* head = rig.Device.Pool.Receive(IpInIp.AsSpan(0, 40), 1, headroom: 128), tail = rig.Device.Pool.Receive(IpInIp.AsSpan(40), 1);
        head->Next = tail;
        head->NbSegs = 2;
        head->PktLen = (uint)IpInIp.Length;
        rig.Enqueue(Rig.Underlay, (nint)head);
        rig.Settle();
        Assert.Equal(Convert.ToHexString(IpInIp), Convert.ToHexString(Assert.Single(rig.Outputs).Bytes));
        rig.Device.Pool.Budget = 0; // what needs no buffer goes on
        Assert.Single(rig.Run(Rig.Underlay, IpInIp));
        rig.AssertNoDrops();
    }

    private static void With(Rig rig)
    {
        rig.Sketch.Port(Rig.Underlay, static p => p with { Beside = Punt + 1 });
        rig.Sketch.Port(Punt, static p => p with { Beside = Rig.Underlay + 1, Flags = p.Flags | PortFlags.Exception, MaxFrame = 9018 });
    }
}

using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Packets of several buffers toward ports that take no chains; the fake device fails the test if it is given one.</summary>
public sealed unsafe class LinearizationTests
{
    [Theory]
    [MemberData(nameof(Rig.Modes), MemberType = typeof(Rig))]
    [Requirement("C-141", "F-020")]
    public void AChainLeavesInOneBuffer(int burst, int workers, int queues)
    {
        byte[] frame = Frames.FromHost(Frames.Udp4(payload: 1300));
        byte[] plain;
        using (var rig = new Rig())
        {
            plain = Assert.Single(rig.Run(Rig.Access, frame)).Bytes;
        }

        using var other = new Rig(burst, workers, queues: queues);
        other.Device.ChainPorts = 0;
        for (int i = 0; i < 40; i++)
        {
            Feed(other, frame, 600 + i, 1000);
            other.Feed(Rig.Access, Frames.FromHost());
        }

        other.Settle();
        Assert.Equal(80, other.Outputs.Count);
        Assert.Equal(40, other.Outputs.Count(s => s.Bytes.AsSpan().SequenceEqual(plain)));
        other.AssertNoDrops();
        other.AssertClosed();
    }

    [Fact]
    [Requirement("C-141", "F-020")]
    public void WithoutABufferItIsDropped()
    {
        using var rig = new Rig();
        rig.Device.ChainPorts = 0;
        rig.Device.Pool.Budget = 0;
        Feed(rig, Frames.FromHost(Frames.Udp4(payload: 1300)), 600, 1000);
        rig.Settle();
        Assert.Empty(rig.Outputs);
        rig.AssertDrops(DropReason.MbufNomem);
        rig.AssertClosed();
    }

    [Fact]
    [Requirement("C-141", "F-020")]
    public void WhatNoBufferHoldsIsDropped()
    {
        using var rig = new Rig(change: static r =>
        {
            r.Sketch.Port(Rig.Access, static p => p with { MaxFrame = 9018, Mtu = 9000 });
            r.Sketch.Peer(r.Peer4, static p => p with { MaxInnerFrame = 9014 });
        });
        rig.Device.ChainPorts = 0;
        Feed(rig, Frames.FromHost(Frames.Udp4(payload: 8500)), 4000, 8000);
        rig.Settle();
        Assert.Empty(rig.Outputs);
        rig.AssertDrops(DropReason.TxError);
        rig.AssertClosed();
    }

    private static void Feed(Rig rig, byte[] frame, int a, int b)
    {
        Mbuf* first = rig.Device.Pool.Receive(frame.AsSpan(0, a), 1, headroom: 128);
        first->Next = rig.Device.Pool.Receive(frame.AsSpan(a, b - a), 1);
        first->Next->Next = rig.Device.Pool.Receive(frame.AsSpan(b), 1);
        first->NbSegs = 3;
        first->PktLen = (uint)frame.Length;
        rig.Enqueue(Rig.Access, (nint)first);
    }
}

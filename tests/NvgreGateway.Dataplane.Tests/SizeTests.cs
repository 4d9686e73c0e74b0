using System.Buffers.Binary;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Frames that are too long and SYNs, where the conformance cases do not look: buffers, rings, what control is told.</summary>
public sealed unsafe class SizeTests
{
    [Fact]
    [Requirement("B-065", "B-070")]
    public void ControlIsToldWithTheFrontOfTheFrame()
    {
        using var rig = new Rig(change: Narrow);
        byte[] frame = Frames.FromHost(Frames.Udp4(payload: 1431, df: true));
        Assert.Empty(rig.Run(Rig.Access, frame));
        rig.AssertDrops(DropReason.MtuDf);
        (PuntSlot head, byte[] data) = Assert.Single(rig.Punts(PuntClass.Icmp));
        Assert.Equal((PuntKind.TooBig, rig.Segment, (ushort)Rig.Access), (head.Kind, head.Segment, head.Port));
        Assert.Equal(1458u | ((ulong)(Place.Peer | rig.Peer4) << 32), head.Key);
        Assert.Equal(Rig.AttachmentPlace(rig.Attachment), head.Place);
        Assert.Equal([.. frame[..12], .. frame[16..(16 + 1282)]], data); // untagged, and cut where no error quotes more
        Assert.Equal((uint)frame.Length - 4, head.OriginalLength);
    }

    [Fact]
    [Requirement("B-070")]
    public void TooBigFramesLeaveRoomInTheRing()
    {
        using var rig = new Rig(change: Narrow);
        byte[] frame = Frames.FromHost(Frames.Udp4(payload: 1431, df: true));
        for (int i = 0; i < 300; i++)
        {
            rig.Run(Rig.Access, frame);
        }

        rig.AssertDrops(DropReason.MtuDf, 300); // and none for a ring that is full
        Assert.Equal(128, rig.Punts(PuntClass.Icmp).Count);
    }

    [Theory]
    [Requirement("B-067")]
    [InlineData(512, 512)]
    [InlineData(513, 1001)]
    [InlineData(1400, 1470)] // the last bytes of the first fragment stand in the second buffer
    [InlineData(1486, 1486)] // a buffer without bytes
    public void AChainOfBuffersIsFragmentedLikeOneBuffer(int a, int b)
    {
        byte[] whole = Frames.FromHost(Frames.Udp4(payload: 1440, df: false));
        using var rig = new Rig(change: Narrow);
        byte[][] plain = [.. rig.Run(Rig.Access, whole).Select(static s => s.Bytes)];
        Assert.Equal(2, plain.Length);
        Mbuf* first = rig.Device.Pool.Receive(whole.AsSpan(0, a), 9, headroom: 128);
        first->Next = rig.Device.Pool.Receive(whole.AsSpan(a, b - a), 9);
        first->Next->Next = rig.Device.Pool.Receive(whole.AsSpan(b), 9);
        first->NbSegs = 3;
        first->PktLen = (uint)whole.Length;
        rig.Enqueue(Rig.Access, (nint)first);
        rig.Settle();
        Assert.Equal(plain, rig.Outputs.Skip(2).Select(static s => s.Bytes));
        rig.AssertNoDrops();
    }

    [Theory]
    [Requirement("B-067", "F-020")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void FragmentsThatFindNoBufferAreCountedOnce(int buffers)
    {
        using var rig = new Rig(change: Narrow);
        rig.Device.Pool.Budget = buffers;
        Assert.Equal(buffers, rig.Run(Rig.Access, Frames.FromHost(Frames.Udp4(payload: 1440, df: false))).Count);
        rig.AssertDrops(DropReason.MbufNomem, buffers == 0 ? 1ul : 0);
        Assert.Equal(buffers == 1 ? 1ul : 0, rig.Counter(CounterId.TxBumFailed));
        Assert.Equal(0ul, rig.Counter(CounterId.TxBumCopies));
    }

    [Fact]
    [Requirement("B-083", "B-067")]
    public void AWrongHeaderChecksumStaysWrongInEveryFragment()
    {
        byte[] packet = Frames.Udp4(payload: 1440, df: false);
        packet[11] ^= 0x55;
        using var rig = new Rig(change: Narrow);
        foreach (Sent sent in rig.Run(Rig.Access, Frames.FromHost(packet)))
        {
            uint sum = 0;
            for (int i = 56; i < 76; i += 2)
            {
                sum += BinaryPrimitives.ReadUInt16BigEndian(sent.Bytes.AsSpan(i));
            }

            int was = 0;
            for (int i = 0; i < 20; i += 2)
            {
                was += BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(i));
            }

            Assert.Equal((was & 0xFFFF) + (was >> 16), (int)((sum & 0xFFFF) + (sum >> 16)));
        }
    }

    [Fact]
    [Requirement("B-067")]
    public void FragmentsWaitForANeighbourTogether()
    {
        using var rig = new Rig(change: Narrow);
        rig.SetHop(1, NextHopState.Idle);
        Assert.Empty(rig.Run(Rig.Access, Frames.FromHost(Frames.Udp4(payload: 1440, df: false))));
        rig.AssertClosed();
        rig.Resolve(1, "02:00:00:00:02:fe");
        rig.Settle();
        Assert.Equal(2, rig.Outputs.Count);
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("B-016")]
    public void WhatCarriesNo1280BytesTakesNoIpv6()
    {
        using var rig = new Rig(change: r => r.Sketch.Peer(r.Peer4, p => p with { MaxInnerFrame = 1293 }));
        Assert.Single(rig.Run(Rig.Access, Frames.FromHost(Frames.Udp4(payload: 100))));
        Assert.Empty(rig.Run(Rig.Access, Frames.FromHost(Frames.Ip6(Frames.Gateway6, Frames.Remote6, 17, Frames.Udp(1, 2, 10)), type: 0x86DD)));
        rig.AssertDrops(DropReason.MtuBelow1280);
        Assert.Empty(rig.Punts(PuntClass.Icmp));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Requirement("B-071")]
    public void AFrameOfControlsOwnLeavesLikeATenantsAndIsInNoAccountOfReceived(bool peer)
    {
        using var rig = new Rig();
        byte[] frame = peer ? [.. Frames.FromHost()[..12], .. Frames.FromHost()[16..]] : Frames.FromVm();
        Assert.True(Inject(rig, peer ? Rig.PeerPlace(rig.Peer4) : Rig.AttachmentPlace(rig.Attachment), frame));
        rig.Settle();
        byte[] sent = Assert.Single(rig.Outputs).Bytes;
        byte[] want = peer ? Assert.Single(rig.Run(Rig.Access, Frames.FromHost())).Bytes : [.. frame[..12], 0x81, 0, 0, 100, .. frame[12..]];
        Assert.Equal(want, sent);
        Assert.Equal(1ul, rig.Total(s => s.Value->Injected));
        Assert.True(Inject(rig, 77, frame)); // no such place
        rig.Settle();
        Assert.Equal(1ul, rig.Total(s => s.Value->InjectFailed));
        rig.AssertNoDrops();
    }

    private static void Narrow(Rig rig)
    {
        rig.Sketch.Peer(rig.Peer4, p => p with { MaxInnerFrame = 1472 }); // an underlay MTU of 1500
        rig.Sketch.Segment(rig.Segment, s => s with { Flags = s.Flags | SegmentFlags.Fragment | SegmentFlags.MssClamp });
    }

    private static bool Inject(Rig rig, uint place, byte[] frame)
    {
        SpscRing ring = rig.Memory.Inject(0);
        var slot = (InjectSlot*)ring.Reserve();
        if (slot == null)
        {
            return false;
        }

        *slot = new InjectSlot { Length = (ushort)frame.Length, Port = Rig.Access, Place = place };
        frame.CopyTo(new Span<byte>(InjectSlot.Data(slot), frame.Length));
        ring.Publish();
        return true;
    }
}

using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>
/// Devices that take so many buffers of a packet and no more: the fake device fails the test if it is given one of more, and what leaves
/// is what left without a limit.
/// </summary>
public sealed unsafe class ChainLimitTests
{
    private const MbufFlags Cut = MbufFlags.TxTcpSegmentation | MbufFlags.TxUdpSegmentation;
    private const PortOffloads All = PortOffloads.All & ~(PortOffloads.Flat | PortOffloads.OwnIp4 | PortOffloads.PseudoLength);
    private const PortOffloads Sums = All & ~(PortOffloads.Tso4 | PortOffloads.Tso6 | PortOffloads.Uso4 | PortOffloads.Uso6);

    [Theory]
    [InlineData(0, 0, 65535, 65535, true)]
    [InlineData(8, 255, 8, 255, false)]
    [InlineData(8, 0, 8, 65535, false)]
    [InlineData(0, 40, 40, 40, false)] // what a packet may not have a frame may not have
    [InlineData(16, 8, 8, 8, false)]
    [InlineData(1, 1, 1, 1, false)]
    [InlineData(65535, 65535, 65535, 65535, true)]
    [Requirement("C-019")]
    public void WhatADeviceStates(int frame, int packet, uint ofFrame, uint ofLarge, bool none)
    {
        ChainLimit limit = ChainLimit.Of(frame, packet);
        Assert.Equal((ofFrame, ofLarge, none), (limit.Frame, limit.Large, limit.IsNone));
    }

    [Theory]
    [MemberData(nameof(Rig.Modes), MemberType = typeof(Rig))]
    [Requirement("C-019", "F-020")]
    public void AFrameOfMoreBuffersLeavesInFewer(int burst, int workers, int queues)
    {
        byte[] frame = Frames.FromHost(Frames.Udp4(payload: 1300)), all = Frames.FromHost(Frames.Udp4(payload: 1300), Frames.Broadcast);
        string[]? expected = null;
        foreach (ChainLimit limit in (ChainLimit[])[ChainLimit.None, ChainLimit.Of(6, 6), ChainLimit.Of(5, 6), ChainLimit.Of(3, 0), ChainLimit.Of(2, 200), ChainLimit.One])
        {
            using var rig = new Rig(burst, workers, static r => r.Sketch.AddAttachment(r.Segment, Rig.Access2, 300), 1024, queues);
            rig.Device.Limit = limit;
            for (int i = 0; i < 20; i++)
            {
                Feed(rig, frame, [600, 100, 100, 1, 99], 0);
                Feed(rig, all, [600, 100, 100], 0); // copies share: each has a buffer more
                rig.Feed(Rig.Access, frame);
            }

            rig.Settle();
            string[] sent = [.. rig.Outputs.Select(static s => $"{s.Port} {Convert.ToHexString(s.Bytes)}").Order()];
            Assert.Equal(5 * 20, sent.Length);
            expected ??= sent;
            Assert.Equal(expected, sent);
            Assert.Equal(0, rig.Device.Pool.InUse);
            rig.AssertNoDrops();
        }
    }

    /// <summary>The worker that sends need not have met a chain itself.</summary>
    [Fact]
    [Requirement("C-141", "C-019")]
    public void AnotherWorkersChainIsFoundToo()
    {
        byte[] frame = Frames.FromHost(Frames.Udp4(payload: 1300));
        foreach (bool chains in (bool[])[false, true])
        {
            using var rig = new Rig(32, 2, queues: 1);
            rig.Device.ChainPorts = chains ? ulong.MaxValue : 0;
            rig.Device.Limit = ChainLimit.Of(2, 2);
            rig.Device.Inputs[Rig.Access][1].Enqueue((nint)rig.Device.Pool.ReceiveChain(frame, 1, [600, 100, 100]));
            rig.Settle();
            Assert.Equal(frame.Length - 4 + 42, Assert.Single(rig.Outputs).Bytes.Length);
            rig.AssertNoDrops();
        }
    }

    [Fact]
    [Requirement("C-019", "F-020")]
    public void WhatNoFewBuffersHoldIsDropped()
    {
        using var rig = new Rig(change: static r =>
        {
            r.Sketch.Port(Rig.Access, static p => p with { MaxFrame = 9018, Mtu = 9000 });
            r.Sketch.Peer(r.Peer4, static p => p with { MaxInnerFrame = 9014 });
        });
        byte[] frame = Frames.FromHost(Frames.Udp4(payload: 8500));
        rig.Device.Limit = ChainLimit.Of(2, 2);
        Feed(rig, frame, [3000, 3000], 0);
        rig.Settle();
        Assert.Equal(frame.Length - 4 + 42, Assert.Single(rig.Outputs).Bytes.Length); // two of 8 KB hold it
        rig.Device.Limit = ChainLimit.Of(1, 2);
        Feed(rig, frame, [3000, 3000], 0);
        rig.Settle();
        Assert.Single(rig.Outputs);
        rig.AssertDrops(DropReason.TxError);
        rig.AssertClosed();
    }

    /// <summary>A large frame that lies in more buffers than the device takes, all of it or one of its segments, is cut here.</summary>
    [Theory]
    [InlineData(new[] { 3000 }, 0, 0, true)]
    [InlineData(new[] { 3000 }, 2, 2, false)] // headers, and both buffers
    [InlineData(new[] { 3000 }, 3, 2, false)]
    [InlineData(new[] { 3000 }, 3, 3, true)]
    [InlineData(new[] { 600, 600, 600, 600, 600, 600 }, 6, 7, true)]
    [InlineData(new[] { 600, 600, 600, 600, 600, 600 }, 6, 6, false)]
    [InlineData(new[] { 600, 600, 600, 600, 600, 600 }, 4, 255, false)] // 1000 bytes lie in three, at worst
    [InlineData(new[] { 600, 20, 20, 20, 20, 20, 20, 20, 20 }, 8, 255, false)]
    [InlineData(new[] { 600, 20, 20, 20, 20, 20, 20, 20, 20 }, 12, 255, true)]
    [Requirement("C-019", "C-124")]
    public void ALargeFrameOfMoreBuffersIsCutHere(int[] buffers, int frame, int packet, bool asked)
    {
        byte[][][] sent = [.. new[] { ChainLimit.None, ChainLimit.Of(frame, packet) }.Select((limit, i) =>
        {
            using Rig rig = Make(i == 0 ? Sums : All);
            rig.Device.Limit = limit;
            Feed(rig, OffloadFuzzTests.Large(6, 4000, six: false), buffers, 1000);
            rig.Settle();
            rig.AssertNoDrops();
            if (i == 1)
            {
                Assert.Equal((asked ? 1ul : 0, asked ? 0ul : 1), Cuts(rig));
                Assert.Equal(asked, (rig.Outputs[0].Flags & Cut) != 0);
            }

            return i == 1 && asked ? [] : rig.Outputs.Select(SharedSegmentsTests.Completed).ToArray();
        })];
        if (!asked)
        {
            Assert.Equal(4, sent[1].Length);
            Assert.Equal(sent[0], sent[1]);
        }
    }

    /// <summary>Chains of any shape, limits of any kind: never more buffers than the device takes, and the bytes that leave without a limit.</summary>
    [Theory]
    [InlineData(71, false)]
    [InlineData(72, true)]
    [Requirement("C-019", "C-124", "F-020")]
    public void ChainsOfAnyShapeAndLimitsOfAnyKind(int seed, bool cuts)
    {
        var random = new Random(seed);
        ulong asked = 0, done = 0;
        for (int n = 0; n < 300; n++)
        {
            int segment = random.Next(200, 1380), payload = random.Next(segment + 1, 20000), protocol = random.Next(3) == 0 ? 17 : 6;
            int[] buffers = [random.Next(512, 2000), .. Enumerable.Range(0, random.Next(24)).Select(_ => random.Next(4) switch { 0 => random.Next(4), 1 => random.Next(200), 2 => 600, _ => random.Next(2100) })];
            byte[] frame = OffloadFuzzTests.Large(protocol, payload, random.Next(2) == 0, random.Next(4) == 0 ? Frames.Broadcast : Frames.Vm);
            ChainLimit limit = ChainLimit.Of(random.Next(2, 12), random.Next(2, 40));
            byte[][][] sent = [.. new[] { ChainLimit.None, limit }.Select((which, i) =>
            {
                using Rig rig = Make(cuts && i == 1 ? All : Sums);
                rig.Device.Limit = which;
                Feed(rig, frame, buffers, segment);
                rig.Settle();
                rig.AssertNoDrops();
                (ulong a, ulong d) = Cuts(rig);
                (asked, done) = (asked + a, done + (i == 1 ? d : 0));
                return rig.Outputs.Any(static s => (s.Flags & Cut) != 0) ? null! : rig.Outputs.Select(SharedSegmentsTests.Completed).ToArray();
            })];
            if (sent[1] is not null)
            {
                Assert.Equal(sent[0], sent[1]);
            }
        }

        Assert.True(done > 100 && asked > 50 == cuts, $"{done} cut here, {asked} by the device");
    }

    /// <summary>The limit falls between the question and the answer: what is given to the device is what it takes now, or a counted drop.</summary>
    [Fact]
    [Requirement("C-019")]
    public void ALimitThatFallsWhileAFrameIsPrepared()
    {
        ulong lost = 0, sent = 0;
        for (int most = 1; most < 12; most++)
        {
            using Rig rig = Make(All, buffers: 1024);
            FakeDevice device = rig.Device;
            device.Preparing = _ =>
            {
                device.Limit = ChainLimit.Of(0, most);
                return true;
            };
            Feed(rig, OffloadFuzzTests.Large(6, 60000, six: false), [.. Enumerable.Repeat(5000, 12)], 1400);
            rig.Settle();
            lost += rig.Drops(DropReason.TxError);
            sent += (ulong)rig.Outputs.Count;
            rig.AssertDrops(DropReason.TxError, 1 - (ulong)rig.Outputs.Count);
            rig.AssertClosed();
        }

        Assert.True(lost > 2 && sent > 2, $"{lost} lost, {sent} sent"); // as many buffers of 8 KB as 60 KB take, or fewer
    }

    private static (ulong Asked, ulong Done) Cuts(Rig rig)
    {
        OffloadCounters* c = (OffloadCounters*)rig.Memory.Statistics(0)->Offloads + Rig.Underlay;
        return (c->CutsAsked, c->CutsDone);
    }

    private static Rig Make(PortOffloads does, int buffers = 512) => new(buffers: buffers, change: r =>
    {
        OffloadTests.Take(r, PortOffloads.None, does);
        r.Sketch.Peer(r.Peer6, static p => p with { MaxInnerFrame = 1452 });
    });

    private static void Feed(Rig rig, byte[] frame, int[] buffers, int segment)
    {
        Mbuf* m = rig.Device.Pool.ReceiveChain(frame, 1, buffers);
        if (segment != 0)
        {
            m->OlFlags = MbufFlags.RxLro | MbufFlags.RxL4ChecksumNone | (frame[frame[16] == 8 ? 27 : 24] == 17 ? MbufFlags.TxUdpSegmentation : MbufFlags.None);
            m->TxOffload = Mbuf.PackTxOffload(0, 0, segment: segment);
        }

        rig.Enqueue(Rig.Access, (nint)m);
    }
}

using System.Reflection;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Samples of flows for control: what they say, how many they are, and that packets go their way as without them.</summary>
public unsafe class SampleTests
{
    [Fact]
    [Requirement("C-122")]
    public void ASampleSaysWhatTheFlowIs()
    {
        using var rig = new Rig();
        Sample(rig, Rig.Access, Rig.Underlay);
        byte[] udp = Frames.FromHost(Frames.Udp4(tos: 0x28, sourcePort: 4321), tags: Frames.Tag(100));
        FlowSample sample = Assert.Single(Take(rig, Rig.Access, udp));
        byte[] untagged = Frames.Ethernet(Frames.Vm, Frames.Host, 0x0800, Frames.Udp4(tos: 0x28, sourcePort: 4321));
        fixed (byte* p = untagged)
        {
            Assert.Equal(FlowHash.Crc(p, (uint)untagged.Length), sample.Crc);
        }

        Assert.Equal((FdbTable.Key(Rig.Mac(Frames.Host), rig.Segment), FdbTable.Key(Rig.Mac(Frames.Vm), rig.Segment)), (sample.SourceKey, sample.DestinationKey));
        Assert.Equal((Rig.AttachmentPlace(rig.Attachment), Rig.Access, 4, 17, 0x28), (sample.Place, (int)sample.Port, (int)sample.Family, (int)sample.Protocol, (int)sample.Tos));
        Assert.Equal((4321, (untagged[36] << 8) | untagged[37]), (sample.SourcePort, sample.DestinationPort));
        Assert.Equal(untagged[26..30].Concat(new byte[12]), new ReadOnlySpan<byte>(sample.Source, 16).ToArray());
        Assert.Equal(untagged[30..34].Concat(new byte[12]), new ReadOnlySpan<byte>(sample.Destination, 16).ToArray());

        byte[] tcp = Frames.Join(Frames.Big16(443), Frames.Big16(5555), new byte[8], [0x50, 0x10], new byte[6]);
        byte[] six = Frames.Ip6(Frames.Remote6, Frames.Gateway6, 6, tcp);
        sample = Assert.Single(Take(rig, Rig.Underlay, Frames.Nvgre4(Frames.FromVm(six, type: 0x86DD))));
        Assert.Equal((Rig.PeerPlace(rig.Peer4), Rig.Underlay, 6, 6, 443, 5555), (sample.Place, (int)sample.Port, (int)sample.Family, (int)sample.Protocol, sample.SourcePort, sample.DestinationPort));
        Assert.Equal(Frames.Remote6, new ReadOnlySpan<byte>(sample.Source, 16).ToArray());
        Assert.Equal(Frames.Gateway6, new ReadOnlySpan<byte>(sample.Destination, 16).ToArray());
    }

    [Fact]
    public void WhatIsNoWholeFlowPacketIsNotSampled()
    {
        using var rig = new Rig();
        Sample(rig, Rig.Access, Rig.Underlay);
        byte[] host = [10, 1, 1, 200], vm = [10, 1, 1, 11];
        foreach (byte[] frame in (byte[][])
        [
            Frames.FromHost(Frames.Ip4(host, vm, 1, new byte[40]), tags: Frames.Tag(100)), // ICMP
            Frames.FromHost(Frames.Ip4(host, vm, 17, Frames.Udp(1, 2, 40), flags: 0x2000), tags: Frames.Tag(100)), // a fragment
            Frames.FromHost(Frames.Ip4(host, vm, 17, Frames.Udp(1, 2, 40), flags: 0x0003), tags: Frames.Tag(100)),
            Frames.FromHost(Frames.Ip4(host, vm, 17, [0, 1]), tags: Frames.Tag(100)), // no ports
            Frames.FromHost(new byte[60], type: 0x88B5, tags: Frames.Tag(100)),
            Frames.FromHost(Frames.Udp4(), destination: "ff:ff:ff:ff:ff:ff", tags: Frames.Tag(100)),
            Frames.FromHost(Frames.Udp4(), tags: Frames.Tag(101)), // not forwarded
        ])
        {
            Assert.Empty(Take(rig, Rig.Access, frame));
        }

        Assert.Empty(Take(rig, Rig.Underlay, Frames.Nvgre4(Frames.FromVm(Frames.Udp4()), vsid: 4444)));
    }

    /// <summary>About one frame in <see cref="SampleStage.Period"/>; and a ring that nobody empties costs the samples, not the frames.</summary>
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(32, 1, 1)]
    [InlineData(32, 3, 0)]
    public void FewAreSampledAndAllAreForwarded(int burst, int workers, int queues)
    {
        const int Samples = 300;
        using var rig = new Rig(burst, workers, queues: queues);
        Sample(rig, Rig.Access);
        rig.Device.KeepOutputs = false;
        byte[] frame = Frames.FromHost(Frames.Udp4(), tags: Frames.Tag(100));
        byte[][] many = [.. Enumerable.Repeat(frame, 64)];
        int taken = 0;
        for (int i = 0; i < Samples * (int)SampleStage.Period / many.Length; i++)
        {
            rig.Feed(Rig.Access, many);
            rig.Settle();
            if (i == Samples * (int)SampleStage.Period / many.Length / 2)
            {
                taken = Drain(rig).Count;
            }
        }

        Assert.InRange(taken + Drain(rig).Count, Samples * 8 / 10, Samples * 12 / 10);
        rig.Feed(Rig.Access, many);
        rig.Settle();
        Assert.Equal(rig.Total(static s => s.Value->Received), rig.Total(static s => s.Value->Transmitted));
        rig.AssertNoDrops();
    }

    /// <summary>Ports that are not sampled have no samples: the flag is all there is.</summary>
    [Fact]
    [Requirement("C-123")]
    public void WithoutTheFlagNothingIsSampled()
    {
        using var rig = new Rig();
        for (int i = 0; i < 100; i++)
        {
            rig.Run(Rig.Access, [.. Enumerable.Repeat(Frames.FromHost(Frames.Udp4(), tags: Frames.Tag(100)), 64)]);
        }

        Assert.Empty(Drain(rig));
    }

    /// <summary>Any bytes, the first of each burst sampled: what leaves is what leaves without, and nothing behind a frame is read.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(32, 2)]
    public void MutatedFramesGoTheirWay(int burst, int seed)
    {
        using Rig sampled = new(burst, buffers: 1024), plain = new(burst, buffers: 1024);
        Sample(sampled, Rig.Access, Rig.Underlay);
        var random = new Random(seed);
        byte[][] seeds = PropertyTests.Seeds();
        int samples = 0;
        for (int round = 0; round < 3000; round++)
        {
            int port = random.Next(2);
            byte[][] frames = [.. Enumerable.Range(0, 8).Select(_ => PropertyTests.Mutate(random, seeds))];
            Context(sampled)->SampleIn = 0;
            sampled.Feed(port, frames);
            sampled.Settle();
            plain.Feed(port, frames);
            plain.Settle();
            Assert.Equal(plain.Outputs.Select(Text), sampled.Outputs.Select(Text));
            plain.Outputs.Clear();
            sampled.Outputs.Clear();
            foreach (FlowSample sample in Drain(sampled))
            {
                samples++;
                Assert.True(sample.Family is 4 or 6 && sample.Protocol is 6 or 17 && sample.Port == port && (ushort)sample.SourceKey == sampled.Segment);
            }
        }

        Assert.True(samples > 100, $"{samples} samples");
        Assert.Equal(plain.AllDrops(), sampled.AllDrops());

        static string Text(Sent s) => $"{s.Port} {Convert.ToHexString(s.Bytes)}";
    }

    private static void Sample(Rig rig, params int[] ports)
    {
        foreach (int port in ports)
        {
            rig.Memory.Current.Ports[port].Flags |= PortFlags.Sampled; // as control does
        }
    }

    private static WorkerContext* Context(Rig rig) =>
        (WorkerContext*)Pointer.Unbox(typeof(Worker<FakePorts>).GetField("_w", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(rig.Workers[0])!);

    private static List<FlowSample> Take(Rig rig, int port, byte[] frame)
    {
        Context(rig)->SampleIn = 0;
        rig.Run(port, frame);
        return Drain(rig);
    }

    private static List<FlowSample> Drain(Rig rig)
    {
        var all = new List<FlowSample>();
        for (int worker = 0; worker < rig.Memory.Limits.Workers; worker++)
        {
            SpscRing ring = rig.Memory.SampleRing(worker);
            for (var sample = (FlowSample*)ring.Peek(); sample != null; sample = (FlowSample*)ring.Peek())
            {
                all.Add(*sample);
                ring.Release();
            }
        }

        return all;
    }
}

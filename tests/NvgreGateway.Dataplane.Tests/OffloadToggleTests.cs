using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Offloads switched a thousand times, and limits of a device and of the way changed all the time, under the load of workers on threads.</summary>
public sealed unsafe class OffloadToggleTests
{
    private const int Changes = 1000;
    private const int Limited = 300;
    private const MbufFlags Cut = MbufFlags.TxTcpSegmentation | MbufFlags.TxUdpSegmentation;
    private const PortOffloads Uso = OffloadTests.All | PortOffloads.Uso4;

    /// <summary>All, nothing, checksums alone, segmentation of the other IP version: what is off is asked of the port no more once that is acknowledged.</summary>
    [Theory]
    [Requirement("C-021", "C-075", "C-017")]
    [InlineData(2)]
    [InlineData(1)]
    public void NothingIsLostOrReorderedAndNothingIsAskedForAfterOff(int queues)
    {
        PortOffloads[] sets = [OffloadTests.All, PortOffloads.None, OffloadTests.All & ~(PortOffloads.Tso4 | PortOffloads.Tso6), OffloadTests.All & ~PortOffloads.Tso4];
        MbufFlags[] off = [MbufFlags.None, Cut | MbufFlags.TxL4Mask, Cut, MbufFlags.TxTcpSegmentation];
        ulong forbidden = 0;
        using var load = new OffloadLoad(queues, datagrams: false);
        load.MayLeave = m => ((ulong)((Mbuf*)m)->OlFlags & Volatile.Read(ref forbidden)) == 0;
        load.Start();
        var random = new Random(3);
        int now = 0, done = 0, asked = 0;
        for (; done < Changes && !load.HasFailed; done++)
        {
            asked += load.Asked != asked && now == 0 ? load.Asked - asked : 0;
            // What comes on may be used at once, what goes off until it is acknowledged.
            now = (now + random.Next(1, sets.Length)) % sets.Length;
            Volatile.Write(ref forbidden, forbidden & (ulong)off[now]);
            OffloadTests.Take(load.Rig, PortOffloads.None, sets[now]);
            load.Change();
            Volatile.Write(ref forbidden, (ulong)off[now]);
            load.Pass(); // and so it stays
        }

        Assert.Equal(0ul, load.Finish());
        Assert.Equal(Changes, done);
        Assert.True(asked > 0, "the device was never asked");
        Assert.True(Done(load.Rig) > 0, "software was never asked");
        load.Rig.AssertNoDrops();
    }

    /// <summary>
    /// A device that takes requests only between two limits, and a way that takes shorter and longer frames, both changing all the time:
    /// what the device does not take is done in software; what no longer fits the way is cut smaller, or, a datagram, a counted drop.
    /// </summary>
    [Theory]
    [Requirement("C-019", "C-015")]
    [InlineData(2)]
    [InlineData(1)]
    public void WhatALimitNoLongerLetsPassIsDoneInSoftware(int queues)
    {
        ulong limits = Limits(64, 0, ushort.MaxValue), longest = ulong.MaxValue; // what the device takes now; what surely is true by now
        ulong acknowledged = limits;
        using var load = new OffloadLoad(queues, datagrams: true);
        OffloadTests.Take(load.Rig, PortOffloads.None, Uso);
        load.Rig.Sketch.Publish(load.Rig.Memory);
        load.Rig.Device.Preparing = m => Takes(Volatile.Read(ref limits), (Mbuf*)m);
        load.MayLeave = m => Takes(Volatile.Read(ref acknowledged), (Mbuf*)m) && SizeOf((Mbuf*)m) <= Volatile.Read(ref longest);
        load.Start();
        var random = new Random(5);
        int done = 0;
        for (; done < Limited && !load.HasFailed; done++)
        {
            Volatile.Write(ref acknowledged, Limits(64, 0, ushort.MaxValue));
            Volatile.Write(ref longest, ulong.MaxValue);
            ulong next = Limits((uint)random.Next(1, 6), (uint)random.Next(0, 4), (uint)random.Next(1000, 7200));
            ushort way = (ushort)random.Next(300, 1500); // datagrams of 542 bytes pass, or do not
            Volatile.Write(ref limits, next);
            load.Rig.Sketch.Peer(load.Rig.Peer4, p => p with { MaxInnerFrame = way });
            load.Change();
            Volatile.Write(ref acknowledged, next);
            Volatile.Write(ref longest, way + 42ul);
            load.Pass();
        }

        ulong lost = load.Finish();
        Assert.Equal(Limited, done);
        Assert.True(lost > 0, "no datagram was ever too long");
        load.Rig.AssertDrops(DropReason.OffloadInvalid, lost); // exactly what is missing is counted
        Assert.True(load.Asked > 0, "the device was never asked");
        Assert.True(Done(load.Rig) > 0, "software was never asked");
    }

    private static ulong Limits(uint mostFrames, uint leastFrames, uint mostBytes) => (ulong)mostFrames << 48 | (ulong)leastFrames << 32 | mostBytes;

    // A request, if it is one: neither of more nor of fewer frames, nor of more bytes.
    private static bool Takes(ulong limits, Mbuf* m)
    {
        if ((m->OlFlags & Cut) == 0)
        {
            return true;
        }

        uint frames = (m->PktLen - HeadersOf(m) + m->SegmentSize - 1) / m->SegmentSize;
        return frames <= limits >> 48 && frames >= (limits >> 32 & 0xFFFF) && m->PktLen <= (uint)limits;
    }

    // Of the longest frame that becomes of it.
    private static ulong SizeOf(Mbuf* m) => (m->OlFlags & Cut) == 0 ? m->PktLen : Math.Min(m->PktLen, HeadersOf(m) + m->SegmentSize);

    private static uint HeadersOf(Mbuf* m) => m->OuterL2Length + m->OuterL3Length + m->L2Length + m->L3Length + m->L4Length;

    private static ulong Done(Rig rig) => rig.Total(static s => ((OffloadCounters*)s.Value->Offloads)[Rig.Underlay].CutsDone);
}

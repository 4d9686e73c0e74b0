using System.Runtime.InteropServices;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Workers hand received packets to each other where a port does not spread them: all from one queue, which worker 0 polls.</summary>
public unsafe class SpreadTests
{
    private const int Flows = 1024;

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [Requirement("C-050")]
    [Requirement("C-056")]
    [Requirement("A-120")]
    public void One_pair_of_addresses_keeps_all_workers_busy(int workers)
    {
        using var rig = new Rig(32, workers, queues: 0, buffers: 2048);
        foreach (byte[][] chunk in Enumerable.Range(0, Flows).Select(i => Frames.Nvgre4(Frames.FromVm(Frames.Udp4(sourcePort: 1000 + i)))).Chunk(128))
        {
            rig.Run(Rig.Underlay, chunk);
        }

        rig.AssertNoDrops();
        Assert.Equal(Flows, rig.Outputs.Count);
        ulong[] forwarded = [.. Enumerable.Range(0, workers).Select(w => Counters(rig, w)->RxPackets)];
        Assert.True(forwarded.Max() <= 1.5 * forwarded.Min(), string.Join(' ', forwarded));
        Assert.Equal((ulong)Flows - forwarded[0], Counters(rig, 0)->HandedOn);
        Assert.All(Enumerable.Range(1, workers - 1), w => Assert.Equal((forwarded[w], 0ul), (Counters(rig, w)->TakenOver, Counters(rig, w)->HandedOn)));
        Assert.Equal(0ul, Counters(rig, 0)->TakenOver);
        Assert.Equal((ulong)Flows, rig.Memory.Statistics(0)->Received);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Frames_of_the_VLAN_side_are_spread_by_their_flows(int workers)
    {
        using var rig = new Rig(32, workers, queues: 0, buffers: 2048);
        foreach (byte[][] chunk in Enumerable.Range(0, Flows).Select(i => Frames.FromHost(Frames.Udp4(sourcePort: 1000 + i))).Chunk(128))
        {
            rig.Run(Rig.Access, chunk);
        }

        rig.AssertNoDrops();
        ulong[] forwarded = [.. Enumerable.Range(0, workers).Select(w => Counters(rig, w, Rig.Access)->RxPackets)];
        Assert.True(forwarded.Max() <= 1.5 * forwarded.Min(), string.Join(' ', forwarded));
    }

    [Fact]
    [Requirement("C-058")]
    public void Fragments_of_one_datagram_are_forwarded_by_one_worker()
    {
        var used = new HashSet<int>();
        for (int host = 1; host < 40; host++)
        {
            byte[] from = [10, 1, 2, (byte)host], to = [10, 1, 1, 200];
            byte[] first = Frames.Ip4(from, to, 17, Frames.Udp(6000 + host, 6001, 1416), flags: 0x2000);
            byte[] second = Frames.Ip4(from, to, 17, [.. Enumerable.Repeat((byte)0x46, 568)], flags: 0x00B3);
            used.Add(WorkerOf(Frames.Nvgre4(Frames.FromVm(first)), Frames.Nvgre4(Frames.FromVm(second))));
        }

        Assert.Equal(4, used.Count);
    }

    [Fact]
    [Requirement("C-052")]
    public void One_flow_without_ports_stays_on_one_worker_and_keys_tell_many_apart()
    {
        var used = new HashSet<int>();
        for (uint flow = 0; flow < 64; flow++)
        {
            byte[][] pings = [.. Enumerable.Range(0, 5).Select(i => Frames.Outer(Frames.Ip4(
                Frames.Remote4, Frames.Gateway4, 47, Frames.Gre(Frames.FromVm(Frames.Ip4([10, 1, 1, 11], [10, 1, 1, 200], 1, [8, 0, 0, 0, 0, 1, 0, (byte)i])), flow: flow))))];
            used.Add(WorkerOf(pings));
        }

        Assert.Equal(4, used.Count);
    }

    [Fact]
    [Requirement("C-057")]
    public void Both_directions_of_a_tenant_flow_meet_at_one_worker()
    {
        for (int i = 0; i < 64; i++)
        {
            byte[] a = [10, 1, (byte)i, 11], b = [10, 7, 1, (byte)(200 - i)];
            byte[] a6 = [0x20, 1, 0xD, 0xB8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, (byte)i, 1], b6 = [0x20, 1, 0xD, 0xB8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)i];
            Same(Frames.Ip4(a, b, 6, Tcp(40000 + i, 443)), Frames.Ip4(b, a, 6, Tcp(443, 40000 + i)), 0x0800);
            Same(Frames.Ip6(a6, b6, 17, Frames.Udp(5000 + i, 53, 8)), Frames.Ip6(b6, a6, 17, Frames.Udp(53, 5000 + i, 8)), 0x86DD);
        }

        static void Same(byte[] there, byte[] back, int type)
        {
            int expected = WorkerOf(Frames.Nvgre4(Frames.FromVm(there, type: type)));
            Assert.Equal(expected, WorkerOf(Frames.Nvgre6(Frames.FromVm(there, type: type))));
            Assert.Equal(expected, WorkerOf(Rig.Access, Frames.FromHost(back, type: type)));
            Assert.Equal(expected, WorkerOf(Rig.Access, Frames.FromHost(back, type: type, tags: [Frames.Tag(7, 0x88A8), Frames.Tag(100)])));
        }
    }

    [Fact]
    public void A_frame_goes_the_same_way_however_it_is_cut_into_buffers()
    {
        for (int i = 0; i < 16; i++)
        {
            byte[] frame = Frames.Nvgre4(Frames.FromVm(Frames.Udp4(sourcePort: 2000 + i, payload: 600)));
            int whole = WorkerOf(frame);
            using var rig = new Rig(32, 4, queues: 0);
            rig.Enqueue(Rig.Underlay, (nint)FaultTests.Chain(rig, frame, 30, 70));
            rig.Settle();
            Assert.Equal(1ul, Counters(rig, whole)->RxPackets);
        }
    }

    [Fact]
    public void What_finds_its_ring_full_is_named()
    {
        using var rig = new Rig(32, 2, queues: 0, buffers: 4096);
        const int Sent = 3000;
        rig.Settle(); // no worker is waited for any more
        byte[][] frames = [.. Enumerable.Range(0, Sent).Select(i => Frames.Nvgre4(Frames.FromVm(Frames.Udp4(sourcePort: 1000 + i))))];
        rig.Feed(Rig.Underlay, frames);
        while (rig.Workers[0].Poll())
        {
            // the other one stands still
        }

        ulong kept = Counters(rig, 0)->RxPackets - rig.Drops(DropReason.SpreadFull);
        rig.AssertDrops(DropReason.SpreadFull, Sent - kept - WorkerGroup.RingSlots);
        rig.Settle();
        rig.AssertDrops(DropReason.SpreadFull, Sent - kept - WorkerGroup.RingSlots);
        rig.AssertClosed();
        Assert.Equal(WorkerGroup.RingSlots, Counters(rig, 1)->TakenOver);
    }

    [Fact]
    public void What_is_in_a_ring_when_workers_end_is_counted_and_returned()
    {
        using var rig = new Rig(32, 2, queues: 0);
        rig.Settle();
        rig.Feed(Rig.Underlay, [.. Enumerable.Range(0, 32).Select(i => Frames.Nvgre4(Frames.FromVm(Frames.Udp4(sourcePort: 1000 + i))))]);
        rig.Workers[0].Poll();
        ulong handed = Counters(rig, 0)->HandedOn;
        Assert.InRange(handed, 1ul, 31ul);
        rig.Workers[0].Release();
        rig.Workers[1].Release();
        rig.AssertDrops(DropReason.PortDown, handed);
        rig.AssertClosed();
        Assert.Equal(0, rig.Device.Pool.InUse);
        rig.Forget();
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    [Requirement("C-056")]
    public void Off_leaves_packets_with_the_worker_that_received_them(int workers, bool byDevice)
    {
        using var rig = new Rig(32, workers, queues: 0);
        rig.Device.NeedsSpread = !byDevice;
        if (!byDevice)
        {
            Switch(rig, on: false);
        }

        rig.Run(Rig.Underlay, [.. Enumerable.Range(0, 64).Select(i => Frames.Nvgre4(Frames.FromVm(Frames.Udp4(sourcePort: 1000 + i))))]);
        Assert.Equal((64ul, 0ul), (Counters(rig, 0)->RxPackets, Counters(rig, 0)->HandedOn));
    }

    // Workers on threads that stop and go as they like; and a reload of workers.spread, or another redirection table, now and then.
    [Theory]
    [InlineData(2, 2, false, false)]
    [InlineData(4, 4, false, false)]
    [InlineData(4, 1, false, false)]
    [InlineData(2, 1, true, false)]
    [InlineData(4, 2, true, false)]
    [InlineData(4, 4, true, false)]
    [InlineData(2, 2, false, true)]
    [InlineData(4, 2, false, true)]
    [InlineData(4, 4, true, true)]
    [Requirement("C-056")]
    [Requirement("C-137")]
    [Requirement("F-020")]
    public void Every_flow_keeps_its_order(int workers, int transmitQueues, bool reload, bool shift)
    {
        using var rig = new Rig(32, workers, r => Array.Fill(r.Device.TransmitQueues, transmitQueues), buffers: 1024, queues: 0);
        rig.Memory.Phase = DataPhase.Forwarding; // forwarding: a mark waits for the workers
        nint[] plans = [.. Enumerable.Range(0, 6).Select(_ => (nint)SpreadPlan.Create())];
        int turn = 0;
        var load = new FlowLoad(rig, 200);
        load.Start();
        for (bool on = false; load.IsRunning; on = !on)
        {
            Thread.Sleep(2);
            if (reload && load.Wait())
            {
                Switch(rig, on);
            }

            if (shift)
            {
                Shift();
            }
        }

        load.Finish();
        Assert.True(Enumerable.Range(1, workers - 1).All(w => reload || Counters(rig, w)->TakenOver > 0));
        foreach (nint plan in plans)
        {
            NativeMemory.AlignedFree((void*)plan);
        }

        // Other shares, now and then a rule for all of one direction, and now and then nothing but that, in the plan that no worker goes by any more.
        void Shift()
        {
            turn++;
            for (int port = 0; port < 3; port++)
            {
                nint at = (port * 2) + (turn & 1);
                var next = (SpreadPlan*)plans[at];
                if (rig.Device.Plan(port) == next || rig.Group.GoesBy(next, port))
                {
                    continue;
                }

                next->Spreads = turn % 5 < 2 ? 0u : 1;
                SpreadPlan.Clear(next);
                for (int i = 0; i < SpreadPlan.Entries; i++)
                {
                    next->Workers[i] = (byte)((i + turn) * 7 % workers);
                }

                if (turn % 3 == 0)
                {
                    SpreadPlan.Add(next, SpreadKey.Vsid(false, Rig.Vsid), 2, inHardware: false);
                }

                rig.Device.SetPlan(port, next);
                load.Wait();
            }
        }
    }

    private static byte[] Tcp(int source, int destination) => Frames.Join(Frames.Big16(source), Frames.Big16(destination), new byte[8], [0x50, 0x10], new byte[6]);

    private static PortCounters* Counters(Rig rig, int worker, int port = Rig.Underlay) => (PortCounters*)rig.Memory.Statistics(worker)->Ports + port;

    private static void Switch(Rig rig, bool on)
    {
        for (int port = 0; port < 3; port++)
        {
            rig.Sketch.Port(port, p =>
            {
                p.Flags = on ? p.Flags | PortFlags.MaySpread : p.Flags & ~PortFlags.MaySpread;
                return p;
            });
        }

        rig.Sketch.Publish(rig.Memory);
    }

    // The one of four workers that forwards all of these.
    private static int WorkerOf(params byte[][] frames) => WorkerOf(Rig.Underlay, frames);

    private static int WorkerOf(int port, params byte[][] frames)
    {
        using var rig = new Rig(32, 4, queues: 0);
        rig.Run(port, frames);
        int[] busy = [.. Enumerable.Range(0, 4).Where(w => Counters(rig, w, port)->RxPackets > 0)];
        Assert.Single(busy);
        Assert.Equal((ulong)frames.Length, Counters(rig, busy[0], port)->RxPackets);
        return busy[0];
    }
}

using System.Buffers.Binary;
using System.Globalization;
using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.OffloadBench;

/// <summary>
/// What a guest's 64 KB TCP frame for everybody costs the gateway: a chain of received buffers to each of some peers, cut by the device,
/// cut here and summed by the device, or all of it here. The time of receipt is left out.
/// </summary>
internal static unsafe class Flooding
{
    private const int Payload = 64000;
    private const int Length = 58 + Payload;
    private static readonly byte[] s_own = [172, 31, 0, 1];

    public static void Run(Program.Options options)
    {
        int runs = options.Int("runs", 9), peers = options.Int("peers", 8);
        double seconds = options.Real("secs", 0.2);
        const PortOffloads Cuts = PortOffloads.All & ~(PortOffloads.Flat | PortOffloads.OwnIp4 | PortOffloads.PseudoLength);
        const PortOffloads Sums = Cuts & ~(PortOffloads.Tso4 | PortOffloads.Tso6 | PortOffloads.Uso4 | PortOffloads.Uso6);
        MbufPool pool = MbufPool.Create("frames", 65535);
        foreach ((string how, PortOffloads does) in ((string, PortOffloads)[])[("device cuts", Cuts), ("device sums", Sums), ("software", PortOffloads.None)])
        {
            using var group = new WorkerGroup(1, [1, 1]);
            Worker<SyntheticPorts> worker = Make(new Device(pool, Frame()), does, peers, group);
            _ = Window(worker, peers, 1.0);
            double[] cycles = new double[runs];
            for (int run = 0; run < runs; run++)
            {
                cycles[run] = Window(worker, peers, seconds);
            }

            Array.Sort(cycles);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peers {peers} {how}: cycles/copy {cycles[runs / 2]:F0} [{cycles[0]:F0}-{cycles[^1]:F0}]"));
            worker.Release();
        }
    }

    private static double Window(Worker<SyntheticPorts> worker, int peers, double seconds)
    {
        WorkerStatistics* s = worker.Statistics;
        ulong end = Tsc.Read() + (ulong)(seconds * Tsc.Hertz), packets = s->Received, cycles = s->ProcessCycles + s->TransmitCycles, sent = s->Transmitted;
        while (Tsc.Read() < end)
        {
            worker.Poll();
        }

        packets = s->Received - packets;
        return packets != 0 && s->Transmitted - sent == packets ? (double)(s->ProcessCycles + s->TransmitCycles - cycles) / packets / peers
            : throw new InvalidOperationException($"of {packets} {s->Transmitted - sent} left");
    }

    private static Worker<SyntheticPorts> Make(Device device, PortOffloads does, int peers, WorkerGroup group)
    {
        GatewayMemory memory = GatewayMemory.CreatePrivate(ExchangeLimits.For(2, 1, 1, peers + 1, 3, 2, 1024));
        var sketch = new SnapshotSketch();
        int access = sketch.AddPort(PortFlags.TakesRequests, 0x0300_0000_1006), underlay = sketch.AddPort(PortFlags.Underlay, 0x01AA_0000_0002, 1600);
        sketch.Port(underlay, p => p with { Nvgre = does, Nvgre6 = does });
        sketch.AddAddress(underlay, s_own, 24);
        uint segment = sketch.AddSegment(5001, SegmentFlags.Up | SegmentFlags.FloodUnknown);
        _ = sketch.AddAttachment(segment, access, 100);
        for (int i = 0; i < peers; i++)
        {
            uint peer = sketch.AddPeer(segment, underlay, s_own, [172, 31, 0, (byte)(16 + i)], 1, PeerFlags.Up);
            sketch.Peer(peer, static p => p with { MaxInnerFrame = 1514 });
        }

        sketch.Publish(memory);
        memory.NextHops[1].Word = NextHopSlot.Pack(0xFE02_0000_0002, NextHopState.Resolved);
        return new Worker<SyntheticPorts>(memory, 0, 2, 32, new SyntheticPorts(device), group);
    }

    private static byte[] Frame()
    {
        byte[] f = new byte[Length];
        f.AsSpan(0, 6).Fill(0xFF);
        byte[] head = [2, 0, 0, 0, 0, 1, 0x81, 0, 0, 100, 8, 0, 0x45, 0];
        head.CopyTo(f, 6);
        BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(20), Length - 18);
        byte[] rest = [0, 0, 0x40, 0, 64, 6, 0, 0, 10, 1, 1, 1, 10, 1, 1, 2, 0xC0, 0, 1, 0xBB, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x10, 1, 0];
        rest.CopyTo(f, 22);
        BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(28), InternetChecksum.Compute(f.AsSpan(18, 20)).ToHost());
        for (int i = 58; i < Length; i++)
        {
            f[i] = (byte)((7 * i) + 3);
        }

        return f;
    }

    // Port 0 gives the frame in fresh buffers, one at a time; port 1 takes everything and frees it.
    private sealed class Device(MbufPool pool, byte[] frame) : SyntheticDevice
    {
        internal override ulong Timestamp => Tsc.Read();

        internal override uint Receive(int port, Mbuf** burst, uint most)
        {
            Mbuf* first = null, last = null;
            for (int at = 0; port == 0 && at < frame.Length;)
            {
                Mbuf* m = pool.Alloc();
                int n = Math.Min(frame.Length - at, m->Tailroom);
                m->DataLen = (ushort)n;
                frame.AsSpan(at, n).CopyTo(new Span<byte>(m->Data, n));
                at += n;
                if (first == null)
                {
                    first = m;
                }
                else
                {
                    last->Next = m;
                    first->NbSegs++;
                }

                last = m;
            }

            if (first == null)
            {
                return 0;
            }

            first->PktLen = (uint)frame.Length;
            first->OlFlags = MbufFlags.RxLro | MbufFlags.RxL4ChecksumNone;
            first->TxOffload = Mbuf.PackTxOffload(0, 0, segment: 1400);
            *burst = first;
            return 1;
        }

        internal override uint Transmit(int port, Mbuf** burst, uint count)
        {
            MbufPool.FreeBulk(burst, count);
            return count;
        }

        internal override Mbuf* Allocate() => pool.Alloc();

        internal override void Free(Mbuf* mbuf) => MbufPool.Free(mbuf);
    }
}

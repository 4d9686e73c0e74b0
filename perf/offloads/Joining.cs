using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.OffloadBench;

/// <summary>
/// What receive coalescing costs the gateway: bursts of 32 NVGRE frames, TCP segments of 1400 bytes of some flows in turn, decapsulated to
/// a port that cuts, by a worker that joins and by one that does not, window by window. The time of receipt is left out.
/// </summary>
internal static unsafe class Joining
{
    private const int Burst = 32;
    private const int Payload = 1400;
    private const int Length = 42 + 54 + Payload;
    private const ulong Host = 0x0100_0000_1006, Remote = 0x0200_0000_1006; // the first byte of a MAC is the lowest here
    private static readonly byte[] s_own = [172, 31, 0, 1], s_peer = [172, 31, 0, 16];

    public static void Run(Program.Options options)
    {
        int runs = options.Int("runs", 9);
        double seconds = options.Real("secs", 0.2);
        MbufPool pool = MbufPool.Create("frames", 8191);
        foreach (int flows in (int[])[1, 4, 16, 32])
        {
            byte* frames = (byte*)NativeMemory.AlignedAlloc(Burst * Length, 64);
            for (int i = 0; i < Burst; i++)
            {
                Frame(new Span<byte>(frames + (i * Length), Length), i % flows, i / flows);
            }

            var device = new JoinDevice(pool, frames, Burst, Length);
            using var plainGroup = new WorkerGroup(1, [1, 1]);
            using var joinGroup = new WorkerGroup(1, [1, 1]);
            Worker<SyntheticPorts> plain = Make(device, PortFlags.None, plainGroup), join = Make(device, PortFlags.Coalesces, joinGroup);
            _ = Window(plain, device, 1.0, out _);
            _ = Window(join, device, 1.0, out _);
            double[] a = new double[runs], b = new double[runs];
            double given = 0;
            for (int run = 0; run < runs; run++)
            {
                a[run] = Window(plain, device, seconds, out _);
                b[run] = Window(join, device, seconds, out given);
            }

            Array.Sort(a);
            Array.Sort(b);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"flows {flows} cycles/packet without {a[runs / 2]:F1} [{a[0]:F1}-{a[^1]:F1}] with {b[runs / 2]:F1} [{b[0]:F1}-{b[^1]:F1}] joined {1 / given:F1} to one"));
            plain.Release();
            join.Release();
        }
    }

    private static double Window(Worker<SyntheticPorts> worker, JoinDevice device, double seconds, out double given)
    {
        WorkerStatistics* s = worker.Statistics;
        ulong end = Tsc.Read() + (ulong)(seconds * Tsc.Hertz), packets = s->Received, cycles = s->ProcessCycles + s->TransmitCycles, sent = s->Transmitted, devices = device.Given;
        while (Tsc.Read() < end)
        {
            worker.Poll();
        }

        packets = s->Received - packets;
        given = (device.Given - devices) / (double)packets;
        if (s->Transmitted - sent != packets)
        {
            throw new InvalidOperationException("some were dropped");
        }

        return (double)(s->ProcessCycles + s->TransmitCycles - cycles) / packets;
    }

    private static Worker<SyntheticPorts> Make(JoinDevice device, PortFlags flags, WorkerGroup group)
    {
        GatewayMemory memory = GatewayMemory.CreatePrivate(ExchangeLimits.For(2, 1, 1, 2, 3, 2, 1024));
        var sketch = new SnapshotSketch();
        int access = sketch.AddPort(flags, 0x0300_0000_1006), underlay = sketch.AddPort(PortFlags.Underlay, 0x01AA_0000_0002, 1600);
        sketch.Port(access, static p => p with { Plain = PortOffloads.Ip4 | PortOffloads.Tcp4 | PortOffloads.Tso4 });
        sketch.AddAddress(underlay, s_own, 24);
        uint segment = sketch.AddSegment(5001, SegmentFlags.Up);
        uint attachment = sketch.AddAttachment(segment, access, 100);
        uint peer = sketch.AddPeer(segment, underlay, s_own, s_peer, 1, PeerFlags.Up);
        sketch.Publish(memory);
        memory.NextHops[1].Word = NextHopSlot.Pack(0xFE02_0000_0002, NextHopState.Resolved);
        SnapshotSketch.AddMac(memory, segment, Host, Place.OfAttachment(attachment, 0).Value);
        SnapshotSketch.AddMac(memory, segment, Remote, Place.OfPeer(peer, 0).Value);
        return new Worker<SyntheticPorts>(memory, 0, 2, Burst, new SyntheticPorts(device), group);
    }

    private static void Frame(Span<byte> f, int flow, int index)
    {
        f.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(f, 0x01AA_0000_0002);
        BinaryPrimitives.WriteUInt16BigEndian(f[12..], 0x0800);
        Ip(f[14..], Length - 14, 0, 47, s_peer, s_own);
        BinaryPrimitives.WriteUInt32BigEndian(f[34..], 0x2000_6558);
        BinaryPrimitives.WriteUInt32BigEndian(f[38..], 5001 << 8);
        Span<byte> inner = f[42..];
        BinaryPrimitives.WriteUInt64LittleEndian(inner, Host);
        BinaryPrimitives.WriteUInt64LittleEndian(inner[6..], Remote);
        BinaryPrimitives.WriteUInt16BigEndian(inner[12..], 0x0800);
        Ip(inner[14..], 40 + Payload, index, 6, [10, 1, 1, 11], [10, 1, 1, 200]);
        Span<byte> tcp = inner[34..];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)(49152 + flow));
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], 443);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], 0x2000_0000 + (uint)(index * Payload));
        tcp[12] = 0x50;
        tcp[13] = TcpHeader.Ack;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], 0xFFFF);
        for (int k = 0; k < Payload; k++)
        {
            tcp[20 + k] = (byte)((7 * k) + 3 + flow);
        }

        var v4 = inner[26..34];
        ulong sum = InternetChecksum.Add(0, v4) + UInt16BigEndian.FromHost(6).Raw + UInt16BigEndian.FromHost(20 + Payload).Raw;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], InternetChecksum.Finish(InternetChecksum.Add(sum, tcp)).ToHost());
    }

    private static void Ip(Span<byte> ip, int length, int id, byte protocol, byte[] source, byte[] destination)
    {
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)id);
        ip[6] = 0x40;
        ip[8] = 64;
        ip[9] = protocol;
        source.CopyTo(ip[12..]);
        destination.CopyTo(ip[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], InternetChecksum.Compute(ip[..20]).ToHost());
    }
}

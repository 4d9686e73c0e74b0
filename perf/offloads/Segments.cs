using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.OffloadBench;

/// <summary>
/// The segmenter on what perf/gsobench gives to librte_gso: 64,400 bytes of TCP payload behind IPv4 in IPv4 NVGRE, cut into segments of
/// 1400, every checksum, the accounts and the transmit buffer of the gateway, and the return of the segments to their pool.
/// </summary>
internal sealed unsafe class Segments
{
    private const int Headers = 14 + 20 + 8 + 14 + 20 + 20;
    private const uint Sequence = 0x2000_0000;
    private readonly int _payload;
    private readonly int _mss;
    private readonly int _runs;
    private readonly double _seconds;
    private readonly Mbuf*[] _sources;
    private readonly BenchAccess _ports;
    private readonly WorkerContext* _w;
    private readonly uint _peer;
    private int _at;

    public Segments(Program.Options options)
    {
        _payload = options.Int("payload", 64400);
        _mss = options.Int("mss", 1400);
        _runs = options.Int("runs", 9);
        _seconds = options.Real("secs", 0.5);
        int room = options.Int("room", 65024), packets = options.Int("pkts", 1);
        MbufPool sources = MbufPool.Create("sources", (packets * (((_payload + Headers) / room) + 1)) + 1, 0, (ushort)(room + Mbuf.DefaultHeadroom));
        _sources = new Mbuf*[packets];
        for (int i = 0; i < packets; i++)
        {
            _sources[i] = Source(sources);
        }

        _ports = new BenchAccess(MbufPool.Create("segments", 8191));
        GatewayMemory memory = GatewayMemory.CreatePrivate(ExchangeLimits.For(2, 1, 1, 2, 3, 2, 1024));
        var sketch = new SnapshotSketch();
        int underlay = sketch.AddPort(PortFlags.Underlay, 0x01AA_0000_0002);
        uint segment = sketch.AddSegment(5001, SegmentFlags.Up);
        _peer = sketch.AddPeer(segment, underlay, [172, 31, 0, 1], [172, 31, 0, 16], 1, PeerFlags.Up);
        sketch.Publish(memory);
        _w = ContextMemory.Create(memory, 0, GCHandle.ToIntPtr(GCHandle.Alloc(_ports)));
        ContextMemory.Switch(_w, memory, memory.Header->Published);
        _ports.Worker = _w;
    }

    public void Run()
    {
        _ports.Look = Check;
        Once(0);
        _ports.Look = null;
        if (_at != _payload)
        {
            throw new InvalidOperationException($"payload {_at} of {_payload}");
        }

        Console.WriteLine("checked the segments of the first packet");
        double hertz = Tsc.Hertz;
        int segments = (_payload + _mss - 1) / _mss;
        for (int run = -1; run < _runs; run++)
        {
            ulong begun = Tsc.Read(), end = begun + (ulong)((run < 0 ? 1.5 : _seconds) * hertz), now = begun, freed = _ports.FreeCycles;
            long packets = 0;
            for (int k = 0; now < end; k = k + 1 == _sources.Length ? 0 : k + 1)
            {
                Once(k);
                packets++;
                now = Tsc.Read();
            }

            double cycles = now - begun, cut = (double)packets * segments;
            double bits = packets * 8.0 * (_payload + ((double)segments * Headers));
            if (run >= 0)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"run {run} Gbit/s {bits / (cycles / hertz) / 1e9:F2} cyc/segment {cycles / cut:F1} free {(_ports.FreeCycles - freed) / cut:F1} Mpps {cut / (cycles / hertz) / 1e6:F3}"));
            }
        }
    }

    // What OffloadOutput and a flush do for a frame that is cut; the frame stays.
    private void Once(int source)
    {
        Mbuf* m = _sources[source];
        CopyRecord* record = Accounting.BeginCopies(_w, 0, 1, _peer, CopyKind.Fragments);
        var note = new TxNote(record, Place.OfPeer(_peer, 0).Value, (uint)(_payload + 54), 0, CastKind.Unicast);
        Segmentation.Run(_w, 0, m, new OffloadFrame(m->Data, tunnel: true), udp: false, (uint)_mss, note);
        _ports.Flush(0);
        Accounting.Settle(_w, record);
    }

    private Mbuf* Source(MbufPool pool)
    {
        byte[] d = new byte[Headers + _payload];
        Convert.FromHexString("02000000BB000200 0000AA010800".Replace(" ", "", StringComparison.Ordinal)).CopyTo(d, 0);
        Ip(d.AsSpan(14), Headers - 14 + _payload, 0, 47, 0xAC1F_0001, 0xAC1F_0010);
        Convert.FromHexString("200065580013891E").CopyTo(d, 34);
        Convert.FromHexString("0610000000010620000000010800").CopyTo(d, 42);
        Ip(d.AsSpan(56), 40 + _payload, 0x4000, 6, 0x0A01_01C8, 0x0A01_010B);
        BinaryPrimitives.WriteUInt32BigEndian(d.AsSpan(76), 0xC000_01BB);
        BinaryPrimitives.WriteUInt32BigEndian(d.AsSpan(80), Sequence);
        d[88] = 0x50;
        d[89] = 0x18;
        d[90] = d[91] = 0xFF;
        for (int k = 0; k < _payload; k++)
        {
            d[Headers + k] = (byte)((7 * k) + 3);
        }

        Mbuf* head = null, last = null;
        for (int at = 0; at < d.Length;)
        {
            Mbuf* m = pool.Alloc();
            int n = Math.Min(d.Length - at, m->Tailroom);
            m->Append(n);
            d.AsSpan(at, n).CopyTo(new Span<byte>(m->Data, n));
            at += n;
            if (head == null)
            {
                head = m;
            }
            else
            {
                last->Next = m;
                head->NbSegs++;
                head->PktLen += (uint)n;
            }

            last = m;
        }

        head->TxOffload = Mbuf.PackTxOffload(0, 20, 20, _mss);
        return head;
    }

    private static void Ip(Span<byte> ip, int length, int fragment, byte protocol, uint source, uint destination)
    {
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(ip[6..], (ushort)fragment);
        ip[8] = 64;
        ip[9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(ip[12..], source);
        BinaryPrimitives.WriteUInt32BigEndian(ip[16..], destination);
    }

    // Sums by a plain loop, not by what is measured.
    private void Check(nint packet)
    {
        byte[] f = new byte[((Mbuf*)packet)->PktLen];
        int filled = 0;
        for (Mbuf* s = (Mbuf*)packet; s != null; s = s->Next)
        {
            new ReadOnlySpan<byte>(s->Data, s->DataLen).CopyTo(f.AsSpan(filled));
            filled += s->DataLen;
        }

        int part = f.Length - Headers;
        byte[] pseudo = [.. f[68..76], 0, 6, (byte)((20 + part) >> 8), (byte)(20 + part), .. f[76..]];
        bool right = filled == f.Length && part == Math.Min(_mss, _payload - _at)
            && BinaryPrimitives.ReadUInt16BigEndian(f.AsSpan(16)) == f.Length - 14 && BinaryPrimitives.ReadUInt16BigEndian(f.AsSpan(58)) == f.Length - 56
            && BinaryPrimitives.ReadUInt32BigEndian(f.AsSpan(80)) == Sequence + _at && f[89] == (_at + part == _payload ? 0x18 : 0x10)
            && Sum(f.AsSpan(14, 20)) == 0xFFFF && Sum(f.AsSpan(56, 20)) == 0xFFFF && Sum(pseudo) == 0xFFFF;
        for (int i = 0; i < part; i++)
        {
            right &= f[Headers + i] == (byte)((7 * (_at + i)) + 3);
        }

        if (!right)
        {
            throw new InvalidOperationException($"the segment at {_at} is wrong");
        }

        _at += part;
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += (uint)bytes[i] << (i % 2 == 0 ? 8 : 0);
        }

        while (sum >> 16 != 0)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return sum;
    }
}

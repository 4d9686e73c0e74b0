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
/// 1400, every checksum, the accounts and the transmit buffer of the gateway, and the return of the segments to their pool. By options:
/// IPv6 inside or outside, UDP, other lengths; a device that takes several buffers (share), completes checksums (asks), holds packets (hold).
/// </summary>
internal sealed unsafe class Segments
{
    private const int InnerL2 = GreHeader.Size + EthernetHeader.Size;
    private const uint Sequence = 0x2000_0000;
    private readonly int _outerL3;
    private readonly int _innerL3;
    private readonly bool _udp;
    private readonly int _innerIp;
    private readonly int _transport;
    private readonly int _headers;
    private readonly int _payload;
    private readonly int _mss;
    private readonly int _runs;
    private readonly double _seconds;
    private readonly Mbuf*[] _sources;
    private readonly BenchAccess _ports;
    private readonly WorkerContext* _w;
    private readonly uint _peer;
    private readonly PortOffloads _does;
    private int _at;

    public Segments(Program.Options options)
    {
        _udp = options.Int("udp", 0) != 0;
        _outerL3 = options.Int("outer", 4) == 4 ? Ipv4Header.Size : Ipv6Header.Size;
        _innerL3 = options.Int("inner", 4) == 4 ? Ipv4Header.Size : Ipv6Header.Size;
        _innerIp = EthernetHeader.Size + _outerL3 + InnerL2;
        _transport = _innerIp + _innerL3;
        _headers = _transport + (_udp ? UdpHeader.Size : TcpHeader.Size);
        _payload = options.Int("payload", 64400);
        _mss = options.Int("mss", 1400);
        _runs = options.Int("runs", 9);
        _seconds = options.Real("secs", 0.5);
        int room = options.Int("room", 65024), packets = options.Int("pkts", 1), hold = options.Int("hold", 0);
        MbufPool sources = MbufPool.Create("sources", (packets * (((_payload + _headers) / room) + 1)) + 1, 0, (ushort)(room + Mbuf.DefaultHeadroom));
        _sources = new Mbuf*[packets];
        for (int i = 0; i < packets; i++)
        {
            _sources[i] = Source(sources);
        }

        bool share = options.Int("share", 0) != 0;
        _does = options.Int("asks", 0) != 0 ? PortOffloads.Ip4 | PortOffloads.Tcp4 | PortOffloads.Tcp6 | PortOffloads.Udp4 | PortOffloads.Udp6 | PortOffloads.Outer4 | PortOffloads.Outer6 : PortOffloads.None;
        int buffers = 8191 + (hold * (share ? 1 : ((_mss + _headers) / 2048) + 1));
        MbufPool heads = MbufPool.Create("heads", buffers * 3, dataRoom: Mbuf.DefaultHeadroom + IPorts.HeadBytes);
        _ports = new BenchAccess(MbufPool.Create("segments", buffers, dataRoom: (ushort)options.Int("fresh", 2176)), heads, share, hold);
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
            double bits = packets * 8.0 * (_payload + ((double)segments * _headers));
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
        var note = new TxNote(record, Place.OfPeer(_peer, 0).Value, (uint)(_payload + _headers - _innerIp + EthernetHeader.Size), 0, CastKind.Unicast);
        Segmentation.Run(_w, 0, m, new OffloadFrame(m->Data, tunnel: true), _udp, (uint)_mss, _does, note);
        _ports.Flush(0);
        Accounting.Settle(_w, record);
    }

    private Mbuf* Source(MbufPool pool)
    {
        byte[] d = new byte[_headers + _payload];
        Convert.FromHexString("02000000BB0002000000AA01").CopyTo(d, 0);
        Ip(d.AsSpan(12), _outerL3, _headers - 14 - _outerL3 + _payload, 0, 47, 0xAC1F_0001, 0xAC1F_0010);
        Convert.FromHexString("200065580013891E").CopyTo(d, 14 + _outerL3);
        Convert.FromHexString("061000000001062000000001").CopyTo(d, _innerIp - 14);
        Ip(d.AsSpan(_innerIp - 2), _innerL3, _headers - _transport + _payload, 0x4000, (byte)(_udp ? 17 : 6), 0x0A01_01C8, 0x0A01_010B);
        BinaryPrimitives.WriteUInt32BigEndian(d.AsSpan(_transport), 0xC000_01BB);
        if (_udp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(d.AsSpan(_transport + 4), (ushort)(8 + _payload));
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(d.AsSpan(_transport + 4), Sequence);
            d[_transport + 12] = 0x50;
            d[_transport + 13] = 0x18;
            d[_transport + 14] = d[_transport + 15] = 0xFF;
        }

        for (int k = 0; k < _payload; k++)
        {
            d[_headers + k] = (byte)((7 * k) + 3);
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

        head->TxOffload = Mbuf.PackTxOffload(0, _innerL3, _headers - _transport, _mss);
        return head;
    }

    // The EtherType and an IP header.
    private static void Ip(Span<byte> at, int size, int length, int fragment, byte protocol, uint source, uint destination)
    {
        Span<byte> ip = at[2..];
        if (size == Ipv6Header.Size)
        {
            BinaryPrimitives.WriteUInt16BigEndian(at, 0x86DD);
            ip[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)length);
            ip[6] = protocol;
            ip[7] = 64;
            ip[8] = ip[24] = 0xFD;
            BinaryPrimitives.WriteUInt32BigEndian(ip[20..], source);
            BinaryPrimitives.WriteUInt32BigEndian(ip[36..], destination);
            return;
        }

        BinaryPrimitives.WriteUInt16BigEndian(at, 0x0800);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(size + length));
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

        int part = f.Length - _headers, length = f.Length - _transport;
        byte[] pseudo = [.. f[(_innerIp + (_innerL3 == 20 ? 12 : 8)).._transport], 0, (byte)(_udp ? 17 : 6), (byte)(length >> 8), (byte)length];
        bool right = filled == f.Length && part == Math.Min(_mss, _payload - _at) && RightIp(f, 14, _outerL3) && RightIp(f, _innerIp, _innerL3);
        right &= ((Mbuf*)packet)->OlFlags != MbufFlags.None
            ? _does != PortOffloads.None && Sum(f.AsSpan(_transport + (_udp ? 6 : 16), 2)) == Sum(pseudo)
            : Sum([.. pseudo, .. f[_transport..]]) == 0xFFFF;
        right &= _udp
            ? BinaryPrimitives.ReadUInt16BigEndian(f.AsSpan(_transport + 4)) == length
            : BinaryPrimitives.ReadUInt32BigEndian(f.AsSpan(_transport + 4)) == Sequence + _at && f[_transport + 13] == (_at + part == _payload ? 0x18 : 0x10);
        for (int i = 0; i < part; i++)
        {
            right &= f[_headers + i] == (byte)((7 * (_at + i)) + 3);
        }

        if (!right)
        {
            throw new InvalidOperationException($"the segment at {_at} is wrong");
        }

        _at += part;
    }

    private static bool RightIp(byte[] f, int at, int size) => size == Ipv6Header.Size
        ? BinaryPrimitives.ReadUInt16BigEndian(f.AsSpan(at + 4)) == f.Length - at - size
        : BinaryPrimitives.ReadUInt16BigEndian(f.AsSpan(at + 2)) == f.Length - at && Sum(f.AsSpan(at, size)) == 0xFFFF;

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

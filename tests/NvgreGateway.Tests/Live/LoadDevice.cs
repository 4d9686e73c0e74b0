using System.Buffers.Binary;
using System.Runtime.InteropServices;
using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Tests.Live;

/// <summary>
/// Three ports without end: port 0 (access) and port 2 (access) send tenant frames, port 1 (underlay) NVGRE. Between frames of segments
/// that come and go stand numbered frames of one that stays; what leaves of those must come in their order, none missing, none twice.
/// All is done on the worker's thread.
/// </summary>
internal sealed unsafe class LoadDevice : SyntheticDevice, IDisposable
{
    internal const int Access = 0, Underlay = 1, Access2 = 2;
    internal const int SteadyVsid = 5001, SteadyVlan = 100, FirstVlan = 200, FirstVsid = 6000, Slots = 16;
    private const int Buffers = 1024, Stride = 4096;
    private const string Host = "020000000a01", Vm = "020000000b01", GatewayMac = "020000000201", NextHopMac = "0200000002fe";
    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc(Buffers * Stride, 64);
    private readonly Stack<nint> _free = new();
    private readonly Random _random = new(20260101);
    private readonly byte[] _frame = new byte[512];
    private readonly ulong[] _sent = new ulong[2];
    private readonly ulong[] _came = new ulong[2];

    internal LoadDevice()
    {
        for (int i = 0; i < Buffers; i++)
        {
            _free.Push((nint)(_memory + (i * Stride)));
        }
    }

    /// <summary>No numbered frames, and no others, come any more.</summary>
    internal volatile bool Quiet;

    /// <summary>The first thing that was wrong.</summary>
    internal volatile string? Wrong;

    internal int InUse => Buffers - _free.Count;

    internal ulong Received { get; private set; }

    internal ulong Left { get; private set; }

    internal ulong Others { get; private set; }

    /// <summary>Numbered frames in (0 toward the peer, 1 from it), and those that came out.</summary>
    internal (ulong In, ulong Out) Numbered(int direction) => (_sent[direction], _came[direction]);

    internal override uint Receive(int port, Mbuf** burst, uint count)
    {
        if (Quiet)
        {
            return 0;
        }

        uint n = (uint)_random.Next((int)count + 1);
        for (uint i = 0; i < n; i++)
        {
            int length = port switch
            {
                Access when _random.Next(2) == 0 => Tenant(SteadyVlan, Host, Vm, ++_sent[0]),
                Underlay when _random.Next(2) == 0 => Nvgre(2, SteadyVsid, Vm, Host, ++_sent[1]),
                Underlay => Nvgre(_random.Next(2, 8), FirstVsid + _random.Next(Slots * 2), Mac(Vm), Mac(Host), 0),
                _ => Tenant(FirstVlan + _random.Next(Slots * 2), Mac(Host), Mac(Vm), 0),
            };
            Mbuf* m = Allocate();
            m->Append(length);
            _frame.AsSpan(0, length).CopyTo(new Span<byte>(m->Data, length));
            burst[i] = m;
        }

        Received += n;
        return n;
    }

    internal override uint Transmit(int port, Mbuf** burst, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            var bytes = new ReadOnlySpan<byte>(burst[i]->Data, burst[i]->DataLen);
            // Outer Ethernet, IPv4 and GRE before the tenant frame, or one tag in it: the number stands behind its UDP header.
            if (port == Underlay && BinaryPrimitives.ReadUInt32BigEndian(bytes[38..]) >> 8 == SteadyVsid)
            {
                Check(0, bytes[(42 + 42)..], Convert.FromHexString(NextHopMac), bytes[..6]);
            }
            else if (port == Access && BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]) == SteadyVlan)
            {
                Check(1, bytes[(18 + 28)..], Convert.FromHexString(Host), bytes[..6]);
            }
            else
            {
                Others++;
            }

            Free(burst[i]);
        }

        Left += count;
        return count;
    }

    internal override Mbuf* Allocate()
    {
        if (!_free.TryPop(out nint p))
        {
            return null;
        }

        var m = (Mbuf*)p;
        Mbuf.Initialise(m, (byte*)m + Mbuf.SizeOf, (ushort)(Stride - Mbuf.SizeOf));
        return m;
    }

    internal override void Free(Mbuf* m)
    {
        while (m != null)
        {
            Mbuf* next = m->Next;
            if (Mbuf.LetGo(m))
            {
                _free.Push((nint)m);
            }

            m = next;
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    private void Check(int direction, ReadOnlySpan<byte> number, ReadOnlySpan<byte> wantedMac, ReadOnlySpan<byte> mac)
    {
        ulong got = BinaryPrimitives.ReadUInt64BigEndian(number), wanted = _came[direction] + 1;
        if (got != wanted || !mac.SequenceEqual(wantedMac))
        {
            Wrong ??= $"direction {direction}: frame {got} left to {Convert.ToHexString(mac)}, {wanted} is next";
        }

        _came[direction] = got;
    }

    // Other segments use the very same MACs, broadcast, and a few of their own.
    private string Mac(string usual) => _random.Next(4) switch
    {
        0 => usual,
        1 => "ffffffffffff",
        _ => $"0200000{_random.Next(16):x1}0{_random.Next(16):x1}{_random.Next(16):x1}c",
    };

    private int Tenant(int vlan, string source, string destination, ulong number)
    {
        Hex(0, destination + source + $"8100{vlan:x4}");
        return Payload(16, number);
    }

    private int Nvgre(int peer, int vsid, string source, string destination, ulong number)
    {
        // Tenant frame behind 42 bytes; 14 of Ethernet, 28 of IPv4 and UDP and 8 of number in it.
        int length = Payload(42 + 12, number), total = length - 14;
        Hex(42, destination + source);
        Hex(0, GatewayMac + NextHopMac + "0800" + $"4500{total:x4}00004000402f0000c00002{peer:x2}c0000201" + $"20006558{vsid:x6}01");
        uint sum = 0;
        for (int i = 14; i < 34; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(_frame.AsSpan(i));
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(_frame.AsSpan(24), (ushort)~(sum + (sum >> 16)));
        return length;
    }

    // From the EtherType on; returns the end.
    private int Payload(int at, ulong number)
    {
        Hex(at, "0800" + "450000240000400040110000" + "0a01000b" + "0a01000c" + "04d2162e00100000");
        BinaryPrimitives.WriteUInt64BigEndian(_frame.AsSpan(at + 30), number);
        return at + 38;
    }

    private void Hex(int at, string text)
    {
        for (int i = 0; i < text.Length; i += 2)
        {
            _frame[at + (i / 2)] = (byte)((Digit(text[i]) << 4) | Digit(text[i + 1]));
        }

        static int Digit(char c) => c <= '9' ? c - '0' : c - 'a' + 10;
    }
}

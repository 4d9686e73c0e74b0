using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// The headers of the segments of one large frame, and their checksums but for what is different in each: ids, sequence number and
/// payload. First, middle and last segments have flags of their own, and the last its own lengths (C-002 to C-010).
/// </summary>
internal unsafe struct SegmentTemplate
{
    /// <summary>Bytes of memory that it works on: as many as the lengths in an mbuf can tell of.</summary>
    public const int Room = 1024;

    private readonly byte* _p;
    private readonly OffloadFrame _frame;
    private readonly uint _l3Length;
    private readonly uint _l4Length;
    private readonly bool _udp;
    private readonly bool _inner4;
    private readonly byte _tcpFlags;
    private readonly uint _ids;
    private readonly uint _outerId;
    private readonly uint _innerId;
    private readonly uint _sequence;
    private ulong _outerSum;
    private ulong _innerSum;
    private ulong _transportSum;
    private ushort _begun;

    /// <summary>Begins with the headers of a large frame.</summary>
    /// <param name="room"><see cref="Room"/> bytes; must outlive the template.</param>
    /// <param name="headers">The headers, which were checked.</param>
    /// <param name="frame">Where they lie.</param>
    /// <param name="l3Length">Bytes of the tenant's IP header with options or extension headers.</param>
    /// <param name="l4Length">Bytes of its transport header.</param>
    /// <param name="udp">Whether that is UDP.</param>
    /// <param name="ids">The bits in which IP ids count on: 16, or 15 (C-020).</param>
    public SegmentTemplate(byte* room, byte* headers, OffloadFrame frame, uint l3Length, uint l4Length, bool udp, uint ids)
    {
        _ids = ids;
        _p = room;
        _frame = frame;
        _l3Length = l3Length;
        _l4Length = l4Length;
        _udp = udp;
        Unsafe.CopyBlockUnaligned(room, headers, HeaderBytes);
        byte* ip = room + frame.L3, l4 = ip + l3Length;
        _inner4 = *ip >> 4 == 4;
        if (_inner4)
        {
            _innerId = Wire.Big16(ip + 4);
            Wire.Store16(ip + 4, 0);
        }

        if (frame.IsOuter4)
        {
            _outerId = Wire.Big16(room + frame.OuterL2 + 4);
            Wire.Store16(room + frame.OuterL2 + 4, 0);
        }

        if (!udp)
        {
            _sequence = Wire.Big32(l4 + 4);
            _tcpFlags = l4[13];
            Wire.Store32(l4 + 4, 0);
        }
    }

    /// <summary>Bytes of headers of every segment.</summary>
    public readonly uint HeaderBytes => _frame.L3 + _l3Length + _l4Length;

    /// <summary>Prepares for segments of a kind.</summary>
    /// <param name="part">Bytes of payload.</param>
    /// <param name="first">Whether it is the first one.</param>
    /// <param name="last">Whether it is the last one.</param>
    public void Shape(uint part, bool first, bool last)
    {
        byte* ip = _p + _frame.L3, l4 = ip + _l3Length;
        uint transport = _l4Length + part;
        if (_frame.IsTunnel)
        {
            // The key is in the copied bytes (C-005), as is the flow label.
            byte* outer = _p + _frame.OuterL2;
            uint length = HeaderBytes + part - _frame.OuterL2;
            Wire.StoreBig16(outer + (_frame.IsOuter4 ? 2 : 4), _frame.IsOuter4 ? length : length - Ipv6Header.Size);
            if (_frame.IsOuter4)
            {
                Wire.Store16(outer + 10, 0);
                _outerSum = InternetChecksum.Header20(outer);
            }
        }

        if (_inner4)
        {
            Wire.StoreBig16(ip + 2, _l3Length + transport);
            Wire.Store16(ip + 10, 0);
            _innerSum = InternetChecksum.Add(0, ip, _l3Length);
        }
        else
        {
            Wire.StoreBig16(ip + 4, _l3Length + transport - Ipv6Header.Size);
        }

        if (_udp)
        {
            Wire.StoreBig16(l4 + 4, transport);
            Wire.Store16(l4 + 6, 0);
        }
        else
        {
            l4[13] = (byte)(_tcpFlags & ~(last ? 0 : TcpHeader.Fin | TcpHeader.Psh) & ~(first ? 0 : TcpHeader.Cwr));
            Wire.Store16(l4 + 16, 0);
        }

        ulong pseudo = ChecksumTwin.Pseudo(ip, _udp ? IpProtocol.Udp : IpProtocol.Tcp, transport);
        _begun = InternetChecksum.Fold(pseudo);
        _transportSum = InternetChecksum.Add(pseudo, l4, _l4Length);
    }

    // The first segment keeps the id of the large frame, whatever it is.
    private readonly UInt16BigEndian NextId(uint id, uint index) => UInt16BigEndian.FromHost((ushort)(index == 0 ? id : (id + index) & _ids));

    /// <summary>Writes the headers of a segment.</summary>
    /// <param name="to">Where to; <see cref="HeaderBytes"/> are written.</param>
    /// <param name="index">Its number, from 0.</param>
    /// <param name="done">Bytes of payload in those before it.</param>
    /// <param name="payloadSum">The sum of its payload.</param>
    public readonly void Write(byte* to, uint index, uint done, ulong payloadSum)
    {
        byte* l4 = WriteBut(to, index);
        ulong sum = _transportSum + payloadSum;
        if (_udp)
        {
            InternetChecksum.FinishUdp(sum).Write(l4 + 6);
            return;
        }

        UInt32BigEndian sequence = UInt32BigEndian.FromHost(_sequence + done);
        Wire.Store32(l4 + 4, sequence.Raw);
        InternetChecksum.Finish(InternetChecksum.Add(sum, sequence)).Write(l4 + 16);
    }

    /// <summary>Writes the headers of a segment whose transport checksum the device completes: it is begun, as it wants it (C-013).</summary>
    /// <param name="to">Where to; <see cref="HeaderBytes"/> are written.</param>
    /// <param name="index">Its number, from 0.</param>
    /// <param name="done">Bytes of payload in those before it.</param>
    public readonly void WriteBegun(byte* to, uint index, uint done)
    {
        byte* l4 = WriteBut(to, index);
        if (!_udp)
        {
            Wire.Store32(l4 + 4, UInt32BigEndian.FromHost(_sequence + done).Raw);
        }

        Wire.Store16(l4 + (_udp ? 6 : 16), _begun);
    }

    /// <summary>Completes the transport checksum of a segment that was begun and that no device completes.</summary>
    /// <param name="segment">The segment.</param>
    public readonly void Complete(Mbuf* segment) => ChecksumTwin.Write(segment, _frame.L3, _l3Length, _udp ? IpProtocol.Udp : IpProtocol.Tcp);

    // All but what depends on the payload; returns where the transport header begins.
    private readonly byte* WriteBut(byte* to, uint index)
    {
        Unsafe.CopyBlockUnaligned(to, _p, HeaderBytes);
        byte* ip = to + _frame.L3, l4 = ip + _l3Length;
        if (_frame.IsOuter4)
        {
            UInt16BigEndian id = NextId(_outerId, index);
            id.Write(to + _frame.OuterL2 + 4);
            InternetChecksum.Finish(InternetChecksum.Add(_outerSum, id)).Write(to + _frame.OuterL2 + 10);
        }

        if (_inner4)
        {
            UInt16BigEndian id = NextId(_innerId, index);
            id.Write(ip + 4);
            InternetChecksum.Finish(InternetChecksum.Add(_innerSum, id)).Write(ip + 10);
        }

        return l4;
    }
}

using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>How far the payload has been shown by pieces.</summary>
internal unsafe struct PieceCursor
{
    private readonly uint _segmentSize;
    private Mbuf* _buffer;
    private uint _at;
    private uint _left;
    private uint _held;

    /// <summary>Begins behind the headers.</summary>
    /// <param name="packet">The large frame.</param>
    /// <param name="at">Bytes of headers, all in its first buffer.</param>
    /// <param name="end">Bytes of payload that are shown.</param>
    /// <param name="segmentSize">Bytes of payload of every segment but the last.</param>
    public PieceCursor(Mbuf* packet, uint at, uint end, uint segmentSize)
    {
        _segmentSize = segmentSize;
        _buffer = packet;
        _at = at;
        _left = end;
        Boundaries = packet->NbSegs - 1u;
    }

    /// <summary>Ends of buffers that still lie ahead.</summary>
    public uint Boundaries { get; private set; }

    /// <summary>Makes a buffer show the next bytes, no further than to the end of a buffer.</summary>
    /// <param name="piece">A fresh buffer.</param>
    /// <param name="most">Bytes that are missing of the segment.</param>
    /// <returns>How many it shows, 1 or more.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Take(Mbuf* piece, uint most)
    {
        if (_held == 0)
        {
            Forward(most);
        }

        uint n = Math.Min(most, _buffer->DataLen - _at);
        Mbuf.Attach(piece, _buffer, _at, n);
        _held--;
        _at += n;
        _left -= n;
        return n;
    }

    /// <summary>Lets go of what was held for pieces that are not made.</summary>
    public readonly void End()
    {
        if (_held != 0)
        {
            Mbuf.LetGoData(_buffer, _held);
        }
    }

    // Goes to the next buffer that has bytes, and holds it for all pieces that it will be in: one locked instruction instead of many.
    private void Forward(uint most)
    {
        while (_at == _buffer->DataLen)
        {
            _buffer = _buffer->Next;
            _at = 0;
            Boundaries--;
        }

        uint here = Math.Min(_left, _buffer->DataLen - _at);
        _held = here <= most ? 1 : 1 + ((here - most + _segmentSize - 1) / _segmentSize);
        Mbuf.HoldData(_buffer, _held);
    }
}

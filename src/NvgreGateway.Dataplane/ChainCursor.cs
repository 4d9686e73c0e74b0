using NvgreGateway.Dpdk;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// How far the bytes of a packet of one or more segments have been read. The caller knows that as many bytes follow as it asks for.
/// </summary>
internal unsafe struct ChainCursor
{
    private Mbuf* _segment;
    private uint _at;

    /// <summary>Begins somewhere in a packet.</summary>
    /// <param name="packet">Its first segment.</param>
    /// <param name="at">Bytes from its beginning; may lie in a later segment.</param>
    public ChainCursor(Mbuf* packet, uint at)
    {
        _segment = packet;
        while (at > _segment->DataLen)
        {
            at -= _segment->DataLen;
            _segment = _segment->Next;
        }

        _at = at;
    }

    /// <summary>Copies the next bytes, no further than to the end of a segment.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="most">How many at most, 1 or more.</param>
    /// <returns>How many were copied, 1 or more.</returns>
    public uint Copy(byte* to, uint most)
    {
        Forward();
        uint n = Math.Min(most, _segment->DataLen - _at);
        Buffer.MemoryCopy(_segment->Data + _at, to, n, n);
        _at += n;
        return n;
    }

    /// <summary>Copies the next bytes, no further than to the end of a segment, and adds them to a checksum.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="most">How many at most, 1 or more.</param>
    /// <param name="sum">The sum so far, and after.</param>
    /// <param name="offset">How many bytes it covers already; only the lowest bit matters.</param>
    /// <returns>How many were copied, 1 or more.</returns>
    public uint Copy(byte* to, uint most, ref ulong sum, uint offset)
    {
        Forward();
        uint n = Math.Min(most, _segment->DataLen - _at);
        sum = InternetChecksum.CopyAt(sum, to, _segment->Data + _at, n, offset);
        _at += n;
        return n;
    }

    /// <summary>Adds the next bytes to a checksum.</summary>
    /// <param name="sum">The sum so far.</param>
    /// <param name="bytes">How many bytes.</param>
    /// <param name="offset">How many the sum covers already; only its lowest bit matters.</param>
    /// <returns>The new sum.</returns>
    public ulong Sum(ulong sum, uint bytes, uint offset)
    {
        while (bytes != 0)
        {
            Forward();
            uint n = Math.Min(bytes, _segment->DataLen - _at);
            sum = InternetChecksum.AddAt(sum, _segment->Data + _at, n, offset);
            _at += n;
            offset += n;
            bytes -= n;
        }

        return sum;
    }

    /// <summary>Passes over the next bytes.</summary>
    /// <param name="bytes">How many.</param>
    public void Skip(uint bytes)
    {
        while (bytes != 0)
        {
            Forward();
            uint n = Math.Min(bytes, _segment->DataLen - _at);
            _at += n;
            bytes -= n;
        }
    }

    private void Forward()
    {
        while (_at == _segment->DataLen)
        {
            _segment = _segment->Next;
            _at = 0;
        }
    }
}

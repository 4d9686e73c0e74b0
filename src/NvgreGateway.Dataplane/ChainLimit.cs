using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>
/// How many buffers a port takes of one packet, as its device says (<c>rte_eth_desc_lim</c>). A driver that gets more drops the packet
/// without a word, or stops (C-019). One word, so that it may change while workers read it.
/// </summary>
public readonly unsafe struct ChainLimit
{
    private readonly uint _value;

    private ChainLimit(uint frame, uint large) => _value = frame | (large << 16);

    /// <summary>No bound.</summary>
    public static ChainLimit None => new(ushort.MaxValue, ushort.MaxValue);

    /// <summary>Packets of one buffer and no others.</summary>
    public static ChainLimit One => new(1, 1);

    /// <summary>Most buffers of one frame, and of each frame that the device cuts from a large one; 1 to 65535 (no bound).</summary>
    public uint Frame => (ushort)_value;

    /// <summary>Most buffers of a large frame that the device cuts; 1 to 65535 (no bound).</summary>
    public uint Large => _value >> 16;

    /// <summary>Whether there is no bound.</summary>
    public bool IsNone => _value == uint.MaxValue;

    /// <summary>The limit as a device states it; 0 stands for none.</summary>
    /// <param name="frame">Most buffers of what is one frame on the wire (<c>nb_mtu_seg_max</c>).</param>
    /// <param name="packet">Most buffers of any packet (<c>nb_seg_max</c>).</param>
    /// <returns>The limit.</returns>
    public static ChainLimit Of(int frame, int packet)
    {
        uint large = packet is <= 0 or > ushort.MaxValue ? ushort.MaxValue : (uint)packet;
        return new ChainLimit(Math.Min(large, frame is <= 0 or > ushort.MaxValue ? ushort.MaxValue : (uint)frame), large);
    }

    /// <summary>Most buffers of a packet as it is given to the device.</summary>
    /// <param name="m">The packet.</param>
    /// <returns>1 or more.</returns>
    internal uint Of(Mbuf* m) => (m->OlFlags & (MbufFlags.TxTcpSegmentation | MbufFlags.TxUdpSegmentation)) != 0 ? Large : Frame;

    /// <summary>Whether a device may be told to cut a large frame.</summary>
    /// <param name="m">The frame, its headers in its first buffer.</param>
    /// <param name="segment">Payload of a segment, bytes.</param>
    /// <param name="more">Buffers that it will have besides.</param>
    /// <returns>Whether it may; a frame of many short buffers may be refused although its segments would just do.</returns>
    internal bool MayCut(Mbuf* m, uint segment, uint more) =>
        IsNone || (m->NbSegs + more <= Large && (m->NbSegs + more < Frame || (Frame > 1 && HasNoMore(m, segment, Frame - 1)))); // each has the headers besides

    /// <summary>Whether no piece of so many bytes lies in more buffers than there may be, wherever it begins.</summary>
    /// <param name="m">The packet.</param>
    /// <param name="bytes">Bytes of a piece.</param>
    /// <param name="most">Most buffers, 1 or more.</param>
    /// <returns>Whether that is certain.</returns>
    internal static bool HasNoMore(Mbuf* m, uint bytes, uint most)
    {
        if (m->NbSegs <= most)
        {
            return true;
        }

        // Between the first and the last of its buffers a piece has whole ones. What lies in two may begin anywhere.
        if (most < 2)
        {
            return false;
        }

        for (Mbuf* s = m->Next; s != null && s->Next != null; s = s->Next)
        {
            if (s->DataLen * (most - 2) < bytes)
            {
                return false;
            }
        }

        return true;
    }
}

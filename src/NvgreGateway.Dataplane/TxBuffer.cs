using System.Runtime.InteropServices;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>The packets that a worker has ready for one port; emptied at the end of every burst.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TxBuffer
{
    /// <summary>Packets it holds: two of the largest bursts, so that only replication ever fills it before the burst ends.</summary>
    public const int Capacity = 256;

    /// <summary>Packets in it.</summary>
    public uint Count;

    /// <summary>Of those, copies and frames of control: what does not count as a received frame that left.</summary>
    public uint Special;

    /// <summary>Bytes of all.</summary>
    public ulong Bytes;

    /// <summary>Frames that the device makes of these beyond their number, where it cuts some.</summary>
    public ulong More;

    private fixed ulong _pad[5];
    private fixed ulong _packets[Capacity];
    private fixed ulong _notes[Capacity * 2];

    /// <summary>The packets of a buffer.</summary>
    public static Mbuf** Packets(TxBuffer* buffer) => (Mbuf**)buffer->_packets;

    /// <summary>Their notes.</summary>
    public static TxNote* Notes(TxBuffer* buffer) => (TxNote*)buffer->_notes;
}

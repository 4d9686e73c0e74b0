using System.Runtime.InteropServices;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>A packet that is ready to be sent, outside a transmit buffer: on its way to another worker, or held.</summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal unsafe struct Departure
{
    /// <summary>The packet, complete; a held one lacks its destination MAC.</summary>
    public Mbuf* Packet;

    /// <summary>Its account.</summary>
    public TxNote Note;

    /// <summary>Port to send on.</summary>
    public uint Port;

    /// <summary>Held packets: the next in the list, 0 = none.</summary>
    public uint Next;
}

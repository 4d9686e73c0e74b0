using System.Runtime.InteropServices;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>A packet that is ready to be sent, with what its accounting needs if the port does not take it.</summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal unsafe struct Departure
{
    /// <summary>The packet, complete.</summary>
    public Mbuf* Packet;

    /// <summary>The record of the received frame that this is a copy of; null when it is the frame itself.</summary>
    public CopyRecord* Record;

    /// <summary>The place it goes to, without generation: attachment or peer id, and <see cref="Exchange.Place.Peer"/>.</summary>
    public uint Place;

    /// <summary>Tenant bytes: the untagged inner frame without padding.</summary>
    public ushort TenantBytes;

    /// <summary>Port to send on.</summary>
    public byte Port;

    /// <summary>Port it came in on.</summary>
    public byte From;

    /// <summary>Segment id.</summary>
    public ushort Segment;

    /// <summary><see cref="Exchange.CastKind"/> of its destination MAC.</summary>
    public byte Cast;
}

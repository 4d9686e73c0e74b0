using System.Runtime.InteropServices;

namespace NvgreGateway.Dataplane;

/// <summary>What the accounting of a packet needs if the port does not take it: its counters were moved when it was queued.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal unsafe struct TxNote
{
    /// <summary>The record of the received frame that this is a copy of; null for the frame itself.</summary>
    public CopyRecord* Record;

    /// <summary>Where it goes: attachment or peer id with <see cref="Exchange.Place.Peer"/>; 0 = a frame of control.</summary>
    public uint Place;

    /// <summary>Tenant bytes: the untagged inner frame without padding.</summary>
    public ushort TenantBytes;

    /// <summary>Port it came in on.</summary>
    public byte From;

    /// <summary><see cref="Exchange.CastKind"/> of its destination MAC.</summary>
    public byte Cast;
}

using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// One of many frames that a worker forwarded, told to control so that it may find the heavy flows (C-122): known unicast of TCP or UDP,
/// whole packets. In a ring of its own per worker; when that is full the sample is lost, and nothing else.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = SizeOf)]
public unsafe struct FlowSample
{
    /// <summary>Bytes of a sample.</summary>
    public const int SizeOf = 80;

    /// <summary>FDB key of the source MAC; its low 16 bits are the segment id.</summary>
    public ulong SourceKey;

    /// <summary>FDB key of the destination MAC.</summary>
    public ulong DestinationKey;

    /// <summary>CRC32C of the flow key, of which software makes FlowID and flow label; only from the VLAN side.</summary>
    public uint Crc;

    /// <summary>The attachment or peer that it came from, as the FDB holds places.</summary>
    public uint Place;

    /// <summary>Index of the port that it came in on.</summary>
    public ushort Port;

    /// <summary>Inner family: 4 or 6.</summary>
    public byte Family;

    /// <summary>Inner protocol: 6 or 17.</summary>
    public byte Protocol;

    /// <summary>Inner TOS byte or traffic class.</summary>
    public byte Tos;

    private readonly byte _reserved;

    /// <summary>Source port, in the order of this machine.</summary>
    public ushort SourcePort;

    /// <summary>Destination port, in the order of this machine.</summary>
    public ushort DestinationPort;

    private readonly ushort _reserved2;

    /// <summary>Source address, wire bytes; IPv4 in the first four.</summary>
    public fixed byte Source[16];

    /// <summary>Destination address, likewise.</summary>
    public fixed byte Destination[16];
}

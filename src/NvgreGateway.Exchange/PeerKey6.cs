using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>An entry of the table that finds a peer by segment and IPv6 PA.</summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
public struct PeerKey6
{
    /// <summary>PA bytes 0-7 as they load little-endian.</summary>
    public ulong High;

    /// <summary>PA bytes 8-15 likewise.</summary>
    public ulong Low;

    /// <summary>Segment id.</summary>
    public uint Segment;

    /// <summary>Peer id; 0 = the entry is free, which ends a search.</summary>
    public uint Peer;
}

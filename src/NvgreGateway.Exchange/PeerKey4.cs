using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>An entry of the table that finds a peer by segment and IPv4 PA.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public struct PeerKey4
{
    /// <summary>PA in the low 32 bits as the wire bytes load little-endian, segment id in the high 32.</summary>
    public ulong Key;

    /// <summary>Peer id; 0 = the entry is free, which ends a search.</summary>
    public uint Peer;
}

using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// What was learned of the path to a peer, by peer id: for the next control process, workers read <see cref="PeerEntry.MaxInnerFrame"/>.
/// Writer control.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
public struct PathMtuSlot
{
    /// <summary>The PA: IPv4 in the low 32 bits, else bytes 0-7; as the wire bytes load little-endian.</summary>
    public ulong High;

    /// <summary>IPv6 bytes 8-15 likewise, else 0.</summary>
    public ulong Low;

    /// <summary>When it ends, nanoseconds of control's clock.</summary>
    public ulong ExpiresAt;

    /// <summary>Bytes of the largest outer IP packet; 0 = nothing was learned. Written last.</summary>
    public uint Mtu;

    /// <summary>4 or 6.</summary>
    public uint Family;
}

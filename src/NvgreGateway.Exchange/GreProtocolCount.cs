using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>One row of the <c>gre.proto.HEX</c> diagnostic (B-007): bounded, so the last row counts "any other".</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public struct GreProtocolCount
{
    /// <summary>GRE protocol type in host order, with bit 16 set when the row is in use.</summary>
    public uint Type;

    /// <summary>Packets dropped for it.</summary>
    public ulong Packets;
}

using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>A provider address that the gateway owns.</summary>
[StructLayout(LayoutKind.Sequential, Size = 24)]
public struct LocalAddress
{
    /// <summary>IPv4 in the low 32 bits, else bytes 0-7; as the wire bytes load little-endian.</summary>
    public ulong High;

    /// <summary>IPv6 bytes 8-15 likewise; 0 for IPv4.</summary>
    public ulong Low;

    /// <summary>The port that owns it.</summary>
    public ushort Port;

    /// <summary>4 or 6.</summary>
    public byte Family;

    /// <summary>Prefix length of its subnet.</summary>
    public byte PrefixLength;
}

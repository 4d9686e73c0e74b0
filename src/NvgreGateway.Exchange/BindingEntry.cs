using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>Which MAC answers for a tenant's address, in a <see cref="BindingTable"/>; all zeros = free.</summary>
[StructLayout(LayoutKind.Sequential, Size = 40)]
public struct BindingEntry
{
    /// <summary>IPv4 in the low 32 bits, else bytes 0-7, as the wire bytes load little-endian.</summary>
    public ulong High;

    /// <summary>IPv6 bytes 8-15 likewise; 0 for IPv4.</summary>
    public ulong Low;

    /// <summary>The MAC, 48 bits, first wire byte lowest; never 0 in an entry that is used.</summary>
    public ulong Mac;

    /// <summary>Segment id.</summary>
    public uint Segment;

    /// <summary>4 or 6.</summary>
    public uint Family;

    /// <summary>For control's successor: <see cref="Static"/>, <see cref="Router"/>.</summary>
    public uint Flags;

    /// <summary>Flag: a record of the configuration.</summary>
    public const uint Static = 1;

    /// <summary>Flag: R of an advertisement on its behalf (E-054).</summary>
    public const uint Router = 2;
}

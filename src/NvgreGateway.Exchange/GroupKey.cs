using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// An entry of the table of groups (open addressing): tenant groups of a segment that have PA groups of their own, and what
/// an underlay port listens to: PA groups and their MACs.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
public struct GroupKey
{
    /// <summary>In <see cref="Owner"/>: the address of a group that the port in the low 16 bits has joined.</summary>
    public const uint Joined = 0x1_0000;

    /// <summary>In <see cref="Owner"/>: a MAC in <see cref="High"/> that the port in the low 16 bits listens to.</summary>
    public const uint JoinedMac = 0x2_0000;

    /// <summary>Address or MAC: IPv4 in the low 32 bits, else bytes 0-7; as the wire bytes load little-endian.</summary>
    public ulong High;

    /// <summary>IPv6 bytes 8-15 likewise, else 0.</summary>
    public ulong Low;

    /// <summary>Whose it is: a segment id, or a port with <see cref="Joined"/> or <see cref="JoinedMac"/>; 0 = the entry is free, which ends a search.</summary>
    public uint Owner;

    /// <summary>Of a tenant group: index of the first of its PA groups among the members of the segment.</summary>
    public uint First;

    /// <summary>Of a tenant group: how many PA groups it has. Of a joined one: 0 = only IGMP or MLD is taken on it (all hosts, all nodes), else 1.</summary>
    public uint Count;
}

using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>A port in a snapshot.</summary>
[StructLayout(LayoutKind.Sequential, Size = 512)]
public unsafe struct PortEntry
{
    /// <summary>What it is.</summary>
    public PortFlags Flags;

    /// <summary>Longest frame it takes: MTU + 14 + 4 for each tag that a frame may carry there (E-076).</summary>
    public ushort MaxFrame;

    /// <summary>Largest IP packet, bytes.</summary>
    public ushort Mtu;

    /// <summary>Its MAC: the six wire bytes, first in the low bits.</summary>
    public ulong Mac;

    /// <summary>Access port: offset, from the snapshot, of 4096 32-bit attachment ids by VID (0 = no such VLAN here).</summary>
    public uint VlanMapOffset;

    /// <summary>Access port: the attachment of untagged and priority-tagged frames, 0 = none (E-004).</summary>
    public uint NativeAttachment;

    /// <summary>Underlay port: the outer VLAN, 0 = untagged .</summary>
    public ushort OuterVlan;

    /// <summary>Underlay port: 14, or 18 with an outer VLAN: where its outer IP header begins.</summary>
    public byte L3Offset;

    /// <summary>Outer TTL or hop limit of packets made here.</summary>
    public byte Ttl;

    /// <summary>TPID of the outer tag as it loads little-endian (E-006).</summary>
    public ushort Tpid;

    /// <summary>First IPv4 PA, as the four wire bytes load little-endian.</summary>
    public uint FirstAddress4;

    /// <summary>First IPv6 PA, bytes 0-7, as they load little-endian.</summary>
    public ulong FirstAddress6High;

    /// <summary>First IPv6 PA, bytes 8-15, as they load little-endian.</summary>
    public ulong FirstAddress6Low;

    /// <summary>
    /// What the first 64 bytes of a plain NVGRE frame over IPv4 must be here, under <see cref="Mask4"/>: destination MAC, outer
    /// tag if any (VID only), EtherType, version and IHL 5, not a fragment, protocol 47, GRE word (bits 6-12 ignored). The
    /// destination PA is not in it.
    /// </summary>
    public fixed byte Want4[64];

    /// <summary>Which bits of <see cref="Want4"/> count.</summary>
    public fixed byte Mask4[64];

    /// <summary>The same for IPv6 without extension headers; with an outer tag the GRE word ends at byte 62.</summary>
    public fixed byte Want6[64];

    /// <summary>Which bits of <see cref="Want6"/> count.</summary>
    public fixed byte Mask6[64];

    /// <summary>Limits of what came in here and is flooded, as <see cref="SegmentEntry.Storm"/>.</summary>
    public fixed uint Storm[3];

    /// <summary>
    /// Of an underlay port its exception port, of that the underlay port (B-018, C-045): port index + 1; 0 = none. What comes in on the one
    /// and is not ours leaves by the other.
    /// </summary>
    public uint Beside;

    /// <summary>What it does to plain frames that are sent here.</summary>
    public PortOffloads Plain;

    /// <summary>What it does to NVGRE over IPv4 that is sent here.</summary>
    public PortOffloads Nvgre;

    /// <summary>What it does to NVGRE over IPv6 that is sent here.</summary>
    public PortOffloads Nvgre6;
}

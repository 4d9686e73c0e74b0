using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>An attachment (a VLAN of an access port, bound to a segment) in a snapshot.</summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
public struct AttachmentEntry
{
    /// <summary>Segment id; 0 when the id is not in use.</summary>
    public uint Segment;

    /// <summary>Its place with the current flush generation, as an FDB entry holds it.</summary>
    public uint Place;

    /// <summary>Port index.</summary>
    public ushort Port;

    /// <summary>VLAN id, 1 to 4094.</summary>
    public ushort Vlan;

    /// <summary>Inner VLAN id, 0 = none (E-007).</summary>
    public ushort InnerVlan;

    /// <summary>Longest untagged tenant frame that its port takes: MTU + 14.</summary>
    public ushort MaxInnerFrame;

    /// <summary>Tags that frames leave with: 0 (native VLAN), 1 or 2.</summary>
    public byte Tags;

    /// <summary>Tags that frames of this VLAN arrive with: 1 or 2; untagged and priority-tagged ones are the port's native attachment.</summary>
    public byte TagsIn;

    /// <summary>Outer TPID, host order (0x8100 by default).</summary>
    public ushort Tpid;

    /// <summary>The outer tag as its four wire bytes load little-endian, with PCP 0.</summary>
    public uint TagWord;

    /// <summary>The inner tag likewise.</summary>
    public uint InnerTagWord;
}

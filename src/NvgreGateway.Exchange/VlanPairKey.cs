using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>An entry of the table that finds an attachment by port, outer and inner VID (E-007).</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public struct VlanPairKey
{
    /// <summary>Port index shifted left by 24, outer VID shifted left by 12, inner VID.</summary>
    public ulong Key;

    /// <summary>Attachment id; 0 = the entry is free, which ends a search.</summary>
    public uint Attachment;
}

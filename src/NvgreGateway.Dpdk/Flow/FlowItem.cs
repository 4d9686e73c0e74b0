using System.Runtime.InteropServices;

namespace NvgreGateway.Dpdk;

/// <summary>One item of a rule's pattern: <c>struct shim_flow_item</c>. A bit that the mask lacks matches anything, whatever the spec.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct FlowItem
{
    /// <summary>Most bytes of an item's struct.</summary>
    public const int MostBytes = 48;

    /// <summary>What it matches.</summary>
    public FlowItemType Type;

    /// <summary>Bytes of spec and mask; 0 = it has neither and matches any header of the type.</summary>
    public uint Size;

    /// <summary>What has to be there, in network order.</summary>
    public fixed byte Spec[MostBytes];

    /// <summary>Which bits of it count.</summary>
    public fixed byte Mask[MostBytes];
}

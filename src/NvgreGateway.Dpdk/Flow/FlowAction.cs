using System.Runtime.InteropServices;

namespace NvgreGateway.Dpdk;

/// <summary>One action of a rule: <c>struct shim_flow_action</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FlowAction
{
    /// <summary>What it does.</summary>
    public FlowActionType Type;

    /// <summary>Its argument, in the order of this machine.</summary>
    public uint Value;
}

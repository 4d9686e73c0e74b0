using System.Runtime.InteropServices;

namespace NvgreGateway.Dpdk;

/// <summary>Why a driver refused a rule: <c>struct shim_flow_error</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct FlowError
{
    /// <summary>Bytes of <see cref="Message"/>.</summary>
    public const int MessageBytes = 156;

    /// <summary>Which part of the rule it is about (<c>RTE_FLOW_ERROR_TYPE_*</c>).</summary>
    public uint Type;

    /// <summary>The driver's words, UTF-8, zero-terminated; empty if it has none.</summary>
    public fixed byte Message[MessageBytes];
}

using NvgreGateway.Dpdk;

namespace NvgreGateway.Tests.Flow;

/// <summary>A rule in a device's table.</summary>
internal sealed class NicRule(nint handle, FlowRule rule)
{
    internal nint Handle { get; } = handle;

    internal FlowRule Rule { get; } = rule;

    internal ulong Packets { get; set; }

    internal ulong Bytes { get; set; }
}

using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// The buckets of a port or segment, one for each <see cref="CastKind"/>, shared by all workers. Each word is the time at which the
/// bucket is full again, in units of 1/16 of a tick of the workers' clock; only atomic operations write it.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
public unsafe struct StormBuckets
{
    /// <summary>By <see cref="CastKind"/>; unicast is that to an unknown destination.</summary>
    public fixed ulong FullAt[3];
}

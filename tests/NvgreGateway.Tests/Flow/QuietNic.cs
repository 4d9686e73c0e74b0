using NvgreGateway.Dpdk;

namespace NvgreGateway.Tests.Flow;

/// <summary>A device that takes everything and allocates nothing; each look at a counter finds ten packets more.</summary>
internal sealed unsafe class QuietNic : IFlowApi
{
    private ulong _looks;

    public int Validate(FlowRule* rule, FlowError* error) => 0;

    public int Create(FlowRule* rule, nint* handle, FlowError* error)
    {
        *handle = 1;
        return 0;
    }

    public int Destroy(FlowDirection direction, nint handle, FlowError* error) => 0;

    public int Query(FlowDirection direction, nint handle, ulong* packets, ulong* bytes, FlowError* error)
    {
        (*packets, *bytes) = (++_looks * 10, _looks * 1000);
        return 0;
    }

    public int Flush(FlowError* error) => 0;
}
